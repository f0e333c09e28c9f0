"""What is believed: recorded inspections joined with the official history that the package ships."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, insert, select, update

from monitor.domain.ledger import decide
from monitor.domain.model import Attestation, Inspection
from monitor.store.rows import attestation_of, attestation_row, inspection_of, inspection_row
from monitor.store.schema import attestations, inspections

#: The official history published before a day (None: all of it).
History = Callable[[date | None], Sequence[Inspection]]


def recorded(connection: Connection, urns: Sequence[str] = ()) -> list[Inspection]:
    """The inspections in the database, of all authorities when none are named."""
    chosen, told_by = select(inspections), select(attestations)
    if urns:
        chosen, told_by = chosen.where(inspections.c.urn.in_(urns)), told_by.where(attestations.c.urn.in_(urns))
    told: dict[str, list[Attestation]] = defaultdict(list)
    for row in connection.execute(told_by).mappings():
        told[row["inspection"]].append(attestation_of(row))
    return [inspection_of(row, told[row["key"]]) for row in connection.execute(chosen).mappings()]


def known(connection: Connection, history: History, urns: Sequence[str], as_of: date | None) -> tuple[Inspection, ...]:
    """Recorded and shipped inspections as one, oldest first. History published on `as_of` or later is not yet known."""
    shipped = history(as_of)
    if urns:
        shipped = [inspection for inspection in shipped if inspection.authority.urn in urns]
    return tuple(sorted(_joined(recorded(connection, urns), shipped), key=lambda inspection: inspection.rank_key))


def _joined(live: Iterable[Inspection], shipped: Iterable[Inspection]) -> list[Inspection]:
    """Each inspection once: what the history says of one that the press told first is one more attestation of it."""
    found = {inspection.key: inspection for inspection in live}
    of: dict[str, list[str]] = defaultdict(list)
    for inspection in found.values():
        of[inspection.authority.urn].append(inspection.key)
    for inspection in shipped:
        if inspection.key in found:
            continue
        merged = None
        candidates = [found[key] for key in of.get(inspection.authority.urn, ())]
        if candidates and inspection.attestations:
            merged = decide(candidates, inspection.attestations[0], as_of=inspection.published).inspection
        if merged is None or merged.key not in found:
            merged = inspection
        found[merged.key] = merged
    return list(found.values())


def save(connection: Connection, inspection: Inspection, article: str, now: datetime, keys: Sequence[str]) -> None:
    """Write an inspection and the attestations it rests on; those named in `keys` were made by `article`."""
    row = inspection_row(inspection) | {"updated_at": now}
    there = connection.execute(select(inspections.c.key).where(inspections.c.key == inspection.key)).first()
    if there is None:
        connection.execute(insert(inspections).values(**row))
    else:
        connection.execute(update(inspections).where(inspections.c.key == inspection.key).values(**row))
    stored = dict(
        connection.execute(
            select(attestations.c.key, attestations.c.inspection).where(
                attestations.c.key.in_([a.key for a in inspection.attestations])
            )
        )
        .tuples()
        .all()
    )
    for attestation in inspection.attestations:
        if attestation.key in stored and attestation.key not in keys and stored[attestation.key] == inspection.key:
            continue
        values = attestation_row(attestation) | {"inspection": inspection.key}
        if attestation.key in keys:
            values["article"] = article
        if attestation.key in stored:
            connection.execute(update(attestations).where(attestations.c.key == attestation.key).values(**values))
        else:
            connection.execute(insert(attestations).values(**values, recorded_at=attestation.seen or now))
