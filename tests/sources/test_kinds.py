"""The other kinds of source, each against pages of our own making."""

from __future__ import annotations

import json
import os
import time
import zlib
from urllib.parse import quote, unquote, urlsplit

import pytest

from monitor.extraction.html.pages import read_page
from monitor.fetch.dropped import DropFetcher
from monitor.ports import ConfigError, FetchFailure, Page, SourceState
from monitor.sources import SOURCE_TYPES, build_source, keys_of, seconds
from tests.sources.fakes import NOW, FakeWeb

BLANK = SourceState(name="s")
NEWSROOM = "https://council.example.gov.uk/news"


def listing(*names: str, following: str = "") -> str:
    items = "".join(
        f'<li class="card"><h3><a href="/news/{name}">Story {name}</a></h3><time datetime="2026-06-1{index}">x</time><p>About {name}</p></li>'
        for index, name in enumerate(names)
    )
    after = f'<a rel="next" href="{following}">Next</a>' if following else ""
    return f'<html><body><nav><a href="/news/menu">Menu</a></nav><ul>{items}</ul>{after}</body></html>'


def newsroom(**more: object):
    return build_source(
        {"name": "s", "kind": "listing", "url": NEWSROOM, "item": "li.card", "link": "h3 a", "summary": "p"} | more
    )


async def test_a_listing_finds_links_titles_dates_and_summaries():
    poll = await newsroom().poll(FakeWeb().serves(NEWSROOM, listing("a", "b")), BLANK)
    first = poll.links[0]
    assert [link.url for link in poll.links] == [f"{NEWSROOM}/a", f"{NEWSROOM}/b"]
    assert (first.title, first.summary) == ("Story a", "About a")
    assert first.published is not None
    assert first.published.isoformat() == "2026-06-09T23:00:00+00:00"


async def test_a_listing_reads_the_pages_that_follow_and_no_more():
    web = FakeWeb().serves(NEWSROOM, listing("a", following="/news?page=2"))
    web.serves(NEWSROOM + "?page=2", listing("b", following="/news?page=3")).serves(NEWSROOM + "?page=3", listing("c"))
    poll = await newsroom(next="a[rel=next]", pages=2).poll(web, BLANK)
    assert [link.title for link in poll.links] == ["Story a", "Story b"]
    assert len(web.asked) == 2


async def test_a_page_that_leads_to_itself_is_read_once():
    web = FakeWeb().serves(NEWSROOM, listing("a", following="/news"))
    await newsroom(next="a[rel=next]", pages=9).poll(web, BLANK)
    assert len(web.asked) == 1


async def test_the_links_of_a_page_are_seen_from_its_base():
    page = listing("a", following="more").replace("<body>", "<base href='/sub/'><body>").replace("/news/a", "news/a b")
    web = FakeWeb().serves(NEWSROOM, page).serves("https://council.example.gov.uk/sub/more", listing("b"))
    poll = await newsroom(next="a[rel=next]", pages=2).poll(web, BLANK)
    assert [link.url for link in poll.links] == [
        "https://council.example.gov.uk/sub/news/a%20b",
        "https://council.example.gov.uk/news/b",
    ]


async def test_a_redesign_is_a_failure_and_not_quiet_news():
    web = FakeWeb().serves(NEWSROOM, "<html><body><div class='tile'><a href='/news/a'>A</a></div></body></html>")
    poll = await newsroom().poll(web, BLANK)
    assert poll.failure is not None
    assert poll.failure.reason == "selectors"


async def test_a_broken_second_page_keeps_the_first_and_asks_again_in_full():
    web = (
        FakeWeb().serves(NEWSROOM, listing("a", following="/news?page=2"), etag='"1"').refuses(NEWSROOM + "?page=2", "timeout")
    )
    poll = await newsroom(next="a[rel=next]", pages=2).poll(web, BLANK)
    assert len(poll.links) == 1
    assert not poll.validators[NEWSROOM].etag


async def test_a_page_updated_in_place_is_news_when_its_text_changes():
    source = build_source({"name": "s", "kind": "listing", "url": NEWSROOM, "in_place": True, "item": "main"})
    web = FakeWeb().serves(NEWSROOM, "<title>Latest visits</title><nav>x</nav><main><p>One council.</p></main>")
    first = await source.poll(web, BLANK)
    same = await source.poll(
        web.serves(NEWSROOM, "<title>Latest visits</title><nav>y</nav><main><p>One council.</p></main>"),
        SourceState(name="s", cursor=first.cursor),
    )
    later = await source.poll(
        web.serves(NEWSROOM, "<title>Latest visits</title><main><p>Two councils.</p></main>"),
        SourceState(name="s", cursor=first.cursor),
    )
    assert [len(poll.links) for poll in (first, same, later)] == [1, 0, 1]
    assert same.not_modified
    assert first.links[0].canonical_url != later.links[0].canonical_url
    assert first.links[0].url == later.links[0].url == NEWSROOM


MAP = "https://gazette.example.uk/sitemap.xml"


def urlset(*pages: tuple[str, str, str]) -> str:
    rows = "".join(
        f"<url><loc>https://gazette.example.uk/{path}</loc><n:news><n:publication_date>{day}</n:publication_date><n:title>{title}</n:title></n:news></url>"
        for path, day, title in pages
    )
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">{rows}</urlset>'


async def test_a_news_sitemap_announces_what_has_its_words_and_its_paths():
    source = build_source({"name": "s", "kind": "sitemap", "url": MAP, "keywords": ["ofsted"], "paths": ["/news"]})
    web = FakeWeb().serves(
        MAP,
        urlset(
            ("news/1", "2026-06-10", "Ofsted praises"), ("news/2", "2026-06-11", "Bins"), ("sport/3", "2026-06-12", "Ofsted FC")
        ),
    )
    first = await source.poll(web, BLANK)
    assert [link.title for link in first.links] == ["Ofsted praises"]
    assert first.items == 3
    web.serves(MAP, urlset(("news/1", "2026-06-10", "Ofsted praises"), ("news/4", "2026-06-14", "Ofsted again")))
    later = await source.poll(web, SourceState(name="s", cursor=first.cursor))
    assert [link.title for link in later.links] == ["Ofsted again", "Ofsted praises"]  # which are new the store knows


@pytest.mark.parametrize("kind", ["sitemap", "govuk", "guardian"])
async def test_no_date_moves_a_cursor_into_the_future(kind, monkeypatch):
    monkeypatch.setenv("GUARDIAN_API_KEY", "x")
    event = "2027-01-01T00:00:00Z"
    guardian = {"webTitle": "T", "webUrl": "https://www.theguardian.com/a", "webPublicationDate": event}
    bodies = {
        "sitemap": (MAP, urlset(("news/1", event, "Fair"))),
        "govuk": ("https://www.gov.uk/api/search.json", search_page(event)),
        "guardian": (
            "https://content.guardianapis.com/search",
            json.dumps({"response": {"status": "ok", "pages": 1, "results": [guardian]}}),
        ),
    }
    web = FakeWeb().serves(*bodies[kind])
    source = build_source({"name": "s", "kind": kind} | ({"url": MAP} if kind == "sitemap" else {}))
    for before in ("", "2030-01-01T00:00:00+00:00"):
        poll = await source.poll(web, SourceState(name="s", cursor=before))
        assert (poll.failure, poll.cursor) == (None, NOW.isoformat())


async def test_a_page_that_is_listed_late_is_announced():
    source = build_source({"name": "s", "kind": "sitemap", "url": MAP})
    pages = [("news/2", "2026-06-14T09:00:00Z", "B"), ("news/1", "2026-06-14T08:50:00Z", "A"), ("news/0", "2026-05-20", "C")]
    web = FakeWeb().serves(MAP, urlset(*pages, ("news/3", "2025-01-01", "Old"), ("news/4", "", "Undated")))
    poll = await source.poll(web, SourceState(name="s", cursor="2026-06-14T09:00:00+00:00"))
    assert [link.title for link in poll.links] == ["B", "A", "C", "Undated"]


def index(*maps: tuple[str, str]) -> str:
    rows = "".join(f"<sitemap><loc>{MAP}{name}</loc><lastmod>{day}</lastmod></sitemap>" for name, day in maps)
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</sitemapindex>'


@pytest.mark.parametrize(
    ("maps", "asked"),
    [
        ([(str(n), f"2026-06-{n:02}") for n in range(1, 9)], ["8", "7", "6"]),  # oldest first
        ([(str(n), f"2026-06-{n:02}") for n in range(8, 0, -1)], ["8", "7", "6"]),
        ([(str(n), "") for n in range(1, 9)], ["8", "1", "7"]),  # nobody knows at which end the new ones are
        ([("1", "")], ["1"]),
    ],
)
async def test_of_an_index_the_newest_maps_are_read(maps, asked):
    web = FakeWeb().serves(MAP, index(*maps), etag='"1"')
    for name, _ in maps:
        web.serves(MAP + name, urlset((name, "2026-06-14", name)))
    poll = await build_source({"name": "s", "kind": "sitemap", "url": MAP}).poll(web, BLANK)
    assert [url.removeprefix(MAP) for url, _ in web.asked[1:]] == asked
    # The index of maps without dates is the same whatever is in them: it is read in full every time.
    assert bool(poll.validators[MAP].etag) == all(day for _, day in maps)


async def test_a_map_with_the_date_of_a_day_is_read_again_on_that_day():
    web = FakeWeb().serves(MAP, index(("1", "2026-06-14"))).serves(MAP + "1", urlset(("a", "2026-06-14T12:00:00Z", "A")))
    poll = await build_source({"name": "s", "kind": "sitemap", "url": MAP}).poll(
        web, SourceState(name="s", cursor="2026-06-14T11:00:00+00:00")
    )
    assert [link.title for link in poll.links] == ["A"]


async def test_an_index_of_indexes():
    web = FakeWeb().serves(MAP, index(("1", "2026-06-14"))).serves(MAP + "1", index(("2", "2026-06-14")))
    web.serves(MAP + "2", urlset(("a", "2026-06-14", "A")))
    poll = await build_source({"name": "s", "kind": "sitemap", "url": MAP}).poll(web, BLANK)
    assert [link.title for link in poll.links] == ["A"]


PAGE = "<url><loc>https://gazette.example.uk/{}</loc><lastmod>2026-06-10</lastmod></url>"
URLSET = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'
DECLARED = '<?xml version="1.0" encoding="UTF-8"?>\n'


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ("\n\n" + DECLARED + URLSET.format(PAGE.format("a")), ["/a"]),
        ("\ufeff" + DECLARED + URLSET.format(PAGE.format("a")), ["/a"]),
        (URLSET.format(PAGE.format("a?x=1&y=2")), ["/a"]),
        (URLSET.format(PAGE.format("caf&eacute;")), ["/café"]),
        (URLSET.format("<!-- <url><loc>https://gazette.example.uk/no</loc></url> --> & " + PAGE.format("a")), ["/a"]),
        (URLSET.format("&" + PAGE.format("<![CDATA[a]]>")), ["/a"]),
        (URLSET.format(PAGE.format("a") + PAGE.format("b"))[:-20], ["/a", "/b"]),  # cut off
        (
            "<s:urlset xmlns:s='http://www.sitemaps.org/schemas/sitemap/0.9'>&"
            "<s:url><s:loc>https://gazette.example.uk/a</s:loc></s:url></s:urlset>",
            ["/a"],
        ),
        ("https://gazette.example.uk/a\r\nhttps://gazette.example.uk/b\n", ["/a", "/b"]),
        ("# ours\nhttps://gazette.example.uk/a b\n\nhttps://gazette.example.uk/c\n", ["/a b", "/c"]),
        (URLSET.format("&" + PAGE.format("a").replace("<url>", "<url priority='1'>").replace("<loc>", "<loc a=b>")), ["/a"]),
        (URLSET.format("&" + PAGE.format("a")).replace("url", "URL").replace("loc>", "LOC>"), ["/a"]),
        (URLSET.format(PAGE.format("a")).replace("url", "URL").replace("loc>", "LOC>"), ["/a"]),
        (
            "<rss version='2.0'><channel><item><title>x</title><link>https://gazette.example.uk/a</link></item></channel></rss>",
            ["/a"],
        ),
        ("<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>x</title><link href='/a'/></entry></feed>", ["/a"]),
        (DECLARED.replace("UTF-8", "utf8mb4") + URLSET.format(PAGE.format("a")), ["/a"]),
        (
            URLSET.format(
                "<url><image xmlns='i'><loc>https://gazette.example.uk/x.jpg</loc><title>Ofsted</title></image>"
                "<loc>https://gazette.example.uk/a</loc></url>"
            ),
            ["/a"],
        ),
        (
            URLSET.format(
                "&<url><image:image><image:loc>https://gazette.example.uk/x.jpg</image:loc></image:image>"
                "<loc>https://gazette.example.uk/a</loc></url>"
            ),
            ["/a"],
        ),
    ],
)
async def test_sitemaps_as_servers_write_them(body, paths):
    poll = await build_source({"name": "s", "kind": "sitemap", "url": MAP}).poll(FakeWeb().serves(MAP, body), BLANK)
    assert poll.failure is None
    assert [unquote(urlsplit(link.url).path) for link in poll.links] == paths


async def test_sitemaps_are_decoded_as_pages_are():
    body = urlset(("a", "2026-06-14", "Café’s")).replace('version="1.0"', 'version="1.0" encoding="windows-1252"').encode()
    for broken in (body, body + b"<!-- caf\xe9 -->"):
        poll = await build_source({"name": "s", "kind": "sitemap", "url": MAP}).poll(FakeWeb().serves(MAP, broken), BLANK)
        assert [link.title for link in poll.links] == ["Café’s"]


def packed(text: str) -> bytes:
    packer = zlib.compressobj(wbits=31)
    return packer.compress(text.encode()) + packer.flush()


@pytest.mark.parametrize("pack", ["in two", "twice"])
async def test_a_map_may_be_packed_in_pieces_or_twice(pack):
    text = URLSET.format(PAGE.format("a") + PAGE.format("b"))
    twice = zlib.compressobj(wbits=31)
    body = packed(text[:90]) + packed(text[90:]) if pack == "in two" else twice.compress(packed(text)) + twice.flush()
    poll = await build_source({"name": "s", "kind": "sitemap", "url": MAP}).poll(FakeWeb().serves(MAP, body), BLANK)
    assert [urlsplit(link.url).path for link in poll.links] == ["/a", "/b"]


async def test_an_index_of_sitemaps_plain_and_gzipped():
    inner = urlset(("news/council-rated-good-by-ofsted", "2026-06-10", ""))
    packer = zlib.compressobj(wbits=31)
    index = (
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"<sitemap><loc>{MAP}.1</loc><lastmod>2026-06-10</lastmod></sitemap><sitemap><loc>{MAP}.2.gz</loc><lastmod>2026-06-12</lastmod></sitemap>"
        "</sitemapindex>"
    )
    web = FakeWeb().serves(MAP, index).serves(f"{MAP}.1", urlset(("news/old", "2026-01-01", "")))
    web.serves(f"{MAP}.2.gz", packer.compress(inner.encode()) + packer.flush())
    poll = await build_source({"name": "s", "kind": "sitemap", "url": MAP, "keywords": ["rated good"]}).poll(web, BLANK)
    assert [link.url for link in poll.links] == ["https://gazette.example.uk/news/council-rated-good-by-ofsted"]


@pytest.mark.parametrize(
    ("body", "reason"), [("", "empty"), ("<rss/>", "not_a_sitemap"), ("<title>Just a moment...</title>", "interstitial")]
)
async def test_what_is_no_sitemap(body, reason):
    poll = await build_source({"name": "s", "kind": "sitemap", "url": MAP}).poll(FakeWeb().serves(MAP, body), BLANK)
    assert poll.failure is not None
    assert poll.failure.reason == reason


def search_page(*moments: str, total: int = 3) -> str:
    results = [
        {"title": f"Direction {m}", "link": f"/government/publications/d{m[:10]}", "description": "x", "public_timestamp": m}
        for m in moments
    ]
    return json.dumps({"results": results, "total": total})


async def test_govuk_reads_back_to_the_cursor_and_marks_updates():
    source = build_source(
        {"name": "s", "kind": "govuk", "organisations": ["ofsted"], "document_types": ["decision"], "updates": True}
    )
    web = FakeWeb().serves(
        "https://www.gov.uk/api/search.json", search_page("2026-06-12T09:00:00Z", "2026-06-10T09:00:00+01:00")
    )
    poll = await source.poll(web, BLANK)
    assert poll.cursor == "2026-06-12T09:00:00+00:00"
    assert poll.links[0].canonical_url == "https://gov.uk/government/publications/d2026-06-12#2026-06-12T09:00:00+00:00"
    assert "filter_content_store_document_type=decision" in web.asked[0][0]
    web.serves("https://www.gov.uk/api/search.json", search_page(*["2026-06-14T09:00:00Z"] * 50, total=120))
    await source.poll(web, SourceState(name="s", cursor=poll.cursor))
    assert len(web.asked) == 6  # three pages until the total is reached, and each time what is newest of all


async def test_govuk_knows_whether_the_index_lives_though_nothing_is_new_here():
    source = build_source({"name": "s", "kind": "govuk", "organisations": ["ofsted"]})
    everything = "https://www.gov.uk/api/search.json?order=-public_timestamp&count=1&fields=" + quote(
        "title,link,description,public_timestamp"
    )
    web = FakeWeb().serves("https://www.gov.uk/api/search.json", search_page("2026-06-12T09:00:00Z"), etag="same")
    web.serves(everything, search_page("2026-06-15T09:00:00Z"))
    first = await source.poll(web, BLANK)
    known = SourceState(name="s", cursor=first.cursor, validators=first.validators)
    web.serves(everything, search_page("2026-06-15T09:05:00Z"))
    second, third = await source.poll(web, known), await source.poll(web, known)
    assert second.not_modified
    assert first.fingerprint != second.fingerprint == third.fingerprint != ""
    web.refuses(everything, "server_error")
    assert (await source.poll(web, known)).fingerprint == ""


async def test_guardian_keeps_its_key_to_itself(monkeypatch):
    monkeypatch.setenv("TEST_KEY", "planted-secret")
    source = build_source({"name": "s", "kind": "guardian", "key_env": "TEST_KEY"})
    found = {
        "response": {
            "pages": 1,
            "results": [
                {
                    "webTitle": "T",
                    "webUrl": "https://www.theguardian.com/a",
                    "webPublicationDate": "2026-06-10T09:00:00Z",
                    "fields": {"headline": "H", "trailText": "<b>t</b>"},
                }
            ],
        }
    }
    web = FakeWeb().serves("https://content.guardianapis.com/search", json.dumps(found))
    poll = await source.poll(web, BLANK)
    assert [(link.title, link.summary) for link in poll.links] == [("H", "t")]
    assert "api-key=planted-secret" in web.asked[0][0]
    refused = await source.poll(FakeWeb().refuses("https://content.guardianapis.com/search", "forbidden"), BLANK)
    assert refused.failure is not None
    assert "planted-secret" not in repr(poll) + repr(refused) + repr(source)


def test_guardian_without_its_key_says_which_variable(monkeypatch):
    monkeypatch.delenv("GUARDIAN_API_KEY", raising=False)
    with pytest.raises(ConfigError, match="GUARDIAN_API_KEY"):
        build_source({"name": "s", "kind": "guardian"})
    assert build_source({"name": "s", "kind": "guardian", "enabled": False})


class StillClock:
    def now(self):
        return NOW

    def today(self):
        return NOW.date()


PROSE = "The council's services were rated good by inspectors, who praised leaders, social workers and carers alike this week."


async def test_what_is_dropped_is_read_and_nothing_else(tmp_path):
    folder = tmp_path / "drop"
    source = build_source({"name": "my drop", "kind": "drop", "folder": str(folder)})
    assert (await source.poll(FakeWeb(), BLANK)).links == ()
    (folder / "a story.txt").write_text(f"Council rated good\n\n{PROSE}\n")
    (folder / "b.eml").write_text(f"Subject: Digest\nContent-Type: text/plain; charset=utf-8\n\n{PROSE}\n")
    (folder / ".hidden.txt").write_text("x")
    (folder / "c.html.part").write_text("x")
    (folder / "d.exe").write_text("x")
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    poll = await source.poll(FakeWeb(), BLANK)
    assert [link.title for link in poll.links] == ["a story", "b"]
    fetcher = DropFetcher(FakeWeb(), {"my drop": folder}, clock=StillClock())
    pages = [await fetcher.fetch(link.url) for link in poll.links]
    assert all(isinstance(page, Page) for page in pages)
    story, mail = [read_page(page) for page in pages if isinstance(page, Page)]
    assert (story.title, story.text) == ("Council rated good", PROSE)
    assert (mail.title, mail.text) == ("Digest", PROSE)


@pytest.mark.parametrize("name", ["..%2Fsecret.txt", "%2Fetc%2Fpasswd", "link.txt", "", "..", "gone.txt", "a%00.txt"])
async def test_a_drop_gives_out_its_own_files_only(tmp_path, name):
    folder = tmp_path / "drop"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    answer = await DropFetcher(FakeWeb(), {"d": folder}, clock=StillClock()).fetch(f"drop://d/{name}")
    assert isinstance(answer, FetchFailure)


async def test_a_replaced_file_is_a_new_article(tmp_path):
    source = build_source({"name": "d", "kind": "drop", "folder": str(tmp_path)})
    path = tmp_path / "a.txt"
    path.write_text("One")
    first = await source.poll(FakeWeb(), BLANK)
    path.write_text("Two")
    os.utime(path, (time.time() + 60,) * 2)
    later = await source.poll(FakeWeb(), BLANK)
    assert first.links[0].canonical_url != later.links[0].canonical_url


async def test_other_addresses_go_to_the_real_client(tmp_path):
    web = FakeWeb().serves("https://example.uk/", "x")
    assert isinstance(await DropFetcher(web, {}, clock=StillClock()).fetch("https://example.uk/"), Page)


@pytest.mark.parametrize(
    ("change", "key", "says"),
    [
        ({"kind": "fed"}, "kind", "did you mean 'feed'"),
        ({"keyword": ["x"]}, "keyword", "did you mean 'keywords'"),
        ({"url": "ftp://x"}, "url", "no http or https address"),
        ({"url": "https://u:p@example.uk/"}, "url", "credentials"),
        ({"url": ""}, "url", "address"),
        ({"interval": "soon"}, "interval", "15m"),
        ({"interval": "5s"}, "interval", "impolite"),
        ({"class": "pres"}, "class", "did you mean 'press'"),
        ({"enabled": "yes"}, "enabled", "true or false"),
        ({"keywords": "ofsted"}, "keywords", "list of texts"),
        ({"name": ""}, "name", "needs a name"),
        ({"kind": "listing"}, "link", "CSS selector"),
        ({"kind": "drop", "url": "https://example.uk/"}, "folder", "folder to watch"),
        ({"kind": "govuk"}, "url", "leave it out"),
    ],
)
def test_a_broken_table_names_key_and_nearest(change, key, says):
    with pytest.raises(ConfigError, match=says) as error:
        build_source({"name": "s", "kind": "feed", "url": "https://example.uk/"} | change)
    assert error.value.key == key


@pytest.mark.parametrize(
    ("text", "length"), [("15m", 900), ("1 h", 3600), ("2 days", 172800), (900, 900), ("90s", 90), ("1w", 604800)]
)
def test_lengths_of_time(text, length):
    assert seconds(text, "interval") == length


@pytest.mark.parametrize("kind", [kind for kind in SOURCE_TYPES if kind != "ofsted"])
def test_every_kind_knows_its_keys(kind):
    assert {"kind", "name", "url", "outlet", "class", "interval", "enabled", "keywords"} <= set(keys_of(kind))


def test_the_shipped_sources_can_all_be_built(monkeypatch):
    import tomllib
    from pathlib import Path

    monkeypatch.setenv("GUARDIAN_API_KEY", "x")
    path = Path(__file__).parents[2] / "config" / "sources.toml"
    tables = tomllib.loads(path.read_text())["source"]
    sources = [build_source(table) for table in tables]
    assert len({source.name for source in sources}) == len(sources)
    assert all(table.get("comment") for table in tables)
    assert all("onfirmed" not in table["comment"] or table.get("enabled") is False for table in tables)
