"""What is believed: recorded inspections joined with the official history that the package ships."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, insert, select, update

from monitor.domain.ledger import decide
from monitor.domain.model import Account, Inspection
from monitor.store.rows import account_of, account_row, inspection_of, inspection_row
from monitor.store.schema import accounts, inspections

#: The official history published before a day (None: all of it).
History = Callable[[date | None], Sequence[Inspection]]


def recorded(connection: Connection, urns: Sequence[str] = ()) -> list[Inspection]:
    """The inspections in the database, of all authorities when none are named."""
    chosen, told_by = select(inspections), select(accounts)
    if urns:
        chosen, told_by = chosen.where(inspections.c.urn.in_(urns)), told_by.where(accounts.c.urn.in_(urns))
    told: dict[str, list[Account]] = defaultdict(list)
    for row in connection.execute(told_by).mappings():
        told[row["inspection"]].append(account_of(row))
    return [inspection_of(row, told[row["key"]]) for row in connection.execute(chosen).mappings()]


def known(connection: Connection, history: History, urns: Sequence[str], as_of: date | None) -> tuple[Inspection, ...]:
    """Recorded and shipped inspections as one, oldest first. History published on `as_of` or later is not yet known."""
    shipped = history(as_of)
    if urns:
        shipped = [inspection for inspection in shipped if inspection.authority.urn in urns]
    return tuple(sorted(_joined(recorded(connection, urns), shipped), key=lambda inspection: inspection.rank_key))


def _joined(live: Iterable[Inspection], shipped: Iterable[Inspection]) -> list[Inspection]:
    """Each inspection once: what the history says of one that the press told first is one more account of it."""
    found = {inspection.key: inspection for inspection in live}
    of: dict[str, list[str]] = defaultdict(list)
    for inspection in found.values():
        of[inspection.authority.urn].append(inspection.key)
    for inspection in shipped:
        if inspection.key in found:
            continue
        merged = None
        candidates = [found[key] for key in of.get(inspection.authority.urn, ())]
        if candidates and inspection.accounts:
            merged = decide(candidates, inspection.accounts[0], as_of=inspection.published).inspection
        if merged is None or merged.key not in found:
            merged = inspection
        found[merged.key] = merged
    return list(found.values())


def save(connection: Connection, inspection: Inspection, article: str, now: datetime, keys: Sequence[str]) -> None:
    """Write an inspection and the accounts it rests on; those named in `keys` were made by `article`."""
    row = inspection_row(inspection) | {"updated_at": now}
    there = connection.execute(select(inspections.c.key).where(inspections.c.key == inspection.key)).first()
    if there is None:
        connection.execute(insert(inspections).values(**row))
    else:
        connection.execute(update(inspections).where(inspections.c.key == inspection.key).values(**row))
    stored = dict(
        connection.execute(
            select(accounts.c.key, accounts.c.inspection).where(accounts.c.key.in_([a.key for a in inspection.accounts]))
        )
        .tuples()
        .all()
    )
    for account in inspection.accounts:
        if account.key in stored and account.key not in keys and stored[account.key] == inspection.key:
            continue
        values = account_row(account) | {"inspection": inspection.key}
        if account.key in keys:
            values["article"] = article
        if account.key in stored:
            connection.execute(update(accounts).where(accounts.c.key == account.key).values(**values))
        else:
            connection.execute(insert(accounts).values(**values, recorded_at=account.seen or now))
