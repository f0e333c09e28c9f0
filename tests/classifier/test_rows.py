"""A rule is a row with an example: each fires on its own, and each phrase can be met in a text."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.classifier import lines_of, trace
from monitor.classifier.clauses import clause_of
from monitor.classifier.grades import LICENCES, Licence, Site
from monitor.classifier.lay import lay_areas
from monitor.classifier.modifiers import MODIFIERS, Modifier
from monitor.classifier.text import fold, sentences, tokenize
from monitor.classifier.vocabulary import lexicon
from monitor.tables.frames import FRAMES, Frame
from monitor.tables.kinds import KINDS, PageKind
from monitor.tables.lay_areas import LAY_AREAS, LayArea
from monitor.tables.phrases import CODES, Phrase
from tests.classifier.rows import as_text, phrase_rows, wordings

DAY = date(2024, 5, 1)
ROWS = list(phrase_rows())

#: Surfaces that the tokenizer never produces.
NEVER_MET = {"'ll", "n't"}


def fired(text: str) -> list[str]:
    """The rows that bind the claims of a text."""
    return [claim.frame for line in lines_of("", text, DAY) for claim in line.claims]


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame.name)
def test_a_row_fires_on_its_example(frame: Frame) -> None:
    assert frame.name in fired(frame.example)


@pytest.mark.parametrize("frame", [frame for frame in FRAMES if frame.counter], ids=lambda frame: frame.name)
def test_a_row_does_not_fire_on_its_counter_example(frame: Frame) -> None:
    assert frame.name not in fired(frame.counter)


def test_rows_have_names_of_their_own() -> None:
    names = [frame.name for frame in FRAMES]
    assert len(set(names)) == len(names)


def test_rows_use_letters_that_mean_something() -> None:
    for frame in FRAMES:
        assert frame.side in {"left", "right"}
        assert "(?P<s>" in frame.pattern
    assert {row.code for row in ROWS} <= CODES.keys() - {"."}


@pytest.mark.parametrize("modifier", MODIFIERS, ids=lambda modifier: modifier.name)
def test_a_modifier_decides_in_its_example(modifier: Modifier) -> None:
    line = next(iter(lines_of("", modifier.example, date(2024, 6, 1))))
    clauses = [clause_of(claim, line.chunks, line.sentence, date(2024, 6, 1)) for claim in line.claims]
    first = [
        next(row.name for row in MODIFIERS if row.decide(clause))
        for clause in clauses
        if any(r.decide(clause) for r in MODIFIERS)
    ]
    assert modifier.name in first


@pytest.mark.parametrize("licence", LICENCES, ids=lambda licence: licence.name)
def test_a_licence_decides_in_its_example(licence: Licence) -> None:
    line = next(iter(sentences(licence.example)))
    sites = [
        Site(line.tokens, at, at + 1, token.word, in_title=False)
        for at, token in enumerate(line.tokens)
        if token.word in {"good", "outstanding", "inadequate", "goods"}
    ]
    decided = [next((row for row in LICENCES if row.fits(site)), None) for site in sites]
    assert licence in decided
    assert any(row is licence and row.grants(site) for row, site in zip(decided, sites, strict=True))


@pytest.mark.parametrize(
    "praise",
    ["Inspectors saw good practice in many teams.", "Social workers have good relationships with outstanding partners."],
)
def test_praise_has_no_licence(praise: str) -> None:
    assert not [chunk for line in lines_of("", praise, DAY) for chunk in line.chunks if chunk.code == "R"]


@pytest.mark.parametrize("row", LAY_AREAS, ids=lambda row: row.example)
def test_an_area_in_everybodys_words_is_known_by_its_example(row: LayArea) -> None:
    words = row.example.split()
    assert lay_areas(words) == [(0, len(words), row.area)]
    assert not lay_areas(row.counter.lower().split())


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
