"""The trained linker: weights of the package, one pass a window, probabilities of links. Loaded when first asked."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from monitor.classifier.document import Document
from monitor.classifier.features import BESIDE, Facts
from monitor.classifier.mentions import Mention, MentionType
from monitor.classifier.windows import Placed, Window, windows
from monitor.classifier.wordpiece import WordPiece

if TYPE_CHECKING:
    import numpy as np

#: The areas in the order of the network's outputs.
AREAS = ("overall", "leadership", "help_and_protection", "children_in_care", "care_leavers", "adoption")
_LINKED = (MentionType.AUTHORITY, MentionType.AREA, MentionType.GROUP, MentionType.YEAR)
#: How much less likely than "overall" a rating without a named area is one of an area, and of all of them (logits).
UNNAMED_AREA, UNNAMED_ALL = 2.0, 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """One rating mention and everything that the network believes of it; probabilities from 0 to 1."""

    mention: Mention
    news: float  #: that it is what the article reports
    earlier: float  #: that it is what was before; both hold of "retains its good rating"
    authorities: Mapping[str, float]  #: by URN
    areas: Mapping[str, float]  #: by area
    years: Mapping[int, float]  #: by year; what is missing to 1 is that it has none


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """What the network makes of a document."""

    ratings: tuple[Linked, ...]
    kinds: Mapping[str, float]  #: probability of each kind of page


class LinkerModel:
    """Weights and vocabulary, ready to read. Thread-safe; the same text gives the same answer."""

    def __init__(self, weights: bytes, vocabulary: Sequence[str], kinds: Sequence[str], exception: float) -> None:
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # later releases, in an environment of one's own, report to their makers
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # one article at a time beside everything else; and sums in one order
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_cpu_mem_arena = False  # windows differ in length: an arena would keep the largest of each
        self._session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
        self._wordpiece = WordPiece(vocabulary)
        self._kinds = tuple(kinds)
        self._exception = exception

    def links(self, doc: Document, *, without: int | None = None) -> Links:
        """Every rating mention of a document with its links; `without` is a number of `Facts.beside` that is taken for 0."""
        ratings = doc.of(MentionType.RATING)
        if not ratings or not doc.of(MentionType.AUTHORITY):
            return Links(ratings=(), kinds={})
        found: list[Linked] = []
        facts = Facts(doc)
        kinds: Mapping[str, float] = {}
        for window in windows(doc, self._wordpiece):
            mine = [(doc.mentions[p.mention], p) for p in window.placed if p.own]
            mine = [(m, p) for m, p in mine if m.type is MentionType.RATING]
            if mine:
                made, said = self._window(doc, window, mine, facts, without)
                found += made
                kinds = kinds or said
        return Links(ratings=tuple(found), kinds=kinds)

    def _window(
        self, doc: Document, window: Window, mine: Sequence[tuple[Mention, Placed]], facts: Facts, without: int | None
    ) -> tuple[list[Linked], Mapping[str, float]]:

        others = {
            t: [(doc.mentions[p.mention], p) for p in window.placed if doc.mentions[p.mention].type is t] for t in _LINKED
        }
        status, unnamed, kind, *links = self._session.run(None, _feed(window, mine, others, facts, without))
        said = dict(zip(_LINKED, links, strict=True))
        areas = _areas(
            [m.values[0] for m, _ in mine], [_sigmoid(float(row[0])) for row in status], others, said, unnamed, self._exception
        )
        made = [
            Linked(
                mention=mention,
                news=_sigmoid(float(status[row][0])),
                earlier=_sigmoid(float(status[row][1])),
                authorities=_authorities(others[MentionType.AUTHORITY], said[MentionType.AUTHORITY][row]),
                areas=areas[row],
                years=_years(others[MentionType.YEAR], said[MentionType.YEAR][row]),
            )
            for row, (mention, _) in enumerate(mine)
        ]
        return made, dict(zip(self._kinds, _softmax(kind[0]), strict=True))


_NOTHING = [0.0] * BESIDE


def _feed(
    window: Window,
    mine: Sequence[tuple[Mention, Placed]],
    others: Mapping[MentionType, Sequence[tuple[Mention, Placed]]],
    facts: Facts,
    without: int | None,
) -> dict[str, Any]:
    """The inputs of the graph for the ratings of one window; `without` is the place of a fact that is hidden from it."""
    import numpy as np

    feed: dict[str, Any] = {
        "ids": np.array([window.pieces], dtype=np.int64),
        "spans": np.array([[p.start, p.end] for _, p in mine], dtype=np.int64),
        "facts": np.array([facts.alone(m) for m, _ in mine], dtype=np.float32),
    }
    for type_, placed in others.items():
        told = [[facts.beside(m, o) for o, _ in placed] or [_NOTHING] for m, _ in mine]
        spans = [[p.start, p.end] for _, p in placed] or [[0, 1]]  # a graph has no empty input: one that is not asked for
        feed[f"{type_}_spans"] = np.array(spans, dtype=np.int64)
        feed[f"{type_}_facts"] = np.array(told, dtype=np.float32)
        if without is not None:
            feed[f"{type_}_facts"][:, :, without] = 0
    return feed


def _authorities(placed: Sequence[tuple[Mention, Placed]], logits: np.ndarray) -> dict[str, float]:
    return {urn: _sigmoid(logit) for urn, logit in _named(placed, logits).items()}


def _areas(
    ratings: Sequence[str],
    news: Sequence[float],
    others: Mapping[MentionType, Sequence[tuple[Mention, Placed]]],
    said: Mapping[MentionType, np.ndarray],
    unnamed: np.ndarray,
    exception: float,
) -> list[dict[str, float]]:
    """An area is meant by a mention that names it, by "all areas", or by a rating that names none.

    "All areas" holds the less of an area, the likelier another rating is the news of that very area: "all but one, which".
    """
    named = [_named(others[MentionType.AREA], row) for row in said[MentionType.AREA]]
    groups = range(len(others[MentionType.GROUP]))
    found: list[dict[str, float]] = []
    for row, rating in enumerate(ratings):
        everything = float(unnamed[row][len(AREAS)]) - UNNAMED_ALL
        if groups:
            everything = _either(everything, max(float(said[MentionType.GROUP][row][i]) for i in groups))
        areas: dict[str, float] = {}
        for index, area in enumerate(AREAS):
            logit = float(unnamed[row][index])
            if area == "overall":
                areas[area] = _sigmoid(_either(logit, named[row][area]) if area in named[row] else logit)
                continue
            rivals = [
                _sigmoid(named[i][area]) * news[i] for i, other in enumerate(ratings) if other != rating and area in named[i]
            ]
            logit = _either(logit - UNNAMED_AREA, everything - exception * max(rivals, default=0.0))
            areas[area] = _sigmoid(_either(logit, named[row][area]) if area in named[row] else logit)
        # An area that came after the training is linked where it is named, like any other.
        areas |= {area: _sigmoid(logit) for area, logit in named[row].items() if area not in AREAS}
        found.append(areas)
    return found


def _named(placed: Sequence[tuple[Mention, Placed]], logits: np.ndarray) -> dict[str, float]:
    best: dict[str, float] = {}
    for (mention, _), logit in zip(placed, logits, strict=False):
        for area in mention.values:
            best[area] = max(best.get(area, -math.inf), float(logit))
    return best


def _years(placed: Sequence[tuple[Mention, Placed]], logits: np.ndarray) -> dict[int, float]:
    if not placed:
        return {}
    shares = _softmax([*(float(logits[i]) for i in range(len(placed))), 0.0])
    found: dict[int, float] = {}
    for (mention, _), share in zip(placed, shares, strict=False):
        year = int(mention.values[0])
        found[year] = found.get(year, 0.0) + share
    return found


def _either(a: float, b: float) -> float:
    """log(exp a + exp b)."""
    high, low = max(a, b), min(a, b)
    return high + math.log1p(math.exp(low - high))


def _sigmoid(logit: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, logit))))


def _softmax(logits: Sequence[float] | np.ndarray) -> list[float]:
    high = max(float(x) for x in logits)
    shares = [math.exp(float(x) - high) for x in logits]
    whole = sum(shares)
    return [share / whole for share in shares]


@lru_cache(maxsize=1)
def card() -> dict[str, Any]:
    """What was written down about the weights when they were made: kinds of page, thresholds, hashes."""
    told: dict[str, Any] = json.loads((files("monitor.classifier") / "weights" / "linker.json").read_text(encoding="utf-8"))
    return told


@lru_cache(maxsize=1)
def linker_model() -> LinkerModel:
    """The model of the package, loaded once a process."""
    folder = files("monitor.classifier") / "weights"
    vocabulary = (folder / "vocabulary.txt").read_text(encoding="utf-8").split("\n")[:-1]
    return LinkerModel((folder / "linker.onnx").read_bytes(), vocabulary, card()["kinds"], card()["exception"])
