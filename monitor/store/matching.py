"""Why a subscription was told of a change or not, asked again of what is recorded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, RowMapping, or_, select

from monitor.domain.model import Inspection, SourceClass
from monitor.domain.recorded_change import RecordedChange, Verdict
from monitor.domain.subscriptions import LedgerView, Subscription, currently_inadequate, matches
from monitor.store.ledger import History, known
from monitor.store.reached import reached
from monitor.store.rows import change_of
from monitor.store.schema import alerts, changes, deliveries


def find_changes(connection: Connection, history: History, name: str, limit: int = 20) -> tuple[RecordedChange, ...]:
    """Changes whose key or id begins with `name`; the newest when it is empty."""
    chosen = select(changes).order_by(changes.c.recorded_at.desc(), changes.c.key).limit(limit)
    if name:
        chosen = chosen.where(
            or_(changes.c.key.startswith(name, autoescape=True), changes.c.id.startswith(name, autoescape=True))
        )
    rows = connection.execute(chosen).mappings().all()
    return _recorded(rows, known(connection, history, sorted({row["urn"] for row in rows}), None) if rows else ())


def all_changes(connection: Connection, inspections: Iterable[Inspection]) -> tuple[RecordedChange, ...]:
    """Every recorded change of these inspections, oldest first."""
    rows = connection.execute(select(changes).order_by(changes.c.recorded_at, changes.c.key)).mappings().all()
    return _recorded(rows, inspections)


def _recorded(rows: Iterable[RowMapping], known_inspections: Iterable[Inspection]) -> tuple[RecordedChange, ...]:
    inspections = {inspection.key: inspection for inspection in known_inspections}
    return tuple(
        RecordedChange(
            id=row["id"],
            change=change_of(row, inspections[row["inspection"]]),
            source_class=SourceClass(row["source_class"]),
            silent=row["silent"],
            recorded_at=row["recorded_at"],
        )
        for row in rows
        if row["inspection"] in inspections
    )


def verdicts(
    connection: Connection, history: History, found: RecordedChange, subscriptions: Sequence[Subscription]
) -> tuple[Verdict, ...]:
    """Each subscription's clauses for a recorded change, and the delivery that told it."""
    change = found.change
    mine = known(connection, history, (change.authority.urn,), None)
    before = [i for i in mine if i.published < change.inspection.published and i.key != change.inspection.key]
    before_it = reached(connection, [change.inspection.key], [found.id])
    sent = {
        row.subscription: (row.id or "", row.state or "")
        for row in connection.execute(
            select(alerts.c.subscription, deliveries.c.id, deliveries.c.state)
            .outerjoin(deliveries, deliveries.c.id == alerts.c.delivery)
            .where(alerts.c.change == found.id)
        )
    }
    inadequate = currently_inadequate(before)
    return tuple(
        Verdict(
            subscription=each,
            match=matches(
                each,
                change,
                LedgerView(
                    inadequate=inadequate,
                    source_class=found.source_class,
                    told=before_it.by(each, change)[0],
                    alerted=before_it.by(each, change)[1],
                ),
            ),
            delivery=sent.get(each.name, ("", ""))[0],
            state=sent.get(each.name, ("", ""))[1],
            waits=each.name in sent and not sent[each.name][0],
        )
        for each in subscriptions
    )
