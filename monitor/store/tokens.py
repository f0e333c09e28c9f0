"""Who was told what, as a token that is the same however often, by whomever and in whatever order it is found.

A delivery has a random id; found again after a backup was put back, the same news gets another one. Its tokens stay: a hash
of the person, the authority, the area and its grade, and beside it the day of publication, which a second article may give
differently.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import Connection, select

from monitor.domain.model import Change, SourceClass
from monitor.store.schema import changes, deliveries, inspections, notifications

#: So many ids a question: databases take no endless lists.
CHUNK = 500


def tokens(target: str, urn: str, inspection: str, key: str, published: date, *, official: bool) -> tuple[str, ...]:
    """What a person who was told a change need not be told again.

    Who was told a confirmation or a correction knows what it says; who was told by Ofsted's own report knows it confirmed.
    """
    what = key.removeprefix(f"{inspection}:")
    area, new = (*what.split(":"), "", "")[:2]
    plain = f"{area}:{new}"
    said = dict.fromkeys((what, plain, *([f"{plain}:confirmed"] if official and what == plain else [])))
    return tuple(f"{_digest(target, urn, each)}@{published.isoformat()}" for each in said)


def token_of(target: str, change: Change) -> str:
    """The token of telling a change to a person."""
    there = change.inspection
    return tokens(target, there.authority.urn, there.key, change.key, there.published, official=False)[0]


def token_of_message(target: str, change_set: str) -> str:
    """The token of a message that tells of no change, by what its set is called."""
    return f"{_digest(target, change_set)}@"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def tells_of(connection: Connection, ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The tokens of each of these deliveries: of its changes, or where it tells none of the message as such."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for some in chunks(sorted(ids)):
        told = connection.execute(
            select(
                notifications.c.delivery,
                notifications.c.target,
                changes.c.urn,
                changes.c.inspection,
                changes.c.key,
                changes.c.source_class,
                inspections.c.published,
            )
            .join(changes, changes.c.id == notifications.c.change)
            .join(inspections, inspections.c.key == changes.c.inspection)
            .where(notifications.c.delivery.in_(some))
        )
        for row in told:
            official = row.source_class == SourceClass.OFFICIAL
            said = tokens(row.target, row.urn, row.inspection, row.key, row.published, official=official)
            found[row.delivery] |= dict.fromkeys(said)
        others = [each for each in some if each not in found]
        sets = select(deliveries.c.id, deliveries.c.target, deliveries.c.change_set).where(deliveries.c.id.in_(others))
        for identity, target, change_set in connection.execute(sets).tuples() if others else ():
            found[identity] = {token_of_message(target, change_set): None}
    return {identity: tuple(said) for identity, said in found.items()}


def chunks(ids: Collection[str]) -> Iterable[list[str]]:
    """The ids in portions."""
    every = list(ids)
    return (every[start : start + CHUNK] for start in range(0, len(every), CHUNK))
