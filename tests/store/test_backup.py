"""A backup made under load, put back elsewhere: nothing is sent again, nothing is lost; and what is no backup is refused."""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import stat
import tarfile
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.app.housekeeping import last_backup, too_full
from monitor.cli import main
from monitor.delivery import Outbox, SentJournal
from monitor.messages.sample import sample_notice
from monitor.ports import StoreError
from monitor.store import SqlStore, open_store
from monitor.store.backup import backup_name, backups_in, forget_leftovers, make_backup, opened_backup, prune_backups
from monitor.store.restore import restore_backup
from monitor.store.schema import HEAD
from tests.builders import NOW, StoppedClock, story, subscription
from tests.store.conftest import history
from tests.store.test_restored import Post

PEOPLE = (subscription("ann"), subscription("bob"))


def opened(state: Path) -> closing[SqlStore]:
    return closing(open_store(f"sqlite:///{state / 'monitor.db'}", subscriptions=lambda: PEOPLE, history=history))


def backup_of(state: Path, target: Path) -> Path:
    make_backup(state, target, now=NOW, version="1.2.3")
    return target


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state with one message that waits, and a key."""
    folder = tmp_path / "state"
    with opened(folder) as store:
        store.register_start(folder / "generation")
        store.enqueue_notice(sample_notice("a" * 32, NOW), channel="console", recipient="", now=NOW)
    (folder / "links.key").write_bytes(b"k" * 32)
    return folder


def test_what_is_in_it_and_who_may_read_it(state: Path, tmp_path: Path) -> None:
    SentJournal(state / "sent.journal").add("a" * 32)
    archive = backup_of(state, tmp_path / "b.tar.gz")
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    with tarfile.open(archive) as members:
        assert members.getnames() == ["manifest.json", "monitor.db", "sent.journal", "links.key"]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["b.tar.gz", "state"], "and nothing beside it"
    with opened_backup(archive, HEAD) as (manifest, work):
        assert (manifest.made, manifest.monitor, manifest.schema) == (NOW, "1.2.3", HEAD)
        assert (work / "links.key").read_bytes() == b"k" * 32


def test_a_file_that_is_there_is_not_written_over(state: Path, tmp_path: Path) -> None:
    (tmp_path / "b.tar.gz").write_text("precious")
    with pytest.raises(StoreError, match="not written over"):
        backup_of(state, tmp_path / "b.tar.gz")
    assert (tmp_path / "b.tar.gz").read_text() == "precious"


def test_a_damaged_database_is_not_backed_up(state: Path, tmp_path: Path) -> None:
    content = bytearray((state / "monitor.db").read_bytes())
    content[4096:12288] = b"\xff" * 8192
    (state / "monitor.db").write_bytes(bytes(content))
    with pytest.raises(StoreError, match=r"damaged|cannot be read"):
        backup_of(state, tmp_path / "b.tar.gz")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["state"]


def test_while_somebody_writes_each_backup_is_one_moment(state: Path, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        with opened(state) as store:
            number = 0
            while not stop.is_set():
                number += 1
                notice = sample_notice(f"{number:032x}", NOW)
                store.enqueue_notice(notice, channel="console", recipient="", now=NOW)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        counts = []
        for number in range(4):
            archive = backup_of(state, tmp_path / f"{number}.tar.gz")
            with opened_backup(archive, HEAD) as (_, work), closing(sqlite3.connect(work / "monitor.db")) as copy:
                counts.append(copy.execute("SELECT count(*) FROM deliveries").fetchone()[0])
                orphans = "SELECT count(*) FROM deliveries WHERE body NOT IN (SELECT id FROM bodies)"
                assert copy.execute(orphans).fetchone()[0] == 0
    finally:
        stop.set()
        writer.join()
    assert counts == sorted(counts)


Part = tuple[tarfile.TarInfo, bytes]


def member(name: str, content: bytes = b"", **changed: Any) -> Part:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for key, value in changed.items():
        setattr(info, key, value)
    return info, content


def rewritten(archive: Path, change: Callable[[dict[str, bytes], list[Part]], list[Part]]) -> None:
    """Write an archive anew, its parts changed."""
    with tarfile.open(archive) as members:
        parts = [(each, members.extractfile(each).read()) for each in members]  # type: ignore[union-attr]  # all are files
    changed = change({info.name: content for info, content in parts}, parts)
    with tarfile.open(archive, "w:gz") as target:
        for info, content in changed:
            target.addfile(info, io.BytesIO(content))


def with_manifest(parts: list[Part], **changed: Any) -> list[Part]:
    said = json.loads(parts[0][1]) | changed
    return [member("manifest.json", json.dumps(said).encode()), *parts[1:]]


TAMPERED: list[tuple[str, Callable[[dict[str, bytes], list[Part]], list[Part]], str]] = [
    ("a name that climbs out", lambda _, parts: [parts[0], member("../../evil", parts[1][1]), *parts[2:]], "not in it as"),
    ("an absolute name", lambda _, parts: [parts[0], member("/tmp/evil", parts[1][1]), *parts[2:]], "not in it as"),
    (
        "a name that climbs out, and a manifest that says so",
        lambda _, parts: with_manifest(
            [parts[0], member("../evil", b"x")], files={"monitor.db": {"size": 1, "sha256": "x"}, "../evil": {"size": 1, "sha256": "x"}}
        ),
        "holds other files",
    ),
    (
        "a link",
        lambda _, parts: [parts[0], member("monitor.db", type=tarfile.SYMTYPE, linkname="/etc/passwd"), *parts[2:]],
        "not in it as",
    ),
    ("a device", lambda _, parts: [parts[0], member("monitor.db", type=tarfile.CHRTYPE), *parts[2:]], "not in it as"),
    ("another byte", lambda _, parts: [parts[0], member("monitor.db", parts[1][1][:-1] + b"!"), *parts[2:]], "hash"),
    ("a part is missing", lambda _, parts: parts[:2], "links.key is not in it"),
    ("no manifest", lambda _, parts: parts[1:], "does not begin with a manifest"),
    ("a manifest that is none", lambda _, parts: [member("manifest.json", b"[]"), *parts[1:]], "manifest cannot be read"),
    ("a size that is none", lambda _, parts: with_manifest(parts, files={"monitor.db": {"size": "much"}}), "cannot be read"),
    ("a later format", lambda _, parts: with_manifest(parts, format=2), "newer version"),
    ("no database", lambda _, parts: with_manifest(parts[:1], files={}), "holds other files"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "words"), [row[1:] for row in TAMPERED], ids=[row[0] for row in TAMPERED])
def test_an_archive_that_was_tampered_with(
    state: Path, tmp_path: Path, change: Callable[[dict[str, bytes], list[Part]], list[Part]], words: str
) -> None:
    archive = backup_of(state, tmp_path / "b.tar.gz")
    rewritten(archive, change)
    target = tmp_path / "deep" / "elsewhere"
    with pytest.raises(StoreError, match=words):
        restore_backup(archive, target, now=NOW)
    assert list(target.iterdir()) == []
    assert not any("evil" in name for _, _, names in os.walk(tmp_path) for name in names)


@pytest.mark.parametrize("content", [b"", b"hello", b"\x1f\x8b\x08garbage"], ids=["empty", "text", "broken gzip"])
def test_what_is_no_archive(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b").write_bytes(content)
    with pytest.raises(StoreError, match="no backup, or a damaged one"):
        restore_backup(tmp_path / "b", tmp_path / "s", now=NOW)
    with pytest.raises(StoreError, match="no such file"):
        restore_backup(tmp_path / "none", tmp_path / "s", now=NOW)


def test_half_an_archive(state: Path, tmp_path: Path) -> None:
    archive = backup_of(state, tmp_path / "b.tar.gz")
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    with pytest.raises(StoreError, match="no backup, or a damaged one"):
        restore_backup(archive, tmp_path / "s", now=NOW)


@pytest.mark.parametrize(
    ("words", "said"),
    [("UPDATE alembic_version SET version_num = '9001'", "does not know"), ("PRAGMA application_id = 7", "another")],
)
def test_a_database_that_cannot_be_used_here(state: Path, tmp_path: Path, words: str, said: str) -> None:
    with closing(sqlite3.connect(state / "monitor.db")) as file:
        file.execute(words)
        file.commit()
    with pytest.raises(StoreError, match=said):
        restore_backup(backup_of(state, tmp_path / "b.tar.gz"), tmp_path / "s", now=NOW)


async def sends(state: Path, post: Post, clock: StoppedClock) -> int:
    """Start, send what is due, end; how many went out."""
    before, journal = len(post.sent), SentJournal(state / "sent.journal")
    with opened(state) as store:
        store.register_start(state / "generation", journal.latest())
        channels: Any = {"console": post}
        await Outbox(store=store, channels=channels, clock=clock, journal=journal, off=store.sending_disabled).send_due()
    return len(post.sent) - before


def prints(state: Path, *told: Any) -> int:
    with opened(state) as store:
        store.register_start(state / "generation", SentJournal(state / "sent.journal").latest())
        return store.record(*told, link=None, baseline=False, now=NOW).deliveries


def resumes(state: Path) -> None:
    journal = SentJournal(state / "sent.journal")
    with opened(state) as store:
        store.register_start(state / "generation", journal.latest())
        store.resume_sending(journal.read(), now=NOW)


@pytest.mark.parametrize("elsewhere", [True, False], ids=["elsewhere", "over itself"])
async def test_the_drill(tmp_path: Path, elsewhere: bool) -> None:
    """Kent is sent, Leeds waits when the backup is made and is sent after it, Bury is found and sent after it."""
    state, post, clock = tmp_path / "state", Post(), StoppedClock()
    prints(state, *story({"Kent": "overall good"}))
    assert await sends(state, post, clock) == 2
    assert prints(state, *story({"Leeds": "overall outstanding"})) == 2
    archive = backup_of(state, tmp_path / "b.tar.gz")
    assert await sends(state, post, clock) == 2
    prints(state, *story({"Bury": "overall good"}))
    assert await sends(state, post, clock) == 2
    there = tmp_path / "new" if elsewhere else state
    if elsewhere:  # the journal is the newest there is, and is brought along
        there.mkdir()
        (there / "sent.journal").write_bytes((state / "sent.journal").read_bytes())
    restore_backup(archive, there, now=NOW, over=not elsewhere)
    assert await sends(there, post, clock) == 0, "sending is off"
    resumes(there)
    assert await sends(there, post, clock) == 0, "what was sent is not sent again"
    assert prints(there, *story({"Bury": "overall good"}, outlet="Another Paper")) == 0, "nor what is found again"
    assert prints(there, *story({"Derbyshire": "overall good"})) == 2
    assert await sends(there, post, clock) == 2, "what is new is sent"
    assert len(post.sent) == len(set(post.sent)) == 8


async def test_what_waited_is_not_lost(tmp_path: Path) -> None:
    state, post, clock = tmp_path / "state", Post(), StoppedClock()
    assert prints(state, *story({"Leeds": "overall outstanding"})) == 2
    archive = backup_of(state, tmp_path / "b.tar.gz")
    restore_backup(archive, tmp_path / "new", now=NOW)
    assert await sends(tmp_path / "new", post, clock) == 0
    resumes(tmp_path / "new")
    assert await sends(tmp_path / "new", post, clock) == 2


def test_what_was_there_is_kept_and_another_key_too(state: Path, tmp_path: Path) -> None:
    archive = backup_of(state, tmp_path / "b.tar.gz")
    (state / "links.key").write_bytes(b"n" * 32)
    with pytest.raises(StoreError, match="--over"):
        restore_backup(archive, state, now=NOW)
    done = restore_backup(archive, state, now=NOW, over=True)
    assert sorted(each.name for each in done.aside) == [
        "links.key.before-20260901T120000Z",
        "monitor.db.before-20260901T120000Z",
    ]
    assert (state / "links.key").read_bytes() == b"k" * 32
    assert stat.S_IMODE((state / "monitor.db").stat().st_mode) == 0o600


def test_what_was_there_is_kept_with_what_a_killed_monitor_left_in_its_log_alone(state: Path, tmp_path: Path) -> None:
    archive = backup_of(state, tmp_path / "b.tar.gz")
    killed = tmp_path / "killed"
    killed.mkdir()
    with closing(sqlite3.connect(state / "monitor.db")) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("INSERT INTO facts (name, value) VALUES ('newest', 'word')")
        connection.commit()
        for each in state.glob("monitor.db*"):
            shutil.copy(each, killed)
    done = restore_backup(archive, killed, now=NOW, over=True)
    assert [each.name for each in done.aside] == [
        "monitor.db.before-20260901T120000Z-wal",
        "monitor.db.before-20260901T120000Z",
    ]
    newest = "SELECT value FROM facts WHERE name = 'newest'"
    with closing(sqlite3.connect(done.aside[1])) as kept, closing(sqlite3.connect(killed / "monitor.db")) as now:
        assert (kept.execute(newest).fetchone(), now.execute(newest).fetchone()) == (("word",), None)


def test_a_restore_that_fails_leaves_everything_where_it_was(state: Path, tmp_path: Path) -> None:
    SentJournal(state / "sent.journal").begin("a" * 32, 1)
    archive = backup_of(state, tmp_path / "b.tar.gz")
    (state / "sent.journal").unlink()
    (state / "sent.journal").mkdir()  # what cannot be read, or written on a full disk
    before = {each.name: each.stat().st_ino for each in state.iterdir()}
    with pytest.raises(StoreError):
        restore_backup(archive, state, now=NOW, over=True)
    assert {each.name: each.stat().st_ino for each in state.iterdir()} == before


def test_journals_are_joined_and_the_newer_word_on_a_try_holds(state: Path, tmp_path: Path) -> None:
    old, new = SentJournal(state / "sent.journal"), SentJournal(state / "sent.journal")
    old.begin("a" * 32, 1)
    archive = backup_of(state, tmp_path / "b.tar.gz")
    old.answer("a" * 32, 1, accepted=True)
    old.add("b" * 32)
    restore_backup(archive, state, now=NOW, over=True)
    assert {(each.delivery, each.accepted) for each in new.entries()} == {("a" * 32, True), ("b" * 32, True)}
    (state / "sent.journal").unlink()
    restore_backup(archive, state, now=NOW + timedelta(hours=1), over=True)
    assert {(each.delivery, each.accepted) for each in new.entries()} == {("a" * 32, None)}


def test_the_newest_are_kept_and_what_is_nobodys_backup_stays(tmp_path: Path) -> None:
    for day in range(1, 6):
        (tmp_path / backup_name(datetime(2026, 3, day, tzinfo=UTC))).touch()
    for name in ("before-upgrade.tar.gz", "monitor-2026.tar.gz", "notes.txt"):
        (tmp_path / name).touch()
    gone = prune_backups(tmp_path, 2, now=NOW)
    assert [each.name for each in gone] == [f"monitor-2026030{day}T000000Z.tar.gz" for day in (1, 2, 3)]
    assert [made.day for made, _ in backups_in(tmp_path)] == [4, 5]
    assert (tmp_path / "before-upgrade.tar.gz").exists()
    assert (tmp_path / "monitor-2026.tar.gz").exists()
    assert prune_backups(tmp_path, 0, now=NOW) == []
    assert backups_in(tmp_path / "none") == []


def test_backups_of_the_future_do_not_push_out_the_one_of_today(state: Path, config: Path, tmp_path: Path) -> None:
    """A clock that was ahead for a week filled the folder."""
    folder = tmp_path / "backups"
    folder.mkdir()
    for year in (2091, 2092, 2093):
        (folder / f"monitor-{year}0101T000000Z.tar.gz").touch()
    assert main(["state", "backup", str(folder), "--keep", "2", "--config", str(config), "--state", str(state)]) == 0
    assert [made.year >= 2091 for made, _ in backups_in(folder)] == [False, True]
    assert last_backup(folder, NOW) is None


def test_what_is_called_like_a_backup_and_is_none_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "monitor-20261399T000000Z.tar.gz").touch()
    (tmp_path / "monitor-20260101T000000Z.tar.gz").mkdir()
    assert backups_in(tmp_path) == []
    assert prune_backups(tmp_path, 1, now=NOW) == []
    assert backups_in(tmp_path / ("x" * 300)) == []


def test_what_a_killed_backup_left_goes_after_a_day(tmp_path: Path) -> None:
    for name, age in ((".backup-old", 2), (".backup-new", 0)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "monitor.db").touch()
        at = datetime.now(UTC).timestamp() - age * 100_000
        os.utime(tmp_path / name, (at, at))
    forget_leftovers(tmp_path, datetime.now(UTC))
    assert [each.name for each in tmp_path.iterdir()] == [".backup-new"]


def test_a_disk_that_is_nearly_full_is_left_alone() -> None:
    assert too_full(free=600 << 20, size=100 << 20)
    assert not too_full(free=2 << 30, size=100 << 20)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "monitor.toml").write_text("[backup]\nkeep = 3\n")
    return folder


def test_the_commands(state: Path, config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--config", str(config), "--state", str(state)]
    assert main(["state", "backup", *where, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert Path(said["file"]).parent == state / "backups"
    assert main(["state", "restore", said["file"], "--check", "--state", str(tmp_path / "new")]) == 0
    assert not (tmp_path / "new").exists()
    assert "sound" in capsys.readouterr().out
    assert main(["state", "restore", said["file"], "--state", str(state)]) == 1
    assert "--over" in capsys.readouterr().err
    assert main(["state", "restore", said["file"], "--state", str(tmp_path / "new")]) == 0
    assert "monitor outbox resume" in capsys.readouterr().out
    assert main(["outbox", "list", "--config", str(config), "--state", str(tmp_path / "new")]) == 0
    assert "it was restored from a backup of" in capsys.readouterr().out


def test_a_state_that_a_monitor_holds_is_not_restored_into(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from monitor.app.leader import single_instance

    archive = backup_of(state, tmp_path / "b.tar.gz")
    with single_instance(state):
        assert main(["state", "restore", str(archive), "--over", "--state", str(state)]) == 1
    assert "in use by another monitor" in capsys.readouterr().err
    assert not list(state.glob("*.before-*"))


def test_a_server_has_tools_of_its_own(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MONITOR_DATABASE_URL", "postgresql://ann@127.0.0.1:9/monitor")
    assert main(["state", "backup", "--config", str(config), "--state", str(tmp_path)]) == 2
    assert "pg_dump" in capsys.readouterr().err


def test_a_backup_is_not_put_back_where_no_monitor_would_read_it(
    state: Path, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    archive, new = backup_of(state, tmp_path / "b.tar.gz"), tmp_path / "new"
    monkeypatch.setenv("MONITOR_DATABASE_URL", "postgresql://ann@127.0.0.1:9/monitor")
    where = ["--config", str(config), "--state", str(new)]
    assert main(["state", "restore", str(archive), *where]) == 2
    assert "database_url" in capsys.readouterr().err
    assert not new.exists()
    assert main(["state", "restore", str(archive), "--check", *where]) == 0
    monkeypatch.delenv("MONITOR_DATABASE_URL")
    assert main(["state", "restore", str(archive), *where]) == 0


def test_a_pipe_is_no_backup_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StoreError, match="a pipe"), opened_backup(tmp_path / "pipe", HEAD):
        pass


def test_with_keep_a_folder_is_meant_that_is_not_there_yet(state: Path, config: Path, tmp_path: Path) -> None:
    """As from cron, where another disk was not mounted the first time: a file of that name would stop all that come after."""
    folder = tmp_path / "disk" / "backups"
    assert main(["state", "backup", str(folder), "--keep", "7", "--config", str(config), "--state", str(state)]) == 0
    assert len(backups_in(folder)) == 1
