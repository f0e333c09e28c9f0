"""Self-service: asked twice before anything is sent, left with one click, and nobody learns who else is here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from fastapi import FastAPI

from monitor.app.replay import preview, replayed_messages
from monitor.domain.authorities import regions
from monitor.domain.history import history
from monitor.domain.model import Area, ChangeKind
from monitor.domain.replay import replay
from monitor.domain.subscribers import MAX_CONFIRMATIONS
from monitor.domain.subscriptions import DEFAULT_KINDS, Subscription
from monitor.messages.links import LinkAction, Links
from monitor.store import SqlStore, open_store
from monitor.web.app import create_app
from monitor.web.queries.authorities import current_authorities
from monitor.web.rate_limiter import RateLimiter
from monitor.web.self_service import SelfService
from monitor.web.status import status_of
from tests.builders import NOW, StoppedClock, story, subscription
from tests.web.fakes import TestClient, site_of

if TYPE_CHECKING:
    from monitor.app.runtime import Runtime

LINKS = Links(base="http://testserver", key=b"k" * 32)


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    staff = (subscription("staff"),)
    opened = open_store(f"sqlite:///{tmp_path / 'm.db'}", subscriptions=lambda: staff, links=LINKS, history=lambda _before: ())
    yield opened
    opened.close()


@pytest.fixture
def client(store: SqlStore, clock: StoppedClock) -> Iterator[TestClient]:
    app = create_app(site_of(), SelfService(store=store, links=LINKS, channel="mail", clock=clock).router())
    with TestClient(app) as opened:
        yield opened


def mails(store: SqlStore) -> list[tuple[str, str, str]]:
    """What waits to be sent: recipient, subject, text; newest last."""
    found = store.claim(owner="t", now=NOW.replace(year=NOW.year + 1), lease=60, limit=50)
    return [(each.recipient, each.message.subject, each.message.text) for each in found]


def subscribed(client: TestClient, store: SqlStore, address: str = "eve@reader.test", **form: str) -> str:
    """Ask and confirm; returns the address of the preferences page."""
    assert client.post("/subscribe", data={"to": address} | form).status_code == 200
    (mail,) = [text for to, _, text in mails(store) if to == address]
    confirm = re.search(r"http://testserver(/c/\S+)", mail)
    assert confirm
    done = client.post(confirm[1])
    manage = re.search(r"http://testserver(/m/[^\"]+)", done.text)
    assert manage, done.text
    ((_, welcome, said),) = [each for each in mails(store) if each[0] == address]
    assert (welcome, manage[0] in said) == ("You are subscribed", True)
    return manage[1]


def news(store: SqlStore, council: str = "Derby") -> int:
    return store.record(*story({council: "overall outstanding"}), link=None, baseline=False, now=NOW).deliveries


def test_asking_confirming_and_being_told(client: TestClient, store: SqlStore) -> None:
    subscribed(client, store, authorities="Derby; Leeds")
    assert news(store, "Derby") == 2
    assert news(store, "Bury") == 1, "only the staff's"


def test_without_the_button_nothing_begins(client: TestClient, store: SqlStore) -> None:
    client.post("/subscribe", data={"to": "eve@reader.test"})
    ((_, subject, text),) = mails(store)
    assert subject == "Please confirm your subscription"
    path = re.search(r"http://testserver(/c/\S+)", text)[1]  # type: ignore[index]  # it is there
    for _ in range(3):
        assert "Yes, send me alerts" in client.get(path).text
    assert news(store) == 1
    client.post(path)
    client.post(path)
    assert [subject for _, subject, _ in mails(store)][-1:] == ["You are subscribed"], "once"
    assert news(store, "Devon") == 2


def test_the_answer_does_not_tell_who_is_known(client: TestClient, store: SqlStore, clock: StoppedClock) -> None:
    subscribed(client, store)
    clock.forward(hours=2)
    known, unknown = (client.post("/subscribe", data={"to": who}) for who in ("eve@reader.test", "new@reader.test"))
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)


def test_an_address_gets_one_request_a_day(client: TestClient, store: SqlStore, clock: StoppedClock) -> None:
    for _ in range(4):
        assert client.post("/subscribe", data={"to": "eve@reader.test"}).status_code == 200
        clock.forward(minutes=2)
    assert len(mails(store)) == 1


def test_one_network_address_cannot_ask_for_the_world(client: TestClient) -> None:
    answers = [client.post("/subscribe", data={"to": f"p{n}@reader.test"}).status_code for n in range(6)]
    assert answers == [200] * 4 + [429] * 2


def test_who_asked_too_often_is_told_how_long_it_takes_and_loses_nothing(client: TestClient, clock: StoppedClock) -> None:
    asked = iter(range(99))

    def ask(to: str = "") -> tuple[int, str, str]:
        answer = client.post("/subscribe", data={"to": to or f"p{next(asked)}@reader.test", "regions": "London"})
        return answer.status_code, answer.headers.get("Retry-After", ""), answer.text

    for _ in range(4):
        assert ask()[0] == 200
    for _ in range(9):
        assert ask("not an address")[0] == 400, "what is wrong sends nothing, and may be put right at once"
    status, after, said = ask("eve@reader.test")
    assert (status, after, "Please try again in a minute." in said) == (429, "60", True)
    assert 'value="eve@reader.test"' in said
    assert re.search(r'value="London"[^>]* checked', said)
    for _ in range(7):
        clock.forward(minutes=1)
        assert ask()[0] == 200
    clock.forward(minutes=5)
    status, after, said = ask()
    assert (status, after, "Please try again in 48 minutes." in said) == (429, str(48 * 60), True)


def test_what_was_done_is_not_offered_again(client: TestClient, store: SqlStore) -> None:
    client.post("/subscribe", data={"to": "eve@reader.test"})
    ((_, _, text),) = mails(store)
    confirm = re.search(r"http://testserver(/c/\S+)", text)[1]  # type: ignore[index]  # it is there
    assert "A mail with the address of your preferences is on its way" in client.post(confirm).text
    for answer in (client.get(confirm), client.post(confirm)):
        assert "You are subscribed" in answer.text
        assert "on its way" not in answer.text
        assert "Yes, send me alerts" not in answer.text
    manage = re.search(r"http://testserver(/m/[^\"]+)", client.get(confirm).text)[1]  # type: ignore[index]
    client.post(manage, data={"do": "pause"})
    assert "Your alerts are paused" in client.get(confirm).text
    client.post(manage, data={"do": "end"})
    for path in (confirm, manage):
        for answer in (client.get(path), client.post(path, data={"do": "change"})):
            assert (answer.status_code, "This subscription has ended" in answer.text) == (404, True)


def test_after_one_click_the_page_does_not_say_that_one_is_subscribed(client: TestClient, store: SqlStore) -> None:
    subscribed(client, store)
    news(store)
    (delivery,) = (each for each in store.claim(owner="t", now=NOW, lease=60, limit=9) if each.recipient == "eve@reader.test")
    path = delivery.message.headers["List-Unsubscribe"].strip("<>").removeprefix("http://testserver")
    assert "You are still subscribed." in client.get(path).text
    client.post(path, data={"List-Unsubscribe": "One-Click"})
    said = client.get(path).text
    assert "You are unsubscribed" in said
    assert "still subscribed" not in said


def test_pace_forgives_with_time() -> None:
    rate_limiter = RateLimiter()
    assert [rate_limiter.allows("x", NOW) for _ in range(5)] == [True] * 4 + [False]
    clock = StoppedClock()
    allowed = 0
    for _ in range(30):
        clock.forward(minutes=1)
        allowed += rate_limiter.allows("x", clock.now())
    assert allowed == 7, "eleven in an hour"


@pytest.mark.parametrize("configured", [True, False])
def test_one_click_ends_it_and_looking_does_not(client: TestClient, store: SqlStore, configured: bool) -> None:
    if not configured:
        subscribed(client, store)
    news(store)
    claimed = store.claim(owner="t", now=NOW, lease=60, limit=9)
    who = "staff@reader.test" if configured else "eve@reader.test"
    (delivery,) = (each for each in claimed if each.recipient == who)
    path = delivery.message.headers["List-Unsubscribe"].strip("<>").removeprefix("http://testserver")
    assert delivery.message.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    before = news(store, "Devon")
    client.get(path)
    assert news(store, "Dudley") == before
    answer = client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert not answer.cookies
    assert news(store, "Durham") == before - 1
    assert client.post(path).status_code == 200, "a second click does no harm"


def test_preferences_can_be_changed_paused_and_seen(client: TestClient, store: SqlStore) -> None:
    manage = subscribed(client, store)
    assert "Your alerts" in client.get(manage).text
    client.post(manage, data={"do": "change", "authorities": "Leeds", "frequency": "weekly"})
    (mine,) = [each.subscription for each in store.subscriber_rows(address="eve@reader.test")]
    assert mine.frequency == "weekly"
    assert "did you mean" in client.post(manage, data={"do": "change", "authorities": "Ledes"}).text
    for _ in range(2):
        assert "Your alerts are paused" in client.post(manage, data={"do": "pause"}).text
        assert store.subscriber_rows(address="eve@reader.test")[0].subscription.paused
    assert "Your alerts go on" in client.post(manage, data={"do": "resume"}).text
    assert not store.subscriber_rows(address="eve@reader.test")[0].subscription.paused
    kept = client.post(manage, data={"do": "export"})
    assert kept.json()["address"] == "eve@reader.test"
    assert kept.headers["content-disposition"].startswith("attachment; ")
    client.post(manage, data={"do": "sample"})
    assert any(subject.startswith("TEST: ") for _, subject, _ in mails(store))


def test_erasing_leaves_nothing_and_the_address_is_dead(client: TestClient, store: SqlStore) -> None:
    manage = subscribed(client, store)
    assert "Yes, forget me" in client.post(manage, data={"do": "erase"}).text
    assert len(store.subscriber_rows(address="eve@reader.test")) == 1, "asked first"
    assert client.post(manage, data={"do": "forget"}).status_code == 200
    assert store.subscriber_rows(address="eve@reader.test") == ()
    assert client.get(manage).status_code == 404
    assert client.post(manage, data={"do": "pause"}).status_code == 404


def test_a_token_is_good_for_its_own_act_and_person_only(client: TestClient, store: SqlStore) -> None:
    manage = subscribed(client, store).removeprefix("/m/")
    name = LINKS.subject(manage)
    forged = Links(base="", key=b"x" * 32).token(LinkAction.MANAGE, name)
    wrong = [
        f"/u/{manage}",
        f"/c/{manage}",
        f"/m/{forged}",
        f"/m/{name}.",
        f"/m/{name}",
        "/m/x.y",
        f"/m/staff.{manage[-27:]}",
        "/u/.",
    ]
    for path in wrong:
        for answer in (client.get(path), client.post(path, data={"do": "export"})):
            assert answer.status_code == 404, path
            assert "eve" not in answer.text


@pytest.mark.parametrize(
    "form",
    [
        {"to": "not an address"},
        {"to": "a@b.test\r\nBcc: c@d.test"},
        {"to": "a@b@c"},
        {"to": "Eve <eve@reader.test>"},
        {"to": "mailto:eve@reader.test"},
        {"to": "eve @reader.test"},
        {"to": '"eve"@reader.test'},
        {"to": "eve@reader.test."},
        {"to": "eve@"},
        {"to": "eve@reader.test", "authorities": "<script>alert(1)</script>"},
        {"to": "eve@reader.test", "frequency": "hourly"},
        {},
    ],
)
def test_nonsense_is_refused_and_not_repeated_as_markup(client: TestClient, store: SqlStore, form: dict[str, str]) -> None:
    answer = client.post("/subscribe", data=form)
    assert answer.status_code == 400
    assert "<script>" not in answer.text
    assert mails(store) == []


def test_a_huge_form_is_not_read(client: TestClient) -> None:
    assert client.post("/subscribe", content=b"to=a@b.test&x=" + b"y" * 1_000_000).status_code == 400


def test_every_council_can_be_ticked_and_what_was_ticked_is_shown_again(client: TestClient, store: SqlStore) -> None:
    councils = [each.name for each in current_authorities(NOW.date())]
    everything = {"to": "eve@reader.test", "authorities": councils, "regions": regions(), "areas": list(Area), "more": "1"}
    answer = client.post("/subscribe", data=everything | {"minimum_trust": "confirmed", "search": "x", "searched": "x"})
    assert answer.status_code == 200
    (asked,) = (each.subscription for each in store.subscriber_rows(address="eve@reader.test"))
    assert (len(asked.authorities), len(asked.regions), len(asked.areas)) == (153, 9, len(Area))
    assert asked.minimum_trust == "confirmed"
    again = client.post("/subscribe", data={"to": "nobody", "authorities": ["Leeds"], "regions": ["London"]})
    assert again.status_code == 400
    assert re.findall(r'value="([^"]+)"(?: id="\w+")? checked', again.text) == [
        "London",
        "Leeds",
        "every",
        "reported",
        "immediate",
    ]


def test_what_no_form_asks_for_is_kept(client: TestClient, store: SqlStore) -> None:
    manage = subscribed(client, store)
    (mine,) = (each.subscription for each in store.subscriber_rows(address="eve@reader.test"))
    store.change_subscription(replace(mine, currently_inadequate=True, exclude=frozenset({"80573"})))
    assert "Every council that is inadequate" in client.get(manage).text
    client.post(manage, data={"do": "change", "authorities": "Leeds"})
    (mine,) = (each.subscription for each in store.subscriber_rows(address="eve@reader.test"))
    assert (mine.currently_inadequate, mine.exclude, len(mine.authorities)) == (True, {"80573"}, 1)


#: What a browser says of where a form stands that another site made it send; the page is at http://testserver.
FOREIGN = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},  # a sibling of our host
    {"Origin": "https://evil.test"},
    {"Origin": "http://sibling.testserver"},
    {"Origin": "http://testserver.evil.test"},
    {"Origin": "http://testserver:8080"},
    {"Origin": "null"},
    {"Origin": "nonsense"},
    {"Origin": "http://["},
    {"Origin": "https://evil.test", "Sec-Fetch-Site": "same-origin"},
)
OWN = (
    {},  # a mail client that unsubscribes for its user
    {"Origin": "http://testserver"},
    {"Origin": "https://TESTSERVER:443"},  # before a proxy that speaks TLS
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "null", "Sec-Fetch-Site": "same-origin"},  # a page that was opened before it told its browser more
    {"Origin": "http://testserver", "Host": "127.0.0.1:8321"},  # a proxy that asks by its own name for us
)


@pytest.mark.parametrize("foreign", FOREIGN, ids=str)
def test_what_another_site_sends_is_refused(client: TestClient, store: SqlStore, foreign: dict[str, str]) -> None:
    manage = subscribed(client, store)
    assert client.post("/subscribe", data={"to": "bob@reader.test"}, headers=foreign).status_code == 403
    assert client.post(manage, data={"do": "forget"}, headers=foreign).status_code == 403
    assert client.get(manage, headers=foreign).status_code == 200, "a link in a webmail"
    assert len(store.subscriber_rows(address="eve@reader.test")) == 1
    assert store.subscriber_rows(address="bob@reader.test") == ()


@pytest.mark.parametrize("own", OWN, ids=str)
def test_what_our_own_page_or_no_page_sends_is_taken(client: TestClient, store: SqlStore, own: dict[str, str]) -> None:
    assert client.post("/subscribe", data={"to": "bob@reader.test"}, headers=own).status_code == 200
    assert len(store.subscriber_rows(address="bob@reader.test")) == 1


def test_our_own_page_lets_its_browser_say_where_it_is(client: TestClient) -> None:
    """With `no-referrer` a browser sends `Origin: null` with the page's own forms."""
    assert client.get("/subscribe").headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("first", "others"),
    [
        ("eve@reader.test", ["eve+1@reader.test", "EVE+a+b@Reader.test"]),
        ("eve+news@reader.test", ["eve@reader.test", "eve+other@reader.test"]),
        ("e.v.e@gmail.com", ["eve@gmail.com", "ev.e+x@googlemail.com"]),
        ("eve@bücher.test", ["eve@xn--bcher-kva.test", "Eve@BÜCHER.test", "eve+1@bücher。test"]),
    ],
)
def test_one_mailbox_is_asked_once_a_day_under_whatever_address(
    client: TestClient, store: SqlStore, clock: StoppedClock, first: str, others: list[str]
) -> None:
    for address in (first, *others):
        assert "Check your mail" in client.post("/subscribe", data={"to": address}).text
        clock.forward(minutes=1)
    assert [recipient for recipient, _, _ in mails(store)] == [first]
    client.post("/subscribe", data={"to": "eva@reader.test"})
    client.post("/subscribe", data={"to": "e.ve@reader.test"})  # whose dots mean something
    assert len(mails(store)) == 2


def at(store: SqlStore, clock: StoppedClock, rate_limiter: RateLimiter, host: str) -> TestClient:
    """A visitor's browser, at a network address."""
    app = FastAPI()
    app.include_router(SelfService(store=store, links=LINKS, channel="mail", clock=clock, rate_limiter=rate_limiter).router())
    return TestClient(app, client=(host, 50000))


def test_one_visitor_cannot_use_up_the_places_of_all(store: SqlStore, clock: StoppedClock) -> None:
    """However many addresses of a network, and however many networks, one has: who comes for the first time gets through."""
    rate_limiter, told = RateLimiter(), set()
    for network in range(8):
        for number in range(15):
            visitor = at(store, clock, rate_limiter, f"2001:db8:0:{network:x}::{number:x}")
            told.add(visitor.post("/subscribe", data={"to": f"v{network}-{number}@evil.test"}).status_code)
            clock.forward(seconds=16)
    assert told == {200, 429, 503}
    kept = len(store.subscriber_rows())
    assert kept <= MAX_CONFIRMATIONS // 2 + 8
    honest = at(store, clock, rate_limiter, "192.0.2.7").post("/subscribe", data={"to": "honest@council.test"})
    assert "Check your mail" in honest.text
    assert len(store.subscriber_rows(address="honest@council.test")) == 1


def test_who_finds_no_place_is_told_so(store: SqlStore, clock: StoppedClock) -> None:
    rate_limiter = RateLimiter()
    for number in range(MAX_CONFIRMATIONS):
        at(store, clock, rate_limiter, f"192.0.2.{number}").post("/subscribe", data={"to": f"a{number}@council.test"})
    answer = at(store, clock, rate_limiter, "198.51.100.1").post("/subscribe", data={"to": "late@council.test"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "3600"
    assert "no message was sent" in answer.text
    assert store.subscriber_rows(address="late@council.test") == ()
    clock.forward(hours=1, seconds=1)
    assert (
        at(store, clock, rate_limiter, "198.51.100.1").post("/subscribe", data={"to": "late@council.test"}).status_code == 200
    )
    assert len(store.subscriber_rows(address="late@council.test")) == 1


async def test_the_answer_does_not_wait_for_what_tells_whether_an_address_is_known(
    store: SqlStore, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = FastAPI()
    app.include_router(SelfService(store=store, links=LINKS, channel="mail", clock=clock).router())
    order: list[str] = []
    keep = store.request_subscription
    monkeypatch.setattr(store, "request_subscription", lambda wish, now: order.append("kept") or keep(wish, now=now))

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body"):
            order.append("answered")

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"to=eve%40reader.test"}

    scope = {"type": "http", "method": "POST", "path": "/subscribe", "query_string": b"", "headers": [(b"host", b"testserver")]}
    await app(scope, receive, send)  # type: ignore[arg-type]
    assert order == ["answered", "kept"]


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/subscribe/", "/subscribe"),
        ("/subscribe///", "/subscribe"),
        ("//evil.test/", "/evil.test"),
        ("/\\evil.test/", "/%5Cevil.test"),
    ],
)
def test_no_address_leads_to_the_host_that_a_visitor_names(
    store: SqlStore, clock: StoppedClock, path: str, location: str
) -> None:
    app = create_app(site_of(), SelfService(store=store, links=LINKS, channel="mail", clock=clock).router())
    with TestClient(app, follow_redirects=False) as client:
        answer = client.request("GET", f"http://testserver{path}", headers={"Host": "evil.test"})
        assert (answer.status_code, answer.headers.get("location")) == (308, location)
        assert client.post("/subscribe/", data={"to": "a@b.test"}, headers={"Host": "evil.test"}).status_code == 404


def test_leaving_from_the_preferences(client: TestClient, store: SqlStore) -> None:
    manage = subscribed(client, store)
    assert "You are unsubscribed" in client.post(manage, data={"do": "end"}).text
    assert news(store) == 1
    assert client.get(manage).status_code == 404


def test_too_many_fields_are_no_form(client: TestClient) -> None:
    assert client.post("/subscribe", data={f"x{n}": "1" for n in range(300)}).status_code == 400


def test_the_page_counts_the_subscriptions_that_are_in_force(client: TestClient, store: SqlStore, clock: StoppedClock) -> None:
    staff = (subscription("staff"), subscription("away", paused=True))
    parts = SimpleNamespace(clock=clock, sources=(), channels={}, subscriptions=staff, store=store)
    assert status_of(cast("Runtime", parts)).subscriptions == 1
    manage = subscribed(client, store)
    assert status_of(cast("Runtime", parts)).subscriptions == 2
    client.post(manage, data={"do": "end"})
    assert status_of(cast("Runtime", parts)).subscriptions == 1


def test_somebody_may_look_first_and_nothing_is_kept_or_sent(store: SqlStore, clock: StoppedClock) -> None:
    days = list(replay(each for inspection in history() for each in inspection.attestations))
    pages = SelfService(
        store=store,
        links=LINKS,
        channel="mail",
        clock=clock,
        preview=lambda wish: preview(days, wish, since=date(2014, 1, 1), most=2),
    )
    with TestClient(create_app(site_of(), pages.router())) as there:
        form = {"do": "look", "authorities": ["Leeds", "Birmingham"]}
        said = there.post("/subscribe", data=form).text
        count = int(re.findall(r"You would have had (\d+) alerts since 1 January 2014", said)[0])
        wish = subscription("x", authorities=["Leeds", "Birmingham"])
        assert count == len(list(replayed_messages(days, wish, since=date(2014, 1, 1)))) > 2
        assert said.count("<summary>") == 2
        for address in re.findall(r'href="(/changes/[^"]+)"', said):
            assert address.removeprefix("/changes/") in {each.key for each in history()}
        assert there.post("/subscribe", data={"do": "look", "regions": "Atlantis"}).status_code == 400
        told = [there.post("/subscribe", data=form) for _ in range(12)]
        assert [each.status_code for each in told] == [200] * 11 + [429], "it takes time"
        assert "Please try again in a minute." in told[-1].text
        assert re.findall(r'name="authorities" value="(\w+)" checked', told[-1].text) == ["Birmingham", "Leeds"], (
            "nothing is lost"
        )
        assert there.post("/subscribe", data={"to": "eve@reader.test"}).status_code == 200, "who looked may subscribe"
    assert [subject for _, subject, _ in mails(store)] == ["Please confirm your subscription"]


def test_the_page_of_a_council_leads_to_a_form_that_has_chosen_it(client: TestClient) -> None:
    chosen = re.compile(r'name="authorities" value="([^"]+)"[^>]* checked')
    assert chosen.findall(client.get("/subscribe?authority=E08000035&authority=886&authority=<none>").text) == ["Kent", "Leeds"]
    assert chosen.findall(client.get("/subscribe").text) == []


def test_only_what_is_inadequate_may_be_chosen_and_taken_back(client: TestClient, store: SqlStore) -> None:
    manage = subscribed(client, store, what="inadequate", inadequate_now="yes", more="1")

    def wish() -> Subscription:
        (found,) = store.subscriber_rows(address="eve@reader.test")
        return found.subscription

    assert wish().kinds == {ChangeKind.INTO_INADEQUATE, ChangeKind.OUT_OF_INADEQUATE}
    assert wish().currently_inadequate
    page = client.get(manage).text
    assert "Only changes into or out of inadequate</dd>" in page
    assert "Every council that is inadequate at the time</dd>" in page
    assert re.search(r'name="inadequate_now" value="yes" checked', page)
    client.post(manage, data={"do": "change", "frequency": "weekly"})
    assert (wish().currently_inadequate, len(wish().kinds)) == (True, 2), "what a form does not ask stays"
    client.post(manage, data={"do": "change", "more": "1", "what": "every"})
    assert (wish().currently_inadequate, wish().kinds) == (False, DEFAULT_KINDS)
