"""Reads the dates that British outlets and their feeds print. A time without a zone is London time; "BST" is an hour ahead.

Pure and bounded: a date is looked for in the first characters only.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

from monitor.domain.calendar import MONTH_NUMBERS, london, london_day
from monitor.domain.durations import UNITS

_MONTHS = {**MONTH_NUMBERS, "sept": 9}
_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4}|'?\d{2})(?!\d|:|\.\d)"

#: Each form with an example that the tests read.
FORMS: tuple[tuple[str, re.Pattern[str], str], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE), example)
    for name, pattern, example in (
        (
            "iso",
            r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?!\d)",
            "2017-06-13T09:30:00+01:00",
        ),
        ("iso basic", r"(?<!\d)(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})(?=T|$|\s)", "20170613T083000Z"),
        ("day month year", rf"(?<![\d:]){_DAY}(?:\s+of)?[\s\-/.,]+{_MONTH}[\s\-/.,]*{_YEAR}", "Tuesday, 13th June 2017"),
        ("month day year", rf"\b{_MONTH}[\s\-/.]*{_DAY}[\s,\-/.]+{_YEAR}", "Wednesday, June 13, 2018"),
        ("year month day", r"(?<!\d)(?P<year>\d{4})[/.](?P<month>\d{1,2})[/.](?P<day>\d{1,2})(?!\d)", "2017/06/13"),
        ("day/month/year", r"(?<!\d)(?P<day>\d{1,2})[/.\-](?P<month>\d{1,2})[/.\-](?P<year>\d{4}|\d{2})(?!\d)", "13/06/2017"),
    )
)
_TIME = re.compile(
    r"(?<![\d.:])(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d{1,9})?)?\s*(?P<half>[ap]\.?m\b)?"
    r"|(?<![\d.:])(?P<hour12>\d{1,2})\s?(?P<half12>[ap]\.?m\b)",
    re.IGNORECASE,
)
_BASIC_TIME = re.compile(r"T(\d{2})(\d{2})(\d{2})(?=Z|[+-]|$)")
_ZONE = re.compile(r"^\s*\(?(?P<sign>[+\-−])(?P<hours>\d{2}):?(?P<minutes>\d{2})\b|^\s*\(?(?P<name>[A-Z]{1,5})\b")
_ZONES = {
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0, "BST": 1, "IST": 1, "WEST": 1, "CET": 1, "CEST": 2,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
_AGO = re.compile(r"\b(?P<count>\d{1,3}|an?|one)\s+(?P<unit>min(?:ute)?|hr|hour|day|week)s?\s+ago\b", re.IGNORECASE)
_EPOCH = re.compile(r"^\d{10}(?:\d{3})?$")
_LOOK_AT = 200
_FIRST_YEAR, _LAST_YEAR = 1990, 2100


def parse_moment(text: str, *, now: datetime | None = None) -> datetime | None:
    """The moment that `text` names, in UTC; a day without a time is its midnight in London. ``None`` when it names none.

    Day comes before month in figures unless that is impossible. "Two hours ago" and "yesterday" need `now`. An impossible day
    (31 April) is no date: guessing would move news.
    """
    text = _BASIC_TIME.sub(r"T\1:\2:\3", " ".join(text[:_LOOK_AT].split()))
    if _EPOCH.match(text):
        moment = datetime.fromtimestamp(int(text[:10]), UTC)
        return moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR else None
    for name, pattern, _ in FORMS:
        if match := pattern.search(text):
            day = _day(match, month_first_allowed=name == "day/month/year")
            if day is None:
                continue
            rest = text[: match.start()] + " \n " + text[match.end() :].removeprefix("T")
            return _at(day, rest)
    return _relative(text, now) if now is not None else None


def parse_day(text: str, *, now: datetime | None = None) -> date | None:
    """The calendar day in London that `text` names, or ``None``."""
    moment = parse_moment(text, now=now)
    return london_day(moment) if moment is not None else None


def exchanged(day: date) -> date | None:
    """`day` with day and month the other way round, as Americans write figures; ``None`` where that is no date."""
    try:
        return day.replace(month=day.day, day=day.month)
    except ValueError:
        return None


def _day(match: re.Match[str], *, month_first_allowed: bool) -> date | None:
    figures = match["year"].lstrip("'")
    year, day = int(figures), int(match["day"])
    if len(figures) == 2:  # "0001" is how some systems write that there is no date
        year += 2000 if year < 70 else 1900
    month = _MONTHS.get(match["month"].lower()) or int(match["month"])
    if month_first_allowed and month > 12 >= day:
        month, day = day, month
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _at(day: date, rest: str) -> datetime:
    """The moment on `day` at the time that `rest` (the text around the date) gives, midnight when it gives none."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=london())
    match = _TIME.search(rest)
    if match is None:
        return midnight.astimezone(UTC)
    hour = int(match["hour"] or match["hour12"])
    half = (match["half"] or match["half12"] or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    minute, second = int(match["minute"] or 0), int(match["second"] or 0)
    if hour > 23 or minute > 59:
        return midnight.astimezone(UTC)
    local = midnight.replace(hour=hour, minute=minute, second=min(second, 59))
    offset = _offset(rest[match.end() :])
    return (local if offset is None else local.replace(tzinfo=timezone(offset))).astimezone(UTC)


def _offset(text: str) -> timedelta | None:
    zone = _ZONE.match(text)
    if zone is None:
        return None
    if zone["sign"]:
        size = timedelta(hours=min(int(zone["hours"]), 14), minutes=min(int(zone["minutes"]), 59))
        return size if zone["sign"] == "+" else -size
    hours = _ZONES.get(zone["name"])
    return None if hours is None else timedelta(hours=hours)


def _relative(text: str, now: datetime) -> datetime | None:
    if match := _AGO.search(text):
        count = int(match["count"]) if match["count"].isdigit() else 1
        return now - timedelta(seconds=count * UNITS[match["unit"][0].lower()])
    today = london_day(now)
    lowered = text.lower()
    for word, back in (("yesterday", 1), ("today", 0)):
        if word in lowered:
            return _at(today - timedelta(days=back), text)
    return None
