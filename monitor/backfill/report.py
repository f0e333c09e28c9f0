"""What an archive told, held against the official record: heard and not heard, contradictions, who was first. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from monitor.backfill.findings import Finding
from monitor.backfill.records import Unread
from monitor.domain.attestation import as_graded
from monitor.domain.ledger import SAME_INSPECTION, Background, attestations, decide
from monitor.domain.model import Area, Article, Attestation, Inspection, Rating

#: Reasons of the ledger for which an attestation is of no inspection that it could contradict.
_OF_ANOTHER = frozenset({Background.REPEATS_KNOWN_INSPECTION, Background.TOO_SOON, Background.ABOLISHED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What one document says of one authority, with where it stands and when it was there."""

    attestation: Attestation
    at: datetime  #: when it was retrieved, else the midnight that begins its day
    file: str
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """A document that gives an area of a published inspection another grade than Ofsted's report does, or one that has none."""

    inspection: Inspection
    area: Area
    said: Rating
    recorded: Rating | None
    outlet: str
    url: str
    quote: str
    published: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A published inspection of the archive's days, and who told of it; nobody where it was not heard of."""

    inspection: Inspection
    voices: tuple[Voice, ...] = ()  #: the first first

    @property
    def first(self) -> Voice | None:
        """Who told of it first."""
        return self.voices[0] if self.voices else None

    @property
    def lead(self) -> int | None:
        """Days from when it was first told to its publication by Ofsted; below 0 where Ofsted was sooner."""
        return (self.inspection.published - self.voices[0].attestation.published).days if self.voices else None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletCounts:
    """How much one outlet told."""

    outlet: str
    documents: int
    inspections: int  #: published ones of which it told
    first: int  #: of those, before all others
    contradictions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillReport:
    """What there is to say of a backfill."""

    counts: Mapping[str, int]
    first: date | None
    last: date | None
    heard: tuple[Heard, ...]
    contradictions: tuple[Contradiction, ...]
    unmatched: tuple[Voice, ...]  #: told of an inspection that the record does not have
    outlets: tuple[OutletCounts, ...]
    unread: tuple[Unread, ...]

    @property
    def recall(self) -> float | None:
        """The share of the published inspections that the archive tells of; None where there were none in its days."""
        return sum(bool(each.voices) for each in self.heard) / len(self.heard) if self.heard else None


def report(
    findings: Iterable[Finding],
    record: Sequence[Inspection],
    *,
    counts: Mapping[str, int],
    days: tuple[date | None, date | None],
    unread: Sequence[Unread] = (),
) -> BackfillReport:
    """Hold findings against the official `record`; `days` are the archive's first and last."""
    of: dict[str, list[Inspection]] = defaultdict(list)
    for inspection in record:
        of[inspection.authority.urn].append(inspection)
    voices: dict[str, list[Voice]] = defaultdict(list)
    contradictions: list[Contradiction] = []
    unmatched: list[Voice] = []
    documents: Counter[str] = Counter()
    for voice in _voices(findings):
        documents[voice.attestation.outlet] += 1
        told = _matched(of[voice.attestation.authority.urn], voice.attestation)
        if told is None:
            unmatched.append(voice)
            continue
        inspection, same = told
        if same:
            voices[inspection.key].append(voice)
            contradictions += _contradictions(inspection, voice.attestation)
    first, last = days
    heard = tuple(
        Heard(inspection=each, voices=tuple(sorted(voices[each.key], key=_order)))
        for each in sorted(record, key=lambda each: (each.published, each.key))
        if voices[each.key] or (first is not None and last is not None and first <= each.published <= last)
    )
    return BackfillReport(
        counts=counts,
        first=first,
        last=last,
        heard=heard,
        contradictions=tuple(sorted(contradictions, key=lambda each: (each.published, each.url, each.area))),
        unmatched=tuple(sorted(unmatched, key=_order)),
        outlets=_outlets(documents, heard, contradictions),
        unread=tuple(unread),
    )


def _order(voice: Voice) -> tuple[date, datetime, str]:
    return voice.attestation.published, voice.at, voice.attestation.key


def _voices(findings: Iterable[Finding]) -> Iterable[Voice]:
    """What each document says, once an address and day."""
    seen: set[tuple[str, date]] = set()
    for finding in findings:
        for each in attestations(finding.document, finding.result):
            if (each.key, each.published) not in seen:
                seen.add((each.key, each.published))
                retrieved = finding.document.retrieved if isinstance(finding.document, Article) else None
                at = retrieved or datetime.combine(each.published, time(), tzinfo=UTC)
                yield Voice(attestation=each, at=at, file=finding.file, offset=finding.offset)


def _matched(own: Sequence[Inspection], attestation: Attestation) -> tuple[Inspection, bool] | None:
    """The recorded inspection that the ledger takes an attestation for, and whether it tells of that one and not of an earlier.

    None where it would be one that the record does not have.
    """
    decision = decide(own, attestation, as_of=attestation.published)
    known = {inspection.key: inspection for inspection in own}
    another = bool(_OF_ANOTHER & set(decision.background))
    if decision.inspection is not None and decision.inspection.key in known:
        inspection = known[decision.inspection.key]
        # What only repeats the grade of before may still be told of the inspection that gave it again.
        again = all(inspection.ratings.get(area) is rating for area, rating in attestation.ratings.items())
        return inspection, not another or again
    if not another:
        return None
    near = min(own, key=lambda each: abs(each.published - attestation.published), default=None)
    return (near, False) if near is not None else None


def _contradictions(inspection: Inspection, attestation: Attestation) -> Iterable[Contradiction]:
    graded = as_graded(attestation, combined_care=inspection.combined_care)
    for area, said in graded.ratings.items():
        recorded = inspection.ratings.get(area)
        if recorded is not said and abs(inspection.published - attestation.published) <= SAME_INSPECTION + timedelta(days=1):
            yield Contradiction(
                inspection=inspection,
                area=area,
                said=said,
                recorded=recorded,
                outlet=attestation.outlet,
                url=attestation.url,
                quote=" ".join(graded.evidence.get(area, "").split()),
                published=attestation.published,
            )


def _outlets(
    documents: Mapping[str, int], heard: Sequence[Heard], contradictions: Sequence[Contradiction]
) -> tuple[OutletCounts, ...]:
    told = Counter(name for each in heard for name in {voice.attestation.outlet for voice in each.voices})
    first = Counter(each.first.attestation.outlet for each in heard if each.first)
    wrong = Counter(each.outlet for each in contradictions)
    found = (
        OutletCounts(outlet=name, documents=count, inspections=told[name], first=first[name], contradictions=wrong[name])
        for name, count in documents.items()
    )
    return tuple(sorted(found, key=lambda each: (-each.first, -each.inspections, -each.documents, each.outlet)))
