"""A day of fifty sources in minutes, with the real daemon: whether it holds more memory in the evening than in the morning."""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.channels.servers import Mailbox, smtp_server
from tests.conftest import ROOT
from tests.soak.daemon import answers, free_port, states
from tests.soak.site import Site, answer
from tests.soak.stories import AREAS, councils, story
from tests.soak.visit import visit
from tests.soak.watch import proportional_memory, resident_memory

SOURCES, READERS = 50, 25
POLLS_AN_HOUR = SOURCES * 4  #: each every quarter of an hour, as a source is polled whose table says nothing else
ARTICLES_AN_HOUR, STORIES = 17, 32  #: ordinary ones, about 400 a day; and news of the day
PAGES_AN_HOUR = 120
#: Hours until everything has been done once: code loaded, pools filled, the children started.
_WARM = 4
_MAX_GROWTH = 1.05
_ASKED = (
    "/", "/sources", "/authorities", "/authorities.csv", "/subscribe", "/forecast", "/changes", "/about", "/readyz", "/map", "/u/none",
)  # fmt: skip
_PARAGRAPH = "<p>The council's cabinet met on {day} to talk about roads, libraries and plan number {number} for the town.</p>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was held at one moment."""

    hour: float  #: of the simulated day
    own: int  #: bytes of the daemon that are in memory (RSS)
    anonymous: int  #: and how many of them are in no file
    children: int  #: bytes of those that read
    descriptors: int
    threads: int


@dataclass(kw_only=True)
class Day:
    """One run."""

    hours: int
    sites: tuple[Site, ...]
    page: tuple[str, int]
    seen: list[Seen] = field(default_factory=list)
    pages: int = 0
    articles: int = 0
    stories: int = 0

    @property
    def polls(self) -> int:
        """How often all sources were polled."""
        return sum(site.polled for site in self.sites)

    @property
    def hour(self) -> float:
        """Of the day, by what was done."""
        return self.polls / POLLS_AN_HOUR

    def publish(self) -> None:
        """What has appeared by this hour, in the papers' turns."""
        while self.articles < self.hour * ARTICLES_AN_HOUR:
            self.articles += 1
            title = f"Council talks about plan number {self.articles}"
            text = "".join(_PARAGRAPH.format(day="Tuesday", number=self.articles * 100 + line) for line in range(15))
            page = answer(f"<title>{title}</title><article><h1>{title}</h1>{text}</article>")
            self.sites[self.articles % len(self.sites)].announce(title, page)
        named = councils(8, datetime.now(UTC).date())
        while self.stories < min(STORIES, (self.hour - 1) * STORIES / max(1, self.hours - 2)):
            site = self.sites[self.stories % 5]
            print_ = story(site.name, f"/{self.stories}", named[self.stories % 8], AREAS[self.stories // 8])
            site.announce(print_.title, answer(print_.html()))
            self.stories += 1

    def look(self, pid: int) -> None:
        """Note what is held now."""
        (own, anonymous), (_, *children) = resident_memory(pid), proportional_memory(pid)
        self.seen.append(
            Seen(
                hour=self.hour,
                own=own,
                anonymous=anonymous,
                children=sum(children),
                descriptors=len(os.listdir(f"/proc/{pid}/fd")),  # noqa: PTH208
                threads=len(os.listdir(f"/proc/{pid}/task")),  # noqa: PTH208
            )
        )

    def held(self, first: float, last: float) -> float:
        """The median of what the daemon held itself between two hours, in bytes."""
        return statistics.median(each.own for each in self.seen if first <= each.hour < last)


def simulate_day(hours: int, factor: float) -> int:
    """Run it; 0 when what it held in the last hours is what it held once it was warm."""
    with tempfile.TemporaryDirectory() as name, smtp_server(Mailbox()) as (mailbox, port):
        folder = Path(name)
        day, took, ended = asyncio.run(_run(folder, hours, factor, port))
        found = states(folder / "state" / "monitor.db")
        log = (folder / "daemon.log").read_text(errors="replace")
    return _report(day, took, ended, f"{dict(found)}, mails {len(mailbox.mails)}", log)


async def _run(folder: Path, hours: int, factor: float, port: int) -> tuple[Day, float, int]:
    sites = tuple(
        Site(name=f"paper{number}", host=f"127.0.1.{number + 1}", tagged=number % 2 == 0) for number in range(SOURCES)
    )
    for site in sites:
        await site.serve()
    day = Day(hours=hours, sites=sites, page=("127.0.0.1", free_port()))
    _configure(folder, day)
    daemon = _start(folder, factor, port)
    try:
        await asyncio.to_thread(answers, f"http://{day.page[0]}:{day.page[1]}/healthz")
        begun, printed = time.monotonic(), 0
        while day.hour < hours and daemon.poll() is None:
            day.publish()
            await _visit(day)
            await asyncio.to_thread(day.look, daemon.pid)
            await asyncio.sleep(0.5)
            if int(day.hour) > printed:
                printed = int(day.hour)
                print(f"  {printed} h: {day.seen[-1].own / 2**20:.0f} MiB", flush=True)
        took = time.monotonic() - begun
        if daemon.poll() is None:
            daemon.terminate()
        return day, took, await asyncio.to_thread(daemon.wait, 60)
    finally:
        daemon.kill()


def _start(folder: Path, factor: float, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.soak.hurried", str(factor)]
    command += ["--config", str(folder / "config"), "--state", str(folder / "state")]
    environment = os.environ | {"MONITOR_MAIL_URL": f"mailto://127.0.0.1:{port}"}
    with (folder / "daemon.log").open("ab") as log:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)


async def _visit(day: Day) -> None:
    """Ask for as many pages as people have by this hour, a few at once."""
    while day.pages < day.hour * PAGES_AN_HOUR:
        paths = [_ASKED[(day.pages + number) % len(_ASKED)] for number in range(4)]
        await asyncio.gather(*(visit(day.page, path, source=f"127.0.2.{number + 1}") for number, path in enumerate(paths)))
        day.pages += len(paths)


def _configure(folder: Path, day: Day) -> None:
    config = folder / "config"
    config.mkdir()
    (config / "monitor.toml").write_text(
        f'[monitor]\nlisten = "{day.page[0]}:{day.page[1]}"\ngroup_wait = "1s"\nmost_an_hour = 1000\n'
        '[operator]\nchannels = ["mail: operator@reader.test"]\n'
        "[fetch]\nallow_private = true\n"
    )
    (config / "sources.toml").write_text(
        "".join(
            f'[[source]]\nname = "{site.name}"\nkind = "feed"\nurl = "{site.base}/feed"\noutlet = "{site.name}"\ninterval = "15m"\n'
            for site in day.sites
        )
    )
    (config / "channels.toml").write_text('[channel.mail]\nurl_env = "MONITOR_MAIL_URL"\nfrom = "alerts@monitor.test"\n')
    (config / "subscriptions.toml").write_text(
        "".join(f'[[subscription]]\nname = "r{n}"\nchannel = "mail"\nto = "r{n}@reader.test"\n' for n in range(READERS))
    )


def _curve(day: Day) -> list[tuple[int, float, float, float, int, int]]:
    """Of each hour: median bytes of the daemon, of them in no file, of its children; most descriptors and threads."""
    rows = []
    for hour in range(day.hours):
        within = [each for each in day.seen if hour <= each.hour < hour + 1]
        if within:
            middle = [statistics.median(getattr(each, name) for each in within) for name in ("own", "anonymous", "children")]
            most = [max(getattr(each, name) for each in within) for name in ("descriptors", "threads")]
            rows.append((hour, middle[0], middle[1], middle[2], most[0], most[1]))
    return rows


def _report(day: Day, took: float, ended: int, messages: str, log: str) -> int:
    rows = _curve(day)
    if not rows:
        print(log[-4000:])
        return 1
    most = max(row[1] for row in rows)
    for hour, own, anonymous, children, descriptors, threads in rows:
        bar = "#" * round(50 * own / most)
        held = f"{own / 2**20:6.1f} MiB ({anonymous / 2**20:5.1f} in no file) + children {children / 2**20:5.1f}"
        print(f"{hour:3d} h {held}  fd {descriptors:3d} threads {threads:2d} {bar}")
    some = max(1, min(_WARM, day.hours // 3))
    warm, late = day.held(some, 2 * some), day.held(day.hours - some, day.hours + 1)
    print(
        f"{day.hours} h of {SOURCES} sources in {took:.0f} s: {day.polls} polls, {day.articles} articles and {day.stories} of ratings, "
        f"{day.pages} pages asked, messages {messages}; ended with {ended}"
    )
    print(
        f"held by the daemon when warm {warm / 2**20:.1f} MiB, in the last hours {late / 2**20:.1f} MiB: {late / warm - 1:+.1%}"
    )
    if bad := late > warm * _MAX_GROWTH or ended != 0 or day.hour < day.hours:
        print(log[-4000:])
    return int(bad)
