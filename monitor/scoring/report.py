"""One run over labelled articles: their readings, marked, with figures and the faults behind what was missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from monitor.classifier.relevance import may_report
from monitor.classifier.verdict import analyse, unrelated
from monitor.scoring.faults import fault
from monitor.scoring.figures import Figures, Marked, figures, mark
from monitor.scoring.labels import Key, Labelled


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """An article with something wrong or missing, worst first in a list of them."""

    id: str
    tags: tuple[str, ...]
    extra: tuple[tuple[Key, float], ...]  #: each with its probability
    missed: tuple[tuple[Key, str], ...]  #: each with the first stage at fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Everything that `score` prints."""

    figures: Figures
    faults: Counter[str]
    reasons: Counter[str]  #: why the silent articles are silent
    wrong: Sequence[Wrong]
    marked: Sequence[Marked]

    def json(self) -> dict[str, Any]:
        """The score as one JSON object."""
        return {
            **asdict(self.figures),
            "faults": dict(self.faults.most_common()),
            "reasons": dict(self.reasons.most_common()),
            "wrong_articles": [
                {
                    "id": wrong.id,
                    "wrong": [{**_key(key), "probability": p} for key, p in wrong.extra],
                    "missed": [{**_key(key), "stage": stage} for key, stage in wrong.missed],
                }
                for wrong in self.wrong
            ],
        }

    def lines(self, show: int) -> list[str]:
        """The score as plain text, with the `show` worst articles judgement by judgement."""
        found = [f"{name:18} {value}" for name, value in self.figures.rows()]
        found += (
            ["", "first stage at fault:", *(f"  {stage:24} {n}" for stage, n in self.faults.most_common())]
            if self.faults
            else []
        )
        found += ["", "why the silent are silent:", *(f"  {reason:24} {n}" for reason, n in self.reasons.most_common())]
        for wrong in self.wrong[:show]:
            found += ["", f"{wrong.id}: {'; '.join(wrong.tags)}"]
            found += [f"  + wrong  {_words(key)}  ({p:.0%})" for key, p in wrong.extra]
            found += [f"  - missed {_words(key)}  ({stage})" for key, stage in wrong.missed]
        return found


def _key(key: Key) -> dict[str, str]:
    return {"authority": key[0], "area": str(key[1]), "rating": str(key[2])}


def _words(key: Key) -> str:
    return f"{key[0]} | {key[1].words} | {key[2].words}"


def score(articles: Iterable[Labelled]) -> Score:
    """Classify, mark and count."""
    wrong, marked_articles = [], []
    for article in articles:
        analysis = analyse(article.title, article.text, article.published)
        gated = not may_report(article.title, article.text)
        marked = mark(article, unrelated() if gated else analysis.result)
        marked_articles.append(marked)
        if not marked.exact:
            extra = tuple((key, judgement.probability) for key, judgement in sorted(marked.extra.items()))
            missed = tuple((key, fault(article, analysis, label)) for key, label in sorted(marked.missed.items()))
            wrong.append(Wrong(id=article.id, tags=article.tags, extra=extra, missed=missed))
    wrong.sort(key=lambda one: -(2 * len(one.extra) + len(one.missed)))
    return Score(
        figures=figures(marked_articles),
        faults=Counter(stage for one in wrong for _, stage in one.missed),
        reasons=Counter(m.result.reason for m in marked_articles if not m.result.judgements),
        wrong=wrong,
        marked=marked_articles,
    )
