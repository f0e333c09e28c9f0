"""Cold starts and memory: `monitor --help`, `monitor run` to the first healthy answer, resident memory of the idle daemon."""

from __future__ import annotations

import http.client
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
RUNS = 7


def seconds(*arguments: str) -> float:
    """How long a command takes."""
    started = time.perf_counter()
    subprocess.run([MONITOR, *arguments], check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    return time.perf_counter() - started


def healthy(state: str, settle: float) -> tuple[float, int, int]:
    """Seconds to the first healthy answer of a daemon; resident KiB of it, and of its child, after `settle` seconds."""
    started = time.perf_counter()
    command = [MONITOR, "run", "--state", state, "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as daemon:
        assert daemon.stdout
        port = next(int(found[1]) for line in daemon.stdout if (found := re.search(r"127\.0\.0\.1:(\d+)/healthz", line)))
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    break
            except OSError:
                time.sleep(0.005)
        took = time.perf_counter() - started
        time.sleep(settle)
        children = Path(f"/proc/{daemon.pid}/task/{daemon.pid}/children").read_text().split()
        resident_kib = [_resident(pid) for pid in (str(daemon.pid), *children)]
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(30)
        if daemon.returncode:
            raise SystemExit(f"the daemon ended with {daemon.returncode}")
    return took, resident_kib[0], sum(resident_kib[1:])


def _resident(pid: str) -> int:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) if found else 0


def main() -> None:
    print(f"monitor --help       {statistics.median(seconds('--help') for _ in range(RUNS)):.3f} s (median of {RUNS})")
    print(f"monitor check        {statistics.median(seconds('check') for _ in range(RUNS)):.3f} s")
    with tempfile.TemporaryDirectory() as state:
        first = healthy(f"{state}/new", 0)[0]
        again = [healthy(f"{state}/new", 0)[0] for _ in range(RUNS)]
        _, resident, child = healthy(f"{state}/new", 20)
    print(f"run, new state       {first:.2f} s to the first healthy answer")
    print(f"run, known state     {statistics.median(again):.2f} s (median of {RUNS})")
    print(f"resident, idle       {resident / 1024:.0f} MiB, and {child / 1024:.0f} MiB in the reading child")


if __name__ == "__main__":
    main()
