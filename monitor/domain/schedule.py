"""When to ask again: pure answers from what happened, so that a restart changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zlib import crc32

from monitor.domain.calendar import is_working_day, london, london_day
from monitor.domain.model import Article, ClassifierResult, Report

#: A source that keeps failing is asked less and less often, down to this.
MAX_PAUSE = timedelta(hours=6)
#: A shorter interval than this is kept on working days, by day and by night.
KEPT_UNDER = timedelta(minutes=5)
#: A page that cannot be read is tried this often before it is given up: 15 min, 30 min, 1 h, ... about two days in all.
MAX_TRIES = 8
#: A page that kills its reader is not given many readers, whatever else happened to it.
MAX_DEATHS = 3
#: Reasons by which a page cost a process: the one that reads, or the whole monitor.
DEADLY = frozenset({"timeout", "memory", "crashed", "died"})
#: Reasons of reading that may pass. Every other one is the page's own, and lasts.
PASSING = frozenset(
    {
        *DEADLY,
        "fault",  # ours
        "unrecorded",
        "interstitial",  # a consent page, a login, a site under maintenance: the article may be there tomorrow
        "damaged",  # what was cut off, is a shell, or is an error page with status 200, is whole at the next try
        "empty",
        "no_article",
        "not_a_pdf",
        "scanned",
    }
)
#: Reasons by which a file of an official source is no report that anybody could have missed.
OTHER_DOCUMENTS = frozenset(
    {
        "looked_after_inspection",
        "safeguarding_inspection",
        "protection_inspection",
        "monitoring_visit",
        "focused_visit",
        "jtai",
        "send",
        "lscb_review",
        "not_a_report",
    }
)
#: Not the page's fault but ours or the installation's: given up, it is tried again once the program is another one.
OWN_FAULTS = ("fault", "failed", "unrecorded")
#: So many readings of a page follow each other as its source announces them; from then on with pauses.
_READINGS_AT_ONCE = 3
#: Characters of a page that may have been put up before its story was written, and when it is looked at again.
_STUB = 800
_COMPLETED_AFTER = (timedelta(hours=1), timedelta(hours=4))
#: Of what a source lists again at one poll, so much may be in another edition: where it is more, the source itself changed.
_RENEWED_SHARE = 0.5
_MIN_RENEWED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """A wait that doubles with each time that something has been in vain, up to a longest one."""

    first: timedelta
    longest: timedelta

    def wait(self, times: int) -> timedelta:
        """The wait after so many times in vain, the first of them counted."""
        return min(self.longest, self.first * float(2 ** min(max(times - 1, 0), 20)))


_PAGE_RETRY = Backoff(first=timedelta(minutes=15), longest=timedelta(hours=12))
_PAGE_RENEWAL = Backoff(first=timedelta(minutes=5), longest=timedelta(days=1))


def _not_before(now: datetime, wait: timedelta, retry_after: float | None) -> datetime:
    """The end of a wait, which a server can lengthen and never shorten."""
    return now + max(wait, timedelta(seconds=retry_after or 0))


def interval_factor(moment: datetime) -> float:
    """How many intervals to wait for news at `moment`: 1 by day on working days, more when nothing is published.

    Ofsted publishes on weekday mornings and the press follows by day (of 318 reports none came out on a weekend).
    """
    local = moment.astimezone(london())
    night = local.hour < 6 or local.hour >= 22
    if not is_working_day(local.date()):
        return 6.0 if night else 3.0
    if night:
        return 4.0
    return 1.0 if 7 <= local.hour < 19 else 2.0


def source_interval_factor(moment: datetime, interval: timedelta) -> float:
    """By how much the interval of a source is stretched at `moment`, as its operator is told.

    An interval under five minutes was chosen by somebody who wants every minute of a working day: then it is kept.
    """
    if interval < KEPT_UNDER and is_working_day(london_day(moment)):
        return 1.0
    return interval_factor(moment)


def _paced(now: datetime, interval: timedelta) -> timedelta:
    """The interval stretched by the pace, but never past the hour at which the pace quickens again."""
    least, wanted = interval, min(interval * source_interval_factor(now, interval), max(interval, MAX_PAUSE))
    hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    while hour < now + wanted:
        if source_interval_factor(hour, interval) < source_interval_factor(now, interval):
            return max(least, hour - now)
        hour += timedelta(hours=1)
    return max(least, wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """How often a source is really polled: on working days by day, early and late, at night, and on days off."""

    day: timedelta
    edge: timedelta
    night: timedelta
    off: timedelta
    off_night: timedelta


#: A working Monday and the Sunday before it, for the hours by which `effective` tells the rules.
_MONDAY, _SUNDAY = date(2026, 1, 12), date(2026, 1, 11)


def effective(interval: timedelta) -> Effective:
    """How often a source with this interval is really polled."""

    def at(day: date, hour: int) -> timedelta:
        moment = datetime.combine(day, time(hour), tzinfo=london())
        return max(interval, min(interval * source_interval_factor(moment, interval), max(interval, MAX_PAUSE)))

    return Effective(
        day=at(_MONDAY, 12), edge=at(_MONDAY, 20), night=at(_MONDAY, 2), off=at(_SUNDAY, 12), off_night=at(_SUNDAY, 2)
    )


def full_fetch_due(*, name: str, last_success: datetime | None, now: datetime) -> bool:
    """Whether the validators of a source are to be forgotten for this poll: the first success of its day.

    A server may answer "not modified" for ever by mistake, and such a source looks well: it is believed for a day. A day
    begins at its own hour for each source, so that they do not all ask for everything at midnight.
    """
    if last_success is None:
        return False
    shift = timedelta(minutes=crc32(name.encode()) % 1440)
    return (last_success.astimezone(london()) - shift).date() < (now.astimezone(london()) - shift).date()


def next_due(
    *, now: datetime, interval: timedelta, failures: int = 0, retry_after: float | None = None, name: str = ""
) -> datetime:
    """When a source is to be polled again.

    With a `name` the wait follows the week (`source_interval_factor`) and is spread by up to a tenth, always the same way for
    the same source and moment: sources that were started together do not stay together, and a test sees no chance.

    Args:
        now: when it was polled.
        interval: its usual time between polls.
        failures: polls that failed in a row, this one included; each doubles the wait.
        retry_after: seconds the server asked for; never shortens the wait.
        name: of the source; without one the interval is kept exactly.
    """
    pause = interval
    if name:
        pause = _paced(now, interval)
        pause += pause * ((crc32(f"{name} {now.isoformat()}".encode()) % 2001 - 1000) / 10_000)
    if failures:
        pause = max(pause, Backoff(first=interval, longest=MAX_PAUSE).wait(failures))
    return _not_before(now, pause, retry_after)


def next_try(
    *, now: datetime, reason: str, tries: int, deaths: int = 0, permanent: bool = False, retry_after: float | None = None
) -> datetime | None:
    """When a page that could not be read is to be tried again; None when it is given up.

    Args:
        now: when it was tried.
        reason: why it could not be read.
        tries: how often it was tried, this time included.
        deaths: how many processes it cost, this time included.
        permanent: whether another try cannot help.
        retry_after: seconds the server asked for; never shortens the wait.
    """
    if permanent or tries >= MAX_TRIES or deaths >= MAX_DEATHS:
        return None
    if reason == "died":
        return _not_before(now, timedelta(), retry_after)  # as a rule another's fault, and its news has waited for the restart
    return _not_before(now, _PAGE_RETRY.wait(tries), retry_after)


def renewed_at(*, now: datetime, last: datetime | None, readings: int) -> datetime:
    """When a page is to be read again that its source announces anew.

    At once, and then less and less often: the next one waits for twice as long as the one before. Some feeds give their entries
    another id or date whenever they are asked.

    Args:
        now: when it was announced.
        last: when it was read or tried last.
        readings: how often it was read.
    """
    if last is None or readings < _READINGS_AT_ONCE:
        return now
    return max(now, last + _PAGE_RENEWAL.wait(readings - _READINGS_AT_ONCE + 1))


def is_renewal(*, changed: int, listed: int) -> bool:
    """Whether `changed` editions among `listed` known entries mean that those pages were changed, and not the whole source."""
    return changed <= max(_MIN_RENEWED, listed * _RENEWED_SHARE)


def completed_at(
    document: Article | Report, result: ClassifierResult, *, now: datetime, since: datetime, readings: int
) -> datetime | None:
    """When a short page that names Ofsted and grades nothing is to be read again: "details soon" is filled in within hours.

    Args:
        document: the page.
        result: what it says.
        now: when it was read.
        since: when it was published or first seen.
        readings: how often it was read before this time.
    """
    if result.judgements or isinstance(document, Report) or "ofsted" not in f"{document.title} {document.text}".lower():
        return None
    if len(document.text) > _STUB or readings >= len(_COMPLETED_AFTER):
        return None
    again = now + _COMPLETED_AFTER[readings]
    return again if again - since <= timedelta(days=1) else None


def is_deadly(reason: str, *, page: bool) -> bool:
    """Whether a failure cost a process, and there was a page to blame for it."""
    return page and reason in DEADLY
