"""A subscription with several addresses: each is told once, and each may leave without the others, wherever it stands."""

from __future__ import annotations

import pytest

from monitor.domain.addressees import subscriptions_from_table
from monitor.domain.subscriptions import Subscription
from monitor.ports import DeliveryState
from monitor.store import SqlStore
from tests.builders import NOW, story
from tests.store.conftest import Open

ANN, BOB, CY = "Ann@reader.test", "bob@reader.test", "cy@reader.test"


def desk(*to: str) -> tuple[Subscription, ...]:
    written = list(to) if len(to) > 1 else to[0]
    return subscriptions_from_table({"name": "desk", "channel": "mail", "to": written})


def told(store: SqlStore, council: str) -> set[str]:
    """Who is told of a council."""
    store.record(*story({council: "overall outstanding"}), link=None, baseline=False, now=NOW)
    waiting = {line.id: line.recipient for line in store.deliveries([DeliveryState.PENDING])}
    store.drop(list(waiting), now=NOW)
    return set(waiting.values())


def leave(store: SqlStore, recipient: str) -> None:
    store.record(*story({"Kent": "overall outstanding"}), link=None, baseline=False, now=NOW)
    (mine,) = [line for line in store.deliveries([DeliveryState.PENDING]) if line.recipient == recipient]
    assert store.unsubscribe_delivery(mine.id, now=NOW) == 1
    store.drop([line.id for line in store.deliveries([DeliveryState.PENDING])], now=NOW)


def test_everybody_on_the_list_is_told(open_it: Open) -> None:
    store = open_it(*desk(ANN, BOB, ANN))
    assert told(store, "Leeds") == {ANN, BOB}


@pytest.mark.parametrize("later", [(BOB, ANN, CY), (ANN, BOB, CY), (CY, ANN, BOB), (CY, BOB, ANN)], ids="-".join)
def test_who_left_has_left_wherever_the_address_stands_in_the_list(open_it: Open, later: tuple[str, ...]) -> None:
    leave(open_it(*desk(ANN, BOB)), ANN)
    assert told(open_it(*desk(*later)), "Leeds") == {BOB, CY}
    assert told(open_it(*desk(*later)), "Bury") == {BOB, CY}, "and so after another start"


def test_who_left_the_end_of_the_list_has_left_its_beginning(open_it: Open) -> None:
    leave(open_it(*desk(ANN, BOB)), BOB)
    assert told(open_it(*desk(BOB, ANN)), "Leeds") == {ANN}
    assert told(open_it(*desk(BOB)), "Bury") == set()


def test_one_address_becomes_a_list_without_a_change_for_it(open_it: Open) -> None:
    leave(open_it(*desk(ANN)), ANN)
    assert told(open_it(*desk(ANN, BOB)), "Leeds") == {BOB}
