"""A rule is a row with an example: each fires on its own, and each phrase can be met in a text."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.classifier import lines_of, trace
from monitor.classifier.text import fold, tokenize
from monitor.classifier.vocabulary import lexicon
from monitor.tables.frames import FRAMES, Frame
from monitor.tables.kinds import KINDS, PageKind
from monitor.tables.phrases import CODES, Phrase
from tests.classifier.rows import as_text, phrase_rows, wordings

DAY = date(2024, 5, 1)
ROWS = list(phrase_rows())

#: Rows whose example another row takes first, or that no longer read their example. Each is a fault of the table.
EXAMPLE_FAILS: dict[str, str] = {
    "overall-and-areas": "overall-first fits its example first",
    "list-after-all": "listed fits its example first",
    "relative-head": "subject fits its example first",
    "left-after-aside": "out-of fits its example first",
    "that-council": "subject fits its example first",
    "to-grade": "no row fits its example",
    "and-is": "subject fits its example first",
    "overall-after": "subject fits its example first",
    "plus-areas": "subject fits its example first",
}
#: Surfaces that the tokenizer never produces.
NEVER_MET = {"'ll", "n't", "won't", "aren't you"}


def marked(frame: Frame) -> object:
    fault = EXAMPLE_FAILS.get(frame.name)
    marks = [pytest.mark.xfail(strict=True, reason=fault)] if fault else []
    return pytest.param(frame, id=frame.name, marks=marks)


def fired(text: str) -> list[str]:
    """The rows that bind the claims of a text."""
    return [claim.frame for line in lines_of("", text, DAY) for claim in line.claims]


@pytest.mark.parametrize("frame", [marked(frame) for frame in FRAMES])
def test_a_row_fires_on_its_example(frame: Frame) -> None:
    assert frame.name in fired(frame.example)


@pytest.mark.parametrize("frame", [frame for frame in FRAMES if frame.counter], ids=lambda frame: frame.name)
def test_a_row_does_not_fire_on_its_counter_example(frame: Frame) -> None:
    assert frame.name not in fired(frame.counter)


def test_known_faults_are_faults_of_rows_that_exist() -> None:
    assert EXAMPLE_FAILS.keys() <= {frame.name for frame in FRAMES}


def test_rows_have_names_of_their_own() -> None:
    names = [frame.name for frame in FRAMES]
    assert len(set(names)) == len(names)


def test_rows_use_letters_that_mean_something() -> None:
    for frame in FRAMES:
        assert frame.side in {"left", "right"}
        assert "(?P<s>" in frame.pattern
    assert {row.code for row in ROWS} <= CODES.keys() - {"."}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.reason)
def test_a_kind_of_page_is_known_by_its_example(kind: PageKind) -> None:
    assert kind.reason in {trace(kind.example, "", published=DAY).kind, trace("", kind.example, published=DAY).kind}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.code} {row.value}")
def test_a_surface_is_one_mention_from_end_to_end(row: Phrase) -> None:
    own = 0
    for words in (words for surface in row.surfaces for words in wordings(surface)):
        found = lexicon().match(words, 0)
        assert found is not None, words
        end, entry = found
        assert end == len(words), words
        own += (entry.code, entry.value) == (row.code, row.value)
    assert own, "every surface of this row is another row's as well"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.code} {row.value}")
def test_a_surface_can_be_met_in_a_text(row: Phrase) -> None:
    for words in (words for surface in row.surfaces for words in wordings(surface)):
        text = as_text(words)
        if text not in NEVER_MET:
            assert [token.word for token in tokenize(text, fold(text), 0, len(text))] == words
