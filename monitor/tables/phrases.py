"""The words of the sector, as rows: what a phrase means to the classifier. `classifier.lexicon` expands and matches them.

A surface is a space-separated run of tokens; ``[a|b]`` is a choice, ``[a|]`` is optional. Matching ignores case, hyphens and the
shape of quotes; the longest surface wins. A possessive is written apart: ``children 's services``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrase:
    """Surfaces of one meaning: the `code` of its chunk (see `CODES`) and a `value` that the code's consumer understands."""

    code: str
    value: str
    surfaces: tuple[str, ...]


#: What a row's letter says of its mention. Ratings, areas, groups and times become mentions; the others only hide their words,
#: so that nothing inside them is taken for one.
CODES = {
    "X": "graded area",
    "O": "overall",
    "L": "all areas",
    "T": "the remaining areas",
    "R": "rating",
    "E": "the same rating again",
    "P": "past time: the year is worked out where it says one",
    "Z": "words that point back at areas just named: both areas, all three, the latter",
    "U": "so too, as was",
    "+": "along with, as well as",
    "_": "filler",
}
