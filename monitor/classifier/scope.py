"""What surrounds a grade makes of it: news, earlier, denied, hoped for, or another body's; and of which year."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """What surrounds a grade makes of it."""

    status: str  #: current | previous | earlier | standing | negated | hypothetical | generic | other_body
    year: int | None = None
    cue: str = ""  #: the words that decided
    stays: bool = False  #: "remains", "again", "retained": the previous grade was the same
