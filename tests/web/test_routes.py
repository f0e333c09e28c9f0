"""Every address of the site answers, says who may ask for it, and can be read without colour, sight, script or style."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from fastapi import APIRouter

from monitor.web.app import create_app
from monitor.web.charts.drawing import chart_style
from monitor.web.drop import drop_router
from monitor.web.routes import ROUTES, Access, access_of, walk
from monitor.web.security import SECURITY_HEADERS, answers_to
from monitor.web.sign_in import SignIn
from monitor.web.site import AnswerCache, Made
from monitor.web.static_files import static_files
from tests.builders import StoppedClock, official
from tests.web.fakes import NOW, RECORD, FakeRecord, TestClient, site_of

HTML = {"Accept": "text/html"}
TOKEN = "a-token-of-many-letters"
LEEDS = RECORD[2].key
SIGN_IN = SignIn(logins={"anna": "hash"}, is_password=lambda _hash, _said: False)
FILLED = {
    "{key}": LEEDS,
    "{code}": "E08000035",
    "{id}": "0" * 32,
    "{name}": static_files()["style.css"].address.rpartition("/")[2],
}


def filled(path: str) -> str:
    """A route's path with something that is there in its places."""
    for place, value in FILLED.items():
        path = path.replace(place, value)
    return path


PUBLIC = [filled(each.path) for each in ROUTES if each.endpoint and each.access is Access.PUBLIC and "GET" in each.methods]
PAGES = [
    *(path for path in PUBLIC if not re.search(r"\.\w+$|^/api/|^/static/", path)),
    f"{filled('/changes/{key}')}:leadership:inadequate",
]
DATA = [path for path in PUBLIC if path not in PAGES and not path.startswith("/static/")]


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(site_of(operator_token=TOKEN, sign_in=SIGN_IN)), follow_redirects=False) as there:
        yield there


# --- access ---------------------------------------------------------------------------------------------------------------


def test_of_every_route_the_table_says_who_may_ask_for_it() -> None:
    app = create_app(site_of(), drop_router({}, TOKEN))
    found = {(route.path, access_of(route)) for route in walk(app.routes)}  # type: ignore[attr-defined]
    assert {access for _, access in found} == {Access.PUBLIC, Access.TOKEN, Access.OPERATOR}
    assert ("/drop/{name}", Access.TOKEN) in found


def test_a_route_that_is_in_no_table_is_refused() -> None:
    router = APIRouter()
    router.add_api_route("/new", lambda: "", methods=["GET"])
    with pytest.raises(ValueError, match=r"/new \(GET\): the table does not say"):
        create_app(site_of(), router)
    router = APIRouter()
    router.add_api_route("/authorities", lambda: "", methods=["DELETE"])
    with pytest.raises(ValueError, match="DELETE"):
        create_app(site_of(), router)


@pytest.mark.parametrize(
    ("path", "method"),
    [(filled(each.path), method) for each in ROUTES if each.access is Access.OPERATOR for method in each.methods],
)
def test_what_is_the_operators_is_shown_to_nobody_else(client: TestClient, path: str, method: str) -> None:
    with TestClient(create_app(site_of(operator_token=TOKEN))) as without:
        assert without.request(method, path).status_code == 403, "nobody may, where no login is set up"
    for given in ({}, {"Authorization": f"Bearer {TOKEN}"}, {"Cookie": "operator=nonsense"}, {"Cookie": "operator="}):
        assert client.request(method, path, headers=given).status_code == 401
        answer = client.request(method, path, headers={**given, **HTML})
        assert (answer.status_code, answer.headers["location"]) == (303, "/operator/sign-in")


def test_whatever_changes_something_is_asked_for_from_our_own_pages(client: TestClient) -> None:
    for each in ROUTES:
        if each.endpoint and "POST" in each.methods:
            for said in ({"Origin": "https://evil.test"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
                assert client.post(filled(each.path), headers=said).status_code == 403


def test_numbers_are_for_whoever_has_the_token(client: TestClient) -> None:
    assert client.get("/metrics").status_code == 401
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert "monitor_ready 1\n" in answer.text
    assert 'monitor_source_failures{source="<b>evil</b>"} 3\n' in answer.text


# --- answers --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*PAGES, *DATA, filled("/static/{name}")])
def test_every_address_answers(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 200, answer.text
    assert answer.content
    head = client.head(path, headers=HTML)
    assert (head.status_code, head.content) == (200, b"")
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers[name] == value
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


class Names(HTMLParser):
    """What a page has, for a reader who does not see it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.in_pictures = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.in_pictures += tag == "svg"
        if tag != "title" or not self.in_pictures:  # in a picture everything may have one
            self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.in_pictures -= tag == "svg"

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        """The attributes of every element of these names."""
        return [attributes for tag, attributes in self.tags if tag in tags]


@pytest.mark.parametrize("path", [*PAGES, "/nowhere", "/?region=Atlantis"])
def test_pages_have_names_and_nothing_inline(client: TestClient, path: str) -> None:
    page = Names(client.get(path, headers=HTML).text)
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("title")) == 1
    assert page.all("style") == []
    assert all("src" in each for each in page.all("script"))
    assert not any(name.startswith("on") or name == "style" for _, attributes in page.tags for name in attributes)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert len(page.all("caption")) == len(page.all("table"))
    assert all(each.get("scope") for each in page.all("th"))
    labelled = {each.get("for") for each in page.all("label")}
    asked = [each for each in page.all("input", "select") if each.get("type") != "hidden"]
    assert all(each.get("id") in labelled for each in asked)
    for each in (attributes for _, attributes in page.tags if attributes.get("tabindex") == "0"):
        assert each.get("aria-label") or each.get("aria-labelledby") in ids


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/changes/no-such-key", 404),
        ("/authorities/E99999999", 404),
        ("/authorities/%20", 404),
        ("/static/style.css", 404),
        ("/api/v1/authorities/none", 404),
        ("/?region=Atlantis", 400),
        ("/map?date=1999-01-01", 400),
        ("/trends?area=sums", 400),
        ("/api/v1/changes?limit=0", 400),
        ("/feeds/changes.atom?kind=better", 400),
    ],
)
def test_what_is_not_there_or_not_understood(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == status
    data = path.startswith(("/api/", "/feeds/"))
    assert answer.headers["content-type"].startswith("application/problem+json" if data else "text/html")
    assert client.post(path.partition("?")[0]).status_code == 405


def test_an_error_names_the_parameter_and_what_is_allowed(client: TestClient) -> None:
    said = client.get("/api/v1/changes?region=North-Wst&regoin=x").json()["errors"]
    assert {each["parameter"] for each in said} == {"region", "regoin"}
    words = {each["parameter"]: each["message"] for each in said}
    assert "did you mean North West? Allowed: East Midlands" in words["region"]
    assert "did you mean region?" in words["regoin"]
    assert "did you mean North West" in client.get("/?region=North-Wst", headers=HTML).text


def test_other_codes_of_an_authority_lead_to_its_own_address(client: TestClient) -> None:
    answer = client.get("/authorities/383")
    assert (answer.status_code, answer.headers["location"]) == (308, "/authorities/E08000035")


# --- what is kept ---------------------------------------------------------------------------------------------------------


def test_an_unchanged_record_is_read_once_and_sent_once() -> None:
    record, clock = FakeRecord(*RECORD), StoppedClock(NOW)
    with TestClient(create_app(site_of(record=record, clock=clock))) as there:
        first = there.get("/authorities")
        assert first.headers["cache-control"] == "no-cache"
        again = there.get("/authorities", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content, record.asked) == (304, b"", 1)
        assert there.get("/authorities").content == first.content
        record.becomes(*RECORD, official("Leeds", "leadership outstanding", published=NOW.date()))
        changed = there.get("/authorities", headers={"If-None-Match": first.headers["etag"]})
        assert (changed.status_code, record.asked) == (200, 2)
        assert "Outstanding" in changed.text
        assert "Outstanding" in there.get("/").text
        clock.forward(days=1)
        assert there.get("/authorities", headers={"If-None-Match": changed.headers["etag"]}).status_code == 200


def test_an_answer_is_made_once_also_for_who_asks_while_it_is_put_away(monkeypatch: pytest.MonkeyPatch) -> None:
    cache, keep = AnswerCache(), AnswerCache._keep
    made: list[str] = []
    other = threading.Thread(target=lambda: cache.get(("page",), lambda: answer("other")))

    def answer(who: str) -> Made:
        made.append(who)
        return Made(body=b"")

    def meanwhile(*given: Any) -> None:
        if not other.ident:
            other.start()
            other.join(0.2)
        keep(*given)

    monkeypatch.setattr(AnswerCache, "_keep", meanwhile)
    cache.get(("page",), lambda: answer("first"))
    other.join(10)
    assert made == ["first"]


def test_answers_made_of_an_earlier_record_hold_no_memory() -> None:
    record = FakeRecord(*RECORD)
    site = site_of(record=record)
    with TestClient(create_app(site)) as there:
        for path in ("/", "/authorities", "/authorities.csv"):
            there.get(path)
        assert len(site.answers._held) == 3
        record.becomes(*RECORD, official("Leeds", "leadership outstanding", published=NOW.date()))
        there.get("/authorities")
        there.get("/authorities")
        assert len(site.answers._held) == 1
        assert site.answers._size == sum(len(made.body) + len(made.zipped) for made in site.answers._held.values())


def test_an_answer_that_is_held_is_given_without_asking_the_store_for_a_moment() -> None:
    record, clock = FakeRecord(*RECORD), StoppedClock(NOW)
    with TestClient(create_app(site_of(record=record, clock=clock, fresh_for=3600))) as there:
        first = there.get("/authorities")
        record.record_version = lambda: 1 / 0  # type: ignore[assignment, method-assign, return-value]
        again = there.get("/authorities")
        assert (again.content, again.headers) == (first.content, first.headers)
        assert again.headers["content-security-policy"]
        assert there.get("/authorities", headers={"If-None-Match": first.headers["etag"]}).status_code == 304
        for other in ("/authorities?region=London", "/trends"):
            with pytest.raises(ZeroDivisionError):
                there.get(other)
        clock.forward(days=1)
        with pytest.raises(ZeroDivisionError):
            there.get("/authorities")


def test_answers_are_compressed_for_who_can_read_that(client: TestClient) -> None:
    plain = client.get("/authorities", headers={"Accept-Encoding": "identity"})
    short = client.get("/authorities", headers={"Accept-Encoding": "gzip"})
    assert short.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert short.content == plain.content
    assert int(short.headers["content-length"]) < len(plain.content)
    assert plain.headers["vary"] == "Accept-Encoding"


def test_the_style_of_charts_is_a_file(client: TestClient) -> None:
    answer = client.get(static_files()["charts.css"].address)
    assert answer.headers["content-type"].startswith("text/css")
    assert answer.text == chart_style()


def test_static_files_are_kept_for_good_and_others_checked(client: TestClient) -> None:
    page = client.get("/").text
    address = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)[0]
    assert "immutable" in client.get(address).headers["cache-control"]
    assert client.get("/sources").headers["cache-control"] == "no-store"


# --- names ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("monitor.council.example", 200),
        ("MONITOR.council.example:443", 200),
        ("localhost:8321", 200),
        ("monitor.internal", 200),
        ("127.0.0.1:8321", 200),
        ("[::1]:8321", 200),
        ("127.0.0.1:", 200),
        ("127.0.0.1:evil.test", 421),
        ('127.0.0.1:80"><script>', 421),
        ("127.0.0.1/evil.test", 421),
        ("127.0.0.1?x", 421),
        ("evil.test", 421),
        ("monitor.council.example.evil.test", 421),
        ("monitor.council.example@evil.test", 421),
        ("", 421),
    ],
)
def test_the_site_answers_to_its_own_names_alone(host: str, status: int) -> None:
    site = site_of(names=answers_to("https://monitor.council.example/", "0.0.0.0", ("monitor.internal",)))
    with TestClient(create_app(site)) as there:
        assert there.get("/about", headers={"Host": host}).status_code == status


def test_below_a_path_every_link_stays_there() -> None:
    with TestClient(create_app(site_of(public_url="https://council.example/ofsted/", sign_in=SIGN_IN))) as there:
        for path in PAGES:
            links = Names(there.get(path).text).all("a", "link", "form")
            own = [address for each in links if (address := each.get("href") or each.get("action") or "").startswith("/")]
            assert own
            assert all(address.startswith("/ofsted/") for address in own)
        assert "https://council.example/ofsted/changes/" in there.get("/feeds/changes.atom").text


def test_the_document_of_the_api_has_every_address_of_it(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert set(document["paths"]) == {each.path for each in ROUTES if each.path.startswith("/api/")}
    assert all(set(methods) == {"get"} for methods in document["paths"].values())
    named = {each["name"] for each in document["paths"]["/api/v1/changes"]["get"]["parameters"]}
    assert {"authority", "after", "from"} <= named
    assert json.loads(json.dumps(document)) == document


def test_under_a_foreign_name_the_page_that_says_so_is_styled_and_leads_on() -> None:
    url = "https://council.example/ofsted/"
    with TestClient(create_app(site_of(names=frozenset({"council.example"}), public_url=url))) as there:
        page = there.get("/map", headers={"Host": "evil.test"})
        assert page.status_code == 421
        assert f'href="{url}"' in page.text
        style = there.get(filled("/static/{name}"), headers={"Host": "evil.test"})
        assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")


def test_an_empty_parameter_says_nothing_as_the_document_has_it(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    for path, methods in document["paths"].items():
        empty = [each["name"] for each in methods["get"]["parameters"] if each.get("allowEmptyValue")]
        whole = client.get(filled(path))
        said = client.get(f"{filled(path)}?{'&'.join(f'{name}=' for name in empty)}")
        assert (path, said.status_code, said.json()) == (path, 200, whole.json())
