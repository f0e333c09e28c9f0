"""What the record makes of a document and who would be told: the answer to "why was nobody told of this article?"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from monitor.domain.attestation import inspect
from monitor.domain.history import history
from monitor.domain.ledger import ALERT_WINDOW, Attestation, Background, Decision, attestations, decide
from monitor.domain.model import Article, Change, ClassifierResult, Inspection, Report
from monitor.domain.review import BASELINE, CERTAIN, GONE
from monitor.domain.subscriptions import LedgerView, Subscription, currently_inadequate, matches

if TYPE_CHECKING:
    from monitor.domain.review import ReviewItem
    from monitor.settings import Settings
    from monitor.store import SqlStore

#: Subscriptions that are named; of more the number is told.
MAX_NAMES = 10
#: Why a document, or a part of it, announces nothing, as a sentence about it.
REASONS: Mapping[str, str] = {
    Background.REPEATS_KNOWN_INSPECTION: "it repeats what is known of an inspection",
    Background.CORROBORATES: "it confirms, from another outlet, what was reported before",
    Background.OLDER_THAN_NEWEST: "it is about an inspection before the newest one",
    Background.OUTSIDE_ALERT_WINDOW: "it was published too long ago (alert_window)",
    Background.TOO_SOON: "it comes too soon after an inspection: there is none twice within a year",
    Background.CONTRADICTS_RECORD: "Ofsted's own report says otherwise",
    Background.DISAGREES: "other outlets reported otherwise before; the operator is told",
    Background.NOT_IN_REPORT: "Ofsted's own report does not grade that area",
    Background.PREVIOUS_CONFLICTS: "what it says of the grade before is not what the record has",
    Background.DATED_IN_THE_FUTURE: "its date is in the future",
    Background.ABOLISHED: "the council had been abolished",
    BASELINE: "it was there at its source's first poll, which never alerts",
    CERTAIN: "its page says so, or something else of that area, for certain now",
    GONE: "its page was changed and no longer says so",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """What one attestation of a document comes to."""

    attestation: Attestation
    decision: Decision
    known: tuple[Inspection, ...]  #: before it

    @property
    def name(self) -> str:
        """The authority's name as people say it."""
        return self.attestation.authority.display_name


def consequences(
    document: Article | Report,
    result: ClassifierResult,
    known: Sequence[Inspection],
    day: date,
    window: timedelta = ALERT_WINDOW,
) -> tuple[Consequence, ...]:
    """Each attestation of a document against what was `known` on a `day`, if the document itself was not."""
    found = []
    for attestation in attestations(document, result, seen=day):
        before = tuple(_without(known, attestation.key))
        decision = decide(before, attestation, as_of=day, alert_window=window)
        found.append(Consequence(attestation=attestation, decision=decision, known=before))
    return tuple(found)


def _without(known: Iterable[Inspection], key: str) -> Iterator[Inspection]:
    for inspection in known:
        others = [attestation for attestation in inspection.attestations if attestation.key != key]
        if len(others) == len(inspection.attestations):
            yield inspection
        elif others:
            yield inspect(others, first_key=inspection.key)


def changes_json(found: Iterable[Consequence]) -> dict[str, Any]:
    """``changes`` and ``background`` as `classify --jsonl --changes` prints them: a list each, over all authorities."""
    found = tuple(found)
    return {
        "changes": [_change_json(change) for each in found for change in each.decision.changes],
        "background": [
            {
                "authority": each.attestation.authority.name,
                "gss_code": each.attestation.authority.gss_code,
                "reason": str(reason),
            }
            for each in found
            for reason in each.decision.background
        ],
    }


def _change_json(change: Change) -> dict[str, Any]:
    return {
        "authority": change.authority.name,
        "gss_code": change.authority.gss_code,
        "area": str(change.area),
        "old": str(change.old) if change.old else None,
        "new": str(change.new) if change.new else None,
        "kinds": sorted(map(str, change.kinds)),
    }


def in_words(
    document: Article | Report, result: ClassifierResult, day: date, settings: Settings | None, store: SqlStore | None
) -> list[str]:
    """What follows from a document seen on a `day`, line by line: each change, why there is no more, and who would be told.

    Without `settings` nobody knows who is subscribed; without a `store` the shipped record is all that is known.
    """
    known = store.inspections() if store else history()
    window = settings.alert_window if settings else ALERT_WINDOW
    subscriptions: Sequence[Subscription] | None = None
    if settings is not None:
        subscriptions = store.in_force(settings.subscriptions) if store else settings.subscriptions
    found = consequences(document, result, known, day, window)
    lines = [] if found else ["  nothing: no new judgement is reported"]
    for each in found:
        lines += [f"  {moved(change)}" for change in each.decision.changes]
        lines += [f"  {each.name}: not told: {REASONS.get(reason, reason)}" for reason in each.decision.background]
        if each.decision.changes and subscriptions is not None:
            lines += _told(each, subscriptions)
    return lines


def moved(change: Change) -> str:
    """``Kent: overall: from inadequate to good (out of inadequate, upgraded)``."""
    old = change.old.words if change.old else "no rating of its own" if change.old_shared else "no rating"
    kinds = ", ".join(str(kind).replace("_", " ") for kind in sorted(change.kinds))
    return f"{change.authority.display_name}: {change.area.words}: from {old} to {change.new_words} ({kinds})"


def _told(found: Consequence, subscriptions: Sequence[Subscription]) -> list[str]:
    """Who would be told of any of the changes, and why the others would not."""
    view = LedgerView(
        inadequate=currently_inadequate([i for i in found.known if i.authority == found.attestation.authority]),
        source_class=found.attestation.source_class,
    )
    wanted: dict[str, str] = {}
    refused: dict[str, str] = {}
    for subscription in subscriptions:
        answers = [matches(subscription, change, view) for change in found.decision.changes]
        told = next((answer for answer in answers if answer), None)
        if told is not None:
            wanted[subscription.name] = next(clause.why for clause in told.clauses if clause.name == "watch-list")
        elif (clause := answers[0].first_failing) is not None:
            refused[subscription.name] = clause.why
    if not subscriptions:
        return ["    would tell nobody: there is no subscription"]
    return [*_some("would tell", wanted), *_some("would not tell", refused)]


def _some(what: str, names: Mapping[str, str]) -> list[str]:
    lines = [f"    {what} {name}: {why}" for name, why in list(names.items())[:MAX_NAMES]]
    return [*lines, f"    {what} {len(names) - MAX_NAMES} more"] if len(names) > MAX_NAMES else lines


@dataclass(frozen=True, slots=True, kw_only=True)
class IfAccepted:
    """What would come of accepting a judgement, in words."""

    changes: tuple[str, ...]
    background: tuple[str, ...]  #: why the rest would be told nobody
    told: tuple[str, ...]  #: who would be told, and who would not, each with the reason

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it, line by line."""
        return (*self.changes, *(f"not told: {reason}" for reason in self.background), *self.told)


def if_accepted(
    store: SqlStore, item: ReviewItem, day: date, window: timedelta, subscriptions: Sequence[Subscription]
) -> IfAccepted:
    """What accepting a judgement of the review queue would change, and who would be told."""
    known = store.inspections((item.judgement.authority.urn,), as_of=day)
    found = [
        Consequence(attestation=each, decision=decide(known, each, as_of=day, alert_window=window), known=known)
        for each in store.review_attestations(item)
    ]
    return IfAccepted(
        changes=tuple(moved(change) for each in found for change in each.decision.changes),
        background=tuple(REASONS.get(reason, str(reason)) for each in found for reason in each.decision.background),
        told=tuple(line.strip() for each in found if each.decision.changes for line in _told(each, subscriptions)),
    )


def alone(document: Article, result: ClassifierResult, day: date) -> tuple[Consequence, ...]:
    """An article against the shipped record before its day, and nothing else."""
    return consequences(document, result, history(before=day), day)
