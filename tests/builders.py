"""Short ways to say what tests of the later stages start from: articles, readings, inspections, subscriptions, a clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from monitor.domain.attestation import inspect
from monitor.domain.authorities import find
from monitor.domain.model import (
    Area,
    Article,
    Attestation,
    Authority,
    ClassifierResult,
    DateRange,
    Inspection,
    Judgement,
    Link,
    Rating,
    Rejection,
    Report,
    SourceClass,
    Span,
)
from monitor.domain.subscription_keys import subscription_from_table
from monitor.domain.subscriptions import Subscription
from monitor.ports import Poll, PollResult, Store

DAY = date(2026, 9, 1)
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)

Grades = dict[str, str]  #: area to rating, as their values are written


class StoppedClock:
    """A clock that moves only when told to."""

    def __init__(self, now: datetime = NOW) -> None:
        self._now = now

    def now(self) -> datetime:
        """The moment it stands at."""
        return self._now

    def today(self) -> date:
        """The day it stands at."""
        return self._now.date()

    def forward(self, **by: float) -> None:
        """Move it on: ``forward(minutes=5)``."""
        self._now += timedelta(**by)


def authority(name: str) -> Authority:
    """The authority of a name, which has to exist."""
    found = find(name)
    assert found is not None, name
    return found


def grades(text: str) -> Grades:
    """``"overall good, leadership inadequate"`` as a mapping."""
    return dict(part.split() for part in text.split(",")) if text else {}  # type: ignore[arg-type]  # pairs


def official(name: str, ratings: str, *, published: date, **changed: Any) -> Inspection:
    """An inspection as Ofsted's own report gives it; fieldwork ended six weeks before."""
    where = authority(name)
    ended = published - timedelta(days=42)
    attestation = Attestation(
        key=f"{where.urn}|report-{published}",
        authority=where,
        source_class=SourceClass.OFFICIAL,
        outlet="Ofsted",
        url=f"https://files.test/{where.urn}/{published}",
        published=published,
        ratings={Area(area): Rating(rating) for area, rating in grades(ratings).items()},
        framework="ILACS",
        fieldwork=DateRange(start=ended - timedelta(days=11), end=ended),
        **changed,
    )
    return inspect((attestation,))


def report(name: str, ratings: str, *, published: date = DAY) -> Report:
    """An official report of a council."""
    where = authority(name)
    ended = published - timedelta(days=42)
    sentence = f"{name}: {ratings}"
    return Report(
        authority=where,
        framework="ILACS",
        title=f"Inspection of {name} children's services",
        fieldwork=DateRange(start=ended - timedelta(days=11), end=ended),
        published=published,
        lead_inspector="A. N. Inspector",
        judgements=tuple(
            Judgement(
                authority=where,
                area=Area(area),
                rating=Rating(rating),
                evidence=Span(start=0, end=len(sentence)),
                quote=sentence,
                page=1,
            )
            for area, rating in grades(ratings).items()
        ),
        text=sentence,
        sha256=sha256(f"{name}{ratings}{published}".encode()).hexdigest(),
        url=f"https://files.test/{where.urn}/{published}",
    )


def article(text: str, *, url: str = "https://news.test/a", outlet: str = "The Paper", **changed: Any) -> Article:
    """An article with a hash of its own text."""
    values: dict[str, Any] = {"title": "Ofsted news", "published": DAY, "retrieved": NOW} | changed
    return Article(url=url, outlet=outlet, text=text, sha256=sha256(text.encode()).hexdigest(), **values)


def judgements(text: str, said: dict[str, str], **changed: Any) -> tuple[Judgement, ...]:
    """Judgements that all stand on the whole text: ``{"Leeds": "overall good"}``."""
    whole = Span(start=0, end=len(text))
    return tuple(
        Judgement(
            **{"authority": authority(name), "area": Area(area), "rating": Rating(rating), "evidence": whole, "quote": text}
            | changed
        )
        for name, ratings in said.items()
        for area, rating in grades(ratings).items()
    )


def result(text: str, said: dict[str, str], rejected: Sequence[str] = ()) -> ClassifierResult:
    """A reading whose judgements all stand on the whole text: ``{"Leeds": "overall good"}``."""
    whole = Span(start=0, end=len(text))
    return ClassifierResult(
        judgements=judgements(text, said),
        rejected=tuple(Rejection(reason=reason, span=whole, quote=text) for reason in rejected),
        relevant=bool(said),
        classifier_version="test",
    )


def story(said: dict[str, str], *, outlet: str = "The Paper", **changed: Any) -> tuple[Article, ClassifierResult]:
    """An article and what it says, in one go."""
    text = changed.pop("text", f"{outlet} reports: {said}.")
    url = changed.pop("url", f"https://{outlet.replace(' ', '').lower()}.test/{sha256(text.encode()).hexdigest()[:8]}")
    return article(text, url=url, outlet=outlet, **changed), result(text, said)


def link(url: str, *, source: str = "feed", **changed: Any) -> Link:
    """A link of a source; its canonical address is the address itself."""
    return Link(source=source, url=url, canonical_url=changed.pop("canonical_url", url), **changed)


def subscription(name: str = "all", **table: Any) -> Subscription:
    """A subscription as its table would give it; to the terminal unless said otherwise."""
    return subscription_from_table({"name": name, "channel": "console", "to": f"{name}@reader.test"} | table)


def asked(name: str, poll: Poll, *, next_due_at: datetime = NOW) -> PollResult:
    """A source that was asked, and what came back."""
    return PollResult(source=name, poll=poll, next_due_at=next_due_at)


def polled(store: Store, name: str, poll: Poll, *, now: datetime, next_due_at: datetime) -> tuple[Link, ...]:
    """Record one poll; the links that were new."""
    one = replace(asked(name, poll, next_due_at=next_due_at), failures_before=store.source_state(name).failures)
    return store.record_polls([one], now=now)[0]
