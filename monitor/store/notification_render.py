"""The render stage: what a person is told becomes bytes, with one body for all who are told the same. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from monitor.domain.context import previous_of
from monitor.messages import Notice, Purpose
from monitor.messages.reasons import reason, subscription_words
from monitor.messages.render import Body, Footer
from monitor.store.notification_stages import Group, News, change_set, days_late, merged
from monitor.store.policy import Policy

_Shape = tuple[frozenset[str], Purpose, tuple[tuple[str, int], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A message that may or may not have reached somebody."""

    id: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenBody:
    """What all are told who are told the same."""

    id: str
    body: Body
    notice: Notice  #: as it is for nobody in particular
    change_set: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """The message of one person."""

    group: Group
    body: FrozenBody
    notice: Notice  #: its own; the id is the delivery's
    footer: Footer
    mentions: Sequence[str]  #: deliveries in doubt that it mentions


@dataclass(kw_only=True)
class NotificationRenderer:
    """Renders the messages that some news makes."""

    news: News
    policy: Policy
    now: datetime
    notes: Mapping[str, str]  #: by subscription
    own: Mapping[str, str]  #: nonces of what people asked for themselves, by subscription
    doubts: Mapping[str, Sequence[Doubt]]  #: by target
    _bodies: dict[_Shape, FrozenBody] = field(init=False, default_factory=dict)

    def render(self, each: Group, identity: str) -> Frozen:
        """A person's message; `identity` is what its delivery is called where it joins none."""
        body = self._body(each)
        doubts = () if each.lead.channel in self.policy.untellable else self.doubts.get(each.target, ())
        because = each.all_because
        notice = Notice(
            id=each.waiting.id if each.waiting else identity,
            created=self.now,
            changes=body.notice.changes,
            purpose=body.notice.purpose,
            reasons=tuple(reason(self._asked(name), why) for name, why in because.items()),
            notes=tuple(dict.fromkeys(self.notes[name] for name in because if name in self.notes)),
            also=tuple(doubt.words for doubt in doubts),
        )
        notice = self.policy.with_exits(notice, each.lead.to, because, self.own)
        mentions = tuple(doubt.id for doubt in doubts)
        return Frozen(group=each, body=body, notice=notice, footer=self.policy.renderer.footer(notice), mentions=mentions)

    def _asked(self, name: str) -> str:
        return "You asked for these alerts" if name in self.own else subscription_words(name)

    def _body(self, each: Group) -> FrozenBody:
        late = tuple(sorted((each.waiting.days_late if each.waiting else {}).items()))
        shape = (frozenset({*each.before, *each.changes}), each.purpose, late)
        if shape not in self._bodies:
            notice = self._notice(each)
            keys = (change.key for change in (*each.before.values(), *each.changes.values()))
            self._bodies[shape] = FrozenBody(
                id=uuid4().hex,
                body=self.policy.renderer.body(notice),
                notice=notice,
                change_set=change_set(keys, each.purpose),
            )
        return self._bodies[shape]

    def _notice(self, each: Group) -> Notice:
        known = self.news.known
        told = merged(each.before, each.changes)
        inspections = {change.inspection.key: change.inspection for change in told}
        by_authority = {change.authority.urn: change for change in reversed(told)}
        previous = {key: previous_of(inspection, known) for key, inspection in inspections.items()}
        return Notice(
            id="",
            created=self.now,
            changes=told,
            purpose=each.purpose,
            previous={key: inspection for key, inspection in previous.items() if inspection is not None},
            context={urn: self.policy.context(change, known) for urn, change in by_authority.items()},
            days_late=days_late(each, self.news),
        )
