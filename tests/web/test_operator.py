"""Who runs the monitor signs in, sees what waits, and decides: as the commands do, from forms of their own session alone."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.domain.review import ReviewState
from monitor.ports import DeliveryState, Outcome, Result
from monitor.settings.keys import logins
from monitor.store import SqlStore, open_store
from monitor.system.passwords import hash_password, is_password
from monitor.web.app import create_app
from monitor.web.routes.access import SESSION_COOKIE
from monitor.web.sign_in import MAX_IDLE, MAX_SESSION, SignIn
from tests.builders import NOW, StoppedClock, subscription
from tests.store.test_delivery_admin import tell
from tests.store.test_review import record, unsure
from tests.web.fakes import TestClient, site_of

PASSWORD = "a password of many letters"
BASE = "https://monitor.example"
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(NOW)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(
        f"sqlite:///{tmp_path / 'm.db'}", subscriptions=lambda: (subscription("ann"),), history=lambda _before: ()
    )
    yield opened
    opened.close()


@pytest.fixture
def sign_in() -> SignIn:
    """One account; what is compared is the word itself, since a real hash takes its time."""
    return SignIn(logins={"Anna": PASSWORD, "ben": "another"}, is_password=lambda kept, said: kept == said, is_secure=True)


@pytest.fixture
def client(store: SqlStore, clock: StoppedClock, sign_in: SignIn) -> Iterator[TestClient]:
    site = site_of(clock=clock, sign_in=sign_in, operator=store, public_url=BASE, if_accepted=lambda _item: ("Kent: moves",))
    with TestClient(create_app(site), base_url=BASE, follow_redirects=False) as there:
        yield there


def token_in(page: str) -> str:
    return re.findall(r'name="form_token" value="([^"]+)"', page)[0]


def enter(client: TestClient, account: str = "anna", password: str = PASSWORD) -> int:
    """Fill in the form; how that was answered."""
    token = token_in(client.get("/operator/sign-in").text)
    form = {"account": account, "password": password, "form_token": token}
    return client.post("/operator/sign-in", data=form).status_code


def act(client: TestClient, path: str, **fields: str | list[str]) -> str:
    """Press a button of a page; the page that answers."""
    token = token_in(client.get(path).text)
    answer = client.post(path, data={**fields, "form_token": token})
    assert answer.status_code == 200
    return answer.text


# --- signing in -----------------------------------------------------------------------------------------------------------


def test_a_password_is_known_by_its_hash_and_no_other_is() -> None:
    hashed = hash_password(PASSWORD)
    assert logins([f"anna: {hashed}"]) == {"anna": hashed} == logins(f"anna:{hashed};")
    assert is_password(hashed, PASSWORD)
    assert not any(is_password(kept, said) for kept, said in ((hashed, "wrong"), ("", PASSWORD), ("", ""), ("nonsense", "x")))
    assert hashed != hash_password(PASSWORD), "each has a salt of its own"


@pytest.mark.parametrize(
    "written",
    [
        "anna",
        "anna: secret",
        ": $argon2id$",
        {"anna": "x"},
        ["anna: $argon2id$v=19$m=99999999,t=2,p=1$c2FsdHNhbHRzYWx0$" + "a" * 43],
    ],
)
def test_what_is_no_hash_is_refused_and_not_repeated(written: object) -> None:
    with pytest.raises(ValueError, match=r"expected a list|name of its own|no password hash|too much memory") as refused:
        logins(written)
    assert "secret" not in str(refused.value)


def test_a_session_begins_with_the_right_password_alone_and_its_cookie_is_for_nobody_else(client: TestClient) -> None:
    assert client.get("/operator", headers={"Accept": "text/html"}).headers["location"] == "/operator/sign-in"
    assert enter(client, password="wrong") == 401
    assert enter(client, account="nobody") == 401
    assert client.get("/operator").status_code == 401
    token = token_in(client.get("/operator/sign-in").text)
    form = {"account": " ANNA ", "password": PASSWORD, "form_token": token}
    cookies = client.post("/operator/sign-in", data=form).headers.get_list("set-cookie")
    (said,) = (each for each in cookies if each.startswith(f"{SESSION_COOKIE}=") and "Max-Age=0" not in each)
    for part in ("HttpOnly", "SameSite=strict", "Secure", "Path=/operator", f"Max-Age={int(MAX_SESSION.total_seconds())}"):
        assert part in said
    page = client.get("/operator")
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert "1 in force" in page.text or "0 in force" in page.text
    assert client.get("/operator/sign-in").headers["location"] == "/operator"


def test_a_session_is_another_one_after_each_sign_in_and_ends_when_it_is_ended(client: TestClient) -> None:
    client.cookies.set(SESSION_COOKIE, "planted", domain="monitor.example", path="/operator")
    assert enter(client) == 303
    first = client.cookies.get(SESSION_COOKIE, domain="monitor.example") or ""
    assert first != "planted"
    assert client.post("/operator/sign-out", data={"form_token": "guessed"}).status_code == 403
    out = client.post("/operator/sign-out", data={"form_token": token_in(client.get("/operator").text)})
    assert (out.status_code, out.headers["location"]) == (303, "/operator/sign-in")
    client.cookies.set(SESSION_COOKIE, first, domain="monitor.example", path="/operator")
    assert client.get("/operator").status_code == 401


@pytest.mark.parametrize(("step", "asked"), [(MAX_IDLE, 1), (timedelta(hours=1, minutes=59), 7)])
def test_a_session_ends_by_itself(client: TestClient, clock: StoppedClock, step: timedelta, asked: int) -> None:
    assert enter(client) == 303
    answers = []
    for _ in range(asked):
        clock.forward(seconds=step.total_seconds())
        answers.append(client.get("/operator").status_code)
    assert answers == [200] * (asked - 1) + [401]


def test_whoever_guesses_is_stopped_by_address_and_by_account(clock: StoppedClock, sign_in: SignIn) -> None:
    site = site_of(clock=clock, sign_in=sign_in, public_url=BASE)
    app = create_app(site)

    def tries(host: str, account: str) -> list[int]:
        with TestClient(app, base_url=BASE, follow_redirects=False, client=(host, 1)) as there:
            return [enter(there, account=account, password="guess") for _ in range(5)]

    assert tries("192.0.2.1", "anna") == [401, 401, 401, 401, 429]
    assert tries("192.0.2.1", "ben")[0] == 429, "one address, whatever the account"
    assert tries("2001:db8::1", "anna")[0] == 429, "one account, whatever the address"
    assert tries("2001:db8::2", "ben")[-1] == 429
    clock.forward(minutes=2)
    with TestClient(app, base_url=BASE, follow_redirects=False, client=("192.0.2.1", 1)) as there:
        assert enter(there) == 303


def test_the_sign_in_form_is_of_this_browser(client: TestClient) -> None:
    form = {"account": "anna", "password": PASSWORD, "form_token": "x" * 32}
    assert client.post("/operator/sign-in", data=form).status_code == 403
    assert client.post("/operator/sign-in", data=form | {"form_token": ""}).status_code == 403


# --- what is done ---------------------------------------------------------------------------------------------------------


def test_messages_are_released_retried_and_dropped_as_by_the_command(
    client: TestClient, store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    tell(store)
    (line,) = store.deliveries()
    (claimed,) = store.claim(owner="o", now=NOW, lease=60)
    store.settle(claimed, Outcome(result=Result.UNCERTAIN, reason="x"), now=NOW)
    enter(client)
    assert "In doubt" in client.get("/operator/outbox").text
    assert client.get(f"/operator/outbox/{line.id}").status_code == 200
    assert client.get("/operator/outbox/%25").status_code == 404
    assert "Nothing was ticked" in act(client, "/operator/outbox", do="drop")
    assert "could not be changed" in act(client, "/operator/outbox", do="release", id=[line.id])
    with caplog.at_level(logging.INFO, logger="monitor.web"):
        assert "1 message will be tried again" in act(client, "/operator/outbox", do="retry", id=[line.id])
    assert f"operator Anna: outbox retry {line.id}" in caplog.text
    assert store.deliveries()[0].state is DeliveryState.PENDING
    assert "1 message cancelled" in act(client, "/operator/outbox", do="drop", id=[line.id])
    assert store.deliveries()[0].state is DeliveryState.CANCELLED
    assert client.get("/operator/outbox?state=cancelled").text.count(f"Message {line.id[:10]}") == 1
    assert client.get("/operator/outbox?state=lost").status_code == 400


def test_judgements_are_accepted_and_rejected_in_the_name_of_who_did(client: TestClient, store: SqlStore) -> None:
    record(store, unsure({"Kent": "overall good, leadership inadequate"}, title=EVIL, url="javascript:alert(1)"))
    enter(client)
    page = client.get("/operator/review").text
    assert "71 %" in page
    assert "Kent: moves" in page
    assert EVIL not in page
    assert "javascript:" not in page
    worse, better = sorted(store.reviews(), key=lambda item: item.judgement.rating.value, reverse=True)
    assert page.index(worse.id) > 0
    assert "Rejected" in act(client, "/operator/review", do="reject", id=[worse.id])
    assert "Nothing was changed" in act(client, "/operator/review", do="reject", id=[worse.id])
    assert "1 message is to be sent" in act(client, "/operator/review", do="accept", id=[better.id])
    decided = {item.id: (item.state, item.decided_by) for item in store.reviews()}
    assert decided == {worse.id: (ReviewState.REJECTED, "Anna"), better.id: (ReviewState.ACCEPTED, "Anna")}


@pytest.mark.parametrize("path", ["/operator/outbox", "/operator/review"])
def test_nothing_is_done_for_a_form_of_another_session(client: TestClient, store: SqlStore, path: str) -> None:
    tell(store)
    (line,) = store.deliveries()
    enter(client)
    old = token_in(client.get(path).text)
    client.post("/operator/sign-out", data={"form_token": old})
    enter(client)
    for token in ("", old, "x"):
        assert client.post(path, data={"do": "drop", "id": line.id, "form_token": token}).status_code == 403
    fields = {"do": "drop", "id": line.id, "form_token": token_in(client.get(path).text)}
    assert client.post(path, data=fields, headers={"Origin": "https://evil.test"}).status_code == 403
    assert store.deliveries()[0].state is DeliveryState.PENDING
    assert client.post(path, data=fields | {"do": "nonsense"}).status_code == 400
