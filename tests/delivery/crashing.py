"""A process that dies by SIGKILL at exactly its k-th durable or visible act, again and again from a warm start.

No point is placed by hand: every commit of the database, every write to a socket and every fsync counts, before and after.
Requests come as JSON lines on standard input, one process is forked for each; the answer is the number of acts it did.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from monitor.channels.mail import MailChannel
from monitor.channels.slack import SlackChannel
from monitor.delivery import Outbox, SentJournal
from monitor.ports import Delivery, Outcome, Result
from monitor.store import open_store

SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


class Acts:
    """Counts acts, and ends the process at one of them."""

    def __init__(self, kill_at: int) -> None:
        self.done = 0
        self.kill_at = kill_at

    def count(self) -> None:
        """One more act; the last one if it is the chosen one."""
        self.done += 1
        if self.done == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, act: Callable[..., Any]) -> Callable[..., Any]:
        """The act, counted before and after."""

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.count()
            result = act(*args, **kwargs)
            self.count()
            return result

        return counted


class Later:
    """The real clock, some time later: enough that a dead process's claims are past their lease."""

    def __init__(self, seconds: float) -> None:
        self._by = timedelta(seconds=seconds)

    def now(self) -> datetime:
        """The moment."""
        return datetime.now(UTC) + self._by


class MarkAfter(Outbox):
    """How not to do it: send, then write that it was sent."""

    def _send(self, delivery: Delivery) -> str:
        outcome = self.channels[delivery.channel].send(delivery, lambda: True)
        self.store.settle(delivery, outcome, now=self.clock.now())
        return str(outcome.result)


class MarkBefore(Outbox):
    """How not to do it either: write that it was sent, then send."""

    def _send(self, delivery: Delivery) -> str:
        self.store.settle(delivery, Outcome(result=Result.SENT), now=self.clock.now())
        return str(self.channels[delivery.channel].send(delivery, lambda: True).result)


ORDERS = {"ours": Outbox, "mark-after": MarkAfter, "mark-before": MarkBefore}


def send(request: dict[str, Any]) -> int:
    """Recover and send what is due, as a start of the daemon does; returns how many acts that were."""
    acts = Acts(request["kill_at"])
    store = open_store(request["database"])
    event.listen(Engine, "commit", lambda _connection: acts.count())
    real_commit = store.engine.dialect.do_commit
    store.engine.dialect.do_commit = acts.around(real_commit)  # type: ignore[method-assign]  # the point of it
    socket.socket.sendall = acts.around(socket.socket.sendall)  # type: ignore[method-assign]
    socket.socket.send = acts.around(socket.socket.send)  # type: ignore[method-assign]
    os.fsync = acts.around(os.fsync)
    if request["channel"] == "mail":
        channel: Any = MailChannel("mail", f"mailto://127.0.0.1:{request['port']}", sender="alerts@monitor.test")
    else:
        channel = SlackChannel("mail", SLACK, endpoint=f"http://127.0.0.1:{request['port']}")
    outbox = ORDERS[request["order"]](
        store=store,
        channels={"mail": channel},
        clock=Later(request["later"]),
        journal=SentJournal(Path(request["journal"])),
    )
    asyncio.run(outbox.send_due())
    return acts.done


def main() -> None:
    """Serve requests until standard input ends."""
    logging.disable()
    for line in sys.stdin:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            done = send(json.loads(line))
            os.write(writer, str(done).encode())
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader, "rb") as answer:
            said = answer.read()
        _, status = os.waitpid(child, 0)
        print(json.dumps({"acts": int(said or 0), "killed": os.WIFSIGNALED(status)}), flush=True)


if __name__ == "__main__":
    main()
