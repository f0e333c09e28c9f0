"""The 153 English authorities with the duty, their predecessors, names and trusts, and how to look one up."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import lru_cache

from monitor.domain.calendar import day_words
from monitor.domain.model import Authority, ChildrensTrust, DateRange
from monitor.tables import rows
from monitor.tables.short_forms import COUNTIES, JOINED_POINTS, POINTS

_NOISE = re.compile(
    r"\b(?:council|city of|county of|royal borough of|london borough of"
    r"|metropolitan|borough|district|county council|city|the)\b"
)

_MAX_NAME = 8  #: words


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@lru_cache(maxsize=1)
def authorities() -> tuple[Authority, ...]:
    """Every authority, current and abolished, in the order of the table."""
    names: dict[str, list[str]] = defaultdict(list)
    common: dict[str, str] = {}
    trusts: dict[str, list[ChildrensTrust]] = defaultdict(list)
    for row in rows("names"):
        if row["kind"] == "trust":
            valid = DateRange(start=_day(row["start"]), end=_day(row["end"]))
            trusts[row["urn"]].append(ChildrensTrust(name=row["name"], valid=valid))
        else:
            names[row["urn"]].append(row["name"])
            if row["kind"] == "display":
                common[row["urn"]] = row["name"]
    before: dict[str, list[str]] = defaultdict(list)
    began: dict[str, date] = {}
    ended: dict[str, date] = {}
    for row in rows("successions"):
        day = date.fromisoformat(row["day"])
        before[row["successor_urn"]].append(row["predecessor_urn"])
        began[row["successor_urn"]] = day
        ended[row["predecessor_urn"]] = day
    began["2532283"] = began["2532287"]  # Dorset was re-founded on the same day; its county had another URN
    return tuple(
        Authority(
            urn=row["urn"],
            dfe_code=row["dfe_code"],
            gss_code=row["gss_code"],
            name=row["name"],
            region=row["region"],
            type=row["type"],
            aliases=tuple(names[row["urn"]]),
            trusts=tuple(trusts[row["urn"]]),
            valid=DateRange(start=began.get(row["urn"]), end=ended.get(row["urn"])),
            predecessors=tuple(before[row["urn"]]),
            neighbours=tuple(row["statistical_neighbours"].split()),
            common_name=common.get(row["urn"], ""),
        )
        for row in rows("authorities")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A reorganisation that is law and not yet done: the successors have no URN until Ofsted registers them."""

    day: date
    successors: tuple[str, ...]  #: names


@lru_cache(maxsize=1)
def plans() -> Mapping[str, Plan]:
    """Reorganisations to come, by the URN of the authority that ends."""
    names: dict[str, list[str]] = defaultdict(list)
    days: dict[str, date] = {}
    for row in rows("planned_successions"):
        names[row["predecessor_urn"]].append(row["successor"])
        days[row["predecessor_urn"]] = date.fromisoformat(row["day"])
    return {urn: Plan(day=days[urn], successors=tuple(found)) for urn, found in names.items()}


def last_day(authority: Authority) -> date | None:
    """The day an authority was or is to be abolished; None when nothing of the kind is known."""
    plan = plans().get(authority.urn)
    return authority.valid.end or (plan.day if plan else None)


def exists_on(authority: Authority, day: date) -> bool:
    """Whether an authority had the duty on a day; on the day on which others take over from it, those have."""
    start, end = authority.valid.start, authority.valid.end
    return (start is None or start <= day) and (end is None or day < end)


def trusts_of(authority: Authority, day: date) -> frozenset[str]:
    """The names of the trusts that ran an authority's services on a day."""
    return frozenset(trust.name for trust in authority.trusts if day in trust.valid)


@lru_cache(maxsize=1)
def by_urn() -> Mapping[str, Authority]:
    """Authorities by Ofsted URN."""
    return {authority.urn: authority for authority in authorities()}


@lru_cache(maxsize=1)
def by_code() -> Mapping[str, Authority]:
    """Authorities by URN, DfE code and GSS code, in upper case."""
    return {code: a for a in authorities() for code in (a.urn, a.dfe_code, a.gss_code)}


def successors_of(authority: Authority) -> tuple[Authority, ...]:
    """The authorities that took over from one; none where it is still there."""
    return tuple(each for each in authorities() if authority.urn in each.predecessors)


def fold(name: str) -> str:
    """A name without case, punctuation and the words that councils add to it: ``"Hull City Council"`` -> ``"hull"``."""
    name = name.lower().replace("&", " and ").replace("saint ", "st ").replace("-", " ")
    name = " ".join(re.sub(r"[^a-z ]", "", name).split())
    return " ".join(_NOISE.sub(" ", name).split()) or name


@lru_cache(maxsize=1)
def _full_forms() -> Mapping[str, str]:
    points = {" ".join(pair): short for pair, short in JOINED_POINTS.items()}
    return {form: full for table in (POINTS, points, COUNTIES) for full, forms in table.items() for form in forms}


def _in_full(folded: str) -> str:
    """A folded name with the points of the compass and the county written out: ``"ne lincs"``."""
    return " ".join(_full_forms().get(word, word) for word in folded.split())


@lru_cache(maxsize=1)
def _by_name() -> Mapping[str, Authority]:
    return {fold(name): authority for authority in authorities() for name in (*authority.aliases, authority.name)}


@lru_cache(maxsize=1)
def _by_any_name() -> Mapping[str, tuple[Authority, ...]]:
    """Authorities by their folded names, and by those of the trusts that run their services."""
    found = {name: (authority,) for name, authority in _by_name().items()}
    for authority in authorities():
        for trust in authority.trusts:
            if len(trust.name) > 5:  # initials are too short to be looked for among other words
                name = fold(trust.name)
                found[name] = tuple(dict.fromkeys((*found.get(name, ()), authority)))
    return found


def mentions(text: str) -> Counter[Authority]:
    """How often each authority is named in a title or the like, by itself or a trust; of overlapping names the longest counts.

    Prose needs more: there a name may be a word or a part of another place, which the classifier's vocabulary knows.
    """
    words, names = fold(text).split(), _by_any_name()
    seen: Counter[Authority] = Counter()
    position = 0
    while position < len(words):
        for length in range(min(_MAX_NAME, len(words) - position), 0, -1):
            named = names.get(" ".join(words[position : position + length]))
            if named:
                seen.update(named)
                position += length - 1
                break
        position += 1
    return seen


def find(name: str) -> Authority | None:
    """The authority of a name in any usual form, or of a URN, DfE or GSS code; None when there is none."""
    folded = fold(name)
    return by_code().get(name.strip().upper()) or _by_name().get(folded) or _by_name().get(_in_full(folded))


def suggest(name: str) -> str | None:
    """The authority name nearest to a misspelt one, for "did you mean"; none for one that is to be an authority itself."""
    if _planned(name):
        return None
    close = get_close_matches(fold(name), _by_name(), n=1, cutoff=0.6)
    return _by_name()[close[0]].name if close else None


def nearest(name: str, count: int = 3) -> tuple[str, ...]:
    """The authorities that a name may mean, nearest first: those that begin so or hold it as a word, then misspelt ones.

    Of a planned authority the one that it takes over from; of a code none, as codes that look alike are no neighbours.
    """
    folded = fold(name)
    if found := _planned(name):
        return (found[0].display_name,)
    if not folded or any(letter.isdigit() for letter in name):
        return ()
    begin = [known for known in _by_name() if known.startswith(folded)]
    hold = [known for known in _by_name() if f" {folded}" in known]
    close = get_close_matches(folded, _by_name(), n=2 * count, cutoff=0.6)
    return tuple(dict.fromkeys(_by_name()[known].display_name for known in (*sorted(begin, key=len), *hold, *close)))[:count]


def _planned(name: str) -> tuple[Authority, Plan] | None:
    """The authority that one of a name is to take over from, and the plan that says so; None where none is planned."""
    folded = fold(name)
    return next(((by_urn()[urn], plan) for urn, plan in plans().items() if folded in map(fold, plan.successors)), None)


def unknown(name: str) -> str:
    """What can be said of a name that is no authority's, to be put behind that: which was meant, or when it will be one."""
    if found := _planned(name):
        before, plan = found
        told = f"; it takes over from {before.display_name} on {day_words(plan.day)}"
        return f"{told}, and is known once Ofsted has registered it"
    near = suggest(name)
    return f"; did you mean {near!r}?" if near else ""


def regions() -> tuple[str, ...]:
    """The nine English regions, sorted."""
    return tuple(sorted({authority.region for authority in authorities()}))
