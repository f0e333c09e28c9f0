"""What a set of accounts of one inspection adds up to: ratings believed, and how far they can be trusted.

An inspection is a pure function of the set of accounts that belong to it, so that the order in which articles and reports
arrive does not matter, and the same account twice is the same as once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from monitor.domain.frameworks import Edition, edition, shares_care
from monitor.domain.model import Account, Area, Change, Inspection, Rating, SourceClass, Trust

#: A sentence this long that two outlets share word for word was written once.
_OWN_WORDS = 8
#: Press reports of an inspection follow its fieldwork by six to ten weeks.
_SINCE_FIELDWORK = timedelta(days=60)
_UNOFFICIAL = (SourceClass.PRESS, SourceClass.COUNCIL, SourceClass.AGGREGATOR)
#: An official report is in: it confirms what was reported, or contradicts it.
OFFICIAL = frozenset({Trust.CONFIRMED, Trust.CONTRADICTED})


def inspect(evidence: Iterable[Account], *, first_key: str = "") -> Inspection:
    """The inspection that a non-empty set of accounts of it adds up to. Their order does not matter."""
    known = tuple(sorted({account.key: account for account in evidence}.values(), key=lambda account: account.key))
    reports = sorted((a for a in known if a.is_report), key=lambda a: (a.published, a.key))
    report = reports[-1] if reports else None
    first = min(known, key=lambda a: (a.published, a.key))
    lead = report or first
    framework = edition(lead.fieldwork.start or lead.published, lead.framework)
    # While a framework that grades care leavers apart is in use, too, nobody knows before the report which of them it was:
    # then grades are left as they are told.
    combined = report.combined_care if report else shares_care(lead.fieldwork.start or lead.published)
    told = tuple(as_graded(account, combined_care=combined) for account in known)
    inspection = Inspection(
        authority=lead.authority,
        published=reports[0].published if reports else first.published,  # amending a report does not publish it again
        ratings=_believed(told),
        framework=framework.framework if framework else lead.framework,
        fieldwork=lead.fieldwork,
        trust=_trust(told),
        combined_care=combined,
        outlets=frozenset(a.outlet for a in known if a.outlet),
        url=lead.url,
        accounts=known,
    )
    return replace(inspection, first_key=first_key) if first_key and first_key != inspection.key else inspection


def edition_of(inspection: Inspection) -> Edition | None:
    """The edition that an inspection was of, as far as its dates can tell; None before the first."""
    began = inspection.fieldwork.start or inspection.fieldwork.end or inspection.published - _SINCE_FIELDWORK
    return edition(began, inspection.framework)


def behind(change: Change) -> tuple[Account, ...]:
    """The accounts that give the area of a change the grade that it tells; none where the change outlived them."""
    combined = change.inspection.combined_care
    said = (as_graded(account, combined_care=combined) for account in change.inspection.accounts)
    return tuple(account for account in said if change.new is not None and account.ratings.get(change.area) is change.new)


def day_of(change: Change) -> date:
    """The day on which the document that a change quotes was published; the inspection's where nobody knows it any more."""
    days = (account.published for account in change.inspection.accounts if account.url == change.url)
    return next(days, change.inspection.published)


def as_graded(account: Account, *, combined_care: bool) -> Account:
    """An account as its framework graded: where care leavers share the grade of children in care, one rating and not two."""
    if not combined_care or Area.CARE_LEAVERS not in account.ratings:
        return account
    ratings = dict(account.ratings)
    shared = ratings.pop(Area.CARE_LEAVERS)
    ratings.setdefault(Area.CHILDREN_IN_CARE, shared)
    evidence = dict(account.evidence)
    if Area.CARE_LEAVERS in evidence:
        evidence.setdefault(Area.CHILDREN_IN_CARE, evidence.pop(Area.CARE_LEAVERS))
    return replace(account, ratings=ratings, evidence=evidence)


def _believed(known: Sequence[Account]) -> dict[Area, Rating]:
    """One rating per area: the latest official report's; else any official page's; else what most independent outlets say."""
    reports = [a for a in known if a.is_report]
    if reports:
        return dict(max(reports, key=lambda a: (a.published, a.key)).ratings)
    believed = _consensus([a for a in known if a.source_class in _UNOFFICIAL])
    for account in sorted((a for a in known if a.source_class is SourceClass.OFFICIAL), key=lambda a: (a.published, a.key)):
        believed |= account.ratings
    return {area: believed[area] for area in Area if area in believed}


def _independent(known: Iterable[Account]) -> set[str]:
    """Outlets that count as witnesses of their own, one name for those that print the same copy. Aggregators repeat.

    A local democracy reporter's story runs word for word on the BBC and in three papers: that is one witness.
    """
    groups: list[tuple[set[str], set[str]]] = []  # outlets, and the sentences that any of them printed
    for account in known:
        if account.source_class is SourceClass.AGGREGATOR:
            continue
        names, sentences = {account.outlet or account.url}, _sentences(account)
        apart = []
        for others, theirs in groups:
            if others & names or theirs & sentences:
                names, sentences = names | others, sentences | theirs
            else:
                apart.append((others, theirs))
        groups = [*apart, (names, sentences)]
    return {min(names) for names, _ in groups}


def witnesses(known: Iterable[Account], area: Area, rating: Rating) -> set[str]:
    """The independent outlets that give an area a rating."""
    return _independent(account for account in known if account.ratings.get(area) is rating)


def _sentences(account: Account) -> set[str]:
    """The sentences of an account that two reporters would not write alike: of eight words or more, letters only."""
    folded = ("".join(char if char.isalnum() else " " for char in text.lower()).split() for text in account.evidence.values())
    return {" ".join(words) for words in folded if len(words) >= _OWN_WORDS}


def _consensus(known: Sequence[Account]) -> dict[Area, Rating]:
    """What unofficial accounts add up to: most independent outlets first, then the first seen, then the smallest key."""
    saying: dict[Area, dict[Rating, list[Account]]] = defaultdict(lambda: defaultdict(list))
    for account in known:
        for area, rating in account.ratings.items():
            saying[area][rating].append(account)

    def weight(voices: list[Account]) -> tuple[int, datetime, str]:
        return (-len(_independent(voices)), *min((_first_seen(a), a.key) for a in voices))

    return {area: min(ratings, key=lambda rating: weight(ratings[rating])) for area, ratings in saying.items()}


def _first_seen(account: Account) -> datetime:
    """The date that an article gives itself is only its word: what is seen first was told first."""
    return account.seen or datetime.combine(account.published, time.min, tzinfo=UTC)


def _trust(known: Sequence[Account]) -> Trust:
    official = [a for a in known if a.source_class is SourceClass.OFFICIAL]
    unofficial = [a for a in known if a.source_class in _UNOFFICIAL]
    believed = _believed(known)
    if official:
        published = min(a.published for a in official)
        # Only what was said before Ofsted spoke can have been contradicted by it; what comes later is just wrong.
        heard = _consensus([a for a in unofficial if a.published <= published])
        graded = set(Area) if any(a.is_report for a in official) else set(believed)  # a page need not tell of every area
        wrong = any(area in graded and believed.get(area) is not rating for area, rating in heard.items())
        return Trust.CONTRADICTED if wrong else Trust.CONFIRMED
    agreed = (_independent(a for a in unofficial if a.ratings.get(area) is rating) for area, rating in believed.items())
    return Trust.CORROBORATED if any(len(outlets) > 1 for outlets in agreed) else Trust.REPORTED


def told(inspection: Inspection) -> tuple[Account, ...]:
    """The accounts of an inspection; one in its own name when a store did not keep them."""
    if inspection.accounts:
        return inspection.accounts
    confirmed = inspection.trust in OFFICIAL
    outlets = sorted(inspection.outlets) or ["Ofsted" if confirmed else inspection.url]
    return tuple(
        Account(
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
