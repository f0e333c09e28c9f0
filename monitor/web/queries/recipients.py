"""How many readers would get a change: a number, and nobody's name."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from monitor.domain.model import Change, Inspection, SourceClass
from monitor.domain.movement import kinds
from monitor.domain.subscriptions import LedgerView, Subscription, currently_inadequate, wanted_because
from monitor.web.queries.record import ChangeRecord

#: Counts that are kept for one set of subscriptions.
_MAX_KEPT = 1000


class RecipientCounter:
    """Counts readers of changes as they are subscribed now; asks the same thing once while subscriptions stay the same."""

    def __init__(self, subscriptions: Callable[[], Sequence[Subscription]]) -> None:
        self._subscriptions = subscriptions
        self._lock = threading.Lock()
        self._of: Sequence[Subscription] = ()
        self._counts: dict[tuple[Change, ...], int] = {}

    def __call__(self, changes: Sequence[ChangeRecord], previous: Inspection | None) -> int:
        """How many people and teams would be told of any of the changes of one inspection, were it published now.

        `previous` is the inspection of the same authority before it. Blocking.
        """
        news = tuple(_fresh(changes))
        subscriptions = self._subscriptions()
        with self._lock:
            if subscriptions is not self._of or len(self._counts) > _MAX_KEPT:
                self._of, self._counts = subscriptions, {}
            counts = self._counts
        if news not in counts:
            counts[news] = _count(news, previous, subscriptions)
        return counts[news]


def _fresh(changes: Sequence[ChangeRecord]) -> Iterator[Change]:
    """The moves that are news, as if nothing had been told of them yet."""
    for each in changes:
        if each.is_news and each.change.new is not None:
            yield replace(each.change, kinds=kinds(each.change.old, each.change.new), reported=None)


def _count(changes: Sequence[Change], previous: Inspection | None, subscriptions: Sequence[Subscription]) -> int:
    inadequate = currently_inadequate([previous] if previous else [])
    told = set()
    for change in changes:
        voices = {each.source_class for each in change.inspection.attestations} or {SourceClass.OFFICIAL}
        views = [LedgerView(inadequate=inadequate, source_class=voice) for voice in sorted(voices)]
        told |= {each.target for each in subscriptions if any(wanted_because(each, change, view) for view in views)}
    return len(told)
