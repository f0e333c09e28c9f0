"""Lists of changes: those that a filter wants, a part at a time, and gathered by inspection."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

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
    everything: tuple[ChangeRecord, ...]  #: what it changed, whatever a filter wants

    @property
    def headline(self) -> str:
        """``leadership and protection now inadequate``."""
        return headline_of(self.changes)

    @property
    def standing(self) -> str:
        """What is to be known before any of it is believed, in two words at most; empty where nothing is."""
        gone = [each.is_withdrawn for each in self.everything]
        if all(gone):
            return "Withdrawn"
        if any(each.is_disputed for each in self.everything):
            return "Reports disagree"
        if any(each.is_corrected for each in self.everything):
            return "Corrected"
        return "Partly withdrawn" if any(gone) else ""

    @property
    def address(self) -> str:
        """Where its page is, below the site."""
        return f"/changes/{self.inspection.key}"


def headline_of(changes: Sequence[ChangeRecord]) -> str:
    """The substance of changes of one inspection."""
    (together,) = by_inspection([each.change for each in changes])
    return headline(together)


def page_of(record: Record, wanted: ChangeFilter, *, whole_inspections: bool = False) -> ChangePage:
    """The part of the list that a filter asks for; with `whole_inspections` as much more as makes the last one whole.

    Raises FilterError when `after` names no change.
    """
    found = [each for each in record.changes if wanted(each)]
    if wanted.oldest_first:
        found.sort(key=_known)
    start = _behind(record, wanted, found) if wanted.after else 0
    end = min(start + wanted.limit, len(found))
    while whole_inspections and 0 < end < len(found) and found[end].inspection.key == found[end - 1].inspection.key:
        end += 1
    following = replace(wanted, after=found[end - 1].key) if start < end < len(found) else None
    return ChangePage(changes=tuple(found[start:end]), total=len(found), next=following)


def _known(each: ChangeRecord) -> tuple[datetime, str]:
    return each.known_at, each.key


def _behind(record: Record, wanted: ChangeFilter, found: Sequence[ChangeRecord]) -> int:
    """Where the list goes on behind a change, be that in the list itself or not."""
    last = record.change(wanted.after)
    if last is None:
        raise FilterError({"after": "is the key of no change that is known"})
    if wanted.oldest_first:
        return bisect_right(found, _known(last), key=_known)
    return bisect_right(found, record.position[last.key], key=lambda each: record.position[each.key])


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
            everything=record.by_inspection[group[0].inspection.key],
        )
        for group in groups.values()
    )


def inspections_page(record: Record, wanted: ChangeFilter) -> tuple[tuple[InspectionNews, ...], ChangePage]:
    """The part of the list that a filter asks for, by inspection."""
    part = page_of(record, wanted, whole_inspections=True)
    return news_of(record, part.changes), part


def wording(change: Change) -> tuple[str, str]:
    """An area before and now, in words: ``("good", "inadequate")``."""
    before = change.old.words if change.old else "not known"
    if change.old is None and change.old_shared:
        before = f"{change.old_shared.words}, shared with children in care"
    return before, change.new.words if change.new else "not graded"
