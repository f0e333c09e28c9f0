"""First bytes of pages under 50 concurrent readers, on the full history: python bench/web.py [--readers N] [--rounds N]."""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MONITOR = Path(sys.executable).with_name("monitor")
#: A page of each kind; the address of another one that nobody asked for yet ends with a number.
PATHS = (
    "/",
    "/?region=London",
    "/authorities",
    "/authorities/E08000035",
    "/changes/80480:2026-05-22",
    "/map",
    "/trends",
    "/forecast",
    "/api/v1/changes",
    "/feeds/changes.atom",
)
SOURCES = '[[source]]\nname = "nowhere"\nkind = "feed"\nurl = "http://127.0.0.1/feed"\noutlet = "Nowhere"\n'


async def first_byte(port: int, path: str) -> tuple[float, int]:
    """Seconds until the first byte of an answer on a new connection, and how many bytes come in all."""
    started = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
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
    """The first bytes of all these, by so many readers who each ask for the next when they have one."""
    waiting = iter(paths)
    found: list[float] = []

    async def reader() -> None:
        for path in waiting:
            took, _ = await first_byte(port, path)
            found.append(took)

    await asyncio.gather(*(reader() for _ in range(readers)))
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
    for path in PATHS:
        took, size = await first_byte(port, path)
        again, _ = await first_byte(port, path)
        print(f"{path:28} first {took * 1000:6.0f} ms, again {again * 1000:4.0f} ms, {size / 1000:6.1f} KB")
    kept = [path for _ in range(rounds * readers // len(PATHS) + 1) for path in PATHS]
    before = processor_time(pid)
    shown("kept", await read(port, kept, readers), 50)
    print(f"          {(processor_time(pid) - before) / len(kept) * 1000:.2f} ms of processor time a page")
    new = [f"/?from=20{14 + n % 10}-01-{n % 28 + 1:02}&utm_source={n}" for n in range(rounds * readers)]
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
