"""``monitor sources``: what is watched, what a source finds and how it reads, and which sources have gone blind."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from monitor.commands.options import count, folder_options
from monitor.domain.calendar import moment_words
from monitor.domain.durations import UNITS
from monitor.domain.schedule import effective
from monitor.ports import ConfigError, MonitorError
from monitor.system.clock import SystemClock

if TYPE_CHECKING:
    from monitor.commands.source_test import SourceTest
    from monitor.domain.source_baseline import PollRecord
    from monitor.domain.source_health import SourceAlarm
    from monitor.settings import Settings
    from monitor.sources.declaration import Declared
    from monitor.store import SqlStore

HISTORY = timedelta(days=35)
_EXAMPLES = """\
examples:
  monitor sources list                       every source, enabled or not, and how it last answered
  monitor sources test lgc                   ask it now: links, the first article as read, what would be classified
  monitor sources test https://example.org/  the same for an address: which source sees it, and if none, why not
  monitor sources poll lgc                   poll it now, also while the monitor runs, and read what is new
  monitor sources stale                      those that need a person; exit status 1 when there are any
"""


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "sources",
        parents=[folder_options()],
        description="Shows the configured sources, tries or polls one, or names those that have gone blind.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("action", choices=("list", "test", "poll", "stale"))
    parser.add_argument("target", nargs="?", metavar="NAME|URL", help="what to test, or the source to poll")
    parser.add_argument(
        "--articles", type=count, default=1, metavar="N", help="how many articles to read in a test (default: 1)"
    )
    parser.add_argument("--json", action="store_true", help="print as JSON")


def run(args: argparse.Namespace) -> int:
    """Do what was asked; 1 when a test failed or sources are stale."""
    from monitor.settings import load

    settings = load(args.config, args.state)
    if args.action == "list":
        return _list(settings, as_json=args.json)
    if args.action == "stale":
        return _stale(settings, as_json=args.json)
    if not args.target:
        what = "a source to poll" if args.action == "poll" else "a source or an address to test"
        raise ConfigError(f"name {what}; `monitor sources list` shows the names")
    if args.action == "poll":
        from monitor.commands.poll import poll_now

        return poll_now(settings, named(all_sources(settings), args.target), as_json=args.json)
    return _test(settings, args.target, articles=args.articles, as_json=args.json)


def all_sources(settings: Settings) -> tuple[Declared, ...]:
    """Every source of the configuration, also those that are not enabled."""
    from monitor.app.runtime import build_sources

    return build_sources(settings, standing_by=True, home=settings.state)  # type: ignore[return-value]  # kinds are Declared


def named(sources: Sequence[Declared], name: str) -> Declared:
    """The source of this name. Raises ConfigError, with the nearest one there is."""
    found = next((source for source in sources if source.name == name), None)
    if found is None:
        from monitor.domain.spelling import did_you_mean

        raise ConfigError(f"there is no source {name!r}{did_you_mean(name, [source.name for source in sources])}")
    return found


def _list(settings: Settings, *, as_json: bool) -> int:
    from monitor.app.existing_state import open_existing_state

    store = open_existing_state(settings)
    rows: list[dict[str, Any]] = []
    for source in all_sources(settings):
        state = store.source_state(source.name) if store else None
        rows.append(
            {
                "name": source.name,
                "kind": type(source).__name__.removesuffix("Source").lower(),
                "class": str(source.source_class),
                "outlet": source.outlet,
                "enabled": source.enabled,
                "interval": source.interval,
                "effective": _effective(source.interval),
                "url": source.url,
                "last_success": state.last_success.isoformat() if state and state.last_success else None,
                "failures": state.failures if state else 0,
                "comment": source.comment,
            }
        )
    if as_json:
        print(json.dumps(rows, indent=2))
        return 0
    enabled = [row for row in rows if row["enabled"]]
    print(f"{len(enabled)} watched, {len(rows) - len(enabled)} standing by (enabled = false).\n")
    print("Sources are polled less often when nothing is published; under 5m, an interval is kept on working days.\n")
    for row in [*enabled, *(row for row in rows if not row["enabled"])]:
        answered = _answered(str(row["last_success"] or ""), int(row["failures"])) if row["enabled"] else "stands by"
        print(f"{row['name']:<28} {row['kind']:<9} {row['class']:<10} {_often(float(row['interval'])):<38} {answered}")
    return 0


def _effective(interval: float) -> dict[str, float]:
    """Seconds between polls, by the kind of hour."""
    found = effective(timedelta(seconds=interval))
    return {each.name: getattr(found, each.name).total_seconds() for each in fields(found)}


def _often(interval: float) -> str:
    """How often a source is polled, for a person: ``every 15m, at night 1h, days off 45m``."""
    found = _effective(interval)
    told = f"every {_length(found['day'])}"
    told += f", at night {_length(found['night'])}" if found["night"] != found["day"] else ""
    return told + (f", days off {_length(found['off'])}" if found["off"] != found["day"] else "")


def _answered(last_success: str, failures: int) -> str:
    if not last_success:
        return f"never answered ({failures} failures)" if failures else "not polled yet"
    moment = moment_words(datetime.fromisoformat(last_success))
    return f"answered {moment}" + (f", then failed {failures} times" if failures else "")


def _length(seconds: float) -> str:
    for unit in "dhm":
        size = UNITS[unit]
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g}{unit}"
    return f"{seconds:g}s"


def source_alarms(settings: Settings, store: SqlStore, now: datetime) -> dict[str, tuple[SourceAlarm, ...]]:
    """The alarms of every enabled source that has any."""
    from monitor.domain.source_health import Watched, alarms

    histories, states = store.poll_history(since=now - HISTORY), store.source_states()
    found: dict[str, tuple[SourceAlarm, ...]] = {}
    for source in all_sources(settings):
        history: tuple[PollRecord, ...] = histories.get(source.name, ())
        cadence = timedelta(seconds=source.cadence) if source.cadence else None
        watched = Watched(
            name=source.name,
            interval=timedelta(seconds=source.interval),
            cadence=cadence,
            answered=source.name not in states or states[source.name].last_success is not None,
        )
        if source.enabled and (raised := alarms(watched, history, now)):
            found[source.name] = raised
    return found


def _stale(settings: Settings, *, as_json: bool) -> int:
    from monitor.app.existing_state import open_existing_state

    store = open_existing_state(settings)
    if store is None:
        raise MonitorError("nothing was polled yet; start the monitor first", key=str(settings.state))
    found = source_alarms(settings, store, SystemClock().now())
    facts: dict[str, list[dict[str, str | None]]] = {
        name: [{"alarm": alarm.name, "message": alarm.message, "since": alarm.since.isoformat()} for alarm in raised]
        for name, raised in found.items()
    }
    for name, message in _moved(settings, store).items():
        facts.setdefault(name, []).append({"alarm": "moved", "message": message, "since": None})
    if as_json:
        print(json.dumps(facts, indent=2))
    elif not facts:
        print("Every source answers as it usually does.")
    for name, told in facts.items() if not as_json else ():
        for each in told:
            since = f", since {moment_words(datetime.fromisoformat(each['since']))}" if each["since"] else ""
            print(f"{name}: {each['message']}{since} ({each['alarm']})")
    return int(bool(facts))


def _moved(settings: Settings, store: SqlStore) -> dict[str, str]:
    """What is to be said of sources that redirect for good, by name."""
    moved = store.moved_sources()
    enabled = {source.name for source in all_sources(settings) if source.enabled}
    return {
        name: f"has moved for good to {to}: change its `url` in sources.toml" for name, to in moved.items() if name in enabled
    }


def _test(settings: Settings, target: str, *, articles: int, as_json: bool) -> int:
    from monitor.app.existing_state import open_existing_state
    from monitor.commands.source_test import try_address, try_source

    sources = all_sources(settings)
    if target.startswith(("http://", "https://")):
        found = next((source for source in sources if source.url == target), None)
    else:
        found = named(sources, target)
    store = open_existing_state(settings)
    try:
        if found is not None:
            test: SourceTest = asyncio.run(try_source(settings, found, articles, store))
        else:
            test = asyncio.run(try_address(settings, sources, target, store))
    finally:
        if store is not None:
            store.close()
    print(json.dumps(test.facts, indent=2, ensure_ascii=False) if as_json else "\n".join(test.lines))
    return int(test.failed)
