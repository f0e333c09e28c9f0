"""What other layers declare that they need of the store is what the store has, word for word, and is declared once."""

from __future__ import annotations

import inspect
import re
import typing
from itertools import combinations

import pytest

from monitor.delivery import Deliveries
from monitor.ports import Store
from monitor.postmaster.ingest import BounceStore
from monitor.store import SqlStore

DECLARED = (Store, Deliveries, BounceStore)


def methods(protocol: type) -> dict[str, typing.Any]:
    return {name: member for name, member in vars(protocol).items() if inspect.isfunction(member) and not name.startswith("_")}


def spelt(function: typing.Any) -> str:
    """The signature, whatever module its types are named through."""
    return re.sub(r"\b\w+\.(?=[A-Z])", "", str(inspect.signature(function)))


@pytest.mark.parametrize(
    ("protocol", "name"),
    [(protocol, name) for protocol in DECLARED for name in methods(protocol)],
    ids=lambda each: each if isinstance(each, str) else each.__name__,
)
def test_the_store_is_what_is_declared(protocol: type, name: str) -> None:
    wanted, there = methods(protocol)[name], getattr(SqlStore, name)
    assert spelt(there) == spelt(wanted)
    assert wanted.__doc__
    assert "See `ports" not in wanted.__doc__, "the declaration says what is meant"


@pytest.mark.parametrize(("one", "other"), list(combinations(DECLARED, 2)))
def test_nothing_is_declared_twice(one: type, other: type) -> None:
    assert not set(methods(one)) & set(methods(other))


def test_the_declarations_are_not_empty() -> None:
    assert all(methods(protocol) for protocol in DECLARED)
