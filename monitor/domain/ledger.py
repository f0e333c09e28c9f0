"""What we believe: which inspection an attestation is of, and what it changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from monitor.domain.attestation import OFFICIAL, as_graded, attestations_of, inspect, witnesses
from monitor.domain.authorities import last_day
from monitor.domain.calendar import day_words
from monitor.domain.document_attestations import attestations
from monitor.domain.frameworks import graded_as
from monitor.domain.model import (
    Area,
    Attestation,
    Change,
    ChangeKind,
    Inspection,
    Rating,
    SourceClass,
    Trust,
)
from monitor.domain.movement import Move, against, direction, moves, own_rating, shared_rating, shares_grade, way_of
from monitor.domain.subscriptions import RETRACTIONS

__all__ = ["ALERT_WINDOW", "Attestation", "Background", "Decision", "attestations", "decide"]

#: An inspection published longer ago than this is recorded and never alerted.
ALERT_WINDOW = timedelta(days=30)
#: Press within this of an inspection's publication is about it. Two of one authority were never nearer than 591 days.
SAME_INSPECTION = timedelta(days=180)
#: The press cannot report an inspection this soon after another that Ofsted published.
TOO_SOON = timedelta(days=365)
#: An unchanged rating is believed to be a new one when the last is at least this old, the article says what it was, and it
#: tells of an inspection.
DUE_AGAIN = timedelta(days=550)
#: The longest that a report was awaited after fieldwork, with something to spare: an abolished council is news no longer.
MAX_WAIT = timedelta(days=270)
#: Clocks and time zones differ by this much at most.
CLOCK_TOLERANCE = timedelta(days=1)


class Background(StrEnum):
    """Why an attestation, or a part of it, announces nothing."""

    REPEATS_KNOWN_INSPECTION = "repeats_known_inspection"
    CORROBORATES = "corroborates_known_inspection"
    OLDER_THAN_NEWEST = "older_than_newest"
    OUTSIDE_ALERT_WINDOW = "outside_alert_window"
    TOO_SOON = "too_soon_after_inspection"
    CONTRADICTS_RECORD = "contradicts_official_record"
    DISAGREES = "disagrees_with_other_reports"
    NOT_IN_REPORT = "area_not_in_official_report"
    PREVIOUS_CONFLICTS = "previous_conflicts_with_record"
    DATED_IN_THE_FUTURE = "dated_in_the_future"
    ABOLISHED = "authority_abolished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What an attestation comes to: the inspection after it, the changes it makes, and why it makes no more."""

    inspection: Inspection | None  #: to be stored under its `key`; None when the attestation belongs to none
    changes: tuple[Change, ...] = ()
    background: tuple[str, ...] = ()


def decide(
    known: Sequence[Inspection], attestation: Attestation, *, as_of: date, alert_window: timedelta = ALERT_WINDOW
) -> Decision:
    """Fold one attestation into what is known: which inspection it is of, and what it changes. Pure.

    `known` may hold inspections of any authority, in any order; `as_of` is today. Changes are given only for the newest
    inspection of the authority, published within `alert_window` of `as_of`; else `background` says why not.
    """
    if attestation.published > as_of + CLOCK_TOLERANCE:
        return Decision(inspection=None, background=(Background.DATED_IN_THE_FUTURE,))
    abolished = last_day(attestation.authority)
    if abolished is not None and attestation.published > abolished + MAX_WAIT:
        return Decision(inspection=None, background=(Background.ABOLISHED,))
    if not attestation.ratings:
        return Decision(inspection=None, background=(Background.REPEATS_KNOWN_INSPECTION,))
    own = sorted((i for i in known if i.authority == attestation.authority), key=lambda i: i.rank_key)
    before = _match(own, attestation)
    previous = _before(own, before, attestation)
    noise = _noise(own, before, previous, attestation)
    if noise:
        return Decision(inspection=before, background=(noise,))
    after = inspect((*attestations_of(before), attestation), first_key=before.key) if before else inspect((attestation,))
    changes, reasons = _changes(before, after, previous, attestation)
    quiet = _quiet(own, before, after, attestation, as_of - alert_window)
    if changes and quiet:
        kept = _retractions(changes) if quiet is Background.OUTSIDE_ALERT_WINDOW else ()
        return Decision(inspection=after, changes=kept, background=(*reasons, quiet))
    if not changes and not reasons:
        reasons = (_nothing_new(before, after),)
    return Decision(inspection=after, changes=changes, background=reasons)


def _retractions(changes: Sequence[Change]) -> tuple[Change, ...]:
    """What says that an alert was wrong is told however late, but to nobody as news."""
    return tuple(replace(change, kinds=change.kinds & RETRACTIONS) for change in changes if change.kinds & RETRACTIONS)


def _match(own: Sequence[Inspection], attestation: Attestation) -> Inspection | None:
    """The known inspection that an attestation is of, the nearest in time of those it can be."""
    fitting = [inspection for inspection in own if _same(inspection, attestation)]
    return min(fitting, key=lambda i: (abs(i.published - attestation.published), i.key)) if fitting else None


def _same(inspection: Inspection, attestation: Attestation) -> bool:
    if attestation.is_report and inspection.fieldwork.end:
        ends = (inspection.fieldwork.end, attestation.fieldwork.end or attestation.published)
        return abs(ends[0] - ends[1]) <= SAME_INSPECTION  # a return visit or an amended report moves the end by weeks
    if attestation.is_report:
        return any(_tells(attestation, day) for day in _days(inspection))
    if inspection.fieldwork.end:
        return any(_tells(report, attestation.published) for report in attestations_of(inspection) if report.fieldwork.end)
    return any(abs(day - attestation.published) <= SAME_INSPECTION for day in _days(inspection))


def _tells(report: Attestation, day: date) -> bool:
    """Whether something published on a day can be about the inspection of a report: there were no findings before its end."""
    return (report.fieldwork.end or report.published) <= day <= report.published + SAME_INSPECTION


def _days(inspection: Inspection) -> set[date]:
    return {attestation.published for attestation in inspection.attestations} or {inspection.published}


def _before(own: Sequence[Inspection], matched: Inspection | None, attestation: Attestation) -> Inspection | None:
    """The inspection before the one that an attestation is of."""
    day = min(matched.published, attestation.published) if matched else attestation.published
    if attestation.fieldwork.end:
        day = min(day, attestation.fieldwork.end)
    earlier = [i for i in own if i is not matched and i.published < day]
    return earlier[-1] if earlier else None


def _noise(
    own: Sequence[Inspection], matched: Inspection | None, previous: Inspection | None, attestation: Attestation
) -> Background | None:
    """Why an attestation that is no report is no news of an inspection at all: the record is the second witness.

    An official page is asked too: a notice of intervention tells the rating that it follows, a year later.
    """
    if attestation.is_report:
        return None
    if previous and _repeats(previous, attestation):
        return Background.REPEATS_KNOWN_INSPECTION
    official = [i for i in own if i.trust in OFFICIAL]
    if matched is None and any(abs(i.published - attestation.published) < TOO_SOON for i in official):
        return Background.TOO_SOON
    return None


def _repeats(previous: Inspection, attestation: Attestation) -> bool:
    """Whether every rating of an attestation is the one the previous inspection gave, and nothing says it was given again.

    What was the grade before and is said to be it still is given again only where an inspection of now is told of.
    """
    due = attestation.reports_inspection and attestation.published - previous.published >= DUE_AGAIN
    if due and any(attestation.previous.get(area, (None,))[0] is rating for area, rating in attestation.ratings.items()):
        return False
    return all(
        previous.ratings.get(graded_as(area, combined_care=previous.combined_care)) is rating
        for area, rating in attestation.ratings.items()
    )


def _quiet(
    own: Sequence[Inspection], before: Inspection | None, after: Inspection, attestation: Attestation, oldest: date
) -> Background | None:
    """Why the changes of an inspection are recorded and not announced."""
    if any(i.published > after.published for i in own if i is not before):
        return Background.OLDER_THAN_NEWEST
    # Until there is a report nobody knows since when it has been told: a wrong date, or a wrong article, must not age the rest.
    day = min(after.published, attestation.published) if after.trust in OFFICIAL else attestation.published
    if day < oldest:
        return Background.OUTSIDE_ALERT_WINDOW
    return None


def _nothing_new(before: Inspection | None, after: Inspection) -> Background:
    """Why an attestation that changes no rating announces nothing."""
    stepped = before is not None and before.trust is not after.trust
    return Background.CORROBORATES if stepped else Background.REPEATS_KNOWN_INSPECTION


def _update(after: Inspection, area: Area, was: Rating | None, now: Rating) -> ChangeKind | None:
    """What a change says of the rating that the inspection had: that it holds, or how it does not; None where it had none."""
    if was is None:
        return None
    return ChangeKind.CONFIRMED if was is now else _overruled(after, area, was)


def _contradicted(
    before: Inspection | None, after: Inspection, previous: Inspection | None, attestation: Attestation, area: Area
) -> tuple[list[Change], list[Background]]:
    """What comes of an area that the attestation grades otherwise than is believed now, and of a grade that was withdrawn."""
    found: list[Change] = []
    reasons: list[Background] = []
    said, was, now = attestation.ratings.get(area), before.ratings.get(area) if before else None, after.ratings.get(area)
    if said is not None and said is not now:
        dispute = _dispute(before, after, previous, attestation, area)
        found += [dispute] if dispute else []
        reasons += [] if dispute else [_disagreement(after, area)]
    if now is None and was is not None and _is_withdrawn(after, area, was):
        found.append(_withdrawal(after, area, was, previous, attestation))
    return found, reasons


def _changes(
    before: Inspection | None, after: Inspection, previous: Inspection | None, attestation: Attestation
) -> tuple[tuple[Change, ...], tuple[Background, ...]]:
    """The changes that folding `attestation` makes, and what of it was not believed."""
    found: list[Change] = []
    reasons: dict[Background, None] = {}
    attestation = as_graded(attestation, combined_care=after.combined_care)
    confirms = _confirms(before, attestation)
    all_moves = {move.area: with_stated_past(move, previous, attestation) for move in moves(previous, after)}
    mixed = way_of(all_moves.values()) == "mixed"
    earlier = before.ratings if before else {}
    for area in Area:
        said, was, now = attestation.ratings.get(area), earlier.get(area), after.ratings.get(area)
        more, why = _contradicted(before, after, previous, attestation, area)
        found += more
        reasons |= dict.fromkeys(why)
        if now is None or (was is now and not (confirms and said is now)):
            continue
        update = _update(after, area, was, now)
        if update is ChangeKind.DISPUTED and _was_heard(before, area, now) and Rating.INADEQUATE in (was, now):
            continue  # it was told of as disputed when it was first heard
        conflict = _conflict(previous, attestation, area)
        if conflict:
            reasons[Background.PREVIOUS_CONFLICTS] = None
        if update is ChangeKind.DISPUTED and was is not None:
            conflict = conflict or against(was)
        found.append(change_from(after, all_moves[area], attestation, update=update, was=was, mixed=mixed, conflict=conflict))
    return tuple(found), tuple(reasons)


def _is_withdrawn(after: Inspection, area: Area, was: Rating) -> bool:
    """Whether a grade that was reported is in no report: not where it was the one that two areas turn out to share."""
    return after.ratings.get(graded_as(area, combined_care=after.combined_care)) is not was


def _withdrawal(after: Inspection, area: Area, was: Rating, previous: Inspection | None, attestation: Attestation) -> Change:
    old = own_rating(previous, area)
    return Change(
        key=f"{after.key}:{area}:{was}:{ChangeKind.WITHDRAWN}",
        inspection=after,
        area=area,
        old=old,
        new=None,
        kinds=frozenset({ChangeKind.WITHDRAWN}),
        evidence="",
        url=attestation.url,
        outlet=attestation.outlet,
        old_published=previous.published if previous and old else None,
        old_shared=shared_rating(previous, area),
        reported=was,
    )


def _confirms(before: Inspection | None, attestation: Attestation) -> bool:
    return (
        attestation.source_class is SourceClass.OFFICIAL
        and before is not None
        and before.trust in (Trust.REPORTED, Trust.CORROBORATED)
    )


def _disagreement(after: Inspection, area: Area) -> Background:
    if after.trust not in OFFICIAL:
        return Background.DISAGREES
    return Background.CONTRADICTS_RECORD if area in after.ratings else Background.NOT_IN_REPORT


def _dispute(
    before: Inspection | None, after: Inspection, previous: Inspection | None, attestation: Attestation, area: Area
) -> Change | None:
    """What an outlet reports otherwise than the others, when it is the first to and one of the two is the worst news.

    A grade that was the one before is told of by mistake more often than by somebody who knows better.
    """
    said, others = attestation.ratings[area], after.ratings.get(area)
    if after.trust in OFFICIAL or attestation.source_class is SourceClass.AGGREGATOR or others is None:
        return None
    if _was_heard(before, area, said) or Rating.INADEQUATE not in (said, others):
        return None
    old = own_rating(previous, area)
    if old is said and not (attestation.reports_inspection and attestation.previous.get(area, (None,))[0] is said):
        return None
    published = previous.published if previous and old else None
    move = with_stated_past(Move(area=area, old=old, new=said, old_published=published), previous, attestation)
    return change_from(after, move, attestation, update=ChangeKind.DISPUTED, was=others, mixed=False, conflict=against(others))


def _was_heard(before: Inspection | None, area: Area, rating: Rating) -> bool:
    return before is not None and any(other.ratings.get(area) is rating for other in attestations_of(before))


def _overruled(after: Inspection, area: Area, was: Rating) -> ChangeKind:
    """What it is when the grade of an area becomes another one: a correction, if more witnesses or Ofsted have it."""
    voices = attestations_of(after)
    less = len(witnesses(voices, area, after.ratings[area])) <= len(witnesses(voices, area, was))
    return ChangeKind.DISPUTED if less and after.trust not in OFFICIAL else ChangeKind.CORRECTED


def change_from(
    after: Inspection,
    move: Move,
    attestation: Attestation,
    *,
    update: ChangeKind | None = None,
    was: Rating | None = None,
    mixed: bool,
    conflict: str = "",
) -> Change:
    """The change that a move at an inspection is, in the words of one attestation; `update` of a grade that was told before."""
    kinds = move.kinds | ({update} if update else set())
    if mixed and direction(move.old, move.new):
        kinds |= {ChangeKind.MIXED}
    # Reports that overrule each other share one key, so that they cannot ping-pong; Ofsted's correction has its own.
    reports_only = was is not None and move.new is after.ratings.get(move.area) and after.trust not in OFFICIAL
    suffix = "" if update is None else f":{update}_by_reports" if reports_only else f":{update}"
    key = f"{after.key}:{move.area}:{move.new}{suffix}"
    stated = attestation.previous.get(move.area, (None, None))
    return Change(
        key=key,
        inspection=after,
        area=move.area,
        old=move.old,
        new=move.new,
        kinds=kinds,
        evidence=attestation.evidence.get(move.area, ""),
        url=attestation.url,
        outlet=attestation.outlet,
        old_published=move.old_published,
        old_year=stated[1] if move.old is not None and move.old_published is None else None,
        reported=was if update in (ChangeKind.CORRECTED, ChangeKind.DISPUTED) else None,
        old_shared=move.shared,
        conflict=conflict,
    )


def with_stated_past(move: Move, previous: Inspection | None, attestation: Attestation) -> Move:
    """A move with the old rating that the attestation states, where the record has none of its own to tell.

    Not for an authority that took over from another: what is said of its past is its predecessor's. Nor for care leavers
    who shared a grade at the last inspection.
    """
    unknown = move.old is None and not shares_grade(previous, move.area)
    inherited = previous is None and bool(attestation.authority.predecessors)
    stated = attestation.previous.get(move.area)
    return replace(move, old=stated[0]) if unknown and not inherited and stated else move


def _conflict(previous: Inspection | None, attestation: Attestation, area: Area) -> str:
    """What an attestation says of an area's past that the record contradicts, in words; empty when it does not."""
    recorded, stated = own_rating(previous, area), attestation.previous.get(area)
    if previous is None or recorded is None or stated is None:
        return ""
    rating, year = stated
    nearby = year is None or abs(year - previous.published.year) <= 1
    if rating.rank == recorded.rank if nearby else year is not None and year < previous.published.year:
        return ""  # agrees, or speaks of an inspection before the last
    when = f" in {year}" if year else ""
    return f"says it was {rating.words}{when}; the record has {recorded.words}, published {day_words(previous.published)}"
