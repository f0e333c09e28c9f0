"""Whichever way a council's name is written, it is that council, and a part of a county is not the county."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.classifier import classify
from monitor.domain.authorities import authorities, find

DAY = date(2026, 10, 6)
FULL = sorted({authority.name for authority in authorities() if authority.valid.end is None and ", " not in authority.name})
WAYS = {"North": ["N", "N.", "Nth"], "South": ["S", "S.", "Sth"], "East": ["E", "E."], "West": ["W", "W."]}
PAIRS = {("North", "East"): ["NE", "N.E.", "N. E.", "N E", "North-East", "Northeast", "NE."]}


def named(name: str) -> set[str]:
    """The councils that an article of the usual make is found to be about, for certain or for review."""
    title = f"{name} children's services rated 'inadequate' by Ofsted"
    text = (
        f"Ofsted has published its report on {name} Council's children's services after an inspection this autumn.\n\n"
        f"Help and protection in {name} was judged inadequate. Children in care were judged good.\n\n"
        f"“We let families down,” the leader of the council said."
    )
    result = classify(title, text, published=DAY)
    return {found.authority.name for found in (*result.judgements, *result.uncertain)}


def written(name: str) -> list[str]:
    """A name with the points of the compass in it written in other ways."""
    words = name.split()
    for at in range(len(words)):
        pair = tuple(words[at : at + 2])
        if pair in PAIRS:
            return [" ".join([*words[:at], way, *words[at + 2 :]]) for way in PAIRS[pair]]
        if words[at] in WAYS:
            return [" ".join([*words[:at], way, *words[at + 1 :]]) for way in WAYS[words[at]]]
    return []


@pytest.mark.parametrize("name", [name for name in FULL if written(name)])
def test_points_of_the_compass_may_be_shortened(name: str) -> None:
    assert {way: named(way) for way in written(name)} == {way: {name} for way in written(name)}


@pytest.mark.parametrize(
    ("written_so", "council"),
    [
        ("NE Lincs", "North East Lincolnshire"),
        ("N. E. Lincs.", "North East Lincolnshire"),
        ("Sth Glos", "South Gloucestershire"),
        ("S.Glos", "South Gloucestershire"),
        ("Glos", "Gloucestershire"),
        ("Hants", "Hampshire"),
        ("Warks", "Warwickshire"),
        ("Northd", "Northumberland"),
        ("W Northants", "West Northamptonshire"),
        ("N Yorks", "North Yorkshire"),
        ("E Riding of Yorks", "East Riding of Yorkshire"),
        ("W Berks", "West Berkshire"),
        ("Central Beds", "Central Bedfordshire"),
        ("Cheshire E", "Cheshire East"),
        ("Ches W & Chester", "Cheshire West and Chester"),
        ("Bath & N.E. Somerset", "Bath and North East Somerset"),
        ("Co. Durham", "Durham"),
        ("Lincolnshire (North East)", "North East Lincolnshire"),
        ("IoW", "Isle of Wight"),
        ("CWaC", "Cheshire West and Chester"),
        ("BathNES", "Bath and North East Somerset"),
    ],
)
def test_counties_have_postal_short_forms(written_so: str, council: str) -> None:
    assert named(written_so) == {council}


def test_a_part_of_a_county_is_not_the_county() -> None:
    known = {name for authority in authorities() for name in (authority.name, *authority.aliases)}
    points = ["North", "S", "S.", "east", "W", "NE", "N.W.", "South-East", "SW", "Mid", "northern", "Greater"]
    wrong = {}
    for name in FULL:
        for point in points:
            whole = f"{point} {name}"
            if find(whole) is None and whole not in known and (found := named(whole)):
                wrong[whole] = found
    assert wrong == {}


@pytest.mark.parametrize(
    "place",
    [
        *("Bury St Edmunds", "Bradford-on-Avon", "Sutton Coldfield", "Stoke Newington", "Bolton-le-Sands"),
        *("Derbyshire Dales", "Staffordshire Moorlands", "Surrey Heath", "Suffolk Coastal", "Somerset West and Taunton"),
        *("Richmond, N Yorkshire", "Richmond North Yorkshire", "Newcastle, County Down"),
    ],
)
def test_a_town_of_a_longer_name_is_not_the_shorter_one(place: str) -> None:
    assert named(place) == set()


@pytest.mark.parametrize(
    ("both", "names"),
    [
        ("North and South Tyneside", {"North Tyneside", "South Tyneside"}),
        ("N. & S. Tyneside", {"North Tyneside", "South Tyneside"}),
        ("East and West Sussex", {"East Sussex", "West Sussex"}),
        ("W and N Northants", {"North Northamptonshire", "West Northamptonshire"}),
        ("North/West Northamptonshire", {"North Northamptonshire", "West Northamptonshire"}),
        ("North and North East Lincolnshire", {"North Lincolnshire", "North East Lincolnshire"}),
        ("Cheshire East and Cheshire West", {"Cheshire East", "Cheshire West and Chester"}),
        ("Cheshire East and Leeds", {"Cheshire East", "Leeds"}),
        ("North and South Essex", set()),
        ("South and West Yorkshire", set()),
    ],
)
def test_two_parts_of_a_county_may_be_named_in_one_breath(both: str, names: set[str]) -> None:
    assert named(both) == names


@pytest.mark.parametrize("way", ["No. Somerset", "No. Lincs", "No. Essex"])
def test_an_abbreviation_that_is_a_word_too_is_neither_the_county_nor_its_part(way: str) -> None:
    assert named(way) == set()


def test_a_point_of_the_compass_is_a_capital_letter() -> None:
    assert named("the council s Gloucestershire") == set()  # an apostrophe that was lost


@pytest.mark.parametrize(
    ("written_so", "council"),
    [
        ("NE Lincs", "North East Lincolnshire"),
        ("n.e. lincolnshire", "North East Lincolnshire"),
        ("S Glos council", "South Gloucestershire"),
        ("Notts", "Nottinghamshire"),
        ("Cheshire W & Chester", "Cheshire West and Chester"),
    ],
)
def test_short_forms_are_looked_up_like_names(written_so: str, council: str) -> None:
    found = find(written_so)
    assert found is not None and found.name == council
