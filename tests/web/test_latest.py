"""The first page: what happened lately in numbers that their lists bear out, and filters that can be taken out one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html import unescape

import pytest

from monitor.domain.history import history
from monitor.domain.model import ChangeKind
from monitor.domain.public_record import Believed
from monitor.web.app import create_app
from monitor.web.queries.changes import page_of
from monitor.web.queries.lately import a_year_before, twelve_months
from monitor.web.queries.record import Record
from monitor.web.routes.latest_and_change import FORM
from tests.web.fakes import FakeRecord, TestClient, site_of

WHOLE = Record(Believed(inspections=history(), changes=()), version="1", as_of=date(2026, 8, 21))


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(site_of(record=FakeRecord(*history())))) as there:
        yield there


def test_each_number_is_that_of_the_list_behind_it() -> None:
    seen = twelve_months(WHOLE)
    assert seen.since == date(2025, 8, 21)
    for each in seen.numbers:
        listed = page_of(WHOLE, replace(each.wanted, limit=500)).changes
        assert each.count == len({change.authority.urn for change in listed}) > 0
        assert all(seen.since <= change.published <= WHOLE.as_of for change in listed)


def test_a_year_before_a_leap_day_is_the_last_of_february() -> None:
    assert a_year_before(date(2024, 2, 29)) == date(2023, 2, 28)
    assert a_year_before(date(2025, 3, 1)) == date(2024, 3, 1)


def test_every_kind_and_step_can_be_chosen() -> None:
    by_name = {name: {value for value, _ in values} for name, _, values in FORM}
    assert by_name["kind"] == set(ChangeKind)


def test_a_filter_of_several_values_is_shown_whole_and_survives_the_form(client: TestClient) -> None:
    page = unescape(client.get("/?region=London&region=North+West&authority=Leeds&authority=Kent&from=2020-01-01").text)
    for words in ("Region: London", "Region: North West", "Council: Leeds", "Council: Kent", "from: 1 January 2020"):
        assert words in page
    assert '<option value="London" selected>' in page
    sent = set(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', page))
    assert sent == {("region", "North West"), ("authority", "E08000035"), ("authority", "E10000016")}
    without = re.findall(r'<li><a href="([^"]+)"><span class="far">Without', page)
    assert len(without) == 5
    assert all(client.get(each).status_code == 200 for each in without)
    assert [each.count("region=") for each in without].count(1) == 2


@pytest.mark.parametrize("query", ["", "?region=London&kind=into_inadequate"])
def test_the_address_of_a_filter_is_also_its_feed(client: TestClient, query: str) -> None:
    page = unescape(client.get(f"/{query}").text)
    for path in ("feeds/changes.atom", "feeds/changes.rss", "feeds/changes.json", "changes.csv", "feeds/publications.ics"):
        assert f'href="/{path}{query}"' in page.replace(
            "kind=into_inadequate&region=London", "region=London&kind=into_inadequate"
        )
    assert 'rel="alternate" type="application/atom+xml"' in page


def test_nothing_known_and_nothing_found_are_said() -> None:
    with TestClient(create_app(site_of(record=FakeRecord()))) as there:
        assert "Nothing is known yet" in there.get("/").text
        assert "No change fits this filter" in there.get("/?region=London").text
