"""What belongs to an article and what stands beside it, one habit of pages at a time."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from monitor.extraction.html.article import read_article
from monitor.extraction.html.blocks import MAX_MARKUP, outline_of
from tests.extraction.stories import STORIES

LINES = STORIES[0].lines
BODY = "".join(f"<p>{line}</p>" for line in LINES)
HEAD = f"<title>{STORIES[0].title}</title><h1>{STORIES[0].title}</h1>"


def read(body: str) -> list[str]:
    return read_article(f"{HEAD}<main>{body}</main>".encode(), "https://example.uk/story", "text/html")["text"].split("\n\n")


def outline(html: str):
    return outline_of(LexborHTMLParser(html, scripting=True))


@pytest.mark.parametrize(
    "extra",
    [
        "<div><img src=a><div>Kent county hall, rated inadequate in 2019</div></div>",
        "<figure><img src=a><p>Kent county hall was rated inadequate by inspectors in 2019, and the picture shows its doors and steps.</p></figure>",
        "<div><div><img src=a></div><div>Kent county hall</div><div>Photo: Jo Doe</div></div>",
        f"<blockquote>“{LINES[1][5:90]}”</blockquote>",
        f"<aside class=quote><p>{LINES[2][:70]} ...</p></aside>",
        "<ul><li><a href=x>Kent rated inadequate</a></li><li><a href=x>Sutton boss quits</a> (1 May)</li></ul>",
        "<div><h4><a href=x>Kent rated inadequate</a></h4><p>It is the first time.</p></div><div><h4><a href=x>Sutton boss quits</a></h4><p>She had been there for a year.</p></div>",
        "<div>More from this author</div>",
        "<div class=z><div><h3>Kent rated inadequate for the second time</h3><div>Read more</div></div><a class=over href=/x></a></div>",
        "<div class=z><a href=/x><img src=a></a><h3>Kent rated inadequate for the second time</h3><p>It is the first time.</p></div>",
        "<p><em>Get <a href=x>the Gazette's news</a>, our newsletter</em></p>",
        "<p><a href=x>Kent rated inadequate for the second time in five years</a></p>",
        "<div class='post-related'><p>Kent's services were rated inadequate, and a sentence of some length says why, and how, and since when.</p></div>",
        "<p>(Photo by Jo Doe)</p>",
        "<span hidden>Kent rated inadequate</span>",
        "<p><span class=sr-only>Kent rated inadequate</span></p>",
    ],
)  # fmt: skip
@pytest.mark.parametrize("after", [1, 3])
def test_what_stands_between_two_paragraphs_and_is_not_the_articles(extra, after):
    paragraphs = [f"<p>{line}</p>" for line in LINES]
    assert read("".join([*paragraphs[:after], extra, *paragraphs[after:]])) == LINES


@pytest.mark.parametrize(
    ("extra", "line"),
    [
        ("<blockquote>“Nobody had told us, and nobody asked us what we thought,” said a carer.</blockquote>", "“Nobody had told us, and nobody asked us what we thought,” said a carer."),
        ("<ul><li>Leaders: good.</li></ul>", "Leaders: good."),
        ("<table><tr><th>Leaders</th><td>Good</td></tr></table>", "Leaders: Good"),
        ("<h2>What happens next</h2>", "What happens next"),
        ('<h2 id=next><a class=anchor href="#next">What happens next</a></h2>', "What happens next"),
        ("<p>Carers agree.</p>", "Carers agree."),
        ('<p>The <a href="/report">report, which is out today</a>, has more.</p>', "The report, which is out today, has more."),
        ("<p>Ofsted's report says: <a href='/r'>Read the whole of what inspectors said here</a>.</p>", "Ofsted's report says: Read the whole of what inspectors said here."),
        ("<div><img src=a><h3>1. Leaders</h3><p>They are good.</p></div>", "1. Leaders"),
    ],
)  # fmt: skip
def test_what_stands_between_two_paragraphs_and_is_the_articles(extra, line):
    paragraphs = [f"<p>{text}</p>" for text in LINES]
    assert line in read("".join([*paragraphs[:2], extra, *paragraphs[2:]]))


def test_what_stands_before_the_title_is_not_the_articles():
    alert = "<p>Kent's services were rated inadequate this morning, and our reporters are there to tell you all about it.</p>"
    found = read_article(f"<div>{alert}{HEAD}{BODY}</div>".encode(), "https://example.uk/story", "text/html")
    assert found["text"].split("\n\n") == LINES


def test_the_title_again_below_the_article_cuts_nothing():
    assert read(f"{BODY}<h2>Comment on: {STORIES[0].title}</h2>") == LINES


def test_a_story_that_is_printed_for_readers_without_scripts_only():
    page = f"<head>{HEAD[: HEAD.index('<h1>')]}</head><body><div id=app></div><noscript><div>{BODY}</div></noscript></body>"
    found = read_article(page.encode(), "https://example.uk/story", "text/html")
    assert found["text"].split("\n\n") == LINES


def test_a_paragraph_that_a_box_breaks_is_whole():
    box = "<div class='pullbox sidebar'><h3>Further reading</h3><a href=x>Kent rated inadequate</a></div>"
    assert read(f"{BODY}<p>{box}{LINES[0]} Again.</p>") == [*LINES, f"{LINES[0]} Again."]


def test_a_standfirst_in_an_element_of_its_own_is_the_articles():
    standfirst = "The council has lost the grade it had for nine years, and its leader says that she will not resign over it."
    body = f"<header>{HEAD}<div><p>{standfirst}</p></div></header><div><div>{BODY}</div></div>"
    found = read_article(body.encode(), "https://example.uk/story", "text/html")
    assert found["text"].split("\n\n") == [standfirst, *LINES]


def test_a_short_aside_of_a_bad_name_is_not_taken_for_a_short_article():
    aside = "<div class=sidebar><p>A weekly programme about councils, and the people whose lives they change.</p></div>"
    page = f"<h1>Listen again</h1><div><p>Press play, and hear what the inspectors said to the council.</p></div>{aside}"
    found = read_article(page.encode(), "https://example.uk/story", "text/html")
    assert found["text"] == "Press play, and hear what the inspectors said to the council."


@pytest.mark.parametrize(
    ("html", "texts"),
    [
        ("<p>a<b>b</b> <i>c</i></p>", ["ab c"]),
        ("<p>one<br>two<br><br>three<br> <br>four</p>", ["one\ntwo", "three", "four"]),
        ("<p>a &amp;amp; b &lt;i&gt; &nbsp; c&#8203;d</p>", ["a &amp; b <i> cd"]),
        ("<p>a <private-x id=1>Facebook</private-x> b</p>", ["a Facebook b"]),
        ('<p>a <a href="?a>b" title="x>y">link</a> b</p>', ["a link b"]),
        ("<div data-x='<p>no</p>'>yes</div>", ["yes"]),
        ("<div>x<!-- <p>no</p> --></div>", ["x"]),
        ("<p>x<script>'</p><p>no'</script></p><noscript><p>no</p></noscript><nav><p>no</p></nav>", ["x"]),
        ("<table><tr><td>a<td><b>b</b></table>", ["a: b"]),
        ("<table><tr><td>a<td>b<td>c</table>", ["a | b | c"]),
        ("<table><tr><td><p>a<p>b</table>", ["a", "b"]),
        (f"<table><tr><td>menu<td>{'long text ' * 200}</table>", ["menu", ("long text " * 200).strip()]),
        ("<p>a <span hidden>no <span>no</span> no</span> b</p>", ["a b"]),
        ("<p>a <span class='not-hidden'>yes</span> b</p>", ["a yes b"]),
        ("loose<p>p</p>tail", ["loose", "p", "tail"]),
    ],
)  # fmt: skip
def test_the_blocks_of_markup(html, texts):
    assert [block.text for block in outline(html).blocks] == texts


def test_links_are_counted_also_where_they_hold_blocks():
    found = outline("<p>four <a href=x>five5</a></p><a href=x><h3>head</h3><p>text</p></a><p>after</p>").blocks
    assert [(block.text, block.link_chars) for block in found] == [("four five5", 5), ("head", 4), ("text", 4), ("after", 0)]


def test_a_page_is_walked_to_a_limit():
    found = outline("<p>Words of a page without an end. </p>" * 100_000).blocks
    assert 10_000 < len(found) < MAX_MARKUP / len("<p></p>")


def test_the_parser_writes_attributes_so_that_tags_end_at_the_first_bracket():
    tree = LexborHTMLParser("""<p title='a>b"c<d' =x=1 "=2>t</p>""")
    html = tree.body.html
    assert html.count(">") == 4
    assert html.count("<") == 4
