"""What is said around a change, recomputed from the shipped history."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from monitor.domain.authorities import by_urn, exists_on, find
from monitor.domain.context import context_line, context_of, overall_direction, previous_of, sentences
from monitor.domain.history import history
from monitor.domain.ledger import decide
from monitor.domain.model import Inspection


def inspection(name: str, day: date) -> Inspection:
    return next(i for i in history() if i.authority == find(name) and i.published == day)


TRAFFORD = inspection("Trafford", date(2026, 8, 3))


def test_trafford_2026() -> None:
    context = context_of(TRAFFORD, history())
    assert context.region == "North West"
    assert context.years_at_previous == 3.5
    assert {a.name for a in context.region_inadequate} == {"Cheshire East", "Halton", "Knowsley", "Tameside", "Trafford"}
    assert (context.region_size, context.neighbours, context.authorities) == (24, 10, 153)
    assert all(move.published <= TRAFFORD.published for move in context.neighbour_moves)
    assert sentences(context) == (
        "The previous inspection of Trafford was published 3.5 years before.",
        "Of the 10 statistical neighbours of Trafford, 5 changed a rating in the 24 months before.",
        "Now inadequate: 5 of 24 authorities in North West, 13 of 153 in England.",
    )


def test_nothing_of_the_future_is_told() -> None:
    cheshire = inspection("Cheshire East", date(2024, 5, 16))
    then = context_of(cheshire, [i for i in history() if i.published <= cheshire.published])
    assert context_of(cheshire, history()) == then


def test_a_successor_is_told_of_its_predecessor() -> None:
    cumberland = inspection("Cumberland", date(2024, 11, 26))
    first = sentences(context_of(cumberland, history()))[0]
    assert first == "Cumberland took over from Cumbria; its predecessor’s ratings are not its own."


@pytest.mark.parametrize(
    ("name", "day", "direction"),
    [
        ("Trafford", date(2026, 8, 3), "mixed"),
        ("Lancashire", date(2026, 8, 20), "up"),
        ("Knowsley", date(2025, 1, 20), "down"),
        ("Cumberland", date(2024, 11, 26), "first"),
    ],
)
def test_which_way_an_inspection_went(name: str, day: date, direction: str) -> None:
    now = inspection(name, day)
    assert overall_direction(previous_of(now, history()), now) == direction


def test_the_line_fills_in_what_the_store_did_not_hand_over() -> None:
    known = [i for i in history() if i.published < TRAFFORD.published]
    own = [i for i in known if i.authority == TRAFFORD.authority]
    change = decide(known, TRAFFORD.attestations[0], as_of=TRAFFORD.published).changes[0]
    assert context_line(change, own) == context_line(change, known) == " ".join(sentences(context_of(TRAFFORD, history())))


@pytest.mark.parametrize(("years", "said"), [(1.0, "1 year before"), (1.5, "1.5 years before"), (2.0, "2 years before")])
def test_one_year_is_not_years(years: float, said: str) -> None:
    told = sentences(replace(context_of(TRAFFORD, history()), years_at_previous=years))
    assert told[0] == f"The previous inspection of Trafford was published {said}."


@pytest.mark.parametrize(("day", "there"), [(date(2023, 3, 31), "Cumbria"), (date(2023, 4, 1), "Cumberland")])
def test_on_the_day_of_a_takeover_the_new_council_counts_and_the_old_one_no_more(day: date, there: str) -> None:
    council = {each.name: each for each in by_urn().values()}
    assert [name for name in ("Cumbria", "Cumberland") if exists_on(council[name], day)] == [there]
    told = context_of(replace(TRAFFORD, published=day), ())
    assert told.authorities == sum(exists_on(each, day) for each in council.values())
