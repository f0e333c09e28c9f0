"""One document, one transaction: the article, its judgements, what the ledger makes of them, and every delivery due."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, or_, select, text, update

from monitor.domain.ledger import Background, accounts, decide
from monitor.domain.model import Account, Article, Change, Inspection, Judgement, Link, Reading, Report, SourceClass, Trust
from monitor.domain.subscriptions import Subscription
from monitor.ports import Recorded
from monitor.store.enqueue import News, enqueue
from monitor.store.ledger import known, save
from monitor.store.policy import Policy
from monitor.store.rows import article_row, change_of, change_row, judgement_row, rejection_row
from monitor.store.schema import articles, changes, judgements, rejections
from monitor.store.sources import link_read

_LONDON = ZoneInfo("Europe/London")
#: What a source's first poll brings is a baseline. Only what was published this recently can be news and not old stock.
FRESH_IN_BASELINE = timedelta(days=1)
_SILENCING = frozenset({Background.OLDER_THAN_NEWEST, Background.OUTSIDE_ALERT_WINDOW})
_BASELINE = "baseline"


def london_day(moment: datetime) -> date:
    """The calendar day in London of an aware moment."""
    return moment.astimezone(_LONDON).date()


def record(
    connection: Connection,
    document: Article | Report,
    reading: Reading,
    *,
    link: Link | None,
    baseline: bool,
    now: datetime,
    policy: Policy,
    subscriptions: Sequence[Subscription],
) -> Recorded:
    """Write everything that follows from one document. A repetition finds its own traces and writes nothing."""
    if connection.dialect.name == "postgresql":
        # One writer of beliefs at a time, as on SQLite: two papers on one inspection must not both find it unknown.
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('monitor.record'))"))
    address = link.canonical_url if link else document.url
    sha256 = document.sha256 or hashlib.sha256(f"{document.title}\n{document.text}".encode()).hexdigest()
    known_as = _find(connection, address, sha256, document)
    if known_as is not None:
        if link is not None:
            link_read(connection, link, known_as)
        return Recorded(duplicate=True)
    article = _save_article(connection, document, reading, link=link, address=address, sha256=sha256, now=now)
    if link is not None:
        link_read(connection, link, article)
    day = london_day(link.published) if link and link.published else london_day(now)
    ledger = _Ledger(connection=connection, article=article, now=now, policy=policy)
    for account in accounts(document, reading, seen=day):
        ledger.fold(account, stale=baseline and account.published < london_day(now) - FRESH_IN_BASELINE)
    if ledger.background:
        connection.execute(update(articles).where(articles.c.id == article).values(background=ledger.background))
    source_class = SourceClass.OFFICIAL if isinstance(document, Report) else document.source_class
    late = max(0, (london_day(now) - (document.published or day)).days)
    sent = enqueue(connection, ledger.news(source_class, late), subscriptions, policy, now) if ledger.live else 0
    return Recorded(duplicate=False, changes=tuple(ledger.new), deliveries=sent, background=tuple(ledger.background))


def _find(connection: Connection, address: str, sha256: str, document: Article | Report) -> str | None:
    """The article that these very bytes are recorded as: at this address, or from this outlet at another one."""
    outlet = article_row(document)["outlet"]
    same = or_(articles.c.canonical_url == address, articles.c.outlet == outlet)
    return connection.execute(select(articles.c.id).where(articles.c.sha256 == sha256, same)).scalar()


def _save_article(
    connection: Connection,
    document: Article | Report,
    reading: Reading,
    *,
    link: Link | None,
    address: str,
    sha256: str,
    now: datetime,
) -> str:
    identity = uuid4().hex
    found = document.judgements if isinstance(document, Report) else reading.judgements
    connection.execute(
        insert(articles).values(
            **article_row(document),
            id=identity,
            url=document.url,
            canonical_url=address,
            sha256=sha256,
            recorded_at=now,
            source=link.source if link else "",
            relevant=bool(found) or reading.relevant,
            reason=reading.reason,
            classifier_version=reading.classifier_version,
            background=[],
        )
    )
    _save_findings(connection, identity, found, reading)
    return identity


def _save_findings(connection: Connection, article: str, found: Sequence[Judgement], reading: Reading) -> None:
    said = [
        judgement_row(each) | {"id": uuid4().hex, "article": article, "classifier_version": reading.classifier_version}
        for each in found
    ]
    unsaid = [rejection_row(each) | {"id": uuid4().hex, "article": article} for each in reading.rejected]
    if said:
        connection.execute(insert(judgements), said)
    if unsaid:
        connection.execute(insert(rejections), unsaid)


@dataclass(kw_only=True)
class _Ledger:
    """Folds the accounts of one document into the ledger and gathers what is to be told of them."""

    connection: Connection
    article: str
    now: datetime
    policy: Policy
    live: dict[str, Change] = field(default_factory=dict)  #: by id: what subscriptions are asked about
    new: list[Change] = field(default_factory=list)
    background: list[str] = field(default_factory=list)

    def fold(self, account: Account, *, stale: bool) -> None:
        """Decide on one account and write what it comes to; `stale` ones announce nothing."""
        day = london_day(self.now)
        before = known(self.connection, self.policy.history, (account.authority.urn,), day)
        decision = decide(before, account, as_of=day, alert_window=self.policy.alert_window)
        self.background += [str(reason) for reason in decision.background]
        if decision.inspection is None:
            return
        mine = {each.key for each in decision.inspection.accounts}
        if account.key in mine:
            save(self.connection, decision.inspection, self.article, self.now, (account.key,))
        silent = str(next((reason for reason in decision.background if reason in _SILENCING), ""))
        if decision.changes and stale and not silent:
            silent = _BASELINE
            self.background.append(_BASELINE)
        for change in decision.changes:
            self._keep(change, account, silent)
        self._step_up(decision.inspection, before)

    def _keep(self, change: Change, account: Account, silent: str) -> None:
        there = self.connection.execute(select(changes.c.id).where(changes.c.key == change.key)).scalar()
        if there is not None:
            return
        identity = uuid4().hex
        self.connection.execute(
            insert(changes).values(
                **change_row(change),
                id=identity,
                article=self.article,
                source_class=account.source_class.value,
                silent=silent,
                recorded_at=self.now,
            )
        )
        self.new.append(change)
        if not silent:
            self.live[identity] = change

    def _step_up(self, after: Inspection, before: Sequence[Inspection]) -> None:
        """A second independent outlet makes no new change, but there may be subscriptions that waited for one."""
        was = next((inspection.trust for inspection in before if inspection.key == after.key), None)
        if was is not Trust.REPORTED or after.trust is not Trust.CORROBORATED:
            return
        waiting = select(changes).where(changes.c.inspection == after.key, changes.c.silent == "")
        for row in self.connection.execute(waiting).mappings():
            self.live.setdefault(row["id"], change_of(row, after))

    def news(self, source_class: SourceClass, days_late: int) -> News:
        """What there is to tell."""
        everyone = known(self.connection, self.policy.history, (), london_day(self.now))
        return News(changes=self.live, known=everyone, source_class=source_class, days_late=days_late)
