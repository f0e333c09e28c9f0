"""Daemons on one server sign with one key, or one of them says so at its start."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from monitor.app.runtime import open_runtime
from monitor.ports import StoreError
from monitor.settings import load
from monitor.settings.secret import LINKS_KEY_ENV
from monitor.system.clock import SystemClock
from tests.store.conftest import Open

ONE, OTHER = bytes(range(32)), bytes(range(1, 33))
ON_A_SERVER = pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)


@ON_A_SERVER
def test_another_key_is_refused_while_a_daemon_runs_and_is_the_key_once_none_does(open_it: Open) -> None:
    store = open_it()
    assert [store.register_key(ONE), store.register_key(ONE)] == [True, True]
    assert store.register_key(OTHER) is False, "who has just come has not asked for the lead yet"
    _came_long_ago(store)
    store.acquire_lease("poll", owner="a", length=timedelta(minutes=1))
    assert [store.register_key(OTHER), store.register_key(ONE)] == [False, True]
    assert store.register_key(OTHER, ["a"]) is None, "known to be dead"
    _came_long_ago(store)
    store.release_lease("poll", owner="a")
    assert [store.register_key(ONE), store.register_key(ONE), store.register_key(OTHER)] == [None, True, False]
    with store.engine.begin() as connection:
        kept = connection.execute(text("SELECT value FROM facts WHERE name = 'links_key'")).scalar_one()
    assert ONE.hex() not in kept


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_file_has_one_daemon_and_so_one_key(open_it: Open) -> None:
    store = open_it()
    assert [store.register_key(ONE), store.register_key(OTHER)] == [True, True]


@ON_A_SERVER
async def test_a_replica_with_a_key_of_its_own_does_not_start(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sources.toml").write_text('[[source]]\nname = "a"\nkind = "feed"\nurl = "https://a.example/"\n')
    monkeypatch.setenv("MONITOR_DATABASE_URL", database)
    monkeypatch.delenv(LINKS_KEY_ENV, raising=False)
    one, other = load(tmp_path, tmp_path / "one"), load(tmp_path, tmp_path / "other")
    async with open_runtime(one, SystemClock()) as runtime:
        runtime.lead.acquire()
        with pytest.raises(StoreError, match=r"other/links\.key: is another key .* MONITOR_LINKS_KEY"):
            async with open_runtime(other, SystemClock()):
                pytest.fail("two keys")
        (tmp_path / "other" / "links.key").write_bytes((tmp_path / "one" / "links.key").read_bytes())
        async with open_runtime(other, SystemClock()) as second:
            second.lead.acquire()
            assert (runtime.lead.epoch > 0, second.lead.epoch) == (True, 0)


def _came_long_ago(store: object) -> None:
    with store.engine.begin() as connection:  # type: ignore[attr-defined]
        value = "split_part(value, ' ', 1) || ' 2026-01-01T00:00:00+00:00'"
        connection.execute(text(f"UPDATE facts SET value = {value} WHERE name = 'links_key'"))
