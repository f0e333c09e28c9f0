"""Every row of phrases in the tables, and the texts that its surfaces stand for."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator, Sequence
from importlib import import_module

import monitor.tables
from monitor.tables.phrases import Phrase

_PIECE = re.compile(r"[\[\]|]|[^\s\[\]|]+")
#: A sequence of words and of choices between sequences.
Pattern = list["str | list[Pattern]"]


def phrase_rows() -> Iterator[Phrase]:
    """The rows of every table that holds phrases."""
    for module in pkgutil.iter_modules(monitor.tables.__path__):
        for table in vars(import_module(f"monitor.tables.{module.name}")).values():
            if isinstance(table, tuple):
                yield from (row for row in table if isinstance(row, Phrase))


def _parse(pieces: Sequence[str], at: int) -> tuple[Pattern, int]:
    found: Pattern = []
    while at < len(pieces) and pieces[at] not in "|]":
        if pieces[at] != "[":
            found.append(pieces[at])
            at += 1
            continue
        choices: list[Pattern] = []
        while pieces[at] != "]":
            choice, at = _parse(pieces, at + 1)
            choices.append(choice)
        found.append(choices)
        at += 1
    return found, at


def _cover(pattern: Pattern) -> list[list[str]]:
    parts = [[[part]] if isinstance(part, str) else [words for choice in part for words in _cover(choice)] for part in pattern]
    longest = max((len(part) for part in parts), default=1)
    return [[word for part in parts for word in part[n % len(part)]] for n in range(longest)]


def wordings(surface: str) -> list[list[str]]:
    """Token sequences in which every choice of a surface is taken at least once."""
    pattern, _ = _parse(_PIECE.findall(surface.lower()), 0)
    return [words for words in _cover(pattern) if words]


def as_text(words: Sequence[str]) -> str:
    """Tokens as they would be printed: a possessive or contraction joined to its word."""
    return re.sub(r"(?<=\w) ('(?:s|re|ll|ve|d|m)|n't)(?!\w)", r"\1", " ".join(words))
