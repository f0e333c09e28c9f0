"""A sign of life, over real HTTP."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest

from monitor.app.heartbeat import Heartbeat, build_heartbeat
from monitor.ports import ConfigError
from monitor.system.clock import SystemClock


@contextmanager
def listening(status: int) -> Iterator[tuple[str, list[str]]]:
    """A server on loopback that notes what it is asked for."""
    asked: list[str] = []

    class Notes(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Notes)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/secret", asked
    finally:
        server.shutdown()
        server.server_close()


def settings(name: str = "BEAT") -> Any:
    return SimpleNamespace(heartbeat_url_env=name, allow_private=True, proxy="", ca_file="")


async def test_a_sign_is_given() -> None:
    with listening(200) as (url, asked):
        heartbeat = build_heartbeat(settings(), SystemClock(), {"BEAT": url})
        assert heartbeat is not None
        assert await heartbeat()
        assert asked == ["/secret"]


async def test_what_is_not_heard_is_logged_once_and_its_address_never(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with listening(500) as (url, asked):
        heartbeat = Heartbeat(url, SystemClock(), allow_private=True)
        assert not await heartbeat()
        assert not await heartbeat()
    assert len(asked) == 2
    assert [record.levelname for record in caplog.records if record.name == "monitor.app.heartbeat"] == ["WARNING"]
    assert "secret" not in caplog.text


def test_without_an_address_there_is_none_or_a_mistake() -> None:
    assert build_heartbeat(settings(""), SystemClock(), {}) is None
    with pytest.raises(ConfigError, match="BEAT"):
        build_heartbeat(settings(), SystemClock(), {})
