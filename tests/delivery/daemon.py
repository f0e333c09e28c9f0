"""A process that only sends: state at argv[1], mail to the port argv[2], journal argv[3], a lease of argv[4] seconds."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from monitor.channels.mail import MailChannel
from monitor.delivery import Outbox, SentJournal
from monitor.store import open_store
from monitor.system.clock import SystemClock


async def main() -> None:
    """Send until told to stop."""
    store = open_store(sys.argv[1])
    channel = MailChannel("mail", f"mailto://127.0.0.1:{sys.argv[2]}", sender="alerts@monitor.test")
    journal = SentJournal(Path(sys.argv[3]))
    print("sending", flush=True)
    lease = float(sys.argv[4])
    outbox = Outbox(
        store=store,
        channels={"mail": channel},
        clock=SystemClock(),
        journal=journal,
        idle=0.05,
        lease=lease,
        recover_every=lease / 4,
    )
    await outbox.drain(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main())
