"""A restored or copied database sends nothing until somebody says so, and then nothing twice."""

from __future__ import annotations

import shutil
from pathlib import Path

from monitor.delivery import Outbox, SentJournal
from monitor.ports import Outcome, Result
from monitor.store import SqlStore, open_store
from tests.builders import NOW, StoppedClock, story, subscription
from tests.store.conftest import history


class Box:
    """A channel that takes everything."""

    name = "console"

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, delivery, commit):  # type: ignore[no-untyped-def]  # as ports.Channel
        """Take it."""
        assert commit()
        self.sent.append(delivery.id)
        return Outcome(result=Result.SENT)


def opened(folder: Path) -> SqlStore:
    return open_store(f"sqlite:///{folder / 'm.db'}", subscriptions=lambda: (subscription(),), history=history)


async def sent(folder: Path) -> tuple[list[str], str]:
    """Start, send what is due, end; what went out, and why nothing may."""
    store, box = opened(folder), Box()
    try:
        store.register_start(folder / "generation")
        journal = SentJournal(folder / "sent.journal")
        outbox = Outbox(
            store=store, channels={"console": box}, clock=StoppedClock(), journal=journal, off=store.sending_disabled
        )
        await outbox.send_due()
        return box.sent, store.sending_disabled()
    finally:
        store.close()


def news(folder: Path, council: str) -> None:
    store = opened(folder)
    store.record(*story({council: "overall outstanding"}), link=None, baseline=False, now=NOW)
    store.close()


async def test_starting_again_and_again_is_nothing_special(tmp_path: Path) -> None:
    for council in ("Kent", "Leeds", "Bury"):
        news(tmp_path, council)
        went, reason = await sent(tmp_path)
        assert (len(went), reason) == (1, "")


async def test_a_restored_database_does_not_send_twice(tmp_path: Path) -> None:
    await sent(tmp_path)
    news(tmp_path, "Kent")
    shutil.copy(tmp_path / "m.db", tmp_path / "copy.db")
    assert len((await sent(tmp_path))[0]) == 1
    shutil.copy(tmp_path / "copy.db", tmp_path / "m.db")
    news(tmp_path, "Leeds")
    went, reason = await sent(tmp_path)
    assert went == []
    assert "restored" in reason
    assert (await sent(tmp_path))[0] == [], "a restart alone does not turn it on"
    store = opened(tmp_path)
    assert store.resume_sending(SentJournal(tmp_path / "sent.journal").read(), now=NOW) == 1
    store.close()
    went, reason = await sent(tmp_path)
    assert (len(went), reason) == (1, ""), "only what is new since"


async def test_a_database_copied_without_its_folder_sends_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        await sent(tmp_path)
    news(tmp_path, "Kent")
    clone = tmp_path / "clone"
    clone.mkdir()
    shutil.copy(tmp_path / "m.db", clone / "m.db")
    went, reason = await sent(clone)
    assert went == []
    assert "copied" in reason


async def test_a_copy_of_the_whole_folder_sends_nothing_and_the_original_goes_on(tmp_path: Path) -> None:
    original, clone = tmp_path / "original", tmp_path / "clone"
    original.mkdir()
    news(original, "Kent")
    await sent(original)
    news(original, "Leeds")
    shutil.copytree(original, clone)
    went, reason = await sent(clone)
    assert went == []
    assert "copied or moved" in reason
    assert (await sent(clone))[0] == [], "a restart alone does not turn it on"
    went, reason = await sent(original)
    assert (len(went), reason) == (1, "")
    store = opened(clone)
    store.resume_sending((), now=NOW)
    store.close()
    assert len((await sent(clone))[0]) == 1, "on a word of the operator it is a monitor of its own"


async def test_a_moved_folder_that_never_had_a_message_is_nothing_special(tmp_path: Path) -> None:
    original = tmp_path / "original"
    original.mkdir()
    await sent(original)
    shutil.copytree(original, tmp_path / "moved")
    assert (await sent(tmp_path / "moved"))[1] == ""


async def test_a_renamed_folder_is_the_same_one(tmp_path: Path) -> None:
    original = tmp_path / "original"
    original.mkdir()
    news(original, "Kent")
    await sent(original)
    original.rename(tmp_path / "renamed")
    assert (await sent(tmp_path / "renamed"))[1] == ""


def test_the_journal_keeps_the_newest(tmp_path: Path) -> None:
    journal = SentJournal(tmp_path / "j")
    for number in range(25):
        journal.add(f"{number:032x}")
    journal.trim(keep=20)
    assert len(journal.read()) == 25
    journal.trim(keep=10)
    assert journal.read() == {f"{number:032x}" for number in range(15, 25)}


def test_a_journal_that_is_cut_short_while_a_message_is_on_its_way_takes_its_answer_where_it_stands(tmp_path: Path) -> None:
    """Without taking up any more room on a disk that may be full by then."""
    journal = SentJournal(tmp_path / "j")
    for number in range(30):
        journal.add(f"{number:032x}")
    journal.begin("a" * 32, 1)
    journal.trim(keep=10)
    size = (tmp_path / "j").stat().st_size
    journal.answer("a" * 32, 1, accepted=True)
    assert "a" * 32 in journal.read()
    assert len(list(journal.entries())) == 10
    assert (tmp_path / "j").stat().st_size == size
    assert len(list(SentJournal(tmp_path / "j").entries())) == 10
