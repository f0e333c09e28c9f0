"""Every row of the hostile corpus out through every page, feed, calendar, table and number; and in by every way in."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import pytest
from icalendar import Calendar

from monitor.domain.characters import storable
from monitor.messages.disarm import quoted
from monitor.web.app import create_app
from monitor.web.pages import environment
from monitor.web.site import Site
from tests.hostile import TEXTS, unseen
from tests.web.fakes import TestClient
from tests.web.hostile import hostile_site, key_of_all

TOKEN = "a-token-of-many-letters"
HTML = {"Accept": "text/html"}
#: Texts of the same number that mean no harm: what these pages have, the others may have.
HARMLESS = tuple(f"Inspectors found that leaders had improved by {number}." for number in range(len(TEXTS)))


class Page(HTMLParser):
    """A page as a browser takes it apart: its elements with the names of their attributes, its texts, where it leads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()
        self.leads: list[str] = []
        self.quotes: list[str] = []
        self.text: list[str] = []
        self._quoting = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {(tag, ""), *((tag, name) for name, _ in attrs)}
        self.leads += [value or "" for name, value in attrs if name in {"href", "src", "action", "formaction", "xlink:href"}]
        self.text += [value or "" for name, value in attrs if name not in {"value", "href"}]
        if tag == "blockquote":
            self._quoting = True
            self.quotes.append("")

    def handle_endtag(self, tag: str) -> None:
        self._quoting = self._quoting and tag != "blockquote"

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self._quoting:
            self.quotes[-1] += data

    def handle_comment(self, data: str) -> None:
        self.found.add(("comment", data))


@pytest.fixture(scope="module")
def site() -> Site:
    return hostile_site(operator_token=TOKEN)


@pytest.fixture(scope="module")
def client(site: Site) -> Iterator[TestClient]:
    with TestClient(create_app(site), follow_redirects=False) as there:
        yield there


@pytest.fixture(scope="module")
def harmless() -> Iterator[TestClient]:
    with TestClient(
        create_app(hostile_site(HARMLESS, "https://news.test/a", operator_token=TOKEN)), follow_redirects=False
    ) as there:
        yield there


def wrong_with(page: str) -> list[str]:
    """What no page of ours has: something unseen, something that leads elsewhere than to the web, a line of another's."""
    read = Page(page)
    found = [fault for text in read.text for fault in unseen(text.replace("\n", " "))]
    found += [
        f"leads to {each[:80]}"
        for each in read.leads
        if not re.match(r"(https?:/)?/(?!/)|#|\?|data:image/svg\+xml,%3Csvg", each)
    ]
    return found


@pytest.mark.parametrize(
    "path", ["/", "/changes/{key}", "/authorities", "/authorities/E08000035", "/map", "/trends", "/sources"]
)
def test_every_page_has_its_templates_elements_and_no_others(
    site: Site, client: TestClient, harmless: TestClient, path: str
) -> None:
    address = path.format(key=key_of_all(site))
    page = client.get(address, headers=HTML).text
    assert Page(page).found <= Page(harmless.get(address, headers=HTML).text).found
    assert wrong_with(page) == []


def test_every_sentence_stands_on_its_page_letter_by_letter(site: Site, client: TestClient) -> None:
    page = Page(client.get(f"/changes/{key_of_all(site)}").text)
    assert page.quotes == [said for text in reversed(TEXTS) if (said := quoted(text))]
    for each in site.record.current().inspections[:20]:
        read = Page(client.get(f"/changes/{each.key}").text)
        assert read.quotes == [
            said for att in each.attestations for said in [quoted(next(iter(att.evidence.values())))] if said
        ]


def pages_of(client: TestClient, path: str) -> Iterator[Any]:
    """An answer, and those that follow it."""
    following = path
    while following:
        answer = client.get(following)
        assert answer.status_code == 200
        yield answer
        link = re.search(r'<([^>]+)>; rel="next"', answer.headers.get("link", ""))
        found = re.search(r'rel="next"[^>]* href="([^"]+)"|"next_url": "([^"]+)"', answer.text)
        following = link[1] if link else (found[1] or found[2]).replace("&amp;", "&") if found else ""


@pytest.mark.parametrize("form", ["atom", "rss", "json"])
def test_every_feed_is_read_with_the_same_entries(client: TestClient, harmless: TestClient, form: str) -> None:
    def entries(there: TestClient) -> list[tuple[str, str, str]]:
        found = []
        for answer in pages_of(there, f"/feeds/changes.{form}?limit=100"):
            if form == "json":
                items = json.loads(answer.content)["items"]
                found += [(each["id"], each["url"], each["title"]) for each in items]
                assert not [fault for each in items for fault in unseen(each["content_text"].replace("\n", ""))]
                continue
            ET.fromstring(answer.content)
            read = feedparser.parse(answer.content, response_headers={"content-type": answer.headers["content-type"]})
            assert not read.bozo, read.bozo_exception
            found += [(each.id, each.link, each.title) for each in read.entries]
            for each in read.entries:
                summary = each.get("summary") or each.content[0].value
                assert {tag for tag, _ in Page(summary).found} <= {"p", "ul", "li", "div"}
                assert not unseen(summary.replace("\n", ""))
        return found

    assert entries(client) == entries(harmless)


def test_every_calendar_is_read_with_the_same_events(client: TestClient, harmless: TestClient) -> None:
    def events(there: TestClient) -> list[tuple[str, ...]]:
        found = []
        for answer in (there.get("/feeds/publications.ics?limit=100"), there.get("/feeds/forecast.ics")):
            assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
            assert not re.search(rb"(?<!\r)\n|\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f]", answer.content)
            read = Calendar.from_ical(answer.content)
            assert not read.errors
            assert not any(each.errors for each in read.walk())
            found += [(each.name, str(each.get("UID")), *map(str, each.keys())) for each in read.walk()]
        return found

    assert events(client) == events(harmless)


#: A cell that a spreadsheet would take for a formula: as it is, and after what some leave away when they read it.
_FORMULA = re.compile(r"^[\s'\"]*(?<!')[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\u207a]")


@pytest.mark.parametrize(
    "path", ["/changes.csv", "/authorities.csv", "/forecast.csv", "/trends/flows.csv", *(f"/api/v1/{each}?format=csv" for each in ("changes", "authorities", "inspections", "sources", "forecast"))]
)  # fmt: skip
def test_no_cell_is_a_formula_and_no_line_another(client: TestClient, harmless: TestClient, path: str) -> None:
    def table(there: TestClient) -> list[list[str]]:
        return [
            row
            for answer in pages_of(there, path)
            for row in csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), strict=True)
        ]

    found, usual = table(client), table(harmless)
    assert [len(row) for row in found] == [len(row) for row in usual]
    cells = [cell for row in found for cell in row]
    assert [cell for cell in cells if cell[:1] in set("=+-@\t\r\n")] == []
    assert [cell for cell in cells if _FORMULA.search(cell) and not cell.startswith("'")] == []
    assert [fault for cell in cells for fault in unseen(cell)] == []


@pytest.mark.parametrize(
    "path", ["/api/v1/changes", "/api/v1/inspections", "/api/v1/sources", "/api/v1/authorities", "/openapi.json"]
)
def test_data_is_data_of_the_same_form(client: TestClient, harmless: TestClient, path: str) -> None:
    def shape(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: shape(each) for name, each in value.items() if name not in {"url", "outlets"}}
        if isinstance(value, list):
            return sorted({json.dumps(shape(each)) for each in value})
        return type(value).__name__

    for answer, usual in zip(pages_of(client, path), pages_of(harmless, path), strict=True):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert shape(answer.json()) == shape(usual.json())
        assert not unseen(answer.text)


@pytest.mark.parametrize("path", ["/map.svg", "/trends/ratings.svg", "/trends/flows.svg"])
def test_pictures_have_nothing_of_it(client: TestClient, harmless: TestClient, path: str) -> None:
    drawn, usual = client.get(path).content, harmless.get(path).content
    assert {each.tag for each in ET.fromstring(drawn).iter()} == {each.tag for each in ET.fromstring(usual).iter()}
    assert b"alert(1)" not in drawn
    assert b"evil.test" not in drawn


_SAMPLE = re.compile(r'(?P<name>[a-z_]+)(?:\{(?:[a-z_]+="(?P<value>(?:[^"\\\n]|\\[\\"n])*)",?)*\})? (?P<number>-?[\d.e+-]+)')


def test_numbers_keep_their_names_and_one_line_each(client: TestClient) -> None:
    text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    samples = [line for line in text.split("\n") if line and not line.startswith("# ")]
    assert [line for line in samples if not _SAMPLE.fullmatch(line)] == []
    assert text.count("\nmonitor_ready ") == 1
    labels = {
        re.sub(r"\\(.)", lambda at: "\n" if at[1] == "n" else at[1], match["value"])
        for line in samples
        if (match := _SAMPLE.fullmatch(line)) and match["name"] == "monitor_source_failures"
    }
    assert len(labels) == len(set(map(storable, TEXTS)))


def test_every_template_escapes_by_itself() -> None:
    engine = environment()
    assert engine.autoescape is True
    for name in engine.list_templates():
        source = engine.loader.get_source(engine, name)[0] if engine.loader else ""
        assert set(re.findall(r"""(\w+|"|')\s*\|\s*safe\b""", source)) <= {"svg", "'"}, name  # charts; a text of ours
        assert "autoescape" not in source
