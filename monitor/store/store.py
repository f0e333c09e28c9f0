"""The store: `ports.Store` on SQLAlchemy. Every method is one transaction; the SQL is in the modules it calls."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from monitor.domain.alert_limits import MAX_PER_HOUR
from monitor.domain.history import history as shipped_history
from monitor.domain.ledger import ALERT_WINDOW
from monitor.domain.mailboxes import target_of
from monitor.domain.model import Article, Change, ClassifierResult, Inspection, Link, Report
from monitor.domain.no_news import Coverage
from monitor.domain.operator_alarms import Alarm, Receiver
from monitor.domain.recorded_change import RecordedChange, Verdict
from monitor.domain.subscriptions import Subscription
from monitor.messages import Notice, Renderer
from monitor.messages.links import Links
from monitor.ports import Classified, Page, Recorded
from monitor.store import canary, ledger, matching, notices, review_word, sources, subscribers
from monitor.store.article_export import ExportedArticle, archived
from monitor.store.captures import Captures
from monitor.store.digest import enqueue_digests
from monitor.store.engine import Opened, open_database
from monitor.store.leases import keep_to_terms
from monitor.store.ledger import History
from monitor.store.message_contents import MessageRenderer, enqueue_one
from monitor.store.no_news import enqueue_no_news
from monitor.store.outbox_admin import OutboxAdmin
from monitor.store.policy import Context, Policy, Subscriptions
from monitor.store.polls import PollStore
from monitor.store.public_record import PublicRecord
from monitor.store.record import be_only_writer, record_all, record_in_silence
from monitor.store.review_decisions import Accepted, accept
from monitor.store.review_desk import ReviewDesk
from monitor.store.sending import SendingStore
from monitor.store.subscriber_desk import SubscriberDesk
from monitor.store.unbelieved import unbelieved


def _no_context(_change: Change, _known: Sequence[Inspection]) -> str:
    return ""


def _official(before: date | None) -> Sequence[Inspection]:
    return shipped_history(before=before)


def open_store(
    url: str,
    *,
    subscriptions: Subscriptions | None = None,
    renderer: MessageRenderer | None = None,
    history: History = _official,
    context: Context = _no_context,
    alert_window: timedelta = ALERT_WINDOW,
    links: Links | None = None,
    contact: str = "",
    group_wait: timedelta = timedelta(0),
    untellable: Collection[str] = (),
    most_an_hour: int = MAX_PER_HOUR,
) -> SqlStore:
    """Open the state at ``sqlite:///PATH`` or ``postgresql://...``, made or brought up to date first.

    Args:
        url: where the state is; a SQLite file's folder is made.
        subscriptions: gives the configured subscriptions; asked again at every article, so a reload takes effect at once.
            Without it nothing is known of the configuration, and no subscription is thought to have ended.
        renderer: changes into messages.
        history: the official inspections published before a day (None: all); shipped ones by default.
        context: a line that places an authority among others.
        alert_window: an inspection published longer ago is recorded and never alerted.
        links: makes the signed addresses in mail; without it mail carries none.
        contact: whom readers turn to, shown in every message.
        group_wait: how long a message waits for further news for the same person, to go out as one.
        untellable: channels whose messages cannot mention a doubt: webhooks carry the event alone.
        most_an_hour: messages that a person gets at once; what comes after them goes out as one.

    Raises:
        StoreError: it cannot be opened, is another application's, or was written by a newer version.
    """
    policy = Policy(
        history=history,
        renderer=renderer or Renderer(),
        context=context,
        alert_window=alert_window,
        links=links,
        contact=contact,
        group_wait=group_wait,
        untellable=frozenset(untellable),
        most_an_hour=most_an_hour,
    )
    return SqlStore(open_database(url), policy, subscriptions)


class SqlStore(PollStore, SendingStore, OutboxAdmin, SubscriberDesk, ReviewDesk, PublicRecord):
    """All state, in SQLite or PostgreSQL. Safe to use from several threads."""

    def __init__(self, database: Opened, policy: Policy, subscriptions: Subscriptions | None) -> None:
        super().__init__(database)
        keep_to_terms(database.engine)
        self._captures = Captures(database.engine)
        self._policy = policy
        self._subscriptions = subscriptions
        self._mirrored: Sequence[Subscription] | None = None
        self._look: Callable[[], None] = lambda: None

    # ledger

    def inspections(self, urns: Sequence[str] = (), *, as_of: date | None = None) -> tuple[Inspection, ...]:
        """What the ledger believes, oldest first; of all authorities when none are named."""
        with self._reading.begin() as connection:
            return ledger.known(connection, self._policy.history, urns, as_of)

    def record(
        self, document: Article | Report, result: ClassifierResult, *, link: Link | None, baseline: bool, now: datetime
    ) -> Recorded:
        """Record one article or report; see `record_all`."""
        return self.record_all([Classified(document=document, result=result, link=link, baseline=baseline)], now=now)[0]

    def record_all(self, found: Sequence[Classified], *, now: datetime) -> tuple[Recorded, ...]:
        """Record documents in their order, with judgements, changes and every delivery due: all of it in one transaction."""
        self._look()
        with self.engine.begin() as connection:
            configured = self._mirror(connection, now)
            wanted = subscribers.in_force(connection, configured)
            recorded = record_all(connection, found, now=now, policy=self._policy, subscriptions=wanted)
        self._mirrored = configured
        return recorded

    def record_in_silence(self, found: Sequence[Classified], *, now: datetime) -> tuple[Recorded, ...]:
        """Write down what documents of the past say; nobody is told or asked. See `record.record_in_silence`."""
        with self.engine.begin() as connection:
            return record_in_silence(connection, found, now=now, policy=self._policy)

    def accept_reviews(self, ids: Sequence[str], *, by: str, now: datetime) -> tuple[Accepted, ...]:
        """Accept items of the review queue, and put what follows into the outbox; see `review_decisions.accept`."""
        self._look()
        with self.engine.begin() as connection:
            configured = self._mirror(connection, now)
            wanted = subscribers.in_force(connection, configured)
            done = accept(connection, ids, by=by, now=now, policy=self._policy, subscriptions=wanted)
            if any(each.recorded.deliveries for each in done):
                sources.keep_fingerprint(connection, "")  # the next check is to open the state, and send
        self._mirrored = configured
        return done

    def _mirror(self, connection: Connection, now: datetime) -> tuple[Subscription, ...]:
        """The configured subscriptions, with their rows made to agree when they have changed."""
        if self._subscriptions is None:
            return ()
        configured = tuple(self._subscriptions())
        if configured != self._mirrored:
            subscribers.mirror(connection, configured, now)
        return configured

    # what people are told

    def watch_clock(self, look: Callable[[], None]) -> None:
        """Have `look` called before anything is queued: what is made by the clock as it is does not follow its jump."""
        self._look = look

    def enqueue_digests(self, *, now: datetime) -> int:
        """Write the digests that are due; returns how many. A day's digest is written once, however often this is called."""
        self._look()
        with self.engine.begin() as connection:
            be_only_writer(connection)  # another daemon that writes the same ones finds them, instead of a taken key
            configured = self._mirror(connection, now)
            made = enqueue_digests(connection, subscribers.in_force(connection, configured), self._policy, now)
        self._mirrored = configured
        return made

    def enqueue_no_news(self, coverage: Coverage, *, now: datetime) -> int:
        """Write the words on silence that are due to those who ask for them; returns how many."""
        self._look()
        with self.engine.begin() as connection:
            wanted = subscribers.in_force(connection, self._mirror(connection, now))
            return enqueue_no_news(connection, wanted, self._policy, coverage, now)

    def keep_fingerprint(self, value: str) -> None:
        """Say that everything in the state was seen to; see `idle_check`."""
        with self.engine.begin() as connection:
            sources.keep_fingerprint(connection, value)

    def enqueue_notice(self, notice: Notice, *, channel: str, recipient: str, now: datetime) -> str:
        """Put a message that tells of no change of its own (a test, a confirmation, a word to the operator) into the outbox."""
        target = target_of(channel, recipient)
        self._look()
        with self.engine.begin() as connection:
            enqueue_one(connection, self._policy.renderer, notice, channel=channel, recipient=recipient, target=target, now=now)
        return notice.id

    def notify_operator(self, found: Sequence[Alarm], ways: Sequence[Receiver], *, now: datetime, page: str = "") -> str:
        """Remember alarms, and put what is news of them into the outbox; returns the notice's id, empty for none."""
        self._look()
        with self.engine.begin() as connection:
            return notices.notify_operator(connection, self._policy.renderer, found, ways, now, page=page)

    def enqueue_canaries(self, ways: Sequence[Receiver], *, now: datetime, page: str = "") -> int:
        """Put the weekly test of the operator's ways into the outbox where it is due; see `canary.enqueue_canaries`."""
        self._look()
        with self.engine.begin() as connection:
            return canary.enqueue_canaries(connection, self._policy.renderer, ways, now, page=page)

    def canary_alarms(self, ways: Sequence[Receiver], *, now: datetime) -> list[Alarm]:
        """Each way to the operator on which the latest weekly test was not taken."""
        with self._reading.begin() as connection:
            return canary.canary_alarms(connection, ways, now)

    def notify_of_reviews(self, avoided: Collection[str], ways: Sequence[Receiver], *, now: datetime, page: str = "") -> str:
        """Put the day's word on what waits for review into the outbox; see `review_word.notify_of_reviews`."""
        self._look()
        with self.engine.begin() as connection:
            return review_word.notify_of_reviews(connection, self._policy, ways, avoided, now, page=page)

    def state_alarms(self, *, now: datetime) -> tuple[list[Alarm], Mapping[tuple[str, str], datetime]]:
        """What the state itself shows to be the matter, and since when each thing is alarming that still is (see `notices`)."""
        with self._reading.begin() as connection:
            found = notices.outbox_alarms(connection, now) + unbelieved(connection, now)
            return found, notices.alarming_since(connection)

    # what was read

    def archived_articles(self) -> Iterator[ExportedArticle]:
        """Every article of the press with what was found in it, oldest first."""
        return archived(self.engine)

    def keep_captures(self, pages: Sequence[Page], *, now: datetime) -> int:
        """Keep pages as they were served; returns how many are new. See `captures.Captures`."""
        return self._captures.keep(pages, now)

    def captured_pages(self) -> Iterator[Page]:
        """Every page kept, oldest first."""
        return self._captures.pages()

    def changes(self, name: str = "", *, limit: int = 20) -> tuple[RecordedChange, ...]:
        """Recorded changes whose key or id begins with `name`, newest first."""
        with self._reading.begin() as connection:
            return matching.find_changes(connection, self._policy.history, name, limit)

    def verdicts(self, change: RecordedChange) -> tuple[Verdict, ...]:
        """Every subscription in force against a recorded change: clause by clause, and what was sent."""
        with self._reading.begin() as connection:
            wanted = subscribers.in_force(connection, tuple(self._subscriptions()) if self._subscriptions else ())
            return matching.verdicts(connection, self._policy.history, change, wanted)

    def close(self) -> None:
        """Release connections."""
        self._database.close()
