"""Every row of the hostile corpus in whatever a visitor may send: paths, parameters, headers, forms. Nobody gets a fault of ours."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode

import pytest

from monitor.messages.links import LinkAction, Links
from monitor.store import SqlStore, open_store
from monitor.web.app import create_app
from monitor.web.rate_limiter import RateLimiter
from monitor.web.security import answers_to
from monitor.web.self_service import SelfService
from monitor.web.sign_in import SignIn
from tests.builders import StoppedClock, subscription
from tests.hostile import CORPUS, Hostile, unseen
from tests.web.fakes import NOW, TestClient, site_of
from tests.web.test_hostile import Page

LINKS = Links(base="https://monitor.example", key=b"k" * 32)
HOST = "monitor.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        return "".join(value for each, value in self.headers if each == name)


class Unlimited(RateLimiter):
    """Lets everybody ask as often as they like."""

    def allows(self, who: str, now: Any) -> bool:
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The whole site, asked as its server would ask it; a test client would clean up what is sent."""

    app: Any
    loop: asyncio.AbstractEventLoop
    session: str  #: of the operator
    form_token: str
    manage: str  #: path of somebody's preferences

    def __call__(
        self, target: str, headers: Sequence[tuple[str, str]] = (), form: Sequence[tuple[str, str]] | None = None
    ) -> Answer:
        return self.loop.run_until_complete(self._ask(target, headers, form))

    async def _ask(self, target: str, headers: Sequence[tuple[str, str]], form: Sequence[tuple[str, str]] | None) -> Answer:
        path, _, query = target.partition("?")
        sent = {"host": HOST, "accept": "text/html"} | dict(headers)
        scope = {
            "type": "http",
            "method": "GET" if form is None else "POST",
            "scheme": "https",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode("utf-8", "surrogatepass")) for name, value in sent.items()],
            "client": ("192.0.2.1", 1),
            "server": (HOST, 443),
            "http_version": "1.1",
        }
        said: list[dict[str, Any]] = []
        body = urlencode(form or (), errors="surrogatepass").encode()
        waiting = [{"type": "http.request", "body": body}]

        async def receive() -> dict[str, Any]:
            return waiting.pop() if waiting else {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            said.append(message)

        await self.app(scope, receive, send)
        pairs = [(name.decode().lower(), value.decode("latin-1")) for name, value in said[0]["headers"]]
        return Answer(status=said[0]["status"], headers=pairs, body=b"".join(each.get("body", b"") for each in said[1:]))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    folder: Path = tmp_path_factory.mktemp("requests")
    opened = open_store(
        f"sqlite:///{folder / 'm.db'}", subscriptions=lambda: (subscription("ann"),), links=LINKS, history=lambda _before: ()
    )
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def ask(store: SqlStore) -> Iterator[Asked]:
    clock = StoppedClock(NOW)
    sign_in = SignIn(
        logins={"anna": "right"}, is_password=lambda kept, said: kept == said, _by_visitor=Unlimited(), _by_account=Unlimited()
    )
    secret = sign_in.sign_in("anna", "right", who="t", now=NOW)
    session = sign_in.session(secret, NOW)
    assert session is not None
    pages = SelfService(store=store, links=LINKS, channel="mail", clock=clock, rate_limiter=Unlimited())
    names = answers_to(f"https://{HOST}", "127.0.0.1")
    site = site_of(clock=clock, sign_in=sign_in, operator=store, public_url=f"https://{HOST}", names=names)
    app = create_app(site, pages.router())
    with TestClient(app, base_url=f"https://{HOST}") as client:
        client.post("/subscribe", data={"to": "eve@reader.test"})
        (row,) = store.subscriber_rows(address="eve@reader.test")
        store.confirm_subscription(row.subscription.name, now=NOW)
        loop = asyncio.new_event_loop()
        manage = LINKS.make(LinkAction.MANAGE, row.subscription.name, row.nonce).removeprefix(LINKS.base)
        yield Asked(app=app, loop=loop, session=secret, form_token=session.form_token, manage=manage)
        loop.close()


def faults(answer: Answer, allowed: frozenset[tuple[str, str]]) -> Iterator[str]:
    """What is wrong with an answer to somebody who sent what means harm."""
    if answer.status >= 500:
        yield f"answers {answer.status}"
    for name, value in answer.headers:
        if re.search(r"[\x00-\x1f\x7f]", value) or name not in _HEADERS:
            yield f"{name}: {value[:80]!r}"
    if (to := answer.header("location")) and not re.match(r"/(?![/\\])", to):
        yield f"leads to {to[:80]}"
    if "operator=" in (cookie := answer.header("set-cookie")) and 'operator=""' not in cookie:
        yield "a session was given"
    kind = answer.header("content-type")
    text = answer.body.decode()
    if "json" in kind:
        json.loads(text)
    elif kind.startswith("text/html"):
        page = Page(text)
        yield from (f"has {each}" for each in page.found - allowed)
        yield from (fault for each in page.text for fault in unseen(each.replace("\n", " ")))


_HEADERS = {
    *"content-type content-length content-disposition content-encoding location retry-after vary etag link set-cookie allow".split(),
    *"cache-control content-security-policy x-content-type-options referrer-policy x-frame-options permissions-policy".split(),
    *"cross-origin-opener-policy cross-origin-resource-policy access-control-allow-origin access-control-expose-headers".split(),
    *"www-authenticate x-ratelimit-limit x-ratelimit-remaining ratelimit ratelimit-policy".split(),
}
#: What may be chosen in the form of a subscription.
CHOICES = ("authorities", "regions", "near", "areas", "what", "minimum_trust", "frequency")
#: Where a text may stand in an address.
ADDRESSES = (
    "/?authority={0}&region={0}&area={0}&kind={0}&rating={0}&trust={0}&from={0}&to={0}&order={0}&after={0}&limit={0}",
    "/?{0}=x&{0}",
    "/authorities?region={0}&sort={0}&area={0}&rating={0}&{0}={0}",
    "/authorities?q={0}",
    "/authorities/{0}",
    "/changes/{0}",
    "/subscribe?authority={0}&region={0}&area={0}&kind={0}&neighbours_of={0}&{0}=x",
    "/map?area={0}&date={0}",
    "/map?date={0}",
    "/trends?area={0}&{0}=x",
    "/trends?region={0}",
    "/{0}",
    "/{0}/",
    "/static/{0}",
    "/m/{0}?{0}",
    "/c/{0}",
    "/u/{0}",
    "/api/v1/changes?authority={0}&after={0}&{0}=x",
    "/api/v1/changes?format={0}",
    "/api/v1/authorities/{0}",
    "/feeds/changes.atom?kind={0}&from={0}",
    "/feeds/forecast.ics?region={0}",
    "/operator/{0}",
    "/operator/outbox/{0}",
    "/operator/outbox?state={0}",
)
#: Headers that a visitor may fill as they like.
NAMES = (
    *"cookie referer origin user-agent authorization accept accept-encoding accept-language if-none-match".split(),
    *"x-forwarded-host x-forwarded-for x-forwarded-proto forwarded x-original-url x-http-method-override range".split(),
)


@pytest.fixture(scope="module")
def allowed(ask: Asked) -> frozenset[tuple[str, str]]:
    """The elements of the pages that a harmless text gets."""
    found: set[tuple[str, str]] = set()
    for target in (*ADDRESSES, "/", "/map", "/trends", "/authorities", "/subscribe", "/operator", "/operator/review", "/about"):
        answer = ask(target.format("harmless"), [("cookie", f"operator={ask.session}")])
        found |= Page(answer.body.decode()).found if answer.header("content-type").startswith("text/html") else set()
    answer = ask("/operator/sign-in", [("cookie", "operator_form=x")], [("form_token", "x")])
    found |= Page(answer.body.decode()).found | Page(ask("/operator/sign-in").body.decode()).found
    for form in (
        [("to", "harmless")],
        [("search", "harmless")],
        [("search", "leeds")],
        [(name, "harmless") for name in CHOICES],
    ):
        found |= Page(ask("/subscribe", form=form).body.decode()).found
    return frozenset(found | Page(ask(ask.manage, form=[("do", "change"), ("authorities", "harmless")]).body.decode()).found)


def quoted(row: Hostile) -> str:
    """A text as a browser puts it into an address; no server takes a longer one."""
    return quote(row.text[:2000], safe="", errors="surrogatepass")


@pytest.mark.parametrize("number", range(len(ADDRESSES)))
def test_in_an_address(ask: Asked, allowed: frozenset[tuple[str, str]], number: int) -> None:
    address, rows = ADDRESSES[number], CORPUS[number % 4 :: 4]  # of each kind some in each; each row in many
    signed_in = [("cookie", f"operator={ask.session}")] if address.startswith("/operator") else []
    assert [
        f"{row.id}: {fault}" for row in rows for fault in faults(ask(address.format(quoted(row)), signed_in), allowed)
    ] == []


def test_in_headers(ask: Asked, allowed: frozenset[tuple[str, str]]) -> None:
    def sent(row: Hostile) -> list[tuple[str, str]]:
        value = re.sub(r"[\x00-\x1f\x7f]", " ", row.text[:2000])  # no server takes more than one line
        return [(name, f"operator={value}" if name == "cookie" else value) for name in NAMES]

    for target in ("/about", "/operator/sign-in", "/feeds/changes.atom"):
        plain = ask(target)
        for row in CORPUS[len(target) % 4 :: 4]:
            answer = ask(target, sent(row))
            assert (row.id, list(faults(answer, allowed))) == (row.id, [])
            assert answer.status == plain.status
            assert b"evil.test" not in answer.body
    for row in CORPUS:
        answer = ask("/about", [("host", re.sub(r"[\x00-\x1f\x7f]", " ", row.text[:500]))])
        assert answer.status == 421, row.id
        assert list(faults(answer, allowed)) == []


def test_in_the_form_of_somebody_who_subscribes(ask: Asked, store: SqlStore, allowed: frozenset[tuple[str, str]]) -> None:
    before = {each.subscription.to for each in store.subscriber_rows()}
    forms = (("to", "kinds", "searched", *CHOICES), ("search", *CHOICES), ("search", "do", "near_self"))
    for number, row in enumerate(CORPUS[::3]):
        names = forms[number % len(forms)]
        answer = ask("/subscribe", form=[(name, row.text[:500]) for name in (*names, row.text[:100])])
        assert (row.id, list(faults(answer, allowed))) == (row.id, [])
        assert answer.status in ({200, 400} if "search" in names else {400}), row.id  # some name a council
    assert {each.subscription.to for each in store.subscriber_rows()} == before


def test_in_the_form_of_somebody_who_changes_what_they_get(
    ask: Asked, store: SqlStore, allowed: frozenset[tuple[str, str]]
) -> None:
    before = store.subscriber_rows(address="eve@reader.test")
    dos = ("change", "look", "search")
    for number, row in enumerate(CORPUS[::5]):
        choices = [(name, row.text[:500]) for name in CHOICES]
        answer = ask(ask.manage, form=[("do", dos[number % len(dos)]), ("search", row.text[: number % 2 * 500]), *choices])
        assert (row.id, list(faults(answer, allowed))) == (row.id, [])
        answer = ask(ask.manage, form=[("do", row.text[:500])])
        assert (row.id, answer.status) == (row.id, 404)
    assert store.subscriber_rows(address="eve@reader.test") == before


def test_in_the_forms_of_the_operator(ask: Asked, allowed: frozenset[tuple[str, str]]) -> None:
    cookie = [("cookie", f"operator={ask.session}")]
    for row in CORPUS[1::3]:
        text = row.text[:500]
        answer = ask(
            "/operator/sign-in", [("cookie", "operator_form=x")], [("account", text), ("password", text), ("form_token", "x")]
        )
        assert (row.id, answer.status, list(faults(answer, allowed))) == (row.id, 401, [])
        answer = ask(
            "/operator/sign-in",
            [("cookie", "operator_form=x")],
            [("account", "anna"), ("password", "right"), ("form_token", text)],
        )
        assert (row.id, answer.status) == (row.id, 403)
        assert ask("/operator/outbox", cookie, [("do", "drop"), ("id", text), ("form_token", text)]).status == 403
    for row in CORPUS[::5]:
        for path, act in (("/operator/outbox", "drop"), ("/operator/review", "reject"), ("/operator/review", "accept")):
            fields = [("do", act), ("id", row.text[:500]), ("state", row.text[:500]), ("form_token", ask.form_token)]
            answer = ask(path, cookie, fields)
            assert (row.id, answer.status, list(faults(answer, allowed))) == (row.id, 200, [])
            assert ask(path, cookie, [("do", row.text[:500]), ("form_token", ask.form_token)]).status == 400
