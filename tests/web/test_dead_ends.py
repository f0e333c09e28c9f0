"""Where there is no answer it is said why, what was meant in all likelihood, and where to go from there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest

from monitor.web.app import create_app
from tests.web.fakes import RECORD, TestClient, site_of

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(site_of()), follow_redirects=False) as there:
        yield there


def refused(client: TestClient, path: str, status: int) -> tuple[str, dict[str, str]]:
    """The page of an address that is refused, as text, and its links by what they say; each of them leads somewhere."""
    answer = client.get(path, headers=HTML)
    assert answer.status_code == status
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    links = {words: unescape(address) for address, words in re.findall(r'<a href="([^"]+)">([^<]+)</a>', main)}
    for address in links.values():
        assert client.get(address, headers=HTML).status_code in {200, 308}, address
    return unescape(main), {unescape(words): address for words, address in links.items()}


@pytest.mark.parametrize(
    ("asked", "words", "meant"),
    [
        ("/?authority=Ledes", "Did you mean Leeds?", "/?authority=Leeds"),
        ("/?authority=Ledes&kind=into_inadequate", "Did you mean Leeds?", "/?authority=Leeds&kind=into_inadequate"),
        ("/?authority=Kent&authority=Ledes", "Did you mean Leeds?", "/?authority=Kent&authority=Leeds"),
        ("/?kind=into_inadquate&region=+", "Did you mean into inadequate?", "/?kind=into_inadequate"),
        ("/?regoin=London", "Did you mean London?", "/?region=London"),
        ("/?authority=Ledes&region=Lodnon", "Did you mean Leeds, London?", "/?authority=Leeds&region=London"),
        ("/authorities?region=north+wst&q=b", "Did you mean North West?", "/authorities?region=North+West&q=b"),
        ("/authorities?sort=-leadershp", "Did you mean leadership?", "/authorities?sort=leadership"),
        ("/map?area=leaders&utm_source=x", "Did you mean leadership?", "/map?area=leadership"),
        ("/trends?region=Lodnon", "Did you mean London?", "/trends?region=London"),
        ("/forecast?sort=counsil", "Did you mean council?", "/forecast?sort=council"),
    ],
)
def test_what_was_meant_is_one_press_away(client: TestClient, asked: str, words: str, meant: str) -> None:
    _, links = refused(client, asked, 400)
    assert links[words] == meant
    assert links["Without any filter"] == asked.partition("?")[0]


@pytest.mark.parametrize(
    "asked",
    [
        "/?authority=Xyzzyx",
        "/?authority=Ledes&from=yesterday",
        "/?authority=Ledes&authority=Xyzzyx",
        "/map?date=1999-01-01",
        "/?authority=West+Surrey",
    ],
)
def test_nothing_is_guessed_where_something_stays_wrong(client: TestClient, asked: str) -> None:
    text, links = refused(client, asked, 400)
    assert list(links) == ["Without any filter"]
    assert "Allowed: " in text


def test_programs_get_what_was_meant_as_a_value(client: TestClient) -> None:
    for path in ("/api/v1/changes", "/feeds/changes.atom", "/changes.csv"):
        answer = client.get(f"{path}?authority=Ledes&from=never")
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
        said = {each["parameter"]: each for each in answer.json()["errors"]}
        assert said["authority"]["meant"] == "Leeds"
        assert "did you mean 'Leeds'?" in said["authority"]["message"]
        assert "meant" not in said["from"]


def test_a_change_that_is_not_known_leads_to_its_council(client: TestClient) -> None:
    text, links = refused(client, f"/changes/{RECORD[2].authority.urn}:2019-01-01", 404)
    assert "No change has this address" in text
    assert links["All inspections and changes of Leeds"] == "/authorities/E08000035"
    assert list(refused(client, "/changes/nonsense", 404)[1]) == ["Latest changes", "Find a council"]


@pytest.mark.parametrize("name", ["leeds", "Leeds-City-Council", "leedz"])
def test_a_council_by_its_name_is_one_press_away(client: TestClient, name: str) -> None:
    assert refused(client, f"/authorities/{name}", 404)[1]["Leeds"] == "/authorities/E08000035"


@pytest.mark.parametrize(
    ("code", "offered"),
    [("West-Surrey", ["Surrey"]), ("East Surrey", ["Surrey"]), ("E06000028", []), ("12", []), ("E0800003", [])],
)
def test_no_council_is_offered_for_looking_like_one_that_is_to_come_or_a_code(
    client: TestClient, code: str, offered: list[str]
) -> None:
    assert list(refused(client, f"/authorities/{code}", 404)[1]) == [*offered, "All councils"]
    there = client.get(f"/authorities?q={code.replace('-', ' ')}").text.partition("No authority fits.")[2].partition("</p>")[0]
    assert re.findall(r"<a [^>]*>(.*?)</a>", there)[: len(offered) or None] == offered or not offered


def test_an_address_of_nothing_leads_on_and_shows_nothing_as_it_came(client: TestClient) -> None:
    assert list(refused(client, "/authorities/%3Cscript%3E", 404)[1]) == ["All councils"]
    assert list(refused(client, "/nowhere", 404)[1]) == ["Latest changes", "Find a council"]
    hostile = client.get("/?authority=<script>alert(1)</script>Leeds", headers=HTML)
    assert "<script>alert" not in hostile.text


def test_without_mail_there_are_feeds_and_the_operator_is_told_how(client: TestClient) -> None:
    text, links = refused(client, "/subscribe", 404)
    assert {"/feeds/changes.atom", "/feeds/publications.ics", "/"} <= set(links.values())
    for words in ('self_service = "mail"', "public_url = ", "monitor check"):
        assert words in text.partition("If you run this monitor")[2]


@pytest.mark.parametrize("path", ["/operator", "/operator/sign-in"])
def test_without_a_login_the_operator_is_told_how(client: TestClient, path: str) -> None:
    text, links = refused(client, path, 403)
    assert "/sources" in links.values()
    for words in ("monitor operator-password", "[operator]", "monitor review"):
        assert words in text.partition("If you run this monitor")[2]
    assert "nothing was done" in client.post("/operator/sign-in", headers=HTML).text
