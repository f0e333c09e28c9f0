"""What is written in the corpus's form is what is read from it, whatever the page and the labels."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.scoring.form import Item, Label, as_held, block, items_of, read_items
from tests.conftest import ROOT

LEEDS = Label(authority="Leeds", area="overall", rating="good", evidence="rated good")

#: Lines that the form would take for its own, among others.
_LINES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["---", "--- ", "---\t", "--- x", "=== b07-01", "===", "=== ", "\\---", "\\\\=== x", "", "none", "Leeds | overall"]
    ),
)
TEXTS = st.lists(_LINES, max_size=6).flatmap(
    lambda lines: st.sampled_from(["\n", "\r\n", "\n\n", "\r"]).map(lambda by: by.join(lines))
)
#: A name, an area, a rating: a line without a bar that neither begins with a mark of the form nor has blanks around it.
NAMES = st.text(min_size=1, max_size=12).filter(
    lambda name: name == name.strip() and name[0] not in "?=" and not set(name) & set("|\r\n\0")
)
RATINGS = NAMES.filter(lambda name: " " not in name and name != "-")
#: Words that may be quoted: of one paragraph, with any marks around them.
WORDS = st.text(max_size=20).filter(lambda words: not set(words) & set("\r\n\0")) | st.sampled_from(
    ['"', '""', '"good"', '"Good" and "better"', 'was "good"', '"good" it said', "-", " - ", " | ", "a | b", "?", "none", " "]
)
LABELS = st.builds(
    Label,
    authority=NAMES,
    area=NAMES,
    rating=NAMES,
    previous=st.just("") | RATINGS,
    previous_year=st.none() | st.integers(0, 9999),
    evidence=WORDS,
    required=st.booleans(),
)
ITEMS = st.builds(
    Item,
    id=NAMES,
    title=st.text(max_size=30),
    text=TEXTS,
    published=st.dates(),
    kind=NAMES,
    style=st.text(max_size=20),
    labels=st.lists(LABELS, max_size=3).map(tuple),
)


def item(*labels: Label, **more: object) -> Item:
    told = {
        "id": "x-1",
        "title": "A title",
        "text": "Some text.",
        "published": date(2026, 8, 3),
        "kind": "news",
        "style": "paper",
    }
    return Item(**{**told, **more}, labels=labels)  # type: ignore[arg-type]


@given(st.lists(ITEMS, min_size=1, max_size=3))
@example([item(LEEDS, text="---\n=== b01\n\\---\n\\\\--- ")])
def test_what_is_written_is_read_the_same(items: list[Item]) -> None:
    """Through a file, and several in one."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "some.txt"
        file.write_text("\n".join(map(block, items)), encoding="utf-8")
        assert list(read_items(file)) == [as_held(one) for one in items]


@given(ITEMS)
def test_what_is_held_is_held_as_it_is(one: Item) -> None:
    held = as_held(one)
    assert as_held(held) == held
    assert block(held) == block(one)


@given(TEXTS.filter(lambda text: text == text.strip("\n") and "\r" not in text and "\0" not in text))
def test_a_text_with_plain_line_breaks_is_held_to_the_letter(text: str) -> None:
    (read,) = items_of(block(item(LEEDS, text=text)))
    assert read == item(LEEDS, text=text)


def test_a_block_looks_as_the_corpus_does() -> None:
    implied = Label(authority="Leeds", area="leadership", rating="good", previous="requires_improvement", required=False)
    known = Label(
        authority="Hull", area="overall", rating="good", previous="inadequate", previous_year=2019, evidence="Hull is good"
    )
    assert block(item(known, implied)) == (
        "=== x-1\nstyle: paper\ndate: 2026-08-03\nkind: news\ntitle: A title\n\nSome text.\n---\n"
        "Hull | overall | good | inadequate 2019 | Hull is good\n? Leeds | leadership | good | requires_improvement | -\n"
    )
    assert block(item(kind="school", text="---")).endswith("\n\n\\---\n---\nnone\n")


def test_every_article_to_learn_from_is_written_as_it_was_read() -> None:
    for path in sorted((ROOT / "corpus" / "articles").glob("*.txt")):
        for one in read_items(path):
            assert list(items_of(block(one))) == [one]


@pytest.mark.parametrize(
    ("told", "word"),
    [
        (item(published=None), "no day"),
        (item(id=""), "no id"),
        (item(id="a\nb"), "no id"),
        (item(kind=""), "no kind"),
        (item(kind=" news"), "no kind"),
        *(
            (item(Label(**{"authority": "Leeds", "area": "overall", "rating": "good", **wrong})), word)
            for wrong, word in (
                ({"authority": ""}, "no authority"),
                ({"authority": "? Leeds"}, "no authority"),
                ({"authority": "=== Leeds"}, "no authority"),
                ({"authority": "Leeds |"}, "no authority"),
                ({"area": "over\nall"}, "no area"),
                ({"rating": " "}, "no rating"),
                ({"previous": "requires improvement"}, "no earlier rating"),
                ({"previous": "-"}, "no earlier rating"),
                ({"previous_year": -1}, "no year"),
                ({"previous_year": 20191}, "no year"),
                ({"evidence": "two\nparagraphs"}, "no evidence"),
            )
        ),
    ],
)
def test_what_the_form_cannot_hold_is_refused_in_words(told: Item, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        block(told)


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ('"in quotes"', "in quotes"),
        ('"Good" it said', '"Good" it said'),
        ('they said "good"', 'they said "good"'),
        ('""Good" and "better""', '"Good" and "better"'),
        ("-", ""),
    ],
)
def test_quotation_marks_of_the_words_are_theirs(told: str, read: str) -> None:
    (one,) = items_of(block(item(LEEDS)).replace("rated good", told))
    assert one.labels[0].evidence == read


@pytest.mark.parametrize("year", ["²", "20222", "then"])
def test_a_year_that_is_none_is_a_fault(year: str) -> None:
    (one,) = items_of(block(item(LEEDS)).replace("| - |", f"| good {year} |"))
    assert one.labels == () and one.faults
