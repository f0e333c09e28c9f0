"""The page on accuracy, docs/accuracy.md: how reading works, what it cannot do, and figures by kind of article."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from monitor.scoring.figures import Marked, figures
from monitor.scoring.report import Score
from monitor.tables.frames import FRAMES
from monitor.tables.kinds import KINDS

_HEAD = """\
# How right it is

This page is written by `make accuracy` (`monitor score tests/corpus --write-docs docs/accuracy.md`); a test fails when it is
not what the code would write today. `monitor score PATH` gives the same figures for any labelled articles, with each frame
row's share and the stage at fault for what was missed; `monitor explain FILE` shows the way of one article.

## How it works

An article goes through small stages, each a table of rows and a little code; nothing is trained, and the same text always gives
the same answer.

1. **Gate.** A page in which nobody inspects and no children's services are named is not read further.
2. **Text.** Title and body are cut into sentences; menus, captions printed twice and lists of other stories are left out. No
   character moves, so that every judgement points at the characters that say it.
3. **Mentions.** One automaton finds authorities, areas, grades, verbs, times and other bodies, the longest phrase first. "Good"
   is a grade only where it is licensed: in quotes, after "rated", before "rating", and so on.
4. **Claims.** {frames} frame rows tell where, seen from a grade, the thing stands that it is about. Every row carries a
   sentence on which it must fire, and tests hold it to that.
5. **Scope.** Each claim is current, or earlier, denied, hoped for, or about another body.
6. **References.** "Both", "the latter", "the department", "the same grade" are filled in when exactly one candidate fits, else
   the claim stays unresolved and is not believed.
7. **Verdict.** Background, other councils, retold grades and {kinds} kinds of page that tell of ratings without bringing one
   are kept out. Each refusal has a reason code. Where two sentences disagree equally, neither is believed.

Where precision and recall pull apart, precision wins: a missed area costs less than an alert that is not true.

## What it cannot do

- It knows phrases, not meaning. A grade told in a new image ("the wooden spoon", "a clean bill of health") is missed until it
  is a row. Praise or blame without a grade is never turned into one.
- Grades told only as movement ("up two steps") are not worked out from the record.
- Two candidates for "the council" or "the same verdict" leave a claim unresolved, even where a reader would know.
- "Good and outstanding" of two areas or councils without "respectively" is not shared out.
- A leaked or draft grade is not believed, however the paper tells it, and neither is a forecast.
- Tables and pictures are read only as far as the page gives them as lines of text.
- A wrong article gives a wrong judgement: what is printed is believed, then compared with the official record.
- Only English authorities and only Ofsted's inspections of children's services are ever reported.
- It reads English.

## Figures

On the {articles} articles of `tests/corpus`, {positives} of which report something new. They are harder than most news, each
written around a construction or a trap. The rules have seen them: expect somewhat less on articles that nobody has seen.
"""


def page(score: Score) -> str:
    """The page in Markdown; the same score always gives the same page."""
    positives = [marked for marked in score.marked if not marked.article.negative]
    negatives = [marked for marked in score.marked if marked.article.negative]
    head = _HEAD.format(frames=len(FRAMES), kinds=len(KINDS), articles=len(score.marked), positives=len(positives))
    parts = [
        head,
        _table(("figure", "value"), ((name.replace("_", " "), f"{value:g}") for name, value in score.figures.rows())),
        "### By construction\n\nThe constructions are explained in `tests/corpus/README.md`; an article may have several.\n",
        _table(("construction", "articles", "found", "missed", "wrong", "exact"), _constructions(positives)),
        "### By kind of news without a judgement\n",
        _table(("kind", "articles", "silent"), _silence(negatives)),
        "### Where judgements were lost\n\nThe first stage at fault for each that was missed.\n",
        _table(("stage", "judgements"), sorted(score.faults.items())),
        "### Why articles are silent\n\nThe reason code of every article on which nothing is said.\n",
        _table(("reason", "articles"), sorted(score.reasons.items())),
    ]
    return "\n".join(parts).rstrip() + "\n"


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
        yield tag, len(group), sum(not one.reading.judgements for one in group)
