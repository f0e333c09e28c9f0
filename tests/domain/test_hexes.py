"""The map of hexagons: every authority once, and England still to be recognised."""

from __future__ import annotations

from itertools import pairwise

import pytest

from monitor.domain.authorities import authorities, regions
from monitor.domain.hexes import Hex, beside, distance, hexes
from monitor.tables import rows
from tests.builders import authority

PLACES = tuple(hexes().values())
BY_PLACE = {(place.column, place.row): place for place in PLACES}


def of(name: str) -> Hex:
    return hexes()[authority(name).gss_code]


def test_every_current_authority_has_one_place_of_its_own() -> None:
    current = [each.gss_code for each in authorities() if each.valid.end is None]
    assert sorted(row["gss_code"] for row in rows("hexes")) == sorted(current)
    assert len(BY_PLACE) == len(PLACES)


def test_the_table_names_the_authority_of_the_code() -> None:
    assert {row["gss_code"]: row["name"] for row in rows("hexes")} == {
        gss: place.authority.display_name for gss, place in hexes().items()
    }


def test_labels_are_short_and_differ() -> None:
    labels = [place.label for place in PLACES]
    assert len(set(labels)) == len(labels)
    assert all(1 < len(label) <= 4 for label in labels)


def in_one_piece(inside: set[tuple[int, int]]) -> bool:
    seen, waiting = set(), [min(inside)]
    while waiting:
        place = waiting.pop()
        if place not in seen:
            seen.add(place)
            waiting += [near for near in beside(BY_PLACE[place]) if near in inside]
    return seen == inside


@pytest.mark.parametrize("region", regions())
def test_each_region_is_in_one_piece(region: str) -> None:
    assert in_one_piece({where for where, place in BY_PLACE.items() if place.authority.region == region})


def test_england_is_in_one_piece() -> None:
    assert in_one_piece(set(BY_PLACE))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Devon", "Plymouth"),
        ("Devon", "Torbay"),
        ("Cornwall", "Plymouth"),
        ("Kent", "Medway"),
        ("East Riding of Yorkshire", "Hull"),
        ("Nottingham", "Nottinghamshire"),
        ("Leicester", "Leicestershire"),
        ("Derby", "Derbyshire"),
        ("Birmingham", "Sandwell"),
        ("Birmingham", "Solihull"),
        ("Liverpool", "Sefton"),
        ("Manchester", "Salford"),
        ("Newcastle upon Tyne", "Northumberland"),
        ("Cumberland", "Westmorland and Furness"),
        ("North Northamptonshire", "West Northamptonshire"),
        ("Leeds", "Bradford"),
        ("Bristol", "South Gloucestershire"),
        ("Dorset", "Bournemouth, Christchurch and Poole"),
        ("Shropshire", "Telford and Wrekin"),
        ("Herefordshire", "Shropshire"),
        ("Essex", "Southend-on-Sea"),
        ("Essex", "Thurrock"),
        ("East Sussex", "Brighton and Hove"),
        ("Westminster", "Kensington and Chelsea"),
        ("Camden", "Islington"),
        ("Lambeth", "Southwark"),
        ("Middlesbrough", "Redcar and Cleveland"),
    ],
)
def test_close_neighbours_touch(one: str, other: str) -> None:
    assert distance(of(one), of(other)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hampshire", "Portsmouth"),
        ("Hampshire", "Isle of Wight"),
        ("Cornwall", "Isles of Scilly"),
        ("Surrey", "Kingston upon Thames"),
        ("Surrey", "West Sussex"),
        ("Norfolk", "Suffolk"),
        ("Barnsley", "Sheffield"),
        ("Cheshire East", "Stockport"),
        ("Hillingdon", "Buckinghamshire"),
        ("Hertfordshire", "Barnet"),
        ("Havering", "Thurrock"),
        ("Bromley", "Kent"),
        ("Wirral", "Liverpool"),
        ("Lancashire", "Blackpool"),
        ("North Lincolnshire", "Lincolnshire"),
        ("Oxfordshire", "Gloucestershire"),
        ("Staffordshire", "Stoke-on-Trent"),
    ],
)
def test_neighbours_are_near(one: str, other: str) -> None:
    assert distance(of(one), of(other)) <= 3


@pytest.mark.parametrize(
    "from_north_to_south",
    [
        (
            "Northumberland",
            "County Durham",
            "North Yorkshire",
            "Leeds",
            "Sheffield",
            "Derby",
            "Leicester",
            "Oxfordshire",
            "Hampshire",
        ),
        (
            "Cumberland",
            "Lancashire",
            "Wigan",
            "Cheshire East",
            "Shropshire",
            "Herefordshire",
            "Gloucestershire",
            "Somerset",
            "Devon",
        ),
        (
            "Lincolnshire",
            "Cambridgeshire",
            "Hertfordshire",
            "Enfield",
            "Camden",
            "Westminster",
            "Lambeth",
            "Croydon",
            "East Sussex",
        ),
    ],
)
def test_north_is_up(from_north_to_south: tuple[str, ...]) -> None:
    for north, south in pairwise(of(name) for name in from_north_to_south):
        assert north.row < south.row, (north, south)


@pytest.mark.parametrize(
    "from_west_to_east",
    [
        ("Cornwall", "Devon", "Dorset", "Hampshire", "West Sussex", "East Sussex", "Kent"),
        ("Liverpool", "Salford", "Kirklees", "Doncaster", "North East Lincolnshire"),
        ("Herefordshire", "Worcestershire", "Warwickshire", "Milton Keynes", "Hertfordshire", "Suffolk"),
        ("Hillingdon", "Brent", "Camden", "Hackney", "Newham", "Havering"),
        ("Bristol", "Wiltshire", "Reading", "Hounslow", "Lambeth", "Greenwich"),
    ],
)
def test_west_is_left(from_west_to_east: tuple[str, ...]) -> None:
    for west, east in pairwise(of(name) for name in from_west_to_east):
        assert west.centre[0] < east.centre[0], (west, east)


def test_steps_between_hexagons_are_counted() -> None:
    for place in PLACES:
        around = [BY_PLACE[near] for near in beside(place) if near in BY_PLACE]
        assert {distance(place, near) for near in around} <= {1}
        others = [each for each in PLACES if each not in around and each is not place]
        assert min(distance(place, each) for each in others) == 2
        for near in around:  # as the middles have it, too
            (x, y), (u, v) = place.centre, near.centre
            assert (x - u) ** 2 + (y - v) ** 2 == pytest.approx(1)
