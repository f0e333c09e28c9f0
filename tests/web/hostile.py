"""A site on whose record, sources and alarms every row of the hostile corpus stands wherever somebody else's words can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from monitor.app.alarms import Alarm
from monitor.domain.announced import announced
from monitor.domain.attestation import inspect
from monitor.domain.authorities import authorities
from monitor.domain.model import Area, Attestation, Authority, Inspection, Rating, SourceClass
from monitor.domain.recorded_change import RecordedChange
from monitor.ports import SourceState
from monitor.web.site import Site
from monitor.web.status import WatchedSource
from tests.builders import StoppedClock, authority
from tests.hostile import TEXTS
from tests.web.fakes import NOW, STATUS, FakeDaemon, FakeRecord, site_of

#: Whose inspection every row tells of.
TOLD_OF = "Leeds"
DAY = date(2026, 7, 28)


def attested(who: Authority, text: str, published: date, number: int, url: str) -> Attestation:
    """What an outlet says whose name, address and sentence are all the same text."""
    return Attestation(
        key=f"{who.urn}|{number}",
        authority=who,
        source_class=SourceClass.PRESS,
        outlet=text,
        url=url,
        published=published,
        ratings={Area.LEADERSHIP: Rating.INADEQUATE},
        evidence={Area.LEADERSHIP: text},
        seen=NOW - timedelta(minutes=number),
    )


def inspections(texts: Sequence[str], url: str = "") -> tuple[Inspection, ...]:
    """One inspection that all of them tell of; then one for each of them, told as if it were at an address of the web.

    `url` is where all of it is told; empty: the texts themselves are the addresses.
    """
    leeds = authority(TOLD_OF)
    every = inspect(attested(leeds, text, DAY, number, url or text) for number, text in enumerate(texts))
    others = [each for each in authorities() if each != leeds]
    found = [every]
    for number, text in enumerate(texts):
        rounds, place = divmod(number, len(others))
        day = DAY - timedelta(days=1 + 400 * rounds)
        found.append(inspect((attested(others[place], text, day, 1000 + number, url or f"https://news.test/{text}"),)))
    return tuple(sorted(found, key=lambda each: (each.published, each.key)))


def recorded(found: Sequence[Inspection]) -> tuple[RecordedChange, ...]:
    """Their changes as the ledger told them."""
    return tuple(
        RecordedChange(id=change.key, change=change, source_class=SourceClass.PRESS, silent="", recorded_at=NOW)
        for change in announced(found)
    )


def hostile_site(texts: Sequence[str] = TEXTS, url: str = "", **changed: object) -> Site:
    """The site; `changed` are fields of it."""
    found = inspections(texts, url)
    daemon = FakeDaemon()
    daemon.health = replace(
        daemon.health, alarms=tuple(Alarm(about=text, message=f"the server said: {text}") for text in texts)
    )
    sources = tuple(
        WatchedSource(name=text, outlet=text, interval=900, state=SourceState(name=text, failures=number % 3))
        for number, text in enumerate(texts)
    )
    status = replace(STATUS, sources=sources, channels=tuple(texts))
    return site_of(
        daemon,
        lambda: status,
        record=FakeRecord(*found, changes=recorded(found)),
        clock=StoppedClock(NOW),
        contact="",
        **changed,
    )


def key_of_all(site: Site) -> str:
    """The key of the inspection that every row tells of."""
    return next(each.key for each in site.record.current().inspections if len(each.attestations) > 1)
