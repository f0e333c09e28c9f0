"""What a trained network says of articles, and how right it is.

``python -m train.evaluate --state FILE PATH...`` scores a checkpoint on labelled articles.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import torch

from monitor.classifier.decode import Candidate, candidates
from monitor.classifier.linker import AREAS, Linked, Links
from monitor.classifier.wordpiece import WordPiece
from train.examples import Example, load
from train.forward import Linked as LinkedLogs
from train.forward import encode, link, prepare
from train.loss import EARLIER, NEWS
from train.model import Linker

#: (urn, area) -> what is said of it
Said = dict[tuple[str, str], Candidate]
THRESHOLDS = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95)


def predict(net: Linker, each: Example, wordpiece: WordPiece) -> Said:
    """The likeliest rating of every authority and area that an article could be about."""
    net.eval()
    ready = prepare(each.doc, wordpiece)
    with torch.no_grad():
        linked = link(net, ready, encode(net, ready.windows, half=False))
    if linked is None:
        return {}
    return {(one.urn, one.area): one for one in candidates(each.doc, _links(linked))}


def _links(told: LinkedLogs) -> Links:
    made = []
    for row, mention in enumerate(told.ratings):
        years: Counter[int] = Counter()
        when, shares = told.years[row]
        for year, share in zip(when, shares.exp().tolist(), strict=False):
            years[year] += share
        made.append(
            Linked(
                mention=mention,
                news=told.status[row, NEWS].exp().item(),
                earlier=told.status[row, EARLIER].exp().item(),
                authorities=dict(zip(told.urns, told.authority[row].exp().tolist(), strict=True)),
                areas=dict(zip(AREAS, told.area[row].exp().tolist(), strict=True)),
                years=dict(years),
            )
        )
    return Links(ratings=tuple(made), kinds={})


def measure(examples: Sequence[Example], said: Sequence[Said], threshold: float) -> dict[str, float]:
    """Precision, recall, the same of the overall grade, `silent` (the share of articles without news that are left alone), and
    of the judgements that are right: how many of the earlier grades they tell are found, and how many are invented.
    """
    n: Counter[str] = Counter()
    for each, one in zip(examples, said, strict=True):
        gold = {(g.urn, g.area, g.rating): g for g in each.gold}
        wanted = {key for key, g in gold.items() if g.required}
        have = {(*key, c.rating): c for key, c in one.items() if c.probability >= threshold}
        extra, right = have.keys() - gold.keys(), have.keys() & wanted
        n += Counter(right=len(right), wrong=len(extra), missed=len(wanted - have.keys()))
        n["o_right"] += sum(key[1] == "overall" for key in right)
        n["o_wrong"] += sum(key[1] == "overall" for key in extra)
        n["o_missed"] += sum(key[1] == "overall" for key in wanted - have.keys())
        n["alerts_wrong"] += bool(extra)
        if not each.gold:
            n["negatives"] += 1
            n["silent"] += not have
        for key in right:
            if gold[key].previous:
                n["earlier"] += 1
                n["earlier_right"] += have[key].previous == gold[key].previous
                if gold[key].previous_year:
                    n["year"] += 1
                    n["year_right"] += have[key].previous_year == gold[key].previous_year
            else:
                n["no_earlier"] += 1
                n["earlier_false"] += bool(have[key].previous)
    ratio = lambda a, b: round(n[a] / max(1, b), 3)  # noqa: E731
    return {
        "P": ratio("right", n["right"] + n["wrong"]),
        "R": ratio("right", n["right"] + n["missed"]),
        "oP": ratio("o_right", n["o_right"] + n["o_wrong"]),
        "oR": ratio("o_right", n["o_right"] + n["o_missed"]),
        "silent": ratio("silent", n["negatives"]),
        "prev": ratio("earlier_right", n["earlier"]),
        "prevfalse": ratio("earlier_false", n["no_earlier"]),
        "year": ratio("year_right", n["year"]),
        "wrong": n["wrong"],
        "missed": n["missed"],
    }


def restore(file: Path) -> tuple[Linker, WordPiece]:
    """The network of a checkpoint and its pieces."""
    state = torch.load(file, weights_only=False)
    net = Linker(len(state["vocabulary"]), len(state["kinds"]))
    net.load_state_dict(state["net"])
    return net, WordPiece(state["vocabulary"])


def main() -> int:
    """Print the figures at some thresholds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", type=Path, nargs="+")
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    net, wordpiece = restore(options.state)
    examples = load(options.paths)
    said = [predict(net, each, wordpiece) for each in examples]
    for threshold in THRESHOLDS:
        print(threshold, json.dumps(measure(examples, said, threshold)), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
