"""That all daemons on one database sign with the same key: what one signs the others are asked about."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, insert, select, update

from monitor.store.schema import facts, leases
from monitor.store.utc_datetime import UTCDateTime

_KEY = "links_key"
#: Who has written it so lately may not have had the time to ask for the lead.
_LATELY = timedelta(minutes=1)


def register_key(connection: Connection, key: bytes, previous: Collection[str] = ()) -> bool | None:
    """Compare the key of an installation with that of the daemons on the same server, by a fingerprint that is kept there.

    Args:
        connection: a transaction on a server's state.
        key: in full; it is not kept.
        previous: owners of leases that are dead for certain.

    Returns:
        Whether it is theirs: False while one of them runs; None where none does, and so it is the key from now on.
    """
    fingerprint = hashlib.blake2b(key, digest_size=8, person=b"links.key").hexdigest()
    now: datetime = connection.execute(select(func.clock_timestamp(type_=UTCDateTime))).scalar_one()
    kept = connection.execute(select(facts.c.value).where(facts.c.name == _KEY).with_for_update()).scalar()
    if kept is None:
        connection.execute(insert(facts).values(name=_KEY, value=f"{fingerprint} {now.isoformat()}"))
        return True
    before, since = kept.split()
    if before == fingerprint:
        return True
    runs = select(leases.c.name).where(leases.c.expires > now, leases.c.owner.not_in(list(previous)))
    if now - datetime.fromisoformat(since) < _LATELY or connection.execute(runs).first() is not None:
        return False
    connection.execute(update(facts).where(facts.c.name == _KEY).values(value=f"{fingerprint} {now.isoformat()}"))
    return None
