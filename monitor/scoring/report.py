"""One run over labelled articles: their readings, marked, with figures by row and the faults behind what was missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from monitor.classifier.cascade import classify, walk
from monitor.scoring.faults import fault
from monitor.scoring.figures import Figures, Marked, figures, mark
from monitor.scoring.labels import Key, Labelled
from monitor.scoring.rows import RowFigures, row_figures, row_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """An article with something wrong or missing, worst first in a list of them."""

    id: str
    tags: tuple[str, ...]
    extra: tuple[tuple[Key, str], ...]  #: each with the row it came of
    missed: tuple[tuple[Key, str], ...]  #: each with the first stage at fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Everything that `score` prints."""

    figures: Figures
    rows: Sequence[RowFigures]
    faults: Counter[str]
    reasons: Counter[str]  #: why the silent articles are silent
    wrong: Sequence[Wrong]
    marked: Sequence[Marked]

    def json(self) -> dict[str, Any]:
        """The score as one JSON object."""
        return {
            **asdict(self.figures),
            "rows": [asdict(row) for row in self.rows],
            "faults": dict(self.faults.most_common()),
            "reasons": dict(self.reasons.most_common()),
            "wrong_articles": [
                {
                    "id": wrong.id,
                    "wrong": [{**_key(key), "row": row} for key, row in wrong.extra],
                    "missed": [{**_key(key), "stage": stage} for key, stage in wrong.missed],
                }
                for wrong in self.wrong
            ],
        }

    def lines(self, show: int) -> list[str]:
        """The score as plain text, with the `show` worst articles judgement by judgement."""
        found = [f"{name:18} {value}" for name, value in self.figures.rows()]
        found += ["", *row_lines([row for row in self.rows if row.fires])]
        unused = [row.name for row in self.rows if not row.fires]
        found += [f"never fired: {', '.join(unused)}"] if unused else []
        found += (
            ["", "first stage at fault:", *(f"  {stage:24} {n}" for stage, n in self.faults.most_common())]
            if self.faults
            else []
        )
        found += ["", "why the silent are silent:", *(f"  {reason:24} {n}" for reason, n in self.reasons.most_common())]
        for wrong in self.wrong[:show]:
            found += ["", f"{wrong.id}: {'; '.join(wrong.tags)}"]
            found += [f"  + wrong  {_words(key)}  (row {row})" for key, row in wrong.extra]
            found += [f"  - missed {_words(key)}  ({stage})" for key, stage in wrong.missed]
        return found


def _key(key: Key) -> dict[str, str]:
    return {"authority": key[0], "area": str(key[1]), "rating": str(key[2])}


def _words(key: Key) -> str:
    return f"{key[0]} | {key[1].words} | {key[2].words}"


def score(articles: Iterable[Labelled]) -> Score:
    """Classify, mark and count."""
    read = [(walk(a.title, a.text, a.published), mark(a, classify(a.title, a.text, published=a.published))) for a in articles]
    wrong = []
    for passage, marked in read:
        if not marked.exact:
            extra = tuple((key, judgement.frame) for key, judgement in sorted(marked.extra.items()))
            missed = tuple((key, fault(marked.article, passage, label)) for key, label in sorted(marked.missed.items()))
            wrong.append(Wrong(id=marked.article.id, tags=marked.article.tags, extra=extra, missed=missed))
    wrong.sort(key=lambda one: -(2 * len(one.extra) + len(one.missed)))
    marked_articles = [marked for _, marked in read]
    return Score(
        figures=figures(marked_articles),
        rows=row_figures(read),
        faults=Counter(stage for one in wrong for _, stage in one.missed),
        reasons=Counter(m.reading.reason for m in marked_articles if not m.reading.judgements),
        wrong=wrong,
        marked=marked_articles,
    )
