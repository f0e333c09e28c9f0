"""Every table compiled into one automaton, and which of the names it finds are meant as names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from monitor.classifier.lexicon import Entry, Lexicon
from monitor.classifier.text import Token
from monitor.domain.authorities import authorities
from monitor.domain.model import Area
from monitor.tables import areas, places, ratings, time_expressions
from monitor.tables.phrases import PhraseType
from monitor.tables.short_forms import COUNTIES, DOTTED_POINTS, JOINED_POINTS, PARTS, POINTS


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The automaton over every table, built once a process."""
    built = Lexicon()
    built.add(PhraseType.HIDDEN, "place", places.NOT_AUTHORITIES)
    built.add(PhraseType.HIDDEN, "body", areas.NOT_AREAS)
    for table in (areas.GROUPS, ratings.SAME, ratings.RATINGS, areas.AREAS, time_expressions.PAST):
        for row in table:
            built.add(row.type, row.value, row.surfaces)
    told = {value for row in areas.AREAS for value in row.value.split("+")}
    for area in Area:
        if area.value not in told:  # what nobody has written phrases for is known by its names at least
            built.add(PhraseType.AREA, area.value, (area.words, area.heading))
    for surface, urns in _names().items():
        built.add(PhraseType.AUTHORITY, urns, (_with_short_forms(surface),))
    return built


def _with_short_forms(surface: str) -> str:
    """A name's surface with every way of shortening the points of the compass and the county in it."""
    words, found, at = surface.split(), [], 0
    while at < len(words):
        pair = tuple(words[at : at + 2])
        if joined := JOINED_POINTS.get(pair):  # type: ignore[arg-type]  # the last word stands alone
            found.append(f"[{_point(pair[0])} {_point(pair[1])}|{'|'.join(f'{form} [.|]' for form in joined)}]")
            at += 2
            continue
        word = words[at]
        stop = " [.|]" if len(words) > 1 else ""  # alone it ends a sentence as a rule: "Boston, Lincs."
        counties = "".join(f"|{form}{stop}" for form in COUNTIES.get(word, ()))
        found.append(_point(word) if word in POINTS else f"[{word}{counties}]" if counties else word)
        at += 1
    return " ".join(found)


def _point(word: str) -> str:
    return f"[{word}|{'|'.join(f'{form} [.|]' for form in POINTS[word])}]"


def _tokens_of(name: str) -> str:
    """A name as the tokenizer would cut it, ready for the automaton."""
    plain = name.lower().replace("’", "'").replace("-", " ").replace(".", " .").replace("'s", " 's").replace(",", " ,")
    return " ".join(plain.replace("&", " & ").split())


_WITH_THE = ("city of ", "county of ", "royal borough of ", "london borough of ", "isle of ")


def _plain_names() -> dict[str, list[str]]:
    """The names that the tables have of authorities and trusts, each with the URNs that it stands for."""
    names: dict[str, list[str]] = {}
    for authority in authorities():
        plain = authority.name.split(",")[0] if ", City of" in authority.name else authority.name
        for name in (plain, *authority.aliases, *(t.name for t in authority.trusts)):
            surface = _tokens_of(name)
            names.setdefault(surface, [])
            if authority.urn not in names[surface]:
                names[surface].append(authority.urn)
    return names


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Name surfaces and the URNs they stand for (several for a trust that serves several authorities), comma-separated."""
    names = _plain_names()
    parts = {surface: urns for surface, urns in names.items() if surface.split()[0] in POINTS}
    names |= _pairs(parts)
    for surface, urns in parts.items():  # as lists have it: "Lincolnshire (North East)"
        points, _, county = surface.rpartition(" ")
        if POINTS.keys() >= {*points.split()}:
            names.setdefault(f"{county} ( {points} )", urns)
    for surface in [s for s in names if " and " in s]:
        names.setdefault(surface.replace(" and ", " & "), names[surface])
    for surface in [s for s in names if "st . helens" in s]:
        names.setdefault("st helens", names[surface])
    for surface in [s for s in names if s.startswith(_WITH_THE)]:
        names.setdefault(f"the {surface}", names[surface])  # else "the city" is read before the name
    return {surface: ",".join(urns) for surface, urns in names.items()}


def _pairs(parts: dict[str, list[str]]) -> dict[str, list[str]]:
    """Two parts of one county that are named in one breath: ``north and south tyneside``, ``e . / w . sussex``."""
    counties: dict[str, list[tuple[str, list[str]]]] = {}
    for surface, urns in parts.items():
        points, _, county = surface.rpartition(" ")
        counties.setdefault(county, []).append((points, urns))
    both = "[and|&|/]"
    return {
        f"{one} {both} {other} {county}": [*first, *second]
        for county, told in counties.items()
        for one, first in told
        for other, second in told
        if one != other and all(word in POINTS for word in f"{one} {other}".split())
    }


@lru_cache(maxsize=1)
def _trust_periods() -> dict[str, list[tuple[str, date | None, date | None]]]:
    periods: dict[str, list[tuple[str, date | None, date | None]]] = {}
    for authority in authorities():
        for trust in authority.trusts:
            periods.setdefault(_tokens_of(trust.name), []).append((authority.urn, trust.valid.start, trust.valid.end))
    return periods


@lru_cache(maxsize=1)
def _affixes() -> Lexicon:
    built = Lexicon()
    built.add(PhraseType.FILLER, "", places.AFTER_NAME)
    return built


_BEFORE = tuple(tuple(words.split()) for words in sorted(places.BEFORE_NAME, key=len, reverse=True))


_DIRECTIONS = PARTS.union(
    POINTS, *POINTS.values(), *JOINED_POINTS.values()
)  #: words before a name by which a part of the place is meant


def _is_part(tokens: Sequence[Token], start: int) -> bool:
    """Whether a point of the compass stands right before the name: ``N.E. Derbyshire`` has no council with our duty."""
    at = start - 1
    words = _DIRECTIONS
    if at > 0 and tokens[at].word == "." and tokens[at - 1].end == tokens[at].start:
        at, words = at - 1, _DIRECTIONS | DOTTED_POINTS
    if at < 0 or tokens[at].word not in words:
        return False
    return len(tokens[at].word) > 1 or tokens[at].capital


def is_name(tokens: Sequence[Token], start: int, end: int, in_title: bool, known: frozenset[str]) -> bool:
    """Whether a matched authority name is meant as one: capital letters, all of the name rather than a part of the place, and
    a council-like neighbour where the word is a word too.
    """
    if tokens[start].word == "the":
        start += 1
    if not all(tokens[i].capital for i in (start, end - 1) if tokens[i].word.isalpha()) or _is_part(tokens, start):
        return False
    if end < len(tokens) and tokens[end].word == "based":
        return False  # "the Leeds-based charity"
    if end - start > 1 or tokens[start].word not in places.WORDS_TOO or tokens[start].word in known:
        return True
    return _has_council_beside(tokens, start, end, in_title)


def _has_council_beside(tokens: Sequence[Token], start: int, end: int, in_title: bool) -> bool:
    """Whether the words around a name that is a word too speak for the council."""
    after = tokens[end].word if end < len(tokens) else ""
    before = tokens[start - 1].word if start else ""
    if after in places.COUNCIL_WORDS:
        return True
    if tokens[start].word == "westminster":
        beside = after == "and" and end + 1 < len(tokens) and tokens[end + 1].word in {"kensington", "hammersmith"}
        return beside or before in {"of", "and", ",", "with"}  # "in Westminster" is in parliament
    starts = start == 0 or not before.isalpha()
    return before in {"in", "of", "for", "at", "and", "that", "neighbouring", "council", "near", "with", "to"} or (
        not starts and not in_title
    )


def known_names(folded: str) -> frozenset[str]:
    """The names that are ordinary words too, of which a text says once that they are a council ("Reading Borough Council")."""
    return frozenset(
        w
        for w in places.WORDS_TOO
        if w in folded and re.search(rf"\b{w}(?:'s children| (?:borough |city |county )?council\b)", folded)
    )


def authority(
    tokens: Sequence[Token], start: int, end: int, entry: Entry, published: date | None
) -> tuple[tuple[str, ...], int, int]:
    """URNs meant by a name on a day, and the name's bounds with "City Council" and "London Borough of" taken in."""
    words = [t.word for t in tokens]
    found = _affixes().match(words, end)
    if found and (tokens[end].capital or words[end] in {"council", "city", "county", "borough"}):
        end = found[0]
    for before in _BEFORE:
        if tuple(words[max(0, start - len(before)) : start]) == before:
            start -= len(before)
            break
    return _served(" ".join(words[start:end]), tuple(entry.value.split(",")), published), start, end


def _served(name: str, urns: tuple[str, ...], published: date | None) -> tuple[str, ...]:
    """Of the authorities that a trust of this name has served those that it served on the day, all where that is not known."""
    periods = _trust_periods().get(name)
    if not (periods and published and len(urns) > 1):
        return urns
    live = (u for u, began, ended in periods if (not began or began <= published) and (not ended or published <= ended))
    return tuple(live) or urns
