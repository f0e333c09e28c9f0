"""Slots tell what a round is to be about: the same each time, in the frameworks of their day."""

from __future__ import annotations

import re
from datetime import date

from train.slots import slots


def test_a_batch_has_the_same_slots_each_time_and_another_has_others() -> None:
    assert slots(31) == slots(31)
    assert slots(31) != slots(32)
    assert len(slots(31)) == 50


def test_slots_are_of_both_kinds_and_name_no_area_that_their_day_does_not_grade() -> None:
    drawn = [slot for batch in range(40, 60) for slot in slots(batch)]
    silent = [slot for slot in drawn if "NO NEWS [" in slot]
    assert 0.25 < len(silent) / len(drawn) < 0.45
    for published, grades in re.findall(r"\(INVENTED, published ([0-9-]+)\): ([^|]*)", " ".join(drawn)):
        day = date.fromisoformat(published)
        assert ("overall" in grades) == (day < date(2026, 5, 1))
        assert ("adoption" in grades) == (day < date(2018, 2, 15))
        assert ("care_leavers" in grades) == (not date(2018, 2, 15) <= day < date(2023, 1, 25))
