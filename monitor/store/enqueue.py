"""Changes into the outbox: match every subscription, freeze one message a person, write alerts and deliveries together."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from monitor.domain.alert_limits import Seen, earliest_send, storm
from monitor.domain.calendar import day_words, london_day
from monitor.domain.context import previous_of
from monitor.domain.model import Change, Inspection, SourceClass
from monitor.domain.subscriptions import UPDATES, Frequency, LedgerView, Subscription, currently_inadequate, wanted_because
from monitor.messages import Notice, Purpose
from monitor.messages.notice import purpose_of
from monitor.messages.reasons import reason, subscription_words
from monitor.ports import DeliveryState
from monitor.store.bulk import insert_many
from monitor.store.grouping import Waiting, merged, recent, waiting
from monitor.store.message_contents import delivery_row, footer_columns, keep_body, new_ids
from monitor.store.outbox import note
from monitor.store.policy import Policy
from monitor.store.reached import Reached, reached
from monitor.store.restored import DOUBTFUL, restore_notifications
from monitor.store.schema import OPEN, alerts, bodies, changes, deliveries, notifications, suspensions
from monitor.store.subscribers import own


@dataclass(frozen=True, kw_only=True)
class News:
    """Changes of one document, with their ids in the database and what matching and rendering may know of them."""

    changes: Mapping[str, Change]  #: by id
    known: Sequence[Inspection]  #: what is believed of every authority
    source_class: SourceClass
    outlet: str = ""  #: whose document it is
    days_late: int = 0  #: between the document's publication and now

    @cached_property
    def inadequate(self) -> frozenset[str]:
        """URNs of who was inadequate before this news."""
        mine = {change.inspection.key for change in self.changes.values()}
        urns = {change.authority.urn for change in self.changes.values()}
        return currently_inadequate([i for i in self.known if i.authority.urn in urns and i.key not in mine])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alert:
    """One change for one subscription."""

    change: str
    subscription: Subscription
    because: str

    @property
    def event(self) -> tuple[str, str]:
        """What is told to whom: change id and target."""
        return self.change, self.subscription.target


@dataclass(kw_only=True)
class _Person:
    """Everything that one target is to be told at once."""

    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    changes: dict[str, Change] = field(default_factory=dict)
    because: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  #: by subscription: why each is for it
    updated: set[str] = field(
        default_factory=set
    )  #: inspections of which this person was told what is now confirmed or corrected
    waiting: Waiting | None = None

    @property
    def purpose(self) -> Purpose:
        """An update where all of it continues what was sent before; details that a report adds are no second alert."""
        if self.waiting is not None and self.waiting.purpose is Purpose.CHANGE:
            return Purpose.CHANGE
        everything = (*(self.waiting.changes.values() if self.waiting else ()), *self.changes.values())
        continued = self.updated | (set(self.waiting.days_late) if self.waiting else set())
        if {change.inspection.key for change in everything} <= continued:
            return purpose_of(everything)
        return Purpose.CHANGE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Already:
    alerted: frozenset[tuple[str, str]]  #: change id, subscription
    told: Mapping[tuple[str, str], str]  #: by change id and target: the delivery
    reached: Reached
    suspended: frozenset[str]  #: targets


def enqueue(connection: Connection, news: News, subscriptions: Sequence[Subscription], policy: Policy, now: datetime) -> int:
    """Write an alert for each match and a delivery for each person; returns how many deliveries. Repeating it adds nothing.

    Where a message to the same person still waits for its time, the news joins it: that counts as no new delivery.
    """
    doubtful = restore_notifications(connection, news.changes, subscriptions, now)
    already = _already(connection, news)
    found = list(_match(news, subscriptions, already))
    people = _people([each for each in found if each.event not in doubtful], news, already)
    held = _storm(connection, news, now)
    if not held:
        for target, each in waiting(connection, people, news.known, now).items():
            people[target].waiting = each
    outbox = _Outbox(connection=connection, news=news, policy=policy, now=now, held=held, already=already)
    outbox.notes = {subscription.name: subscription.note for subscription in subscriptions if subscription.note}
    outbox.own = own(connection) if people else {}
    outbox.made = recent(connection, policy.most_an_hour, now) if people else {}
    outbox.doubts = _doubts(connection, people)
    for identity, (target, person) in zip(new_ids(len(people)), people.items(), strict=True):
        outbox.enqueue(identity, target, person)
    perhaps = _people([each for each in found if each.event in doubtful], news, already)
    for identity, (target, person) in zip(new_ids(len(perhaps)), perhaps.items(), strict=True):
        outbox.enqueue(identity, target, person, doubtful=True)
    outbox.write(found)
    return len(outbox.rows)


def _match(news: News, subscriptions: Sequence[Subscription], already: _Already) -> Iterator[_Alert]:
    for identity, change in news.changes.items():
        views = {
            (told, alerted): LedgerView(inadequate=news.inadequate, source_class=news.source_class, told=told, alerted=alerted)
            for told in (False, True)
            for alerted in (False, True)
        }
        for subscription in subscriptions:
            if (identity, subscription.name) in already.alerted:
                continue
            because = wanted_because(subscription, change, views[already.reached.by(subscription, change)])
            if because:
                yield _Alert(change=identity, subscription=subscription, because=because)


def _people(found: Iterable[_Alert], news: News, already: _Already) -> dict[str, _Person]:
    """Who is to be told what at once; what a person was told before is left out."""
    people: dict[str, _Person] = defaultdict(_Person)
    for alert in found:
        subscription, change = alert.subscription, news.changes[alert.change]
        if subscription.frequency is not Frequency.IMMEDIATE or (alert.change, subscription.target) in already.told:
            continue
        person = people[subscription.target]
        person.subscriptions[subscription.name] = subscription
        person.changes[alert.change] = change
        person.because[subscription.name].append(alert.because)
        if change.kinds & UPDATES and already.reached.by(subscription, change)[0]:
            person.updated.add(change.inspection.key)
    return people


def _already(connection: Connection, news: News) -> _Already:
    """What was told before of these inspections, read once however many subscriptions there are."""
    keys = {change.inspection.key for change in news.changes.values()}
    told = connection.execute(
        select(notifications.c.change, notifications.c.target, notifications.c.delivery)
        .join(changes, changes.c.id == notifications.c.change)
        .where(changes.c.inspection.in_(keys))
    ).all()
    alerted = connection.execute(
        select(alerts.c.change, alerts.c.subscription).where(alerts.c.change.in_(list(news.changes)))
    ).all()
    suspended = connection.execute(select(suspensions.c.target).where(suspensions.c.suspended_at.is_not(None))).scalars()
    return _Already(
        alerted=frozenset((row.change, row.subscription) for row in alerted),
        told={(row.change, row.target): row.delivery for row in told},
        reached=reached(connection, keys, ()),
        suspended=frozenset(suspended),
    )


def _storm(connection: Connection, news: News, now: datetime) -> str:
    """Why this news is held; see `guards.storm`."""
    since = now - timedelta(days=31)
    rows = connection.execute(
        select(changes.c.urn, changes.c.recorded_at, changes.c.outlet).where(
            changes.c.recorded_at >= since, changes.c.silent == "", changes.c.id.not_in(list(news.changes))
        )
    )
    recently = [Seen(urn=row.urn, at=row.recorded_at, outlet=row.outlet) for row in rows]
    urns = [change.authority.urn for change in news.changes.values()]
    return storm(urns, news.source_class, recently, now, outlet=news.outlet)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Doubt:
    """A message that may or may not have reached somebody."""

    id: str
    words: str
    mentioned_in: str | None


def _doubts(connection: Connection, people: Mapping[str, _Person]) -> Mapping[str, Sequence[_Doubt]]:
    """What may or may not have reached these people, and was mentioned in no message that went out or will."""
    columns = (deliveries.c.id, deliveries.c.target, deliveries.c.created, deliveries.c.mentioned_in, bodies.c.subject)
    uncertain = select(*columns).join(bodies).where(OPEN, deliveries.c.state == DeliveryState.UNCERTAIN)
    found: dict[str, list[_Doubt]] = defaultdict(list)
    for row in connection.execute(uncertain):
        person = people.get(row.target)
        waits = person.waiting.id if person and person.waiting else None
        if person is not None and row.mentioned_in in {None, waits}:
            words = f"{row.subject}: sent on {day_words(london_day(row.created))}, it may not have reached you"
            found[row.target].append(_Doubt(id=row.id, words=words, mentioned_in=row.mentioned_in))
    return found


def change_set(keys: Iterable[str], purpose: str) -> str:
    """The identity of a set of changes told for one purpose, whatever order they are in."""
    return hashlib.sha256("\n".join([purpose, *sorted(keys)]).encode()).hexdigest()


@dataclass(kw_only=True)
class _Outbox:
    """Gathers the rows of all people, so that each table is written at once."""

    connection: Connection
    news: News
    policy: Policy
    now: datetime
    held: str
    already: _Already
    made: Mapping[str, Sequence[datetime]] = field(default_factory=dict)
    doubts: Mapping[str, Sequence[_Doubt]] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)  #: by subscription
    own: Mapping[str, str] = field(default_factory=dict)  #: nonces of what people asked for themselves, by subscription
    rows: list[dict[str, Any]] = field(default_factory=list)
    joined: list[dict[str, Any]] = field(default_factory=list)  #: values of deliveries that waited, with `key` their id
    emptied: list[str] = field(default_factory=list)  #: deliveries that waited with nothing but what is withdrawn
    mentions: list[dict[str, Any]] = field(default_factory=list)
    delivery: dict[tuple[str, str], str] = field(default_factory=dict)  #: by change id and target
    _bodies: dict[tuple[frozenset[str], Purpose, tuple[tuple[str, int], ...]], tuple[str, Notice, str]] = field(
        init=False, default_factory=dict
    )

    def enqueue(self, identity: str, target: str, person: _Person, *, doubtful: bool = False) -> None:
        """Freeze the message of one person; `identity` is what a new delivery is called. A doubtful one waits for a word."""
        lead, waits = next(iter(person.subscriptions.values())), person.waiting
        identity = waits.id if waits else identity
        for change in person.changes:
            self.delivery[change, target] = identity
        if waits and not merged(waits.changes, person.changes):
            self.emptied.append(waits.id)
            return
        body, notice, key = self._body(person)
        doubts = () if lead.channel in self.policy.untellable else self.doubts.get(target, ())
        because = {name: list(why) for name, why in (waits.because if waits else {}).items()}
        for name, why in person.because.items():
            because.setdefault(name, []).extend(why)
        mine = Notice(
            id=identity,
            created=self.now,
            changes=notice.changes,
            purpose=notice.purpose,
            reasons=tuple(reason(self._asked(name), why) for name, why in because.items()),
            notes=tuple(dict.fromkeys(self.notes[name] for name in because if name in self.notes)),
            also=tuple(doubt.words for doubt in doubts),
        )
        mine = self.policy.with_exits(mine, lead.to, because, self.own)
        footer = self.policy.renderer.footer(mine)
        self.mentions += [{"key": doubt.id, "mentioned_in": identity} for doubt in doubts]
        start = earliest_send(
            self.now, self.policy.group_wait, self.made.get(target, ()), self.policy.most_an_hour, self.news.days_late
        )
        not_before = min(s.quiet.over(start) if s.quiet else start for s in person.subscriptions.values())
        if waits:
            changed = {"purpose": notice.purpose.value, "change_set": key, "body": body, **footer_columns(footer)}
            self.joined.append(changed | {"key": identity, "not_before": min(not_before, waits.not_before)})
            return
        row = delivery_row(mine, body, footer, channel=lead.channel, recipient=lead.to, target=target, now=self.now)
        row |= {"change_set": key, "not_before": not_before}
        if target in self.already.suspended:
            row |= {"state": DeliveryState.CANCELLED, "reason": "suspended", "settled_at": self.now}
        elif self.held or doubtful:
            row |= {"state": DeliveryState.HELD, "reason": self.held or DOUBTFUL}
        self.rows.append(row)

    def _asked(self, name: str) -> str:
        return "You asked for these alerts" if name in self.own else subscription_words(name)

    def _body(self, person: _Person) -> tuple[str, Notice, str]:
        """The frozen body of what a person is told, its notice, and its change set: one for all who are told the same."""
        waits = person.waiting
        before = waits.changes if waits else {}
        late = tuple(sorted((waits.days_late if waits else {}).items()))
        shape = (frozenset({*before, *person.changes}), person.purpose, late)
        if shape not in self._bodies:
            told = merged(before, person.changes)
            inspections = {change.inspection.key: change.inspection for change in told}
            by_authority = {change.authority.urn: change for change in reversed(told)}
            previous = {key: previous_of(inspection, self.news.known) for key, inspection in inspections.items()}
            days_late = dict(late)
            for change in person.changes.values():
                days_late[change.inspection.key] = max(days_late.get(change.inspection.key, 0), self.news.days_late)
            notice = Notice(
                id="",
                created=self.now,
                changes=told,
                purpose=person.purpose,
                previous={key: inspection for key, inspection in previous.items() if inspection is not None},
                context={urn: self.policy.context(change, self.news.known) for urn, change in by_authority.items()},
                days_late=days_late,
            )
            keys = (change.key for change in (*before.values(), *person.changes.values()))
            body = keep_body(self.connection, self.policy.renderer.body(notice))
            self._bodies[shape] = (body, notice, change_set(keys, person.purpose))
        return self._bodies[shape]

    def write(self, found: Sequence[_Alert]) -> None:
        """Put everything into the database."""
        execute = self.connection.execute
        insert_many(self.connection, deliveries, self.rows)
        if self.joined:
            columns: dict[str, Any] = {name: bindparam(name) for name in self.joined[0] if name != "key"}
            execute(update(deliveries).where(deliveries.c.id == bindparam("key")).values(columns), self.joined)
            ids = [each["key"] for each in self.joined]
            note(
                self.connection, ids, before=DeliveryState.PENDING, after=DeliveryState.PENDING, now=self.now, reason="grouped"
            )
        if self.emptied:
            emptied = {"state": DeliveryState.CANCELLED, "reason": "withdrawn", "settled_at": self.now}
            execute(update(deliveries).where(deliveries.c.id.in_(self.emptied)).values(emptied))
            states = {"before": DeliveryState.PENDING, "after": DeliveryState.CANCELLED}
            note(self.connection, self.emptied, **states, now=self.now, reason="withdrawn")
        if self.mentions:
            mention = update(deliveries).where(deliveries.c.id == bindparam("key"))
            execute(mention.values(mentioned_in=bindparam("mentioned_in")), self.mentions)
        if found:
            insert_many(self.connection, alerts, self._alert_rows(found))
            self._write_notifications()

    def _write_notifications(self) -> None:
        """A telling for every person and change of the alerts that were written: by the database, which has them at hand."""
        told = select(notifications.c.change).where(
            notifications.c.change == alerts.c.change, notifications.c.target == deliveries.c.target
        )
        fresh = (
            select(alerts.c.change, deliveries.c.target, alerts.c.delivery)
            .join(deliveries, deliveries.c.id == alerts.c.delivery)
            .where(alerts.c.change.in_(list(self.news.changes)), ~told.exists())
            .distinct()
        )
        self.connection.execute(insert(notifications).from_select(["change", "target", "delivery"], fresh))

    def _alert_rows(self, found: Sequence[_Alert]) -> list[dict[str, Any]]:
        """An alert whose person was told by an earlier message belongs to that; one of a digest waits for it."""
        rows = []
        for identity, alert in zip(new_ids(len(found)), found, strict=True):
            event = (alert.change, alert.subscription.target)
            at_once = alert.subscription.frequency is Frequency.IMMEDIATE
            rows.append(
                {
                    "id": identity,
                    "change": alert.change,
                    "subscription": alert.subscription.name,
                    "delivery": (self.delivery.get(event) or self.already.told.get(event)) if at_once else None,
                    "because": alert.because,
                    "days_late": self.news.days_late,
                    "created": self.now,
                }
            )
        return rows
