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
from monitor.delivery import Outbox, SentJournal
from monitor.domain.subscription_keys import subscription_from_table
from monitor.ports import Outcome, Result
from monitor.store import SqlStore, open_store, outbox, schema
from monitor.system.clock import SystemClock
from tests.builders import story
from tests.channels.sink import Sink, running


def record(store: SqlStore, council: str, grades: str = "overall inadequate") -> int:
    """One article of one council; returns how many deliveries it made."""
    now = datetime.now(UTC)
    document, result = story({council: grades}, published=now.date())
    return store.record(document, result, link=None, baseline=False, now=now).deliveries


def settled_rows(store: SqlStore, rows: int) -> None:
    """Fill the outbox with messages of the past."""
    now = datetime.now(UTC)
    past = now - timedelta(days=30)
    body = {"id": "b" * 32, "subject": "", "forms": {"text": "t"}, "headers": {}}
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
                "footers": {"text": "t"},
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


def claims(store: SqlStore, count: int) -> dict[str, list[float]]:
    """Milliseconds of so many claims, of one message and of eight: the query by itself, and the commit that follows."""
    spent: dict[str, list[float]] = {"query": [], "commit": [], "query of eight": [], "commit of eight": []}
    for number in range(count):
        now = datetime.now(UTC)
        many = number % 2 == 1
        kind = " of eight" if many else ""
        begun = time.perf_counter()
        with store.engine.begin() as connection:
            claimed = outbox.claim(connection, "bench", now, 60, 8 if many else 1)
            asked = time.perf_counter()
        spent["query" + kind].append((asked - begun) * 1000)
        spent["commit" + kind].append((time.perf_counter() - asked) * 1000)
        for delivery in claimed:
            store.settle(delivery, Outcome(result=Result.SENT), now=now)
    return spent


def shown(name: str, found: list[float]) -> str:
    """Least, median and 95th percentile."""
    found = sorted(found)
    return (
        f"{name}: least {found[0]:.2f} ms, median {statistics.median(found):.2f} ms, p95 {found[int(len(found) * 0.95)]:.2f} ms"
    )


async def sent(store: SqlStore, folder: Path, sink: Sink, mails: int) -> tuple[int, float]:
    """Send so many mails; returns how many the sink took until then, and in how many seconds."""
    channel = MailChannel("mail", f"mailto://127.0.0.1:{sink.port}", sender="alerts@monitor.test")
    journal = SentJournal(folder / "sent.journal")
    sender = Outbox(store=store, channels={"mail": channel}, clock=SystemClock(), journal=journal)
    stop, begun = asyncio.Event(), time.perf_counter()
    draining = asyncio.create_task(sender.drain(stop))
    while (taken := sink.taken) < mails:  # noqa: ASYNC110  # another process fills it
        await asyncio.sleep(0.02)
    seconds = time.perf_counter() - begun
    stop.set()
    await draining
    return taken, seconds


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
        two = "overall inadequate, leadership inadequate"
        for council, grades in (("Oxfordshire", "overall inadequate"), ("Surrey", "overall inadequate"), ("Hampshire", two)):
            begun, cpu = time.perf_counter(), time.process_time()
            made = record(store, council, grades)
            wall, cpu = time.perf_counter() - begun, time.process_time() - cpu
            print(
                f"match and enqueue {1 + grades.count(',')} change(s): {made} deliveries of {args.people} subscriptions "
                f"in {wall:.2f} s ({cpu:.2f} s of CPU)"
            )
        print(f"{(Path(name) / 'monitor.db').stat().st_size / 3 / made / 1024:.1f} KB of state a delivery")
        begun = time.perf_counter()
        settled_rows(store, args.rows)
        print(f"({args.rows} settled rows written in {time.perf_counter() - begun:.0f} s)")
        for kind, spent in claims(store, 400).items():
            print(shown(f"claim beside {args.rows} settled rows, {kind}", spent))
        with running() as sink:
            cpu = time.process_time()
            taken, seconds = asyncio.run(sent(store, Path(name), sink, args.mails))
            cpu = time.process_time() - cpu
        print(
            f"mail: {taken / seconds:.0f} a second into a sink in another process ({taken} mails), {cpu / taken * 1000:.1f} ms "
            "of CPU each"
        )
        print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")
        store.close()


if __name__ == "__main__":
    main()
