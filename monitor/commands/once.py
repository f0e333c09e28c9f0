"""``monitor once``: one cycle and exit, for cron, and for asking what would have been alerted on a past day."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sqlite3
from collections.abc import Awaitable, Sequence
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

from monitor.commands.json_output import for_review
from monitor.commands.options import clock_for, day, folder_options
from monitor.commands.plural import number_of

if TYPE_CHECKING:
    from monitor.app.runtime import PollingRuntime, Runtime
    from monitor.pipeline import Cycle
    from monitor.ports import PollResult
    from monitor.settings import Settings
    from monitor.store.idle_check import IdleState


#: Seconds of a cycle after which messages do not wait for its end.
_ALONG = 30.0


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "once",
        parents=[folder_options()],
        description="Polls every source once, reads what is new, compares, sends what is due, and exits. With --as-of it "
        "pretends that it is the evening of that day: only inspections published before it are known, ages count from it, and "
        "sources count as watched before (otherwise a source's first poll is a baseline that alerts nobody).",
    )
    parser.add_argument("--as-of", type=day, metavar="YYYY-MM-DD", help="pretend that it is this day")
    parser.add_argument("--json", action="store_true", help="print what was found as JSON")


def run(args: argparse.Namespace) -> int:
    """One cycle; 1 when a source could not be asked."""
    from monitor.settings import load

    cycle = asyncio.run(_cycle(args, load(args.config, args.state)))
    print(json.dumps(_facts(cycle), indent=2) if args.json else "\n".join(_lines(cycle)))
    return int(any(polled.failure for polled in cycle.polled))


async def _cycle(args: argparse.Namespace, settings: Settings) -> Cycle:
    from monitor.app.leader import in_the_lead
    from monitor.app.runtime import complete_runtime, open_polling_runtime

    async with open_polling_runtime(settings, clock_for(args.as_of)) as polling:
        results: Sequence[PollResult] = ()
        if args.as_of is None and (idle := polling.open_if_idle()) is not None:
            cycle = None
            with closing(idle), suppress(sqlite3.Error):  # whatever is the matter with it, the store says it better
                results, cycle = await _quiet(polling, idle)
            if cycle is not None:
                return cycle
        async with complete_runtime(polling, watched_before=args.as_of is not None) as runtime:
            async with in_the_lead(runtime.lead):
                cycle = await _sending(runtime, runtime.pipeline.cycle(results))
                if args.as_of is None and settings.operator:
                    await asyncio.to_thread(_notify_operator, runtime)
                await runtime.send_due()
            if args.as_of is None:
                await asyncio.to_thread(runtime.store.keep_fingerprint, polling.config_fingerprint())
    return cycle


async def _sending(runtime: Runtime, cycle: Awaitable[Cycle]) -> Cycle:
    """Do the cycle; where it takes long, what has waited for its group goes out meanwhile."""
    stop = asyncio.Event()

    async def send() -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_ALONG):
                await stop.wait()
        await runtime.drain(stop)

    sending = asyncio.create_task(send())
    try:
        return await cycle
    finally:
        stop.set()
        await asyncio.gather(sending, return_exceptions=True)  # what is the matter is said when the rest is sent


def _notify_operator(runtime: Runtime) -> None:
    """Look for alarms, and put what is news of them into the outbox."""
    from monitor.app.alarms import AlarmEvaluator

    evaluator = AlarmEvaluator(runtime)
    evaluator.notify(evaluator.evaluate())


async def _quiet(polling: PollingRuntime, idle: IdleState) -> tuple[Sequence[PollResult], Cycle | None]:
    """Ask every source. When nothing is new, the cycle is over; else what was answered is for the store."""
    from monitor.pipeline import Cycle
    from monitor.polling import drop_bodies, poll_sources, summary_of

    states = idle.source_states()
    if any(source.name not in states for source in polling.sources):
        return (), None
    answers: list[PollResult] = []

    async def keep(results: Sequence[PollResult]) -> None:
        answers.extend(results)
        answers[:] = drop_bodies(answers)

    await poll_sources(polling.sources, states, polling.fetcher, polling.clock, keep)
    wrong = polling.timekeeper is not None and polling.timekeeper.trouble(
        max((each.last_success for each in states.values() if each.last_success), default=None)
    )
    if wrong or not all(map(idle.is_quiet, answers)) or not idle.record(answers, polling.clock.now()):
        return answers, None
    order = {source.name: index for index, source in enumerate(polling.sources)}
    answers.sort(key=lambda each: order[each.source])
    return answers, Cycle(polled=tuple(summary_of(each, 0) for each in answers))


def _facts(cycle: Cycle) -> dict[str, Any]:
    return {
        "polled": [
            {"source": p.source, "links": p.links, "new": p.new, "failure": p.failure.reason if p.failure else None}
            for p in cycle.polled
        ],
        "read": len(cycle.recorded),
        "unread": [{"url": failure.link.url, "reason": failure.reason} for failure in cycle.unread],
        "changes": [
            {
                "authority": change.authority.name,
                "area": str(change.area),
                "old": str(change.old) if change.old else None,
                "new": str(change.new) if change.new else None,
                "kinds": sorted(map(str, change.kinds)),
                "outlet": change.outlet,
                "url": change.url,
                "evidence": change.evidence,
            }
            for change in cycle.changes
        ],
        "for_review": [
            {
                "id": item.id,
                "authority": item.judgement.authority.name,
                "area": str(item.judgement.area),
                "rating": str(item.judgement.rating),
                "probability": item.judgement.probability,
                "outlet": item.outlet,
                "url": item.url,
                "evidence": item.judgement.quote,
            }
            for item in cycle.for_review
        ],
        "background": sorted(reason for recorded in cycle.recorded for reason in recorded.background),
        "messages": cycle.deliveries,
    }


def _failures(cycle: Cycle) -> list[str]:
    """What went wrong at sources; what is wrong with the clock is the same at all of them and said once."""
    failures = [(p.source, p.failure) for p in cycle.polled if p.failure]
    lines = [f"  {name}: {each.reason} {each.detail}".rstrip() for name, each in failures if each.reason != "clock"]
    return lines + [f"  {said}" for said in dict.fromkeys(each.detail for _, each in failures if each.reason == "clock")]


def _lines(cycle: Cycle) -> list[str]:
    failed = [p for p in cycle.polled if p.failure]
    new = sum(p.new for p in cycle.polled)
    lines = [
        f"{number_of(len(cycle.polled), 'source')} asked ({len(failed)} failed), {number_of(new, 'new link')}, "
        f"{len(cycle.recorded)} read, {len(cycle.unread)} not read, {number_of(len(cycle.changes), 'change')}, "
        f"{number_of(cycle.deliveries, 'message')}."
    ]
    lines += _failures(cycle)
    lines += [f"  not read: {f.link.url}: {f.reason}" for f in cycle.unread]
    for change in cycle.changes:
        old = change.old.words if change.old else "no rating"
        lines.append(f"  {change.authority.display_name}, {change.area.words}: {old} -> {change.new_words} ({change.outlet})")
    lines += [f"  {line}" for line in for_review(item.judgement for item in cycle.for_review)]
    return lines
