"""When each authority's next inspection is to be expected: a window, never a date, and how often such windows were right.

The framework says about every three years for standard and short inspections; an inadequate authority has monitoring visits
and is inspected again when they are done. What is expected here is what the record shows, which is later than that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import mean, median

from monitor.domain.attestation import began
from monitor.domain.authorities import last_day
from monitor.domain.calendar import day_words
from monitor.domain.frameworks import TO_PUBLICATION
from monitor.domain.model import Authority, Inspection
from monitor.domain.pauses import PreElectionPeriod, days_open, periods_within, publishable, suspended_on
from monitor.domain.waiting_times import MONTH, Group, LifeTable, group, life_table

#: Of ten inspections one is to come before its window, and one after it.
EARLY, MIDDLE, LATE = 0.1, 0.5, 0.9
#: What is taken for the time from the first day of fieldwork to publication while the record has none.
_USUAL_DELAY = timedelta(days=56)
#: The months on whose first day a back-test makes its windows.
_QUARTERS = (1, 4, 7, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Days between which eight of ten such authorities have it, and the day by which half of them do."""

    first: date
    middle: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def months(self) -> float:
        """How wide it is."""
        return (self.last - self.first).days / MONTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What was to be expected of one authority on one day."""

    authority: Authority
    as_of: date
    last: Inspection | None  #: the latest known inspection
    group: Group | None
    waited: float  #: months since its fieldwork began, without those of a suspension
    inspection: (
        Window | None
    )  #: of the first day of fieldwork; its beginning may be past, as an inspection is known by its report
    report: Window | None  #: of publication
    is_overdue: bool  #: whether nine of ten such authorities had waited less long
    intervals: int  #: how many completed intervals of its group are behind the window
    pre_election: tuple[PreElectionPeriod, ...]  #: weeks within the window of the report in which reports may wait
    abolished: date | None = None  #: the day on which it was or will be, where that is known
    reason: str = ""  #: why there is no window, where there is none: a sentence


def forecasts(record: Iterable[Inspection], authorities: Iterable[Authority], *, as_of: date) -> tuple[Forecast, ...]:
    """What was to be expected of each authority on a day, from what had been published until then; in their order.

    An authority that was abolished on that day or before has no forecast and is left out.
    """
    known = sorted((each for each in record if each.published <= as_of), key=began)
    latest = {each.authority.urn: each for each in known}
    table = None if suspended_on(as_of) else life_table(known, as_of=as_of)
    delay = _delay(known, as_of)
    current = (each for each in authorities if each.valid.end is None or each.valid.end > as_of)
    return tuple(_forecast(each, latest.get(each.urn), table, delay, as_of) for each in current)


def _delay(known: Sequence[Inspection], as_of: date) -> timedelta:
    """The usual time from the first day of fieldwork to publication, of the last five years."""
    since = as_of - timedelta(days=5 * 365)
    days = [(each.published - began(each)).days for each in known if each.published > since and each.fieldwork.start]
    return timedelta(days=round(median(days))) if days else _USUAL_DELAY


def _forecast(
    authority: Authority, last: Inspection | None, table: LifeTable | None, delay: timedelta, as_of: date
) -> Forecast:
    if last is None or table is None:
        waited = (as_of - began(last)).days / MONTH if last else 0.0
        reason = "Inspections are suspended, and nobody knows until when." if last else "It has not been inspected yet."
        return _without_window(authority, last, waited, as_of, reason)
    start, who = began(last), group(last)
    waited_until = max(start, as_of - TO_PUBLICATION)
    window = _window(table, who, start, waited_until)
    ends = last_day(authority)
    if ends and window.first >= ends:
        reason = f"It is to be abolished on {day_words(ends)}, before the next inspection is to be expected."
        return _without_window(authority, last, days_open(start, as_of, table.closed) / MONTH, as_of, reason)
    report = Window(
        first=publishable(max(as_of, window.first + delay)),
        middle=publishable(max(as_of, window.middle + delay)),
        last=publishable(max(as_of, window.last + delay)),
    )
    return Forecast(
        authority=authority,
        as_of=as_of,
        last=last,
        group=who,
        waited=days_open(start, as_of, table.closed) / MONTH,
        inspection=window,
        report=report,
        is_overdue=waited_until > _window(table, who, start, start).last,
        intervals=table.intervals[who],
        pre_election=periods_within(report.first, report.last),
        abolished=ends,
    )


def _without_window(authority: Authority, last: Inspection | None, waited: float, as_of: date, reason: str) -> Forecast:
    """That nothing can be expected of an authority, and why."""
    return Forecast(
        authority=authority,
        as_of=as_of,
        last=last,
        group=group(last) if last else None,
        waited=waited,
        inspection=None,
        report=None,
        is_overdue=False,
        intervals=0,
        pre_election=(),
        abolished=last_day(authority),
        reason=reason,
    )


def _window(table: LifeTable, who: Group, start: date, waited_until: date) -> Window:
    first, middle, last = table.quantiles(who, start=start, waited_until=waited_until, shares=(EARLY, MIDDLE, LATE))
    return Window(first=first, middle=middle, last=last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """How windows of the past turned out, each made of what was known on its day."""

    origins: tuple[date, ...]  #: the days on which windows were made
    inspections: int  #: that began after one of them
    share: float  #: of inspections inside their window; one that several windows stood for counts once, by its share of them
    windows: int  #: with an outcome: an inspection came, or the window closed without one
    window_share: float  #: of those windows, in which the inspection began
    early: int  #: windows that the inspection did not wait for
    late: int  #: windows that closed before it
    median_months: float  #: the width of a window


def origins(first: date, last: date) -> tuple[date, ...]:
    """The first day of every quarter between two days on which windows were made: not while inspections were suspended."""
    days = (date(year, month, 1) for year in range(first.year, last.year + 1) for month in _QUARTERS)
    return tuple(day for day in days if first <= day <= last and not suspended_on(day))


def backtest(
    record: Iterable[Inspection], authorities: Iterable[Authority], *, since: date = date(2020, 1, 1), as_of: date
) -> Backtest:
    """Makes the windows of every quarter from `since` to `as_of`, and looks what came of them by `as_of`.

    Raises `ValueError` where no window has an outcome yet.
    """
    record, authorities = tuple(record), tuple(authorities)
    days = origins(since, as_of)
    histories: dict[str, list[Inspection]] = defaultdict(list)
    for inspection in record:
        histories[inspection.authority.urn].append(inspection)
    by_inspection: dict[str, list[bool]] = defaultdict(list)
    outcomes, widths = [], []
    for day in days:
        for made in forecasts(record, authorities, as_of=day):
            if made.inspection is None:
                continue
            widths.append(made.inspection.months)
            came = _next(histories[made.authority.urn], made, as_of)
            if came is not None:
                by_inspection[came.key].append(began(came) in made.inspection)
            if came is not None or made.inspection.last < as_of - TO_PUBLICATION:
                outcomes.append(_outcome(came, made.inspection))
    if not by_inspection:
        raise ValueError(f"no inspection began between {since} and {as_of}")
    return Backtest(
        origins=days,
        inspections=len(by_inspection),
        share=mean(mean(hits) for hits in by_inspection.values()),
        windows=len(outcomes),
        window_share=outcomes.count(0) / len(outcomes),
        early=outcomes.count(-1),
        late=outcomes.count(1),
        median_months=median(widths),
    )


def _next(history: Sequence[Inspection], made: Forecast, as_of: date) -> Inspection | None:
    """The inspection of an authority's history that a forecast was waiting for, as far as it was published by `as_of`."""
    return min((each for each in history if made.as_of < each.published <= as_of), key=began, default=None)


def _outcome(came: Inspection | None, window: Window) -> int:
    """-1 for an inspection before its window, 0 for one within it, 1 for one after it or none at all."""
    if came is None or began(came) > window.last:
        return 1
    return -1 if began(came) < window.first else 0
