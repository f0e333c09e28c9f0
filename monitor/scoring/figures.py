"""Readings against labels, counted: precision and recall of judgements, previous ratings, silence, evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from monitor.domain.model import Area, ClassifierResult, Judgement
from monitor.scoring.labels import Key, Label, Labelled


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """One article's reading beside its labels."""

    article: Labelled
    result: ClassifierResult
    hits: Mapping[Key, Judgement]
    extra: Mapping[Key, Judgement]  #: said, and neither wanted nor implied
    missed: Mapping[Key, Label]

    @property
    def exact(self) -> bool:
        """Whether nothing was missed and nothing wrong was said."""
        return not self.extra and not self.missed


def mark(article: Labelled, result: ClassifierResult) -> Marked:
    """What of a reading is right, wrong and missing."""
    said = {(j.authority.name, j.area, j.rating): j for j in result.judgements}
    wanted, implied = article.wanted, article.implied
    return Marked(
        article=article,
        result=result,
        hits={key: judgement for key, judgement in said.items() if key in wanted},
        extra={key: judgement for key, judgement in said.items() if key not in wanted and key not in implied},
        missed={key: label for key, label in wanted.items() if key not in said},
    )


@dataclass(slots=True, kw_only=True)
class Counts:
    """Plain counts over articles; every figure is a ratio of two of them."""

    articles: int = 0
    right: int = 0
    wrong: int = 0
    missed: int = 0
    overall_right: int = 0
    overall_wrong: int = 0
    overall_missed: int = 0
    previous: int = 0  #: labels found that have a previous rating
    previous_right: int = 0
    previous_false: int = 0  #: previous ratings said where the label has none
    years: int = 0
    years_right: int = 0
    positives: int = 0
    exact: int = 0
    negatives: int = 0
    silent: int = 0
    quotes: int = 0
    verbatim: int = 0

    def add(self, marked: Marked) -> None:
        """Count one article."""
        self.articles += 1
        self.right += len(marked.hits)
        self.wrong += len(marked.extra)
        self.missed += len(marked.missed)
        self.overall_right += _overall(marked.hits)
        self.overall_wrong += _overall(marked.extra)
        self.overall_missed += _overall(marked.missed)
        self._add_previous(marked)
        if marked.article.negative:
            self.negatives += 1
            self.silent += not marked.result.judgements
        else:
            self.positives += 1
            self.exact += marked.exact
        body = _plain(f"{marked.article.title} {marked.article.text}")
        self.quotes += len(marked.result.judgements)
        self.verbatim += sum(bool(_plain(j.quote)) and _plain(j.quote) in body for j in marked.result.judgements)

    def _add_previous(self, marked: Marked) -> None:
        for key, judgement in marked.hits.items():
            label = marked.article.wanted[key]
            if label.previous is None:
                self.previous_false += judgement.previous is not None
                continue
            right = judgement.previous is label.previous
            self.previous += 1
            self.previous_right += right
            if right and label.previous_year is not None:
                self.years += 1
                self.years_right += judgement.previous_year == label.previous_year


def _overall(keys: Iterable[Key]) -> int:
    return sum(area is Area.OVERALL for _, area, _ in keys)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\xa0", " ")).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The measures by which a classifier is judged; shares are between 0 and 1, with four places."""

    articles: int
    precision: float
    recall: float
    f1: float
    overall_precision: float
    overall_recall: float
    previous_recall: float
    previous_false: int
    previous_year: float  #: of the previous ratings found and dated by the label, those given with that year
    articles_exact: float
    silent: float
    false_alarms: int
    evidence_verbatim: float
    judgements: int
    wrong: int
    missed: int

    def rows(self) -> list[tuple[str, float]]:
        """Name and value, in order."""
        return [(field.name, getattr(self, field.name)) for field in fields(self)]


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 1.0


def figures(marked: Iterable[Marked]) -> Figures:
    """The figures of articles that were marked."""
    n = Counts()
    for one in marked:
        n.add(one)
    precision, recall = _share(n.right, n.right + n.wrong), _share(n.right, n.right + n.missed)
    return Figures(
        articles=n.articles,
        precision=precision,
        recall=recall,
        f1=round(2 * precision * recall / (precision + recall), 4) if precision + recall else 0.0,
        overall_precision=_share(n.overall_right, n.overall_right + n.overall_wrong),
        overall_recall=_share(n.overall_right, n.overall_right + n.overall_missed),
        previous_recall=_share(n.previous_right, n.previous),
        previous_false=n.previous_false,
        previous_year=_share(n.years_right, n.years),
        articles_exact=_share(n.exact, n.positives),
        silent=_share(n.silent, n.negatives),
        false_alarms=n.negatives - n.silent,
        evidence_verbatim=_share(n.verbatim, n.quotes),
        judgements=n.right + n.missed,
        wrong=n.wrong,
        missed=n.missed,
    )
