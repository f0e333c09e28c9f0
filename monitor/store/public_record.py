"""What the store tells everybody who looks: inspections and changes with what they rest on; nothing about any reader."""

from __future__ import annotations

import hashlib
from datetime import date

from sqlalchemy import func, select

from monitor.domain.public_record import Believed, ReportPage
from monitor.store.ledger import known
from monitor.store.matching import all_changes
from monitor.store.policy import Policy
from monitor.store.schema import attestations, changes, inspections, judgements
from monitor.store.transactions import Transactions


class PublicRecord(Transactions):
    """The part of the store that pages, feeds and the API read. Every method is one transaction."""

    _policy: Policy

    def record_version(self) -> str:
        """A word that is another one whenever anything that `believed` gives has changed; cheap to ask for."""
        inspected = select(func.count(), func.max(inspections.c.updated_at)).select_from(inspections)
        changed = select(func.count(), func.max(changes.c.recorded_at)).select_from(changes)
        attested = select(func.count(), func.max(attestations.c.recorded_at)).select_from(attestations)
        with self._reading.begin() as connection:
            counted = [tuple(connection.execute(each).one()) for each in (inspected, changed, attested)]
        return hashlib.sha256(repr(counted).encode()).hexdigest()[:16]

    def believed(self, *, as_of: date | None = None) -> Believed:
        """Everything known; shipped history only as far as it was published before `as_of`."""
        with self._reading.begin() as connection:
            found = known(connection, self._policy.history, (), as_of)
            return Believed(inspections=found, changes=all_changes(connection, found))

    def report_pages(self, inspection: str) -> tuple[ReportPage, ...]:
        """On which pages of its report the grades of an inspection (by its key) stand; none for what only the press told."""
        chosen = (
            select(judgements.c.area, judgements.c.quote, judgements.c.page)
            .join(attestations, attestations.c.article == judgements.c.article)
            .where(attestations.c.inspection == inspection, judgements.c.page.is_not(None))
            .where(judgements.c.urn == attestations.c.urn)
            .order_by(judgements.c.page, judgements.c.start)
        )
        with self._reading.begin() as connection:
            return tuple(ReportPage(area=row.area, quote=row.quote, page=row.page) for row in connection.execute(chosen))
