"""First bytes and weights of pages under 50 readers, on the full record: python bench/web.py [--readers N]."""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from monitor.web.routes import ROUTES, Access

ROOT = Path(__file__).resolve().parent.parent
MONITOR = Path(sys.executable).with_name("monitor")
#: What stands for the places in addresses.
FILLED = {"{key}": "80480:2026-05-22", "{code}": "E08000035"}
#: Every public address but files of ours; pictures are files to keep, and not pages.
PATHS = [
    re.sub(r"\{\w+\}", lambda place: FILLED[place[0]], route.path)
    for route in ROUTES
    if route.endpoint and route.access is Access.PUBLIC and not re.search(r"^/(?:static|operator)|\.png$", route.path)
]
#: Addresses of which there are so many that some are not kept.
NOT_KEPT = ("/", "/api/v1/changes", "/api/v1/inspections", "/feeds/changes.atom", "/feeds/publications.ics", "/changes.csv")
#: What a page may weigh, bytes as sent; the map may be more.
WEIGHT = 150_000
#: Between two pages of one reader, seconds.
THINK = 1.0
SOURCES = '[[source]]\nname = "nowhere"\nkind = "feed"\nurl = "http://127.0.0.1/feed"\noutlet = "Nowhere"\n'


async def first_byte(port: int, path: str, who: int = 0) -> tuple[float, int]:
    """Seconds until the first byte of an answer on a new connection, and how many bytes come in all."""
    started = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(f"127.0.0.{10 + who}", 0))
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n".encode())
    start = await reader.readexactly(12)
    took = time.perf_counter() - started
    size = len(start) + len(await reader.read())
    writer.close()
    if start != b"HTTP/1.1 200":
        raise SystemExit(f"{path}: {start.decode()}")
    return took, size


async def ready(port: int) -> None:
    """Wait until the pages are there."""
    while True:
        try:
            await first_byte(port, "/about")
        except OSError:
            await asyncio.sleep(0.1)
        else:
            return


async def read(port: int, paths: list[str], readers: int) -> list[float]:
    """The first bytes of all these, by so many readers at once, each of whom looks at a page for a moment."""
    waiting = iter(paths)
    found: list[float] = []
    chance = random.Random(1)

    async def reader(who: int) -> None:
        await asyncio.sleep(chance.uniform(0, THINK))
        for path in waiting:
            took, _ = await first_byte(port, path, who)
            found.append(took)
            await asyncio.sleep(chance.uniform(0.5, 1.5) * THINK)

    await asyncio.gather(*(reader(who) for who in range(readers)))
    return found


def shown(name: str, found: list[float], goal: int) -> None:
    """A line of figures."""
    cut = statistics.quantiles(found, n=100)
    print(f"{name:9} {len(found):5} pages: median {cut[49] * 1000:5.0f} ms, p95 {cut[94] * 1000:5.0f} ms (wanted: {goal} ms)")


def processor_time(pid: int) -> float:
    """Seconds of processor time that a process has had: the same on a busy machine."""
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


async def measure(port: int, pid: int, readers: int, rounds: int) -> None:
    """Every page once alone, then all of them by many readers: such as are kept, and such as are not."""
    await ready(port)
    print(f"load of this machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; the limits hold for an idle one")
    for path in PATHS:
        before = processor_time(pid)
        took, size = await first_byte(port, path)
        cost = processor_time(pid) - before
        again, _ = await first_byte(port, path)
        heavy = "  TOO HEAVY" if size > WEIGHT and path != "/map" else ""
        print(
            f"{path:34} first {took * 1000:6.0f} ms ({cost * 1000:4.0f} of processor), again {again * 1000:4.0f} ms, "
            f"{size / 1000:6.1f} KB{heavy}"
        )
    kept = [path for _ in range(rounds * readers // len(PATHS) + 1) for path in PATHS]
    before = processor_time(pid)
    shown("kept", await read(port, kept, readers), 50)
    print(f"          {(processor_time(pid) - before) / len(kept) * 1000:.2f} ms of processor time a page")
    new = [
        f"{NOT_KEPT[n % len(NOT_KEPT)]}?from=20{14 + n % 10}-{n % 12 + 1:02}-{n % 28 + 1:02}&utm_source={n}"
        for n in range(rounds * readers)
    ]
    before = processor_time(pid)
    shown("not kept", await read(port, new, readers), 200)
    print(f"          {(processor_time(pid) - before) / len(new) * 1000:.2f} ms of processor time a page")


def main() -> None:
    """Start a monitor that watches nothing, and read its pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=10)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "sources.toml").write_text(SOURCES)
        command = [MONITOR, "run", "--config", folder, "--state", f"{folder}/state", "--listen", "127.0.0.1:0"]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as daemon:
            assert daemon.stdout
            port = next(int(found[1]) for line in daemon.stdout if (found := re.search(r"127\.0\.0\.1:(\d+)/healthz", line)))
            try:
                asyncio.run(measure(port, daemon.pid, wanted.readers, wanted.rounds))
            finally:
                daemon.send_signal(signal.SIGTERM)
                daemon.wait(30)


if __name__ == "__main__":
    main()
