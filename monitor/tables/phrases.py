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


#: One letter a chunk. Frames are patterns over these letters.
CODES = {
    "A": "named authority",
    "G": "word that stands for an authority: the council, the borough",
    "S": "the whole service: children's services, the department",
    "O": "overall",
    "X": "graded area, or a list of them",
    "L": "all areas",
    "T": "the remaining areas",
    "Z": "words that point back at areas just named: both areas, all three, the latter",
    "R": "rating",
    "E": "the same rating again",
    "V": "judging verb: rated, judged, found, given, received",
    "B": "linking verb: is, was, remains",
    "I": "the inspectorate",
    "N": "rating noun: grade, verdict",
    "F": "preposition that leads to what is rated: for, in, across",
    "W": "with",
    "Q": "relative pronoun: which, whose",
    "U": "so too, as was: the previous rating applies here",
    "P": "past time",
    "M": "movement: upgraded, lifted, downgraded",
    "<": "from",
    ">": "to",
    "!": "negation",
    "?": "not yet real: hope, risk, could",
    "~": "only, the exception",
    "D": "another body than the council: a home, the LSCB, SEND",
    "Y": "year",
    "_": "filler that may stand anywhere",
    ".": "words that mean nothing here",
    "+": "along with, as well as",
    ",": "comma",
    "-": "dash",
    ":": "colon",
    ";": "semicolon",
    "(": "opening bracket",
    ")": "closing bracket",
    "&": "and, or",
    "|": "but, while: a new clause",
    "^": "when, since, after: a clause of time",
}
