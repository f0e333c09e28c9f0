"""Lists of changes: those that a filter wants, a part at a time, and gathered by inspection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitor.domain.model import Change, Inspection
from monitor.messages.headline import headline
from monitor.messages.notice import by_inspection
from monitor.web.queries.change_filter import ChangeFilter, FilterError
from monitor.web.queries.record import ChangeRecord, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePage:
    """A part of a list of changes."""

    changes: tuple[ChangeRecord, ...]
    total: int  #: in the whole list
    next: ChangeFilter | None  #: asks for what comes behind; None at the end


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionNews:
    """What one inspection changed, as far as a filter wants it."""

    inspection: Inspection
    previous: Inspection | None
    changes: tuple[ChangeRecord, ...]  #: in the order of reports

    @property
    def headline(self) -> str:
        """``leadership and protection now inadequate``."""
        return headline_of(self.changes)

    @property
    def address(self) -> str:
        """Where its page is, below the site."""
        return f"/changes/{self.inspection.key}"


def headline_of(changes: Sequence[ChangeRecord]) -> str:
    """The substance of changes of one inspection."""
    (together,) = by_inspection([each.change for each in changes])
    return headline(together)


def page_of(record: Record, wanted: ChangeFilter) -> ChangePage:
    """The part of the list that a filter asks for. Raises FilterError when `after` names no change."""
    found = [each for each in record.changes if wanted(each)]
    if wanted.oldest_first:
        found.sort(key=lambda each: (each.known_at, each.key))
    start = 0
    if wanted.after:
        start = _behind(record, wanted, found)
    part = found[start : start + wanted.limit]
    more = start + wanted.limit < len(found)
    return ChangePage(
        changes=tuple(part), total=len(found), next=replace(wanted, after=part[-1].key) if more and part else None
    )


def _behind(record: Record, wanted: ChangeFilter, found: Sequence[ChangeRecord]) -> int:
    """Where the list goes on behind a change, be that in the list itself or not."""
    last = record.change(wanted.after)
    if last is None:
        raise FilterError({"after": "is the key of no change that is known"})
    if wanted.oldest_first:
        return sum((each.known_at, each.key) <= (last.known_at, last.key) for each in found)
    return sum(each.sort_key >= last.sort_key for each in found)


def news_of(record: Record, changes: Sequence[ChangeRecord]) -> tuple[InspectionNews, ...]:
    """Changes gathered by inspection, in the order in which they come."""
    groups: dict[str, list[ChangeRecord]] = {}
    for each in changes:
        groups.setdefault(each.inspection.key, []).append(each)
    return tuple(
        InspectionNews(
            inspection=group[0].inspection,
            previous=record.previous(group[0].inspection),
            changes=tuple(sorted(group, key=lambda each: each.sort_key, reverse=True)),
        )
        for group in groups.values()
    )


def inspections_page(record: Record, wanted: ChangeFilter) -> tuple[tuple[InspectionNews, ...], ChangePage]:
    """The part of the list that a filter asks for, no inspection torn in two."""
    part = page_of(record, wanted)
    if part.next is not None and part.changes:
        last = part.changes[-1].inspection.key
        more = [each for each in record.by_inspection[last] if wanted(each) and each not in part.changes]
        changes = (*part.changes, *more)
        rest = replace(part.next, after=changes[-1].key)
        part = replace(part, changes=changes, next=rest if page_of(record, rest).changes else None)
    return news_of(record, part.changes), part


def wording(change: Change) -> tuple[str, str]:
    """An area before and now, in words: ``("good", "inadequate")``."""
    before = change.old.words if change.old else "not known"
    if change.old is None and change.old_shared:
        before = f"{change.old_shared.words}, shared with children in care"
    return before, change.new.words if change.new else "not graded"
