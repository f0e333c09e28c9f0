"""From links to judgements: one rating an area and authority, what the frameworks allow, what was before, where it is said."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from monitor.classifier.document import Document
from monitor.classifier.linker import Linked, Links
from monitor.classifier.mentions import Mention, MentionType
from monitor.domain.frameworks import graded_areas, overall_is_rare
from monitor.domain.model import Area

#: Below this an earlier rating, and its year, are not told.
PREVIOUS = 0.4
#: What stands between two councils of one list: "Leeds City Council, Kent and the borough of Bury".
_LISTED = re.compile(
    r"(?:\s+(?:city|county|borough|metropolitan|district|council|councils|unitary))*(?:\s*,\s*(?:and\s+)?|\s+(?:and|&)\s+|\s*/\s*)(?:(?:the|in|both|at|city|county|borough|of|council|councils)\s+)*",
    re.IGNORECASE,
)
_COUNCILS = r"(?:local )?(?:councils?|authority|authorities|boroughs?|counties|cities)"
#: Councils told of together, by no name: "all three councils", "the pair"; "all were rated good for their ...".
_TOGETHER = re.compile(
    rf"\b(?:both|all|each)(?: of)?(?: the| these)?(?: two| three| four| five| six)? {_COUNCILS}\b"
    r"|\bthe (?:pair|duo|trio|quartet)\b"
    r"|\b(?:both|all(?: two| three| four| five| six)?) (?:of them )?(?:were|are|had|have|received|got|get) .*\btheir\b"
)
_HOW_MANY = re.compile(r"\b(?:(both|pair|duo|two)|(trio|three)|(quartet|four)|(five)|(six))\b")
_SURE = 0.5  #: councils are told of together that are at least so likely rated at all
#: Where one clause ends and another begins.
_CLAUSE = re.compile(r"[;:]|\b(?:while|whilst|whereas|but|although|though)\b")
#: Words by which a clause may speak of councils that it does not name.
_SEVERAL = re.compile(
    r"\b(?:both|all|each|every|two|three|four|five|six|pair|councils|authorities|boroughs|respectively|same|neither|they)\b"
)
#: By rating: how likely it is, and the mention that says so most.
_Told = Mapping[str, tuple[float, Linked]]
_ORDER = [area.value for area in Area]
_WORTH = 0.02  #: a candidate that is less likely is not kept, not even for explaining


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One rating that an area of an authority may have been given, with how likely that is and what speaks for it."""

    urn: str
    area: str
    rating: str
    probability: float  #: that the text reports it, and reports no other of the same area
    runner_up: str  #: the next likely rating of the same area, empty when there is none
    runner_up_probability: float
    mention: Mention  #: the rating mention that speaks for it most
    linked: Linked
    previous: str = ""
    previous_year: int | None = None


def candidates(doc: Document, links: Links) -> list[Candidate]:
    """The likeliest rating of every authority and area, likeliest first; to be cut by a threshold."""
    lists = _lists(doc)
    ratings = [_shared(_within_its_clause(doc, linked), lists.get(linked.mention.sentence, ())) for linked in links.ratings]
    together = _together(doc, ratings)
    ratings = [_shared(linked, together.get(linked.mention.sentence, ())) for linked in ratings]
    news = _likelihoods(ratings, _news)
    earlier = _likelihoods(ratings, lambda linked: linked.earlier)
    # A page of another kind reports nothing, whatever its words; where it is as likely news as not, they decide.
    whole = min(1.0, 2 * links.kinds.get("news", 0.5))
    found: list[Candidate] = []
    for (urn, area), by_rating in news.items():
        ranked = sorted(by_rating.items(), key=lambda told: (-told[1][0], told[0]))
        (rating, (likely, linked)), rest = ranked[0], ranked[1:]
        rival = rest[0][1][0] if rest else 0.0
        probability = whole * likely * (1 - rival)  # an area gets one rating: what another is as likely of is not known
        if probability < _WORTH or not _exists(doc, area, linked):
            continue
        previous, year = _previous(earlier.get((urn, area), {}), links.ratings, urn, area)
        found.append(
            Candidate(
                urn=urn,
                area=area,
                rating=rating,
                probability=probability,
                runner_up=rest[0][0] if rest else "",
                runner_up_probability=rival,
                mention=linked.mention,
                linked=linked,
                previous=previous,
                previous_year=year,
            )
        )
    return sorted(found, key=lambda c: (-c.probability, c.urn, _ORDER.index(c.area)))


def _news(linked: Linked) -> float:
    return 0.0 if linked.mention.by_others or linked.mention.in_aside else linked.news


def _within_its_clause(doc: Document, linked: Linked) -> Linked:
    """A rating in a clause that names authorities is of one of these, unless the clause speaks of several."""
    part, at = doc.sentences[linked.mention.sentence], linked.mention.start
    words = doc.text[part.start : part.end].lower()
    cuts = [0, *(found.start() for found in _CLAUSE.finditer(words)), len(words)]
    start = max(cut for cut in cuts if cut <= at - part.start)
    end = min((cut for cut in cuts if cut > at - part.start), default=len(words))
    named = {
        urn
        for mention in doc.in_sentence(linked.mention.sentence)
        if mention.type is MentionType.AUTHORITY and part.start + start <= mention.start < part.start + end
        for urn in mention.values
    }
    if not named or _SEVERAL.search(words, start, end):
        return linked
    return replace(linked, authorities={urn: p for urn, p in linked.authorities.items() if urn in named})


def _lists(doc: Document) -> Mapping[int, Sequence[frozenset[str]]]:
    """By sentence the lists of authorities in it: what holds of one of "Leeds, Kent and Bury" holds of all.

    None where the sentence shares out ("respectively"), and none of an authority that it names outside the list as well.
    """
    found: dict[int, list[frozenset[str]]] = {}
    for number, part in enumerate(doc.sentences):
        named = [mention for mention in doc.in_sentence(number) if mention.type is MentionType.AUTHORITY]
        if len(named) < 2 or "respectively" in part.words:  # a list has at least two
            continue
        lists = [[named[0]]]
        for before, after in pairwise(named):
            if _LISTED.fullmatch(doc.text, before.end, after.start):
                lists[-1].append(after)
            else:
                lists.append([after])
        times = Counter(urn for mention in named for urn in mention.values)
        found[number] = [
            frozenset(urn for mention in each for urn in mention.values if times[urn] == 1) for each in lists if len(each) > 1
        ]
    return found


def _together(doc: Document, ratings: Sequence[Linked]) -> Mapping[int, Sequence[frozenset[str]]]:
    """The same of sentences that tell of several councils by no name: they are the ones that other sentences rate."""
    named = {mention.sentence for mention in doc.of(MentionType.AUTHORITY)}
    rated = {
        urn
        for linked in ratings
        if linked.mention.sentence in named
        for urn, p in linked.authorities.items()
        if p * _news(linked) >= _SURE
    }
    if len(rated) < 2:  # together are at least two
        return {}
    found: dict[int, Sequence[frozenset[str]]] = {}
    for number in {linked.mention.sentence for linked in ratings} - named:
        part = doc.sentences[number]
        told = _TOGETHER.search(doc.text[part.start : part.end].lower())
        if told is None or part.in_title:
            continue
        count = _HOW_MANY.search(told[0])
        if count is None or count.lastindex is None or count.lastindex + 1 == len(rated):
            found[number] = (frozenset(rated),)
    return found


def _shared(linked: Linked, lists: Sequence[frozenset[str]]) -> Linked:
    """A rating of one authority of a list is of the others, too: an encoder, which has seen few lists, finds the nearest."""
    authorities = dict(linked.authorities)
    for urns in lists:
        likely = max((linked.authorities.get(urn, 0.0) for urn in urns), default=0.0)
        authorities |= {urn: max(likely, authorities.get(urn, 0.0)) for urn in urns}
    return replace(linked, authorities=authorities)


def _likelihoods(ratings: Sequence[Linked], status: Callable[[Linked], float]) -> Mapping[tuple[str, str], _Told]:
    """For each authority and area, of each rating: how likely some mention gives it, and the mention that does most."""
    unsaid: dict[tuple[str, str, str], float] = defaultdict(lambda: 1.0)
    best: dict[tuple[str, str, str], tuple[float, Linked]] = {}
    for linked in ratings:
        for urn, area, p in _pairs(linked, status(linked)):
            key = (urn, area, linked.mention.values[0])
            unsaid[key] *= 1 - p
            shown = p * (0.8 if linked.mention.sentence == 0 else 1.0)  # a sentence proves more than a headline
            if key not in best or shown > best[key][0]:
                best[key] = (shown, linked)
    found: dict[tuple[str, str], dict[str, tuple[float, Linked]]] = {}
    for (urn, area, rating), none in unsaid.items():
        found.setdefault((urn, area), {})[rating] = (1 - none, best[urn, area, rating][1])
    return found


def _pairs(linked: Linked, status: float) -> Iterator[tuple[str, str, float]]:
    for urn, authority in linked.authorities.items():
        for area, p in linked.areas.items():
            yield urn, area, status * authority * p


def _exists(doc: Document, area: str, linked: Linked) -> bool:
    """Whether the framework of the day grades the area."""
    day = doc.published
    if day is None:
        return True
    if Area(area) not in graded_areas(day):
        return False
    if area == "overall" and overall_is_rare(day):
        return doc.names_area(area, linked.mention.sentence)
    return True


def _previous(told: _Told, ratings: Sequence[Linked], urn: str, area: str) -> tuple[str, int | None]:
    """The latest earlier rating of the same area, and its year where the text gives one."""
    likely = [(rating, p, _year(ratings, rating, urn, area)) for rating, (p, _) in told.items() if p >= PREVIOUS]
    if not likely:
        return "", None
    rating, _, year = (
        max(likely, key=lambda one: (one[2] or 0, one[1]))
        if all(y for *_, y in likely)
        else max(likely, key=lambda one: one[1])
    )
    return rating, year


def _year(ratings: Sequence[Linked], rating: str, urn: str, area: str) -> int | None:
    """The year that the mentions of an earlier rating are linked to, weighed by how much they tell it."""
    weights: dict[int | None, float] = defaultdict(float)
    for linked in ratings:
        if linked.mention.values[0] == rating:
            p = linked.earlier * linked.authorities.get(urn, 0.0) * linked.areas.get(area, 0.0)
            for year, share in linked.years.items():
                weights[year] += p * share
            weights[None] += p * (1 - sum(linked.years.values()))
    return max(weights, key=lambda year: weights[year]) if weights else None
