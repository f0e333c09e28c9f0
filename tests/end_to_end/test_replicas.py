"""Two daemons on one PostgreSQL: one leads, and whatever becomes of it, the other goes on and nobody is told twice."""

from __future__ import annotations

import base64
import json
import signal
from collections.abc import Callable

import pytest

from tests.end_to_end.test_daemon_process import Process, running, serve_mail, until
from tests.end_to_end.town import Town
from tests.soak.daemon import ask, change
from tests.soak.stories import story


def _leads(daemon: Process) -> bool:
    return bool(json.loads(daemon.get("/readyz")[1] or "{}").get("leading"))


def _news(town: Town, council: str) -> None:
    """One more article, and whoever leads is to look at once."""
    town.printed(story("gazette", f"/{council}", council, "leadership"))
    change(town.database, "UPDATE sources SET next_due_at = clock_timestamp()")


def _later(town: Town) -> None:
    """The lease has run out meanwhile: its holder has not renewed it."""
    change(town.database, "UPDATE leases SET expires = clock_timestamp()")


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_stopped_killed_and_ended_the_leader_is_followed_and_each_message_comes_once(
    town: Town, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_DATABASE_URL", database)
    monkeypatch.setenv("MONITOR_LINKS_KEY", base64.b64encode(bytes(32)).decode())
    town.database = database
    config, folders = town.folder / "config", {name: town.folder / name for name in ("one", "two")}
    with serve_mail(town, "nowhere", monkeypatch) as mailbox:
        arrived: Callable[[int], Callable[[], bool]] = lambda count: lambda: len(mailbox.mails) >= count  # noqa: E731
        with running(config, folders["one"]) as one, running(config, folders["two"]) as two:
            until(arrived(1))
            assert sorted(map(_leads, (one, two))) == [False, True]
            leader, follower = (one, two) if _leads(one) else (two, one)

            leader.popen.send_signal(signal.SIGSTOP)
            _news(town, "Wiltshire")
            _later(town)
            until(arrived(2))
            assert _leads(follower)
            leader.popen.send_signal(signal.SIGCONT)
            until(lambda: leader.get("/readyz")[0] and not _leads(leader))

            follower.end(signal.SIGKILL)
            _news(town, "Derbyshire")
            _later(town)
            until(arrived(3))
            assert _leads(leader)

            with running(config, folders["two" if follower is two else "one"]) as again:
                assert not _leads(again)
                assert leader.end(signal.SIGTERM) == 0
                until(lambda: _leads(again))
                assert again.end(signal.SIGTERM) == 0
        assert len(mailbox.mails) == 3
        assert town.deliveries() == {"sent": 3}
        assert [row.epoch for row in ask(database, "SELECT epoch FROM leases")] == [4]
