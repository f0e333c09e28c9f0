"""``make corpus-check``: what is wrong with the corpus, line by line; exit status 1 when anything is.

Checks each article by itself (its block, names, areas, ratings, the frameworks of its day, evidence that stands in the
text), the corpus as a whole (ids, articles that are the same or nearly the same, above all between what is learnt from and
``unseen``), and the labels against those of the second hand, where there are any.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from monitor.domain.authorities import find
from monitor.domain.frameworks import graded_areas, graded_ratings
from monitor.domain.model import Area, Rating
from monitor.scoring.form import Item, Label, items_of, read_items

ROOT = Path(__file__).resolve().parent.parent / "corpus"
_SHINGLE = 8  #: words in a row that two articles share when one was copied
_NEAR = 0.2  #: share of an article's shingles that another has, to be its near-copy
_MIN_WORDS = 8


def article_faults(item: Item) -> Iterator[str]:
    """What is wrong with one article, in words."""
    yield from item.faults
    if item.published is None:
        return
    if (item.kind == "news") != bool(item.labels):
        yield f"kind {item.kind!r} with {len(item.labels)} labels"
    if len(item.text.split()) < _MIN_WORDS:
        yield f"fewer than {_MIN_WORDS} words"
    seen: set[tuple[str, str]] = set()
    for label in item.labels:
        where = f"{label.authority}, {label.area}"
        if find(label.authority) is None:
            yield f"unknown authority {label.authority!r}"
        if (label.authority, label.area) in seen:
            yield f"{where} is labelled twice"
        seen.add((label.authority, label.area))
        yield from _label_faults(item, item.published, where, label)


def _label_faults(item: Item, day: date, where: str, label: Label) -> Iterator[str]:
    area, rating, previous, evidence = label.area, label.rating, label.previous, label.evidence
    if area not in set(Area):
        yield f"unknown area {area!r}"
    for told in (rating, previous):
        if told and told not in set(Rating):
            yield f"unknown rating {told!r}"
    if area in set(Area) - graded_areas(day):
        yield f"{where}: no report of {day} grades that area"
    if rating in set(Rating) - graded_ratings(day, day):
        yield f"{where}: no report of {day} gives the rating {rating!r}"
    if evidence and evidence not in f"{item.title}\n{item.text}":
        yield f"{where}: the evidence is not in the text: {evidence!r}"
    year = label.previous_year
    if year is not None and not 2000 <= year <= day.year:
        yield f"{where}: the previous year is {year}"


#: What every report and every page that lists its grades has: no sign of a copy.
_OFFICIAL = re.compile(
    r"(?:the )?(?:impact of leaders on social work practice with children and families"
    r"|experiences and progress of (?:children|care leavers)(?: who need help and protection| in care(?: and care leavers)?)?"
    r"|children looked after and achieving permanence|overall effectiveness|requires improvement to be good)"
)


def shingles(text: str) -> frozenset[int]:
    """Every run of eight words of a text, as numbers; the official names of areas and grades count as no words."""
    words = re.findall(r"[a-z0-9']+", _OFFICIAL.sub(" ", " ".join(text.lower().split())))
    return frozenset(hash(tuple(words[i : i + _SHINGLE])) for i in range(len(words) - _SHINGLE + 1))


def near_copies(items: Sequence[Item]) -> Iterator[tuple[str, str, float]]:
    """Pairs of articles of which one holds a fifth or more of the other's runs of words, and that share.

    Short pieces (ids ``s``) are twins on purpose, and have few runs: of theirs only what is in `unseen` (ids ``u``) too counts.
    """
    made = [shingles(item.text) for item in items]
    holders: dict[int, list[int]] = defaultdict(list)
    for index, runs in enumerate(made):
        for run in runs:
            holders[run].append(index)
    shared: dict[tuple[int, int], int] = defaultdict(int)
    for at in holders.values():
        if 1 < len(at) <= 20:  # a phrase of many is no copy
            for i, a in enumerate(at):
                for b in at[i + 1 :]:
                    shared[a, b] += 1
    for (a, b), count in sorted(shared.items()):
        share = count / max(1, min(len(made[a]), len(made[b])))
        kinds = {items[a].id[:1], items[b].id[:1]}
        if share >= _NEAR and ("s" not in kinds or "u" in kinds):
            yield items[a].id, items[b].id, share


def disagreements(first: Item, second: Item) -> Iterator[str]:
    """What two people took from one article and did not agree on. What either calls implied is no disagreement."""
    mine, theirs = _by_key(first), _by_key(second)
    for key in sorted(mine.keys() | theirs.keys()):
        a, b = mine.get(key), theirs.get(key)
        if (a is None and b is not None and b.required) or (b is None and a is not None and a.required):
            yield f"{key[0]}, {key[1]}: only {'the second' if a is None else 'the first'} has it"
        elif a is not None and b is not None:
            if a.rating != b.rating:
                yield f"{key[0]}, {key[1]}: {a.rating} and {b.rating}"
            elif a.required and b.required and a.previous != b.previous:
                yield f"{key[0]}, {key[1]}: was {a.previous or '-'} and {b.previous or '-'}"


def _by_key(item: Item) -> dict[tuple[str, str], Label]:
    """Labels by the authority's own name and the area, whatever form of the name was written."""
    named = {label.authority: find(label.authority) for label in item.labels}
    return {(known.name if (known := named[each.authority]) else each.authority, each.area): each for each in item.labels}


def second_items(path: Path) -> Iterator[Item]:
    """The labels of the second hand: blocks of an id, a kind and labels without evidence."""
    for block in re.split(r"(?m)^=== ", path.read_text(encoding="utf-8"))[1:]:
        head, *lines = block.strip().split("\n")
        kind = next((line.partition(":")[2].strip() for line in lines if line.startswith("kind:")), "")
        labels = "\n".join(f"{line.rstrip(' |')} | -" for line in lines if " | " in line)
        made = f"=== {head}\nstyle: -\ndate: 2000-01-01\nkind: {kind}\ntitle: -\n\n-\n---\n{labels or 'none'}\n"
        yield from items_of(made)


def files(folder: Path) -> list[Path]:
    """The files of articles below a folder of the corpus: those that are learnt from, then the unseen."""
    return [path for part in ("articles", "unseen") for path in sorted((folder / part).glob("*.txt"))]


def corpus_faults(folder: Path) -> Iterator[str]:
    """Everything that is wrong below a folder of the corpus."""
    by_file = {path: list(read_items(path)) for path in files(folder)}
    items = [item for found in by_file.values() for item in found]
    seen: dict[str, Path] = {}
    for path, found in by_file.items():
        for item in found:
            for fault in article_faults(item):
                yield f"{path.relative_to(folder)}: {item.id}: {fault}"
            if item.id in seen:
                yield f"{path.relative_to(folder)}: {item.id}: is an id of {seen[item.id].relative_to(folder)} too"
            seen[item.id] = path
    for a, b, share in near_copies(items):
        yield f"{a} and {b} share {share:.0%} of their runs of {_SHINGLE} words"
    first = {item.id: item for item in items}
    for path in sorted((folder / "second").glob("*.txt")):
        for second in second_items(path):
            if second.id in first:
                for fault in disagreements(first[second.id], second):
                    yield f"{path.relative_to(folder)}: {second.id}: the two hands disagree: {fault}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print every fault; 1 when there is one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT)
    options = parser.parse_args(arguments)
    faults: Iterable[str] = list(corpus_faults(options.folder))
    for fault in faults:
        print(fault)
    count = sum(1 for path in files(options.folder) for _ in read_items(path))
    print(f"{count} articles, {len(list(faults))} faults")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
