"""Recorded changes by what a person calls them: a key, a council, a day, an area, in any usual form and order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from monitor.domain.authorities import find, unknown
from monitor.domain.calendar import MONTH_NUMBERS, MONTHS
from monitor.domain.model import Area, Authority, Change

if TYPE_CHECKING:
    from monitor.domain.recorded_change import RecordedChange
    from monitor.store import SqlStore

_MONTH = rf"(?P<month>{'|'.join(month[:3] for month in MONTHS)})[a-z]*\.?"
#: How a day, a month or a year is written; each row with an example that it takes.
_DATES = tuple(
    (re.compile(rf"(?<![\w-]){pattern}(?![\w-])", re.IGNORECASE), example)
    for pattern, example in (
        (r"(?P<year>\d{4})-(?P<number>\d{1,2})-(?P<day>\d{1,2})", "2026-08-03"),
        (r"(?P<day>\d{1,2})/(?P<number>\d{1,2})/(?P<year>\d{4})", "3/8/2026"),
        (rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH},?\s+(?P<year>\d{{4}})", "3 August 2026"),
        (r"(?P<year>\d{4})-(?P<number>\d{1,2})", "2026-08"),
        (rf"{_MONTH},?\s+(?P<year>\d{{4}})", "August 2026"),
        (r"(?P<year>(?:19|20)\d{2})", "2026"),
    )
)
DATE_EXAMPLES = tuple(example for _pattern, example in _DATES)
_AREAS = {name: area for area in Area for name in (area.words, area.value)}
#: Of one authority, or of one day: more were never recorded.
_MAX_CHANGES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What was meant, as far as it was said."""

    authority: Authority | None = None
    year: int | None = None
    month: int | None = None
    day: int | None = None
    area: Area | None = None

    @property
    def says_when(self) -> bool:
        """Whether a day, a month or a year was named."""
        return self.year is not None

    def fits(self, change: Change) -> bool:
        """Whether it can be this change: the day is one of publication, of an article about it, or the end of fieldwork."""
        inspection = change.inspection
        days = {inspection.published, *(attestation.published for attestation in inspection.attestations)}
        days |= {inspection.fieldwork.end} if inspection.fieldwork.end else set()
        return (
            self.authority in (None, change.authority)
            and self.area in (None, change.area)
            and (not self.says_when or any(self._is(day) for day in days))
        )

    def _is(self, day: date) -> bool:
        return day.year == self.year and self.month in (None, day.month) and self.day in (None, day.day)


def named(text: str) -> Named | str:
    """``Dudley 3 August 2026``, ``leadership Hull``, ``2026-08-03``: what is meant; or, in words, why nothing can be."""
    rest, when = " ".join(text.split()), {}
    for pattern, _example in _DATES:
        if found := pattern.search(rest):
            when, rest = _when(found), f"{rest[: found.start()]} {rest[found.end() :]}"
            break
    area = None
    for name in sorted(_AREAS, key=len, reverse=True):
        pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
        if pattern.search(rest):
            area, rest = _AREAS[name], pattern.sub(" ", rest, count=1)
            break
    rest = " ".join(rest.strip(" ,:;").split())
    authority = find(rest) if rest else None
    if rest and authority is None:
        return f"{text!r} is no key, and {rest!r} names no council{unknown(rest)}"
    return Named(authority=authority, area=area, **when)


def _when(found: re.Match[str]) -> dict[str, int]:
    parts = found.groupdict()
    month = parts.get("number") or (MONTH_NUMBERS[parts["month"].lower()] if parts.get("month") else None)
    when = {"year": parts["year"], "month": month, "day": parts.get("day")}
    return {name: int(value) for name, value in when.items() if value}


def choose(store: SqlStore, text: str) -> tuple[RecordedChange, ...] | str:
    """The changes of a name: one by its key or id, else those that fit, of the newest inspection where no day is named.

    In words, why there are none, and what to do.
    """
    if by_key := store.changes(text):
        exact = tuple(each for each in by_key if text in (each.change.key, each.id))
        return exact or by_key
    wanted = named(text)
    if isinstance(wanted, str):
        return f"{wanted}. `monitor who` lists the newest changes."
    of = f"{wanted.authority.urn}:" if wanted.authority else ""
    fitting = [each for each in store.changes(of, limit=_MAX_CHANGES) if wanted.fits(each.change)]
    if not fitting:
        return _none(wanted, text)
    if wanted.says_when:
        return tuple(fitting)
    newest = max(fitting, key=lambda each: each.change.inspection.rank_key).change.inspection.key
    return tuple(each for each in fitting if each.change.inspection.key == newest)


def _none(wanted: Named, text: str) -> str:
    if wanted.authority is None:
        return f"No change is recorded for {text!r}. `monitor who` lists the newest changes."
    name = wanted.authority.display_name
    return (
        f"No change of {name} is recorded for {text!r}: nothing that was read here said so. `monitor history {name!r}`"
        " shows its inspections, `monitor explain URL` what an article says."
    )
