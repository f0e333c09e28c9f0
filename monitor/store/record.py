"""From documents to deliveries, in one transaction: articles, judgements, what the ledger makes of them, and who is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

from sqlalchemy import Connection, insert, select, text, update

from monitor.domain.attestation import OFFICIAL as OFFICIAL_TRUST
from monitor.domain.calendar import london_day
from monitor.domain.ledger import Background, attestations, decide
from monitor.domain.model import OFSTED, Article, Attestation, Change, Inspection, Report, SourceClass, Trust
from monitor.domain.subscriptions import RETRACTIONS, Subscription
from monitor.ports import Classified, Recorded
from monitor.store.articles import file_documents
from monitor.store.enqueue import enqueue
from monitor.store.ledger import known, save
from monitor.store.notification_stages import News
from monitor.store.policy import Policy
from monitor.store.review import FRESH_IN_BASELINE, new_in, review_found, settle
from monitor.store.rows import change_of, change_row
from monitor.store.schema import articles, changes

_SILENCING = frozenset({Background.OLDER_THAN_NEWEST, Background.OUTSIDE_ALERT_WINDOW})
_BASELINE = "baseline"


def record_all(
    connection: Connection,
    found: Sequence[Classified],
    *,
    now: datetime,
    policy: Policy,
    subscriptions: Sequence[Subscription],
) -> tuple[Recorded, ...]:
    """Write everything that follows from documents, in their order. A repetition finds its own traces and writes nothing."""
    be_only_writer(connection)
    recorded: list[Recorded] = []
    updates: dict[int, LedgerUpdate] = {}
    for number, (each, filed) in enumerate(zip(found, file_documents(connection, found, now), strict=True)):
        if filed.duplicate:
            recorded.append(Recorded(duplicate=True))
            continue
        result = review_found(connection, each, filed.article, now)
        seen = now + number * timedelta.resolution  # of documents that come together the first was seen first
        ledger = LedgerUpdate(connection=connection, article=filed.article, now=now, policy=policy)
        recorded.append(_believe(ledger, replace(each, result=result), seen=seen, subscriptions=subscriptions))
        updates[number] = ledger
    heard = {urn for ledger in updates.values() for urn in ledger.urns}
    unsure = {number for number in updates if found[number].result.uncertain}
    settle(connection, policy, heard.union(*(_urns(found[number]) for number in unsure)), now)
    for number in unsure:
        recorded[number] = replace(recorded[number], for_review=new_in(connection, updates[number].article, now))
    return tuple(recorded)


def record_in_silence(
    connection: Connection, found: Sequence[Classified], *, now: datetime, policy: Policy
) -> tuple[Recorded, ...]:
    """Write down what documents of the past say, as if it had always been known: who counts as having been heard when.

    No change is recorded and no review item made, so nobody is told or asked, now or by what comes later. Nor is anybody's news
    taken from them: what would be believed on an archive's word alone, or puts right what somebody was told, is left.
    """
    be_only_writer(connection)
    recorded: list[Recorded] = []
    for each in found:
        said = attestations(each.document, each.result)
        if any(_is_for_sources(connection, policy, attestation, now) for attestation in said):
            recorded.append(Recorded(duplicate=False, left=True))
            continue
        (filed,) = file_documents(connection, [each], now)
        if filed.duplicate:
            recorded.append(Recorded(duplicate=True))
            continue
        ledger = LedgerUpdate(connection=connection, article=filed.article, now=now, policy=policy, silently=True)
        for attestation in said:
            ledger.fold(attestation, seen=min(now, _was_there(each.document)), stale=True)
        ledger.note_background()
        recorded.append(Recorded(duplicate=False, background=tuple(ledger.background)))
    return tuple(recorded)


def _is_for_sources(connection: Connection, policy: Policy, attestation: Attestation, now: datetime) -> bool:
    """Whether somebody might miss news, were this believed without a word.

    One misread article would make the next inspection a repetition, a second outlet would end the wait of whoever asked for
    one, and a report that overrules what was told would be a duplicate when its source has it.
    """
    day = london_day(now)
    before = known(connection, policy.history, (attestation.authority.urn,), day)
    decision = decide(before, attestation, as_of=day, alert_window=policy.alert_window)
    if decision.inspection is None:
        return False
    if decision.inspection.trust not in OFFICIAL_TRUST:
        return True
    if not any(change.kinds & RETRACTIONS for change in decision.changes):
        return False
    told = select(changes.c.id).where(changes.c.inspection == decision.inspection.key, changes.c.silent == "").limit(1)
    return connection.execute(told).first() is not None


def _was_there(document: Article | Report) -> datetime:
    """When a document was there to be read: when it was retrieved, else at noon of its day."""
    if isinstance(document, Article) and document.retrieved is not None:
        return document.retrieved
    assert document.published is not None
    return datetime.combine(document.published, time(12), tzinfo=UTC)


def _urns(found: Classified) -> set[str]:
    return {each.authority.urn for each in found.result.uncertain}


def be_only_writer(connection: Connection) -> None:
    """Until the commit nobody else writes beliefs, as on SQLite: two papers on one inspection must not both find it unknown."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('monitor.record'))"))


def _believe(ledger: LedgerUpdate, found: Classified, *, seen: datetime, subscriptions: Sequence[Subscription]) -> Recorded:
    """What the ledger makes of one new document, and the messages that follow."""
    document, link, now = found.document, found.link, ledger.now
    day = london_day(link.published) if link and link.published else london_day(now)
    for attestation in attestations(document, found.result, seen=day):
        stale = found.baseline and attestation.published < london_day(now) - FRESH_IN_BASELINE
        ledger.fold(attestation, seen=seen, stale=stale)
    ledger.note_background()
    whose = (SourceClass.OFFICIAL, OFSTED) if isinstance(document, Report) else (document.source_class, document.outlet)
    late = max(0, (london_day(now) - (document.published or day)).days)
    sent = ledger.enqueue_news(ledger.news(*whose, late), subscriptions) if ledger.live else 0
    return Recorded(duplicate=False, changes=tuple(ledger.new), deliveries=sent, background=tuple(ledger.background))


@dataclass(kw_only=True)
class LedgerUpdate:
    """Folds the attestations of one document into the ledger and gathers what is to be told of them."""

    connection: Connection
    article: str
    now: datetime
    policy: Policy
    silently: bool = False  #: the past is written down: what it changed is news to nobody
    live: dict[str, Change] = field(default_factory=dict)  #: by id: what subscriptions are asked about
    new: list[Change] = field(default_factory=list)
    background: list[str] = field(default_factory=list)
    urns: set[str] = field(default_factory=set)  #: whose attestations were folded

    def fold(self, attestation: Attestation, *, seen: datetime, stale: bool) -> None:
        """Decide on one attestation, first `seen` now if not before, write what it comes to; `stale`: it announces nothing."""
        day = london_day(self.now)
        self.urns.add(attestation.authority.urn)
        before = known(self.connection, self.policy.history, (attestation.authority.urn,), day)
        first_seen = {each.key: each.seen for inspection in before for each in inspection.attestations}
        attestation = replace(
            attestation, seen=first_seen.get(attestation.key) or seen
        )  # a page that is read again was seen before
        decision = decide(before, attestation, as_of=day, alert_window=self.policy.alert_window)
        self.background += [str(reason) for reason in decision.background]
        if decision.inspection is None:
            return
        mine = {each.key for each in decision.inspection.attestations}
        if attestation.key in mine:
            save(self.connection, decision.inspection, self.article, self.now, (attestation.key,))
        if self.silently:
            return
        silent = str(next((reason for reason in decision.background if reason in _SILENCING), ""))
        if decision.changes and stale and not silent:
            silent = _BASELINE
            self.background.append(_BASELINE)
        for change in decision.changes:
            self._keep_change(change, attestation, silent)
        self._step_up(decision.inspection, before)

    def _keep_change(self, change: Change, attestation: Attestation, silent: str) -> None:
        if silent and change.kinds & RETRACTIONS:  # what says that an alert was wrong is told, but to nobody as news
            self._keep(replace(change, kinds=change.kinds & RETRACTIONS), attestation, "")
        else:
            self._keep(change, attestation, silent)

    def note_background(self) -> None:
        """Keep with the article why it announces no more, beside what was kept of it before."""
        if self.background:
            mine = articles.c.id == self.article
            before: list[str] = self.connection.execute(select(articles.c.background).where(mine)).scalar_one()
            reasons = [*before, *(reason for reason in self.background if reason not in before)]
            self.connection.execute(update(articles).where(mine).values(background=reasons))

    def _keep(self, change: Change, attestation: Attestation, silent: str) -> None:
        there = self.connection.execute(select(changes.c.id).where(changes.c.key == change.key)).scalar()
        if there is not None:
            return
        identity = uuid4().hex
        self.connection.execute(
            insert(changes).values(
                **change_row(change),
                id=identity,
                article=self.article,
                source_class=attestation.source_class.value,
                silent=silent,
                recorded_at=self.now,
            )
        )
        self.new.append(change)
        if not silent:
            self.live[identity] = change

    def _step_up(self, after: Inspection, before: Sequence[Inspection]) -> None:
        """A second independent outlet makes no new change, but there may be subscriptions that waited for one.

        They hear what is believed by then; what was overruled meanwhile is no news to them.
        """
        was = next((inspection.trust for inspection in before if inspection.key == after.key), None)
        if was is not Trust.REPORTED or after.trust is not Trust.CORROBORATED:
            return
        waiting = select(changes).where(changes.c.inspection == after.key, changes.c.silent == "")
        for row in self.connection.execute(waiting).mappings():
            change = change_of(row, after)
            if change.new is after.ratings.get(change.area):
                self.live.setdefault(row["id"], change)

    def enqueue_news(self, news: News, subscriptions: Sequence[Subscription]) -> int:
        """Put what there is to tell into the outbox; returns how many messages."""
        return enqueue(self.connection, news, subscriptions, self.policy, self.now)

    def news(self, source_class: SourceClass, outlet: str, days_late: int) -> News:
        """What there is to tell."""
        everyone = known(self.connection, self.policy.history, (), london_day(self.now))
        return News(changes=self.live, known=everyone, source_class=source_class, outlet=outlet, days_late=days_late)
