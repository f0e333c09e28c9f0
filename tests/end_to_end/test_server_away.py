"""The real daemon on PostgreSQL behind a pooler, whose server crashes and comes back."""

from __future__ import annotations

import json
import signal
from dataclasses import replace

import pytest

from monitor.cli import main
from tests.databases import own_server, pooling, through
from tests.end_to_end.test_daemon_process import leeds_today, running, serve_mail, until
from tests.end_to_end.town import Print, Town

pytestmark = pytest.mark.postgres


def other_news() -> Print:
    """Another article of today that no record knows of."""
    leeds = leeds_today()
    words = [each.replace("Leeds City", "North Yorkshire").replace("Leeds", "North Yorkshire") for each in leeds.paragraphs]
    return replace(leeds, path="/other", title=leeds.title.replace("Leeds", "North Yorkshire"), paragraphs=words)


def test_a_server_that_crashes_under_the_daemon_loses_and_doubles_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    with own_server() as server, pooling(server.address()) as pooler:
        monkeypatch.setenv("MONITOR_DATABASE_URL", through(pooler, server.address()))
        config, state = town.folder / "config", town.folder / town.state
        with serve_mail(town, "nowhere", monkeypatch) as mailbox, running(config, state) as process:
            until(lambda: len(mailbox.mails) == 1)
            server.stop("immediate")
            until(lambda: json.loads(process.get("/readyz")[1])["stopped"])
            town.printed(other_news())
            server.start()
            until(lambda: process.get("/readyz")[0] == 200)
            assert main(["sources", "poll", "gazette", "--config", str(config), "--state", str(state)]) == 0
            until(lambda: len(mailbox.mails) == 2)
            assert process.end(signal.SIGTERM) == 0
        rows = server.admin("SELECT state, count(*) FROM deliveries GROUP BY state")
        assert rows == [("sent", 2)]
        assert sorted(subject.split(":")[0] for subject in mailbox.subjects()) == ["Leeds", "North Yorkshire"]
        assert not [line for line in process.lines if "Traceback" in line or "(fault)" in line]
