"""Cuts page furniture out of a text: paywalls, adverts, lists of other stories, captions printed twice. Rules are rows.

Furniture names places and grades too ("SE1 7JY, London (Greater)" in a job advert, "Neighbour rated inadequate" in a teaser).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from monitor.extraction.dates import parse_moment
from monitor.extraction.html.block_scores import ends_sentence
from monitor.tables import rows

_BYLINE = re.compile(
    r"^(?:by|words by|written by|posted by|report by|author:)\s+[A-Z][\w.'’-]+(?:\s+[A-Z][\w.'’-]+){0,4}"
    r"(?:\s*[,|•·@].{0,60}|\s+(?:local democracy reporter|political reporter|bbc news.{0,30}|reporter))?$",
    re.IGNORECASE,
)
_READING_TIME = re.compile(r"^(?:estimated read(?:ing)? time:?\s*)?\d{1,2}\s+min(?:ute)?s?\.?(?:\s+read)?$", re.IGNORECASE)
_FOLLOW = re.compile(r"^(?:please )?follow .{2,80} on (?:twitter|x|facebook|instagram|linkedin|bluesky)\b", re.IGNORECASE)
_CREDIT = re.compile(
    r"^[(\[]?\s*(?:photos?|images?|pictures?|photograph|pic|credits?)(?: credit)?(?: by\b|\s*:)", re.IGNORECASE
)
_COPYRIGHT = re.compile(r"^(?:©|\(c\)\s|copyright\b)", re.IGNORECASE)
_HOUR = re.compile(r"^\d{1,2}[:.]\d{2}(?:\s*[ap]m)?(?:\s+[A-Z]{3,4})?$", re.IGNORECASE)
_WRITE_TO = re.compile(
    r"^(?:e-?mail\s|contact\s|(?:[\w'’-]+\s+){1,4}can be (?:reached|contacted)\b).{0,60}\S@\S+\.\w", re.IGNORECASE
)
_COUNT_LINE = re.compile(r"^\d{1,4}\s+(?:comments?|shares?|likes?|views?)$", re.IGNORECASE)
_LABELS = (_BYLINE, _READING_TIME, _COUNT_LINE, _FOLLOW, _CREDIT, _COPYRIGHT, _HOUR, _WRITE_TO)
_DATED = ("published", "updated", "posted", "last updated", "last modified", "first published", "by ")
_PROSE = 80  #: characters of a line that is surely prose
_GOES_ON = 5  #: whole sentences below a list of other stories by which the article is known to go on, and ...
_GOES_ON_SHARE = 0.6  #: ... their least number as a share of the lines of prose above it
_BEFORE_CUT = 1  #: lines of prose that must stand before a cut: the same words at the top are a menu


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One piece of furniture: the line itself is dropped, or it and everything after it cut.

    One that heads a list of other stories cuts too, unless the article goes on below: pages print such lists halfway down.
    """

    cuts: bool
    lists: bool
    exact: bool
    phrase: str
    example: str

    def matches(self, folded: str) -> bool:
        """Whether a line, folded by `fold`, is this piece."""
        return folded == self.phrase if self.exact else folded.startswith(self.phrase)


@cache
def boilerplate_rows() -> tuple[Row, ...]:
    """The rows of ``boilerplate_phrases.csv`` for pages; others are for texts that come without their page."""
    return tuple(
        Row(
            cuts=row["action"] in ("cut", "list"),
            lists=row["action"] == "list",
            exact=row["match"] == "exact",
            phrase=fold(row["phrase"]),
            example=row["example"],
        )
        for row in rows("boilerplate_phrases")
        if row["action"]
    )


def fold(line: str) -> str:
    """A line as rows compare it: lower case, plain apostrophes, single spaces, no trailing full stop or bullet."""
    return " ".join(line.lower().replace("’", "'").split()).strip("•*-–—·|> ").rstrip(".")


@cache
def _by_first_letters() -> dict[str, tuple[Row, ...]]:
    """Rows by their first two characters: most lines begin like none of them."""
    groups: dict[str, list[Row]] = {}
    for row in boilerplate_rows():
        groups.setdefault(row.phrase[:2], []).append(row)
    return {key: tuple(group) for key, group in groups.items()}


def _goes_on(row: Row, rest: list[str], prose: int) -> bool:
    """Whether the article goes on behind a list of other stories that `row` heads, after `prose` lines of it."""
    return row.lists and sum(map(_is_sentence, rest)) >= max(_GOES_ON, _GOES_ON_SHARE * prose)


def without_boilerplate(lines: list[str], *, title: str = "") -> list[str]:
    """The lines of prose among `lines`, in order.

    Drops furniture, bylines, the title repeated at the top, and lines printed twice; stops at the first line that ends an
    article. A line that would cut before any prose is only dropped.
    """
    kept: list[str] = []
    seen: set[str] = set()
    prose = 0
    groups = _by_first_letters()
    folded_title = fold(title)
    listing = False  # whether the lines are those of a list of other stories
    for index, line in enumerate(lines):
        if listing and not _is_sentence(line):
            continue
        listing = False
        folded = fold(line)
        row = next((row for row in groups.get(folded[:2], ()) if row.matches(folded)), None)
        if row is not None and row.cuts and prose >= _BEFORE_CUT:
            if not _goes_on(row, lines[index:], prose):
                break
            listing = True
            continue
        if row is not None or not folded or folded in seen or _is_label(line, folded, folded_title, prose):
            continue
        if len(folded) > 30:
            seen.add(folded)
        prose += len(line) >= _PROSE
        kept.append(line)
    return kept


def without_biography(lines: list[str], author: str) -> list[str]:
    """The lines without a last one that tells who the author is: "Jo Doe is our reporter and has three cats"."""
    if len(lines) < 2 or not author:
        return lines
    tells = re.match(rf"{re.escape(author)}\s+(?:is|was|has|covers|writes|works|reports|joined)\b", lines[-1])
    return lines[:-1] if tells else lines


def _is_dateline(line: str, folded: str) -> bool:
    most = 100 if folded.startswith(_DATED) else 60
    return len(line) <= most and not line.endswith(".") and parse_moment(line) is not None


def _is_sentence(line: str) -> bool:
    return len(line) >= _PROSE and ends_sentence(line)


def _is_label(line: str, folded: str, title: str, prose: int) -> bool:
    """Whether a line only labels the article: its title again, byline, reading time, counts, credits."""
    if not prose and (folded == title or _is_dateline(line, folded)):
        return True
    if len(line) > 120:
        return False
    return any(pattern.match(line) for pattern in _LABELS)
