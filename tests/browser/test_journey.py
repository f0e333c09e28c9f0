"""Somebody who subscribes, in a real browser before the real daemon: mail is really sent, and its links are really opened."""

from __future__ import annotations

import http.client
import re
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from monitor.app.existing_state import open_existing_state
from monitor.app.replay import preview
from monitor.domain.attestation import newest_of_each
from monitor.domain.authorities import by_code, exists_on
from monitor.domain.history import history
from monitor.domain.replay import replay
from monitor.domain.subscriptions import Subscription
from monitor.settings import load
from monitor.system.clock import SystemClock
from tests.builders import authority
from tests.end_to_end.test_daemon_process import Process, until
from tests.end_to_end.town import Print, Town, living

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

OWN = "Leeds"
DESK, EVE, BOB = "desk@council.example", "eve@reader.example", "bob@reader.example"


def of_neighbours() -> tuple[str, str]:
    """Two statistical neighbours of `OWN` of which news would be believed today: nobody has inspected them lately."""
    newest, today = newest_of_each(history()), datetime.now(UTC).date()
    near = [by_code()[code] for code in authority(OWN).neighbours]
    quiet = [each for each in near if exists_on(each, today) and newest[each.urn].published < today - timedelta(days=500)]
    return quiet[0].display_name, quiet[1].display_name


def inadequate(council: str) -> Print:
    """An article of today that says of a council what no record knows."""
    today = datetime.now(UTC).date()
    return Print(
        paper="gazette",
        path=f"/{council.lower().replace(' ', '-')}",
        title=f"{council} children's services rated inadequate by Ofsted",
        paragraphs=[
            f"Ofsted has rated help and protection for children in {council} as inadequate.",
            f"Services for children in care were rated good, the inspectors said in a report on {council} Council.",
        ],
        day=date(today.year, today.month, today.day),
    )


@dataclass
class Journey:
    """The monitor, at an address that mails lead to, and what its mail server was given."""

    town: Town
    base: str
    process: Process

    def mails(self, to: str, subject: str = "") -> list[EmailMessage]:
        """What somebody got, of the subjects that begin so."""
        return [mail for who, mail in self.town.mailbox.mails if who == to and str(mail["Subject"]).startswith(subject)]

    def mail(self, to: str, subject: str = "") -> EmailMessage:
        """The one mail of this sort that somebody gets."""
        until(lambda: self.mails(to, subject))
        (found,) = self.mails(to, subject)
        return found

    def link(self, mail: EmailMessage, act: str) -> str:
        """The address in a mail that does something: ``c``, ``m`` or ``u``."""
        text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # it has a plain part
        (found,) = set(re.findall(rf"{re.escape(self.base)}/{act}/\S+", text))
        return str(found)

    def prints(self, article: Print) -> None:
        """The paper prints an article, and whoever runs the monitor has the paper looked at now."""
        self.town.printed(article)
        store = open_existing_state(load(self.town.folder / "config", self.town.folder / self.town.state))
        assert store is not None
        assert store.poll_soon("gazette", now=SystemClock().now())
        store.close()


@pytest.fixture
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    folder = tmp_path_factory.mktemp("journey")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    with pytest.MonkeyPatch.context() as patch, living(folder, patch) as town:
        town.configure(
            ("gazette",),
            channels='[channel.mail]\nurl_env = "TEST_MAIL_URL"\n',
            subscriptions=f'[[subscription]]\nname = "desk"\nchannel = "mail"\nto = "{DESK}"\n',
        )
        settings = folder / "config" / "monitor.toml"
        own = f'[monitor]\npublic_url = "http://127.0.0.1:{port}/"\nself_service = "mail"\n'
        settings.write_text(settings.read_text().replace("[monitor]\n", own))
        process = Process(folder / "config", folder / town.state, port=port)
        try:
            yield Journey(town=town, base=f"http://127.0.0.1:{port}", process=process)
            assert process.end(signal.SIGTERM) == 0
        finally:
            if process.popen.poll() is None:
                process.end(signal.SIGKILL)
        assert not [line for line in process.lines if "Traceback" in line or "ERROR" in line]


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("link", name=name, exact=True).click()


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def would_have_had(council: str) -> int:
    """How many alerts of the neighbours of a council there were since the year before last began."""
    days = list(replay(each for inspection in history() for each in inspection.attestations))
    wish = Subscription(name="x", channel="mail", neighbours_of=frozenset({authority(council).urn}))
    return preview(days, wish, since=date(datetime.now(UTC).year - 2, 1, 1), most=0).count


def subscribe_by_neighbours(page: Page, journey: Journey) -> None:
    """From the front page: choose, look first, ask, and confirm by the link in the mail."""
    page.goto(journey.base)
    follow(page, "Hear of changes by mail")
    page.get_by_label("Statistical neighbours of").fill(OWN)
    press(page, "Show me what I would have had")
    count = would_have_had(OWN)
    assert page.locator("#would").inner_text().startswith(f"You would have had {count} alerts since 1 January ")
    page.locator("summary").first.click()
    assert "You would have had this with what you chose." in page.locator(".letter").first.inner_text()
    assert page.get_by_label("Statistical neighbours of").input_value() == OWN
    page.get_by_label("Your email address").fill(EVE)
    press(page, "Subscribe")
    assert heading(page) == "Check your mail"
    page.goto(journey.link(journey.mail(EVE, "Please confirm"), "c"))
    assert f"The statistical neighbours of {OWN}" in page.locator("dl").inner_text()
    press(page, "Yes, send me alerts")
    assert heading(page) == "You are subscribed"
    page.goto(journey.link(journey.mail(EVE, "You are subscribed"), "m"))
    assert f"The statistical neighbours of {OWN}" in page.locator("dl").inner_text()


def subscribe_by_search(page: Page, journey: Journey, *councils: str) -> None:
    """Without scripts: find councils, tick them, ask, and confirm."""
    page.goto(f"{journey.base}/subscribe")
    page.get_by_label("Find councils by name").fill(", ".join(councils))
    press(page, "Find")
    for council in councils:
        page.get_by_label(council, exact=True).check()
    page.get_by_label("Your email address").fill(BOB)
    press(page, "Subscribe")
    page.goto(journey.link(journey.mail(BOB, "Please confirm"), "c"))
    press(page, "Yes, send me alerts")
    journey.mail(BOB, "You are subscribed")


def one_click(mail: EmailMessage) -> int:
    """What a mail program does when its user wants no more of them (RFC 8058): no cookie, no page, one POST."""
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    (url,) = re.findall(r"<(http[^>]+)>", str(mail["List-Unsubscribe"]))
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.netloc, timeout=20)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", where.path, body="List-Unsubscribe=One-Click", headers=headers)
    answer = connection.getresponse()
    assert answer.getheader("Set-Cookie") is None
    connection.close()
    return answer.status


def test_from_the_front_page_to_an_alert_and_out_again(browser: Browser, journey: Journey) -> None:
    first, second = of_neighbours()
    scripts, plain = browser.new_context(), browser.new_context(java_script_enabled=False)
    page, other = scripts.new_page(), plain.new_page()
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    subscribe_by_neighbours(page, journey)
    subscribe_by_search(other, journey, first, second)

    journey.prints(inadequate(first))
    alerts = {who: journey.mail(who, first) for who in (EVE, BOB, DESK)}
    assert f"{first} is among the statistical neighbours of {OWN}" in " ".join(
        alerts[EVE].get_body(("plain",)).get_content().split()  # type: ignore[union-attr]  # it has a plain part
    )
    assert all(str(mail["Subject"]).startswith(first) for mail in alerts.values())

    left = journey.link(alerts[EVE], "u")
    page.goto(left)
    assert "You are still subscribed." in page.locator("main").inner_text(), "looking ends nothing"
    assert one_click(alerts[EVE]) == 200
    page.reload()
    assert heading(page) == "You are unsubscribed"
    other.goto(journey.link(alerts[BOB], "u"))
    press(other, "Unsubscribe")
    assert heading(other) == "You are unsubscribed"

    journey.prints(inadequate(second))
    assert journey.mail(DESK, second), "who stays hears of it"
    until(lambda: "pending" not in journey.town.deliveries())
    for who in (EVE, BOB):
        assert [str(mail["Subject"]).split(":")[0] for mail in journey.mails(who)] == [
            "Please confirm your subscription",
            "You are subscribed",
            first,
        ]
    assert problems == []
    scripts.close()
    plain.close()
