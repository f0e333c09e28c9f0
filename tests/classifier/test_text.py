"""Text keeps its length and its offsets, whatever it holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.classifier.text import MAX_SENTENCE, Sentence, fold, sentences
from monitor.tables import rows

#: Pieces that sentence cutting and quoting turn on, mixed with any text at all.
PIECES = st.sampled_from(
    [
        "Ofsted", "rated", "Leeds", "good", "'good'", "“good”", "children’s", "isn't", "Cllr. ", "St. Helens", "e.g. ", "U.K. ", "3.5", "1,200",
        ". ", "! ", "? ", "\n", "\n\n", " - ", "–", "...", "…", ".)", '."', "\u00a0", "\u200b", "İ", "ǅ", "ß", "ﬁ", "\u0301", "😀", "•", "* ", "1) ", "\t", "\r\n",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=400), st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=60).map("".join))


@given(TEXTS)
def test_folding_keeps_every_character_in_its_place(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


@given(TEXTS, st.booleans())
def test_sentences_lie_in_the_text_in_order(text: str, in_title: bool) -> None:
    at = 0
    for sentence in sentences(text, in_title=in_title):
        assert at <= sentence.start < sentence.end <= len(text)
        assert sentence.end - sentence.start <= MAX_SENTENCE
        assert text[sentence.start : sentence.end].strip()
        assert len(sentence.speech) == len(sentence.tokens)
        at = sentence.end


@given(TEXTS)
def test_a_token_is_the_folded_form_of_its_slice(text: str) -> None:
    for sentence in sentences(text):
        at = sentence.start
        for token in sentence.tokens:
            assert at <= token.start < token.end <= sentence.end
            assert fold(text[token.start : token.end]) == token.word
            at = token.end


def cut(text: str) -> list[str]:
    return [text[s.start : s.end] for s in sentences(text)]


def words(text: str) -> list[str]:
    return [token.word for sentence in sentences(text) for token in sentence.tokens]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is good. It was not.", ["It is good.", "It was not."]),
        ("Cllr. Brown and Mrs. Green of St. Helens agreed.", ["Cllr. Brown and Mrs. Green of St. Helens agreed."]),
        ('"We are glad." That is all.', ['"We are glad."', "That is all."]),
        ("A line\nand another", ["A line", "and another"]),
        ("It cost 3.5 million.", ["It cost 3.5 million."]),
    ],
)
def test_where_sentences_end(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bolton’s children's", ["bolton", "'s", "children", "'s"]),
        ("isn't can’t", ["is", "n't", "ca", "n't"]),
        ("looked-after – good", ["looked", "after", "-", "good"]),
        ("1,200 homes", ["1,200", "homes"]),
        ("'good'", ["'", "good", "'"]),
    ],
)
def test_what_a_word_is(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def spoken(text: str) -> str:
    """The words that stand in quoted speech."""
    found: list[Sentence] = sentences(text)
    return " ".join(t.word for s in found for t, said in zip(s.tokens, s.speech, strict=True) if said and t.word.isalpha())


def test_speech_is_more_than_a_quoted_word_or_two() -> None:
    assert spoken("It is 'good' and 'getting better'.") == ""
    assert spoken('He said: "We were rated good and we are very proud of it." Then he left.').startswith("we were rated good")


def test_speech_runs_on_until_its_quote_closes() -> None:
    said = spoken('"We were rated good in every part of it. We are glad of that," he said. He left.')
    assert "we are glad" in said
    assert "he left" not in said


def test_a_page_ends_where_its_furniture_begins() -> None:
    story = "The inspectors wrote at length about what they had seen in the homes of the families they visited."
    kept = cut("\n".join([story, story + " Truly.", story + " Indeed.", "Related stories", "Leeds was rated good."]))
    assert "Leeds was rated good." not in kept
    assert kept[0] == story


@pytest.mark.parametrize(
    "row", [row for row in rows("boilerplate_phrases") if row["in_article"]], ids=lambda row: row["phrase"]
)
def test_every_line_that_is_not_of_the_story_is_skipped_or_ends_it(row: dict[str, str]) -> None:
    prose = "Inspectors praised the leaders of the council and its social workers for what they had done since the year before."
    after = "A further sentence follows whatever stood between it and the one before it."
    left = cut("\n".join([prose, prose.replace("year", "month"), prose.replace("year", "week"), row["example"], after]))
    assert row["example"] not in left
    assert (after in left) == (row["in_article"] == "skip")
