"""What holds for the whole site, whoever asks: who may change something, what looking does, who learns what, what is kept where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from monitor.messages.links import LinkAction, Links
from monitor.ports import StoreError
from monitor.store import SqlStore, open_store
from monitor.system import passwords
from monitor.web.app import create_app
from monitor.web.drop import drop_router
from monitor.web.routes import ROUTES
from monitor.web.routes.access import SESSION_COOKIE
from monitor.web.security import SECURITY_HEADERS
from monitor.web.self_service import SelfService
from monitor.web.sign_in import SignIn
from tests.builders import NOW, StoppedClock, subscription
from tests.store.test_delivery_admin import tell
from tests.store.test_review import record, unsure
from tests.web.fakes import RECORD, FakeRecord, TestClient, site_of
from tests.web.test_hostile_requests import Unlimited

BASE = "https://monitor.example"
LINKS = Links(base=BASE, key=b"k" * 32)
TOKEN = "a-token-of-many-letters"
HTML = {"Accept": "text/html"}
FOREIGN = ({"Origin": "https://evil.test"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"})


class Record(FakeRecord):
    """A store that can break."""

    broken: Exception | None = None

    def record_version(self) -> str:
        if self.broken is not None:
            raise self.broken
        return super().record_version()


@dataclass(kw_only=True)
class House:
    """The whole site with everything set up, one reader, and somebody who is signed in."""

    client: TestClient
    store: SqlStore
    record: Record
    clock: StoppedClock
    tokens: dict[str, str]  #: by what their addresses begin with
    message: str  #: id of one in the outbox

    def changed(self) -> list[tuple[object, ...]]:
        """Everything in the state."""
        with self.store.engine.connect() as connection:
            tables = [row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return [tuple(row) for table in sorted(tables) for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"')]

    def filled(self, path: str) -> str:
        """A route's path with what is there in its places."""
        path = path.replace("{token}", self.tokens.get(path.split("/")[1], "x"))
        for place, value in (("{key}", RECORD[2].key), ("{code}", "E08000035"), ("{id}", self.message), ("{name}", "letters")):
            path = path.replace(place, quote(value))
        return path

    def sign_in(self, client: TestClient) -> str:
        """Sign in with another browser, or this one; the session's secret."""
        form = re.findall(r'name="form_token" value="([^"]+)"', client.get("/operator/sign-in").text)[0]
        answer = client.post("/operator/sign-in", data={"account": "anna", "password": "right", "form_token": form})
        assert answer.status_code == 303
        return str(client.cookies.get(SESSION_COOKIE, domain="monitor.example"))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    clock, there = StoppedClock(NOW), Record(*RECORD)
    store = open_store(
        f"sqlite:///{tmp_path / 'm.db'}", subscriptions=lambda: (subscription("ann"),), links=LINKS, history=lambda _before: ()
    )
    sign_in = SignIn(
        logins={"anna": "right"}, is_password=lambda kept, said: kept == said, _by_visitor=Unlimited(), _by_account=Unlimited()
    )
    site = site_of(record=there, clock=clock, sign_in=sign_in, operator=store, public_url=BASE, metrics_token=TOKEN)
    pages = SelfService(store=store, links=LINKS, channel="mail", clock=clock, rate_limiter=Unlimited())
    app = create_app(site, pages.router(), drop_router({"letters": tmp_path / "letters"}, TOKEN))
    with TestClient(app, base_url=BASE, follow_redirects=False, raise_server_exceptions=False) as client:
        client.post("/subscribe", data={"to": "eve@reader.test"})
        (row,) = store.subscriber_rows(address="eve@reader.test")
        tell(store)
        record(store, unsure({"Derby": "overall good"}))
        message = next(each.id for each in store.deliveries() if each.recipient == "ann@reader.test")
        name = row.subscription.name
        tokens = {str(act): LINKS.token(act, name, row.nonce) for act in (LinkAction.CONFIRM, LinkAction.MANAGE)}
        tokens[str(LinkAction.UNSUBSCRIBE)] = LINKS.token(LinkAction.UNSUBSCRIBE, message)
        yield House(client=client, store=store, record=there, clock=clock, tokens=tokens, message=message)
    store.close()


# --- who may change something ---------------------------------------------------------------------------------------------


def test_no_route_takes_what_another_site_made_a_browser_send(house: House) -> None:
    house.sign_in(house.client)
    before, asked = house.changed(), 0
    for route in ROUTES:
        if "POST" not in route.methods or route.path.startswith("/drop/"):  # which takes a token and no cookie
            continue
        asked += 1
        for foreign in FOREIGN:
            answer = house.client.post(house.filled(route.path), headers=foreign, data={"do": "forget", "to": "a@b.test"})
            assert answer.status_code == 403, (route.path, foreign)
    assert asked >= 8
    assert house.changed() == before
    for shown in ({}, {"Authorization": "Bearer guessed"}, {"Authorization": f"Basic {TOKEN}"}):
        assert house.client.post("/drop/letters", content=b"x", headers=shown).status_code == 401


def test_looking_changes_nothing_whoever_looks(house: House) -> None:
    """A mail server's scanner, a preview, a prefetch: all of them open every link that they find."""
    house.sign_in(house.client)
    before = house.changed()
    for route in ROUTES:
        if "GET" in route.methods and not route.path.startswith(("/healthz", "/readyz", "/static/")):
            path = house.filled(route.path)
            for headers in (HTML, {"Sec-Purpose": "prefetch", "Sec-Fetch-Site": "cross-site"}):
                assert house.client.get(path, headers=headers).status_code in {200, 303, 401}, path
            for verb in ("PUT", "DELETE", "PATCH"):
                assert house.client.request(verb, path).status_code == 405, path
    assert house.changed() == before


def test_a_press_works_once_and_again_does_no_harm(house: House) -> None:
    for act in ("c", "u"):
        path = f"/{act}/{house.tokens[act]}"
        assert house.client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
        after = house.changed()
        answer = house.client.post(path, data={"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, house.changed()) == (200, after)
        assert "set-cookie" not in answer.headers


# --- who learns what ------------------------------------------------------------------------------------------------------


def test_every_address_gets_the_same_answer_however_well_it_is_known(house: House) -> None:
    store = house.store
    for who in ("confirmed", "ended", "left"):
        house.client.post("/subscribe", data={"to": f"{who}@reader.test"})
        (row,) = store.subscriber_rows(address=f"{who}@reader.test")
        store.confirm_subscription(row.subscription.name, now=NOW)
        if who != "confirmed":
            store.end_subscriptions([row.subscription.name], now=NOW)
    store.erase_address("left@reader.test", now=NOW)
    for later in (timedelta(), timedelta(days=2)):
        house.clock.forward(seconds=later.total_seconds())
        said = {
            (answer.status_code, answer.text, tuple(sorted(answer.headers.items())))
            for who in ("eve", "confirmed", "Confirmed+x", "ended", "left", "ann", "nobody")
            for answer in [house.client.post("/subscribe", data={"to": f"{who}@reader.test"})]
        }
        assert len(said) == 1


def test_a_link_that_is_not_good_gets_the_same_answer_whatever_is_wrong_with_it(house: House) -> None:
    name = house.tokens["m"].rpartition(".")[0]
    wrong = [f"{name}.{'A' * 27}", f"nobody.{'A' * 27}", name, f"{name}.", "x", house.tokens["c"], f"{house.tokens['m']}x"]
    for send in (house.client.get, house.client.post):
        assert len({(answer.status_code, answer.text) for each in wrong for answer in [send(f"/m/{each}")]}) == 1


def test_who_is_let_in_nowhere_learns_no_login_by_words_or_time(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def said(account: str) -> tuple[int, str]:
        form = re.findall(r'name="form_token" value="([^"]+)"', house.client.get("/operator/sign-in").text)[0]
        answer = house.client.post("/operator/sign-in", data={"account": account, "password": "x", "form_token": form})
        return answer.status_code, answer.text.replace(f'value="{account}"', "")

    assert said("anna") == said("berta") == said("")
    checked: list[str] = []
    hasher = type(passwords._hasher())
    verify = hasher.verify
    monkeypatch.setattr(hasher, "verify", lambda self, kept, given: checked.append(kept) or verify(self, kept, given))
    known = passwords.hash_password("right")
    for kept in (known, ""):
        assert not passwords.is_password(kept, "wrong")
    cost = {each.rpartition("$")[0].rpartition("$")[0] for each in checked}
    assert (len(checked), len(cost)) == (2, 1), "one check each, of the same memory and rounds"


# --- sessions -------------------------------------------------------------------------------------------------------------


def test_signing_out_ends_it_everywhere(house: House) -> None:
    first = house.sign_in(house.client)
    with TestClient(house.client.app, base_url=BASE, follow_redirects=False) as elsewhere:
        second = house.sign_in(elsewhere)
        assert first != second
        token = re.findall(r'name="form_token" value="([^"]+)"', house.client.get("/operator").text)[0]
        assert elsewhere.post("/operator/sign-out", data={"form_token": token}).status_code == 403, "the other one's form"
        assert house.client.post("/operator/sign-out", data={"form_token": token}).status_code == 303
        for secret in (first, second):
            elsewhere.cookies.set(SESSION_COOKIE, secret, domain="monitor.example", path="/operator")
            assert elsewhere.get("/operator").status_code == 401


# --- what is said with every answer ---------------------------------------------------------------------------------------


def test_errors_have_the_headers_of_every_page_and_are_kept_by_nobody(house: House) -> None:
    def answers() -> Iterator[tuple[int, str]]:
        yield from ((400, "/?region=Atlantis"), (401, "/metrics"), (404, "/nowhere"), (404, "/api/v1/authorities/x"))
        yield from ((405, "/operator/sign-out"), (400, "/api/v1/changes?limit=x"), (404, "/m/x.y"), (303, "/operator"))
        house.record.broken = StoreError("locked")
        yield from ((503, "/trends"), (503, "/api/v1/changes"), (503, "/feeds/changes.atom"))
        house.record.broken = RuntimeError("a fault with password=s3cret")
        yield from ((500, "/trends"), (500, "/api/v1/changes"), (500, "/feeds/changes.atom"))

    for status, path in answers():
        for headers in (HTML, {}):
            answer = house.client.get(path, headers=headers)
            assert answer.status_code == (401 if (path, headers) == ("/operator", {}) else status), path
            assert all(answer.headers[name] == value for name, value in SECURITY_HEADERS.items()), path
            assert answer.headers["cache-control"] == "no-store", path
            assert "s3cret" not in answer.text
            assert "Traceback" not in answer.text


def test_what_is_one_persons_is_kept_by_nobody(house: House) -> None:
    house.sign_in(house.client)
    paths = [f"/{act}/{token}" for act, token in house.tokens.items()]
    paths += [
        "/operator",
        "/operator/outbox",
        "/operator/review",
        f"/operator/outbox/{house.message}",
        "/subscribe",
        "/sources",
    ]
    for path in paths:
        answer = house.client.get(path, headers=HTML)
        assert (path, answer.status_code) == (path, 200)
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers
        assert 'name="robots" content="noindex"' in answer.text
    export = house.client.post(f"/m/{house.tokens['m']}", data={"do": "export"})
    assert export.headers["cache-control"] == "no-store"


def test_no_page_may_be_framed_and_no_form_leads_elsewhere(house: House) -> None:
    policy = house.client.get("/").headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert rules["form-action"] == rules["script-src"] == rules["style-src"] == "'self'"
    assert not re.search(r"unsafe|\*|https?:", policy)


def test_addresses_for_elsewhere_are_of_the_public_name_whatever_a_visitor_says(house: House) -> None:
    said = {
        "Host": "127.0.0.1:8321",
        "X-Forwarded-Host": "evil.test",
        "Forwarded": "host=evil.test",
        "X-Forwarded-Proto": "ftp",
    }
    for path in (
        "/feeds/changes.atom",
        "/feeds/changes.rss",
        "/feeds/changes.json",
        "/feeds/publications.ics",
        "/openapi.json",
    ):
        answer = house.client.get(path, headers=said)
        found = set(re.findall(r"https?://[\w.:-]+", answer.text)) - {
            "http://www.w3.org",
            "https://www.nationalarchives.gov.uk",
        }
        assert BASE in found, path
        assert not {each for each in found if "evil" in each or "127.0.0.1" in each}, path
