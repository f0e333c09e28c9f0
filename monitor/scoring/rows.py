"""Frame rows at work: how often each fires, how often rightly, and how often another row would have done as well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.classifier.cascade import Passage
from monitor.classifier.claims import fits
from monitor.scoring.figures import Marked
from monitor.tables.frames import FRAMES

#: Judgements of claims that found what they are about without a row: the entries of a digest.
NO_ROW = "(no row)"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFigures:
    """One row of `frames.FRAMES`, or one of the ways in which a grade finds its subject without a row."""

    name: str
    fires: int  #: claims that it bound, news or not
    right: int  #: judgements that came of them and are labelled so
    wrong: int  #: judgements that came of them and are not
    overlaps: int  #: claims that a later row fits too


def row_figures(read: Iterable[tuple[Passage, Marked]]) -> list[RowFigures]:
    """Figures of every row, in the order of the table, then of what is no row of it."""
    fires: Counter[str] = Counter()
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    overlaps: Counter[str] = Counter()
    in_table = {frame.name for frame in FRAMES}
    for passage, marked in read:
        for statement in passage.statements:
            claim = statement.claim
            fires[claim.frame] += 1
            fitting = {name for name, _ in fits(statement.line.chunks, claim.at)} if claim.frame in in_table else set()
            overlaps[claim.frame] += bool(fitting - {claim.frame})
        right.update(judgement.frame or NO_ROW for judgement in marked.hits.values())
        wrong.update(judgement.frame or NO_ROW for judgement in marked.extra.values())
    fires[NO_ROW] = right[NO_ROW] + wrong[NO_ROW]
    names = dict.fromkeys([*(frame.name for frame in FRAMES), *sorted(name for name in fires if fires[name] and name)])
    return [RowFigures(name=n, fires=fires[n], right=right[n], wrong=wrong[n], overlaps=overlaps[n]) for n in names]


def row_lines(rows: Sequence[RowFigures]) -> list[str]:
    """The rows as a table of plain text."""
    head = f"{'row':24}{'fires':>7}{'right':>7}{'wrong':>7}{'overlaps':>10}"
    return [head, *(f"{r.name:24}{r.fires:7}{r.right:7}{r.wrong:7}{r.overlaps:10}" for r in rows)]
