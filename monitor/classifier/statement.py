"""What a claim becomes once its references are filled in, and the discourse that fills them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from monitor.classifier.claims import Claim
from monitor.classifier.lines import Line
from monitor.classifier.refer import Memory
from monitor.classifier.scope import Scope
from monitor.classifier.topics import Topics
from monitor.domain.frameworks import edition, editions
from monitor.domain.model import Area, Rating


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim with its references filled in: one grade of some areas of some authorities."""

    claim: Claim
    line: Line
    scope: Scope
    urns: tuple[str, ...]
    areas: tuple[Area, ...]
    rating: Rating | None
    inferred: bool  #: something had to be worked out
    named: bool  #: the authority is named in the sentence
    reason: str = ""  #: why it is not believed


@dataclass(slots=True)
class Discourse:
    """All that a reference may be resolved from: the lines, what they are about, and what was mentioned so far."""

    lines: Sequence[Line]
    topics: Topics
    published: date | None
    memory: Memory
    first_lines: int  #: the lines in which "an authority" is still the article's own

    def before(self) -> Line | None:
        """The line before the one that is being resolved."""
        return self.lines[self.memory.line - 1] if self.memory.line else None

    def after(self, count: int) -> Sequence[Line]:
        """The `count` lines behind the one that is being resolved, or as many as there are."""
        return self.lines[self.memory.line + 1 : self.memory.line + 1 + count]


#: From here on reports have no grade overall: one is believed only where the word is said.
NO_OVERALL = date(2026, 6, 1)
#: What is reported was inspected some weeks before.
_LATELY = timedelta(days=60)


@lru_cache(maxsize=64)
def framework_areas(published: date | None) -> tuple[Area, ...]:
    """The areas that "all areas" means on a day: the SIF's five until early 2018, since then those of the edition in use some
    weeks before, without the overall grade.
    """
    if published is not None and published < date(2018, 3, 1):
        return (Area.LEADERSHIP, Area.HELP_AND_PROTECTION, Area.CHILDREN_IN_CARE, Area.CARE_LEAVERS, Area.ADOPTION)
    found = editions()[-1] if published is None else edition(max(published - _LATELY, date(2018, 1, 1)))
    graded = found.areas if found is not None else ()
    shared = found is not None and found.combined_care
    return tuple(area for area in graded if area is not Area.OVERALL) + ((Area.CARE_LEAVERS,) if shared else ())
