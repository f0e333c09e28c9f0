"""What the page asks for: whole inspections, and news before what is unchanged, however much of that came later."""

from __future__ import annotations

from datetime import timedelta

from tests.builders import NOW, report, story, subscription
from tests.store.conftest import Open


def test_news_goes_before_what_is_unchanged_and_inspections_come_whole(open_it: Open) -> None:
    store = open_it(subscription())
    day = NOW.date()
    store.record(*story({"Kent": "overall good, leadership good"}, published=day), link=None, baseline=False, now=NOW)
    later = NOW + timedelta(hours=1)
    same = "overall requires_improvement, leadership requires_improvement"
    store.record(report("Bury", same, published=day), story({})[1], link=None, baseline=False, now=later)
    at_first = NOW + timedelta(hours=2)
    old = day - timedelta(days=5)
    store.record(*story({"Leeds": "overall outstanding"}, published=old), link=None, baseline=True, now=at_first)

    def shown(inspections: int) -> list[tuple[str, str]]:
        found = store.newest_changes(inspections=inspections)
        return [(each.change.authority.name, each.change.area.value) for each in found]

    assert sorted(shown(1)) == [("Kent", "leadership"), ("Kent", "overall")]
    assert {name for name, _ in shown(2)} == {"Kent", "Leeds"}
    assert {name for name, _ in shown(9)} == {"Kent", "Leeds", "Bury"}
    assert shown(9)[0][0] == "Leeds", "the newest first"
