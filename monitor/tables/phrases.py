"""The words of the sector, as rows: what a phrase means to the classifier. `classifier.lexicon` expands and matches them.

A surface is a space-separated run of tokens; ``[a|b]`` is a choice, ``[a|]`` is optional. Matching ignores case, hyphens and the
shape of quotes; the longest surface wins. A possessive is written apart: ``children 's services``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PhraseType(StrEnum):
    """What a row's words are. Authorities, ratings, areas, groups and times become mentions; the others only hide their words.

    Nothing inside hidden words is taken for a mention.
    """

    AUTHORITY = "authority"
    AREA = "area"  #: a graded one
    OVERALL = "overall"
    ALL_AREAS = "all_areas"
    OTHER_AREAS = "other_areas"  #: the remaining ones
    RATING = "rating"
    SAME_RATING = "same_rating"  #: the same rating again
    PAST_TIME = "past_time"  #: the year is worked out where it says one
    POINTER = "pointer"  #: words that point back at areas just named: both areas, all three, the latter
    SO_TOO = "so_too"  #: so too, as was
    ALONG_WITH = "along_with"  #: along with, as well as
    FILLER = "filler"
    HIDDEN = "hidden"  #: names of places and bodies that hold an authority's or an area's words


@dataclass(frozen=True, slots=True)
class Phrase:
    """Surfaces of one meaning: their type, and a `value` that the consumer of the type understands."""

    type: PhraseType
    value: str
    surfaces: tuple[str, ...]
