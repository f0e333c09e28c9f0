"""Feeds of every make, and what is no feed."""

from __future__ import annotations

import json

import pytest

from monitor.extraction.feeds.feed import plain, read_feed
from monitor.extraction.feeds.search import read_govuk
from monitor.ports import ReadError, SourceState, Validators
from monitor.sources import build_source
from tests.sources.fakes import FakeWeb

URL = "https://gazette.example.uk/feed/rss.xml"
RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>Gazette</title>
<item><title>Council&amp;#8217;s services rated &amp;quot;good&amp;quot;</title><link>https://gazette.example.uk/a?utm_source=rss</link>
<pubDate>Tue, 13 Jun 2017 09:30:00 BST</pubDate><description>&lt;p&gt;A &lt;b&gt;report&lt;/b&gt;&lt;/p&gt;</description></item>
<item><title>Bin day moves</title><link>/b</link><pubDate>Mon, 12 Jun 2017 09:30:00 +0100</pubDate></item></channel></rss>"""
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><updated>2017-06-13T08:30:00Z</updated>
<entry><id>tag:x,2005:/a</id><title>A</title><link rel="alternate" href="/a"/><link rel="edit" href="/no"/>
<published>2017-06-13T08:30:00Z</published><updated>2018-01-01T00:00:00Z</updated><summary>s</summary></entry></feed>"""
RDF = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>x</title></channel>
<item rdf:about="/a"><title>A</title><link>/a</link><dc:date>2017-06-13T09:30:00+01:00</dc:date></item></rdf:RDF>"""
RSS09 = '<rss version="0.91"><channel><title>x</title><item><title>A</title><link>/a</link></item></channel></rss>'
JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [
            {"id": "1", "url": "/a", "title": "A", "date_published": "2017-06-13T09:30:00+01:00", "content_html": "<p>x</p>"},
            7,
        ],
    }
)
MALFORMED = RSS.replace("</channel></rss>", "").replace("Bin day", "Bin & day <br> £5m")


@pytest.mark.parametrize(
    ("body", "kind", "published"),
    [
        (ATOM, "application/atom+xml", "2017-06-13T08:30:00+00:00"),
        (ATOM, "text/html; charset=utf-8", "2017-06-13T08:30:00+00:00"),
        (RDF, "application/rdf+xml", "2017-06-13T08:30:00+00:00"),
        (RSS09, "text/xml", ""),
        (JSON_FEED, "application/feed+json", "2017-06-13T08:30:00+00:00"),
    ],
    ids=["atom", "atom as html", "rdf", "rss 0.91, undated", "json feed"],
)
def test_every_make_of_feed(body, kind, published):
    entries = read_feed(body.encode(), URL, kind)["entries"]
    assert [(entry["url"], entry["title"], entry["published"]) for entry in entries] == [
        ("https://gazette.example.uk/a", "A", published)
    ]


@pytest.mark.parametrize(
    "body", [RSS, MALFORMED, "\ufeff" + RSS, "\n\n" + RSS], ids=["clean", "malformed", "bom", "blank lines first"]
)
def test_rss(body):
    first, second = read_feed(body.encode(), URL, "application/rss+xml")["entries"]
    assert first["title"] == 'Council’s services rated "good"'
    assert first["published"] == "2017-06-13T08:30:00+00:00"
    assert first["summary"] == "A report"
    assert second["url"] == "https://gazette.example.uk/b"
    assert second["title"].startswith("Bin")


@pytest.mark.parametrize("charset", ["utf-16", "cp1252", "utf-8"])
def test_charsets(charset):
    body = (
        RSS.replace("Bin day", "Café’s £5m").replace('version="1.0"?', f'version="1.0" encoding="{charset}"?').encode(charset)
    )
    assert read_feed(body, URL, "text/xml")["entries"][1]["title"] == "Café’s £5m moves"


@pytest.mark.parametrize(
    "body",
    [
        RSS.replace("Bin day", "Café’s £5m").replace('version="1.0"?', 'version="1.0" encoding="windows-1252"?').encode(),
        RSS.replace("Bin day", "Café’s £5m").encode() + b"<!-- caf\xe9 -->",
        RSS.replace("Bin day", "Café’s £5m").replace('version="1.0"?', 'version="1.0" encoding="utf-8"?').encode("cp1252"),
    ],
    ids=["an old label", "one bad byte", "not what it says"],
)
def test_feeds_are_decoded_as_pages_are(body):
    for kind in ("application/rss+xml", "application/rss+xml; charset=iso-8859-1", "text/html"):
        assert read_feed(body, URL, kind)["entries"][1]["title"] == "Café’s £5m moves"


def test_json_with_a_bad_byte_is_read():
    body = JSON_FEED.replace('"A"', '"A’s"').encode().replace(b"\\u2019", "’".encode()) + b" "
    body = body.replace(b"<p>x</p>", b"caf\xe9")
    assert len(read_feed(body, URL, "application/feed+json")["entries"]) == 1
    answer = '{"results": [{"title": "Bury’s", "link": "/a", "description": "caf\x00"}], "total": 1}'.encode().replace(
        b"\0", b"\xe9"
    )
    assert read_govuk(answer, URL)["entries"][0]["summary"] == "café"


def test_a_feed_that_is_the_name_of_a_file_opens_no_file(tmp_path):
    (tmp_path / "secret").write_text(RSS)
    with pytest.raises(ReadError) as caught:
        read_feed(str(tmp_path / "secret").encode(), URL, "text/xml")
    assert caught.value.reason == "not_a_feed"


@pytest.mark.parametrize(
    "title", ["Children’s  services", "CHILDREN'S SERVICES", "children\u2018s\xa0services", "Children's ser\xadvices"]
)
@pytest.mark.parametrize("keyword", ["children's services", "Children’s services"])
def test_a_keyword_is_found_however_it_is_printed(title, keyword):
    assert build_source({"name": "g", "url": URL, "keywords": [keyword]}).wanted(
        {"title": f"Leeds {title} rated", "summary": ""}
    )


def rss(*links: str, site: str = "") -> bytes:
    items = "".join(f"<item><title>Ofsted {number}</title><link>{link}</link></item>" for number, link in enumerate(links))
    return (
        f'<rss version="2.0"><channel><title>x</title>{f"<link>{site}</link>" if site else ""}{items}</channel></rss>'.encode()
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (rss("/a", site="https://www.example.uk/"), "https://www.example.uk/a"),
        (rss("?id=5", site="https://www.example.uk/news"), "https://www.example.uk/news?id=5"),
        (rss("/a"), "https://gazette.example.uk/a"),
        (rss("www.gazette.example.uk/a b"), "https://www.gazette.example.uk/a%20b"),
        (rss("//gazette.example.uk/a"), "https://gazette.example.uk/a"),
        (rss("https://gazette.example.uk/café?b=1&amp;c=|"), "https://gazette.example.uk/caf%C3%A9?b=1&c=|"),
        (rss("https://bücher.example/a"), "https://xn--bcher-kva.example/a"),
        (rss("<![CDATA[ https://gazette.example.uk\\a ]]>"), "https://gazette.example.uk/a"),
        (ATOM.replace("<feed ", "<feed xml:base='https://www.example.uk/x/' ").encode(), "https://www.example.uk/a"),
        (
            ATOM.replace("<entry>", "<entry xml:base='https://www.example.uk/x/'>").replace('href="/a"', 'href="b"').encode(),
            "https://www.example.uk/x/b",
        ),
        (ATOM.encode(), "https://gazette.example.uk/a"),
    ],
)
def test_where_the_links_of_a_feed_lead(body, expected):
    assert [entry["url"] for entry in read_feed(body, URL, "text/xml")["entries"]] == [expected]


HERE, THERE = "https://gazette.example.uk/{}", "https://gazette-news.example/{}"


@pytest.mark.parametrize(
    ("links", "reason", "announced"),
    [
        ([HERE, HERE], "", 2),
        ([THERE, THERE], "elsewhere", 0),
        ([THERE], "elsewhere", 0),
        ([HERE, THERE, THERE], "", 1),  # one story of three is its own
        ([HERE, *[THERE] * 11], "elsewhere", 1),  # nearly all of a long list; the one is read all the same
        ([*[HERE] * 3, *[THERE] * 9], "", 3),
    ],
)
async def test_a_feed_whose_links_have_moved_to_another_site_fails(links, reason, announced):
    web = FakeWeb().serves(URL, rss(*(link.format(number) for number, link in enumerate(links))), "text/xml")
    poll = await build_source({"name": "g", "url": URL}).poll(web, SourceState(name="g"))
    assert (poll.failure.reason if poll.failure else "") == reason
    assert len(poll.links) == announced
    assert poll.items == len(links)
    if poll.failure:
        assert "gazette-news.example" in poll.failure.detail
        followed = await build_source({"name": "g", "url": URL, "sites": ["gazette-news.example", "example.uk"]}).poll(
            web, SourceState(name="g")
        )
        assert followed.failure is None


async def test_a_source_of_an_international_name_follows_its_own_links():
    url = "https://www.bücher.example/feed"
    web = FakeWeb().serves(url, rss("https://bücher.example/a", "/b"), "text/xml")
    for sites in ([], ["bücher.example"]):
        poll = await build_source({"name": "g", "url": url, "sites": sites}).poll(web, SourceState(name="g"))
        assert [link.canonical_url for link in poll.links] == [
            "https://xn--bcher-kva.example/a",
            "https://xn--bcher-kva.example/b",
        ]


def test_links_that_lead_nowhere_good_are_left_out():
    links = [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "../../etc/passwd",
        "https://gazette.example.uk/ok",
    ]
    items = "".join(f"<item><title>x</title><link>{link}</link></item>" for link in links)
    body = f'<rss version="2.0"><channel>{items}<item><guid isPermaLink="false">../../secret</guid></item></channel></rss>'
    urls = [entry["url"] for entry in read_feed(body.encode(), URL, "text/xml")["entries"]]
    assert urls == ["https://gazette.example.uk/etc/passwd", "https://gazette.example.uk/ok"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"   ", "empty"),
        (b"<html><title>Just a moment...</title><body>Enable JavaScript and cookies to continue</body></html>", "interstitial"),
        (b"<html><title>Sign in</title><body><h1>Sign in</h1></body></html>", "interstitial"),
        (b"<html><title>Gazette</title><body><p>Hello there</p></body></html>", "not_a_feed"),
        (b'{"items": 3}', "not_a_feed"),
        (b"{broken", "not_a_feed"),
        (ATOM.replace("<title>A</title>", "<title>This feed has ended</title>").encode(), "ended"),
    ],
)
def test_what_is_no_feed(body, reason):
    with pytest.raises(ReadError) as error:
        read_feed(body, URL, "application/xml")
    assert error.value.reason == reason


def test_bombs_and_outside_entities_stay_small():
    laughs = (
        '<!DOCTYPE x [<!ENTITY a "ha">'
        + "".join(f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(8))
        + "]>"
    )
    xxe = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    for doctype in (laughs, xxe):
        body = f'<?xml version="1.0"?>{doctype}<rss version="2.0"><channel><item><title>&a;&i;</title><link>/a</link></item></channel></rss>'
        entries = read_feed(body.encode(), URL, "text/xml")["entries"]
        assert all(len(entry["title"]) <= 500 and "root:" not in entry["title"] for entry in entries)


def test_plain_text_of_markup():
    assert plain("<p>One &amp;amp; two</p><script>x</script>") == "One & two x"
    assert plain("a\x00b\x1b[31m") == "a b [31m"


async def test_a_poll_announces_folds_filters_and_remembers():
    web = FakeWeb().serves(URL, RSS, "application/rss+xml", etag='"1"')
    source = build_source({"name": "gazette", "kind": "feed", "url": URL, "interval": "15m", "keywords": ["rated"]})
    poll = await source.poll(web, SourceState(name="gazette"))
    assert [(link.canonical_url, link.title) for link in poll.links] == [
        ("https://gazette.example.uk/a", 'Council’s services rated "good"')
    ]
    assert (poll.items, poll.undated) == (2, 0)
    assert poll.validators == {URL: Validators(etag='"1"')}
    again = await source.poll(web, SourceState(name="gazette", validators=poll.validators))
    assert again.not_modified
    assert again.failure is None


async def test_links_off_the_site_are_not_followed_unless_allowed():
    body = '<rss version="2.0"><channel><item><title>x</title><link>https://evil.example.com/x</link></item></channel></rss>'
    web = FakeWeb().serves(URL, body)
    table = {"name": "gazette", "kind": "feed", "url": URL}
    poll = await build_source(table).poll(web, SourceState(name="g"))
    assert poll.links == ()
    assert poll.passed_over == (("x", "leads to example.com, which is not one of its sites (example.uk)"),)
    assert len((await build_source(table | {"sites": ["*"]}).poll(web, SourceState(name="g"))).links) == 1


async def test_a_consent_page_is_a_failure_and_not_an_empty_list():
    web = FakeWeb().serves(URL, "<title>Before you continue</title><p>We value your privacy</p>")
    poll = await build_source({"name": "g", "kind": "feed", "url": URL}).poll(web, SourceState(name="g"))
    assert poll.failure is not None
    assert poll.failure.reason == "interstitial"


async def test_bbc_feeds_lead_to_bbc_articles():
    url = "https://feeds.bbci.co.uk/news/england/rss.xml"
    body = '<rss version="2.0"><channel><item><title>x</title><link>https://www.bbc.com/news/articles/c1?at_medium=RSS</link></item></channel></rss>'
    poll = await build_source({"name": "g", "kind": "feed", "url": url}).poll(
        FakeWeb().serves(url, body), SourceState(name="g")
    )
    assert [link.canonical_url for link in poll.links] == ["https://bbc.co.uk/news/articles/c1"]
