"""Windows for the next inspection, and how often they were right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.attestation import began
from monitor.domain.authorities import authorities
from monitor.domain.forecast import Backtest, Forecast, backtest, forecasts, origins
from monitor.domain.history import history
from monitor.domain.model import DateRange, Inspection
from monitor.domain.pauses import (
    after_open_days,
    days_open,
    known_on,
    periods_within,
    pre_election_periods,
    publishable,
    suspended_on,
    suspensions,
)
from monitor.domain.waiting_times import Group, group, life_table, waits
from tests.builders import authority, official

AS_OF = date(2026, 8, 21)
MIN_SHARE, MAX_SHARE = 0.70, 0.90  # what an interval of 80 % must hold

ratings = "overall {0}, leadership {0}, help_and_protection {0}, children_in_care {0}"


def inspected(name: str, rating: str, *, published: date) -> Inspection:
    return official(name, ratings.format(rating), published=published)


def of(name: str, found: tuple[Forecast, ...]) -> Forecast:
    return next(each for each in found if each.authority == authority(name))


@pytest.fixture(scope="module")
def past() -> Backtest:
    return backtest(history(), authorities(), as_of=AS_OF)


def test_inspections_since_2020_fell_into_their_windows_as_often_as_promised(past: Backtest) -> None:
    assert MIN_SHARE <= past.share <= MAX_SHARE
    assert MIN_SHARE <= past.window_share <= MAX_SHARE
    began_since = [each for each in history() if date(2020, 1, 1) <= began(each) and each.published <= AS_OF]
    assert past.inspections > 0.9 * len(began_since)  # the rest had no window, or no earlier inspection


def test_windows_are_narrow_enough_to_be_of_use(past: Backtest) -> None:
    assert past.median_months < 24


def test_a_backtest_counts_what_it_says() -> None:
    # Forty authorities that are inspected every 40 months, give or take one: all windows hold them.
    names = [each.display_name for each in authorities()[:40]]
    record = [
        inspected(name, "good", published=date(2022, 1, 15) + timedelta(days=30 * number + 1218 * turn))
        for number, name in enumerate(names)
        for turn in range(7)
    ]
    last = max(each.published for each in record)
    made = backtest(record, [authority(name) for name in names], since=date(2038, 1, 1), as_of=last)
    assert made.share > 0.95
    assert made.early + made.late == made.windows - round(made.window_share * made.windows)
    # And where they suddenly are not inspected any more, the windows that closed count against it.
    stopped = [each for each in record if each.published < date(2038, 1, 1)]
    with pytest.raises(ValueError, match="no inspection began"):
        backtest(stopped, [authority(name) for name in names], since=date(2038, 4, 1), as_of=date(2044, 1, 1))
    few = backtest(
        [*stopped, inspected(names[0], "good", published=date(2038, 6, 1))],
        [authority(name) for name in names],
        since=date(2038, 4, 1),
        as_of=date(2044, 1, 1),
    )
    assert few.inspections == 1
    assert few.late > 40
    assert few.window_share < 0.5


@pytest.mark.parametrize("day", [date(2020, 1, 1), date(2022, 7, 1), date(2025, 1, 1)])
def test_nothing_is_known_before_it_is_published(day: date) -> None:
    until_then = tuple(each for each in history() if each.published <= day)
    assert forecasts(history(), authorities(), as_of=day) == forecasts(until_then, authorities(), as_of=day)


def test_every_current_authority_has_a_window() -> None:
    found = forecasts(history(), authorities(), as_of=AS_OF)
    assert [each.authority for each in found] == [each for each in authorities() if each.valid.end is None]
    going_on = [each for each in found if each.abolished is None]
    assert len(going_on) == len(found) - 1  # Surrey
    for each in going_on:
        assert each.inspection is not None
        assert each.report is not None
        assert each.inspection.first <= each.inspection.middle <= each.inspection.last
        assert each.report.first <= each.report.middle <= each.report.last
        assert each.report.first >= AS_OF  # a report of the past would be known
        assert each.intervals > 0


def test_the_order_of_the_record_does_not_matter() -> None:
    assert forecasts(reversed(history()), authorities(), as_of=AS_OF) == forecasts(history(), authorities(), as_of=AS_OF)


def test_who_waited_longer_is_expected_sooner() -> None:
    others = [each for each in history() if each.authority != authority("Leeds")]
    windows = []
    for year in (2017, 2019, 2022, 2023, 2024, 2025, 2026):
        last = inspected("Leeds", "good", published=date(year, 3, 1))
        found = of("Leeds", forecasts([*others, last], authorities(), as_of=AS_OF)).inspection
        assert found is not None
        assert found.first >= AS_OF - timedelta(days=90)  # had it begun before, its report would be out
        windows.append(found)
    # Of those who waited beyond what anybody did, the table says no more than that somebody comes within the year.
    for sooner, later in pairwise(windows[2:]):
        assert (sooner.first, sooner.middle, sooner.last) < (later.first, later.middle, later.last)
    for long_ago in windows[:2]:
        assert long_ago.middle < AS_OF + timedelta(days=365)


def test_an_overdue_authority_is_expected_from_now_on() -> None:
    last = inspected("Leeds", "good", published=date(2016, 3, 1))
    others = [each for each in history() if each.authority != last.authority]
    found = of("Leeds", forecasts([*others, last], authorities(), as_of=AS_OF))
    assert found.is_overdue
    assert found.inspection is not None
    assert found.inspection.last > AS_OF
    assert not of("Portsmouth", forecasts(history(), authorities(), as_of=AS_OF)).is_overdue  # reported in July 2026


def test_the_inadequate_are_expected_sooner() -> None:
    others = [each for each in history() if each.authority != authority("Leeds")]
    middles = []
    for rating in ("inadequate", "good"):
        last = inspected("Leeds", rating, published=date(2026, 1, 15))
        found = of("Leeds", forecasts([*others, last], authorities(), as_of=AS_OF)).inspection
        assert found is not None
        middles.append(found.middle)
    assert middles[0] < middles[1]


@pytest.mark.parametrize(
    ("grades", "expected"),
    [
        ("overall inadequate, leadership requires_improvement", Group.INADEQUATE),
        ("overall requires_improvement, leadership inadequate", Group.REQUIRES_IMPROVEMENT),
        ("leadership good, help_and_protection inadequate", Group.INADEQUATE),  # no grade overall since April 2026
        ("leadership good, care_leavers requires_improvement", Group.REQUIRES_IMPROVEMENT),
        ("leadership outstanding, help_and_protection good", Group.GOOD_OR_OUTSTANDING),
    ],
)
def test_groups_go_by_the_grade_overall_or_the_lowest_area(grades: str, expected: Group) -> None:
    assert group(official("Leeds", grades, published=date(2026, 6, 1))) is expected


def test_those_who_still_wait_count() -> None:
    # Ten are inspected after 30 months; ten others have waited for 60. Leaving these out would promise 30 months to everybody.
    names = [each.display_name for each in authorities()[:20]]
    first = date(2020, 1, 15)
    came = [inspected(name, "good", published=first) for name in names[:10]]
    came += [inspected(name, "good", published=first + timedelta(days=913)) for name in names[:10]]
    waiting = [inspected(name, "good", published=first) for name in names[10:]]
    day = first + timedelta(days=1900)

    def middle(record: list[Inspection]) -> date:
        table = life_table(record, as_of=day)
        start = date(2025, 1, 1)
        return table.quantiles(Group.GOOD_OR_OUTSTANDING, start=start, waited_until=start, shares=(0.5,))[0]

    assert middle([*came, *waiting]) > middle(came)


def test_a_group_without_intervals_leans_on_all() -> None:
    record = [each for each in history() if group(each) is not Group.INADEQUATE]
    record.append(inspected("Leeds", "inadequate", published=date(2026, 1, 15)))
    found = of("Leeds", forecasts(record, authorities(), as_of=AS_OF))
    assert found.intervals == 0
    assert found.inspection is not None
    assert date(2028, 1, 1) < found.inspection.middle < date(2032, 1, 1)


def test_one_interval_does_not_speak_for_a_group() -> None:
    record = [each for each in history() if group(each) is not Group.INADEQUATE]
    hasty = [
        inspected("Leeds", "inadequate", published=date(2025, 1, 15)),
        inspected("Leeds", "good", published=date(2025, 9, 15)),
    ]
    waiting = inspected("Bradford", "inadequate", published=date(2026, 1, 15))
    rest = [each for each in record if each.authority not in (authority("Leeds"), authority("Bradford"))]
    found = of("Bradford", forecasts([*rest, *hasty, waiting], authorities(), as_of=AS_OF)).inspection
    assert found is not None
    assert found.middle > date(2028, 1, 1)  # all together wait for three years and more, and it weighs as one of them


def test_a_report_that_is_late_is_not_known_before_it_is_out() -> None:
    first = inspected("Leeds", "good", published=date(2022, 3, 1))
    late = replace(
        inspected("Leeds", "good", published=date(2026, 8, 1)),
        fieldwork=DateRange(start=date(2026, 1, 12), end=date(2026, 1, 23)),
    )
    (wait,) = waits([first, late], as_of=date(2026, 7, 1))
    assert not wait.is_over
    over, _ = waits([first, late], as_of=date(2026, 8, 1))
    assert (over.is_over, over.end) == (True, date(2026, 1, 12))


def test_waits_end_with_an_authority_and_with_what_can_be_known() -> None:
    ended = replace(authority("Leeds"), valid=DateRange(end=date(2025, 4, 1)))
    gone = replace(inspected("Leeds", "good", published=date(2023, 3, 1)), authority=ended)
    (wait,) = waits([gone], as_of=AS_OF)
    assert (wait.end, wait.is_over) == (date(2025, 4, 1), False)
    (wait,) = waits([inspected("Leeds", "good", published=date(2023, 3, 1))], as_of=AS_OF)
    assert (wait.end, wait.is_over) == (AS_OF - timedelta(days=90), False)
    assert forecasts([gone], [ended], as_of=AS_OF) == ()


def test_an_authority_without_inspections_is_told_so() -> None:
    (found,) = forecasts([], [authority("Leeds")], as_of=AS_OF)
    assert found.inspection is None
    assert found.reason == "It has not been inspected yet."


def test_what_is_to_be_abolished_says_so() -> None:
    surrey = of("Surrey", forecasts(history(), authorities(), as_of=AS_OF))
    assert surrey.abolished == date(2027, 4, 1)
    assert of("Kent", forecasts(history(), authorities(), as_of=AS_OF)).abolished is None


def test_no_window_opens_after_the_authority_is_gone() -> None:
    for day in (AS_OF, date(2026, 11, 28), date(2027, 3, 31)):
        for each in forecasts(history(), authorities(), as_of=day):
            assert each.inspection is None or each.abolished is None or each.inspection.first < each.abolished
    surrey = of("Surrey", forecasts(history(), authorities(), as_of=AS_OF))
    assert (surrey.inspection, surrey.report, surrey.is_overdue) == (None, None, False)
    assert surrey.reason == "It is to be abolished on 1 April 2027, before the next inspection is to be expected."
    assert surrey.waited > 12
    due = replace(authority("Leeds"), valid=DateRange(end=AS_OF + timedelta(days=5000)))
    before = [inspected("Leeds", "good", published=date(2024, 5, 1))]
    assert of("Leeds", forecasts([*history(), *before], [due], as_of=AS_OF)).inspection is not None


def test_a_press_report_counts_where_there_is_no_other() -> None:
    bare = replace(inspected("Leeds", "good", published=date(2024, 5, 1)), fieldwork=DateRange())
    assert began(bare) == date(2024, 3, 2)


# --- suspensions and elections --------------------------------------------------------------------------------------------


def test_no_window_is_promised_while_inspections_are_suspended() -> None:
    (found,) = forecasts(history(), [authority("Leeds")], as_of=date(2020, 9, 1))
    assert found.inspection is None
    assert found.reason.startswith("Inspections are suspended")
    assert suspended_on(date(2020, 3, 17))
    assert not suspended_on(date(2020, 3, 16))
    assert not any(date(2020, 3, 17) <= day < date(2021, 8, 20) for day in origins(date(2020, 1, 1), AS_OF))


def test_no_graded_inspection_of_the_record_began_in_a_suspension() -> None:
    for pause in suspensions():
        assert [each.key for each in history() if pause.start <= began(each) < pause.end] == []
        assert any(began(each) == pause.end and each.published == pause.end_known for each in history())


def test_months_of_a_suspension_are_not_waited() -> None:
    closed = known_on(AS_OF)
    assert days_open(date(2020, 3, 1), date(2021, 7, 1), closed) == 16 + 3
    assert days_open(date(2022, 1, 1), date(2022, 2, 1), closed) == 31
    assert after_open_days(date(2020, 3, 1), 19, closed) == date(2021, 7, 1)


@given(st.dates(min_value=date(2012, 1, 1), max_value=date(2030, 1, 1)), st.integers(min_value=0, max_value=5000))
def test_open_days_are_counted_alike_in_both_directions(first: date, count: int) -> None:
    closed = known_on(AS_OF)
    assert days_open(first, after_open_days(first, count, closed), closed) == count


def test_nothing_of_the_record_came_out_before_a_general_election() -> None:
    general = [period for period in pre_election_periods() if period.is_general]
    assert [period.polling.year for period in general] == [2015, 2017, 2019, 2024]
    for period in general:
        assert [each.key for each in history() if period.start <= each.published <= period.polling] == []


def test_elections_are_where_the_law_puts_them() -> None:
    for period in pre_election_periods():
        assert period.polling.weekday() == 3
        assert timedelta(days=28) <= period.polling - period.start <= timedelta(days=50)
        if not period.is_general and period.polling.year > 2014:
            assert (period.polling.month, (period.polling.day - 1) // 7) == (5, 0)
        assert period.councils
        assert period.source


def test_what_would_come_out_before_a_general_election_comes_after_it() -> None:
    assert publishable(date(2024, 6, 10)) == date(2024, 7, 5)
    assert publishable(date(2024, 7, 5)) == date(2024, 7, 5)
    assert publishable(date(2024, 4, 20)) == date(2024, 4, 20)  # a local one moves nothing: the council may have none


def test_windows_name_the_elections_within_them() -> None:
    found = of("Portsmouth", forecasts(history(), authorities(), as_of=AS_OF))
    assert found.report is not None
    assert [period.polling.year for period in found.pre_election] == [
        period.polling.year for period in periods_within(found.report.first, found.report.last)
    ]
    assert periods_within(date(2027, 1, 1), date(2027, 12, 31))[0].polling == date(2027, 5, 6)
    assert periods_within(date(2027, 6, 1), date(2027, 12, 31)) == ()
