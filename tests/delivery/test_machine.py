"""The outbox against a model of sixty lines: whatever happens in whatever order, nobody is told twice and nothing is forgotten."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, precondition, rule
from sqlalchemy import select, text

from monitor.ports import Delivery, Outcome, Result
from monitor.store import SqlStore, open_store, schema
from tests.builders import NOW, story, subscription
from tests.store.conftest import history

COUNCILS = ("Kent", "Leeds", "Bury", "Derby", "Devon")
PEOPLE = tuple(subscription(name, to=f"{name}@reader.test") for name in ("ann", "bob"))
TERMINAL = {"sent", "failed", "cancelled"}
LEASE = 60.0
WAIT = 40.0  #: seconds that a message waits for company


@dataclass
class Believed:
    """What the model knows of one delivery."""

    who: str
    councils: set[str] = field(default_factory=set)
    state: str = "pending"
    epoch: int = 0  #: how often it was claimed
    arrived: int = 0  #: how often the provider really took it
    resent_by_operator: int = 0
    due: float = 0.0  #: seconds after the start

    def waits(self, clock: float) -> bool:
        """Whether further news joins it."""
        return self.state == "pending" and not self.epoch and self.due > clock


@dataclass
class Flight:
    """One claim in somebody's hands: it may go on after its process is believed dead."""

    delivery: Delivery
    committed: bool = False
    handed_over: bool = False
    alive: bool = True


class OutboxMachine(RuleBasedStateMachine):
    """Rules are what daemons, providers, operators and crashes do; invariants are the promise."""

    flights: Bundle[Flight] = Bundle("flights")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.url = f"sqlite:///{Path(self.folder.name) / 'monitor.db'}"
        self.store: SqlStore = self.opened()
        self.clock, self.owner, self.owners = 0.0, "owner-0", 0
        self.model: dict[str, Believed] = {}
        self.told: set[str] = set()
        self.left: set[str] = set()
        self.accepted: set[str] = set()

    def opened(self) -> SqlStore:
        """The store, as every process opens it."""
        wait = timedelta(seconds=WAIT)
        return open_store(self.url, subscriptions=lambda: PEOPLE, history=history, group_wait=wait)

    @property
    def now(self):  # type: ignore[no-untyped-def]  # a moment
        return NOW + timedelta(seconds=self.clock)

    @rule(council=st.sampled_from(COUNCILS), outlet=st.sampled_from(("A", "B")))
    def news(self, council: str, outlet: str) -> None:
        """An article, perhaps one of a change that is known: only the first is told, in a message that waits or a new one."""
        recorded = self.store.record(
            *story({council: "overall outstanding"}, outlet=outlet, published=self.now.date()),
            link=None,
            baseline=False,
            now=self.now,
        )
        people = set() if council in self.told else {each.name for each in PEOPLE} - self.left
        joined = [each for each in self.model.values() if each.waits(self.clock) and each.who in people]
        assert recorded.deliveries == len(people) - len(joined)
        self.told.add(council)
        for each in joined:
            each.councils.add(council)
        for line in self.store.deliveries():
            who = line.recipient.split("@")[0]
            self.model.setdefault(line.id, Believed(who=who, councils={council}, due=self.clock + WAIT))

    @rule(target=flights)
    def claim(self) -> Flight:
        """A daemon claims; when nothing is due it holds an empty hand."""
        due = [key for key, each in self.model.items() if each.state == "pending" and each.due <= self.clock]
        claimed = self.store.claim(owner=self.owner, now=self.now, lease=LEASE)
        assert bool(claimed) == bool(due)
        if not claimed:
            return Flight(delivery=None, alive=False)  # type: ignore[arg-type]  # an empty hand is never used
        believed = self.model[claimed[0].id]
        assert believed.state == "pending"
        believed.state, believed.epoch = "sending", claimed[0].epoch
        named = {council for council in COUNCILS if f"{council}: " in claimed[0].message.text}
        assert named == believed.councils, "every change is in the message that tells it"
        return Flight(delivery=claimed[0])

    @rule(flight=flights)
    def commit(self, flight: Flight) -> None:
        """The commit point, by a live process or by one that was only believed dead."""
        if flight.delivery is None or flight.committed or flight.handed_over:
            return
        believed = self.model[flight.delivery.id]
        ours = believed.state == "sending" and believed.epoch == flight.delivery.epoch
        gone = flight.delivery.recipient.split("@")[0] in self.left
        assert self.store.committing(flight.delivery, now=self.now) is (ours and not gone)
        if ours:
            believed.state = "cancelled" if gone else "committing"
            flight.committed = not gone

    @rule(flight=flights)
    def hand_over(self, flight: Flight) -> None:
        """The last byte goes: the provider has it, whether or not we learn so."""
        if flight.committed and not flight.handed_over:
            flight.handed_over = True
            self.model[flight.delivery.id].arrived += 1

    @rule(flight=flights, journalled=st.booleans())
    def accepted_and_settled(self, flight: Flight, journalled: bool) -> None:
        """The provider's yes comes back; the file journal has it before the database."""
        if not flight.handed_over:
            return
        if journalled:
            self.accepted.add(flight.delivery.id)
            if not flight.alive:
                return  # died between the two
        believed = self.model[flight.delivery.id]
        ours = believed.epoch == flight.delivery.epoch and believed.state in {"committing", "uncertain"}
        settled = self.store.settle(flight.delivery, Outcome(result=Result.SENT), now=self.now)
        assert settled is ours
        if ours:
            believed.state = "sent"

    @rule(flight=flights, result=st.sampled_from([Result.TRANSIENT, Result.PERMANENT]))
    def refused(self, flight: Flight, result: Result) -> None:
        """The provider says no before it has anything."""
        if flight.delivery is None or flight.committed or not flight.alive:
            return
        believed = self.model[flight.delivery.id]
        ours = believed.state == "sending" and believed.epoch == flight.delivery.epoch
        again = self.now + timedelta(seconds=30) if result is Result.TRANSIENT else None
        assert self.store.settle(flight.delivery, Outcome(result=result), now=self.now, not_before=again) is ours
        if ours:
            believed.state, believed.due = ("pending", self.clock + 30) if again else ("failed", 0.0)

    @rule(flight=consumes(flights))
    def dies(self, flight: Flight) -> None:
        """kill -9 of whoever holds it."""
        flight.alive = False

    @rule()
    def restart(self) -> None:
        """Another process opens the state and puts it right."""
        self.store.close()
        self.store = self.opened()
        self.owners += 1
        self.owner = f"owner-{self.owners}"
        self.store.recover(now=self.now, owner=self.owner, accepted=self.accepted)
        for key, believed in self.model.items():
            if believed.state in {"sending", "committing", "uncertain"} and key in self.accepted:
                believed.state = "sent"
            elif believed.state == "sending":
                believed.state, believed.due = "pending", self.clock
            elif believed.state == "committing":
                believed.state = "uncertain"
        assert self.store.recover(now=self.now, owner=self.owner, accepted=self.accepted) == {}

    @rule(seconds=st.sampled_from([1.0, 31.0, 90.0]))
    def time_passes(self, seconds: float) -> None:
        """The clock goes on."""
        self.clock += seconds

    @precondition(lambda self: self.told and not self.left)
    @rule(who=st.sampled_from(["ann", "bob"]))
    def unsubscribe(self, who: str) -> None:
        """Somebody leaves: what was not handed over is not sent any more."""
        self.left.add(who)
        self.store.end_subscriptions([who], now=self.now)
        for line in self.store.deliveries():
            believed = self.model[line.id]
            if line.recipient == f"{who}@reader.test" and believed.state == "pending":
                believed.state = "cancelled"

    @rule()
    def operator_retries_everything(self) -> None:
        """The operator's word: only this may send something twice."""
        ids = [key for key, each in self.model.items() if each.state in {"failed", "uncertain"}]
        assert set(self.store.retry(ids, now=self.now)) == set(ids)
        for key in ids:
            believed = self.model[key]
            believed.resent_by_operator += believed.state == "uncertain"
            believed.state, believed.due = "pending", self.clock
            self.accepted.discard(key)

    @invariant()
    def the_store_agrees(self) -> None:
        """Every delivery is in the state that the model expects."""
        assert {line.id: str(line.state) for line in self.store.deliveries()} == {k: b.state for k, b in self.model.items()}

    @invariant()
    def nobody_has_a_change_in_two_messages(self) -> None:
        """What joined a message is in no other."""
        for who in ("ann", "bob"):
            said = [council for each in self.model.values() if each.who == who for council in each.councils]
            assert len(said) == len(set(said))

    @invariant()
    def nobody_is_told_twice_and_nothing_is_forgotten(self) -> None:
        """At most once but on the operator's word; what is called sent has arrived."""
        for believed in self.model.values():
            assert believed.arrived <= 1 + believed.resent_by_operator
            assert believed.state != "sent" or believed.arrived
            assert believed.state not in {"pending", "sending"} or believed.arrived <= believed.resent_by_operator

    def teardown(self) -> None:
        """The file is sound, and every delivery is where somebody will find it."""
        with self.store.engine.connect() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
            states = set(connection.execute(select(schema.deliveries.c.state)).scalars())
        assert states <= TERMINAL | {"pending", "sending", "committing", "uncertain"}
        self.store.close()
        self.folder.cleanup()


OutboxMachine.TestCase.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
test_the_outbox_keeps_its_promise = OutboxMachine.TestCase
