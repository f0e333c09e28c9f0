"""What `monitor doctor` sees of the monitor that runs here, or should: what it says of itself, and its limits."""

from __future__ import annotations

import http.client
import json
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from monitor import __version__
from monitor.app.leader import refuse_if_held
from monitor.commands.doctor_finding import Finding, Subject
from monitor.domain.calendar import moment_words
from monitor.ports import InUseError
from monitor.postmaster.findings import Level

#: Seconds for one answer.
_PATIENCE = 4.0
#: So long after a poll `monitor once` may be at work here instead of a daemon.
_ONCE = timedelta(hours=2)
_MAX_ANSWER = 256 * 1024
_MIN_DESCRIPTORS = 1024
_PROC = Path("/proc")


def ask(host: str, port: int, path: str, *, context: ssl.SSLContext | None = None) -> tuple[int, object]:
    """Status and JSON of a page, None for what is no JSON. Raises OSError where nothing answers."""
    connection = (
        http.client.HTTPSConnection(host, port, timeout=_PATIENCE, context=context)
        if context
        else http.client.HTTPConnection(host, port, timeout=_PATIENCE)
    )
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read(_MAX_ANSWER)
        with suppress(ValueError):
            return answer.status, json.loads(body)
        return answer.status, None
    except http.client.HTTPException as error:
        raise OSError(f"it does not speak HTTP ({type(error).__name__})") from None
    finally:
        connection.close()


def of_daemon(subject: Subject) -> Iterator[Finding]:
    """Whether a monitor runs on this state, since when, and what it says of itself."""
    holder = _holder(subject.state)
    host, port = subject.settings.listen
    here = f"{host}:{port}"
    try:
        status, health = ask(_reachable(host), port, "/healthz")
    except OSError:
        yield from _of_silence(subject, holder, here)
        return
    if not isinstance(health, Mapping) or status != 200 or "polls" not in health:
        says = f"something else than the monitor answers at {here}"
        remedy = "end it, or change `listen` in [monitor] of monitor.toml"
        yield Finding(level=Level.ERROR, about="daemon", says=says, remedy=remedy)
        return
    began = _since(health.get("started"))
    yield Finding(level=Level.OK, about="daemon", says=f"runs{began} at {here}")
    if health.get("version") != __version__:
        says = f"runs version {health.get('version')}, and {__version__} is installed"
        yield Finding(level=Level.WARNING, about="daemon", says=says, remedy="restart it, so that the new version runs")
    if not holder and not subject.settings.database_url:
        says = f"the one at {here} works on another state folder than {subject.state}"
        yield Finding(level=Level.WARNING, about="daemon", says=says, remedy="name its folder with --state or MONITOR_STATE")
        return
    yield from _of_readiness(_reachable(host), port)
    yield from _of_descriptors(holder)


def _of_silence(subject: Subject, holder: str, here: str) -> Iterator[Finding]:
    if holder:
        says = f"{holder} holds the state, and nothing answers at {here}"
        remedy = "was it started with --listen? Else it hangs: restart it, and look at its log"
        yield Finding(level=Level.ERROR, about="daemon", says=says, remedy=remedy)
        return
    polled = [each.last_success for each in subject.facts.sources.values() if each.last_success] if subject.facts else []
    newest = max(polled, default=None)
    if newest is not None and subject.clock.now() - newest < _ONCE:
        says = f"none runs; `monitor once` polled {moment_words(newest)}"
        yield Finding(level=Level.OK, about="daemon", says=says)
        return
    since = f"; the last source answered {moment_words(newest)}" if newest else ""
    remedy = "`monitor run`, `docker compose up -d` or your service manager; `monitor once` from cron will do, too"
    yield Finding(level=Level.ERROR, about="daemon", says=f"no monitor runs here: nothing is watched{since}", remedy=remedy)


def _of_readiness(host: str, port: int) -> Iterator[Finding]:
    try:
        _, said = ask(host, port, "/readyz")
    except OSError as error:
        says = f"/readyz gives no answer: {error}"
        yield Finding(level=Level.ERROR, about="daemon", says=says, remedy="look at its log; restart it if that does not help")
        return
    if not isinstance(said, Mapping):
        return
    for reason in said.get("reasons", ()):
        remedy = "docs/runbook.md, “Is it well?”; look at its log, restart it if that does not help"
        yield Finding(level=Level.ERROR, about="daemon", says=str(reason), remedy=remedy)
    waiting = str(said.get("configuration") or "")
    if waiting.startswith("needs a restart"):
        yield Finding(level=Level.WARNING, about="configuration", says=waiting, remedy="restart the monitor when it suits")
    elif waiting:
        remedy = "put it right, `monitor check`, then `monitor reload`; until then the old configuration is in force"
        yield Finding(level=Level.ERROR, about="configuration", says=waiting, remedy=remedy)


def _of_descriptors(holder: str) -> Iterator[Finding]:
    """How many files the process may hold open; nothing where the system does not tell us."""
    found = re.search(r"\d+", holder)
    if found is None:
        return
    process = _PROC / found[0]
    with suppress(OSError, ValueError, StopIteration):
        limits = (process / "limits").read_text(encoding="ascii").splitlines()
        limit = int(next(line for line in limits if line.startswith("Max open files")).split()[3])
        held = len(list((process / "fd").iterdir()))
        if limit < _MIN_DESCRIPTORS or held > limit * 0.8:
            remedy = f"allow it {_MIN_DESCRIPTORS} or more: LimitNOFILE= (systemd), ulimits: nofile (compose), `ulimit -n`"
            says = f"holds {held} of the {limit} files that it may have open"
            yield Finding(level=Level.WARNING, about="daemon", says=says, remedy=remedy)


def _holder(state: Path) -> str:
    """Who has the state folder, ``process 123``; empty for nobody."""
    try:
        refuse_if_held(state)
    except InUseError as error:
        found = re.search(r"\((.*?)\)", str(error))
        return found[1] if found else "another process"
    return ""


def _reachable(host: str) -> str:
    """Where one that listens at every address is asked."""
    return "localhost" if host in {"0.0.0.0", "::"} else host  # noqa: S104  # asked, not listened at


def _since(started: object) -> str:
    with suppress(ValueError, TypeError):
        return f" since {moment_words(datetime.fromisoformat(str(started)))}"
    return ""
