"""The API keeps to its own document, whatever it is asked; and what it gives as a table is what it gives as JSON."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode, urlsplit

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.domain.history import history
from monitor.ports import StoreError
from monitor.web.app import create_app
from monitor.web.open_data import REQUESTS, Windows
from monitor.web.openapi import OPERATIONS, document
from monitor.web.queries.change_filter import PARAMETERS
from monitor.web.resources import RESOURCES
from tests.builders import official
from tests.conftest import ROOT
from tests.web.fakes import RECORD, FakeRecord, TestClient, site_of

PATHS = [each.path for each in OPERATIONS]
DOCUMENT = json.loads(json.dumps(document("")))


@pytest.fixture(autouse=True)
def _no_bounds(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "bounded" not in request.node.name:
        monkeypatch.setattr("monitor.web.open_data.Windows.count", lambda self, who: (1, 1.0))


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """The API on the whole shipped record."""
    with TestClient(create_app(site_of(record=FakeRecord(*history()))), follow_redirects=False) as there:
        yield there


@lru_cache
def validator(path: str, status: str, media_type: str) -> jsonschema.Draft202012Validator:
    """Of what the document says of an answer."""
    said = DOCUMENT["paths"][path]["get"]["responses"][status]["content"][media_type]["schema"]
    return jsonschema.Draft202012Validator({**said, "components": DOCUMENT["components"]})


def checked(path: str, answer: Any) -> None:
    """An answer is one of those that the document knows of its address."""
    status, kind = str(answer.status_code), answer.headers.get("content-type", "").partition(";")[0]
    assert status in DOCUMENT["paths"][path]["get"]["responses"], answer.text
    assert kind in DOCUMENT["paths"][path]["get"]["responses"][status]["content"]
    if kind != "text/csv":
        validator(path, status, kind).validate(answer.json())


def asked(path: str) -> str:
    return path.replace("{code}", "E08000035")


# --- its document ---------------------------------------------------------------------------------------------------------


def test_every_schema_of_the_document_is_one() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    assert {each.name for each in RESOURCES} < set(DOCUMENT["components"]["schemas"])


@pytest.mark.parametrize("path", PATHS)
def test_answers_are_as_the_document_has_them(client: TestClient, path: str) -> None:
    for query in ("", "?format=csv", "?format=xml"):
        checked(path, client.get(asked(path) + query))
    checked(path, client.get(asked(path), headers={"Accept": "text/html"}))


def test_every_example_of_the_document_is_understood(client: TestClient) -> None:
    for path in PATHS:
        for each in DOCUMENT["paths"][path]["get"]["parameters"]:
            if "example" in each:
                answer = client.get(f"{path}?{urlencode({each['name']: each['example']}, doseq=True)}")
                assert answer.status_code == 200, answer.text


NAMES = st.sampled_from([row.name for row in PARAMETERS] + ["format"]) | st.text(max_size=8)
GOOD = [row.example for row in PARAMETERS] + [value for row in PARAMETERS for value in row.allowed] + ["csv", "json", "Leeds"]
VALUES = st.sampled_from(GOOD) | st.text(max_size=20) | st.integers().map(str) | st.dates().map(str)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(PATHS), code=st.text(min_size=1, max_size=12), query=st.lists(st.tuples(NAMES, VALUES), max_size=4))
def test_whatever_is_asked_is_answered_as_documented(
    client: TestClient, path: str, code: str, query: list[tuple[str, str]]
) -> None:
    place = urlencode({"": code}, errors="surrogatepass")[1:].replace("+", "%20")
    given_ = urlencode([(name, value) for name, value in query], errors="surrogatepass")
    if place.strip(".") and "%2F" not in place:
        checked(path, client.get(f"{path.replace('{code}', place)}?{given_}"))


# --- what it gives --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["changes", "inspections"])
@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_parts_of_a_list_are_the_whole_of_it(client: TestClient, what: str, order: str) -> None:
    address, found, days = f"/api/v1/{what}?limit=499&order={order}&from=2018-01-01", [], []
    while address:
        answer = client.get(address)
        part = answer.json()
        found += [each["key"] for each in part[what]]
        days += [each["published"] for each in part[what]]
        following = part["next"]
        said = answer.headers.get("link", "")
        assert said == (f'<http://testserver{following}>; rel="next"' if following else "")
        address = following
    assert len(found) == len(set(found)) == part["total"] > 100
    assert days == sorted(days, reverse=order == "newest")


def test_who_keeps_the_last_key_misses_nothing() -> None:
    record = FakeRecord(*RECORD[:2])
    with TestClient(create_app(site_of(record=record))) as there:
        for what in ("changes", "inspections"):
            record.becomes(*RECORD[:2])
            seen = there.get(f"/api/v1/{what}?order=oldest").json()[what]
            late = official("Bury", "overall good", published=RECORD[2].published)
            record.becomes(*RECORD, late)
            new = there.get(f"/api/v1/{what}?order=oldest&after={seen[-1]['key']}").json()[what]
            assert {each["authority"]["name"] for each in new} == {"Leeds", "Bury"}


@pytest.mark.parametrize("path", [asked(path) for path in PATHS])
def test_a_table_says_what_the_json_says(client: TestClient, path: str) -> None:
    facts = client.get(path).json()
    name = "inspections" if "inspections" in facts else next(key for key, value in facts.items() if isinstance(value, list))
    answer = client.get(path, headers={"Accept": "text/csv, application/json;q=0.5"})
    assert answer.content == client.get(f"{path}?format=csv").content
    assert answer.headers["content-disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == len(facts[name])
    for row, each in zip(rows, facts[name], strict=True):
        assert row.get("key") == each.get("key")
        who = each.get("authority", each)
        assert row.get("authority_gss_code", row.get("gss_code")) == who.get("gss_code")


def test_json_and_tables_are_not_taken_for_each_other(client: TestClient) -> None:
    tags = set()
    for accept in ("application/json", "text/csv"):
        answer = client.get("/api/v1/changes", headers={"Accept": accept})
        assert answer.headers["content-type"].startswith(accept)
        assert "Accept" in answer.headers["vary"].split(", ")
        again = client.get("/api/v1/changes", headers={"Accept": accept, "If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        tags.add(answer.headers["etag"])
    assert len(tags) == 2


def test_what_an_address_does_not_know_is_refused_there(client: TestClient) -> None:
    said = client.get("/api/v1/authorities?kind=into_inadequate&nonsense=1")
    assert said.headers["content-type"] == "application/problem+json"
    assert {each["parameter"] for each in said.json()["errors"]} == {"kind", "nonsense"}
    only = client.get("/api/v1/forecast?region=North+East").json()["forecast"]
    assert {each["authority"]["region"] for each in only} == {"North East"}
    assert [each["name"] for each in client.get("/api/v1/authorities?authority=383").json()["authorities"]] == ["Leeds"]


@pytest.mark.parametrize("path", ["/api/v1/changes", "/feeds/changes.atom", "/changes.csv"])
def test_a_state_that_cannot_be_read_is_said_as_a_problem(path: str) -> None:
    class Broken(FakeRecord):
        def record_version(self) -> str:
            raise StoreError("locked")

    with TestClient(create_app(site_of(record=Broken()))) as there:
        answer = there.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert answer.json()["status"] == 503


# --- who may ask, and how often -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api/v1/changes", "/api/v1/authorities/none", "/feeds/changes.json", "/changes.csv"])
def test_data_may_be_read_by_pages_of_other_sites(client: TestClient, path: str) -> None:
    assert client.get(path).headers["access-control-allow-origin"] == "*"
    asked_first = {"Origin": "https://other.test", "Access-Control-Request-Method": "GET"}
    preflight = client.options(path, headers=asked_first)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-methods"] == "GET, HEAD"
    assert "If-None-Match" in preflight.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in preflight.headers


def test_pages_are_read_by_nobody_elses_pages(client: TestClient) -> None:
    for path in ("/", "/sources", "/subscribe", "/operator", "/apiary"):
        assert "access-control-allow-origin" not in client.get(path, headers={"Origin": "https://other.test"}).headers


def test_bounded_visitors_are_told_when_to_come_again() -> None:
    with TestClient(create_app(site_of())) as there:
        left = []
        for _ in range(REQUESTS):
            answer = there.get("/api/v1/authorities/383")
            assert answer.status_code == 200
            left += [int(number) for number in re.findall(r"r=(\d+)", answer.headers["ratelimit"])]
        assert left == list(range(REQUESTS - 1, -1, -1))
        refused = there.get("/api/v1/authorities/383")
        assert (refused.status_code, refused.headers["content-type"]) == (429, "application/problem+json")
        assert 0 < int(refused.headers["retry-after"]) <= 60
        assert refused.headers["access-control-allow-origin"] == "*"
        assert there.get("/").status_code == 200


def test_bounded_windows_end_and_visitors_are_forgotten() -> None:
    now = [0.0]
    windows = Windows(requests=2, seconds=10, clock=lambda: now[0])
    assert [windows.count("a")[0] for _ in range(4)] == [1, 0, -1, -1]
    assert windows.count("b") == (1, 10.0)
    now[0] = 10
    assert windows.count("a") == (1, 10.0)


# --- what is written of it ------------------------------------------------------------------------------------------------

EXAMPLES = re.findall(r"^curl .+$", (ROOT / "docs" / "api.md").read_text(), re.MULTILINE)


def test_there_is_an_example_for_every_address() -> None:
    shown = "\n".join(EXAMPLES)
    assert [path for path in PATHS if path.partition("{")[0] not in shown] == []


@pytest.mark.parametrize("line", EXAMPLES)
def test_the_examples_of_the_documentation_work(client: TestClient, line: str) -> None:
    words = shlex.split(line.partition(" | ")[0])[1:]
    headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
    parts = urlsplit(next(word for word in words if word.startswith("http")))
    answer = client.get(f"{parts.path}?{parts.query}", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.content
