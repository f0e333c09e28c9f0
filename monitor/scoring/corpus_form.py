"""Labelled articles in the text form of `corpus/README.md`, so that what a person decided can be learnt from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from monitor.domain.model import Area, Judgement

#: Lines of a text that would be read as the end of it, or as the next article.
_MARK = re.compile(r"(?m)^(?==== |---[ \t]*$)")
_NO_TEXT = re.compile("[\ud800-\udfff\x00]")


def block(
    identity: str, *, style: str, day: date, title: str, text: str, said: Sequence[Judgement], implied: Sequence[Judgement] = ()
) -> str:
    """One article with its labels; the word none where it reports nothing.

    Args:
        identity: what it is called among the others.
        style: the kind of outlet, or its name.
        day: of publication.
        title: in any form; it becomes one line.
        text: paragraphs.
        said: what it reports. Of one area the first counts.
        implied: what to say is neither right nor wrong.
    """
    title, text = _one_line(title), _MARK.sub(" ", _written(text)).strip("\n")
    labels = list(_labels(said, implied, title, text))
    head = [f"=== {identity}", f"style: {_one_line(style) or '-'}", f"date: {day.isoformat()}"]
    head += [f"kind: {'news' if labels else 'none'}", f"title: {title}"]
    return "\n".join([*head, "", text, "---", *(labels or ["none"])]) + "\n"


def _written(text: str) -> str:
    """A text as a file can hold it: line ends of one kind, and nothing that is no character."""
    return _NO_TEXT.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")


def _one_line(text: str) -> str:
    return " ".join(_written(text).split())


def _labels(said: Sequence[Judgement], implied: Sequence[Judgement], title: str, text: str) -> Iterator[str]:
    seen: set[tuple[str, Area]] = set()
    for mark, judgements in (("", said), ("? ", implied)):
        for each in judgements:
            what = (each.authority.urn, each.area)
            if what not in seen:
                seen.add(what)
                cells = (each.authority.name, each.area, each.rating, _before(each), _words(each, title, text))
                yield mark + " | ".join(cells)


def _before(judgement: Judgement) -> str:
    if judgement.previous is None:
        return "-"
    return str(judgement.previous) + (f" {judgement.previous_year}" if judgement.previous_year else "")


def _words(judgement: Judgement, title: str, text: str) -> str:
    """The words that say so, as they stand in one line of the text; the longest line of what was quoted over several."""
    lines = [line.strip() for line in _written(judgement.quote).split("\n")]
    lines += [_one_line(judgement.quote)]
    found = [line for line in lines if line and (line in text or line in title)]
    return max(found, key=len) if found else "-"
