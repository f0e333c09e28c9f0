"""What the monitor does now and then by itself: a backup a day, and forgetting what is past its time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from monitor.app.housekeeping import Housekeeping, last_backup
from monitor.settings import Settings, load
from monitor.store import SqlStore, open_store
from tests.builders import StoppedClock


@dataclass
class House:
    """A state, its settings, and a clock."""

    settings: Settings
    store: SqlStore
    clock: StoppedClock = field(default_factory=StoppedClock)

    def keeps(self) -> Housekeeping:
        runtime: Any = self
        return Housekeeping(runtime)

    def backups(self) -> int:
        folder = self.settings.backup_folder
        return len(list(folder.glob("monitor-*"))) if folder.is_dir() else 0


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    return tmp_path / "config"


@pytest.fixture
def house(config: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    (config / "monitor.toml").write_text(getattr(request, "param", ""))
    with closing(open_store(f"sqlite:///{tmp_path / 'state' / 'monitor.db'}")) as store:
        yield House(settings=load(config, tmp_path / "state"), store=store)


def tended(keeper: Housekeeping) -> None:
    """Everything that is due, done."""
    keeper.tend()
    if keeper._backing_up is not None:
        keeper._backing_up.join(30)


def test_a_backup_a_day_and_seven_of_them(house: House) -> None:
    keeper = house.keeps()
    tended(keeper)
    assert house.backups() == 1
    assert last_backup(house.settings.backup_folder, house.clock.now()) == house.clock.now()
    house.clock.forward(hours=23)
    tended(keeper)
    tended(house.keeps())  # a restart makes no more of them
    assert house.backups() == 1
    for _ in range(9):
        house.clock.forward(hours=25)
        tended(keeper)
    assert house.backups() == 7
    assert keeper.alarms() == []


@pytest.mark.parametrize("house", ["[backup]\nkeep = 0\n"], indirect=True)
def test_none_where_none_is_wanted(house: House) -> None:
    tended(house.keeps())
    assert house.backups() == 0


def test_what_fails_is_an_alarm_until_it_does_not(house: House) -> None:
    keeper = house.keeps()
    house.settings.backup_folder.write_text("a file in the place of the folder")
    tended(keeper)
    (alarm,) = keeper.alarms()
    assert (alarm.about, alarm.name) == ("backup", "backup")
    assert "no backup can be made" in alarm.message
    house.settings.backup_folder.unlink()
    house.clock.forward(minutes=30)
    tended(keeper)
    assert keeper.alarms(), "it is not tried at every look"
    house.clock.forward(minutes=31)
    tended(keeper)
    assert (house.backups(), keeper.alarms()) == (1, [])


@pytest.mark.parametrize("house", [f'[backup]\nfolder = "{"x" * 300}"\n'], indirect=True)
def test_a_folder_that_cannot_be_looked_into_is_an_alarm(house: House) -> None:
    keeper = house.keeps()
    tended(keeper)
    assert ["no backup can be made" in alarm.message for alarm in keeper.alarms()] == [True]


def test_a_clock_that_was_far_ahead_stops_no_backup(house: House) -> None:
    keeper = house.keeps()
    house.clock.forward(days=3000)
    tended(keeper)
    house.clock.forward(days=-3000)
    keeper = house.keeps()
    tended(keeper)
    assert house.backups() == 2
    house.clock.forward(hours=3)
    tended(keeper)
    assert house.backups() == 2, "nor makes one at every look"
