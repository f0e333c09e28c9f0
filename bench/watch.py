"""200 pages watched on loopback, as whole processes: first check and re-check (all 304); beside other watchers where installed.

    python bench/watch.py [--urlwatch PATH] [--changedetection PATH] [--pages N] [--rounds N]

Our first check also reads and classifies every page; the others store its text. Rounds are interleaved, each in a new folder;
told are the medians and, for processor time, the least. What reading and classifying cost by themselves, in one process, is
the floor of a first check.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import http.server
import json
import os
import random
import re
import socketserver
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
BIN = Path(sys.executable).parent

_TEXT = "council children inspectors report families social workers"
WORDS = _TEXT.split()


def weighty(html: str, seed: int) -> bytes:
    """A page with as much beside the article as real ones have: about 115 KB, 1,500 elements."""
    chance = random.Random(seed)
    scripts = "".join(f"<script>var d{i}={json.dumps([chance.random() for _ in range(220)])};</script>" for i in range(14))
    menus = "".join(
        f'<ul class="menu-{i}">'
        + "".join(f'<li><a href="/{i}/{j}">{" ".join(chance.choices(WORDS, k=4))}</a></li>' for j in range(12))
        + "</ul>"
        for i in range(40)
    )
    return html.replace("</body>", f'<div class="mega-nav">{menus}</div>{scripts}</body>').encode()


def pages(count: int) -> dict[str, bytes]:
    from tests.extraction.layouts import LAYOUTS
    from tests.extraction.stories import STORIES

    made = {}
    layouts = [make for make, _ in LAYOUTS.values()]
    for index in range(count):
        story = STORIES[index % len(STORIES)]
        html = layouts[index % len(layouts)](story).replace("Ofsted", f"Ofsted (visit {index})")
        made[f"/p{index}"] = weighty(html, index)
    return made


class Site:
    """The server, in threads of this process; counts what it answers."""

    def __init__(self, bodies: dict[str, bytes]) -> None:
        self.counts: dict[int, int] = {}
        site = self
        tags = {path: f'"{hashlib.md5(body).hexdigest()}"' for path, body in bodies.items()}

        class Answers(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                body = bodies.get(self.path)
                status = 404 if body is None else 304 if self.headers.get("If-None-Match") == tags[self.path] else 200
                site.counts[status] = site.counts.get(status, 0) + 1
                self.send_response(status)
                if body is not None:
                    self.send_header("ETag", tags[self.path])
                    self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body) if body and status == 200 else 0))
                self.end_headers()
                if status == 200 and body:
                    self.wfile.write(body)

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True
            request_queue_size = 256

        self.server = Server(("127.0.0.1", 0), Answers)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.base = f"http://127.0.0.1:{self.server.server_port}"

    def taken(self) -> dict[int, int]:
        counts, self.counts = self.counts, {}
        return {status: count for status, count in sorted(counts.items()) if status != 404}


def tree_kib(pid: int) -> int:
    """Resident memory of a process and its children."""
    total = 0
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+)", status)
        total += int(found[1]) if found else 0
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            total += tree_kib(int(child))
    except OSError:
        pass
    return total


def measured(command: list[str], **options: object) -> tuple[float, float, float]:
    """Wall seconds, processor seconds (with children) and peak MB (with children) of one run."""
    before = os.times()
    start = time.perf_counter()
    peak = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options) as process:  # type: ignore[call-overload]
        while process.poll() is None:
            peak = max(peak, tree_kib(process.pid))
            time.sleep(0.02)
    wall = time.perf_counter() - start
    after = os.times()
    return wall, after.children_user + after.children_system - before.children_user - before.children_system, peak / 1024


Figures = tuple[float, float, float]
#: (program, step) to the figures of every round and the statuses that the site gave in the last one.
Results = dict[tuple[str, str], tuple[list[Figures], dict[int, int]]]


def note(results: Results, name: str, step: str, figures: Figures, counts: dict[int, int]) -> None:
    results[name, step] = ([*results.get((name, step), ([], {}))[0], figures], counts)


def tell(results: Results) -> None:
    for (name, step), (rounds, counts) in results.items():
        wall, cpu, peak = (statistics.median(column) for column in zip(*rounds, strict=True))
        least = min(figures[1] for figures in rounds)
        print(
            f"{name:<20} {step:<12} wall {wall:6.2f} s  cpu {cpu:6.2f} s (least {least:5.2f})  peak {peak:4.0f} MB  "
            f"answers {counts}  of {len(rounds)}"
        )


def ours(results: Results, site: Site, count: int, folder: Path) -> None:
    config = folder / "config"
    config.mkdir()
    (config / "monitor.toml").write_text("[fetch]\nallow_private = true\nconcurrency = 8\n")
    tables = "".join(
        f'[[source]]\nname = "p{index}"\nkind = "listing"\nurl = "{site.base}/p{index}"\nin_place = true\n'
        for index in range(count)
    )
    (config / "sources.toml").write_text(tables)
    command = [str(BIN / "monitor"), "once", "--config", str(config), "--state", str(folder / "state")]
    for step in ("first check", "re-check", "re-check"):
        note(results, "monitor", step, measured(command), site.taken())
    (config / "sources.toml").write_text("")
    note(results, "monitor", "no sources", measured(command), site.taken())


def urlwatch(results: Results, program: str, site: Site, count: int, folder: Path) -> None:
    jobs = folder / "urls.yaml"
    jobs.write_text("---\n".join(f'url: "{site.base}/p{index}"\nfilter:\n  - html2text\n' for index in range(count)))
    settings = folder / "urlwatch.yaml"
    command = [
        program,
        "--urls",
        str(jobs),
        "--config",
        str(settings),
        "--cache",
        str(folder / "cache.db"),
        "--hooks",
        str(folder / "hooks.py"),
    ]
    settings.write_text("report:\n  stdout:\n    enabled: false\n")
    for step in ("first check", "re-check", "re-check"):
        note(results, "urlwatch", step, measured(command), site.taken())


def changedetection(results: Results, program: str, site: Site, count: int, folder: Path) -> None:
    store = folder / "cd"
    store.mkdir()
    environment = {**os.environ, "ALLOW_IANA_RESTRICTED_ADDRESSES": "true", "DISABLE_VERSION_CHECK": "true"}
    urls = [part for index in range(count) for part in ("-u", f"{site.base}/p{index}")]
    figures = measured([program, "-C", "-d", str(store), "-b", *urls], env=environment)
    note(results, "changedetection.io", "first check", figures, site.taken())
    command = [program, "-d", str(store), "-b", "-r", "all"]
    note(results, "changedetection.io", "re-check", measured(command, env=environment), site.taken())


def floor(bodies: dict[str, bytes]) -> None:
    """What reading and classifying every page cost in one process that has done it before."""
    from monitor.classifier import classify
    from monitor.extraction.html.article import read_article

    def read() -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        for path, body in bodies.items():
            with contextlib.suppress(Exception):
                article = read_article(body, f"http://127.0.0.1{path}", "text/html; charset=utf-8")
                found.append((article["title"], article["text"]))
        return found

    articles = read()
    for name, work in (("reading", read), ("classifying", lambda: [classify(title, text) for title, text in articles])):
        work()
        started = time.process_time()
        work()
        print(f"floor: {name} {len(bodies)} pages takes {time.process_time() - started:.2f} s of processor time")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--urlwatch", default="")
    parser.add_argument("--changedetection", default="")
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    bodies = pages(args.pages)
    site = Site(bodies)
    urllib.request.urlopen(f"{site.base}/p0").read()
    site.taken()
    print(f"{args.pages} pages, {sum(map(len, bodies.values())) / args.pages / 1024:.0f} KB each")
    results: Results = {}
    for number in range(args.rounds):
        with tempfile.TemporaryDirectory() as folder:
            ours(results, site, args.pages, Path(folder))
        if args.urlwatch:
            with tempfile.TemporaryDirectory() as folder:
                urlwatch(results, args.urlwatch, site, args.pages, Path(folder))
        if args.changedetection and not number:  # half a minute a round
            with tempfile.TemporaryDirectory() as folder:
                changedetection(results, args.changedetection, site, args.pages, Path(folder))
    tell(results)
    floor(bodies)


if __name__ == "__main__":
    main()
