"""What was sent is known by who was told what: a database that was put back tells nobody again what it finds again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from monitor.delivery import Outbox, SentJournal
from monitor.ports import CommitPoint, Delivery, DeliveryState, Outcome, Result
from monitor.store import SqlStore, open_store, schema
from monitor.store.tokens import tokens
from monitor.system.sent_journal import Entry
from tests.builders import DAY, NOW, StoppedClock, report, story, subscription
from tests.store.conftest import Open, history

PEOPLE = (subscription("ann"), subscription("bob"))


class Post:
    """A channel that takes everything, but what it is told to leave in doubt."""

    name = "console"

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []  # recipient, subject
        self.silent = False

    def send(self, delivery: Delivery, commit: CommitPoint) -> Outcome:
        """Take it; without an answer while `silent`."""
        assert commit()
        self.sent.append((delivery.recipient, delivery.message.subject))
        return Outcome(result=Result.UNCERTAIN if self.silent else Result.SENT)


class House:
    """A state folder on SQLite, with backups of its database."""

    def __init__(self, folder: Path, **changed: Any) -> None:
        self.folder, self.post, self.clock, self.changed = folder, Post(), StoppedClock(), changed

    @contextmanager
    def open(self) -> Iterator[SqlStore]:
        wanted = {"subscriptions": lambda: PEOPLE, "history": history} | self.changed
        with closing(open_store(f"sqlite:///{self.folder / 'm.db'}", **wanted)) as store:
            yield store

    @property
    def journal(self) -> SentJournal:
        return SentJournal(self.folder / "sent.journal")

    def prints(self, *told: Any) -> int:
        """An article or a report is recorded; how many messages that made."""
        with self.open() as store:
            store.register_start(self.folder / "generation", self.journal.latest())
            return store.record(*told, link=None, baseline=False, now=self.clock.now()).deliveries

    async def sends(self) -> int:
        """Start, send what is due, end; how many went out."""
        before = len(self.post.sent)
        with self.open() as store:
            store.register_start(self.folder / "generation", self.journal.latest())
            channels: Any = {"console": self.post}
            off = store.sending_disabled
            await Outbox(store=store, channels=channels, clock=self.clock, journal=self.journal, off=off).send_due()
        return len(self.post.sent) - before

    def backup(self) -> None:
        shutil.copy(self.folder / "m.db", self.folder / "backup")

    def put_back(self) -> None:
        for beside in ("m.db-wal", "m.db-shm"):
            (self.folder / beside).unlink(missing_ok=True)
        shutil.copyfile(self.folder / "backup", self.folder / "m.db")  # the same file, with the old bytes

    def resumes(self) -> int:
        with self.open() as store:
            store.register_start(self.folder / "generation", self.journal.latest())
            return store.resume_sending(self.journal.read(), now=self.clock.now())

    def why_off(self) -> str:
        with self.open() as store:
            store.register_start(self.folder / "generation", self.journal.latest())
            return store.sending_disabled()

    def states(self) -> list[str]:
        with self.open() as store:
            return sorted(str(line.state) for line in store.deliveries())


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


async def sent_since_the_backup(house: House, *told: Any) -> None:
    """Kent is told and saved, `told` is sent after that, and then the backup is put back."""
    house.prints(*story({"Kent": "overall good"}))
    assert await house.sends() == 2
    house.backup()
    house.prints(*told)
    assert await house.sends() == 2
    house.put_back()


async def test_a_backup_put_back_is_noticed_without_a_start_in_between(house: House) -> None:
    """The starts were counted before the backup: only the journal knows that the database went back."""
    house.prints(*story({"Kent": "overall good"}))
    with house.open() as store:
        store.register_start(house.folder / "generation", house.journal.latest())
        channels: Any = {"console": house.post}
        outbox = Outbox(store=store, channels=channels, clock=house.clock, journal=house.journal, off=store.sending_disabled)
        house.backup()
        assert await outbox.send_due() == {"sent": 2}
    house.put_back()
    assert "put back" in house.why_off()
    assert await house.sends() == 0


FOUND_AGAIN = [
    pytest.param(story({"Leeds": "overall outstanding"}), id="by the same article"),
    pytest.param(story({"Leeds": "overall outstanding"}, outlet="Another Paper"), id="by another paper"),
    pytest.param(story({"Leeds": "overall outstanding"}, published=DAY - timedelta(days=1)), id="with another date"),
]


@pytest.mark.parametrize("again", FOUND_AGAIN)
@pytest.mark.parametrize("resumed_first", [True, False])
async def test_what_is_found_again_is_told_nobody_again(house: House, again: Any, resumed_first: bool) -> None:
    await sent_since_the_backup(house, *story({"Leeds": "overall outstanding"}))
    assert house.why_off()
    if resumed_first:
        house.resumes()
    assert house.prints(*again) == 0
    if not resumed_first:
        house.resumes()
    assert await house.sends() == 0
    assert house.states() == ["sent"] * 4, "that it was told is on record again"
    assert house.prints(*story({"Bury": "overall good"})) == 2
    assert await house.sends() == 2, "and what is new is told"


async def test_with_what_was_told_comes_what_was_not(house: House) -> None:
    await sent_since_the_backup(house, *story({"Leeds": "overall outstanding"}))
    house.resumes()
    assert house.prints(*story({"Leeds": "overall outstanding", "Bury": "overall good"})) == 2
    await house.sends()
    assert all("Bury" in subject and "Leeds" not in subject for _, subject in house.post.sent[-2:])


async def test_a_confirmation_goes_to_who_was_told_before(house: House) -> None:
    await sent_since_the_backup(house, *story({"Leeds": "overall outstanding"}))
    house.resumes()
    house.prints(*story({"Leeds": "overall outstanding"}))
    assert house.prints(report("Leeds", "overall outstanding"), story({})[1]) == 2


async def test_told_by_the_report_itself_nobody_is_told_by_an_article_after(house: House) -> None:
    await sent_since_the_backup(house, report("Leeds", "overall outstanding"), story({})[1])
    house.resumes()
    assert house.prints(*story({"Leeds": "overall outstanding"})) == 0
    assert house.prints(report("Leeds", "overall outstanding"), story({})[1]) == 0, "nor of its being confirmed"


async def test_who_joined_meanwhile_is_told(house: House) -> None:
    await sent_since_the_backup(house, *story({"Leeds": "overall outstanding"}))
    house.changed = {"subscriptions": lambda: (*PEOPLE, subscription("eve"))}
    house.resumes()
    assert house.prints(*story({"Leeds": "overall outstanding"})) == 1
    await house.sends()
    assert house.post.sent[-1][0] == "eve@reader.test"


async def test_another_grade_of_the_same_council_is_news(house: House) -> None:
    await sent_since_the_backup(house, *story({"Leeds": "overall outstanding"}))
    house.resumes()
    assert house.prints(*story({"Leeds": "overall inadequate"})) == 2


@pytest.mark.parametrize("waited", [False, True])
async def test_what_may_have_been_sent_waits_for_a_word(house: House, waited: bool) -> None:
    """`waited`: the message was in the backup already, waiting to be sent."""
    house.prints(*story({"Kent": "overall good"}))
    await house.sends()
    if waited:
        house.prints(*story({"Leeds": "overall outstanding"}))
    house.backup()
    if not waited:
        house.prints(*story({"Leeds": "overall outstanding"}))
    house.post.silent = True
    assert await house.sends() == 2
    house.post.silent = False
    house.put_back()
    assert house.why_off()
    house.resumes()
    if not waited:
        house.prints(*story({"Leeds": "overall outstanding"}))
    assert await house.sends() == 0
    with house.open() as store:
        held = store.deliveries([DeliveryState.HELD])
        assert [line.reason for line in held] == ["it may have been sent before the database was put back"] * 2
        assert len(store.release([line.id for line in held], now=house.clock.now())) == 2
    assert await house.sends() == 2, "on a word of the operator's, with its whole text"
    assert all("Leeds" in subject for _, subject in house.post.sent[-2:])


async def test_a_digest_leaves_out_what_was_told_before(house: House) -> None:
    weekly = (subscription("ann", frequency="weekly"),)
    house.changed = {"subscriptions": lambda: weekly}
    house.prints(*story({"Kent": "overall good"}))
    house.backup()
    house.clock.forward(days=8)
    assert await house.sends() == 1
    house.put_back()
    house.resumes()
    house.clock.forward(days=7)
    assert await house.sends() == 0


async def test_a_database_that_was_removed_tells_nothing_again(house: House) -> None:
    house.prints(*story({"Kent": "overall good"}))
    assert await house.sends() == 2
    (house.folder / "m.db").unlink()
    assert "was removed" in house.why_off()
    house.resumes()
    assert house.prints(*story({"Kent": "overall good"})) == 0
    assert await house.sends() == 0
    assert not house.why_off(), "and once it was seen to it is no more a matter"


async def test_put_back_twice_it_is_noticed_twice(house: House) -> None:
    await sent_since_the_backup(house, *story({"Leeds": "overall outstanding"}))
    house.resumes()
    house.prints(*story({"Leeds": "overall outstanding"}))
    house.put_back()
    assert house.why_off()
    house.resumes()
    assert house.prints(*story({"Leeds": "overall outstanding"})) == 0


def test_a_servers_database_that_went_back_is_noticed(open_it: Open, tmp_path: Path) -> None:
    store = open_it(*PEOPLE)
    journal = SentJournal(tmp_path / "sent.journal")
    journal.begin("a" * 32, 1)
    journal.answer("a" * 32, 1, accepted=True)
    store.register_start(tmp_path / "generation", journal.latest())
    assert "put back" in store.sending_disabled()
    assert store.resume_sending(journal.read(), now=NOW) == 0
    store.register_start(tmp_path / "generation", journal.latest())
    assert store.sending_disabled() == ""


def test_what_is_told_is_claimed_with_its_tokens(open_it: Open) -> None:
    store = open_it(*PEOPLE)
    store.record(*story({"Kent": "overall good"}), link=None, baseline=False, now=NOW)
    ann, bob = store.claim(owner="o", now=NOW, lease=60, limit=9)
    assert ann.tells
    assert set(ann.tells).isdisjoint(bob.tells)
    with store.engine.connect() as connection:
        key, inspection = connection.execute(select(schema.changes.c.key, schema.changes.c.inspection)).one()
    assert ann.tells[0] == tokens(ann.recipient, key.split(":")[0], inspection, key, DAY, official=False)[0]


# --- the journal itself ---------------------------------------------------------------------------------------------------

names = st.integers(0, 5).map(lambda number: f"{number:032x}")


@given(st.lists(st.tuples(names, st.sampled_from([None, True, False])), max_size=30))
def test_a_try_is_what_its_last_answer_says_and_a_yes_stays(
    tmp_path_factory: Any, tries: list[tuple[str, bool | None]]
) -> None:
    journal = SentJournal(tmp_path_factory.mktemp("j") / "journal")
    model: dict[str, bool | None] = {}
    for epoch, (name, answer) in enumerate(tries, start=1):
        journal.begin(name, epoch, ("token@2026-09-01",))
        if answer is not None:
            journal.answer(name, epoch, accepted=answer)
        model[name] = True if model.get(name) else answer
    assert {name: entry.accepted for name, entry in journal.latest().items()} == model
    assert journal.read() == {name for name, answer in model.items() if answer}


def test_an_answer_takes_no_space(tmp_path: Path) -> None:
    journal = SentJournal(tmp_path / "journal")
    journal.begin("a" * 32, 1, ("t@2026-09-01",))
    size = (tmp_path / "journal").stat().st_size
    journal.answer("a" * 32, 1, accepted=True)
    assert (tmp_path / "journal").stat().st_size == size
    assert [entry.accepted for entry in journal.entries()] == [True]


def test_an_answer_that_has_no_line_any_more_gets_one(tmp_path: Path) -> None:
    journal = SentJournal(tmp_path / "journal")
    journal.begin("a" * 32, 3)
    (tmp_path / "journal").unlink()
    journal.answer("a" * 32, 3, accepted=True)
    assert list(journal.entries()) == [Entry(delivery="a" * 32, accepted=True, epoch=3)]


def test_lines_of_earlier_versions_are_read(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text(f"{'a' * 32}\n{'b' * 32}\nhalf a li")
    journal = SentJournal(tmp_path / "journal")
    assert journal.read() == {"a" * 32, "b" * 32}
    journal.begin("c" * 32, 1)
    assert [entry.delivery[0] for entry in journal.entries()] == ["a", "b", "c"]


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    (tmp_path / "journal").touch(0o644)
    SentJournal(tmp_path / "journal").begin("a" * 32, 1)
    assert (tmp_path / "journal").stat().st_mode & 0o777 == 0o600
