"""`monitor once` again and again: a check that finds nothing leaves the state shut, and nothing is missed for it."""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from monitor.app import runtime
from monitor.cli import main
from monitor.settings import Settings
from monitor.store import SqlStore, open_store
from monitor.system.clock import SystemClock
from tests.extraction.layouts import LAYOUTS
from tests.extraction.stories import STORIES


class Site:
    """Pages that can change, with validators."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.answers: list[int] = []
        site = self

        class Answers(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def date_time_string(self, timestamp: float | None = None) -> str:
                return format_datetime(SystemClock().now())  # it lives at the time that the test sets

            def do_GET(self) -> None:
                body = site.pages.get(self.path, b"")
                tag = f'"{hashlib.sha256(body).hexdigest()}"'
                status = 404 if not body else 304 if self.headers["If-None-Match"] == tag else 200
                if self.path != "/robots.txt":
                    site.answers.append(status)
                self.send_response(status)
                self.send_header("ETag", tag)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(body if status == 200 else b"")

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def shows(self, path: str, story: int) -> None:
        self.pages[path] = LAYOUTS["wordpress"][0](STORIES[story]).encode()

    def taken(self) -> list[int]:
        answers, self.answers = self.answers, []
        return sorted(answers)


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    made.shows("/a", 0)
    made.shows("/b", 1)
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def folders(tmp_path: Path, site: Site) -> list[str]:
    config = tmp_path / "config"
    config.mkdir()
    (config / "monitor.toml").write_text("[fetch]\nallow_private = true\n")
    (config / "sources.toml").write_text(
        "".join(
            f'[[source]]\nname = "{name}"\nkind = "listing"\nurl = "{site.base}/{name}"\nin_place = true\n'
            for name in ("a", "b")
        )
    )
    return ["--config", str(config), "--state", str(tmp_path / "state")]


@pytest.fixture
def openings(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders whose store was opened."""
    opened: list[Path] = []
    real = runtime.open_state

    def opening(settings: Settings) -> SqlStore:
        opened.append(settings.state)
        return real(settings)

    monkeypatch.setattr(runtime, "open_state", opening)
    return opened


def once(folders: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    main(["once", "--json", *folders])
    facts: dict[str, object] = json.loads(capsys.readouterr().out)
    return facts


def test_nothing_new_leaves_the_state_shut(site, folders, openings, capsys, tmp_path):
    assert once(folders, capsys)["read"] == 2
    assert len(openings) == 1
    for _ in range(2):
        facts = once(folders, capsys)
        assert [polled["source"] for polled in facts["polled"]] == ["a", "b"]
        assert facts["read"] == 0
    assert len(openings) == 1
    assert site.taken() == [200, 200, 304, 304, 304, 304]
    store = open_store(f"sqlite:///{tmp_path / 'state' / 'monitor.db'}")
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*), sum(not_modified) FROM polls").one() == (6, 4)
    store.close()


def test_something_new_is_read_and_nobody_is_asked_twice(site, folders, openings, capsys):
    once(folders, capsys)
    once(folders, capsys)
    site.taken()
    site.shows("/b", 2)
    facts = once(folders, capsys)
    assert facts["read"] == 1
    assert [(polled["source"], polled["new"]) for polled in facts["polled"]] == [("a", 0), ("b", 1)]
    assert site.taken() == [200, 304]
    assert len(openings) == 2
    assert once(folders, capsys)["read"] == 0
    assert len(openings) == 2


def test_a_failure_is_told_and_counted_with_the_state_shut(site, folders, openings, capsys, tmp_path):
    once(folders, capsys)
    gone = site.pages.pop("/b")
    for _ in range(2):
        assert [polled["failure"] for polled in once(folders, capsys)["polled"]] == [None, "not_found"]
    assert len(openings) == 1
    store = open_store(f"sqlite:///{tmp_path / 'state' / 'monitor.db'}")
    assert store.source_state("b").failures == 2
    store.close()
    site.pages["/b"] = gone
    assert [polled["failure"] for polled in once(folders, capsys)["polled"]] == [None, None]


@pytest.mark.parametrize("file", ["subscriptions.toml", "channels.toml"])
def test_who_hears_of_what_is_looked_at_when_it_changed(folders, openings, capsys, file):
    config = Path(folders[1])
    once(folders, capsys)
    text = '[channel.console]\nurl = "console://"\n' if file == "channels.toml" else "# nobody\n"
    (config / file).write_text(text)
    once(folders, capsys)
    assert len(openings) == 2
    once(folders, capsys)
    assert len(openings) == 2


@pytest.mark.parametrize("told", [False, True])
def test_everything_is_seen_to_once_a_day_and_once_an_hour_where_somebody_is_to_be_told(
    folders, openings, capsys, monkeypatch, told
):
    moment = datetime(2026, 9, 1, 12, 5, tzinfo=UTC)
    monkeypatch.setattr(SystemClock, "now", lambda self: moment)
    config = Path(folders[1])
    (config / "channels.toml").write_text('[channel.screen]\nurl = "console://"\n')
    no_news = 'no_news = "weekly"\n' if told else ""
    (config / "subscriptions.toml").write_text(f'[[subscription]]\nname = "all"\nchannel = "screen"\n{no_news}')
    opened = []
    for later in ({}, {"minutes": 50}, {"minutes": 10}, {"days": 1}):
        moment += timedelta(**later)
        once(folders, capsys)
        opened.append(len(openings))
    assert opened == ([1, 1, 2, 3] if told else [1, 1, 1, 2])


def test_a_new_source_has_its_baseline(site, folders, openings, capsys):
    once(folders, capsys)
    site.shows("/c", 2)
    with (Path(folders[1]) / "sources.toml").open("a") as file:
        file.write(f'[[source]]\nname = "c"\nkind = "listing"\nurl = "{site.base}/c"\nin_place = true\n')
    assert once(folders, capsys)["read"] == 1
    assert len(openings) == 2


def test_a_past_day_is_never_only_glanced_at(folders, openings, capsys):
    once(folders, capsys)
    main(["once", "--as-of", "2024-06-03", *folders])
    assert len(openings) == 2


def test_a_quiet_check_does_without_the_heavy_libraries(folders, capsys):
    """They take longer to import than everything else that such a check does."""
    once(folders, capsys)
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from monitor.cli import main; status = main(sys.argv[1:]); "
            "print(sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr); sys.exit(status)",
            "once",
            *folders,
        ],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    loaded = set(eval(told.stderr.splitlines()[-1]))
    assert "httpx" in loaded
    assert not loaded & {
        "sqlalchemy",
        "alembic",
        "jinja2",
        "selectolax",
        "trafilatura",
        "feedparser",
        "apprise",
        "rich",
    }
