"""The page on accuracy, docs/accuracy.md: how reading works, what it cannot do, and figures by set and by kind of article."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from monitor.classifier.linker import card
from monitor.classifier.verdict import thresholds
from monitor.scoring.figures import Marked, figures
from monitor.scoring.report import Score

_HEAD = """\
# How right it is

This page is written by `make accuracy` (`monitor score corpus/unseen tests/corpus --write-docs docs/accuracy.md`); a test fails
when it is not what the code would write today. `monitor score PATH` gives the same figures for any labelled articles, with the
stage at fault for what was missed; `monitor explain FILE` shows the way of one article.

## How it works

1. **Gate.** A page in which nobody inspects and no children's services are named is not read further.
2. **Text.** Title and body are cut into sentences. No character moves, so that every judgement points at the characters that
   say it.
3. **Mentions.** One automaton over the tables finds authorities, areas, groups of areas, ratings and years, the longest phrase
   first.
4. **Links.** A small network (`monitor/classifier/weights/MODEL_CARD.md`), trained on our own articles in `corpus/`, says of
   each rating mention whether it is news, whether it is an earlier rating, and to which authority, areas and year it belongs.
   It never sees the name of a council, so it cannot know one better than another.
5. **Decision.** One rating an authority and area, as the framework of the day grades them. From a probability of {alert:.0%} a
   judgement is reported; from {review:.0%} a person is asked (`monitor review`); below nothing is said, with a reason.

The same text always gives the same answer; nothing is learnt while it runs, and nothing is fetched.

Where precision and recall pull apart, precision wins: a missed area costs less than an alert that is not true.

## What it cannot do

- It knows the words of the tables for councils, areas and ratings. A grade told in a new image ("the wooden spoon", "a clean
  bill of health") is missed. Praise or blame without a grade is never turned into one.
- Grades told only as movement ("up two steps") are not worked out from the record.
- Tables and pictures are read only as far as the page gives them as lines of text.
- Of a text of more than about 3,000 words only the beginning is linked.
- A wrong article gives a wrong judgement: what is printed is believed, then compared with the official record.
- Only English authorities and only Ofsted's inspections of children's services are ever reported.
- It reads English.

## Figures

`corpus/unseen` was written by others, put aside before anything was trained, and is read by nobody who works on the classifier:
the figures to go by. `tests/corpus` is harder than most news, each article written around a construction or a trap, and is part
of what was learnt from: it only shows that what was learnt is kept. Weights: {weights}.
"""


def page(scores: Mapping[str, Score]) -> str:
    """The page in Markdown, a section for each named set in the order given; the same scores always give the same page."""
    cut = thresholds()
    parts = [_HEAD.format(alert=cut.alert, review=cut.review, weights=card()["weights_sha256"][:12]), _summary(scores)]
    for name, score in scores.items():
        parts += _section(name, score)
    return "\n".join(parts).rstrip() + "\n"


def table(score: Score) -> str:
    """The figures of one set as a table for programs: the site tells of them."""
    lines = ("figure,value", *(f"{name},{value:g}" for name, value in score.figures.rows()))
    return "\n".join(lines) + "\n"


def _summary(scores: Mapping[str, Score]) -> str:
    rows = {name: score.figures.rows() for name, score in scores.items()}
    names = [name for name, _ in next(iter(rows.values()))]
    values = ([name.replace("_", " "), *(f"{dict(told)[name]:g}" for told in rows.values())] for name in names)
    return _table(("figure", *(f"`{name}`" for name in rows)), values)


def _section(name: str, score: Score) -> list[str]:
    positives = [marked for marked in score.marked if not marked.article.negative]
    negatives = [marked for marked in score.marked if marked.article.negative]
    constructions = list(_constructions(positives))
    return [
        f"### `{name}`\n",
        *([_table(("construction", "articles", "found", "missed", "wrong", "exact"), constructions)] if constructions else []),
        _table(("news without a judgement", "articles", "silent"), _silence(negatives)),
        _table(("where judgements were lost", "judgements"), sorted(score.faults.items())),
        _table(("why articles are silent", "articles"), sorted(score.reasons.items())),
    ]


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(str(cell) for cell in line) + " |\n" for line in lines)


def _by_tag(marked: Iterable[Marked]) -> Mapping[str, list[Marked]]:
    found: dict[str, list[Marked]] = {}
    for one in marked:
        for tag in one.article.tags:
            found.setdefault(tag, []).append(one)
    return dict(sorted(found.items()))


def _constructions(marked: Iterable[Marked]) -> Iterable[Sequence[object]]:
    for tag, group in _by_tag(marked).items():
        of = figures(group)
        yield tag, len(group), of.judgements - of.missed, of.missed, of.wrong, sum(one.exact for one in group)


def _silence(marked: Iterable[Marked]) -> Iterable[Sequence[object]]:
    for tag, group in _by_tag(marked).items():
        yield tag, len(group), sum(not one.result.judgements for one in group)
