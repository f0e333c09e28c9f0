"""What was found, for the page: a row an inspection, the news first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from monitor.domain.attestation import day_of
from monitor.domain.model import Area, Change
from monitor.messages.codes import silent_words
from monitor.messages.disarm import quoted
from monitor.messages.headline import headline
from monitor.messages.notice import SEVERITY, by_inspection, moved, severity
from monitor.messages.sanitize import link, sanitize

if TYPE_CHECKING:
    from monitor.store.matching import RecordedChange

MAX_ROWS = 20
#: Of one inspection; the others said the same.
_MAX_SOURCES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRow:
    """One area of an inspection, before and now, in words."""

    name: str
    before: str
    now: str
    grade: str  #: now, as the style sheet calls it; empty where there is none
    moved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Who says so."""

    outlet: str
    published: date
    url: str  #: empty where it cannot be repeated safely
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRow:
    """Everything the page says of one inspection."""

    authority: str
    headline: str
    areas: tuple[AreaRow, ...]
    sources: tuple[Source, ...]
    silent: str  #: why nobody was told, in words; empty when it was news


def is_news(change: Change) -> bool:
    """Whether a change tells anything but that an area is what it was."""
    return change.old is None or change.new is None or change.reported is not None or moved(change) != 0


def found_rows(found: Sequence[RecordedChange]) -> tuple[FoundRow, ...]:
    """At most `MAX_ROWS` rows of changes that come newest first: what was told, then other news, then what is unchanged."""
    groups: dict[str, list[RecordedChange]] = {}
    for each in found:
        groups.setdefault(each.change.inspection.key, []).append(each)
    return tuple(_row(group) for group in sorted(groups.values(), key=_rank, reverse=True)[:MAX_ROWS])


def _rank(group: Sequence[RecordedChange]) -> int:
    news = [each for each in group if is_news(each.change)]
    return 2 if any(not each.silent for each in news) else 1 if news else 0


def _row(group: Sequence[RecordedChange]) -> FoundRow:
    latest: dict[Area, Change] = {}
    for each in sorted(group, key=_is_believed, reverse=True):
        latest.setdefault(each.change.area, each.change)
    (changes,) = by_inspection([*latest.values()])
    gravest = sorted((each.change for each in group), key=lambda change: SEVERITY.index(severity([change])))
    said = {(change.outlet, change.url, change.evidence): change for change in gravest}
    return FoundRow(
        authority=sanitize(changes[0].authority.display_name),
        headline=headline(changes),
        areas=tuple(_area(change) for change in changes),
        sources=tuple(
            Source(
                outlet=sanitize(change.outlet) or "An article",
                published=day_of(change),
                url=link(change.url),
                evidence=quoted(change.evidence),
            )
            for change in list(said.values())[:_MAX_SOURCES]
        ),
        silent=silent_words(group[0].silent) if all(each.silent for each in group) else "",
    )


def _is_believed(found: RecordedChange) -> bool:
    """Whether the grade that a change told is still the one that is believed: an outlet that disagrees decides nothing."""
    return found.change.new is found.change.inspection.ratings.get(found.change.area)


def _area(change: Change) -> AreaRow:
    before = change.old.words if change.old else "not known"
    if change.old is None and change.old_shared:
        before = f"{change.old_shared.words}, shared with children in care"
    return AreaRow(
        name=change.area.heading,
        before=before,
        now=change.new.words if change.new else "not graded",
        grade=change.new.value if change.new else "",
        moved=is_news(change),
    )
