"""Who runs the monitor, in a real browser before the real daemon: signs in, decides, and what is decided goes out as real mail."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from monitor.domain.attestation import newest_of_each
from monitor.domain.authorities import exists_on
from monitor.domain.history import history
from monitor.domain.model import Rating
from monitor.ports import Outcome, Result
from monitor.store import SqlStore, open_store
from monitor.system.clock import SystemClock
from monitor.system.passwords import hash_password
from tests.builders import article, judgements, result, story, subscription
from tests.end_to_end.test_daemon_process import Process, until
from tests.end_to_end.town import Town, living

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

PASSWORD = "a password of many letters"
READER = "reader@council.example"
A_STORM = 14  #: councils of one article: more than anybody believes


@dataclass
class House:
    """The monitor, the mail that it sent, and where its pages are."""

    town: Town
    base: str
    one: str  #: a council of which a message is in doubt
    likely: str  #: one of which an article may say something
    unlikely: str  #: another

    def subjects(self) -> list[str]:
        """Of what the reader got."""
        return [str(mail["Subject"]) for recipient, mail in self.town.mailbox.mails if recipient == READER]


def quiet(now: datetime) -> list[str]:
    """Councils of which news would be believed today: rated good or better, and not inspected lately."""
    newest = newest_of_each(history()).values()
    before = now.date() - timedelta(days=500)
    fine = [each for each in newest if each.published < before and Rating.INADEQUATE not in each.ratings.values()]
    return [each.authority.display_name for each in fine if exists_on(each.authority, now.date())]


def prepared(store: SqlStore) -> tuple[str, str, str]:
    """A message in doubt, two that are held, and two judgements that wait."""
    now = SystemClock().now()
    one, likely, unlikely, *others = quiet(now)
    store.record(*story({one: "leadership inadequate"}, published=now.date()), link=None, baseline=False, now=now)
    (claimed,) = store.claim(owner="t", now=now + timedelta(minutes=5), lease=60)
    store.settle(claimed, Outcome(result=Result.UNCERTAIN, reason="timeout"), now=now)
    for half, outlet in ((others[:A_STORM], "The Storm"), (others[A_STORM : 2 * A_STORM], "The Gale")):
        told = story(dict.fromkeys(half, "help_and_protection inadequate"), outlet=outlet, published=now.date())
        store.record(*told, link=None, baseline=False, now=now)
    for council in (likely, unlikely):
        text = f"{council}’s leadership is understood to be inadequate."
        document = article(text, published=now.date(), retrieved=now, url=f"https://news.test/{quote(council)}")
        unsure = judgements(text, {council: "leadership inadequate"}, quote=text, probability=0.7)
        store.record(document, replace(result(text, {}), uncertain=unsure), link=None, baseline=False, now=now)
    return one, likely, unlikely


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("operator")
    with pytest.MonkeyPatch.context() as patch, living(folder, patch) as town:
        town.configure(
            ("gazette",),
            channels='[channel.mail]\nurl_env = "TEST_MAIL_URL"\n',
            subscriptions=f'[[subscription]]\nname = "everything"\nchannel = "mail"\nto = "{READER}"\n',
        )
        settings = folder / "config" / "monitor.toml"
        settings.write_text(f'{settings.read_text()}[operator]\nlogins = ["anna: {hash_password(PASSWORD)}"]\n')
        (folder / town.state).mkdir()
        wanted = subscription("everything", channel="mail", to=READER)
        store = open_store(f"sqlite:///{folder / town.state / 'monitor.db'}", subscriptions=lambda: (wanted,))
        one, likely, unlikely = prepared(store)
        store.close()
        process = Process(folder / "config", folder / town.state)
        try:
            yield House(town=town, base=f"http://127.0.0.1:{process.port}", one=one, likely=likely, unlikely=unlikely)
        finally:
            process.end(signal.SIGTERM)


def sign_in(context: BrowserContext, password: str = PASSWORD) -> Page:
    """Fill in the form; ends on whatever answers."""
    page = context.new_page()
    page.goto("/operator")
    page.get_by_label("Account").fill("anna")
    page.get_by_label("Password").fill(password)
    press(page, "Sign in")
    return page


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name).first.click()


def go(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("navigation", name="Operator").get_by_role("link", name=name).click()


@pytest.fixture(scope="module")
def page(browser: Browser, house: House) -> Iterator[Page]:
    """Somebody who is signed in, without scripts: none is needed."""
    context = browser.new_context(base_url=house.base, java_script_enabled=False)
    yield sign_in(context)
    context.close()


def row(page: Page, words: str) -> None:
    """Tick the newest message whose row says so."""
    page.get_by_role("row").filter(has_text=words).first.get_by_role("checkbox").check()


def said(page: Page) -> str:
    return page.get_by_role("status").inner_text()


def test_a_wrong_password_lets_nobody_in_and_the_right_one_keeps_a_cookie_to_itself(browser: Browser, house: House) -> None:
    context = browser.new_context(base_url=house.base)
    page = sign_in(context, "a password of other letters")
    assert page.get_by_role("alert").inner_text().endswith("Account or password are not right.")
    assert page.get_by_label("Account").input_value() == "anna"
    assert page.get_by_label("Password").input_value() == ""
    assert not any(each["name"] == "operator" for each in context.cookies(f"{house.base}/operator"))
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/operator")
    (cookie,) = [each for each in context.cookies(f"{house.base}/operator") if each["name"] == "operator"]
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/operator")
    assert context.cookies(house.base) == [], "no other page of the site sees it"
    assert "operator=" not in page.evaluate("document.cookie")
    press(page, "Sign out anna")
    assert urlpath(page) == "/operator/sign-in"
    page.goto("/operator/outbox")
    assert urlpath(page) == "/operator/sign-in"
    context.close()


def urlpath(page: Page) -> str:
    return "/" + page.url.split("/", 3)[3]


def test_the_overview_says_what_there_is_to_do(page: Page) -> None:
    go(page, "Overview")
    shown = page.locator("main").inner_text()
    assert "2 held" in shown
    assert "1 uncertain" in shown
    assert "2 judgements, told nobody" in shown
    assert page.get_by_role("link", name="Review queue").count() == 2


def test_what_is_held_is_released_or_dropped_and_what_is_in_doubt_is_tried_again(page: Page, house: House) -> None:
    go(page, "Outbox")
    assert page.get_by_role("checkbox").count() == 3
    press(page, "Send them")
    assert said(page) == "Nothing was ticked, so nothing was changed."
    row(page, "In doubt")
    press(page, "Try again now")
    assert said(page) == "1 message will be tried again."
    until(lambda: len(house.subjects()) == 1)
    assert house.one in house.subjects()[0]
    with page.expect_navigation():
        page.get_by_role("row").filter(has_text=f"{A_STORM} councils").first.get_by_role("link").click()
    assert page.get_by_text("For “everything”").count() == 1
    assert page.locator("dd details li").count() == A_STORM, "what it tells, council by council"
    press(page, "Send it")
    assert said(page) == "1 message may go."
    until(lambda: len(house.subjects()) == 2)
    assert f"{A_STORM} councils" in house.subjects()[1]
    row(page, "Held back")
    press(page, "Drop")
    assert said(page) == "1 message cancelled; nobody gets that."
    assert "Nothing waits, failed or is in doubt." in page.locator("main").inner_text()


def test_what_is_accepted_tells_whom_it_said_and_what_is_rejected_nobody(page: Page, house: House) -> None:
    before = len(house.subjects())
    go(page, "Review queue")
    (one, other) = (
        page.get_by_role("region", name=f"{council}: leadership: Inadequate") for council in (house.likely, house.unlikely)
    )
    for each in (one, other):
        assert "would tell everything: every authority is watched" in each.inner_text()
        assert "70 %" in each.inner_text()
    with page.expect_navigation():
        other.get_by_role("button", name="Reject").click()
    assert said(page).startswith("Rejected; nobody is told.")
    with page.expect_navigation():
        one.get_by_role("button", name="Accept").click()
    assert said(page) == "Accepted. 1 message is to be sent."
    assert "Nothing waits for review." in page.locator("main").inner_text()
    decided = page.locator(".decided").inner_text()
    assert f"{house.likely}: leadership: inadequate, accepted" in decided
    assert f"{house.unlikely}: leadership: inadequate, rejected" in decided
    assert decided.count("by anna") == 2
    until(lambda: len(house.subjects()) > before)
    assert house.likely in house.subjects()[-1]
    assert not any(house.unlikely in each for each in house.subjects())
    page.goto(f"/?authority={quote(house.likely)}&kind=into_inadequate")
    assert page.locator("tbody th a").first.inner_text() == house.likely
