"""Who of several daemons on one database does what only one needs to do. Saves work; what must be right does not rest on it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine, case, insert, or_, update
from sqlalchemy.exc import IntegrityError

from monitor.store.schema import leases


def acquire(engine: Engine, name: str, *, owner: str, now: datetime, length: timedelta) -> int | None:
    """Take or renew a lease.

    Args:
        engine: of the store.
        name: of the lease.
        owner: who asks; a name that no other process has.
        now: the moment.
        length: how long it is held without another call.

    Returns:
        Its epoch, which rises with every change of hands; None when another owner holds it.
    """
    until = now + length
    with engine.begin() as connection:
        epoch = connection.execute(
            update(leases)
            .where(leases.c.name == name, or_(leases.c.owner == owner, leases.c.expires <= now))
            .values(owner=owner, expires=until, epoch=case((leases.c.owner == owner, leases.c.epoch), else_=leases.c.epoch + 1))
            .returning(leases.c.epoch)
        ).scalar()
    if epoch is not None:
        return int(epoch)
    try:
        with engine.begin() as connection:
            connection.execute(insert(leases).values(name=name, owner=owner, epoch=1, expires=until))
    except IntegrityError:
        return None  # another owner's, perhaps made just now
    return 1


def release(engine: Engine, name: str, *, owner: str, now: datetime) -> None:
    """Give a lease back at an orderly end, so that another need not wait until it runs out."""
    with engine.begin() as connection:
        connection.execute(update(leases).where(leases.c.name == name, leases.c.owner == owner).values(expires=now))
