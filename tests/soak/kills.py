"""Kill -9 the real daemon at random moments under load, again and again on the same state, and count what arrives."""

from __future__ import annotations

import os
import random
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.channels.servers import Mailbox, smtp_server
from tests.end_to_end.town import Print
from tests.soak.daemon import answers, ask, change, free_port, ids_in, left_in_doubt, start, states
from tests.soak.stories import AREAS, expected_changes, story

#: Councils last inspected long enough ago, and few enough of them not to look like a storm.
COUNCILS = ("Derbyshire", "Nottinghamshire", "Lincolnshire", "Wiltshire", "Havering", "Thurrock", "Plymouth", "Swindon")
READERS = 25


class Press:
    """One newspaper on loopback whose feed grows."""

    def __init__(self) -> None:
        self.prints: list[Print] = []
        self.base = ""
        self.pause = 0.0  #: seconds between being asked for the feed and answering
        self.asked = threading.Event()  #: for the feed, since somebody cleared it
        self._stories = [(council, area) for area in AREAS for council in COUNCILS]

    def publish(self) -> bool:
        """One more article, of one area of one council; False when every story is told."""
        if len(self.prints) == len(self._stories):
            return False
        self.prints.append(story("Soak", f"/{len(self.prints)}", *self._stories[len(self.prints)]))
        return True

    def page(self, path: str) -> str:
        """The feed, or an article."""
        if path == "/feed":
            self.asked.set()
            time.sleep(self.pause)
            items = "".join(each.item(self.base) for each in self.prints)
            return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Soak</title>{items}</channel></rss>'
        return next((each.html() for each in self.prints if each.path == path), "")

    def serve(self) -> None:
        """Begin to serve, on a free port of loopback."""
        press = self

        class Pages(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page = press.page(self.path)
                self.send_response(200 if page else 404)
                self.send_header("Content-Type", "application/rss+xml" if self.path == "/feed" else "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(page.encode())

            def log_message(self, *_: object) -> None:
                return

        server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
        self.base = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()


def configure(folder: Path, press: Press, port: int) -> tuple[dict[str, str], str]:
    """Write a configuration; returns the environment of the daemon, and the address of its health."""
    config = folder / "config"
    config.mkdir()
    listen = free_port()
    (config / "monitor.toml").write_text(
        f'[monitor]\nlisten = "127.0.0.1:{listen}"\ngroup_wait = "1s"\nmost_an_hour = 1000\n'
        "[fetch]\nallow_private = true\nrobots = false\n"
    )
    (config / "sources.toml").write_text(
        f'[[source]]\nname = "soak"\nkind = "feed"\nurl = "{press.base}/feed"\noutlet = "Soak"\ninterval = "30s"\n'
    )
    (config / "channels.toml").write_text('[channel.mail]\nurl_env = "MONITOR_MAIL_URL"\nfrom = "alerts@monitor.test"\n')
    (config / "subscriptions.toml").write_text(
        "".join(f'[[subscription]]\nname = "r{n}"\nchannel = "mail"\nto = "r{n}@reader.test"\n' for n in range(READERS))
    )
    return os.environ | {"MONITOR_MAIL_URL": f"mailto://127.0.0.1:{port}"}, f"http://127.0.0.1:{listen}/healthz"


def poll_at_once(database: Path) -> None:
    """Forget when polls and links are due: the daemon would wait for the next quarter of an hour."""
    change(
        database,
        "UPDATE sources SET next_due_at = NULL",
        "UPDATE links SET retry_at = first_seen WHERE state = 'new'",
    )


def told(database: Path | str) -> int:
    """How often a person was, or is about to be, told of a change."""
    return sum(int(count) for (count,) in ask(database, "SELECT count(*) FROM tellings"))


def soak(cycles: int, seed: int) -> int:
    """Kill, restart, and count; 0 when nothing was doubled or lost."""
    chance = random.Random(seed)
    press, mailbox = Press(), Mailbox(pause=0.1)
    press.serve()
    with tempfile.TemporaryDirectory() as name, smtp_server(mailbox) as (_, port):
        folder = Path(name)
        database = folder / "state" / "monitor.db"
        environment, health = configure(folder, press, port)
        begun, doubtful = time.monotonic(), set[str]()
        for cycle in range(cycles):
            if cycle % max(1, cycles // (len(COUNCILS) * len(AREAS) + 1)) == 0:
                press.publish()
            poll_at_once(database)
            daemon = start(folder, environment)
            time.sleep(chance.uniform(1.5, 5.5))
            daemon.kill()
            daemon.wait()
            doubtful |= left_in_doubt(folder)
        while press.publish():
            pass
        poll_at_once(database)
        daemon = start(folder, environment)
        expected = expected_changes(press.prints) * READERS
        for _ in range(300):
            time.sleep(0.5)
            found = states(database)
            if told(database) >= expected and not found["pending"] + found["sending"] + found["committing"]:
                break
        answers(health)  # before it has started, a request to end is simply obeyed
        daemon.terminate()
        ended = daemon.wait(30)
        figures = Figures(cycles=cycles, seconds=time.monotonic() - begun, ended=ended, doubtful=doubtful)
        return report(press, mailbox, database, figures, (folder / "daemon.log").read_text())


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was counted beside the database."""

    cycles: int
    seconds: float
    ended: int  #: exit status of the last daemon, which was asked to end
    doubtful: set[str]  #: deliveries that a kill left between their last byte and the answer


def report(press: Press, mailbox: Mailbox, database: Path | str, figures: Figures, log: str) -> int:
    """Print the figures; 0 when they are as promised."""
    ids = Counter(str(message_from_bytes(mail.content or b"")["Message-ID"])[1:33] for mail in mailbox.mails)
    found, uncertain = states(database), ids_in(database, "uncertain")
    duplicates = sum(count - 1 for count in ids.values())
    lost = len(ids_in(database, "sent") - set(ids))
    changes = expected_changes(press.prints)
    missing = changes * READERS - told(database)
    print(
        f"{figures.cycles} kills in {figures.seconds:.0f} s; {len(press.prints)} articles, {changes} changes for {READERS} readers "
        f"in {found.total()} messages: {dict(found)}"
    )
    print(f"mails {sum(ids.values())}, duplicates {duplicates}, called sent but lost {lost}, tellings missing {missing}")
    print(
        f"in doubt {len(uncertain)}, of which arrived {len(uncertain & set(ids))}; by kills after the last byte {len(figures.doubtful)}, "
        f"unexplained {len(uncertain ^ figures.doubtful)}; the last daemon ended with {figures.ended}"
    )
    good = not (duplicates or lost or missing or uncertain ^ figures.doubtful or found["pending"] or figures.ended)
    if not good:
        print(log[-4000:])
    return int(not good)
