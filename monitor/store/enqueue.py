"""Changes into the outbox: match every subscription, render one message a person, write alerts and deliveries together."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Protocol
from uuid import uuid4

from sqlalchemy import Connection, insert, select, update

from monitor.domain.guards import Seen, storm
from monitor.domain.model import Change, Inspection, SourceClass
from monitor.domain.subscriptions import UPDATES, Frequency, LedgerView, Match, Subscription, currently_inadequate, matches
from monitor.messages import Notice, Purpose
from monitor.messages.links import Act, Links
from monitor.messages.notice import purpose_of
from monitor.messages.render import Rendered
from monitor.ports import DeliveryState
from monitor.store.schema import alerts, changes, deliveries, suspensions, tellings

#: The subscriptions in force when a change is matched.
Subscriptions = Callable[[], Sequence[Subscription]]
#: A line that places an authority among others, from everything known; empty when there is nothing to say.
Context = Callable[[Change, Sequence[Inspection]], str]


class Renders(Protocol):
    """A notice into a message; pure."""

    def render(self, notice: Notice) -> Rendered:
        """Every form of the message."""
        ...


@dataclass(frozen=True, kw_only=True)
class News:
    """Changes of one document, with their ids in the database and what matching and rendering may know of them."""

    changes: Mapping[str, Change]  #: by id
    known: Sequence[Inspection]  #: what was believed of their authorities before
    source_class: SourceClass
    context: Mapping[str, str] = field(default_factory=dict)  #: by URN

    @cached_property
    def previous(self) -> Mapping[str, Inspection]:
        """For each inspection in the news, the one before it."""
        found = {}
        for change in self.changes.values():
            now = change.inspection
            older = [i for i in self.known if i.authority == now.authority and i.key != now.key and i.published < now.published]
            if older:
                found[now.key] = max(older, key=lambda inspection: inspection.rank_key)
        return found


@dataclass(kw_only=True)
class _Person:
    """Everything that one target is to be told at once."""

    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    changes: dict[str, Change] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    updated: set[str] = field(
        default_factory=set
    )  #: inspections of which this person was told what is now confirmed or corrected

    @property
    def update(self) -> bool:
        """Whether all of it continues what this person was told before; details that a report adds are no second alert."""
        return {change.inspection.key for change in self.changes.values()} <= self.updated


def enqueue(
    connection: Connection,
    news: News,
    subscriptions: Sequence[Subscription],
    renderer: Renders,
    now: datetime,
    links: Links | None = None,
) -> int:
    """Write an alert for each match and a delivery for each person; returns how many deliveries. Repeating it adds nothing."""
    already = _already(connection, news)
    held = _storm(connection, news, now)
    people: dict[str, _Person] = defaultdict(_Person)
    alert_rows: list[dict[str, Any]] = []
    inadequate = currently_inadequate([i for i in news.known if i.key not in {c.inspection.key for c in news.changes.values()}])
    for identity, change in news.changes.items():
        for subscription in subscriptions:
            if (identity, subscription.name) in already.alerted:
                continue
            told = (subscription.target, change.inspection.key, change.area) in already.areas
            view = LedgerView(inadequate=inadequate, source_class=news.source_class, told=told)
            match = matches(subscription, change, view)
            if not match:
                continue
            alert_rows.append(
                {"id": uuid4().hex, "change": identity, "subscription": subscription.name, "delivery": None, "created": now}
            )
            if subscription.frequency is Frequency.IMMEDIATE:
                _tell(people[subscription.target], subscription, identity, change, match, told)
    doubts = _doubts(connection, people)
    rows = []
    for target, person in people.items():
        row = _delivery(target, person, already, news, renderer, now, doubts.get(target, ()), links)
        if row is not None:
            rows.append(
                row
                if not held or row["state"] != DeliveryState.PENDING
                else row | {"state": DeliveryState.HELD, "reason": held}
            )
    _write(connection, people, rows, alert_rows)
    return len(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Already:
    alerted: frozenset[tuple[str, str]]  #: change id, subscription
    told: frozenset[tuple[str, str]]  #: change id, target
    areas: frozenset[tuple[str, str, str]]  #: target, inspection key, area
    suspended: frozenset[str]  #: targets


def _already(connection: Connection, news: News) -> _Already:
    """What was told before of these inspections, read once however many subscriptions there are."""
    keys = {change.inspection.key for change in news.changes.values()}
    told = connection.execute(
        select(tellings.c.change, tellings.c.target, changes.c.inspection, changes.c.area)
        .join(changes, changes.c.id == tellings.c.change)
        .where(changes.c.inspection.in_(keys))
    ).all()
    alerted = connection.execute(
        select(alerts.c.change, alerts.c.subscription).where(alerts.c.change.in_(list(news.changes)))
    ).all()
    suspended = connection.execute(select(suspensions.c.target).where(suspensions.c.suspended_at.is_not(None))).scalars()
    return _Already(
        alerted=frozenset((row.change, row.subscription) for row in alerted),
        told=frozenset((row.change, row.target) for row in told),
        areas=frozenset((row.target, row.inspection, row.area) for row in told),
        suspended=frozenset(suspended),
    )


def _storm(connection: Connection, news: News, now: datetime) -> str:
    """Why this news is held; see `guards.storm`."""
    since = now - timedelta(days=31)
    rows = connection.execute(
        select(changes.c.urn, changes.c.recorded_at).where(
            changes.c.recorded_at >= since, changes.c.silent == "", changes.c.id.not_in(list(news.changes))
        )
    )
    recent = [Seen(urn=row.urn, at=row.recorded_at) for row in rows]
    return storm([change.authority.urn for change in news.changes.values()], news.source_class, recent, now)


def _doubts(connection: Connection, people: Mapping[str, _Person]) -> Mapping[str, Sequence[str]]:
    """What may or may not have reached these people before, in words; each is mentioned once."""
    open_doubts = select(deliveries.c.id, deliveries.c.target, deliveries.c.subject, deliveries.c.created).where(
        deliveries.c.state == DeliveryState.UNCERTAIN, deliveries.c.mentioned.is_(False)
    )
    rows = [row for row in connection.execute(open_doubts) if row.target in people]
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[row.target].append(f"{row.subject}: sent on {row.created:%d %B %Y}, it may not have reached you")
    if rows:
        connection.execute(update(deliveries).where(deliveries.c.id.in_([row.id for row in rows])).values(mentioned=True))
    return found


def _tell(person: _Person, subscription: Subscription, identity: str, change: Change, match: Match, told: bool) -> None:
    person.subscriptions[subscription.name] = subscription
    person.changes[identity] = change
    if told and change.kinds & UPDATES:
        person.updated.add(change.inspection.key)
    because = next(clause.why for clause in match.clauses if clause.name == "watch-list")
    person.reasons.setdefault(subscription.name, f"Your subscription “{subscription.name}”: {because}.")


def change_set(keys: Iterable[str], purpose: str) -> str:
    """The identity of a set of changes told for one purpose, whatever order they are in."""
    return hashlib.sha256("\n".join([purpose, *sorted(keys)]).encode()).hexdigest()


def _delivery(
    target: str,
    person: _Person,
    already: _Already,
    news: News,
    renderer: Renders,
    now: datetime,
    doubts: Sequence[str],
    links: Links | None,
) -> dict[str, Any] | None:
    """The outbox row of one person; None when all of it was told before."""
    person.changes = {identity: c for identity, c in person.changes.items() if (identity, target) not in already.told}
    if not person.changes:
        return None
    lead = next(iter(person.subscriptions.values()))
    found = tuple(person.changes.values())
    purpose = purpose_of(found) if person.update else Purpose.CHANGE
    identity = uuid4().hex
    notice = Notice(
        id=identity,
        created=now,
        changes=found,
        purpose=purpose,
        previous=news.previous,
        reasons=tuple(person.reasons.values()),
        notes=tuple(dict.fromkeys(s.note for s in person.subscriptions.values() if s.note)),
        context=news.context,
        also=tuple(doubts),
        unsubscribe=links.make(Act.UNSUBSCRIBE, identity) if links and "@" in lead.to else "",
    )
    waits = [s.quiet.over(now) if s.quiet else now for s in person.subscriptions.values()]
    row = delivery_row(notice, renderer.render(notice), channel=lead.channel, recipient=lead.to, target=target, now=now)
    row["change_set"] = change_set((change.key for change in found), purpose)
    row["not_before"] = min(waits)
    if target in already.suspended:
        row |= {"state": DeliveryState.CANCELLED, "reason": "suspended", "settled_at": now}
    return row


def delivery_row(
    notice: Notice, rendered: Rendered, *, channel: str, recipient: str, target: str, now: datetime
) -> dict[str, Any]:
    """The columns of a pending delivery of a rendered notice. `change_set` is the notice's id until it is changed."""
    return {
        "id": notice.id,
        "purpose": notice.purpose.value,
        "channel": channel,
        "recipient": recipient,
        "target": target,
        "change_set": notice.id,
        "subject": rendered.subject,
        "text": rendered.text,
        "html": rendered.html,
        "slack": rendered.slack,
        "payload": rendered.payload,
        "headers": dict(rendered.headers),
        "state": DeliveryState.PENDING,
        "reason": "",
        "attempt": 0,
        "owner": "",
        "epoch": 0,
        "not_before": now,
        "lease_until": None,
        "created": now,
        "settled_at": None,
        "mentioned": False,
    }


def _write(
    connection: Connection, people: Mapping[str, _Person], rows: Sequence[dict[str, Any]], alert_rows: Sequence[dict[str, Any]]
) -> None:
    of = {row["target"]: row["id"] for row in rows}
    in_delivery = {
        (identity, name): of[target]
        for target, person in people.items()
        if target in of
        for identity in person.changes
        for name in person.subscriptions
    }
    for row in alert_rows:
        row["delivery"] = in_delivery.get((row["change"], row["subscription"]))
    if rows:
        connection.execute(insert(deliveries), list(rows))
    if alert_rows:
        connection.execute(insert(alerts), list(alert_rows))
    told = [
        {"change": identity, "target": target, "delivery": of[target]}
        for target, person in people.items()
        if target in of
        for identity in person.changes
    ]
    if told:
        connection.execute(insert(tellings), told)
