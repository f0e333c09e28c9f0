"""Memory of a discourse and the words that point back into it: both, the latter, all three, that area, the same grade."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from monitor.classifier.chunk import Chunk
from monitor.classifier.lines import COUNTS, Line, names_in, own_names
from monitor.classifier.scope import Scope
from monitor.domain.authorities import by_urn
from monitor.domain.model import Area, Rating

_AREA_WORDS = frozenset(
    """
    areas elements aspects judgements judgments categories services counts respects parts grades headings area element
    aspect judgement judgment part heading experiences progress
    """.split()
)
Items = tuple[tuple[Area, ...], ...]


@dataclass(slots=True)
class Memory:
    """What has been mentioned so far, newest over older."""

    focus: tuple[str, ...] = ()  #: the authorities spoken of
    group: tuple[str, ...] = ()  #: the last list of several authorities
    group_line: int = -1
    topics: tuple[str, ...] = ()  #: all that the article is about
    lists: tuple[tuple[str, ...], ...] = ()  #: every list of authorities in the article
    recent: tuple[tuple[str, int], ...] = ()  #: authorities named by themselves, with the line that named them last
    items: Items = ()  #: the last list of areas
    items_line: int = -1
    area: tuple[Area, ...] = ()  #: the last area
    unrated: bool = False  #: the last list of areas stood without a grade, in the line before
    rating: Rating | None = None  #: the last current grade
    rating_of: tuple[str, ...] = ()  #: whose it was
    any_rating: Rating | None = None  #: the last grade of any time
    overall: dict[str, Rating] = field(default_factory=dict)
    headed: bool = False  #: the authority in focus comes from a bare heading, as in a digest
    heading: Chunk | None = None  #: the area that opens the paragraph
    past: Scope | None = None  #: the earlier time that the paragraph is telling of
    paragraph: int = -2
    line: int = -1
    alone: Mapping[str, int] = field(default_factory=dict)  #: authorities named by themselves, with the last line that does


@dataclass(frozen=True, slots=True)
class Reference:
    """What a pointing word stands for: areas, or authorities."""

    areas: tuple[Area, ...] = ()
    names: tuple[str, ...] = ()


def flatten(items: Items) -> tuple[Area, ...]:
    """The distinct areas of a list, in order."""
    return tuple(dict.fromkeys(a for item in items for a in item))


def _choose(items: tuple, words: list[str]) -> tuple:  # type: ignore[type-arg]  # items of either kind
    """The members of a list that "the latter", "the first and last", "all three" pick out; empty when the count does not
    fit.
    """
    if not items:
        return ()
    if (
        "latter" in words
        or ("last" in words and "first" not in words and "two" not in words)
        or ("second" in words and "first" not in words)
    ):
        return items[-1:] if len(items) >= 2 or "latter" not in words else ()
    if "former" in words or ("first" in words and "last" not in words and "two" not in words):
        return items[:1] if len(items) >= 2 else ()
    if "first" in words and "last" in words:
        return (items[0], items[-1])
    if "two" in words and "first" in words:
        return items[:2]
    if "two" in words and "last" in words:
        return items[-2:]
    wanted = next((COUNTS[w] for w in words if w in COUNTS), None)
    if wanted is not None and len(items) != wanted:
        return ()
    return items


def point_back(subject: Chunk, line: Line, memory: Memory) -> Reference:
    """What a ``Z`` chunk stands for: the nearest list, in the sentence or before it, whose count fits."""
    words = line.text_of(subject)
    before = [c for c in line.chunks if c.end <= subject.start]
    here = tuple(item for c in before if c.code == "X" for item in c.areas)
    if {"progress", "what", "there"} & set(words) or words[0] in {"that", "this", "it"}:
        last = here[-1:] or ((memory.area,) if memory.area else ())
        return Reference(areas=flatten(last))
    named = next((names_in(c) for c in reversed(before) if len(own_names(c)) > 1), ())
    if len(here) > 1 and _choose(here, words):
        return Reference(areas=flatten(_choose(here, words)))
    if named and _choose(named, words) and not _AREA_WORDS & set(words):
        return Reference(names=_choose(named, words))
    areas, names = _choose(memory.items, words), _choose(memory.group, words)
    if not names and not areas and any(w in COUNTS for w in words):
        names = _choose(memory.topics, words)
    if _AREA_WORDS & set(words):
        return Reference(areas=flatten(areas))
    if names and (not areas or memory.group_line >= memory.items_line):
        return Reference(names=names)
    return Reference(areas=flatten(areas)) if areas else Reference(names=names)


_CITIES = frozenset(
    """
    Birmingham Bradford Brighton Bristol Cambridge Coventry Derby Doncaster Durham Hull Kingston Lancaster Leeds
    Leicester Liverpool Manchester Newcastle Nottingham Peterborough Plymouth Portsmouth Salford Sheffield Southampton
    Southend Stoke Sunderland Wakefield Westminster Wolverhampton York Milton
    """.split()
)
_ROYAL = frozenset({"80544", "80545", "80546", "80495"})


def by_kind(words: list[str], urns: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `urns` that "the county", "the city", "the royal borough", "the island" may stand for."""
    said = set(words) & {"county", "city", "borough", "island", "royal", "town"}
    if not said:
        return ()
    fitting = []
    for urn in urns:
        authority = by_urn()[urn]
        city = authority.name.split()[0].rstrip(",") in _CITIES and not authority.name.endswith("shire")
        county = authority.type == "County" or authority.name.endswith(
            ("shire", "Durham", "Cornwall", "Northumberland", "Somerset", "Dorset", "Rutland", "Cumberland")
        )
        london = authority.type == "London Borough"
        kinds = {
            "city": city,
            "county": county and not city,
            "royal": urn in _ROYAL,
            "island": "Isle" in authority.name,
            "town": not city and not county and not london,
        }
        kinds["borough"] = not city and not county
        if all(kinds.get(kind, True) for kind in said):
            fitting.append(urn)
    return tuple(fitting)


def many(subject: Chunk, line: Line, memory: Memory, topics: tuple[str, ...]) -> tuple[str, ...]:
    """The authorities of "both councils", "the pair", "all three": the last list, else the topics, when the count fits."""
    words = line.text_of(subject)
    before = [t.word for t in line.sentence.tokens[max(0, subject.start - 4) : subject.start + 1]]
    if "of" in before and any(w in COUNTS for w in before):
        return ()  # "four of the last six authorities" are not all of them
    wanted = next((COUNTS[w] for w in words if w in COUNTS), None)
    lately = tuple(urn for urn, number in memory.recent if memory.line - number <= 4)
    if wanted is not None and len(memory.group) != wanted and len(lately) >= wanted:
        return lately[-wanted:]
    for group in (memory.group, topics):
        if len(group) > 1 and (wanted is None or len(group) == wanted):
            return group
    return next((group for group in memory.lists if len(group) == wanted), ()) if topics else ()


def abolished(chunk: Chunk, published: date | None) -> bool:
    """Whether a name is of authorities that no longer existed on the day."""
    ends = [by_urn()[urn].valid.end for urn in names_in(chunk)]
    return published is not None and all(end is not None and end < published for end in ends)


def look(line: Line, memory: Memory, past: Scope | None, published: date | None) -> None:
    """Note what a line names, for the references of the next."""
    if past is not None:
        memory.past = past
    elif line.scopes and all(s.status == "earlier" for s in line.scopes):
        memory.past = line.scopes[0]
    names = [c for c in line.chunks if own_names(c) and not abolished(c, published)] or (
        [c for c in line.chunks if names_in(c)] if not memory.focus else []
    )
    if names:
        memory.focus = names_in(names[0])
        if re.search(r"A,?&FA", line.codes) and not line.claims:
            memory.focus = tuple(dict.fromkeys(u for c in names for u in own_names(c)))  # "in Leeds and in Hull"
        for chunk in names:
            if len(own_names(chunk)) == 1 and not line.nearby(chunk):
                urn = own_names(chunk)[0]
                memory.recent = (*(pair for pair in memory.recent if pair[0] != urn), (urn, memory.line))
    if (
        "E" in line.codes
        and memory.group
        and "X" not in line.codes
        and any(c.code == "Z" and {"both", "all"} & set(line.text_of(c)) for c in line.chunks)
    ):
        memory.focus = memory.group  # "The findings were the same in both."
    if names:
        lists = [names_in(c) for c in names if len(names_in(c)) > 1]
        apart = tuple(dict.fromkeys(u for c in names for u in names_in(c)))
        if lists or len(apart) > 1:
            memory.group, memory.group_line = (lists[-1] if lists else apart), memory.line
    listed = [c for c in line.chunks if c.code == "X"]
    if listed:
        longest = max(listed, key=lambda c: len(c.areas))
        memory.items = longest.areas if line.claims else line.items
        memory.items_line = memory.line
        memory.area = listed[-1].areas[-1]
    memory.unrated = bool(listed) and not line.claims and len(memory.items) >= 3


def heading_area(line: Line) -> Chunk | None:
    """The area that opens a paragraph: ``On help and protection: ...``."""
    found = re.match(r"[F;]{0,2}(X)[:,-]", line.codes[:4])
    return line.chunks[found.start(1)] if found else None
