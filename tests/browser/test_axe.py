"""Every page of the site under axe-core, on light paper and dark: with the whole record, with none, and where something is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from monitor.app.replay import preview
from monitor.domain.history import history
from monitor.domain.model import Inspection
from monitor.domain.replay import replay
from monitor.messages.links import LinkAction, Links
from monitor.ports import Outcome, Result, StoreError
from monitor.store import SqlStore, open_store
from monitor.web.app import create_app
from monitor.web.routes import ROUTES, Access
from monitor.web.self_service import SelfService
from monitor.web.sign_in import SignIn
from tests.browser.axe import COLOURS, violations
from tests.browser.serving import serving
from tests.builders import NOW, StoppedClock, subscription
from tests.store.test_delivery_admin import tell
from tests.store.test_review import record, unsure
from tests.web.fakes import RECORD, FakeRecord, site_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

KEY = b"k" * 32
PASSWORD = "a password of many letters"
#: A page that answers something: what asks for it, and what comes back.
WRONG = {
    "/?region=Atlantis": 400,
    "/nowhere": 404,
    "/changes/nothing": 404,
    "/operator/sign-out": 405,
    "/m/xx.yy": 404,
}


#: Pages that show nothing of the record.
SAME = ("/privacy", "/accessibility", "/subscribe", "/operator/sign-in")


class Record(FakeRecord):
    """A store that can break."""

    broken: Exception | None = None

    def record_version(self) -> str:
        if self.broken is not None:
            raise self.broken
        return super().record_version()


@dataclass(kw_only=True)
class Served:
    """The whole site, served, with everything set up that can be."""

    base: str
    record: Record
    store: SqlStore
    links: Links


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all of them."""
    folder: Path = tmp_path_factory.mktemp("axe")
    clock, there = StoppedClock(NOW), Record(*history())
    subscriptions = (subscription("ann"), subscription("ben"))
    store = open_store(f"sqlite:///{folder / 'm.db'}", subscriptions=lambda: subscriptions, history=lambda _before: ())
    links = Links(base="", key=KEY)
    days = list(replay(each for inspection in RECORD for each in inspection.attestations))
    pages = SelfService(
        store=store,
        links=links,
        channel="mail",
        clock=clock,
        preview=lambda wish: preview(days, wish, since=RECORD[0].published),
    )
    site = site_of(
        record=there,
        clock=clock,
        sign_in=SignIn(logins={"anna": PASSWORD}, is_password=lambda kept, said: kept == said),
        operator=store,
        if_accepted=lambda _item: ("Kent: leadership moves",),
        names=frozenset({"monitor.test"}),
    )
    with serving(create_app(site, pages.router())) as base:
        yield Served(base=base, record=there, store=store, links=links)
    store.close()


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def wrong_with(page: Page) -> list[str]:
    """What axe says of the page that is open, on light paper and on dark."""
    page.emulate_media(color_scheme="light")
    found = violations(page)
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {each}" for each in violations(page, COLOURS)]
    return [f"{page.url.partition('/')[2]}: {each}" for each in found]


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name).first.click()


def addresses(access: Access, inspection: Inspection | None) -> list[str]:
    """Every page of the table of routes that somebody of this access can open; of places, those of an inspection's."""
    filled = {"{key}": inspection.key, "{code}": str(inspection.authority.code)} if inspection else {"{code}": "E08000035"}
    found = []
    for route in ROUTES:
        path = route.path
        for place, value in filled.items():
            path = path.replace(place, quote(value))
        data = re.search(r"\.\w+$|^/(api|static|feeds)/|z$", path)
        if "GET" in route.methods and route.access is access and not data and "{" not in path:
            found.append(path)
    return found


@pytest.mark.parametrize("inspections", [history(), ()], ids=["the whole record", "nothing"])
def test_every_public_page(page: Page, served: Served, inspections: tuple[Inspection, ...]) -> None:
    served.record.becomes(*inspections)
    found, asked = [], addresses(Access.PUBLIC, inspections[-1] if inspections else None)
    assert {"/", "/authorities/E08000035", "/map", "/subscribe", "/operator/sign-in"} <= {*asked, "/authorities/E08000035"}
    for path in asked if inspections else [each for each in asked if each not in SAME]:
        answer = page.goto(served.base + path)
        assert answer is not None
        assert answer.status == 200, path
        found += wrong_with(page)
    assert found == []


def test_what_a_reader_of_alerts_sees(page: Page, served: Served) -> None:
    served.record.becomes(*RECORD)
    page.goto(f"{served.base}/subscribe?authority=E08000035")
    press(page, "Show me")
    found = wrong_with(page)
    for words, comes in (
        ("north ty", page.get_by_label("North Tyneside")),
        ("atlantis", page.get_by_text("No council is called")),
    ):
        page.get_by_label("Find councils by name").fill(words)
        comes.first.wait_for()
        found += wrong_with(page)
    page.get_by_label("Statistical neighbours of").fill("Kent")
    page.get_by_label("Find councils by name").fill("north")
    page.get_by_label("North Tyneside").check()
    found += wrong_with(page)
    page.get_by_label("Statistical neighbours of").fill("Ledes")
    page.get_by_label("Your email address").fill("nonsense")
    press(page, "Subscribe")
    found += wrong_with(page)
    page.get_by_label("Statistical neighbours of").fill("Leeds")
    page.get_by_label("Your email address").fill("axe@reader.test")
    press(page, "Subscribe")
    found += wrong_with(page)
    (asked,) = served.store.subscriber_rows(address="axe@reader.test")
    for action, steps in (
        (LinkAction.CONFIRM, ("Yes, send me alerts",)),
        (LinkAction.MANAGE, ("Save", "Pause my alerts", "Unsubscribe and forget me", "Yes, forget me")),
    ):
        page.goto(served.base + served.links.make(action, asked.subscription.name, asked.nonce))
        found += wrong_with(page)
        for button in steps:
            press(page, button)
            found += wrong_with(page)
    assert found == []
    tell(served.store)
    mails = {each.recipient: each for each in served.store.claim(owner="t", now=NOW, lease=60, limit=9)}
    page.goto(served.base + served.links.make(LinkAction.UNSUBSCRIBE, mails["ann@reader.test"].id))
    found += wrong_with(page)
    press(page, "Unsubscribe")
    assert found + wrong_with(page) == []


def test_what_an_operator_sees(page: Page, served: Served) -> None:
    served.record.becomes(*RECORD)
    tell(served.store, "Derby")
    record(served.store, unsure({"Kent": "overall good, leadership inadequate"}))
    claimed = next(each for each in served.store.claim(owner="t", now=NOW, lease=60, limit=9) if each.recipient)
    served.store.settle(claimed, Outcome(result=Result.UNCERTAIN, reason="x"), now=NOW)
    page.goto(f"{served.base}/operator")
    page.get_by_label("Account").fill("anna")
    page.get_by_label("Password").fill("wrong")
    press(page, "Sign in")
    found = wrong_with(page)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")
    for path in (*addresses(Access.OPERATOR, None), f"/operator/outbox/{claimed.id}", "/operator/outbox?state=sent"):
        page.goto(served.base + path)
        found += wrong_with(page)
    page.goto(f"{served.base}/operator/outbox")
    press(page, "Drop")
    found += wrong_with(page)
    for button in ("Accept", "Reject"):
        page.goto(f"{served.base}/operator/review")
        if page.get_by_role("button", name=button).count():
            press(page, button)
            found += wrong_with(page)
    assert found == []


def test_what_is_said_when_something_is_wrong(page: Page, served: Served) -> None:
    found = []

    def answers(status: int, path: str, base: str = served.base) -> None:
        answer = page.goto(base + path)
        assert answer is not None
        assert answer.status == status, path
        found.extend(wrong_with(page))

    for path, status in WRONG.items():
        answers(status, path)
    answers(421, "/", served.base.replace("127.0.0.1", "localhost"))
    page.goto("about:blank")
    page.set_content(f'<form method="post" action="{served.base}/subscribe"><button>Go</button></form>')
    press(page, "Go")
    assert page.get_by_role("heading").first.inner_text() == "This was not asked for here"
    found += wrong_with(page)
    for number in range(9):
        page.goto(f"{served.base}/subscribe")
        page.get_by_label("Your email address").fill(f"p{number}@reader.test")
        press(page, "Subscribe")
    assert "Too many requests" in page.get_by_role("alert").inner_text()
    found += wrong_with(page)
    for broken, status in ((StoreError("no such table"), 503), (RuntimeError("a fault"), 500)):
        served.record.broken = broken
        answers(status, "/trends")
    served.record.broken = None
    assert found == []


def test_axe_sees_what_is_wrong(page: Page, served: Served) -> None:
    page.goto(f"{served.base}/about")
    page.evaluate("document.querySelector('main').innerHTML += '<img src=x><a href=/x></a><h4>Deep</h4>'")
    rules = {each.partition(":")[0] for each in violations(page)}
    assert {"image-alt", "link-name", "heading-order"} <= rules
