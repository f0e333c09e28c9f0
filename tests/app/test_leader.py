"""Who may watch: one process a state folder and a file, and of several on a server the one that has the lease."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.app.leader import LeaseElection, in_the_lead, seek_lead, single_instance
from monitor.app.runtime import database_url, open_polling_runtime
from monitor.ports import InUseError, LostLeadError
from monitor.settings import load
from monitor.system.clock import SystemClock


class FakeLeases:
    """A row on a server, whose holder is `holder`."""

    def __init__(self) -> None:
        self.holder, self.epoch = "", 0
        self.down = False

    def acquire_lease(self, name: str, *, owner: str, length: timedelta, previous: Collection[str] = ()) -> int | None:
        if self.down:
            raise OSError("no connection")
        if self.holder not in {"", owner, *previous}:
            return None
        self.epoch += self.holder != owner
        self.holder = owner
        return self.epoch

    def release_lease(self, name: str, *, owner: str) -> None:
        self.holder = "" if self.holder == owner else self.holder

    def in_term(self, name: str, *, owner: str, epoch: int) -> AbstractContextManager[None]:
        return nullcontext()


class Uptime:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def election(leases: FakeLeases, owner: str, *previous: str) -> tuple[LeaseElection, Uptime]:
    uptime = Uptime()
    return LeaseElection(leases, owner, previous, uptime=uptime), uptime


def test_it_leads_until_the_time_that_it_asked_for_is_over_by_its_own_count() -> None:
    lead, uptime = election(FakeLeases(), "a")
    assert lead.epoch == 0
    lead.acquire()
    assert lead.epoch == 1
    uptime.seconds += 19.9
    assert lead.epoch == 1
    uptime.seconds += 0.1  # it was stopped, or the database hangs
    assert lead.epoch == 0
    with pytest.raises(LostLeadError):
        lead.term()
    lead.acquire()
    assert lead.epoch == 1, "nobody took it"


def test_another_leads_when_it_lets_go() -> None:
    leases = FakeLeases()
    (a, _), (b, _) = election(leases, "a"), election(leases, "b")
    a.acquire()
    b.acquire()
    assert (a.epoch, b.epoch) == (1, 0)
    a.release()
    b.acquire()
    assert (a.epoch, b.epoch) == (0, 2)


def test_a_restart_from_the_same_state_folder_does_not_wait_for_its_own_lease() -> None:
    leases = FakeLeases()
    killed, _ = election(leases, "a")
    killed.acquire()
    again, _ = election(leases, "a2", "a")
    again.acquire()
    assert again.epoch == 2


async def test_a_database_that_is_away_for_a_moment_costs_nobody_the_lead(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("monitor.app.leader.LEAD_EVERY", 0.01)
    monkeypatch.setattr("monitor.app.leader.SEEK_EVERY", 0.01)
    leases, terms = FakeLeases(), list[tuple[int, int]]()
    lead, uptime = election(leases, "a")

    async def changed(before: int, now: int) -> None:
        terms.append((before, now))

    seeking = asyncio.create_task(seek_lead(lead, changed))
    async with asyncio.timeout(60):
        while not terms:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        leases.down = True
        while not caplog.messages:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert lead.epoch == 1
        uptime.seconds += 30
        while len(terms) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        leases.down, leases.holder, leases.epoch = False, "", 7
        while len(terms) < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    seeking.cancel()
    assert terms == [(0, 1), (1, 0), (0, 8)]


async def test_a_single_cycle_is_refused_beside_a_daemon_and_gives_back_what_it_had() -> None:
    leases = FakeLeases()
    (daemon, _), (once, _) = election(leases, "daemon"), election(leases, "once")
    async with in_the_lead(once):
        assert leases.holder == "once"
    assert leases.holder == ""
    daemon.acquire()
    with pytest.raises(InUseError, match="another monitor"):
        async with in_the_lead(once):
            pytest.fail("two poll")
    assert leases.holder == "daemon"


# --- a file has one -------------------------------------------------------------------------------------------------------


def _settings(folder: Path, monkeypatch: pytest.MonkeyPatch, database: str = "") -> object:
    folder.mkdir(exist_ok=True)
    (folder / "sources.toml").write_text('[[source]]\nname = "a"\nkind = "feed"\nurl = "https://a.example/"\n')
    monkeypatch.setenv("MONITOR_DATABASE_URL", database)
    return load(folder, folder / "state")


@pytest.mark.parametrize(
    "way", ["its own folder", "an address", "a link to the file", "a link to the folder", "a relative address"]
)
async def test_a_second_monitor_on_the_same_file_is_refused_whatever_it_calls_it(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _settings(tmp_path / "first", monkeypatch)
    file = tmp_path / "first" / "state" / "monitor.db"
    monkeypatch.chdir(tmp_path)
    database = {"an address": f"sqlite:///{file}", "a relative address": "sqlite:///first/state/../state/monitor.db"}.get(
        way, ""
    )
    second = first if way == "its own folder" else _settings(tmp_path / "second", monkeypatch, database)
    async with open_polling_runtime(first, SystemClock()):  # type: ignore[arg-type]
        if way == "a link to the file":
            (tmp_path / "second" / "state").mkdir(exist_ok=True)
            (tmp_path / "second" / "state" / "monitor.db").symlink_to(file)
        elif way == "a link to the folder":
            (tmp_path / "second" / "state").symlink_to(tmp_path / "first" / "state")
        with pytest.raises(InUseError, match=r"another monitor \(process \d+\); stop it"):
            async with open_polling_runtime(second, SystemClock()):  # type: ignore[arg-type]
                pytest.fail(f"two monitors on {database_url(second)}")  # type: ignore[arg-type]


async def test_two_monitors_on_two_files_are_none_of_each_others_business(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = _settings(tmp_path / "one", monkeypatch, f"sqlite:///{tmp_path / 'a.db'}")
    two = _settings(tmp_path / "two", monkeypatch, f"sqlite:///{tmp_path / 'b.db'}")
    async with open_polling_runtime(one, SystemClock()), open_polling_runtime(two, SystemClock()):  # type: ignore[arg-type]
        assert sorted(each.name for each in tmp_path.glob("*.lock")) == ["a.lock", "b.lock"]  # noqa: ASYNC240


def test_the_lock_of_a_file_ends_with_it(tmp_path: Path) -> None:
    for _ in range(2):
        with single_instance(tmp_path / "state", tmp_path / "elsewhere" / "x.db"):
            pass
