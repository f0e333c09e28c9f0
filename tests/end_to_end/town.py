"""A small world to run the real monitor in: newspapers on loopback, a real mail server, a Slack endpoint, a configuration.

Verbs: the press `prints`, people `subscribe`, a `day` passes. What was alerted is read from what arrived and from the state.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError

from monitor.cli import main
from monitor.domain.authorities import by_urn

SLACK_HOOK = "slack://T12345678/B12345678/abcdefghijklmnopqrstuvwx"
Alerted = tuple[str, str, str | None, str, tuple[str, ...]]  # authority, area, old, new, kinds


@dataclass
class Print:
    """An article as a newspaper's site and feed show it."""

    paper: str
    path: str
    title: str
    paragraphs: list[str]
    day: date
    guid: str = ""

    def html(self) -> str:
        body = "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in self.paragraphs)
        return (
            f'<!doctype html><html lang="en-GB"><head><title>{escape(self.title)}</title>'
            f'<meta property="article:published_time" content="{self.day}T09:00:00+00:00"></head>'
            f"<body><nav><a href='/'>Home</a></nav><article><h1>{escape(self.title)}</h1>{body}</article></body></html>"
        )

    def item(self, base: str) -> str:
        link = f"{base}{self.path}"
        return (
            f"<item><title>{escape(self.title)}</title><link>{link}</link><guid>{self.guid or link}</guid>"
            f"<pubDate>{self.day:%a, %d %b %Y} 09:00:00 GMT</pubDate></item>"
        )


class Mailbox:
    """A mail server that keeps what it accepts."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, EmailMessage]] = []
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        mail = message_from_bytes(envelope.content or b"", policy=policy.default)
        self.mails += [(recipient, mail) for recipient in envelope.rcpt_tos]
        return "250 OK"

    def __enter__(self) -> Mailbox:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for _, mail in self.mails]

    def text(self) -> str:
        return "\n".join(mail.get_body(("plain",)).get_content() for _, mail in self.mails)  # type: ignore[union-attr]


@dataclass
class Town:
    """The world, and the monitor in it."""

    folder: Path
    base: str
    mailbox: Mailbox
    prints: list[Print] = field(default_factory=list)
    slack: list[dict[str, object]] = field(default_factory=list)
    state: str = "state"
    database: str = ""  #: address of a PostgreSQL; empty: the file in the state folder

    def printed(self, *articles: Print) -> None:
        self.prints += articles

    def configure(self, papers: tuple[str, ...], *, channels: str = "", subscriptions: str = "") -> None:
        config = self.folder / "config"
        config.mkdir(exist_ok=True)
        sources = (
            f'[[source]]\nname = "{paper}"\nkind = "feed"\nurl = "{self.base}/{paper}.xml"\noutlet = "The {paper.title()}"\n'
            for paper in papers
        )
        (config / "monitor.toml").write_text('[monitor]\ngroup_wait = "1s"\n[fetch]\nallow_private = true\nrobots = false\n')
        (config / "sources.toml").write_text("\n".join(sources))
        (config / "channels.toml").write_text(
            channels
            or f'[channel.mail]\nurl_env = "TEST_MAIL_URL"\n\n[channel.slack]\nurl_env = "TEST_SLACK_URL"\nendpoint = "{self.base}"\n'
        )
        (config / "subscriptions.toml").write_text(
            subscriptions
            or '[[subscription]]\nname = "everything"\nchannel = "mail"\nto = "reader@council.example"\n\n'
            '[[subscription]]\nname = "room"\nchannel = "slack"\n'
        )

    def run(self, *arguments: str) -> int:
        return main([*arguments, "--config", str(self.folder / "config"), "--state", str(self.folder / self.state)])

    def day(self, day: date) -> set[Alerted]:
        """Let the monitor do one cycle as of a day; returns what it alerted in it."""
        before = self.alerted()
        assert self.run("once", "--as-of", day.isoformat()) == 0
        return self.alerted() - before

    def _rows(self, query: str) -> list[tuple[str, ...]]:
        file = self.folder / self.state / "monitor.db"
        if not self.database.startswith("postgresql") and not file.exists():
            return []
        address = make_url(self.database).set(drivername="postgresql+psycopg") if self.database else f"sqlite:///{file}"
        engine = create_engine(address)
        try:
            with engine.connect() as connection:
                return [tuple(row) for row in connection.execute(text(query))]
        except ProgrammingError:
            return []  # nothing has made its tables yet
        finally:
            engine.dispose()

    def alerted(self) -> set[Alerted]:
        """Every change that a subscriber was alerted of, and that was really handed over."""
        rows = self._rows(
            "SELECT c.urn, c.area, c.old, c.new, c.kinds FROM alerts a JOIN changes c ON c.id = a.change "
            "JOIN deliveries d ON d.id = a.delivery WHERE d.state = 'sent'"
        )
        return {
            (by_urn()[urn].name, area, old, new, tuple(kinds if isinstance(kinds, list) else json.loads(kinds)))
            for urn, area, old, new, kinds in rows
        }

    def sent(self) -> tuple[int, int]:
        """How many mails and Slack messages arrived."""
        return len(self.mailbox.mails), len(self.slack)

    def deliveries(self) -> dict[str, int]:
        """How many deliveries are in which state."""
        return {state: int(count) for state, count in self._rows("SELECT state, count(*) FROM deliveries GROUP BY state")}


@contextmanager
def _serving(town_of: list[Town]) -> Iterator[str]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            town = town_of[0]
            name = self.path.strip("/").removesuffix(".xml")
            found = next((article for article in town.prints if article.path == self.path), None)
            if self.path.endswith(".xml"):
                items = "".join(article.item(town.base) for article in town.prints if article.paper == name)
                self._give("application/rss+xml", f'<rss version="2.0"><channel><title>{name}</title>{items}</channel></rss>')
            elif found:
                self._give("text/html; charset=utf-8", found.html())
            else:
                self.send_error(404)

        def do_POST(self) -> None:
            town_of[0].slack.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self._give("text/plain", "ok")

        def _give(self, content_type: str, body: str) -> None:
            encoded = body.encode()
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(encoded)))
            self.end_headers()
            self.wfile.write(encoded)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def living(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A town with its servers up."""
    town_of: list[Town] = []
    with Mailbox() as mailbox, _serving(town_of) as base:
        town = Town(folder=folder, base=base, mailbox=mailbox)
        town_of.append(town)
        monkeypatch.setenv(
            "TEST_MAIL_URL", f"mailto://127.0.0.1:{mailbox.port}?from=monitor@monitor.example&to=desk@monitor.example"
        )
        monkeypatch.setenv("TEST_SLACK_URL", SLACK_HOOK)
        yield town
