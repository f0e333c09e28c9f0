"""What waits for a person: judgements too unsure to be told and too likely to be passed over. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from monitor.domain.ledger import ALERT_WINDOW, Attestation, Background, decide
from monitor.domain.model import Area, Article, ClassifierResult, Inspection, Judgement, Rating

#: After that the operator is no longer asked; the list of everything still has it.
ASKED_FOR = timedelta(days=30)
#: Why nobody need decide, beside the reasons of the ledger (`Background`).
CERTAIN, GONE, BASELINE = "certain", "gone", "baseline"
#: What a judgement of a page is known by: URN, area, rating.
Key = tuple[str, Area, Rating]
#: Reasons for which the ledger announces nothing today and may yet be wrong: here a person's word counts.
_OPEN = frozenset({Background.DISAGREES, Background.DATED_IN_THE_FUTURE})


class ReviewState(StrEnum):
    """Where an item stands. Only `WAITING` ones are asked about; `SETTLED` ones need no decision and may still have one."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SETTLED = "settled"


_UNDECIDED = (ReviewState.WAITING, ReviewState.SETTLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewItem:
    """One uncertain judgement of one page, and what a person made of it."""

    id: str
    article: str  #: id of the page's newest text in which it stands
    judgement: Judgement
    state: ReviewState
    came_at: datetime
    reason: str = ""  #: why it is settled
    reports_inspection: bool = True  #: as `ClassifierResult` has it
    decided_at: datetime | None = None
    decided_by: str = ""
    title: str = ""  #: of the article, as the next three
    url: str = ""
    outlet: str = ""
    published: date | None = None

    @property
    def key(self) -> Key:
        """What it is known by among the judgements of its page."""
        return key_of(self.judgement)

    def asks(self, now: datetime) -> bool:
        """Whether it waits and the operator is still asked about it."""
        return self.state is ReviewState.WAITING and now - self.came_at < ASKED_FOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """One text of a page after what was decided on the page before: what it says, and what becomes of each item."""

    result: ClassifierResult  #: what a person accepted is among its judgements, what a person rejected is not
    new: tuple[Judgement, ...] = ()
    again: tuple[tuple[ReviewItem, Judgement], ...] = ()  #: items that wait, as they are read now
    settled: tuple[tuple[ReviewItem, str], ...] = ()  #: items on which nobody need decide any more, and why
    standing: tuple[ReviewItem, ...] = ()  #: items of an earlier text that stand in this one, too


def key_of(judgement: Judgement) -> Key:
    """What a judgement is known by among those of its page."""
    return (judgement.authority.urn, judgement.area, judgement.rating)


def _stands(item: ReviewItem, found: Judgement | None, text: str, *, is_certain: bool) -> bool:
    """Whether the page still says it: it is read as before, or its words are there."""
    return bool(found or is_certain) or _folded(item.judgement.quote) in text


def _is_asked_again(item: ReviewItem, found: Judgement | None, *, is_certain: bool) -> bool:
    """Whether it waits for a person as before, or again after it was gone."""
    return bool(found) or (item.reason == GONE and not is_certain)


def _unsure(uncertain: Iterable[Judgement], certain: Collection[Key]) -> dict[Key, Judgement]:
    """What is uncertain and not also certain, by its key; of two sentences the likelier one counts."""
    likely = sorted(uncertain, key=lambda each: each.probability)
    return {key: each for each in likely if (key := key_of(each)) not in certain}


def review(article: Article, result: ClassifierResult, items: Iterable[ReviewItem]) -> Reviewed:
    """What a page says now, by what was decided on its `items` when it said the same or something else.

    Accepted stays accepted, and rejected stays rejected, while the classifier is as unsure as before. A no is about the words
    that were read: where the classifier is sure of the same words they are not believed, of other words they are.
    """
    items = tuple(items)
    certain = {key_of(each): each for each in believed(result.judgements, items)}
    unsure = _unsure(result.uncertain, certain)
    sure = {(urn, area) for urn, area, _ in certain}
    text = _folded(f"{article.title}\n{article.text}")
    accepted: list[Judgement] = []
    again: list[tuple[ReviewItem, Judgement]] = []
    settled: list[tuple[ReviewItem, str]] = []
    standing: list[ReviewItem] = []
    for item in items:
        found, is_certain = unsure.pop(item.key, None), item.key in certain
        stands, undecided = _stands(item, found, text, is_certain=is_certain), item.state in _UNDECIDED
        standing += [item] if stands else []
        if not stands:
            settled += [(item, GONE)] if undecided else []
        elif item.state is ReviewState.ACCEPTED and not is_certain:
            accepted.append(found or item.judgement)
        elif undecided and _is_asked_again(item, found, is_certain=is_certain):
            again.append((item, found or item.judgement))
        elif undecided and item.key[:2] in sure:
            settled.append((item, CERTAIN))
    return Reviewed(
        result=replace(result, judgements=with_accepted(certain.values(), accepted)),
        new=tuple(unsure.values()),
        again=tuple(again),
        settled=tuple(settled),
        standing=tuple(standing),
    )


def believed(judgements: Iterable[Judgement], items: Iterable[ReviewItem]) -> tuple[Judgement, ...]:
    """Judgements of a page without those that say in the very same words what a person rejected."""
    no = {(item.key, _folded(item.judgement.quote)) for item in items if item.state is ReviewState.REJECTED}
    return tuple(each for each in judgements if (key_of(each), _folded(each.quote)) not in no)


def _folded(text: str) -> str:
    return " ".join(text.split())


def with_accepted(judgements: Iterable[Judgement], accepted: Sequence[Judgement]) -> tuple[Judgement, ...]:
    """Judgements of one article and those that a person accepted, whose grade of an area is the one that counts."""
    decided = {key_of(each)[:2] for each in accepted}
    return (*(each for each in judgements if key_of(each)[:2] not in decided), *accepted)


def needless(
    known: Sequence[Inspection],
    attestation: Attestation,
    *,
    as_of: date,
    alert_window: timedelta = ALERT_WINDOW,
    baseline: bool = False,
) -> str:
    """Why nobody need decide on a judgement; empty when somebody should.

    Accepting it would make `attestation`, and that would tell nobody anything: the record has that grade of that area from that
    inspection, or Ofsted's own report says otherwise, or it is too late or too old to be news (`baseline`: it was there at its
    source's first poll, and old by then).
    """
    decision = decide(known, attestation, as_of=as_of, alert_window=alert_window)
    if decision.changes:
        return BASELINE if baseline else ""
    reasons = [reason for reason in decision.background if reason not in _OPEN]
    return str(reasons[-1]) if reasons and len(reasons) == len(decision.background) else ""


def most_urgent(items: Iterable[ReviewItem], inadequate: Collection[str]) -> tuple[ReviewItem, ...]:
    """Items in the order in which a person should decide on them: what may be the worst news first, then the most probable.

    `inadequate` are the URNs of the authorities whose newest inspection leaves them inadequate.
    """

    def urgency(item: ReviewItem) -> tuple[int, float, datetime, str]:
        said = item.judgement
        rank = 0 if said.rating is Rating.INADEQUATE else 1 if said.authority.urn in inadequate else 2
        return (rank, -said.probability, item.came_at, item.id)

    return tuple(sorted(items, key=urgency))
