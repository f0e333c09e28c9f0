"""Feeds and calendars as other people's programs read them; entries that stay the same whatever becomes of them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from monitor.domain.attestation import inspect
from monitor.domain.history import history
from monitor.domain.model import Area, Attestation, Inspection, Rating, SourceClass
from monitor.web.app import create_app
from monitor.web.csv_files import csv_file
from monitor.web.ics import Event, calendar
from monitor.web.routes import feeds
from tests.builders import StoppedClock, authority, official
from tests.web.fakes import NOW, RECORD, FakeRecord, TestClient, site_of

FORMS = ("atom", "rss", "json")
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """The site on the whole shipped record."""
    with TestClient(create_app(site_of(record=FakeRecord(*history()))), follow_redirects=False) as there:
        yield there


def reported(outlet: str, evidence: str) -> Inspection:
    """What one outlet says of Leeds."""
    said = Attestation(
        key="a",
        authority=authority("Leeds"),
        source_class=SourceClass.PRESS,
        outlet=outlet,
        url="https://outlet.test/a",
        published=date(2026, 7, 28),
        ratings={Area.LEADERSHIP: Rating.INADEQUATE},
        evidence={Area.LEADERSHIP: evidence},
    )
    return inspect((said,))


def entries(answer: Any) -> list[tuple[str, str, str, str]]:
    """Id, address, title and what it says, of each entry, as a reader gets them."""
    if answer.headers["content-type"].startswith("application/feed+json"):
        return [(each["id"], each["url"], each["title"], each["content_text"]) for each in answer.json()["items"]]
    found = feedparser.parse(answer.content, response_headers={"content-type": answer.headers["content-type"]})
    assert not found.bozo, found.bozo_exception
    return [(each.id, each.link, each.title, each.get("summary") or each.content[0].value) for each in found.entries]


# --- news -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", "?region=London&kind=into_inadequate", "?authority=E08000035&from=2030-01-01"])
def test_three_forms_say_the_same(client: TestClient, query: str) -> None:
    atom, rss, feed = (entries(client.get(f"/feeds/changes.{form}{query}")) for form in FORMS)
    assert [each[:3] for each in atom] == [each[:3] for each in rss] == [each[:3] for each in feed]
    assert bool(atom) == ("2030" not in query)
    for (*_, first), (*_, second), (*_, third) in zip(atom, rss, feed, strict=True):
        line = third.split("\n")[0]
        assert line in first
        assert line in second


def test_a_feed_is_what_its_format_asks_for(client: TestClient) -> None:
    feed = client.get("/feeds/changes.json?region=London&limit=10").json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["home_page_url"] == "http://testserver/?region=London"
    assert feed["feed_url"] == "http://testserver/feeds/changes.json?region=London&limit=10"
    assert feed["title"].endswith(": London")
    assert set(feed["items"][0]) == {"id", "url", "title", "content_text", "date_published", "date_modified"}
    following = client.get(feed["next_url"]).json()
    assert {each["id"] for each in following["items"]}.isdisjoint(each["id"] for each in feed["items"])
    atom = ET.fromstring(client.get("/feeds/changes.atom?region=London").content)
    assert atom.find(f"{ATOM}link[@rel='self']").attrib["href"] == "http://testserver/feeds/changes.atom?region=London"  # type: ignore[union-attr]
    for each in (atom, *atom.iter(f"{ATOM}entry")):
        moment = datetime.fromisoformat(each.findtext(f"{ATOM}updated", ""))
        assert moment.tzinfo is not None
    rss = feedparser.parse(client.get("/feeds/changes.rss").content)
    assert all(each.published_parsed and each.guidislink is False for each in rss.entries)


@pytest.mark.parametrize("form", FORMS)
def test_an_entry_keeps_its_id_wherever_the_site_is_and_whatever_is_corrected(form: str) -> None:
    first = official("Leeds", "leadership good", published=date(2026, 7, 28))
    corrected = official("Leeds", "leadership inadequate", published=date(2026, 7, 28))
    seen = []
    for record in ((first,), (first, *RECORD[1:2]), (corrected,)):
        for url in ("", "https://council.example/ofsted/"):
            site = site_of(record=FakeRecord(*record), public_url=url, clock=StoppedClock(NOW + timedelta(days=len(seen))))
            with TestClient(create_app(site)) as there:
                seen += [each for each in entries(there.get(f"/feeds/changes.{form}")) if "Leeds" in each[2]]
    assert len({each[0] for each in seen}) == 1
    assert len({each[2] for each in seen}) == 2
    assert seen[0][0].startswith("urn:uuid:")


HOSTILE = '</title><script>alert(1)</script> ]]> &amp; "quotes" \u202e\x0b\x00\ufffe {{7*7}}'


@pytest.mark.parametrize("form", FORMS)
def test_what_an_outlet_wrote_breaks_no_feed(form: str) -> None:
    told = reported(HOSTILE, HOSTILE)
    with TestClient(create_app(site_of(record=FakeRecord(told)))) as there:
        answer = there.get(f"/feeds/changes.{form}")
        assert b"<script" not in answer.content.replace(b"&lt;script", b"") or form == "json"
        assert len(entries(answer)) == 1


# --- calendars ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", "?region=London", "?authority=383"])
@pytest.mark.parametrize("name", ["publications", "forecast"])
def test_calendars_can_be_read(client: TestClient, name: str, query: str) -> None:
    answer = client.get(f"/feeds/{name}.ics{query}")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    found = Calendar.from_ical(answer.content)
    events = found.walk("VEVENT")
    assert not found.errors
    assert not any(each.errors for each in events)
    assert events
    assert len({str(each["UID"]) for each in events}) == len(events)
    for each in events:
        assert each.decoded("DTSTART") < each.decoded("DTEND")
        assert each.decoded("DTSTAMP").tzinfo is not None
        assert str(each["URL"]).startswith("http://testserver/")
    again = Calendar.from_ical(client.get(f"/feeds/{name}.ics{query}", headers={"Host": "other.test"}).content)
    assert [str(each["UID"]) for each in again.walk("VEVENT")] == [str(each["UID"]) for each in events]


def test_a_calendar_of_expectations_knows_authorities_and_nothing_else(client: TestClient) -> None:
    refused = client.get("/feeds/forecast.ics?kind=into_inadequate")
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["parameter"] == "kind"
    with TestClient(create_app(site_of(record=FakeRecord()))) as there:
        for name in ("publications", "forecast"):
            assert Calendar.from_ical(there.get(f"/feeds/{name}.ics").content).walk("VEVENT") == []


@given(st.lists(st.text(max_size=200), min_size=1, max_size=4), st.dates(date(2014, 1, 1), date(2090, 1, 1)))
def test_any_text_comes_through_a_calendar_as_it_is_shown_elsewhere(words: list[str], day: date) -> None:
    event = Event(
        uid="a",
        first=day,
        last=day + timedelta(days=3),
        summary=words[0],
        lines=tuple(words),
        url="https://council.example/a,b;c",
        stamp=datetime(2026, 1, 1, tzinfo=UTC),
    )
    made = calendar("Any; name, of\\ours", [event])
    assert all(len(line) <= 75 for line in made.split(b"\r\n"))
    (read,) = Calendar.from_ical(made).walk("VEVENT")
    plain = [feeds.sanitize(each, 2000) for each in words]
    assert str(read["SUMMARY"]) == plain[0]
    assert str(read["DESCRIPTION"]) == "\n".join(plain)
    assert read.decoded("DTSTART") == day
    assert read.decoded("DTEND") == day + timedelta(days=4)
    assert str(read["URL"]) == "https://council.example/a,b;c"


# --- tables ---------------------------------------------------------------------------------------------------------------

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u200b=1",
    "\u00a0=1",
    "\ufeff=1",
    "\uff1d1",
    "\uff0b1",
    "%0A=1",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_calculated(text: str) -> None:
    made = csv_file("a.csv", ["one", "two"], [[text, f"a,{text}"]])
    ((one, two),) = list(csv.reader(io.StringIO(made.body.decode("utf-8-sig"), newline="")))[1:]
    assert one.lstrip()[:1] not in set("=+-@\uff1d\uff0b\uff0d\uff20\t\r\n")
    assert two.startswith("a,")
    assert not {"\t", "\r", "\n"} & set(one + two)


@pytest.mark.parametrize("path", ["/changes.csv", "/authorities.csv", "/api/v1/changes?format=csv"])
def test_tables_open_in_a_spreadsheet(path: str) -> None:
    told = reported("=HYPERLINK(A1)", "@Ärger; “so”, =1")
    with TestClient(create_app(site_of(record=FakeRecord(told)))) as there:
        answer = there.get(path)
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert len({len(row) for row in rows}) == 1
    assert not any(cell[:1] in set("=+-@") for row in rows for cell in row if cell)
    assert json.loads(json.dumps(rows)) == rows
