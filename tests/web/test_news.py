"""The page shows a row an inspection: what was told, other news, then what is unchanged, which pushes nothing out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from monitor.domain.model import Change, ChangeKind, Rating, SourceClass
from monitor.store.matching import RecordedChange
from monitor.web.news import MAX_ROWS, found_rows
from monitor.web.status import render_status
from tests.messages.conftest import changes_of
from tests.web.fakes import STATUS, FakeDaemon

TRAFFORD = changes_of("Trafford", date(2026, 8, 3), outlet="BBC News")
MIDDLESBROUGH = changes_of("Middlesbrough", date(2026, 7, 28))


def recorded(changes: tuple[Change, ...], silent: str = "") -> tuple[RecordedChange, ...]:
    return tuple(RecordedChange(id=c.key, change=c, source_class=SourceClass.PRESS, silent=silent) for c in changes)


def test_an_inspection_is_one_row_and_news_comes_first() -> None:
    hull = changes_of("Hull", date(2026, 5, 18))
    rows = found_rows([*recorded(MIDDLESBROUGH), *recorded(hull, "baseline"), *recorded(TRAFFORD)])
    assert [row.authority for row in rows] == ["Trafford", "Hull", "Middlesbrough"]
    trafford, hulls, _ = rows
    assert trafford.headline == "leadership and protection now inadequate"
    assert [(area.name, area.before, area.now) for area in trafford.areas] == [
        ("Impact of leaders", "requires improvement", "inadequate"),
        ("Help and protection", "requires improvement", "inadequate"),
        ("Children in care", "requires improvement", "good"),
        ("Care leavers", "requires improvement, shared with children in care", "requires improvement"),
    ]
    assert (trafford.silent, hulls.silent) == ("", "its source was new, and this stood there before")


def test_of_each_area_the_latest_word_is_shown_and_every_source_is_named() -> None:
    (first, *_) = TRAFFORD
    confirmed = replace(
        first, key="c", kinds=first.kinds | {ChangeKind.CONFIRMED}, outlet="Ofsted", url="https://files.example/1"
    )
    (row,) = found_rows([*recorded((confirmed,)), *recorded(TRAFFORD)])
    assert len(row.areas) == len(TRAFFORD)
    assert {source.outlet for source in row.sources} == {"Ofsted", "BBC News"}


def test_a_grade_that_is_not_believed_is_not_what_it_is_now() -> None:
    (first, *_) = TRAFFORD
    other = replace(
        first, key="d", new=Rating.GOOD, kinds=frozenset({ChangeKind.UPGRADED, ChangeKind.DISPUTED}), outlet="Wrong Paper"
    )
    (row,) = found_rows([*recorded((other,)), *recorded(TRAFFORD)])
    assert row.areas[0].now == "inadequate"


def test_the_sentence_of_the_news_is_not_pushed_out_by_others() -> None:
    quoted = [replace(change, evidence=f"{change.area.heading} is {change.new_words}.") for change in TRAFFORD]
    (row,) = found_rows(recorded(tuple(sorted(quoted, key=lambda change: change.key))))
    assert [source.evidence for source in row.sources][:2] == [
        "Help and protection is inadequate.",
        "Impact of leaders is inadequate.",
    ]


def test_a_withdrawal_is_shown_as_one() -> None:
    (change, *_) = TRAFFORD
    gone = replace(change, new=None, kinds=frozenset({ChangeKind.WITHDRAWN}), reported=change.new, evidence="")
    page = render_status(replace(STATUS, changes=recorded((gone,))), FakeDaemon().health)
    assert "leadership not graded after all" in page
    assert "not graded</span>" in page


def test_unchanged_inspections_push_out_no_news() -> None:
    many = [
        replace(each, change=replace(each.change, inspection=replace(each.change.inspection, first_key=f"{each.id}{n}")))
        for n in range(MAX_ROWS * 2)
        for each in recorded(MIDDLESBROUGH)
    ]
    shown = found_rows([*many, *recorded(TRAFFORD)])
    assert (len(shown), shown[0].authority) == (MAX_ROWS, "Trafford")
