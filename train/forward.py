"""Examples through the network: from windows of pieces to log-probabilities of links, batch by batch."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch.nn import functional

from monitor.classifier.document import Document
from monitor.classifier.features import Facts
from monitor.classifier.linker import AREAS, UNNAMED_ALL, UNNAMED_AREA
from monitor.classifier.mentions import Mention, MentionType
from monitor.classifier.windows import Disguise, Window, windows
from monitor.classifier.wordpiece import WordPiece
from train.model import Linker

_WORDS = {
    "inadequate": ("inadequate",),
    "requires_improvement": ("requires improvement", "require improvement", "needs improvement"),
    "good": ("good",),
    "outstanding": ("outstanding",),
}
_LITERAL = {word: rating for rating, words in _WORDS.items() for word in words}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document ready for the encoder, with the values that its ratings have in it (they may be exchanged in training)."""

    doc: Document
    windows: tuple[Window, ...]
    exchange: Mapping[str, str]  #: rating -> rating


@dataclass(slots=True)
class Linked:
    """What the network says of the rating mentions of one document; everything in logarithms of probabilities."""

    ratings: list[Mention]
    values: list[str]
    urns: list[str]
    status: torch.Tensor  #: (n, 2) news, earlier; both may hold
    area: torch.Tensor  #: (n, 6)
    authority: torch.Tensor  #: (n, urns)
    years: list[tuple[list[int], torch.Tensor]]  #: of each rating: years in its window, and (years + 1) with "none" last


def prepare(doc: Document, wordpiece: WordPiece, chance: random.Random | None = None, exchange: float = 0.5) -> Prepared:
    """Cut a document; with `chance` its names are shuffled and, at times, its four ratings exchanged."""
    if chance is None:
        return Prepared(doc, tuple(windows(doc, wordpiece)), {})
    places = list(range(1, 31))
    chance.shuffle(places)
    swapped: dict[str, str] = {}
    words: dict[int, str] = {}
    told = [(i, m) for i, m in enumerate(doc.mentions) if m.type is MentionType.RATING]
    literal = all(m.same or m.values == ("adequate",) or doc.text[m.start : m.end].lower() in _LITERAL for _, m in told)
    if literal and chance.random() < exchange:
        names = list(_WORDS)
        other = names[:]
        chance.shuffle(other)
        swapped = dict(zip(names, other, strict=True))
        words = {i: chance.choice(_WORDS[swapped[m.values[0]]]) for i, m in told if not m.same and m.values[0] in swapped}
    return Prepared(doc, tuple(windows(doc, wordpiece, Disguise(placeholders=places, ratings=words))), swapped)


def encode(net: Linker, cut: Sequence[Window], *, half: bool) -> list[torch.Tensor]:
    """Hidden states of windows, each (its pieces, HIDDEN), read in one padded batch."""
    longest = max(len(window.pieces) for window in cut)
    ids = torch.zeros(len(cut), longest, dtype=torch.long)
    mask = torch.zeros(len(cut), longest, dtype=torch.long)
    for row, window in enumerate(cut):
        ids[row, : len(window.pieces)] = torch.tensor(window.pieces)
        mask[row, : len(window.pieces)] = 1
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
        hidden = net.encoder(ids, mask)
    return [hidden[row, : len(window.pieces)].float() for row, window in enumerate(cut)]


def link(net: Linker, prepared: Prepared, hidden: Sequence[torch.Tensor]) -> Linked | None:
    """What the network makes of a document's rating mentions; None where there is nothing to link."""
    doc = prepared.doc
    urns = list(dict.fromkeys(urn for m in doc.of(MentionType.AUTHORITY) for urn in m.values))
    if not urns:
        return None
    told_of = Facts(doc)
    made = [_window(net, prepared, w, states, urns, told_of) for w, states in zip(prepared.windows, hidden, strict=True)]
    kept = [each for each in made if each is not None]
    if not kept:
        return None
    return Linked(
        ratings=[m for each in kept for m in each.ratings],
        values=[v for each in kept for v in each.values],
        urns=urns,
        status=torch.cat([each.status for each in kept]),
        area=torch.cat([each.area for each in kept]),
        authority=torch.cat([each.authority for each in kept]),
        years=[y for each in kept for y in each.years],
    )


def _window(
    net: Linker, prepared: Prepared, window: Window, hidden: torch.Tensor, urns: Sequence[str], told_of: Facts
) -> Linked | None:
    doc = prepared.doc
    placed = [(doc.mentions[p.mention], p) for p in window.placed]
    mine = [(m, p) for m, p in placed if m.type is MentionType.RATING and p.own]
    if not mine:
        return None
    ratings = [m for m, _ in mine]
    facts = torch.tensor([told_of.alone(m) for m in ratings])
    vectors = net.mentions(hidden, torch.tensor([[p.start, p.end] for _, p in mine]), facts)

    def links(type_: MentionType) -> tuple[list[Mention], torch.Tensor]:
        others = [(m, p) for m, p in placed if m.type is type_]
        if not others:
            return [], torch.zeros(len(mine), 0)
        told = torch.tensor([[told_of.beside(m, o) for o, _ in others] for m in ratings])
        spans = torch.tensor([[p.start, p.end] for _, p in others])
        return [m for m, _ in others], net.links(str(type_), hidden, vectors, spans, told)

    names, name_links = links(MentionType.AUTHORITY)
    authority = torch.full((len(mine), len(urns)), -30.0)
    columns = [
        name_links[:, [i for i, m in enumerate(names) if urn in m.values]].max(1).values
        if any(urn in m.values for m in names)
        else authority[:, 0]
        for urn in urns
    ]
    areas, area_links = links(MentionType.AREA)
    groups, group_links = links(MentionType.GROUP)
    status = net.status(vectors)
    values = [prepared.exchange.get(m.values[0], m.values[0]) for m in ratings]
    unnamed = net.unnamed(vectors)
    of_all = unnamed[:, -1] - UNNAMED_ALL
    if groups:
        of_all = torch.logaddexp(of_all, group_links.max(1).values)
    rivals = torch.tensor([[float(a != b) for b in values] for a in values])
    told = []
    for index, area in enumerate(AREAS):
        logit = unnamed[:, index] - (0 if area == "overall" else UNNAMED_AREA)
        at = [i for i, m in enumerate(areas) if area in m.values]
        its_own: torch.Tensor | float = 0.0  # how likely another rating is said of this very area
        if at:
            named = area_links[:, at].max(1).values
            logit = torch.logaddexp(logit, named)
            its_own = (rivals * (torch.sigmoid(named) * torch.sigmoid(status[:, 0]))[None]).max(1).values
        if area != "overall":
            logit = torch.logaddexp(logit, of_all - net.exception * its_own)
        told.append(logit)
    years, year_links = links(MentionType.YEAR)
    with_none = torch.cat([year_links, torch.zeros(len(mine), 1)], 1)
    when = [int(m.values[0]) for m in years]
    return Linked(
        ratings=ratings,
        values=values,
        urns=list(urns),
        status=functional.logsigmoid(status),
        area=functional.logsigmoid(torch.stack(told, 1)),
        authority=functional.logsigmoid(torch.stack(columns, 1)),
        years=[(when, functional.log_softmax(row, -1)) for row in with_none],
    )
