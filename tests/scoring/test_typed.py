"""What a person types for a field of a label: what is meant by it, and what is said where nothing is."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.authorities import authorities
from monitor.domain.model import Area, Rating
from monitor.scoring.typed import (
    NotUnderstood,
    area_of,
    authority_of,
    evidence_of,
    one_of,
    previous_of,
    rating_of,
    words_of,
    year_of,
)

TITLE = "Leeds “good”, says Ofsted"
BODY = "Ofsted has rated  Leeds good – and its leaders' work outstanding.\n\n- Care leavers: good\n\nNothing more. The end."
SENTENCES = (
    TITLE,
    "Ofsted has rated  Leeds good – and its leaders' work outstanding.",
    "- Care leavers: good",
    "Nothing more.",
)


@pytest.mark.parametrize(
    ("typed", "area"),
    [
        ("overall", Area.OVERALL),
        ("O", Area.OVERALL),
        ("overall effectiveness", Area.OVERALL),
        ("help and protection", Area.HELP_AND_PROTECTION),
        ("help_and_protection", Area.HELP_AND_PROTECTION),
        ("Help-and-protection", Area.HELP_AND_PROTECTION),
        ("hap", Area.HELP_AND_PROTECTION),
        ("protection", Area.HELP_AND_PROTECTION),
        ("impact of leaders", Area.LEADERSHIP),
        ("lead", Area.LEADERSHIP),
        ("cic", Area.CHILDREN_IN_CARE),
        ("  in   care ", Area.CHILDREN_IN_CARE),
        ("children looked after", Area.CHILDREN_IN_CARE),
        ("care", Area.CARE_LEAVERS),
        ("leaving care", Area.CARE_LEAVERS),
        ("ad", Area.ADOPTION),
    ],
)
def test_an_area_is_meant_by_its_words_a_beginning_or_what_papers_call_it(typed: str, area: Area) -> None:
    assert area_of(typed) is area


@pytest.mark.parametrize(
    ("typed", "rating"),
    [
        ("good", Rating.GOOD),
        ("RI", Rating.REQUIRES_IMPROVEMENT),
        ("requires improvement to be good", Rating.REQUIRES_IMPROVEMENT),
        ("requires_improvement", Rating.REQUIRES_IMPROVEMENT),
        ("out", Rating.OUTSTANDING),
        ("ad", Rating.ADEQUATE),
        ("i", Rating.INADEQUATE),
    ],
)
def test_a_rating_is_meant_likewise(typed: str, rating: Rating) -> None:
    assert rating_of(typed) is rating


@pytest.mark.parametrize("area", Area)
def test_every_area_is_meant_by_all_of_its_names(area: Area) -> None:
    assert {area_of(name) for name in (area.value, area.words, area.heading, area.short) if name} == {area}


def test_every_authority_is_meant_by_the_name_that_is_written() -> None:
    assert [a.name for a in authorities() if authority_of(a.display_name) != a] == []


@pytest.mark.parametrize(
    ("read", "typed", "words"),
    [
        (area_of, "c", ["'care leavers' or 'children in care'", "more of it"]),
        (area_of, "children in care and care leavers", ["one by one", "'children in care' and 'care leavers'"]),
        (area_of, "weather", ["no area", "overall, leadership, help and protection"]),
        (area_of, "", ["no area"]),
        (area_of, "_", ["no area"]),
        (rating_of, "great", ["no rating", "requires improvement"]),
        (rating_of, "", ["no rating"]),
        (rating_of, "leadership", ["no rating"]),
        (authority_of, "Leds", ["no authority", "did you mean 'Leeds'?"]),
        (authority_of, "West", ["'West Berkshire'", " or "]),
        (authority_of, "", ["no authority"]),
        (authority_of, "   ", ["no authority"]),
        (authority_of, "\x1b[2J", ["no authority"]),
        (authority_of, "Glasgow", ["no authority of England"]),
    ],
)
def test_what_is_not_understood_says_what_would_be(read: object, typed: str, words: list[str]) -> None:
    with pytest.raises(NotUnderstood) as refused:
        read(typed)  # type: ignore[operator]
    assert all(word in str(refused.value) for word in words), str(refused.value)


@given(st.text(max_size=30))
def test_whatever_is_typed_is_read_or_refused(typed: str) -> None:
    for read in (area_of, rating_of, authority_of, lambda typed: year_of(typed, 2026), lambda typed: previous_of(typed, 2026)):
        with suppress(NotUnderstood):
            read(typed)
    with suppress(NotUnderstood):
        assert evidence_of(typed, TITLE, BODY, SENTENCES) in f"{TITLE}\n{BODY}"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("-", None),
        ("good", (Rating.GOOD, None)),
        ("good 2019", (Rating.GOOD, 2019)),
        ("good (2019)", (Rating.GOOD, 2019)),
        ("good in 2019", (Rating.GOOD, 2019)),
        ("requires improvement, 2019", (Rating.REQUIRES_IMPROVEMENT, 2019)),
    ],
)
def test_an_earlier_rating_may_have_a_year(typed: str, told: object) -> None:
    assert previous_of(typed, 2026) == told


@pytest.mark.parametrize("typed", ["1999", "2027", "19", "20199", "²", "two", "", "-5", "2019.5"])
def test_a_year_is_plausible_or_refused(typed: str) -> None:
    with pytest.raises(NotUnderstood, match="year"):
        year_of(typed, 2026)
    assert year_of("2026", 2026) == 2026
    assert year_of(" 2000 ", 2026) == 2000
    assert year_of("-", 2026) is None


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("1", TITLE),
        ("3", "Care leavers: good"),
        ("rated  Leeds good", "rated  Leeds good"),
        ("rated Leeds good - and", "rated  Leeds good – and"),
        ("OFSTED HAS RATED", "Ofsted has rated"),
        ('"good"', "“good”"),
        ("leaders’ work", "leaders' work"),
        ("“Nothing more.”", "Nothing more."),
        ("The end", "The end"),
    ],
)
def test_evidence_is_the_pages_own_words(typed: str, words: str) -> None:
    assert evidence_of(typed, TITLE, BODY, SENTENCES) == words
    assert words in f"{TITLE}\n{BODY}"


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("0", "from 1 to 4"),
        ("5", "from 1 to 4"),
        ("-", "evidence is needed"),
        ("...", "evidence is needed"),
        ("Leeds was praised for everything", "do not stand"),
        ("Ofsted has rated Leeds good and its leaders' work great", "nearest is sentence 2"),
        ("Care leavers: good\n\nNothing more", "do not stand"),
        ("Care leavers: good Nothing more", "do not stand"),
    ],
)
def test_words_that_are_not_the_pages_are_refused(typed: str, word: str) -> None:
    with pytest.raises(NotUnderstood, match=word):
        evidence_of(typed, TITLE, BODY, SENTENCES)


@pytest.mark.parametrize(
    ("sentence", "words"), [("- good", "good"), ("• Overall: good ", "Overall: good"), ("- ", "-"), ("-5 x", "-5 x")]
)
def test_a_bullet_is_no_part_of_the_words(sentence: str, words: str) -> None:
    assert words_of(sentence) == words


def test_one_value_under_two_names_is_no_question() -> None:
    assert one_of("ab", {"abc": 1, "abd": 1, "x": 2}, "thing", []) == 1
