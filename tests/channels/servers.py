"""Real servers on loopback that keep what they were given, and misbehave when told to."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Mailbox:
    """An SMTP server's memory: every mail it accepted; `answer` decides what the final dot is answered."""

    mails: list[Envelope] = field(default_factory=list)
    answer: Callable[[Envelope], str] = lambda _envelope: "250 OK"
    rcpt: Callable[[str], str] = lambda _address: "250 OK"
    pause: float = 0.0  #: seconds between accepting a mail and saying so

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any) -> str:
        """Accept or refuse a recipient."""
        said = self.rcpt(address)
        if said.startswith("2"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Keep a mail whose dot has come."""
        import asyncio

        said = self.answer(envelope)
        if said.startswith("2"):
            self.mails.append(envelope)
        if self.pause:
            await asyncio.sleep(self.pause)
        return said


@contextmanager
def smtp_server(mailbox: Mailbox | None = None, **options: Any) -> Iterator[tuple[Mailbox, int]]:
    """A server and its port."""
    mailbox = mailbox or Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield mailbox, port
    finally:
        controller.stop()


@contextmanager
def scripted_smtp(script: Callable[[Any], None]) -> Iterator[int]:
    """A TCP server that runs `script` with a file of each connection: for servers no library would write."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb", buffering=0) as file:
                try:
                    script(file)
                except (OSError, ValueError):
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        stop.set()
        listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in accept; closing alone does not
        listener.close()
        thread.join(timeout=2)


@dataclass
class Hook:
    """An HTTP endpoint's memory; `answer` gives status, body and headers."""

    requests: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    answer: Callable[[], tuple[int, str, dict[str, str]]] = lambda: (200, "ok", {})
    pause: float = 0.0


@contextmanager
def http_server(hook: Hook | None = None, context: ssl.SSLContext | None = None) -> Iterator[tuple[Hook, str]]:
    """An endpoint and its address; with a `context`, encrypted, under the name of localhost."""
    hook = hook or Hook()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if len(body) < int(self.headers["Content-Length"]):
                return  # the sender stopped short: nothing was asked
            hook.requests.append((self.path, dict(self.headers), json.loads(body)))
            time.sleep(hook.pause)
            status, text, headers = hook.answer()
            if status == 0:
                return  # hang up without an answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    if context:
        # The handshake is the business of each connection's own thread: one that hangs hangs alone.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hook, f"{'https://localhost' if context else 'http://127.0.0.1'}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
