"""A bare grade behind what it is given to, and whose word it is: an inspector's, or somebody's who grades nothing."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.classifier import classify
from monitor.domain.model import Area

OPENING = "Leeds City Council's children's services have been inspected by Ofsted, which published its report today.\n\n"
DAY = date(2026, 9, 1)


def read(sentence: str) -> dict[Area, str]:
    result = classify("Ofsted inspects Leeds children's services", OPENING + sentence, published=DAY)
    return {found.area: found.rating for found in result.judgements}


@pytest.mark.parametrize(
    ("area", "name"),
    [
        (Area.LEADERSHIP, "the impact of leaders"),
        (Area.LEADERSHIP, "the impact of leaders on social work practice"),
        (Area.LEADERSHIP, "the leadership"),
        (Area.HELP_AND_PROTECTION, "help and protection"),
        (Area.CHILDREN_IN_CARE, "the experiences of looked-after children"),
        (Area.CARE_LEAVERS, "services for care leavers"),
        (Area.CARE_LEAVERS, "support for young people leaving care"),
    ],
)
@pytest.mark.parametrize("verb", ["judged", "rated", "found"])
@pytest.mark.parametrize("rest", [".", ", and praised its staff.", " and said that little had changed."])
def test_a_grade_stands_right_behind_its_area(area: Area, name: str, verb: str, rest: str) -> None:
    assert read(f"Inspectors {verb} {name} inadequate{rest}") == {area: "inadequate"}


@pytest.mark.parametrize(
    "who", ["Parents", "The union", "Councillors", "A survey of staff", "Campaigners", "Residents", "Labour councillors", "MPs"]
)
@pytest.mark.parametrize("verb", ["judged", "rated", "found", "have called"])
@pytest.mark.parametrize("area", ["the leadership", "the impact of leaders", "services for care leavers"])
def test_what_others_call_inadequate_is_no_grade(who: str, verb: str, area: str) -> None:
    assert read(f"{who} {verb} {area} inadequate.") == {}


@pytest.mark.parametrize(
    "said",
    [
        "Families were told that leadership was judged inadequate.",
        "Councillors described a report in which Ofsted rated leadership inadequate.",
        "Leadership was rated inadequate, to the dismay of parents, staff and residents.",
        "Inspectors heard from parents and staff, and rated leadership inadequate.",
    ],
)
def test_others_may_stand_beside_a_grade(said: str) -> None:
    assert read(said) == {Area.LEADERSHIP: "inadequate"}


@pytest.mark.parametrize("joint", [", ", "; "])
def test_the_last_of_a_long_list_has_its_grade(joint: str) -> None:
    areas = {
        Area.LEADERSHIP: "the impact of leaders",
        Area.HELP_AND_PROTECTION: "the experiences of children who need help and protection",
        Area.CHILDREN_IN_CARE: "services for children in care",
        Area.CARE_LEAVERS: "support for care leavers",
    }
    *first, last = areas.values()
    assert read(f"Inspectors judged {joint.join(f'{area} good' for area in first)} and {last} inadequate.") == {
        **dict.fromkeys(areas, "good"),
        Area.CARE_LEAVERS: "inadequate",
    }
