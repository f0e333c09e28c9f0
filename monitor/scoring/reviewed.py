"""What a person decided on an article of the review queue, as a labelled article that can be learnt from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from monitor.domain.characters import storable
from monitor.domain.model import Area, Judgement
from monitor.scoring.form import Item, Label, as_held


def reviewed(
    identity: str, *, style: str, day: date, title: str, text: str, said: Sequence[Judgement], implied: Sequence[Judgement] = ()
) -> Item:
    """One article with its labels; of kind ``none`` where it reports nothing.

    Args:
        identity: what it is called among the others.
        style: the kind of outlet, or its name.
        day: of publication.
        title: in any form; it becomes one line.
        text: paragraphs.
        said: what it reports. Of one area the first counts.
        implied: what to say is neither right nor wrong.
    """
    style, title = " ".join(style.split()), " ".join(title.split())
    item = as_held(Item(id=identity, style=style, published=day, kind="none", title=title, text=text))
    labels = tuple(_labels(said, implied, item.title, item.text))
    return replace(item, kind="news", labels=labels) if labels else item


def _labels(said: Sequence[Judgement], implied: Sequence[Judgement], title: str, text: str) -> Iterator[Label]:
    seen: set[tuple[str, Area]] = set()
    for required, judgements in ((True, said), (False, implied)):
        for each in judgements:
            what = (each.authority.urn, each.area)
            if what not in seen:
                seen.add(what)
                yield Label(
                    authority=each.authority.name,
                    area=str(each.area),
                    rating=str(each.rating),
                    previous=str(each.previous) if each.previous else "",
                    previous_year=each.previous_year if each.previous else None,
                    evidence=_words(each, title, text),
                    required=required,
                )


def _words(judgement: Judgement, title: str, text: str) -> str:
    """The words that say so, as they stand in one line of the text; the longest line of what was quoted over several."""
    quote = storable(judgement.quote)
    lines = [line.strip() for line in quote.replace("\r", "\n").split("\n")] + [" ".join(quote.split())]
    return max((line for line in lines if line and (line in text or line in title)), key=len, default="")
