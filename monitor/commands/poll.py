"""``monitor sources poll NAME``: one source, now; by the monitor that runs, or here where none does."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from monitor.commands.plural import number_of
from monitor.ports import ConfigError, InUseError
from monitor.system.clock import SystemClock

if TYPE_CHECKING:
    from monitor.domain.source_baseline import PollRecord
    from monitor.settings import Settings
    from monitor.sources.declaration import Declared

#: Seconds that the monitor that runs has to poll, before we go without having seen it.
PATIENCE = 90.0
_LOOK_EVERY = 0.5


def poll_now(settings: Settings, source: Declared, *, as_json: bool) -> int:
    """Have a source polled and what is new read; 1 when the poll failed. Raises ConfigError for one that stands by."""
    if not source.enabled:
        raise ConfigError(f"{source.name} stands by (enabled = false); `monitor sources test {source.name}` tries it")
    begun = SystemClock().now()
    try:
        where = asyncio.run(_here(settings, source.name))
    except InUseError:
        where = ""
    where = where or _by_the_running_one(settings, source.name, begun)
    found = _outcome(settings, source.name, begun)
    print(json.dumps(_facts(source.name, found, where), indent=2) if as_json else _sentence(source.name, found, where))
    return int(found is None or not found.ok)


async def _here(settings: Settings, name: str) -> str:
    """Poll, read and send in this process. Raises InUseError where another daemon on the same database has the lead."""
    from monitor.app.leader import in_the_lead
    from monitor.app.runtime import open_runtime

    async with open_runtime(settings, SystemClock()) as runtime:
        source = next(each for each in runtime.sources if each.name == name)
        async with in_the_lead(runtime.lead):
            await runtime.pipeline.poll(source)
            await runtime.pipeline.read_links(patience=timedelta(minutes=1))
            await runtime.send_due()
        return "here"


def _by_the_running_one(settings: Settings, name: str, begun: datetime) -> str:
    """Ask the monitor that runs, and wait until it has polled."""
    from monitor.app.existing_state import open_existing_state

    store = open_existing_state(settings)
    if store is not None:
        store.poll_soon(name, now=SystemClock().now())
        store.close()
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and _outcome(settings, name, begun) is None:
        time.sleep(_LOOK_EVERY)
    return "by the monitor that runs"


def _outcome(settings: Settings, name: str, begun: datetime) -> PollRecord | None:
    """The latest poll since we began; None while there is none."""
    from monitor.app.existing_state import open_existing_state

    store = open_existing_state(settings)
    if store is None:
        return None
    try:
        return next(reversed(store.poll_history(since=begun, only=name).get(name, ())), None)
    finally:
        store.close()


def _facts(name: str, found: PollRecord | None, where: str) -> dict[str, object]:
    if found is None:
        return {"source": name, "polled": False}
    facts = {"items": found.items, "new": found.fresh, "not_modified": found.not_modified, "failure": found.reason or None}
    return {"source": name, "polled": True, "where": where, "at": found.at.isoformat(), **facts}


def _sentence(name: str, found: PollRecord | None, where: str) -> str:
    if found is None:
        return (
            f"{name}: the monitor that runs was asked to poll it and has not done so within {PATIENCE:.0f} s; "
            "its log says what it is doing."
        )
    if not found.ok:
        return f"{name}: polled {where}; it failed ({found.reason}). `monitor sources test {name}` says more."
    if found.not_modified:
        return f"{name}: polled {where}; nothing has changed since the last poll."
    return f"{name}: polled {where}; {number_of(found.items, 'item')}, {number_of(found.fresh, 'new link')}."
