"""Pages to articles: every layout, every story; what stands around the story stays out."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.calendar import london_day
from monitor.extraction.decode import decode
from monitor.extraction.html.article import read_article
from monitor.extraction.html.boilerplate_phrases import boilerplate_rows, without_boilerplate
from monitor.extraction.html.class_patterns import ARTICLE_ROWS, BOILERPLATE_ROWS, NEVER_ROWS, said_by
from monitor.extraction.html.interstitials import ROWS, interstitial_of
from monitor.extraction.html.pages import read_page, read_text
from monitor.extraction.sandbox import Sandbox
from monitor.ports import Page, ReadError
from tests.extraction.awkward import AWKWARD
from tests.extraction.layouts import LAYOUTS, TRAPS
from tests.extraction.measure import score
from tests.extraction.platforms import PLATFORMS
from tests.extraction.stories import STORIES

SEEDS = Path(__file__).resolve().parents[2].parent / "shared" / "seeds"
ALL = LAYOUTS | AWKWARD | PLATFORMS
UNDATED = {"mark allen", "line breaks in tables"}  # the page prints another day, or none that counts


def read(html: str, url: str = "https://example.uk/story") -> dict[str, str]:
    return read_article(html.encode(), url, "text/html; charset=utf-8")


@pytest.mark.parametrize("layout", ALL)
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_story_comes_out_of_a_layout_as_it_was_told(layout, story):
    make, url = ALL[layout]
    found = read(make(story), url)
    precision, recall, _ = score([("\n".join(story.lines), found["text"])])
    assert precision >= 0.97
    assert recall >= 0.97
    assert found["title"] == story.title
    assert not [trap for trap in TRAPS if trap in found["text"]]
    if layout not in UNDATED:
        moment = datetime.fromisoformat(found["published"])
        assert abs(moment.date() - date.fromisoformat(story.day)).days <= 1


def test_all_layouts_together():
    pairs = [("\n".join(story.lines), read(make(story), url)["text"]) for make, url in ALL.values() for story in STORIES]
    assert len(pairs) >= 60
    precision, recall, _ = score(pairs)
    assert precision >= 0.99
    assert recall >= 0.99


def test_the_measure_notices_a_stray_headline_and_a_lost_paragraph():
    story = STORIES[0]
    whole = "\n".join(story.lines)
    assert score([(whole, whole)]) == (1.0, 1.0, 1.0)
    assert score([(whole, whole + "\n" + TRAPS[0])])[0] < 0.97
    assert score([(whole, "\n".join(story.lines[1:]))])[1] < 0.9


@pytest.mark.parametrize("row", BOILERPLATE_ROWS, ids=lambda row: row[1])
def test_every_name_beside_the_article_matches_its_example(row):
    assert said_by(row[1]).beside


@pytest.mark.parametrize("row", NEVER_ROWS, ids=lambda row: row[1])
def test_every_name_that_is_never_the_article_matches_its_example(row):
    assert said_by(row[1]).never


@pytest.mark.parametrize("row", ARTICLE_ROWS, ids=lambda row: row[1])
def test_every_name_of_an_article_matches_its_example(row):
    assert said_by(row[1]).article


@pytest.mark.parametrize(
    "name",
    ["category-social-care", "social-work-news", "elementor-widget-container", "subscriber-content", "commentary", "header", "shared-services",
     "has-related", "content-with-sidebar", "no-comments", "hidden-xs", "shareholder",
     "download", "address", "adoption", "lead", "tagline", "metadata", "navy", "railway", "partnership", "article-body"],
)  # fmt: skip
def test_names_that_only_look_like_furniture(name):
    assert not said_by(name).beside


@pytest.mark.parametrize("row", boilerplate_rows(), ids=lambda row: row.phrase)
def test_every_row_of_furniture_takes_its_example_away(row):
    prose = "The council's services for children were rated good by inspectors, who praised its leaders and its social workers."
    after = (
        "A further sentence, long enough to be prose, that follows whatever stood between it and the one before it, says more."
    )
    assert without_boilerplate([prose, row.example, after]) == ([prose] if row.cuts else [prose, after])


def test_a_list_of_other_stories_halfway_down_is_left_out_and_the_article_goes_on():
    prose = [
        f"Sentence {number} of a story about a council, its children and its social workers, told at length."
        for number in range(12)
    ]
    teasers = ["Related topics", "Kent rated inadequate", "Sutton boss quits"]
    assert without_boilerplate(prose[:4] + teasers + prose[4:]) == prose
    assert without_boilerplate(prose[:10] + teasers + prose[10:]) == prose[:10]


@pytest.mark.parametrize(
    "line",
    [
        "(Photo by Jo Doe)",
        "Pictures: Jo Doe/PA",
        "Follow @jodoe on Twitter",
        "Please follow The Gazette on Facebook.",
        "[Image: LDRS]",
    ],
)
def test_credits_and_invitations_are_no_prose(line):
    assert without_boilerplate([STORIES[0].lines[0], line, STORIES[0].lines[1]]) == STORIES[0].lines[:2]


@pytest.mark.parametrize(
    "author", ['"Jo Doe"', '{"@type": "Person", "name": "Jo Doe"}', '[{"name": "Jo Doe"}, {"name": "X"}]', '[["Jo Doe"]]']
)
def test_who_the_author_is_does_not_end_an_article(author):
    data = f'<script type="application/ld+json">{{"@type": "NewsArticle", "author": {author}}}</script>'
    prose = "".join(f"<p>{line}</p>" for line in STORIES[0].lines)
    found = read(
        f"{data}<h1>{STORIES[0].title}</h1><div>{prose}<p>Jo Doe is our reporter, and has won two prizes for it.</p></div>"
    )
    assert found["text"].split("\n\n") == STORIES[0].lines
    found = read(f"{data}<div>{prose}<p>Jo Doe, who is the leader of the council, said that it was not enough.</p></div>")
    assert "leader of the council" in found["text"]


def test_a_photograph_in_a_sentence_is_prose():
    lines = ["Photographs of children by their carers line the walls of the office, inspectors noted with approval."]
    assert without_boilerplate(lines) == lines


def test_a_cutting_line_above_the_text_is_a_menu():
    prose = "The council's services for children were rated good by inspectors, who praised its leaders and its social workers."
    assert without_boilerplate(["Related topics", prose]) == [prose]


def test_a_caption_printed_twice_and_the_title_again():
    caption = "The council was previously rated 'requires improvement' in 2014"
    assert without_boilerplate(["Title here", caption, caption], title="Title here") == [caption]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_interstitial_is_recognised_by_words_and_by_title(row):
    assert interstitial_of([], row.example) == row.name
    assert all(interstitial_of([title.title()], "some words") == row.name for title in row.titles)


@pytest.mark.parametrize("name", ["consent", "challenge", "login", "maintenance", "not_found"])
def test_an_interstitial_in_an_articles_place_is_an_error(name):
    row = next(row for row in ROWS if row.name == name)
    with pytest.raises(ReadError) as error:
        read(
            f"<html><head><title>{row.titles[0]}</title></head><body><h1>{row.titles[0]}</h1><p>{row.example}</p></body></html>"
        )
    assert error.value.reason == "interstitial"


def test_an_article_about_maintenance_is_an_article():
    prose = "".join(
        f"<p>Sentence {i} of a long story about homes and the people in them, told at length, with care.</p>" for i in range(30)
    )
    found = read(
        f"<title>Under maintenance: the homes left to rot</title><h1>Under maintenance: the homes left to rot</h1>{prose}"
    )
    assert found["title"].startswith("Under maintenance")


@pytest.mark.parametrize(
    "title",
    ["Access denied: how families are kept from their own records", "Index of deprivation shows the north falling behind",
     "Login troubles kept social workers from their files for a week", "Log in, tune out: how teenagers sleep"],
)  # fmt: skip
def test_a_headline_that_begins_as_an_interstitial_does(title):
    assert interstitial_of([title, f"{title} | The Gazette"], "A short article of few words.") == ""


@pytest.mark.parametrize(
    "title", ["Log in to your account", "Sign in | The Gazette of Northmoor and Eastvale", "Access denied - Gazette"]
)
def test_the_titles_of_interstitials_with_a_word_or_a_name_more(title):
    assert interstitial_of([title], "A short page of few words.")


def test_a_page_with_its_data_in_one_long_attribute_is_no_attack():
    story = "<p>Some prose that is long enough, to be read by a reader, and more.</p>" * 9
    links = "".join(f"https://example.uk/?a={number}&b=2&c=3 " for number in range(2500))
    assert read(f"<div data-props='{links}'></div>{story}")["text"]
    for hostile in (" ".join(f"a{number}" for number in range(20_000)), " ".join(f"a{number}=1" for number in range(20_000))):
        with pytest.raises(ReadError) as error:
            read(f"<div {hostile}></div>{story}")
        assert error.value.reason == "hostile"


@pytest.mark.parametrize(
    ("head", "heading", "title"),
    [
        ("<title>Council rated good - BBC News</title>", "", "Council rated good"),
        ("<title>Council rated good | Community Care</title>", "", "Council rated good"),
        ("<title>x</title><meta property='og:title' content='[Withdrawn] Direction issued'>", "", "Direction issued"),
        ("<meta property='og:title' content='Council rated ‘good’'>", "<h1>Council rated 'good'</h1>", "Council rated 'good'"),
        ("<meta property='og:title' content='Council rated good'>", "<h1>The Gazette</h1>", "Council rated good"),
        ("<title>Children's services - good or bad? - Gazette</title><meta property='og:site_name' content='Gazette'>", "", "Children's services - good or bad?"),
        ("<script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"headLine\":\"From data\"}</script>", "", "From data"),
        ("<script type='application/ld+json'>{broken</script><title>Fine</title>", "", "Fine"),
    ],
)  # fmt: skip
def test_titles(head, heading, title):
    assert (
        read(
            f"<html><head>{head}</head><body>{heading}{'<p>Some prose that is long enough, to be read.</p>' * 9}</body></html>"
        )["title"]
        == title
    )


@pytest.mark.parametrize(
    ("markup", "day"),
    [
        ("<meta property='article:published_time' content='2017-06-13T23:30:00Z'>", "2017-06-13T23:30:00+00:00"),
        ("<body><p>Published: 13 June 2017</p>", "2017-06-12T23:00:00+00:00"),
        ("<body><p>Last updated: 1 May 2020</p>", "2020-04-30T23:00:00+00:00"),
        ("<body><time class='updated' datetime='2020-01-01'>x</time><time class='entry-date published' datetime='2017-06-13'>x</time>", "2017-06-12T23:00:00+00:00"),
        ("<body><p>nothing</p>", ""),
    ],
)  # fmt: skip
def test_dates(markup, day):
    prose = "<p>Some prose that is long enough, to be read by a reader, and more.</p>" * 9
    assert read(f"<html><head><title>T</title>{markup}{prose}")["published"] == day


def test_a_day_in_the_address_is_the_last_resort():
    prose = "<p>Some prose that is long enough, to be read by a reader, and more.</p>" * 9
    assert read(prose, "https://example.uk/2017/06/13/story/")["published"] == "2017-06-12T23:00:00+00:00"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"%PDF-1.7 x", "pdf"),
        (bytes(5000), "not_text"),
        (b"<html><body></body></html>", "no_article"),
    ],
)
def test_what_is_no_article(body, reason):
    with pytest.raises(ReadError) as error:
        read_article(body, "https://example.uk/", "text/html")
    assert error.value.reason == reason


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ("Café’s £5".encode(), "text/html; charset=iso-8859-1", "Café’s £5"),
        ("Café’s £5".encode("cp1252"), "text/html", "Café’s £5"),
        ("Café’s £5".encode("cp1252"), "text/html; charset=ISO-8859-1", "Café’s £5"),
        ("The council’s help – “poor”".encode("cp1252"), "text/html; charset=utf-8", "The council’s help – “poor”"),
        ("Café’s help ".encode() + b"\x93poor\x94", "text/html; charset=utf-8", "Café’s help “poor”"),
        ("Café’s help ".encode() + b"caf\xe9", "text/html; charset=windows-1252", "Café’s help café"),
        ("Café’s help".encode() + "’".encode()[:2] + b" now", "", "Café’s help� now"),
        ("Café’s help 😀".encode()[:-1], "", "Café’s help �"),
        ("Café \x92s help".encode(), "", "Café ’s help"),  # Windows-1252 that was taken for Latin-1 and written as UTF-8
        ("Привет".encode("koi8-r"), "text/html; charset=koi8-r", "Привет"),
        ("Ğüzel".encode("cp1254"), "text/html; charset=iso-8859-9", "Ğüzel"),
        ("<?xml version='1.0'?>’".encode("utf-16-le"), "", "<?xml version='1.0'?>’"),
        ("Café".encode("cp1252"), "text/html; charset=utf-7", "Café"),
        ("Café".encode("cp1252"), "text/html; charset=none-such", "Café"),
        (b"<meta charset=windows-1252>" + "Café’s".encode("cp1252"), "text/html; charset=utf-8", "<meta charset=windows-1252>Café’s"),
        ("Café".encode("utf-16"), "text/html", "Café"),
        (b"\xef\xbb\xbfCaf\xc3\xa9", "", "Café"),
        (b"a\0b", "", "a b"),
        (b"\xff\xfe", "text/html; charset=nonsense", ""),
    ],
)  # fmt: skip
def test_character_sets(body, kind, text):
    assert decode(body, kind) == text


@given(st.binary(max_size=400))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_read_or_refused(body):
    try:
        assert read_article(b"<p>" + body, "https://example.uk/", "text/html")["text"]
    except ReadError:
        pass


PIECES = st.sampled_from(
    ["<div>", "</div>", "<p>", "</p>", "<gu-x>", "</gu-x>", "<a href=x>", "</a>", "<span hidden>", "</span>", "<br>", "<img src=x>",
     "<table><tr><td>", "</td><td>", "</tr></table>", "<ul><li>", "</ul>", "<h2>", "</h2>", "<aside>", "</aside>", "<h1>A title of some length</h1>",
     "<article class='post'>", "</article>", "<div class='related'>", "Some prose that is long enough, to be read by a reader, and more of it. ", "word ", "&lt;b&gt; &amp;nbsp; "]
)  # fmt: skip


@given(st.lists(PIECES, min_size=3, max_size=40))
@settings(max_examples=150, deadline=None)
def test_any_markup_is_read_or_refused_and_nothing_is_made_up(pieces):
    html = "<title>A title of some length</title>" + "".join(pieces)
    try:
        found = read(html)
    except ReadError as error:
        if error.reason not in {"no_article", "interstitial"}:
            raise
        return
    assert found["title"]
    assert all(char.isprintable() or char == "\n" for char in found["title"] + found["text"])
    assert set(re.findall(r"\w+", found["text"])) <= set(re.findall(r"\w+", unescape(html)))


def test_a_line_that_goes_on_into_an_element_of_no_lines():
    prose = "Some prose that is long enough, to be read by a reader, and more of it."
    text = read(f"<div><div>Lead <gu-x><p>{prose}</p><p>Other {prose}</p></gu-x><p>Last {prose}</p></div></div>")["text"]
    assert text.split("\n\n")[-3:] == [prose, f"Other {prose}", f"Last {prose}"]


def test_the_parent_gets_an_article_with_its_day_in_london():
    make, url = LAYOUTS["bbc"]
    page = Page(
        url=url,
        status=200,
        content_type="text/html",
        body=make(STORIES[0]).encode(),
        retrieved=datetime(2026, 1, 1, tzinfo=UTC),
    )
    article = read_page(page, "BBC News")
    assert (article.outlet, article.published, article.title) == ("BBC News", date(2024, 5, 14), STORIES[0].title)
    assert article.text == "\n\n".join(STORIES[0].lines)
    assert article.paragraphs == tuple(STORIES[0].lines)
    assert len(article.sha256) == 64


def test_what_the_feed_knew_stands_in_where_the_page_is_silent():
    body = b"<p>Some prose that is long enough, to be read by a reader, and more.</p>" * 9
    page = Page(url="https://example.uk/a", status=200, content_type="text/html", body=body)
    assert read_page(page, published=date(2020, 1, 2)).published == date(2020, 1, 2)


def test_a_day_in_the_future_is_not_believed():
    body = b"<meta name=date content=2099-01-01>" + b"<p>Some prose that is long enough, to be read by a reader.</p>" * 9
    page = Page(
        url="https://example.uk/a", status=200, content_type="text/html", body=body, retrieved=datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert read_page(page, published=date(2025, 12, 31)).published == date(2025, 12, 31)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cc"])), st.integers(0, 1000))
def test_one_bad_byte_costs_one_character(text, place):
    body = f"{text}’é’".encode()
    at = place % (len(text) + 1)
    head, tail = text[:at].encode(), body[len(text[:at].encode()) :]
    assert decode(head + b"\x9d" + tail, "text/html; charset=windows-1252") == f"{text[:at]}\ufffd{text[at:]}’é’"


PROSE = "<p>Some prose that is long enough, to be read by a reader, and more.</p>" * 9
MINE = {"@type": "NewsArticle", "headline": "Council rated good by Ofsted", "datePublished": "2026-06-12"}
OTHER = {"@type": "NewsArticle", "headline": "Bin strike enters third week", "datePublished": "2024-02-01"}
AT = "https://example.uk/news/rated-good"


@pytest.mark.parametrize(
    ("items", "day"),
    [
        ([MINE], "2026-06-12"),
        ([OTHER, MINE], "2026-06-12"),
        ([MINE, OTHER], "2026-06-12"),
        ({"@graph": [OTHER, MINE]}, "2026-06-12"),
        ([OTHER, {**MINE, "headline": "SEO words", "url": AT + "?utm_source=x"}], "2026-06-12"),
        ([OTHER, {**MINE, "headline": "SEO words", "mainEntityOfPage": {"@id": AT}}], "2026-06-12"),
        ([OTHER, {**OTHER, "headline": "Match report"}], ""),  # none is the page's
        ([{**OTHER, "url": "https://example.uk/news/bins"}], ""),
        ([{**MINE, "headline": "SEO words"}], "2026-06-12"),  # the only one, and it names no other address
    ],
)
def test_of_several_stories_in_the_data_the_page_s_own_is_believed(items, day):
    data = f"<script type='application/ld+json'>{json.dumps(items)}</script>"
    found = read(f"<title>Council rated good by Ofsted | Gazette</title>{data}<h1>Council rated good by Ofsted</h1>{PROSE}", AT)
    assert (london_day(datetime.fromisoformat(found["published"])).isoformat() if found["published"] else "") == day
    assert found["title"] == "Council rated good by Ofsted"


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<meta name=date content=0001-01-01>", date(2026, 6, 14)),
        ("<meta name=date content=2019-01-01>", date(2026, 6, 14)),  # a template's
        ("<meta name=date content=06/14/2026>", date(2026, 6, 14)),
        ("<meta name=date content=2026-05-01><meta property='article:modified_time' content=2026-06-14>", date(2026, 5, 1)),
        ("<meta name=date content=2019-01-01><time datetime=2019-01-01>1 January 2019</time>", date(2019, 1, 1)),  # retold
    ],
)
def test_a_fresh_entry_against_the_page_s_date(markup, expected):
    page = Page(
        url=AT,
        status=200,
        content_type="text/html",
        body=f"<title>Council rated good</title>{markup}{PROSE}".encode(),
        retrieved=datetime(2026, 6, 15, tzinfo=UTC),
    )
    assert read_page(page, published=date(2026, 6, 14), first_published=True).published == expected


def test_plain_text_has_its_title_first_and_loses_its_furniture():
    article = read_text("News\n\nCouncil rated good\n\n" + STORIES[0].lines[0] + "\n\nMore like this\n\nYouth Worker, Kent")
    assert (article.title, article.text) == ("Council rated good", STORIES[0].lines[0])
    with pytest.raises(ReadError):
        read_text("News\n \n")


def test_the_dateline_of_a_plain_text_is_its_date():
    prose = STORIES[0].lines[0]
    article = read_text(f"Council rated good\n\nJoe Bloggs\nFriday, March 31, 2017\n\n{prose}")
    assert (article.published, article.text) == (date(2017, 3, 31), prose)
    assert read_text(f"Council rated good\n\n{prose}\n\nOn 3 May 2019 it changed.").published is None
    assert read_text(f"T\n31/03/2017\n{prose}", published=date(2020, 1, 1)).published == date(2020, 1, 1)


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the shared articles are not here")
def test_the_real_articles_end_where_their_text_ends():
    articles = [read_text(path.read_text(encoding="utf-8")) for path in sorted(SEEDS.glob("*.txt"))]
    assert len(articles) == 5
    for article in articles:
        assert article.title
        assert article.title != "News"
        assert not [
            word for word in ("Register", "SE1 7JY", "Membership", "£15", "Comments are closed") if word in article.text
        ]


HOSTILE = {
    "many formatting elements": "<b n>" * 4000 + "<i n>" * 4000 + "x</b>" * 4000,
    "nested very deep": "<div>" * 200_000 + "x",
    "a tag of attributes": "<p " + " ".join(f"a{i}=1" for i in range(60_000)) + ">x",
    "comment openers": "<!--" * 200_000,
    "unclosed script": "<script>" + "x" * 1_000_000,
    "one line of megabytes": "word " * 900_000,
}


@pytest.mark.slow
def test_hostile_pages_cost_the_child_and_the_next_page_is_read():
    reasons: set[str] = set()
    with Sandbox(memory=700 << 20, cpu=3, wall=4.0) as sandbox:
        for name, html in HOSTILE.items():
            start = time.monotonic()
            page = Page(url="https://example.uk/x", status=200, content_type="text/html", body=html.encode())
            try:
                read_page(page, sandbox=sandbox)
            except ReadError as error:
                reasons.add(error.reason)
            assert time.monotonic() - start < 20, name
        assert reasons & {"timeout", "memory", "crashed"}, "nothing here hurt, so nothing was proved"
        assert reasons <= {"timeout", "memory", "crashed", "hostile", "no_article"}
        make, url = LAYOUTS["bare"]
        good = Page(url=url, status=200, content_type="text/html", body=make(STORIES[0]).encode())
        assert read_page(good, sandbox=sandbox).title == STORIES[0].title
