"""Old grades told again: what has been since then is dated by them, and an unchanged one is news where inspectors were there."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.classifier import classify
from monitor.domain.history import history
from monitor.domain.ledger import attestations, decide
from monitor.domain.model import Area, Article, ChangeKind

#: Since March 2019 inadequate, since November 2022 requires improvement.
STOKE, OPENING = "Stoke-on-Trent", "A family hub has opened in Stoke-on-Trent. The council's children's services have "


def changes(title: str, text: str, day: date, *, known_before: date | None = None) -> list[tuple[Area, frozenset[ChangeKind]]]:
    article = Article(url="https://paper.example/a", title=title, text=text, published=day, outlet="The Paper")
    result = classify(title, text, published=day)
    known = history(before=known_before or day)
    return [(c.area, c.kinds) for a in attestations(article, result) for c in decide(known, a, as_of=day).changes]


@pytest.mark.parametrize(
    "since",
    [
        "improved since its 'inadequate' rating from Ofsted.",
        "come a long way since the 'inadequate' judgement.",
        "been rebuilt since being rated inadequate by Ofsted.",
        "changed since Ofsted branded them inadequate.",
        "had three directors since they were judged to be inadequate by Ofsted.",
    ],
)
@pytest.mark.parametrize("day", [date(2021, 6, 3), date(2024, 8, 20)])
def test_what_has_been_since_a_grade_is_no_news_of_it(since: str, day: date) -> None:
    assert changes(f"New family hub opens in {STOKE}", OPENING + since, day) == []


@pytest.mark.parametrize(
    "now",
    [
        "Ofsted has since rated Stoke-on-Trent's children's services inadequate.",
        "Since its last inspection Stoke-on-Trent's children's services have been judged inadequate by Ofsted.",
        "Since the visit Stoke-on-Trent's children's services have been rated inadequate by Ofsted.",
    ],
)
def test_what_has_come_since_something_else_is(now: str) -> None:
    (found,) = classify("Stoke-on-Trent children's services inspected", now, published=date(2024, 8, 20)).judgements
    assert found.rating == "inadequate"


STANDS = [
    "{0}'s children's services are rated inadequate by Ofsted. They were also rated inadequate in 2019.",
    "{0}'s children's services remain 'inadequate', two years on. They were rated inadequate in 2019.",
    "{0}'s children's services, still 'inadequate', will get £10m. They were rated inadequate in 2019.",
    "{0}'s children's services remain 'inadequate', as in 2019. A monitoring visit took place last week.",
]
GIVEN = [
    "{0}'s children's services have been rated inadequate again by Ofsted. They were rated inadequate in 2019.",
    "{0}'s children's services remain 'inadequate' after an inspection in May. They were rated inadequate in 2019.",
    "{0}'s children's services are still 'inadequate', Ofsted says in a report published on Tuesday. They were rated inadequate in 2019.",
    "{0}'s children's services retained their 'inadequate' rating after the latest Ofsted inspection, as in 2019.",
]


@pytest.mark.parametrize(("text", "news"), [(text, False) for text in STANDS] + [(text, True) for text in GIVEN])
@pytest.mark.parametrize("council", [STOKE, "Blackpool"])
def test_an_unchanged_grade_is_news_where_the_text_reports_an_inspection_of_now(text: str, news: bool, council: str) -> None:
    """Two and a half years after the last inspection, well past the time at which the next is due."""
    found = changes(f"{council} children's services", text.format(council), date(2021, 9, 2))
    assert found == ([(Area.OVERALL, {ChangeKind.UNCHANGED})] if news else [])


@pytest.mark.parametrize(
    "aside",
    [
        "The board, set up after {0}, has met for the last time.",
        "A director, appointed after {0}, starts on Monday.",
        "The commissioner - sent in after {0} - has left.",
        "Set up after {0}, the board has met for the last time.",
    ],
)
@pytest.mark.parametrize("grade", ["the impact of leaders was rated inadequate", "inspectors judged leadership inadequate"])
def test_what_was_made_after_a_grade_is_no_news_of_it(aside: str, grade: str) -> None:
    assert changes(f"{STOKE} children's services", f"{STOKE}: " + aside.format(grade), date(2026, 11, 3)) == []


@pytest.mark.parametrize(
    "now",
    [
        "A review was ordered after {0}.",
        "Ministers stepped in after {0}, in a report published today.",
        "The council apologised after {0} in a report published today.",
    ],
)
def test_what_happens_after_a_grade_of_today_is(now: str) -> None:
    text = f"{STOKE}: " + now.format("the impact of leaders was rated inadequate by Ofsted")
    assert [area for area, _ in changes(f"{STOKE} children's services", text, date(2026, 11, 3))] == [Area.LEADERSHIP]
