"""What an operator asks of the review queue, and what needs no ledger to be done to it. Every method is one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.domain.model import Attestation
from monitor.domain.review import ASKED_FOR, ReviewItem
from monitor.store import review, review_decisions
from monitor.store.transactions import Transactions


class ReviewDesk(Transactions):
    """The part of the store that is about judgements which wait for a person."""

    def reviews(self, prefix: str = "") -> tuple[ReviewItem, ...]:
        """The items whose id begins so, in any state, the oldest first; all of them without a beginning."""
        with self._reading.begin() as connection:
            return review.found_items(connection, prefix)

    def reviews_at(self, canonical_url: str) -> tuple[ReviewItem, ...]:
        """The items of a page by its address, in any state."""
        with self._reading.begin() as connection:
            return review.items_at(connection, canonical_url)

    def reviews_waiting(self, *, now: datetime) -> tuple[ReviewItem, ...]:
        """The items that the operator is asked about, the oldest first."""
        with self._reading.begin() as connection:
            return review.found_items(connection, since=now - ASKED_FOR)

    def count_reviews_waiting(self, *, now: datetime) -> int:
        """How many items the operator is asked about."""
        with self._reading.begin() as connection:
            return review.count_waiting(connection, now)

    def review_attestations(self, item: ReviewItem) -> tuple[Attestation, ...]:
        """What the article of an item says of its authority, when the item is accepted."""
        with self._reading.begin() as connection:
            return review.edition(connection, item.article).attestations_with([item])

    def labelled(self, article: str) -> review.Labelled:
        """An article, by its id, labelled by what was decided on it."""
        with self._reading.begin() as connection:
            return review.labelled(connection, article)

    def reject_reviews(self, ids: Sequence[str], *, by: str, now: datetime) -> tuple[ReviewItem, ...]:
        """Reject items that nobody decided on; returns them."""
        with self.engine.begin() as connection:
            return review_decisions.reject(connection, ids, by=by, now=now)
