"""A message to try a way out with: a real change of the record, marked as a test."""

from __future__ import annotations

from datetime import date, datetime

from monitor.domain.authorities import by_urn
from monitor.domain.history import history
from monitor.domain.ledger import decide
from monitor.messages.notice import Notice, Purpose

#: Trafford, published on 3 August 2026: two areas fell to inadequate while one rose to good, and there was no overall grade.
_URN, _PUBLISHED = "80573", date(2026, 8, 3)


def sample_notice(identity: str, now: datetime, *, reasons: tuple[str, ...] = ()) -> Notice:
    """The notice of a test message. It tells of nothing new, and says so in its subject."""
    mine = [inspection for inspection in history() if inspection.authority == by_urn()[_URN]]
    sample = next(inspection for inspection in mine if inspection.published == _PUBLISHED)
    before = [inspection for inspection in mine if inspection.published < _PUBLISHED]
    changes = decide(before, sample.attestations[0], as_of=_PUBLISHED).changes
    return Notice(
        id=identity,
        created=now,
        changes=changes,
        purpose=Purpose.TEST,
        previous={sample.key: before[-1]},
        reasons=("This is a test: it shows what an alert looks like, with a change of August 2026.", *reasons),
    )
