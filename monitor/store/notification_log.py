"""What the journal beside the database knew and the database did not, when it was put back from a backup."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Boolean, Column, Connection, Integer, String, Table, select

from monitor.domain.ledger import SAME_INSPECTION
from monitor.store.schema import metadata

notification_log = Table(
    "notification_log",
    metadata,
    Column("delivery", String(32), primary_key=True),
    Column("token", String, primary_key=True),  # who was told what
    Column("epoch", Integer, nullable=False),
    Column("accepted", Boolean, nullable=False),  # otherwise nobody knows
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notified:
    """A try to tell somebody something that the database did not know of when it was put back."""

    delivery: str
    epoch: int
    accepted: bool  #: otherwise nobody knows whether it arrived
    day: str  #: of publication


class NotificationLog:
    """What the journal knew and the database did not. It is empty but after a backup was put back."""

    def __init__(self, connection: Connection) -> None:
        rows = connection.execute(select(notification_log).where(notification_log.c.token != "")).all()
        self._found: dict[str, list[Notified]] = defaultdict(list)
        for row in sorted(rows, key=lambda each: each.accepted, reverse=True):  # what is certain comes first
            digest, _, day = row.token.partition("@")
            self._found[digest].append(Notified(delivery=row.delivery, epoch=row.epoch, accepted=row.accepted, day=day))

    def __bool__(self) -> bool:
        return bool(self._found)

    def find(self, token: str) -> Notified | None:
        """The try that told this, of what may be the same inspection; None when it was not told."""
        digest, _, day = token.partition("@")
        return next((each for each in self._found.get(digest, ()) if _near(each.day, day)), None)


def _near(one: str, other: str) -> bool:
    if not (one and other):
        return one == other
    return abs(date.fromisoformat(one) - date.fromisoformat(other)) <= SAME_INSPECTION


def known_tries(connection: Connection) -> Mapping[str, int]:
    """The epochs of the deliveries in the log, whether or not it is known what they told."""
    return dict(connection.execute(select(notification_log.c.delivery, notification_log.c.epoch)).tuples().all())
