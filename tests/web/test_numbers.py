"""Map and trends over the real record: page, picture and file tell the same, and say of when and of whom."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from monitor.domain.attestation import inspect
from monitor.domain.authorities import regions
from monitor.domain.history import history
from monitor.domain.model import Area, DateRange, SourceClass
from monitor.web.app import create_app
from monitor.web.charts import picture
from tests.web.fakes import RECORD, FakeRecord, TestClient, site_of

HTML = {"Accept": "text/html"}


def client_of(*inspections: object) -> TestClient:
    return TestClient(create_app(site_of(record=FakeRecord(*inspections))))  # type: ignore[arg-type]  # inspections


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with client_of(*history()) as there:
        yield there


def lines(client: TestClient, address: str) -> Sequence[Mapping[str, str]]:
    """A file's lines, as a spreadsheet reads them."""
    return list(csv.DictReader(io.StringIO(client.get(address).content.decode("utf-8-sig"))))


def test_map_table_and_file_tell_the_same(client: TestClient) -> None:
    for area in Area:
        address = f"?area={area.value}&date=2019-06-30"
        page = client.get(f"/map{address}").text
        file = lines(client, f"/map.csv{address}")
        assert len(file) == page.count('<tr><th scope="row">') == 151
        told = Counter(row["rating"] or "none" for row in file)
        told["requires_improvement"] += told.pop("adequate", 0)
        on_map = Counter(re.findall(r'data-rating="(\w+)"', page))
        unplaced = [row for row in file if row["authority"] in {"Northamptonshire", "Cumbria"}]
        on_map.update(row["rating"] or "none" for row in unplaced)
        assert on_map == +told
        for rating, number in re.findall(r'class="grade (\w+)">[^<]+</span> (\d+)</span>', page):
            assert told[rating] == int(number)


def test_nobody_is_on_the_map_before_or_after_there_was_such_a_council(client: TestClient) -> None:
    def names(day: str) -> set[str]:
        return {row["authority"] for row in lines(client, f"/map.csv?date={day}")}

    before, after = names("2023-03-31"), names("2023-04-01")
    assert (before - after, after - before) == ({"Cumbria"}, {"Cumberland", "Westmorland and Furness"})
    assert "abolished later" in client.get("/map?date=2023-03-31").text
    assert "abolished later" not in client.get("/map").text


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/map?area=school", "area: “school” is not known. Allowed: overall, leadership"),
        ("/map?date=yesterday", "date: is not a date"),
        ("/map?date=2013-12-31", "date: is outside the record. Allowed: 2014-01-01 to 2026-08-03"),
        ("/map?date=2026-08-04", "date: is outside the record"),
        ("/map?day=2020-01-01", "day: is not known here. Allowed: area, date"),
        ("/trends?region=Wales", "region: “Wales” is not known. Allowed: East Midlands"),
        ("/trends?date=2020-01-01", "date: is not known here. Allowed: area, region"),
    ],
)
def test_what_means_nothing_is_refused_by_its_name(client: TestClient, address: str, words: str) -> None:
    answer = client.get(address, headers=HTML)
    assert answer.status_code == 400
    assert words in answer.text
    assert client.get(f"{address.partition('?')[0]}?utm_source=letter", headers=HTML).status_code == 200


def test_regions_add_up_to_england(client: TestClient) -> None:
    england = lines(client, "/trends/ratings.csv?area=children_in_care")
    parts = [lines(client, f"/trends/ratings.csv?area=children_in_care&region={region}") for region in regions()]
    for number, row in enumerate(england):
        for column in ("outstanding", "good", "requires_improvement", "inadequate", "no_grade", "authorities"):
            assert int(row[column]) == sum(int(part[number][column]) for part in parts)
    assert {row["area"] for row in lines(client, "/trends/ratings.csv")} == set(Area)


def test_who_moved_is_named_once_on_the_page_and_in_the_file(client: TestClient) -> None:
    file = lines(client, "/trends/flows.csv?area=overall")
    page = client.get("/trends?area=overall").text
    table = page[page.index('id="flows"') : page.index('id="by-region"')]
    assert sorted(re.findall(r'href="/changes/([^"]+)"', table)) == sorted(row["inspection"] for row in file)
    assert len(file) > 50


def test_flows_across_a_shared_grade_are_explained_where_they_are_counted(client: TestClient) -> None:
    shared = {each.authority.display_name for each in history() if each.combined_care}
    across = [row for row in lines(client, "/trends/flows.csv?area=care_leavers") if int(row["year"]) >= 2023]
    assert shared & {row["authority"] for row in across}
    assert "reports that give care leavers no grade apart are passed over" in client.get("/trends?area=care_leavers").text
    assert "are passed over" not in client.get("/trends?area=overall").text


@pytest.mark.parametrize("address", ["/map", "/trends/ratings", "/trends/flows"])
def test_a_picture_is_a_file_with_a_name_that_says_what_it_is(client: TestClient, address: str) -> None:
    vector = client.get(f"{address}.svg?area=leadership")
    written = " ".join("".join(each.itertext()) for each in ET.fromstring(vector.text).iter("{http://www.w3.org/2000/svg}text"))
    assert "As of 3 August 2026 · testserver · contains Ofsted data" in written
    assert ("Impact of leaders" in written) or "inadequate" in written
    assert vector.headers["content-type"] == "image/svg+xml"
    assert re.search(r'attachment; filename="ofsted-[a-z]+-leadership-[\d-]+\.svg"', vector.headers["content-disposition"])
    links = [each.get("href", "") for each in ET.fromstring(vector.text).iter("{http://www.w3.org/2000/svg}a")]
    assert all(each.startswith("http://testserver/authorities/") for each in links)  # they lead here from anywhere
    assert client.get(f"{address}.png?area=leadership").content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/map.csv?area=overall", "ofsted-map-overall-2026-08-03.csv"),
        ("/map.csv?area=overall&date=2016-12-31", "ofsted-map-overall-on-2016-12-31-2026-08-03.csv"),
        ("/trends/ratings.csv?region=London", "ofsted-ratings-all-areas-london-2026-08-03.csv"),
        ("/trends/flows.svg?region=North+West", "ofsted-flows-leadership-north-west-2026-08-03.svg"),
        ("/forecast.csv?region=London", "ofsted-forecast-london-2026-08-03.csv"),
        ("/changes.csv", "ofsted-changes-2026-08-03.csv"),
        ("/changes.csv?kind=into_inadequate&authority=leeds", "ofsted-changes-leeds-into-inadequate-2026-08-03.csv"),
        ("/changes.csv?from=2024-01-01", "ofsted-changes-from-2024-01-01-2026-08-03.csv"),
        ("/authorities.csv?region=London&rating=good&q=B", "ofsted-authorities-b-london-good-2026-08-03.csv"),
        ('/authorities.csv?q="%0d%0aX: é;..%2f', "ofsted-authorities-x-e-2026-08-03.csv"),
        ("/authorities/E08000028/ratings.svg", "ofsted-ratings-sandwell-2026-08-03.svg"),
    ],
)
def test_a_download_is_called_what_it_is_and_of_which_day(client: TestClient, address: str, name: str) -> None:
    assert client.get(address).headers["content-disposition"] == f'attachment; filename="{name}"'


def test_where_there_is_no_font_the_page_says_so(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def png(_svg: str, *, source: str) -> bytes:
        raise picture.FontMissingError("none")

    monkeypatch.setattr("monitor.web.routes.pictures.png", png)
    answer = client.get("/map.png?date=2016-01-01", headers=HTML)
    assert answer.status_code == 503
    assert "has no font" in answer.text
    assert client.get("/map.svg?date=2016-01-01").status_code == 200


@pytest.mark.parametrize("path", ["/map", "/trends"])
def test_an_empty_record_is_a_page_too(path: str) -> None:
    with client_of() as there:
        page = there.get(path).text
    assert "The record holds no inspection" in page
    assert "no grade: 153" in page or "no grade 153" in page


def test_the_map_says_which_rating_only_the_press_has() -> None:
    leeds, kent = RECORD[2], RECORD[1]
    (said,) = leeds.attestations
    told = inspect((replace(said, source_class=SourceClass.PRESS, fieldwork=DateRange(), outlet="The Gazette"),))
    with client_of(kent, told) as there:
        page = there.get("/map").text
    rows = {row.partition("</a>")[0].rpartition(">")[2]: row for row in page.partition('id="places"')[2].split("<tr>")}
    assert "by the press" in rows["Leeds"]
    assert "by the press" not in rows["Kent"]
    assert page.count("by the press") == 2, "and the text above the map says so"
