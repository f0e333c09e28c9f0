"""What a set of attestations of one inspection adds up to: ratings believed, and how far they can be trusted.

An inspection is a pure function of the set of attestations that belong to it, so that the order in which articles and reports
arrive does not matter, and the same attestation twice is the same as once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from monitor.domain.frameworks import Edition, edition, graded_as, shares_care
from monitor.domain.model import OFSTED, Area, Attestation, Change, Inspection, Rating, SourceClass, Trust

#: A sentence this long that two outlets share word for word was written once.
_OWN_WORDS = 8
#: Press reports of an inspection follow its fieldwork by six to ten weeks.
_SINCE_FIELDWORK = timedelta(days=60)
_UNOFFICIAL = (SourceClass.PRESS, SourceClass.COUNCIL, SourceClass.AGGREGATOR)
#: An official report is in: it confirms what was reported, or contradicts it.
OFFICIAL = frozenset({Trust.CONFIRMED, Trust.CONTRADICTED})


def _distinct(evidence: Iterable[Attestation]) -> tuple[Attestation, ...]:
    """One of each key, the last, in the order of their keys."""
    return tuple(sorted({each.key: each for each in evidence}.values(), key=lambda each: each.key))


def inspect(evidence: Iterable[Attestation], *, first_key: str = "") -> Inspection:
    """The inspection that a non-empty set of attestations of it adds up to. Their order does not matter."""
    known = _distinct(evidence)
    reports = sorted((a for a in known if a.is_report), key=lambda a: (a.published, a.key))
    report = reports[-1] if reports else None
    first = min(known, key=lambda a: (a.published, a.key))
    lead = report or first
    framework = edition(lead.fieldwork.start or lead.published, lead.framework)
    # While a framework that grades care leavers apart is in use, too, nobody knows before the report which of them it was:
    # then grades are left as they are told.
    combined = report.combined_care if report else shares_care(lead.fieldwork.start or lead.published)
    graded = tuple(as_graded(attestation, combined_care=combined) for attestation in known)
    inspection = Inspection(
        authority=lead.authority,
        published=reports[0].published if reports else first.published,  # amending a report does not publish it again
        ratings=_believed(graded),
        framework=framework.framework if framework else lead.framework,
        fieldwork=lead.fieldwork,
        trust=_trust(graded),
        combined_care=combined,
        outlets=frozenset(a.outlet for a in known if a.outlet),
        url=lead.url,
        attestations=known,
    )
    return replace(inspection, first_key=first_key) if first_key and first_key != inspection.key else inspection


def rating_of(inspection: Inspection) -> Rating | None:
    """The rating that an inspection leaves: overall where there is one, else the lowest of its areas; None without any."""
    lowest = min(inspection.ratings.values(), key=lambda rating: rating.rank, default=None)
    return inspection.ratings.get(Area.OVERALL, lowest)


def newest_of_each(known: Iterable[Inspection]) -> dict[str, Inspection]:
    """The newest inspection of each authority, by URN."""
    return {inspection.authority.urn: inspection for inspection in sorted(known, key=lambda each: each.rank_key)}


def began(inspection: Inspection) -> date:
    """The first day of fieldwork, as far as it is known."""
    return inspection.fieldwork.start or inspection.fieldwork.end or inspection.published - _SINCE_FIELDWORK


def edition_of(inspection: Inspection) -> Edition | None:
    """The edition that an inspection was of, as far as its dates can tell; None before the first."""
    return edition(began(inspection), inspection.framework)


def behind(change: Change) -> tuple[Attestation, ...]:
    """The attestations that give the area of a change the grade that it tells; none where the change outlived them."""
    combined = change.inspection.combined_care
    said = (as_graded(attestation, combined_care=combined) for attestation in change.inspection.attestations)
    return tuple(
        attestation for attestation in said if change.new is not None and attestation.ratings.get(change.area) is change.new
    )


def day_of(change: Change) -> date:
    """The day on which the document that a change quotes was published; the inspection's where nobody knows it any more."""
    days = (attestation.published for attestation in change.inspection.attestations if attestation.url == change.url)
    return next(days, change.inspection.published)


def as_graded(attestation: Attestation, *, combined_care: bool) -> Attestation:
    """An attestation as its framework graded: where care leavers share the grade of children in care, one rating, not two."""
    shared = {area: graded_as(area, combined_care=combined_care) for area in attestation.ratings}
    if all(area is own for area, own in shared.items()):
        return attestation
    ratings, evidence = dict(attestation.ratings), dict(attestation.evidence)
    for area, own in shared.items():
        if own is not area:
            ratings.setdefault(own, ratings.pop(area))
            if area in evidence:
                evidence.setdefault(own, evidence.pop(area))
    return replace(attestation, ratings=ratings, evidence=evidence)


def _believed(known: Sequence[Attestation]) -> dict[Area, Rating]:
    """One rating per area: the latest official report's; else any official page's; else what most independent outlets say."""
    reports = [a for a in known if a.is_report]
    if reports:
        return dict(max(reports, key=lambda a: (a.published, a.key)).ratings)
    believed = _consensus([a for a in known if a.source_class in _UNOFFICIAL])
    for attestation in sorted((a for a in known if a.source_class is SourceClass.OFFICIAL), key=lambda a: (a.published, a.key)):
        believed |= attestation.ratings
    return {area: believed[area] for area in Area if area in believed}


def _independent(known: Iterable[Attestation]) -> set[str]:
    """Outlets that count as witnesses of their own, one name for those that print the same copy. Aggregators repeat.

    A local democracy reporter's story runs word for word on the BBC and in three papers: that is one witness.
    """
    groups: list[tuple[set[str], set[str]]] = []  # outlets, and the sentences that any of them printed
    for attestation in known:
        if attestation.source_class is SourceClass.AGGREGATOR:
            continue
        names, sentences = {attestation.outlet or attestation.url}, _sentences(attestation)
        apart = []
        for others, theirs in groups:
            if others & names or theirs & sentences:
                names, sentences = names | others, sentences | theirs
            else:
                apart.append((others, theirs))
        groups = [*apart, (names, sentences)]
    return {min(names) for names, _ in groups}


def witnesses(known: Iterable[Attestation], area: Area, rating: Rating) -> set[str]:
    """The independent outlets that give an area a rating."""
    return _independent(attestation for attestation in known if attestation.ratings.get(area) is rating)


def _sentences(attestation: Attestation) -> set[str]:
    """The sentences of an attestation that two reporters would not write alike: of eight words or more, letters only."""
    folded = (
        "".join(char if char.isalnum() else " " for char in text.lower()).split() for text in attestation.evidence.values()
    )
    return {" ".join(words) for words in folded if len(words) >= _OWN_WORDS}


def _consensus(known: Sequence[Attestation]) -> dict[Area, Rating]:
    """What unofficial attestations add up to: most independent outlets first, then the first seen, then the smallest key."""
    saying: dict[Area, dict[Rating, list[Attestation]]] = defaultdict(lambda: defaultdict(list))
    for attestation in known:
        for area, rating in attestation.ratings.items():
            saying[area][rating].append(attestation)

    def weight(voices: list[Attestation]) -> tuple[int, datetime, str]:
        return (-len(_independent(voices)), *min((_first_seen(a), a.key) for a in voices))

    return {area: min(ratings, key=lambda rating: weight(ratings[rating])) for area, ratings in saying.items()}


def _first_seen(attestation: Attestation) -> datetime:
    """The date that an article gives itself is only its word: what is seen first was told first."""
    return attestation.seen or datetime.combine(attestation.published, time.min, tzinfo=UTC)


def _contradicts(official: Sequence[Attestation], unofficial: Sequence[Attestation], believed: Mapping[Area, Rating]) -> bool:
    """Whether Ofsted grades otherwise than was said before; what comes after it has spoken is just wrong."""
    published = min(a.published for a in official)
    heard = _consensus([a for a in unofficial if a.published <= published])
    graded = set(Area) if any(a.is_report for a in official) else set(believed)  # a page need not tell of every area
    return any(area in graded and believed.get(area) is not rating for area, rating in heard.items())


def _trust(known: Sequence[Attestation]) -> Trust:
    official = [a for a in known if a.source_class is SourceClass.OFFICIAL]
    unofficial = [a for a in known if a.source_class in _UNOFFICIAL]
    believed = _believed(known)
    if official:
        return Trust.CONTRADICTED if _contradicts(official, unofficial, believed) else Trust.CONFIRMED
    agreed = (_independent(a for a in unofficial if a.ratings.get(area) is rating) for area, rating in believed.items())
    return Trust.CORROBORATED if any(len(outlets) > 1 for outlets in agreed) else Trust.REPORTED


def attestations_of(inspection: Inspection) -> tuple[Attestation, ...]:
    """The attestations of an inspection; one in its own name when a store did not keep them."""
    if inspection.attestations:
        return inspection.attestations
    confirmed = inspection.trust in OFFICIAL
    outlets = sorted(inspection.outlets) or [OFSTED if confirmed else inspection.url]
    return tuple(
        Attestation(
            key=f"{inspection.authority.urn}|{inspection.url or inspection.key}|{outlet}",
            authority=inspection.authority,
            source_class=SourceClass.OFFICIAL if confirmed else SourceClass.PRESS,
            outlet=outlet,
            url=inspection.url,
            published=inspection.published,
            ratings=inspection.ratings,
            framework=inspection.framework,
            fieldwork=inspection.fieldwork,
            combined_care=inspection.combined_care,
        )
        for outlet in outlets
    )
