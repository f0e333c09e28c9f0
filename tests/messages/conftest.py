"""Notices of real changes of the official record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from monitor.domain.history import history
from monitor.domain.ledger import attestations, decide
from monitor.domain.model import Change, Inspection, SourceClass
from monitor.messages import Notice, Purpose
from tests.builders import authority, story

Notes = Callable[..., Notice]


def changes_of(name: str, published: date, *, outlet: str = "", known: tuple[Inspection, ...] = ()) -> tuple[Change, ...]:
    """The changes that Ofsted's report of an authority published on a day made; as an outlet told them, when one is named."""
    (inspection,) = (i for i in history() if i.authority == authority(name) and i.published == published)
    attestation = inspection.attestations[0]
    if outlet:
        said = {name: ", ".join(f"{area} {rating}" for area, rating in attestation.ratings.items())}
        document, result = story(said, outlet=outlet, published=published, text=f"{name}: inspectors found changes.")
        (attestation,) = attestations(document, result)
        assert attestation.source_class is SourceClass.PRESS
    before = tuple(i for i in history(before=published) if i.authority == inspection.authority)
    return decide((*before, *known), attestation, as_of=published).changes


def previous_of(*changes: Change) -> dict[str, Inspection]:
    """The inspection before each."""
    found = {}
    for change in changes:
        older = [i for i in history() if i.authority == change.authority and i.published < change.inspection.published]
        if older:
            found[change.inspection.key] = older[-1]
    return found


@pytest.fixture
def notice() -> Notes:
    """A notice of some changes, with its id and moment fixed."""

    def make(*changes: Change, purpose: Purpose = Purpose.CHANGE, **changed: Any) -> Notice:
        values: dict[str, Any] = {
            "id": "0123456789abcdef0123456789abcdef",
            "created": datetime(2026, 9, 1, 12, tzinfo=UTC),
            "previous": previous_of(*changes),
            "reasons": ("Your subscription “all”: every authority is watched.",),
        }
        return Notice(changes=changes, purpose=purpose, **(values | changed))

    return make
