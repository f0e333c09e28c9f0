"""Tests in a configuration: they pass, fail with a reason, or say what is wrong with themselves."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.domain.routing import failure, routing_test
from monitor.domain.subscriptions import SubscriptionError
from tests.builders import subscription

DAY = date(2026, 9, 1)
WISHES = (subscription("all"), subscription("alarm", kinds=["into_inadequate"]), subscription("kent", authorities=["Kent"]))


@pytest.mark.parametrize(
    ("table", "wrong"),
    [
        ({"authority": "Leeds", "old": "good", "new": "inadequate", "expect": ["all", "alarm"]}, ""),
        ({"authority": "Kent", "old": "good", "new": "outstanding", "expect": ["all", "kent"]}, ""),
        ({"authority": "Leeds", "old": "good", "new": "good", "expect": []}, ""),
        ({"authority": "Leeds", "old": "good", "new": "inadequate", "expect": ["all"]}, "'alarm' would be told, too"),
        ({"authority": "Leeds", "new": "good", "expect": ["all", "kent"]}, "'kent' would not be told: Leeds is on none"),
        ({"authority": "Leeds", "new": "good", "expect": ["nobody"]}, "there is no subscription 'nobody'"),
    ],
)
def test_a_test_passes_or_says_why_not(table: dict[str, object], wrong: str) -> None:
    found = failure(routing_test(table, DAY), WISHES)
    assert found.startswith(wrong)
    assert bool(found) == bool(wrong)


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ({"authority": "Leds", "new": "good", "expect": []}, "authority"),
        ({"authority": "Leeds", "new": "fine", "expect": []}, "new"),
        ({"authority": "Leeds", "expect": []}, "new"),
        ({"authority": "Leeds", "new": "good"}, "expect"),
        ({"authority": "Leeds", "new": "good", "expect": "all"}, "expect"),
        ({"authority": "Leeds", "new": "good", "expect": [], "aera": "overall"}, "aera"),
    ],
)
def test_a_broken_test_names_its_key(table: dict[str, object], key: str) -> None:
    with pytest.raises(SubscriptionError) as caught:
        routing_test(table, DAY)
    assert caught.value.key == key
