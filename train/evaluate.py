"""What a trained network says of articles, and how right it is."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from train.examples import Example
from train.forward import encode, link, prepare
from train.linker.wordpiece import WordPiece
from train.loss import NEWS, triples
from train.model import AREAS, Linker

#: (urn, area) -> (probability, rating)
Said = dict[tuple[str, str], tuple[float, str]]


def predict(net: Linker, each: Example, wordpiece: WordPiece) -> Said:
    """The likeliest rating of every authority and area that an article could be about."""
    net.eval()
    ready = prepare(each.doc, wordpiece)
    with torch.no_grad():
        hidden = encode(net, ready.windows, half=False)
        linked = link(net, ready, hidden)
        if linked is None:
            return {}
        found: Said = {}
        for rating, unsaid in triples(linked, NEWS).items():
            p = 1 - torch.exp(unsaid)
            for i, urn in enumerate(linked.urns):
                for k, area in enumerate(AREAS):
                    if p[i, k].item() > found.get((urn, area), (0.0, ""))[0]:
                        found[urn, area] = (p[i, k].item(), rating)
    return found


def measure(examples: Sequence[Example], said: Sequence[Said], threshold: float) -> dict[str, float]:
    """Precision, recall, the same of the overall grade, and the share of articles without news that are left alone."""
    right = wrong = missed = o_right = o_wrong = o_missed = negatives = silent = 0
    for each, one in zip(examples, said, strict=True):
        wanted = {(g.urn, g.area, g.rating) for g in each.gold if g.required}
        fine = {(g.urn, g.area, g.rating) for g in each.gold if not g.required}
        have = {(urn, area, rating) for (urn, area), (p, rating) in one.items() if p >= threshold}
        extra = have - wanted - fine
        right, wrong, missed = right + len(have & wanted), wrong + len(extra), missed + len(wanted - have)
        o_right += sum(k[1] == "overall" for k in have & wanted)
        o_wrong += sum(k[1] == "overall" for k in extra)
        o_missed += sum(k[1] == "overall" for k in wanted - have)
        if not each.gold:
            negatives += 1
            silent += not have
    return {
        "P": round(right / max(1, right + wrong), 4),
        "R": round(right / max(1, right + missed), 4),
        "oP": round(o_right / max(1, o_right + o_wrong), 4),
        "oR": round(o_right / max(1, o_right + o_missed), 4),
        "silent": round(silent / max(1, negatives), 4),
        "wrong": wrong,
        "missed": missed,
    }
