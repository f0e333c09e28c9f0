"""Calendars (RFC 5545) of whole days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from monitor.messages.sanitize import link, sanitize

#: Bytes of a line, without the blank that begins the second and later ones.
_LINE = 75
_MAX_TEXT = 2_000
#: How often a program that shows the calendar is to ask for it.
_REFRESH = "PT6H"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a calendar shows on one day or several."""

    uid: str  #: stable, whatever becomes of the rest
    first: date
    last: date
    summary: str
    lines: tuple[str, ...]  #: what it says when it is opened
    url: str
    stamp: datetime  #: when it last became another one
    certain: bool = True


def calendar(name: str, events: Iterable[Event]) -> bytes:
    """A calendar; every text in it is escaped, every line folded."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Ofsted rating monitor//EN",
        "CALSCALE:GREGORIAN",
        f"NAME:{text(name)}",
        f"X-WR-CALNAME:{text(name)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{_REFRESH}",
        f"X-PUBLISHED-TTL:{_REFRESH}",
        *(line for each in events for line in _event(each)),
        "END:VCALENDAR",
    ]
    return "".join(f"{folded(line)}\r\n" for line in lines).encode()


def _event(each: Event) -> Iterator[str]:
    stamp = f"{each.stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield "BEGIN:VEVENT"
    yield f"UID:{each.uid}"
    yield f"DTSTAMP:{stamp}"
    yield f"LAST-MODIFIED:{stamp}"
    yield f"DTSTART;VALUE=DATE:{each.first:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{each.last + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{text(each.summary)}"
    if each.lines:
        yield f"DESCRIPTION:{text(*each.lines)}"
    if address := link(each.url):
        yield f"URL:{address}"
    yield f"STATUS:{'CONFIRMED' if each.certain else 'TENTATIVE'}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def text(*lines: str) -> str:
    """Lines as one value of the type TEXT."""
    plain = (sanitize(line, _MAX_TEXT) for line in lines)
    return "\\n".join(line.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,") for line in plain)


def folded(line: str) -> str:
    """A line in pieces of at most 75 bytes, no letter torn apart."""
    pieces, piece, size = [], "", 0
    for letter in line:
        more = len(letter.encode())
        if size + more > _LINE:
            pieces.append(piece)
            piece, size = "", 1  # the blank before it
        piece += letter
        size += more
    return "\r\n ".join([*pieces, piece])
