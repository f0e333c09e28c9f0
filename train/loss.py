"""What is learnt: every (authority, area, rating) that a text's mentions can form, said or not said."""

from __future__ import annotations

from collections.abc import Callable

import torch

from monitor.classifier.linker import AREAS
from train.examples import Example
from train.forward import Linked
from train.model import log_not

NEWS, EARLIER = 0, 1
_EARLIER, _YEAR, _EVIDENCE = 0.5, 0.3, 1.0
#: What was before is labelled only of what is news: elsewhere it may well be said. Of an area that is news it is not, where the
#: label has none; and where the label has one, another may be older still.
_UNSAID_EARLIER, _NONE_EARLIER, _OTHER_EARLIER = 0.05, 0.6, 0.2


def triples(linked: Linked, status: int) -> dict[str, torch.Tensor]:
    """For each rating: log(1 - P) of (urns, areas), over all of its mentions."""
    both = linked.status[:, status, None, None] + linked.authority[:, :, None] + linked.area[:, None, :]
    return {
        rating: log_not(both[[i for i, value in enumerate(linked.values) if value == rating]]).sum(0)
        for rating in dict.fromkeys(linked.values)
    }


def _said(log_unsaid: torch.Tensor) -> torch.Tensor:
    """-log P from log(1 - P)."""
    return -torch.log((1 - torch.exp(log_unsaid)).clamp(min=1e-5))


def loss(example: Example, linked: Linked, exchange: dict[str, str]) -> torch.Tensor:
    """Log-loss of an article's judgements, of the earlier ratings that it tells, and of what its quotes link."""
    place = {urn: index for index, urn in enumerate(linked.urns)}
    news, earlier = triples(linked, NEWS), triples(linked, EARLIER)
    total = torch.zeros(())
    swap = lambda rating: exchange.get(rating, rating)  # noqa: E731
    wanted = {(g.urn, g.area, swap(g.rating)): g for g in example.gold}
    for rating, unsaid in news.items():
        unlabelled = torch.ones_like(unsaid)
        for (urn, area, told), gold in wanted.items():
            if told == rating and urn in place:
                at = place[urn], AREAS.index(area)
                unlabelled[at] = 0
                if gold.required:
                    total = total + _said(unsaid[at])
        total = total - (unsaid * unlabelled).sum()
    for rating, unsaid in earlier.items():
        weights = torch.full_like(unsaid, _UNSAID_EARLIER)
        for gold in example.gold:
            if gold.urn in place:
                weights[place[gold.urn], AREAS.index(gold.area)] = _OTHER_EARLIER if gold.previous else _NONE_EARLIER
            if gold.previous and swap(gold.previous) == rating and gold.urn in place:
                total = total + _EARLIER * _said(unsaid[place[gold.urn], AREAS.index(gold.area)])
                total = total + _YEAR * _dated(linked, rating, place[gold.urn], AREAS.index(gold.area), gold.previous_year)
        for gold in example.gold:
            if gold.previous and swap(gold.previous) == rating and gold.urn in place:
                weights[place[gold.urn], AREAS.index(gold.area)] = 0
        total = total - (weights * unsaid).sum()
    return total + _EVIDENCE * _quoted(example, linked, place, swap)


def _dated(linked: Linked, rating: str, urn: int, area: int, year: int | None) -> torch.Tensor:
    """-log P that the mentions which tell the earlier rating are linked to its year (None: to none)."""
    at = [i for i, value in enumerate(linked.values) if value == rating]
    weight = torch.softmax((linked.status[at, EARLIER] + linked.authority[at, urn] + linked.area[at, area]).detach(), 0)
    found = torch.zeros(())
    for share, i in zip(weight, at, strict=True):
        when, log_p = linked.years[i]
        right = [k for k, each in enumerate(when) if each == year] if year else [len(when)]
        if right:
            found = found - share * torch.logsumexp(log_p[right], 0)
    return found


def _quoted(example: Example, linked: Linked, place: dict[str, int], swap: Callable[[str], str]) -> torch.Tensor:
    """The links inside evidence, taught directly: one of the quote's mentions of the rating is news of that area."""
    total = torch.zeros(())
    for gold in example.gold:
        if gold.evidence is None or not gold.required or gold.urn not in place:
            continue
        start, end = gold.evidence
        at = [
            i
            for i, (m, value) in enumerate(zip(linked.ratings, linked.values, strict=True))
            if value == swap(gold.rating) and m.start >= start - 2 and m.end <= end + 2
        ]
        if at:
            logs = linked.status[at, NEWS] + linked.authority[at, place[gold.urn]] + linked.area[at, AREAS.index(gold.area)]
            total = total + _said(log_not(logs).sum())
    return total
