"""Runs the demonstration: travels to three days of August 2026 and polls; then polls again to show that nothing repeats."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

from monitor.app.runtime import Runtime, open_runtime
from monitor.demo.site import FEEDS, DemoSite, demo_articles, serving
from monitor.domain.calendar import day_words
from monitor.settings import load
from monitor.system.clock import TravelClock

if TYPE_CHECKING:
    from monitor.pipeline import Cycle

Say = Callable[[str], None]


def write_config(folder: Path, base: str) -> None:
    """The configuration of the demonstration: its feeds, alerts to the terminal, one subscriber to everything."""
    sources = [
        f'[[source]]\nname = "{name}"\nkind = "feed"\nurl = "{base}/{name}.xml"\noutlet = "{outlet}"\nclass = "{voice}"\n'
        for name, (outlet, voice) in FEEDS.items()
    ]
    (folder / "monitor.toml").write_text("[fetch]\nallow_private = true\nrobots = false\n", encoding="utf-8")
    (folder / "sources.toml").write_text("\n".join(sources), encoding="utf-8")
    (folder / "channels.toml").write_text('[channel.console]\nurl = "console://"\n', encoding="utf-8")
    (folder / "subscriptions.toml").write_text('[[subscription]]\nname = "you"\nchannel = "console"\n', encoding="utf-8")


async def show(say: Say) -> int:
    """Run it; `say` prints a line. Returns how many messages were sent."""
    with tempfile.TemporaryDirectory(prefix="monitor-demo-") as folder, serving() as site:
        config = Path(folder) / "config"
        config.mkdir()
        write_config(config, site.base)
        days = sorted({article.day for article in demo_articles()})
        clock = TravelClock.to_day(days[0])
        settings = load(config, Path(folder) / "state", {})
        say(f"A site with {len(demo_articles())} articles by {len(FEEDS)} outlets is at {site.base}")
        sent = 0
        async with open_runtime(settings, clock, watched_before=True) as runtime:
            for day in days:
                sent += await _day(runtime, site, clock, day, say)
            say(_rule("The same evening, polled again"))
            again = await _cycle(runtime)
            say(_summary(again))
        say("")
        say(
            f"{sent} messages for {len(demo_articles())} articles; {again.deliveries} when asked again. Nothing is left behind."
        )
        return sent


async def _day(runtime: Runtime, site: DemoSite, clock: TravelClock, day: date, say: Say) -> int:
    """Travel to a day and let the monitor do its round."""
    clock.travel(TravelClock.to_day(day).now())
    site.day = day
    say(_rule(f"{day:%A} {day_words(day)}"))
    for article in demo_articles():
        if article.day == day:
            say(fill(f"{FEEDS[article.feed][0]}: {article.title}", 78, initial_indent="  ", subsequent_indent="    "))
    say("")
    cycle = await _cycle(runtime)
    say(_summary(cycle))
    return cycle.deliveries


async def _cycle(runtime: Runtime) -> Cycle:
    cycle = await runtime.pipeline.cycle()
    await runtime.send_due()
    return cycle


def _rule(title: str) -> str:
    return f"\n── {title} {'─' * max(3, 76 - len(title))}\n"


def _summary(cycle: Cycle) -> str:
    reasons = sorted({reason.replace("_", " ") for recorded in cycle.recorded for reason in recorded.background})
    quiet = f" Known already: {', '.join(reasons)}." if reasons else ""
    read, found = _counted(len(cycle.recorded), "article"), _counted(len(cycle.changes), "change")
    told = f"{read} read, {found} of rating, {_counted(cycle.deliveries, 'message')}.{quiet}"
    return fill(told, 78, initial_indent="  ", subsequent_indent="  ")


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def run_demo() -> int:
    """The demonstration in the terminal; 1 when it did not alert as it should."""
    sent = asyncio.run(show(lambda line: print(line, flush=True)))
    return 0 if sent else 1
