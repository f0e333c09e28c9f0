"""Councils by what a reader types: a name or its beginning, a code, a region, several with commas, or a name misspelt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from monitor.domain.authorities import find, fold, mentions, nearest, regions
from monitor.domain.model import Authority
from monitor.messages.sanitize import sanitize
from monitor.web.queries.authorities import current_authorities
from monitor.web.queries.authority_list import is_called

_MAX_SEARCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CouncilSearch:
    """What was looked for, and the councils that it may mean, by name."""

    text: str
    found: tuple[Authority, ...]
    missing: tuple[str, ...] = ()  #: parts of the text that are no council's name
    is_guess: bool = False  #: whether nothing is called so, and `found` are the nearest names


def search_text(text: str) -> str:
    """What is looked for, of what was typed: one line that can be seen."""
    return sanitize(text, _MAX_SEARCH)


def search_councils(text: str, day: date) -> CouncilSearch:
    """The councils of a day that a text names; where it names none, those with the nearest names. Pure."""
    text = search_text(text)
    there = current_authorities(day)
    found: set[Authority] = set()
    missing = []
    for part in _parts(text):
        named = _named(part, there)
        found |= named
        missing += [] if named else [part]
    if found or not missing:
        return CouncilSearch(text=text, found=_by_name(found), missing=tuple(missing))
    near = {who for part in missing for name in nearest(part) if (who := find(name)) in there and who is not None}
    return CouncilSearch(text=text, found=_by_name(near), missing=tuple(missing), is_guess=True)


def _parts(text: str) -> list[str]:
    """What stands between commas and semicolons; a council's name that has a comma in it (Bristol, City of) stays whole."""
    found: list[str] = []
    for part in [each.strip() for each in re.split(r"[,;]", text) if each.strip()]:
        whole = f"{found[-1]}, {part}" if found else ""
        if whole and find(whole):
            found[-1] = whole
        else:
            found.append(part)
    return found


def _named(part: str, there: tuple[Authority, ...]) -> set[Authority]:
    """The councils that one part of a text means: those that are called so, a region's, or those that are named in it."""
    of_region = {who for who in there for region in regions() if who.region == region and fold(region) == fold(part)}
    return {who for who in there if is_called(who, part)} | of_region or {who for who in mentions(part) if who in there}


def _by_name(found: set[Authority]) -> tuple[Authority, ...]:
    return tuple(sorted(found, key=lambda who: who.display_name))
