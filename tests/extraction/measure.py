"""Precision and recall of extracted text against expected text, by runs of four words, as the public benchmark counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable


def shingles(text: str, size: int = 4) -> Counter[tuple[str, ...]]:
    """Every run of `size` words, with how often it stands there."""
    words = re.findall(r"\w+", text)
    if len(words) < size:
        return Counter([tuple(words)] if words else [])
    return Counter(tuple(words[index : index + size]) for index in range(len(words) - size + 1))


def score(pairs: Iterable[tuple[str, str]]) -> tuple[float, float, float]:
    """(precision, recall, F1) over (expected, found) pairs, averaged over pages."""
    precisions, recalls = [], []
    for expected, found in pairs:
        want, have = shingles(expected), shingles(found)
        right = sum((want & have).values())
        precisions.append(right / sum(have.values()) if have else 0.0)
        recalls.append(right / sum(want.values()) if want else 1.0)
    precision, recall = sum(precisions) / len(precisions), sum(recalls) / len(recalls)
    return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0
