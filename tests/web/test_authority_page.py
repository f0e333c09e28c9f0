"""The page of one authority: its whole history, what came before it and what comes, and how its neighbours are rated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html import unescape

import pytest

from monitor.domain.authorities import authorities, exists_on
from monitor.domain.history import history
from monitor.domain.model import Area, Trust
from monitor.domain.public_record import Believed
from monitor.web.app import create_app
from monitor.web.queries.authorities import compared, find_authority, note, one_authority
from monitor.web.queries.record import Record
from tests.builders import official
from tests.web.fakes import NOW, FakeRecord, TestClient, site_of

WHOLE = Record(Believed(inspections=history(), changes=()), version="1", as_of=date(2026, 9, 1))


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(site_of(record=FakeRecord(*history())))) as there:
        yield there


def page(client: TestClient, code: str) -> str:
    return " ".join(unescape(client.get(f"/authorities/{code}").text).split())


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("E06000063", "Cumberland was founded on 1 April 2023. Inspections of Cumbria are not its own"),
        ("E06000063", "Cumbria was rated requires improvement overall at its last inspection known, in November 2022."),
        ("E10000006", "Cumbria was abolished on 1 April 2023; Cumberland and Westmorland and Furness took over."),
        (
            "E10000021",
            "Northamptonshire was abolished on 1 April 2021; North Northamptonshire and West Northamptonshire took over.",
        ),
        ("E06000058", "Inspections of Poole are not its own"),
        ("E06000059", "Dorset was founded on 1 April 2019. Inspections of the councils before it are not its own"),
        ("E10000030", "Surrey is to be abolished on 1 April 2027; East Surrey and West Surrey take over."),
        ("E08000025", "run by a trust: Birmingham Children's Trust"),
    ],
)
def test_what_is_to_be_known_before_ratings_are_compared(client: TestClient, code: str, words: str) -> None:
    assert words in page(client, code)


def test_every_authority_has_a_page_with_its_history_and_its_window(client: TestClient) -> None:
    for each in authorities():
        shown = page(client, each.gss_code or each.urn)
        own = [inspection for inspection in history() if inspection.authority == each]
        assert all(f'href="/changes/{inspection.key}"' in shown for inspection in own)
        assert ('class="chart timeline"' in shown) == bool(own)
        if exists_on(each, NOW.date()):
            window = re.search(r"eight have inspectors between <strong>\d+ \w+ \d{4}</strong> and", shown)
            gone = "before the next inspection is to be expected." in shown
            assert bool(window) != gone
            assert gone == (each.name == "Surrey")
            assert f'href="/subscribe?authority={each.gss_code}"' in shown
        assert f'href="/feeds/changes.atom?authority={each.gss_code}"' in shown


def test_a_grade_that_was_shared_is_not_called_none(client: TestClient) -> None:
    told = page(client, "E08000035")
    shared = [each for each in history() if each.authority.gss_code == "E08000035" and each.combined_care]
    assert shared
    inspections = told.partition("Every inspection known, newest first")[2].partition("</table>")[0]
    assert inspections.count('<span class="far">shared with children in care</span>') == len(shared)
    assert ">none<" not in inspections


@pytest.mark.parametrize(
    ("area", "words"),
    [("overall", "no longer given"), ("adoption", "no longer given"), ("care_leavers", "not reported yet")],
)
def test_nothing_is_awaited_that_is_graded_no_more(area: str, words: str) -> None:
    heard = replace(official("Bristol", "leadership good", published=date(2026, 11, 28)), trust=Trust.REPORTED)
    assert note(heard, Area(area)) == words


def test_neighbours_are_counted_where_both_have_a_grade() -> None:
    leeds = find_authority("E08000035")
    assert leeds is not None
    shown = one_authority(WHOLE, leeds)
    assert shown.compared
    for each in shown.compared:
        graded = [row for row in shown.neighbours if each.area in row.ratings]
        assert each.better + each.same + each.worse == len(graded) <= len(leeds.neighbours)
        assert compared(shown.row, [shown.row] * 3, each.area) == type(each)(area=each.area, better=0, same=3, worse=0)
    without = set(shown.row.ratings) ^ {each.area for each in shown.compared}
    assert without == set()
