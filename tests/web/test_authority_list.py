"""The list of authorities: sorted and searched by its address, the same on the page and in the file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from itertools import pairwise
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.authorities import authorities, regions
from monitor.domain.history import history
from monitor.domain.model import Area, Rating
from monitor.domain.public_record import Believed
from monitor.web.app import create_app
from monitor.web.queries.authorities import rows_of
from monitor.web.queries.authority_list import SORTS, AuthorityList, parse_list
from monitor.web.queries.change_filter import FilterError
from monitor.web.queries.record import Record
from tests.web.fakes import FakeRecord, TestClient, site_of

ROWS = rows_of(Record(Believed(inspections=history(), changes=()), version="1", as_of=date(2026, 9, 1)))
LISTS = st.builds(
    AuthorityList,
    search=st.sampled_from(["", "north", "E08000035", "St. Helens"]),
    region=st.sampled_from(["", *regions()]),
    area=st.none() | st.sampled_from(Area),
    rating=st.none() | st.sampled_from(Rating),
    sort=st.sampled_from(sorted(SORTS)),
)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(site_of(record=FakeRecord(*history())))) as there:
        yield there


@given(LISTS)
def test_a_list_is_what_its_address_says(wanted: AuthorityList) -> None:
    assert parse_list(parse_qsl(wanted.query())) == wanted
    for each in wanted(ROWS):
        assert not wanted.region or each.authority.region == wanted.region
        graded = each.ratings.values() if wanted.area is None else [each.ratings.get(wanted.area)]
        assert wanted.rating is None or wanted.rating in graded


@pytest.mark.parametrize("sort", SORTS)
def test_sorting_loses_nobody_and_goes_both_ways(sort: str) -> None:
    one = AuthorityList(sort="region" if sort == "name" else "name").sorted_by(sort)
    other = one.sorted_by(sort)
    assert {one.order(sort), other.order(sort)} == {"ascending", "descending"}
    assert {row.authority.urn for row in one(ROWS)} == {row.authority.urn for row in other(ROWS)}
    assert len(one(ROWS)) == len(ROWS) == 153


def test_the_worst_come_first_and_those_without_a_grade_last() -> None:
    area = Area.OVERALL
    rows = AuthorityList().sorted_by(area.value)(ROWS)
    ranks = [row.ratings[area].rank if area in row.ratings else 9 for row in rows]
    assert ranks == sorted(ranks)
    assert ranks[0] == 0
    assert ranks[-1] == 9
    newest = AuthorityList().sorted_by("published")(ROWS)
    assert all(a.published >= b.published for a, b in pairwise(newest) if a.published and b.published)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("leeds", {"Leeds"}),
        ("E08000035", {"Leeds"}),
        ("383", {"Leeds"}),
        ("Hul", {"Hull"}),
        ("northamptonshire", {"North Northamptonshire", "West Northamptonshire"}),
        ("zzz", set()),
    ],
)
def test_a_part_of_a_name_or_a_code_will_do(search: str, found: set[str]) -> None:
    assert {row.authority.display_name for row in AuthorityList(search=search)(ROWS)} == found


@pytest.mark.parametrize("query", ["sort=luck", "region=Wales", "rating=fine", "area=sums", "colour=red"])
def test_what_is_not_understood_is_refused_by_name(client: TestClient, query: str) -> None:
    with pytest.raises(FilterError) as refused:
        parse_list(parse_qsl(query))
    assert list(refused.value.problems) == [query.partition("=")[0]]
    assert client.get(f"/authorities?{query}", headers={"Accept": "text/html"}).status_code == 400
    assert client.get(f"/authorities.csv?{query}").status_code == 400


def test_the_page_and_its_file_hold_the_same(client: TestClient) -> None:
    query = "region=North+West&sort=-leadership"
    page = unescape(client.get(f"/authorities?{query}").text)
    assert f'href="/authorities.csv?{query}"' in page
    assert '<th scope="col" aria-sort="descending"><a href="/authorities?region=North+West&sort=leadership">' in page
    assert page.count("aria-sort") == 1
    shown = re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', page)
    filed = csv.DictReader(io.StringIO(client.get(f"/authorities.csv?{query}").content.decode("utf-8-sig")))
    assert shown == [row["authority"] for row in filed]
    assert len(shown) == sum(each.region == "North West" and each.valid.end is None for each in authorities())


def test_nobody_found_is_said(client: TestClient) -> None:
    assert "No authority fits" in client.get("/authorities?q=zzz").text
