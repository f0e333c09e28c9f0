"""What machines are told of the work: ready with its reasons, and numbers by Prometheus' conventions."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from monitor.app.alarms import Alarm
from monitor.ports import StoreError
from monitor.web.app import create_app
from monitor.web.asgi import Entrypoint
from monitor.web.routes.operations import METRICS
from monitor.web.work import Work
from tests.conftest import ROOT
from tests.web.fakes import NOW, STATUS, WORK, FakeDaemon, TestClient, site_of

TOKEN, NUMBERS = "an-operator-of-letters", "a-reader-of-numbers"


async def ready(daemon: FakeDaemon, work: Callable[[], Work] = lambda: WORK) -> httpx.Response:
    app = Entrypoint(daemon, lambda: create_app(site_of(daemon)), work)  # type: ignore[arg-type, return-value]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://monitor.test") as there:
        return await there.get("/readyz")


async def test_who_is_ready_says_how_the_work_goes_on() -> None:
    waits = replace(WORK, oldest_due=NOW)
    answer = await ready(FakeDaemon(), lambda: waits)
    assert answer.status_code == 200
    said = answer.json()
    assert (said["ready"], said["reasons"], said["leading"]) == (True, [], True)
    assert said["last_good_poll"] == said["oldest_due"] == NOW.isoformat()
    assert said["disk_free_bytes"] == WORK.disk_free
    assert said["sources"] == {"all": 2, "failing": 1, "never_answered": 1}


@pytest.mark.parametrize(
    ("illness", "reason"),
    [
        ({"delivering": False, "stopped": "a copy was put back"}, "nothing is sent: a copy was put back"),
        ({"delivering": False}, "nothing is sent"),
        ({"beat": 90.0}, "has not come round for 90 seconds"),
        ({"alarms": (Alarm(about="disk", name="space", message="only 3 MB are left"),)}, "disk: only 3 MB are left"),
        ({"alarms": (Alarm(about="gazette", name="unpolled", message="has not been polled"),)}, "gazette: has not been"),
        ({"alarms": (Alarm(about="outbox", name="stuck", message="does not move"),)}, "outbox: does not move"),
    ],
)
async def test_who_is_not_ready_says_why(illness: dict[str, object], reason: str) -> None:
    daemon = FakeDaemon()
    daemon.health = replace(daemon.health, **illness)  # type: ignore[arg-type]
    answer = await ready(daemon)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    (said,) = answer.json()["reasons"]
    assert reason in said


async def test_that_nothing_is_sent_is_said_once_and_not_longer_than_it_holds() -> None:
    daemon = FakeDaemon()
    off = Alarm(about="outbox", name="off", message="nothing is sent: a copy was put back")
    daemon.health = replace(daemon.health, delivering=False, stopped="a copy was put back", alarms=(off,))
    assert (await ready(daemon)).json()["reasons"] == ["nothing is sent: a copy was put back"]
    daemon.health = replace(daemon.health, delivering=True, stopped="")  # switched on again; alarms are looked for later
    assert (await ready(daemon)).status_code == 200


async def test_a_state_that_cannot_be_read_or_hangs_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Work:
        raise StoreError("locked")

    answer = await ready(FakeDaemon(), broken)
    assert (answer.status_code, answer.json()["reasons"]) == (503, ["the state cannot be read: locked"])
    monkeypatch.setattr("monitor.web.asgi.LOOK_WITHIN", 0.05)
    looked = []

    def slow() -> Work:
        looked.append(1)
        time.sleep(0.5)
        return WORK

    app = Entrypoint(FakeDaemon(), lambda: None, slow)  # type: ignore[arg-type, return-value]
    answers = await asyncio.gather(*(app.readyz() for _ in range(20)))
    assert {status for status, _ in answers} == {503}
    assert "has not answered within" in str(answers[0][1]["reasons"])
    assert looked == [1]  # one look, however many ask


# --- numbers --------------------------------------------------------------------------------------------------------------


def numbers(**given: str) -> str:
    status = replace(STATUS, messages={"sent": 3, "pending": 1})
    site = site_of(None, lambda: status, operator_token=TOKEN, metrics_token=NUMBERS)
    with TestClient(create_app(site)) as there:
        answer = there.get("/metrics", headers=given)
    return answer.text if answer.status_code == 200 else str(answer.status_code)


def test_numbers_are_for_their_own_token_or_the_operators() -> None:
    for right in (TOKEN, NUMBERS):
        assert "monitor_ready 1\n" in numbers(Authorization=f"Bearer {right}")
    for wrong in ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {NUMBERS}x"}):
        assert numbers(**wrong) == "401"
    with TestClient(create_app(site_of(metrics_token=NUMBERS))) as there:
        assert there.get("/operator", headers={"Authorization": f"Bearer {NUMBERS}"}).status_code in {401, 403}


SAMPLE = re.compile(r'([a-z_]+)(?:\{([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)"\})? (-?[0-9.e+]+)')


def test_numbers_are_in_the_format_of_prometheus() -> None:
    lines = numbers(Authorization=f"Bearer {NUMBERS}").splitlines()
    named = ""
    for line in lines:
        if line.startswith("# HELP "):
            named = line.split()[2]
        elif line.startswith("# TYPE "):
            assert line.split()[2] == named
            assert line.split()[3] == ("counter" if named.endswith("_total") else "gauge")
        else:
            found = SAMPLE.fullmatch(line)
            assert found, line
            assert found[1] == named
    assert 'monitor_deliveries{state="sent"} 3' in lines
    assert f"monitor_last_good_poll_timestamp_seconds {NOW.timestamp():.0f}" in lines
    assert not any(line.startswith("monitor_oldest_due") for line in lines)


def test_names_say_their_unit_and_the_runbook_knows_each() -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    for metric in METRICS:
        assert re.fullmatch(r"(?:monitor|process)_[a-z_]+", metric.name)
        assert ("Unix time" in metric.words) == metric.name.endswith("time_seconds") or "timestamp_seconds" in metric.name
        assert f"| `{metric.name}` | {metric.words} |" in runbook
