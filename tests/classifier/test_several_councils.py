"""Councils that are told of together: in a list, or by no name at all."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.classifier import classify

DAY = date(2021, 5, 4)


def said(title: str, text: str, day: date = DAY) -> set[tuple[str, str, str]]:
    return {(j.authority.name, str(j.area), str(j.rating)) for j in classify(title, text, published=day).judgements}


@pytest.mark.parametrize(
    ("councils", "names"),
    [
        ("Leeds and Kent", {"Leeds", "Kent"}),
        ("Leeds, Essex and Kent", {"Leeds", "Essex", "Kent"}),
        ("Leeds City Council and Kent County Council", {"Leeds", "Kent"}),
        ("Bolton & Rochdale", {"Bolton", "Rochdale"}),
        ("Derby, the city of Nottingham, and Leicester", {"Derby", "Nottingham", "Leicester"}),
    ],
)
@pytest.mark.parametrize(
    "told",
    [
        "Children's services in {} have been rated inadequate by Ofsted.",
        "Ofsted has rated children's services in {} inadequate. The inspections were in May.",
        "{} have been rated inadequate by Ofsted for their children's services.",
    ],
)
def test_what_holds_of_a_list_holds_of_each(councils: str, names: set[str], told: str) -> None:
    found = said("Councils hear from Ofsted", told.format(councils))
    assert found == {(name, "overall", "inadequate") for name in names}


def test_a_list_that_is_shared_out_is_not_one() -> None:
    found = said(
        "Ofsted reports on two councils",
        "Ofsted has published reports on two councils. Children's services in Leeds and Kent were rated outstanding and "
        "inadequate respectively.",
    )
    assert not {("Leeds", "overall", "inadequate"), ("Kent", "overall", "outstanding")} & found


def test_who_is_named_beside_is_not_of_the_list() -> None:
    found = said(
        "Medway children's services rated inadequate by Ofsted",
        "Ofsted has rated Medway's children's services inadequate. Councillors from Bexley and Kent came to hear the report.",
    )
    assert found == {("Medway", "overall", "inadequate")}


TWO = (
    "Ofsted has rated children's services in Bury and Rochdale good overall.\n\n"
    "Inspectors were in both boroughs in March.\n\n{} requires improvement, the reports say."
)


@pytest.mark.parametrize(
    "both", ["In both councils the help and protection of children", "The help and protection of children in both boroughs"]
)
def test_both_councils_are_those_that_are_rated(both: str) -> None:
    found = said("Two councils rated good by Ofsted", TWO.format(both))
    assert {(name, "help_and_protection", "requires_improvement") for name in ("Bury", "Rochdale")} <= found
