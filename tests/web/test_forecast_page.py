"""The forecast as a page and a file: overdue first, sorted as asked, with figures that follow from the record."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence

import pytest

from monitor.domain.forecast import backtest
from monitor.domain.history import history
from monitor.web.app import create_app
from monitor.web.queries.authorities import current_authorities
from monitor.web.routes.forecast import SORTS
from tests.web.fakes import NOW, FakeRecord, TestClient, site_of

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(site_of(record=FakeRecord(*history())))) as there:
        yield there


def lines(client: TestClient, query: str = "") -> Sequence[Mapping[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(f"/forecast.csv{query}").content.decode("utf-8-sig"))))


def test_who_is_overdue_comes_first(client: TestClient) -> None:
    told = [row["overdue"] for row in lines(client)]
    assert told == sorted(told, reverse=True)
    assert {"yes", "no"} == set(told)
    windows = [row["report_middle"] for row in lines(client) if row["overdue"] == "no" and row["report_middle"]]
    assert windows == sorted(windows)


@pytest.mark.parametrize("sort", SORTS)
def test_every_column_sorts_both_ways_and_the_page_says_how(client: TestClient, sort: str) -> None:
    orders = []
    for order in ("rising", "falling"):
        page = client.get(f"/forecast?sort={sort}&order={order}").text
        file = [row["authority"] for row in lines(client, f"?sort={sort}&order={order}")]
        on_page = re.findall(r'<th scope="row"><a href="/authorities/\w+">([^<]+)</a>', page)
        assert [name.replace("&amp;", "&") for name in on_page] == file
        assert page.count("aria-sort=") == 1
        orders.append(file)
    assert orders[0] != orders[1]
    assert set(orders[0]) == set(orders[1])


def test_the_heading_of_the_sorted_column_leads_the_other_way_round(client: TestClient) -> None:
    assert (
        "/forecast?region=London&amp;sort=council&amp;order=falling" in client.get("/forecast?sort=council&region=London").text
    )
    back = client.get("/forecast?sort=council&order=falling").text
    assert '"/forecast?sort=council"' in back
    assert '"/forecast.csv?sort=council&amp;order=falling"' in back


def test_the_back_test_on_the_page_is_that_of_the_record(client: TestClient) -> None:
    made = backtest(history(), current_authorities(NOW.date()), as_of=NOW.date())
    page = client.get("/forecast").text
    assert f"<strong>{made.share * 100:.0f}&nbsp;%</strong> of {made.inspections} inspections" in page
    assert f"<strong>{made.median_months:.0f} months</strong> wide" in page
    assert f"before {made.early} of them, and after {made.late} or not at all" in page


def test_a_region_has_its_councils_only(client: TestClient) -> None:
    assert {row["region"] for row in lines(client, "?region=South%20West")} == {"South West"}
    assert client.get("/forecast?sort=name", headers=HTML).status_code == 400


def test_an_empty_record_has_no_windows_and_says_why() -> None:
    with TestClient(create_app(site_of(record=FakeRecord()))) as there:
        page = there.get("/forecast").text
    assert "There is no back-test yet" in page
    assert page.count("It has not been inspected yet.") == 153
