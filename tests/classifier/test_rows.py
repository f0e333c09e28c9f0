"""A rule is a row with an example: each fires on its own, and each phrase can be met in a text."""

from __future__ import annotations

import pytest

from monitor.classifier.area_paraphrases import paraphrased_areas
from monitor.classifier.text import fold, tokenize
from monitor.classifier.vocabulary import lexicon
from monitor.tables.area_paraphrases import AREA_PARAPHRASES, AreaParaphrase
from monitor.tables.phrases import Phrase, PhraseType
from tests.classifier.rows import as_text, phrase_rows, wordings

ROWS = list(phrase_rows())

#: Surfaces that the tokenizer never produces.
NEVER_MET = {"'ll", "n't"}


def test_each_type_of_phrase_has_rows() -> None:
    assert {row.type for row in ROWS} == {*PhraseType} - {PhraseType.AUTHORITY, PhraseType.HIDDEN}


@pytest.mark.parametrize("row", AREA_PARAPHRASES, ids=lambda row: row.example)
def test_an_area_in_everybodys_words_is_known_by_its_example(row: AreaParaphrase) -> None:
    words = row.example.split()
    assert paraphrased_areas(words) == [(0, len(words), row.area)]
    assert not paraphrased_areas(row.counter.lower().split())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.type} {row.value}")
def test_a_surface_is_one_mention_from_end_to_end(row: Phrase) -> None:
    for surface in row.surfaces:
        own = 0
        for words in wordings(surface):
            found = lexicon().match(words, 0)
            assert found is not None, words
            end, entry = found
            assert end == len(words), words
            own += (entry.type, entry.value) == (row.type, row.value)
        assert own, f"{surface!r} is never reached: it is another row's as well"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.type} {row.value}")
def test_a_surface_can_be_met_in_a_text(row: Phrase) -> None:
    for words in (words for surface in row.surfaces for words in wordings(surface)):
        text = as_text(words)
        if text not in NEVER_MET:
            assert [token.word for token in tokenize(text, fold(text), 0, len(text))] == words
