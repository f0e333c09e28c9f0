"""A glance at a quiet state: it leaves behind exactly what the store would have, and stands aside when there is more to do."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.ports import FetchFailure, LinkFailure, Poll, PollResult, Validators
from monitor.store import SqlStore, open_store
from monitor.store.idle_check import IdleState, config_fingerprint, open_if_idle
from monitor.store.schema import polls, sources
from tests.builders import NOW, asked, link, story, subscription
from tests.store.conftest import history

LATER = NOW + timedelta(minutes=15)
FEED = "https://x.test/feed"
FIRST = Poll(links=(link("https://x.test/1"),), validators={FEED: Validators(etag='"1"')}, cursor="c1")
NEWS = subscription("all")


@pytest.fixture
def store(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path / 'monitor.db'}", subscriptions=lambda: (NEWS,), history=history)
    opened.record_polls(
        [asked("feed", FIRST), asked("other", Poll(validators={"y": Validators(last_modified="then")}))], now=NOW
    )
    opened.link_failed(LinkFailure(link=FIRST.links[0], reason="not_found", permanent=True), now=NOW, retry_at=None)
    opened.keep_fingerprint("sealed")
    yield opened
    opened.close()


@pytest.fixture
def file(store, tmp_path) -> Path:
    return tmp_path / "monitor.db"


def look(file: Path) -> IdleState | None:
    return open_if_idle(file, "sealed", LATER)


def looked(file: Path) -> bool:
    found = look(file)
    if found is not None:
        found.close()
    return found is not None


QUIET = {
    "not modified": Poll(not_modified=True, validators={FEED: Validators(etag='"1"')}, cursor="c1"),
    "new validators": Poll(not_modified=True, validators={FEED: Validators(etag='"2"', last_modified="now")}, cursor="c2"),
    "known links": Poll(links=FIRST.links, validators={FEED: Validators(etag='"1"')}, undated=1, items=7),
    "dated links": Poll(links=(link("https://x.test/1", published=NOW),)),
    "a failure": Poll(failure=FetchFailure(url=FEED, reason="server_error", status=503)),
    "newest": Poll(newest=NOW - timedelta(hours=3), items=3),
    "odd characters": Poll(validators={FEED: Validators(etag='W/"\u00e9\u2019\\"')}, cursor="\u00a3"),
}


@pytest.mark.parametrize("poll", QUIET.values(), ids=QUIET)
def test_it_leaves_what_the_store_would_have_left(store: SqlStore, file: Path, poll: Poll) -> None:
    store.record_polls([asked("feed", Poll(failure=FetchFailure(url=FEED, reason="timeout")))], now=NOW)
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = file.with_name("copy.db")
    shutil.copy(file, copy)
    both: list[PollResult] = [
        asked("feed", poll, next_due_at=LATER),
        asked("other", Poll(not_modified=True), next_due_at=LATER),
    ]
    store.record_polls(both, now=LATER)
    there = look(copy)
    assert there is not None
    assert all(map(there.is_quiet, both))
    there.record(both, LATER)
    there.close()
    again = open_store(f"sqlite:///{copy}")
    assert again.source_states() == store.source_states()
    for table, order in ((sources, sources.c.name), (polls, polls.c.polled_at)):
        columns = [column for column in table.c if column.name != "id"]
        rows = []
        for one in (store, again):
            with one.engine.connect() as connection:
                rows.append(sorted(map(repr, connection.execute(select(*columns).order_by(order)))))
        assert rows[0] == rows[1]
    again.close()


def test_it_remembers_what_the_store_remembers(store: SqlStore, file: Path) -> None:
    there = look(file)
    assert there is not None
    assert there.source_states() == store.source_states()
    there.close()


def test_a_link_that_is_not_known_is_not_quiet(file: Path) -> None:
    there = look(file)
    assert there is not None
    assert not there.is_quiet(asked("feed", Poll(links=(*FIRST.links, link("https://x.test/2")))))
    there.close()


def test_all_of_it_is_written_or_nothing(store: SqlStore, file: Path) -> None:
    before = store.source_states()
    there = look(file)
    assert there is not None
    with store.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER refuse BEFORE INSERT ON polls WHEN NEW.source = 'other' BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    assert not there.record([asked("feed", Poll(validators={FEED: Validators(etag="lost")})), asked("other", Poll())], LATER)
    there.close()
    assert store.source_states() == before


def test_a_quiet_state_is_looked_at(file: Path) -> None:
    assert looked(file)


def test_another_seal_is_none(store: SqlStore, file: Path) -> None:
    store.keep_fingerprint("another")
    assert not looked(file)
    store.keep_fingerprint("sealed")
    assert looked(file)


def test_a_link_that_waits_is_for_the_store(store: SqlStore, file: Path) -> None:
    waiting = link("https://x.test/3")
    store.record_polls([asked("feed", Poll(links=(waiting,)))], now=NOW)
    assert not looked(file)
    store.link_failed(LinkFailure(link=waiting, reason="timeout"), now=NOW, retry_at=LATER + timedelta(seconds=1))
    assert looked(file)
    store.link_failed(LinkFailure(link=waiting, reason="timeout"), now=NOW, retry_at=LATER)
    assert not looked(file)


def test_a_message_that_waits_or_is_on_its_way_is_for_the_store(store: SqlStore, file: Path) -> None:
    document, found = story({"Leeds": "leadership inadequate"}, url="https://x.test/4")
    assert store.record(document, found, link=None, baseline=False, now=NOW).deliveries == 1
    assert not looked(file)
    (claimed,) = store.claim(owner="me", now=LATER, lease=60)
    assert not looked(file)
    assert store.committing(claimed, now=LATER)
    assert not looked(file)


def test_news_that_waits_for_a_digest_is_for_the_store(file: Path, store: SqlStore) -> None:
    weekly = subscription("weekly", frequency="weekly")
    other = open_store(f"sqlite:///{file}", subscriptions=lambda: (weekly,), history=history)
    document, found = story({"Leeds": "leadership inadequate"}, url="https://x.test/4")
    assert other.record(document, found, link=None, baseline=False, now=NOW).changes
    other.close()
    assert not looked(file)


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100])
def test_what_is_no_state_of_ours_is_for_the_store(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.db"
    assert not looked(path)
    assert not path.exists()
    path.write_bytes(content)
    assert not looked(path)


def test_the_seal_is_of_the_day_and_the_files(tmp_path: Path) -> None:
    one, two = tmp_path / "channels.toml", tmp_path / "subscriptions.toml"
    one.write_text("a")
    first = config_fingerprint([one, two], "2026-09-01")
    assert config_fingerprint([one, two], "2026-09-01") == first
    assert config_fingerprint([one, two], "2026-09-02") != first
    two.write_text("")
    assert config_fingerprint([one, two], "2026-09-01") != first
    two.unlink()
    one.write_text("b")
    assert config_fingerprint([one, two], "2026-09-01") != first
    assert config_fingerprint([two, one], "2026-01-01") != config_fingerprint([one, two], "2026-01-01")
