"""Whose report it is: the authority that a report's title names, in any of the forms titles have had."""

from __future__ import annotations

import re

from monitor.domain.authorities import find, mentions
from monitor.domain.model import Authority

_BOILERPLATE = re.compile(
    r"\b(?:re-?\s?inspection|inspection)\s+of\b"
    r"|\bservices\s+for\s+children\s+in\s+need\s+of\s+help\b.*?\bcare\s+leavers\b"
    r"|\band\s+(?:the\s+)?review\s+of\s+the\s+effectiveness\b.*?\bboard\b"
    r"|\bchildren['\u2019]?s\s+(?:social\s+care\s+)?services\b"
    r"|\blocal\s+authority\b|\bchildren['\u2019]?s\s+social\s+care\b|^\s*\d+\b|\breport\b",
    re.IGNORECASE | re.DOTALL,
)
_HEADER = re.compile(r"Inspection\s+of\s+(.{3,80}?)\s+(?:local\s+authority\s+)?children['\u2019]s\s+services", re.IGNORECASE)


def authority_of(title: str, opening: str) -> Authority | None:
    """The authority a report is about, from its title and, where that leaves a choice, from its first pages.

    None when no authority is named, or two are named equally often: it is never guessed.
    """
    name = " ".join(_BOILERPLATE.sub(" ", " ".join(title.split())).split()).strip(" ,.-\u2013")
    exact = find(name) or find(re.sub(r"\blondon borough( of)?\b", "", name, flags=re.IGNORECASE))
    if exact:
        return exact
    london = re.sub(r"\blondon borough( of)?\b", " ", name, flags=re.IGNORECASE)
    candidates = set(mentions(london))
    if len(candidates) == 1:
        return candidates.pop()
    headers = mentions(" ; ".join(_HEADER.findall(opening)))
    named = headers or mentions(re.sub(r"\blondon borough( of)?\b", " ", opening, flags=re.IGNORECASE))
    ranked = [pair for pair in named.most_common() if not candidates or pair[0] in candidates]
    if not ranked or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return None
    return ranked[0][0]
