"""The calendar of England: its time zone, working days and the names of days, for everybody who needs one of them.

Working days are computed rather than listed, so that no year runs out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

#: The months as they are written in English, in small letters.
MONTHS = tuple("january february march april may june july august september october november december".split())
#: The number of each month, by its name and its first three letters.
MONTH_NUMBERS: Mapping[str, int] = {name: at for at, month in enumerate(MONTHS, 1) for name in (month, month[:3])}


def easter(year: int) -> date:
    """Easter Sunday of a year (the anonymous Gregorian computus)."""
    golden, century, rest = year % 19, year // 100, year % 100
    leap, shift = century // 4, century % 4
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap - correction + 15) % 30
    weekday = (32 + 2 * shift + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@cache
def holidays(year: int) -> frozenset[date]:
    """Bank holidays of England in a year, with the days that replace them when they fall on a weekend."""
    sunday = easter(year)
    may = date(year, 5, 1)
    days = {
        sunday - timedelta(days=2),
        sunday + timedelta(days=1),
        may + timedelta(days=-may.weekday() % 7),
        _last_monday(year, 5),
        _last_monday(year, 8),
    }
    for fixed in (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)):
        day = fixed
        while day.weekday() >= 5 or day in days:
            day += timedelta(days=1)
        days.add(day)
    return frozenset(days)


def _last_monday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=last.weekday())


@cache
def london() -> ZoneInfo:
    """The time zone that every date in this project belongs to; read when it is first asked for."""
    return ZoneInfo("Europe/London")


def london_day(moment: datetime) -> date:
    """The calendar day in London of an aware moment."""
    return moment.astimezone(london()).date()


def is_working_day(day: date) -> bool:
    """Whether offices publish on `day`: no weekend, no bank holiday, and not between Christmas and New Year."""
    if day.weekday() >= 5 or day in holidays(day.year):
        return False
    return not (day.month == 12 and day.day >= 24)


def day_words(day: date) -> str:
    """``3 August 2026``."""
    return f"{day.day} {MONTHS[day.month - 1].capitalize()} {day.year}"


def short_day(day: date) -> str:
    """``3 Aug``."""
    return f"{day.day} {MONTHS[day.month - 1][:3].capitalize()}"


def moment_words(moment: datetime, *, year: bool = False) -> str:
    """An aware moment as operators read it beside their logs: ``03 Aug 08:02 UTC``, or with the year before the hour."""
    there = moment.astimezone(UTC)
    month = MONTHS[there.month - 1][:3].capitalize()
    return f"{there:%d} {month} {f'{there:%Y} ' if year else ''}{there:%H:%M} UTC"
