"""The typed mention: what the stages after the lexicon read instead of words."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.domain.model import Area


@dataclass(frozen=True, slots=True)
class Chunk:
    """A typed mention. `start` and `end` are token numbers, half-open."""

    code: str
    value: str
    start: int
    end: int
    names: tuple[str, ...] = ()  #: URNs, in order, for a list of authorities
    areas: tuple[tuple[Area, ...], ...] = ()  #: for a list of areas, one tuple an item
    owner: Chunk | None = None  #: whose leadership, whose services
    quoted: bool = False
    weak: bool = False  #: a grade in words that are ordinary English too
    plural: bool = False  #: "five outstandings": a grade of everything
