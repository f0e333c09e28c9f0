"""A large archive of news, read: bare, with a search for bytes, and as a backfill on one worker and on two; then killed.

    python bench/backfill.py [--records N] [--inspected N] [--rates] [--folder DIR] [--keep]

The archive is WARC as CC-NEWS publishes it: each record a gzip member of its own, with the records of requests between. Its
texts are ours: one page in 2,000 is an article of `corpus/`, the others are made of `ordinary_news.txt` in the layouts that the
tests of reading have, with menus, scripts and style sheets beside them until they are as long as pages are (log-normal, median
60 KB, mean about 80 KB). One in twelve of the others (`--inspected`) has an inspector of the police, or something inspected.

200,000 records need about 5 GB of disk, and half an hour on two quiet cores. All of it is measured in one run; seconds are by
the wall, with seconds of processor beside them, which a busy machine changes less.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

RELEVANT = 2000  #: one page in so many
FILES = 8
MEDIAN, SPREAD, MAX_LENGTH = 60_000, 0.75, 1_500_000
#: CC-NEWS, by what Common Crawl says of it, see docs/backfill.md.
DAY = date(2023, 3, 1)
TRAPS = re.compile(r"(?i)ofsted|inspect\w*|children\S{1,8}s services")  # that layouts have beside their story
INSPECTORS = (
    "Detective Inspector Louise Harte appealed for anyone with dashcam footage to come forward.",
    "The kitchen was inspected in March and given five stars for hygiene.",
    "Detective Chief Inspector Tom Vale said that the children of the family were unhurt.",
    "Chief Inspector Dev Rana said that extra patrols would be in the area over the weekend.",
)


# --- the archive ----------------------------------------------------------------------------------------------------------


def bulk(chance: random.Random, words: Sequence[str]) -> list[str]:
    """Pieces of what stands beside an article: menus, scripts, style sheets, data of advertisers; about 1 KB each."""
    pieces = []
    for number in range(3000):
        kind = number % 4
        if kind == 0:
            items = "".join(
                f'<li class="nav__item nav__item--child"><a class="social-link" href="/{chance.randrange(9999)}">'
                f"{' '.join(chance.choices(words, k=3))}</a></li>"
                for _ in range(8)
            )
            pieces.append(f"<ul class=menu>{items}</ul>")
        elif kind == 1:
            calls = "".join(
                f"var {chance.choice('abcdefg')}{chance.randrange(999)}=document.createElement('div');"
                f"n.appendChild(t);if(!{chance.choice(words)}){{return e({chance.randrange(10**6)})}};"
                for _ in range(8)
            )
            pieces.append(f"<script>!function(e,t,n){{{calls}}}(window);</script>")
        elif kind == 2:
            rules = "".join(
                f".c-{chance.choice(words)}:first-child{{margin:{chance.randrange(40)}px;color:#{chance.randrange(4096):03x}}}"
                for _ in range(14)
            )
            pieces.append(f"<style>{rules}</style>")
        else:
            data = json.dumps(
                [{"id": chance.randrange(10**9), "slot": chance.choice(words), "bid": chance.random()} for _ in range(18)]
            )
            pieces.append(f"<script>window.slots={data}</script>")
    return pieces


class Maker:
    """Pages by number, the same whenever they are asked for."""

    def __init__(self, inspected: int) -> None:
        from tests.extraction.layouts import LAYOUTS
        from tests.extraction.platforms import PLATFORMS
        from tests.extraction.stories import Story

        self._inspected = inspected
        self._story: Any = Story
        self._layouts = [make for make, _ in (LAYOUTS | PLATFORMS).values()]
        lines = (ROOT / "bench" / "ordinary_news.txt").read_text(encoding="utf-8").splitlines()
        self._lines = [line for line in lines if "nspect" not in line]
        self._words = [word.strip(".,'") for line in self._lines for word in line.split() if word.isalpha()]
        self._bulk = bulk(random.Random(7), self._words)
        self._frames = [self._frame(number) for number in range(len(self._layouts))]
        self._relevant = relevant_articles()

    def _frame(self, number: int) -> tuple[str, str, str]:
        """A layout around nothing: what stands before the title, before the text, and behind it. Its traps are taken out."""
        story = self._story(name="x", title="@@TITLE@@", day="2023-03-01", author="A Writer", parts=(("p", "@@TEXT@@"),))
        html = self._layouts[number](story)
        return TRAPS.sub("council", html)

    def page(self, number: int) -> tuple[str, bytes, datetime]:
        """Address, bytes and moment of retrieval of a page."""
        chance = random.Random(number)
        day = DAY + timedelta(days=number % 28)
        if number % RELEVANT == RELEVANT // 2:
            title, text, day = self._relevant[number // RELEVANT % len(self._relevant)]
            lines = [line for line in text.split("\n") if line.strip()]
        else:
            lines = chance.choices(self._lines, k=chance.randint(8, 30))
            title = " ".join(lines[0].split()[:8])
            if self._inspected and number % self._inspected == 0:
                lines.insert(3, INSPECTORS[number // self._inspected % len(INSPECTORS)])
        frame = self._frames[number % len(self._frames)]
        html = frame.replace("@@TITLE@@", title).replace("2023-03-01", day.isoformat())
        html = html.replace("@@TEXT@@", "</p><p>".join(line.replace("&", "&amp;").replace("<", "&lt;") for line in lines))
        wanted = min(MAX_LENGTH, int(chance.lognormvariate(0, SPREAD) * MEDIAN))
        first = chance.randrange(len(self._bulk))
        beside, held = [], len(html)
        while held < wanted:
            beside.append(self._bulk[first % len(self._bulk)])
            held += len(beside[-1])
            first += 1
        cut = len(beside) // 2
        html = html.replace("</head>", "".join(beside[:cut]) + "</head>", 1).replace(
            "</body>", "".join(beside[cut:]) + "</body>", 1
        )
        site = f"paper{number % 40}.example.co.uk"
        return f"https://www.{site}/news/{number}", html.encode(), datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def relevant_articles() -> list[tuple[str, str, date]]:
    """The articles of the corpus that tell of an inspection, with their days."""
    from monitor.commands.score import load

    found = load([ROOT / "corpus" / "articles"])
    return [(each.title, each.text, each.published) for each in found if each.labels and each.published][:400]


def write_file(path: str, first: int, last: int, inspected: int) -> tuple[int, int]:
    """One archive; returns bytes of pages, and pages."""
    from io import BytesIO

    from fastwarc.warc import WarcRecord, WarcRecordType

    from monitor.backfill.crawl import warc_record

    make, size = Maker(inspected), 0
    with Path(path).open("wb") as file:
        for number in range(first, last):
            url, body, at = make.page(number)
            asked = WarcRecord()
            asked.init_headers(WarcRecordType.request)
            asked.headers["WARC-Target-URI"] = url
            asked.set_bytes_content(f"GET {url} HTTP/1.1\r\n\r\n".encode())
            held = BytesIO()
            asked.write(held)
            both = held.getvalue(), warc_record(url, body, "text/html; charset=utf-8", at)
            file.writelines(gzip.compress(record, 1, mtime=0) for record in both)
            size += len(body)
    return size, last - first


def write_archive(folder: Path, records: int, inspected: int) -> tuple[int, int]:
    """The archive in files; returns bytes of pages, and bytes on disk."""
    folder.mkdir(parents=True, exist_ok=True)
    each = -(-records // FILES)
    jobs = [(str(folder / f"CC-NEWS-{n:05}.warc.gz"), n * each, min(records, (n + 1) * each), inspected) for n in range(FILES)]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        sizes = list(pool.map(write_file, *zip(*jobs, strict=True)))
    return sum(size for size, _ in sizes), sum(Path(path).stat().st_size for path, *_ in jobs)


# --- measuring ------------------------------------------------------------------------------------------------------------

#: Run by an interpreter of its own: seconds and seconds of processor of reading all files, bare or with a search.
READ = """
import sys, time
from fastwarc.warc import ArchiveIterator, WarcRecordType
search, found, records = sys.argv[1] == "search", 0, 0
wall, cpu = time.perf_counter(), time.process_time()
for path in sys.argv[2:]:
    for record in ArchiveIterator(path, record_types=WarcRecordType.response):
        body = record.reader.read()
        records += 1
        found += search and b"fsted" in body
print(records, found, time.perf_counter() - wall, time.process_time() - cpu)
"""


def read(files: Sequence[Path], how: str) -> tuple[int, float, float]:
    """Records, seconds and seconds of processor of one process that reads."""
    done = subprocess.run([sys.executable, "-c", READ, how, *map(str, files)], capture_output=True, text=True, check=True)
    records, _found, wall, cpu = done.stdout.split()
    return int(records), float(wall), float(cpu)


def command(folder: Path, state: Path, *more: str) -> list[str]:
    """The backfill as its user types it."""
    config = state.parent / "config"
    config.mkdir(parents=True, exist_ok=True)
    return [
        sys.executable,
        "-m",
        "monitor",
        "backfill",
        str(folder),
        "--config",
        str(config),
        "--state",
        str(state),
        "--json",
        *more,
    ]


def processes_under(pid: int) -> list[int]:
    """A process and all that it started."""
    below: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        below.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += below.get(one, [])
    return found


def told(pid: int) -> tuple[str, int]:
    """Command line of a process and the kilobytes that it alone holds in memory."""
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        rolled = Path(f"/proc/{pid}/smaps_rollup").read_text()
        return line, sum(int(each.split()[1]) for each in rolled.splitlines() if each.startswith(("Pss:",)))
    except (OSError, IndexError):
        return "", 0


def is_worker(line: str) -> bool:
    """Whether a command line is that of a Dask worker: the process that its nanny spawned."""
    return "spawn_main" in line


class Run:
    """One backfill as a process: how long it took, what it held, what it said."""

    def __init__(self, arguments: list[str], *, watch: Callable[[Run], bool] = lambda _run: False) -> None:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        self.worker_peak = self.child_peak = 0
        out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115  # a pipe would be full
        self.process = subprocess.Popen(arguments, stdout=out, stderr=err, cwd=ROOT, start_new_session=True)
        looked = 0.0
        acted = False
        while self.process.poll() is None:
            time.sleep(0.1)
            if time.perf_counter() - looked > 1:
                looked = time.perf_counter()
                self._look()
            acted = acted or watch(self)
        self.wall = time.perf_counter() - start
        out.seek(0)
        err.seek(0)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.status = self.process.returncode
        self.said = err.read().decode("utf-8", "replace")[-2000:]
        self.answer: dict[str, Any] = json.loads(out.read()) if self.status == 0 else {}

    def _look(self) -> None:
        for pid in processes_under(self.process.pid)[1:]:
            line, held = told(pid)
            if is_worker(line):
                self.worker_peak = max(self.worker_peak, held)
            elif "sandbox_worker" in line:
                self.child_peak = max(self.child_peak, held)


def parts_done(state: Path) -> int:
    """How many parts are kept."""
    return len(list((state / "backfill" / "parts").glob("part-*.jsonl")))


def outcome(answer: dict[str, Any]) -> str:
    """What must be the same, however it came about."""
    told = {name: answer[name] for name in ("counts", "inspections", "contradictions", "not_in_record", "outlets", "unread")}
    return json.dumps(told, sort_keys=True)


def kill_worker(run: Run) -> bool:
    """Kill one worker, once there is one."""
    workers = [pid for pid in processes_under(run.process.pid)[1:] if is_worker(told(pid)[0])]
    if workers:
        os.kill(workers[-1], signal.SIGKILL)
    return bool(workers)


def when_done(state: Path, count: int, act: Callable[[Run], bool]) -> Callable[[Run], bool]:
    """Do something as soon as so many parts are kept."""
    return lambda run: parts_done(state) >= count and act(run)


def kill_client(run: Run) -> bool:
    """Kill the command itself."""
    os.kill(run.process.pid, signal.SIGKILL)
    return True


@contextmanager
def cluster(work: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """A Dask cluster as others start it: its address, and what kills its scheduler."""
    python = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    file = work / f"scheduler-{time.monotonic_ns()}.json"
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": ROOT}
    scheduler = subprocess.Popen(
        [*python, "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)], **quiet
    )
    try:
        while not file.exists() or not file.read_text().strip():
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        worker = [
            sys.executable,
            "-m",
            "distributed.cli.dask_worker",
            address,
            "--nworkers",
            "2",
            "--nthreads",
            "1",
            "--no-dashboard",
        ]
        workers = subprocess.Popen([*worker, "--local-directory", str(work)], **quiet)
        try:
            yield address, scheduler.kill
        finally:
            for pid in reversed(processes_under(workers.pid)):
                os.kill(pid, signal.SIGKILL)
            workers.wait()
    finally:
        scheduler.kill()
        scheduler.wait()


# --- the whole ------------------------------------------------------------------------------------------------------------


def say(*words: str) -> None:
    """A line, at once."""
    print(" ".join(words), flush=True)


def rates(folder: Path, work: Path) -> tuple[dict[str, float], str, int]:
    """Reading and backfilling, each alone; returns seconds by name, what came out, and how many parts there are."""
    files = sorted(folder.glob("*.warc.gz"))
    read(files[:1], "bare")  # the first to come finds the disk cold
    took: dict[str, float] = {}
    came, count = "", 0
    for name in ("bare", "search"):
        count, wall, cpu = read(files, name)
        took[name] = wall
        say(f"fastwarc, {name:<7}: {count / wall:7,.0f} records/s  {wall:6.1f} s  ({cpu:.1f} s of processor)")
    for workers in (1, 2):
        run = Run(command(folder, work / f"state-{workers}", "--workers", str(workers)))
        assert run.status == 0, run.said
        took[f"workers-{workers}"] = run.wall
        came = outcome(run.answer)
        say(
            f"backfill, workers {workers}: {count / run.wall:7,.0f} records/s  {run.wall:6.1f} s",
            f"({run.cpu:.1f} s of processor)",
            f"a worker holds {run.worker_peak / 1024:.0f} MB, its reading child {run.child_peak / 1024:.0f} MB",
        )
        say(f"  {json.dumps(run.answer['counts'])}; ledger {run.answer['ledger']}")
    again = Run(command(folder, work / "state-2"))
    say(f"again, all done: {again.wall:.1f} s, the same: {outcome(again.answer) == came}")
    return took, came, parts_done(work / "state-2")


def stamps(state: Path) -> dict[str, int]:
    """When each part that is kept was written."""
    return {path.name: path.stat().st_mtime_ns for path in (state / "backfill" / "parts").glob("part-*.jsonl")}


def tell_rest(what: str, state: Path, before: dict[str, int], first: Run, rest: Run, came: str) -> None:
    """Say what became of a backfill that was killed and begun again."""
    after = stamps(state)
    untouched = sum(after.get(name) == at for name, at in before.items())
    say(
        f"{what} killed at {len(before)} of {len(after)} parts: status {first.status}, {first.wall:.1f} s;",
        f"then {rest.wall:.1f} s for the rest, {untouched} parts untouched, the same: {outcome(rest.answer) == came}",
    )


def kills(folder: Path, work: Path, came: str, parts: int) -> None:
    """Kill a worker, the client and the scheduler in the middle, and do the rest."""
    half = max(1, parts // 2)
    state = work / "killed-worker"
    run = Run(command(folder, state, "--workers", "2"), watch=when_done(state, half, kill_worker))
    say(
        f"a worker killed at {half} of {parts} parts: status {run.status}, {run.wall:.1f} s,",
        f"the same: {run.status == 0 and outcome(run.answer) == came}",
    )

    state = work / "killed-client"
    run = Run(command(folder, state, "--workers", "2"), watch=when_done(state, half, kill_client))
    before = stamps(state)
    tell_rest("the client", state, before, run, Run(command(folder, state, "--workers", "2")), came)

    state = work / "killed-scheduler"
    with cluster(work) as (address, kill):

        def end(_run: Run) -> bool:
            kill()
            return True

        run = Run(command(folder, state, "--scheduler", address), watch=when_done(state, half, end))
    before = stamps(state)
    say(f"without its scheduler it says: {run.said.strip().splitlines()[-1:]}")
    with cluster(work) as (address, _):
        tell_rest("the scheduler", state, before, run, Run(command(folder, state, "--scheduler", address)), came)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--inspected", type=int, default=12, metavar="N", help="one in N other pages has such a word; 0: none")
    parser.add_argument("--rates", action="store_true", help="measure how fast, and kill nothing")
    parser.add_argument("--folder", type=Path, default=Path("/tmp/monitor-bench-backfill"))
    parser.add_argument("--keep", action="store_true", help="leave the archive for another run")
    args = parser.parse_args()
    folder, work = args.folder / "archive", args.folder / "work"
    shutil.rmtree(work, ignore_errors=True)
    try:
        start = time.perf_counter()
        if not list(folder.glob("*.warc.gz")):
            pages, disk = write_archive(folder, args.records, args.inspected)
            say(
                f"{args.records:,} pages of {pages / args.records / 1000:.0f} KB, {pages / 1e9:.1f} GB,",
                f"{disk / 1e9:.2f} GB packed, made in {time.perf_counter() - start:.0f} s",
            )
        print(f"load at the start: {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} cores", flush=True)
        took, came, parts = rates(folder, work)
        print(f"one worker takes {took['workers-1'] / took['search']:.2f} times reading and searching (aim: 1.5)")
        print(f"two workers are {took['workers-1'] / took['workers-2']:.2f} times as fast as one (aim: 1.8)")
        if not args.rates:
            kills(folder, work, came, parts)
        print(f"load at the end: {os.getloadavg()[0]:.1f}")
    finally:
        shutil.rmtree(work, ignore_errors=True)
        if not args.keep:
            shutil.rmtree(args.folder, ignore_errors=True)


if __name__ == "__main__":
    main()
