"""An article on its way to the corpus: what the classifier said of it, and what a person makes of that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from monitor.classifier.document import Document
from monitor.classifier.linker import card
from monitor.classifier.relevance import may_report
from monitor.classifier.verdict import analyse, page_type
from monitor.domain.authorities import find, successors_of
from monitor.domain.calendar import day_words
from monitor.domain.frameworks import graded_areas, graded_ratings
from monitor.domain.model import Area, Judgement, Rating
from monitor.scoring.form import Item, Label, as_held
from monitor.scoring.typed import NotUnderstood, numbered, one_of, words_of

NEWS, OTHER = "news", "other"
#: Outlets as the articles of the corpus name theirs; any other words will do.
STYLES = (
    "BBC News online",
    "local paper, Newsquest style",
    "local paper, Reach style (Live sites)",
    "local paper, National World style",
    "Local Democracy Reporter copy",
    "independent hyperlocal site",
    "regional TV or radio site",
    "CYP Now",
    "Community Care",
    "LGC",
    "The MJ",
    "LocalGov / Public Sector Executive",
    "Local Government Lawyer / Social Work Today",
    "national newspaper",
    "council newsroom press release",
    "children's trust or company newsroom",
    "party or MP press release",
    "council newsletter or staff bulletin",
    "cabinet/scrutiny report or minutes",
    "GOV.UK or Ofsted news page",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A label with what the classifier thought of it."""

    label: Label
    probability: float | None = None  #: from 0 to 1; None for what a person wrote or changed
    sure: bool = True  #: false for what the classifier would only give to a person to review


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An article, the labels so far, and the kind of page that it is where there are none."""

    item: Item  #: without labels; as the form holds it, so that what is quoted stands in what is written
    document: Document  #: the same article in sentences, with what was found in them
    lines: tuple[Line, ...] = ()
    kinds: tuple[str, ...] = ()  #: what it may be where it is no news, likeliest first

    @property
    def sentences(self) -> tuple[str, ...]:
        """The sentences as printed; a person counts them from 1."""
        return tuple(self.document.text[part.start : part.end] for part in self.document.sentences)

    def finished(self) -> Item:
        """The article with its labels, for the form: news where there are any."""
        labels = tuple(line.label for line in self.lines)
        return replace(self.item, labels=labels, kind=NEWS if labels else self.item.kind)


def draft_of(item: Item, day: date) -> Draft:
    """What the classifier says of an article of a day, to be corrected; certain judgements first."""
    item = as_held(replace(item, published=day, labels=()))
    analysis = analyse(item.title, item.text, day)
    result = analysis.result
    lines: tuple[Line, ...] = ()
    if may_report(item.title, item.text):
        lines = (*(_line(one, sure=True) for one in result.judgements), *(_line(one, sure=False) for one in result.uncertain))
    likely = analysis.links.kinds
    kinds = sorted((kind for kind in card()["kinds"] if kind != NEWS), key=lambda kind: -likely.get(kind, 0.0))
    kind = page_type(analysis.links) or OTHER
    return Draft(item=replace(item, kind=kind), document=analysis.document, lines=lines, kinds=(*kinds, OTHER))


def _line(judgement: Judgement, *, sure: bool) -> Line:
    label = Label(
        authority=judgement.authority.display_name,
        area=judgement.area.value,
        rating=judgement.rating.value,
        previous=judgement.previous.value if judgement.previous else "",
        previous_year=judgement.previous_year,
        evidence=words_of(judgement.quote),
    )
    return Line(label=label, probability=judgement.probability, sure=sure)


# --- changes --------------------------------------------------------------------------------------------------------------


def with_label(draft: Draft, label: Label, number: int | None = None) -> Draft:
    """The draft with a label of a person's in the place of line `number` (from 0), or at the end.

    Raises NotUnderstood where another line is about the same area of the same authority.
    """
    for other, line in enumerate(draft.lines):
        if other != number and (line.label.authority, line.label.area) == (label.authority, label.area):
            told = f"{label.authority}, {label.area.replace('_', ' ')}"
            raise NotUnderstood(f"line {other + 1} is about {told} already: change that one, or drop it first")
    line = Line(label=label)
    if number is None:
        return replace(draft, lines=(*draft.lines, line))
    return replace(draft, lines=(*draft.lines[:number], line, *draft.lines[number + 1 :]))


def without(draft: Draft, *numbers: int) -> Draft:
    """The draft without some of its lines (counted from 0)."""
    return replace(draft, lines=tuple(line for number, line in enumerate(draft.lines) if number not in numbers))


def only_sure(draft: Draft) -> Draft:
    """The draft without the lines that are for review and that nobody changed."""
    return replace(draft, lines=tuple(line for line in draft.lines if line.sure))


def no_news(draft: Draft, kind: str) -> Draft:
    """The draft of a page that reports nothing new, and what kind of page it is."""
    return replace(draft, lines=(), item=replace(draft.item, kind=kind))


def kind_of(text: str, kinds: tuple[str, ...]) -> str:
    """The kind of page of its number in `kinds` (from 1), its words or a beginning that no other has."""
    if text.strip().isdecimal():
        return numbered(text, kinds, "kind")
    return one_of(text, {kind: kind for kind in kinds}, "kind of page", [kind.replace("_", " ") for kind in kinds])


# --- doubts ---------------------------------------------------------------------------------------------------------------


def doubts(draft: Draft, today: date) -> Iterator[str]:
    """What is allowed and unlikely: what no report of that day graded, a council of another time, a day to come."""
    day = draft.item.published
    if day is None:
        return
    if day > today:
        yield f"{day_words(day)} is yet to come"
    for line in draft.lines:
        yield from _label_doubts(line.label, day)


def _label_doubts(label: Label, day: date) -> Iterator[str]:
    area, rating = Area(label.area), Rating(label.rating)
    where = f"{label.authority}, {area.words}"
    if area not in graded_areas(day):
        yield f"{where}: no report that came out about {day_words(day)} has a grade for it"
    if rating not in graded_ratings(day, day):
        yield f"{where}: no report that came out about {day_words(day)} says {rating.words}"
    if label.previous and label.previous_year is not None:
        year, before = label.previous_year, Rating(label.previous)
        if before not in graded_ratings(date(year, 1, 1), date(year, 12, 31)):
            yield f"{where}: no report of {year} says {before.words}"
    yield from _lifetime_doubts(label, day, where)


def _lifetime_doubts(label: Label, day: date, where: str) -> Iterator[str]:
    """Whether there was such an authority on the day."""
    authority = find(label.authority)
    if authority is not None and day not in authority.valid:
        ended = authority.valid.end is not None and authority.valid.end < day
        when = authority.valid.end if ended else authority.valid.start
        after = [each.display_name for each in successors_of(authority)] if ended else []
        successors = f"; after it came {' and '.join(after)}" if after else ""
        yield f"{where}: {label.authority} {'ended' if ended else 'began'} on {day_words(when or day)}{successors}"
