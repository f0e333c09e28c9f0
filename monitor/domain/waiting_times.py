"""How long authorities wait for their next inspection: a life table of the intervals in the record.

The table answers "of those who have waited m months, how many are inspected in the next one?" for each group of authorities
(by their last rating), from what was known on a day:

* Both ends count: an authority that still waits is evidence that nobody came so far (right censoring).
* Only the last five years count, as life tables are made of recent deaths: the rhythm of an older framework fades out.
* Months in which inspections were suspended are not counted as waiting.
* A group is shrunk to all authorities: it weighs as many authorities as it has, the others together weigh twenty.
* A month counts with its two neighbours, since fieldwork falls where school holidays leave room for it.
* Beyond the longest wait of at least five authorities, the share of the last year before that holds.

Nothing is fitted: the numbers in this list are all that was chosen, and the back-test hardly depends on them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from monitor.domain.attestation import began, rating_of
from monitor.domain.frameworks import TO_PUBLICATION
from monitor.domain.model import Inspection, Rating
from monitor.domain.pauses import Suspension, after_open_days, days_open, known_on

MONTH = 365.25 / 12  #: days
_YEARS = 5
_OTHERS_WEIGH = 20
_NEIGHBOURS = 1
_MIN_WAITING = 5
_MONTHS = 240  #: length of the table; nobody waits for twenty years
_MAX_SHARE, _MIN_TAIL = 0.95, 0.02


class Group(StrEnum):
    """Authorities that the framework inspects alike, by their last rating."""

    INADEQUATE = "inadequate"
    REQUIRES_IMPROVEMENT = "requires_improvement"
    GOOD_OR_OUTSTANDING = "good_or_outstanding"


def group(inspection: Inspection) -> Group:
    """The group of an authority after an inspection: by the grade overall, or the lowest of its areas where there is none."""
    rating = rating_of(inspection) or Rating.GOOD
    return (Group.INADEQUATE, Group.REQUIRES_IMPROVEMENT)[rating.rank] if rating.rank < 2 else Group.GOOD_OR_OUTSTANDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """One authority's wait from one inspection to the next, or to the day until which it is known to have waited."""

    group: Group
    start: date
    end: date
    is_over: bool  #: whether an inspection ended it


def waits(record: Iterable[Inspection], *, as_of: date) -> tuple[Wait, ...]:
    """Every wait that was known on a day, with those that go on. `record` may be in any order."""
    seen_until = as_of - TO_PUBLICATION
    histories: dict[str, list[Inspection]] = defaultdict(list)
    for inspection in record:
        if inspection.published <= as_of:
            histories[inspection.authority.urn].append(inspection)
    found = []
    for history in histories.values():
        history.sort(key=began)
        starts = [began(inspection) for inspection in history]
        end = min(seen_until, history[-1].authority.valid.end or seen_until)
        for inspection, following in zip(history, [*starts[1:], None], strict=True):
            start, is_over = began(inspection), following is not None and following <= end
            if start < end:
                stop = following if is_over and following is not None else end
                found.append(Wait(group=group(inspection), start=start, end=stop, is_over=is_over))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeTable:
    """The share of those still waiting that is inspected in each month of waiting, by group."""

    shares: dict[Group, Sequence[float]]
    closed: tuple[Suspension, ...]
    intervals: dict[Group, int]  #: waits within the last years that an inspection ended

    def quantiles(self, who: Group, *, start: date, waited_until: date, shares: Sequence[float]) -> tuple[date, ...]:
        """The days by which these shares of such authorities are inspected, given that nobody came until `waited_until`.

        Args:
            who: the group of the authority.
            start: the first day of its last inspection.
            waited_until: the last day until which it is known to have waited; not before `start`.
            shares: rising, each between 0 and 1.
        """
        month = days_open(start, waited_until, self.closed) / MONTH
        left, found, wanted = 1.0, [], list(shares)
        while wanted:
            number = min(int(month), _MONTHS - 1)
            step = 1.0 if month >= _MONTHS - 1 else int(month) + 1 - month
            then = left * (1 - self.shares[who][number] * step)
            while wanted and 1 - then >= wanted[0]:
                into = step * (left - (1 - wanted.pop(0))) / (left - then)
                found.append(after_open_days(start, round((month + into) * MONTH), self.closed))
            left, month = then, month + step
        return tuple(found)


def life_table(record: Iterable[Inspection], *, as_of: date) -> LifeTable:
    """The life table of what was known on a day."""
    closed = known_on(as_of)
    since = as_of - TO_PUBLICATION - timedelta(days=round(_YEARS * 12 * MONTH))
    waiting: dict[Group, list[float]] = {each: [0.0] * _MONTHS for each in Group}
    inspected: dict[Group, list[int]] = {each: [0] * _MONTHS for each in Group}
    for wait in waits(record, as_of=as_of):
        if wait.end <= since:
            continue
        first = days_open(wait.start, max(wait.start, since), closed) / MONTH
        last = min(days_open(wait.start, wait.end, closed) / MONTH, _MONTHS - 1)
        for month in range(int(first), int(last) + 1):
            waiting[wait.group][month] += max(0.0, min(last, month + 1) - max(first, month))
        inspected[wait.group][int(last)] += wait.is_over
    together = _shares(
        [sum(each) for each in zip(*waiting.values(), strict=True)],
        [sum(each) for each in zip(*inspected.values(), strict=True)],
    )
    return LifeTable(
        shares={each: _shrunk(waiting[each], inspected[each], together) for each in Group},
        closed=closed,
        intervals={each: sum(inspected[each]) for each in Group},
    )


def _around(values: Sequence[float], month: int) -> float:
    return sum(values[max(0, month - _NEIGHBOURS) : month + _NEIGHBOURS + 1])


def _shares(waiting: Sequence[float], inspected: Sequence[float]) -> list[float]:
    """The share inspected in each month of all who wait; from where too few do, that of the year before."""
    shares: list[float] = []
    tail = _MIN_TAIL
    for month in range(_MONTHS):
        many = _around(waiting, month) >= _MIN_WAITING
        shares.append(_around(inspected, month) / _around(waiting, month) if many else tail)
        if many:
            year = slice(max(0, month - 11), month + 1)
            tail = max(_MIN_TAIL, sum(inspected[year]) / max(1.0, sum(waiting[year])))
    return shares


def _shrunk(waiting: Sequence[float], inspected: Sequence[float], together: Sequence[float]) -> tuple[float, ...]:
    return tuple(
        min(_MAX_SHARE, (_around(inspected, month) + _OTHERS_WEIGH * share) / (_around(waiting, month) + _OTHERS_WEIGH))
        for month, share in enumerate(together)
    )
