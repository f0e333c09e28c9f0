"""`monitor run` with its waits divided: ``python -m tests.soak.hurried FACTOR --config ... --state ...``.

It is the real daemon. Only how long it waits is changed: between polls of a source, looks for alarms, digests and abandoned
claims, and requests to one host. What it does between the waits, and how often in a simulated day, is as ever.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from typing import Any

import monitor.polling
from monitor.app import daemon
from monitor.cli import main
from monitor.delivery import Outbox
from monitor.domain.schedule import interval_factor
from monitor.fetch.limits import Limits


def hurry(factor: float) -> None:
    """Divide the waits of this process, and those of the night and the weekend altogether."""
    next_due = monitor.polling.next_due

    def sooner(*, now: datetime, **facts: Any) -> datetime:
        wait: timedelta = next_due(now=now, **facts) - now
        return now + wait / (factor * interval_factor(now))

    monitor.polling.next_due = sooner
    for name in ("EVALUATE_EVERY", "READ_EVERY", "WATCH_EVERY"):
        setattr(daemon, name, getattr(daemon, name) / factor)
    for kind, name in ((Outbox, "recover_every"), (Limits, "delay")):
        defaults: dict[str, Any] = kind.__init__.__kwdefaults__  # type: ignore[misc]  # of a dataclass
        defaults[name] /= factor


if __name__ == "__main__":
    hurry(float(sys.argv[1]))
    sys.exit(main(["run", *sys.argv[2:]]))
