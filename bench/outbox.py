"""How fast alerts are matched, enqueued, claimed and mailed. Run: python bench/outbox.py [--rows N] [--people N]."""

from __future__ import annotations

import argparse
import asyncio
import resource
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import insert

from monitor.channels.mail import MailChannel
from monitor.clock import SystemClock
from monitor.delivery import Outbox, SentJournal
from monitor.domain.subscriptions import subscription_from_table
from monitor.ports import Outcome, Result
from monitor.store import SqlStore, open_store, schema
from tests.builders import story
from tests.channels.servers import smtp_server


def record(store: SqlStore, council: str) -> int:
    """One article of one council; returns how many deliveries it made."""
    now = datetime.now(UTC)
    document, reading = story({council: "overall inadequate, leadership inadequate"}, published=now.date())
    return store.record(document, reading, link=None, baseline=False, now=now).deliveries


def settled_rows(store: SqlStore, rows: int) -> None:
    """Fill the outbox with messages of the past."""
    now = datetime.now(UTC)
    past = now - timedelta(days=30)
    body = {name: "" for name in ("subject", "text", "html", "slack", "payload")} | {"id": "b" * 32, "headers": {}}
    with store.engine.begin() as connection:
        connection.execute(insert(schema.bodies), [body])
    for start in range(0, rows, 20_000):
        batch = [
            {
                "id": f"{number:032x}",
                "purpose": "change",
                "channel": "mail",
                "recipient": f"p{number}@reader.test",
                "target": f"p{number}@reader.test",
                "change_set": f"{number:064x}",
                "body": "b" * 32,
                "foot_text": "t",
                "foot_html": "",
                "foot_slack": "",
                "headers": {},
                "state": "sent",
                "not_before": past,
                "created": past,
                "settled_at": past,
            }
            for number in range(start, min(start + 20_000, rows))
        ]
        with store.engine.begin() as connection:
            connection.execute(insert(schema.deliveries), batch)


def claims(store: SqlStore, count: int) -> list[float]:
    """Seconds of each of so many claims, each settled."""
    spent = []
    for _ in range(count):
        now = datetime.now(UTC)
        begun = time.perf_counter()
        (delivery,) = store.claim(owner="bench", now=now, lease=60)
        spent.append(time.perf_counter() - begun)
        store.settle(delivery, Outcome(result=Result.SENT), now=now)
    return spent


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="settled deliveries in the outbox")
    parser.add_argument("--people", type=int, default=10_000, help="subscriptions that match one change")
    parser.add_argument("--mails", type=int, default=500, help="mails sent into a local sink")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        wishes = tuple(
            subscription_from_table({"name": f"s{n}", "channel": "mail", "to": f"s{n}@reader.test", "regions": ["South East"]})
            for n in range(args.people)
        )
        store = open_store(f"sqlite:///{name}/monitor.db", subscriptions=lambda: wishes)
        record(store, "Leeds")  # nobody's: mirrors the subscriptions, warms the caches
        begun = time.perf_counter()
        made = record(store, "Oxfordshire")
        print(f"match and enqueue: {made} deliveries of {args.people} subscriptions in {time.perf_counter() - begun:.2f} s")
        begun = time.perf_counter()
        settled_rows(store, args.rows)
        print(f"({args.rows} settled rows written in {time.perf_counter() - begun:.0f} s)")
        spent = sorted(claims(store, min(500, made // 2)))
        p95 = spent[int(len(spent) * 0.95)] * 1000
        print(f"claim: median {statistics.median(spent) * 1000:.2f} ms, p95 {p95:.2f} ms beside {args.rows} settled rows")
        with smtp_server() as (mailbox, port):
            channel = MailChannel("mail", f"mailto://127.0.0.1:{port}", sender="alerts@monitor.test")
            outbox = Outbox(
                store=store, channels={"mail": channel}, clock=SystemClock(), journal=SentJournal(Path(name) / "sent.journal")
            )
            stop, begun = asyncio.Event(), time.perf_counter()

            async def send() -> None:
                draining = asyncio.create_task(outbox.drain(stop))
                while len(mailbox.mails) < min(args.mails, made // 2):  # noqa: ASYNC110  # another thread fills it
                    await asyncio.sleep(0.01)
                stop.set()
                await draining

            asyncio.run(send())
            seconds = time.perf_counter() - begun
            print(f"mail: {len(mailbox.mails) / seconds:.0f} a second into a local sink ({len(mailbox.mails)} mails)")
        print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")
        store.close()


if __name__ == "__main__":
    main()
