"""What honest papers report: one area of one council at a time, and what of it is news by the record as it ships."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from monitor.classifier import classify
from monitor.domain.history import history
from monitor.domain.ledger import attestations, decide
from monitor.domain.model import Article, Change, ChangeKind, Inspection
from tests.end_to_end.town import Print

AREAS = ("leadership", "help and protection", "children in care", "care leavers")
#: Years without an inspection after which nobody wonders at another.
_LONG_AGO = timedelta(days=2 * 365)


def councils(count: int, today: date) -> tuple[str, ...]:
    """Councils that were inspected long ago and were not inadequate then, by name."""
    latest: dict[str, Inspection] = {}
    for each in history():
        if each.authority.urn not in latest or each.published > latest[each.authority.urn].published:
            latest[each.authority.urn] = each
    found = sorted(
        each.authority.name
        for each in latest.values()
        if today - each.published > _LONG_AGO and "inadequate" not in {rating.value for rating in each.ratings.values()}
    )
    return tuple(found[:count])


def story(paper: str, path: str, council: str, area: str) -> Print:
    """An article of today."""
    sentences = [f"Children's services in {council} have been rated inadequate for {area}, Ofsted said in a report today."]
    return Print(paper, path, f"Ofsted rates {council} inadequate for {area}", sentences, datetime.now(UTC).date())


def changes_of(prints: Iterable[Print]) -> tuple[tuple[Change, ...], ...]:
    """What each article changes when nothing goes wrong: classified and folded here, in memory, one after the other."""
    known = list(history())
    found = []
    for each in prints:
        text = "\n\n".join(each.paragraphs)
        article = Article(url=each.path, title=each.title, text=text, published=each.day, outlet=each.paper)
        changes: dict[str, Change] = {}
        for attestation in attestations(article, classify(each.title, text, published=each.day)):
            decision = decide(known, attestation, as_of=each.day)
            changes |= {change.key: change for change in decision.changes if ChangeKind.UNCHANGED not in change.kinds}
            if decision.inspection is not None:
                known = [i for i in known if i.key != decision.inspection.key] + [decision.inspection]
        found.append(tuple(changes.values()))
    return tuple(found)


def expected_changes(prints: Sequence[Print]) -> int:
    """How many changes the articles make together."""
    return len({change.key for changes in changes_of(prints) for change in changes})
