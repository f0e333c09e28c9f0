"""The gate over bytes loses nothing that the first gate would pass, however a page writes its words."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.watch import weighty
from monitor.backfill.gate import ByteGate, may_pass
from monitor.classifier.relevance import may_report
from monitor.extraction.html.pages import read_page
from monitor.extraction.sandbox import Sandbox
from monitor.ports import Page, ReadError
from tests.backfill.archive import HTML, ORDINARY, ordinary, page, rated
from tests.extraction.awkward import AWKWARD
from tests.extraction.layouts import LAYOUTS
from tests.extraction.platforms import PLATFORMS
from tests.extraction.stories import STORIES


def passes(body: bytes, kind: str = HTML, title: str = "") -> bool:
    """Whether both steps let a page through."""
    return ByteGate().may_hold([body], [kind])[0] and may_pass(body, kind, title)


TITLE, TEXT = rated("Leeds", "good")
#: Ways to write a word, each as a page does it somewhere.
WRITTEN: dict[str, Callable[[str], str]] = {
    "plain": escape,
    "in capitals": str.upper,
    "drop cap": lambda word: f'<span class="dropcap">{word[0]}</span>{word[1:]}',
    "half in bold": lambda word: f"{word[:2]}<b>{word[2:]}</b>",
    "a tag a letter": lambda word: "".join(f"<i data-n={n}>{letter}</i>" for n, letter in enumerate(word)),
    "numbers": lambda word: "".join(f"&#{ord(letter)};" for letter in word),
    "numbers without an end": lambda word: "".join(f"&#{ord(letter)}" if letter in "sS" else letter for letter in word),
    "soft hyphens": "&shy;".join,
    "soft hyphens as bytes": "\u00ad".join,
    "zero width": "\u200b".join,
    "a comment inside": lambda word: f"{word[:3]}<!-- > -->{word[3:]}",
    "a line break in the tag": lambda word: f"{word[:3]}<span\n class='x'>{word[3:]}</span>",
}  # fmt: skip


@pytest.mark.parametrize("way", WRITTEN)
def test_a_word_counts_however_it_is_written(way: str) -> None:
    for word in ("Ofsted", "inspectors", "Children's services"):
        body = f"<p>The {WRITTEN[way](word)} of a child in a family of carers.</p>".encode()
        assert passes(body), word


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "cp037"])
def test_a_page_counts_in_any_encoding_that_can_be_read(encoding: str) -> None:
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    body = (mark + page("The watchdog’s “verdict”", TEXT.replace("'", "’"))).encode(encoding, "replace")
    assert passes(body, f"text/html; charset={encoding}")


def test_the_ligature_of_st_is_two_letters() -> None:
    assert passes("<p>Of\ufb06ed on a child</p>".encode())
    assert passes(b"<p>Of&#xfb06;ed on a child</p>")


@pytest.mark.parametrize(
    "html",
    [
        "<p>The council's children<a href=x>'s</a>\n  <b>services</b> are good.</p>",
        "<p>children&rsquo;s&nbsp;social<br>care</p>",
        "<p>Childrens services</p>",
        '<meta property="og:title" content="Ofsted on a child"><p>It was good.</p>',
        '<script type="application/ld+json">{"headline": "\\u004ffsted on a child"}</script><p>It was good.</p>',
        "<!-- <script> --><p>Ofsted on a child</p><script></script>",
        "<!--><p>Ofsted on a child</p><!-- -->",
        "<p>Ofsted on a child <a title='cut off",
    ],
)
def test_words_count_wherever_a_reader_may_take_them_from(html: str) -> None:
    assert passes(html.encode())


@pytest.mark.parametrize(
    "html",
    [
        "<p>Detective Inspector Louise Harte appealed for a witness who saw the child.</p>",
        "<p>The restaurant was inspected.</p><script>x.appendChild(y)</script><style>a:first-child{}</style>",
        "<script>var ofsted = 'child';</script><p>It was good.</p>",
    ],
)
def test_most_pages_are_kept_out(html: str) -> None:
    assert not passes(html.encode())


def test_a_rank_that_a_tag_made_is_none() -> None:
    assert passes(b"<p>a child. <b>Acting inspector</b>s came</p>")
    assert passes(b"<p>a child. ex<b>acting inspector</b> came</p>")


@given(st.data())
def test_what_the_first_gate_passes_the_bytes_pass(data: st.DataObject) -> None:
    words = ["Ofsted", "inspect", "inspection", "children's services", "children’s social care", "Childrens services"]
    words += [
        "child",
        "care leavers",
        "young people",
        "adoption",
        "looked after",
        "detective inspector",
        "s services",
        *ORDINARY[:3],
    ]
    told = data.draw(st.lists(st.sampled_from(words), max_size=6))
    ways = [data.draw(st.sampled_from(sorted(WRITTEN))) for _ in told]
    body = "<p>" + " <em>and</em> ".join(WRITTEN[way](word) for way, word in zip(ways, told, strict=True)) + "</p>"
    if may_report("", " and ".join(told)):
        assert passes(body.encode())


@pytest.mark.parametrize("layout", [*LAYOUTS, *AWKWARD, *PLATFORMS])
def test_pages_of_every_layout_pass_when_they_would_be_read(layout: str, sandbox: Sandbox) -> None:
    make, url = (LAYOUTS | AWKWARD | PLATFORMS)[layout]
    for number, story in enumerate(STORIES[:2]):
        body = weighty(make(story), number)
        try:
            article = read_page(Page(url=url, status=200, content_type=HTML, body=body), sandbox=sandbox)
        except ReadError:
            continue
        assert may_report(article.title, article.text) <= passes(body)


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    """One for all pages."""
    return Sandbox()


@pytest.mark.parametrize("piece", ["<!--", "<script ", "<script>", "<style>", "<", "&", "<!-", "<meta "])
def test_hostile_markup_takes_no_longer_than_its_length(piece: str) -> None:
    body = (piece * (2_000_000 // len(piece))).encode()
    assert ByteGate().may_hold([body], [HTML]) is not None
    assert not may_pass(body, HTML)


def test_an_ordinary_day_is_kept_out() -> None:
    bodies = [ordinary(number).encode() for number in range(94)]
    assert sum(map(passes, bodies)) <= 20
