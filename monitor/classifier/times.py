"""When: the years and months of a clause, told against the day of publication."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from monitor.classifier.chunk import Chunk
from monitor.domain.calendar import MONTHS

#: month and season words and the month they count as; "may" is not shortened
_MONTH_OF = {m: i + 1 for i, m in enumerate(MONTHS)}
_MONTH_OF |= {m[:3]: n for m, n in _MONTH_OF.items() if m != "may"} | {
    "sept": 9,
    "spring": 4,
    "summer": 7,
    "autumn": 10,
    "winter": 1,
}
SEASONS_OF_YEAR = frozenset({"spring", "summer", "autumn", "winter"})
SEASONS = frozenset(_MONTH_OF) | {"early", "late", "mid", "year", "end", "beginning", "start", "middle"}
_NUMBERS = {w: i for i, w in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())} | {
    "a": 1,
    "decade": 10,
}
_FIELDWORK = frozenset(
    """
    visit visits visited inspection inspected inspectors examined looked assessed came weeks week fortnight spent
    called team follows following
    """.split()
)


#: Months after which an inspection's report has long been out: a grade that followed a visit then is no news.
_LONGEST_TO_REPORT = 6
#: days after the end of a month until which a report of that month is news
_DAYS_OF_NEWS = 45


def past_year(chunks: Sequence[Chunk], reach: Sequence[int], words: Sequence[str], published: date | None) -> int | None:
    """The latest past year among the chunks at `reach`; a year that only dates this inspection's fieldwork is not one."""
    if published is None:
        return None
    found: list[int] = []
    for i in reach:
        if chunks[i].code != "Y":
            continue
        year, at = int(chunks[i].value), chunks[i].start
        month = next((_MONTH_OF[w] for w in reversed(words[max(0, at - 4) : at]) if w in _MONTH_OF), None)
        age = (published.year - year) * 12 + (published.month - month if month else 0)
        fieldwork = any(w in _FIELDWORK for w in words[max(0, at - 9) : at])
        if year > published.year or (year == published.year and _still_news(published, month, age, fieldwork)):
            continue
        if fieldwork and (age <= 9 if month else age <= 12 and published.month <= 4):
            continue
        found.append(year)
    return max(found, default=None)


def _still_news(published: date, month: int | None, age: int, fieldwork: bool) -> bool:
    """Whether what happened in a month of this year may still be news: a report until six weeks after the month."""
    if fieldwork or month is None:
        return age <= (8 if fieldwork else 2)
    return age < 2 or (age == 2 and published.day <= _DAYS_OF_NEWS - 30)


def relative_year(text: str, published: date | None) -> int | None:
    """The year meant by "four years ago", "last year", "last May", counted from the day of publication."""
    if published is None:
        return None
    words = text.split()
    if words[0] == "last" and len(words) == 2:
        if words[1] in MONTHS:
            return published.year - (_MONTH_OF[words[1]] >= published.month)
        if words[1] in {"year", "spring", "summer", "autumn", "winter"}:
            return published.year - 1
    if "decade" in words:
        return published.year - 10
    if {"year", "years"} & set(words):
        return next((published.year - n for n in map(number, words) if n), None)
    return None


def number(word: str) -> int:
    """The number that a word or figure says; 0 when it says none."""
    return int(word) if word.isdigit() else _NUMBERS.get(word, 0)


def stale_month(words: Sequence[str], first: int, last: int, published: date | None) -> str:
    """A month named without a year in ``words[first:last]``, two or more before publication, that dates the grade and not
    the visit.
    """
    if published is None:
        return ""
    for at in range(max(first, 1), last):
        season = words[at] in SEASONS_OF_YEAR and words[at - 2 : at] == ("in", "the")
        if not season and (words[at] not in MONTHS or words[at - 1] not in {"in", "since", "this"}):
            continue
        ago = (published.month - _MONTH_OF[words[at]]) % 12
        fieldwork = any(w in _FIELDWORK for w in words[max(0, at - 9) : at])
        if ago < (_LONGEST_TO_REPORT if fieldwork else 4 if season else 2):
            continue
        if not (at + 1 < len(words) and words[at + 1].isdigit()):
            return f"in {words[at]}"
    return ""


def issued_earlier(words: Sequence[str], published: date | None) -> str:
    """The words "published in March" where that is two months or more ago."""
    found = re.search(r"\b(?:published|released|issued) (?:back )?in (\w+)\b", " ".join(words))
    if published is None or found is None or found.group(1) not in MONTHS:
        return ""
    return found.group() if (published.month - _MONTH_OF[found.group(1)]) % 12 >= 2 else ""


_DAY = re.compile(rf"\b([0-9]{{1,2}}) ({'|'.join(MONTHS)})\b(?! (?:19|20)[0-9][0-9])|\b({'|'.join(MONTHS)}) ([0-9]{{1,2}})\b")


def named_day(words: str, published: date | None, days: int) -> bool:
    """Whether words name a day, without a year, that is at most so many days before publication."""
    if published is None:
        return False
    for found in _DAY.finditer(words):
        day, month = int(found.group(1) or found.group(4)), _MONTH_OF[found.group(2) or found.group(3)]
        since = (published.month - month) % 12 * 30 + published.day - day
        if 0 <= since <= days:
            return True
    return False
