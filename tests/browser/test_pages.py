"""The pages in a real browser: read, filled in with the keyboard alone, without scripts, and attacked."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

import pytest

from monitor.app.alarms import Alarm
from monitor.domain.attestation import inspect
from monitor.domain.authorities import regions
from monitor.domain.model import Area, DateRange, Inspection, SourceClass
from monitor.messages.links import Links
from monitor.store import SqlStore, open_store
from monitor.web.app import create_app
from monitor.web.pages import NAVIGATION
from monitor.web.self_service import SelfService
from monitor.web.status import Status
from tests.browser.looks import faults, headings
from tests.browser.serving import serving
from tests.builders import NOW, StoppedClock
from tests.web.fakes import RECORD, STATUS, FakeDaemon, FakeRecord, site_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDTHS = (320, 360, 800)
PAGES = (
    "/",
    "/?region=Yorkshire+and+the+Humber&area=leadership&from=2020-01-01",
    "/authorities",
    "/authorities?sort=-leadership&q=leeds",
    "/authorities/E08000035",
    "/authorities/E10000006",
    "/map",
    "/trends",
    "/forecast",
    "/sources",
    "/about",
    "/privacy",
    "/accessibility",
    f"/changes/{RECORD[2].key}",
)
#: What may be said of a council, by an outlet or by a visitor (`reliability.md` has the list in full).
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "</title><script>alert(1)</script>",
    '"><script>alert(1)</script>',
    "' autofocus onfocus=alert(1) x='",
    "javascript:alert(1)",
    "</style><style>*{display:none}",
    "{{7*7}} {% raw %} %s {0.__class__}",
    "<a href='https://evil.test'>ofsted.gov.uk</a><base href=https://evil.test/>",
    "\u202egnihton\u202c zero\u200bwidth \x1b[31mred",
    "x" * 3000,
]


@dataclass
class Site:
    """The pages, served."""

    base: str
    store: SqlStore
    clock: StoppedClock
    status: Status = STATUS
    record: FakeRecord = field(default_factory=lambda: FakeRecord(*RECORD))
    violations: list[str] = field(default_factory=list)

    def mailed(self, to: str) -> str:
        """The address in the mail to somebody who asked just now. It is written after the page has answered."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            for mail in self.store.claim(owner="t", now=NOW + timedelta(days=99), lease=60, limit=50):
                if mail.recipient == to:
                    return re.findall(r"http://\S+", mail.message.text)[0]
            time.sleep(0.01)
        raise AssertionError(f"no mail for {to}")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Self-service and the status page on loopback, over a store of their own."""
    folder: Path = tmp_path_factory.mktemp("site")
    store = open_store(f"sqlite:///{folder / 'm.db'}", subscriptions=lambda: (), history=lambda _before: ())
    site = Site(base="", store=store, clock=StoppedClock())
    daemon = FakeDaemon()
    daemon.health = replace(daemon.health, alarms=(Alarm(about="<gazette>", message="no items"),))
    built: list[Callable[..., Awaitable[None]]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await built[0](scope, receive, send)

    with serving(app) as site.base:
        links = Links(base=site.base, key=b"k" * 32)
        self_service = SelfService(store=store, links=links, channel="mail", clock=site.clock).router()
        record, clock = site.record, StoppedClock(STATUS.now)
        built.append(create_app(site_of(daemon, lambda: site.status, record=record, clock=clock), self_service))
        yield site
    store.close()


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A window that notes what the policy had to forbid and whether anything foreign ran."""
    site.clock.forward(hours=2)  # who asks often has to wait
    context = browser.new_context()
    context.expose_function("alert", lambda _said: site.violations.append("alert was called"))
    page = context.new_page()
    page.on("console", lambda said: "Content Security Policy" in said.text and site.violations.append(said.text))
    page.on("pageerror", lambda error: site.violations.append(str(error)))
    page.on("dialog", lambda dialog: (site.violations.append(dialog.message), dialog.dismiss()))
    yield page
    context.close()
    assert site.violations == []


@pytest.fixture
def plain(browser: Browser, site: Site) -> Iterator[Page]:
    """A window without scripts."""
    site.clock.forward(hours=2)
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def press(page: Page, name: str, role: Literal["button", "link"] = "button") -> None:
    """Press what leads to another page, and be there: a click alone does not wait for the answer."""
    with page.expect_navigation():
        page.get_by_role(role, name=name).click()


def subscribe(page: Page, site: Site, address: str) -> None:
    """Ask and confirm; ends on the page that says so."""
    page.goto(f"{site.base}/subscribe")
    page.get_by_label("Your email address").fill(address)
    press(page, "Subscribe")
    page.goto(site.mailed(address))
    press(page, "Yes, send me alerts")


def looks_right(page: Page) -> None:
    """Readable in both schemes and at every width, with the landmarks and names that a screen reader goes by."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert faults(page, WIDTHS) == [], (page.title(), scheme)
    assert [page.get_by_role(role).count() for role in ("banner", "main", "contentinfo")] == [1, 1, 1]  # type: ignore[arg-type]
    order = headings(page)
    assert order[0] == "h1"
    assert order.count("h1") == 1
    assert all(int(after[1]) - int(before[1]) <= 1 for before, after in pairwise(order))
    assert page.locator("html").get_attribute("lang") == "en-GB"
    assert page.evaluate("[...document.querySelectorAll('input:not([type=hidden])')].every(e => e.labels.length === 1)")
    assert page.evaluate(
        "[...document.querySelectorAll('[id]')].every(e => document.querySelectorAll('#' + e.id).length === 1)"
    )
    assert page.locator("fieldset:not(:has(> legend))").count() == 0
    assert page.locator("table:not(:has(> caption)), th:not([scope])").count() == 0
    small = "[...document.querySelectorAll('button, input, summary')].filter(e => e.checkVisibility() && e.offsetHeight < 24)"
    assert page.evaluate(f"{small}.map(e => e.outerHTML)") == []


def test_every_page_can_be_read(page: Page, site: Site) -> None:
    for path in (*PAGES, "/subscribe", "/m/xx.yy", "/nowhere", "/?region=Atlantis"):
        page.goto(site.base + path)
        looks_right(page)
    page.goto(f"{site.base}/subscribe?authority=E08000035")
    page.get_by_label("Find councils by name").fill("north")
    page.get_by_label("North Tyneside").wait_for()
    looks_right(page)
    page.get_by_label("Statistical neighbours of").fill("Ledes")
    press(page, "Subscribe")
    assert page.title().startswith("Error: ")
    looks_right(page)
    subscribe(page, site, "looks@reader.test")
    looks_right(page)
    press(page, "Change or pause my alerts", "link")
    looks_right(page)
    for button in ("Save", "Pause my alerts", "Unsubscribe and forget me"):
        press(page, button)
        looks_right(page)


def test_what_is_wrong_is_where_the_reader_is(page: Page, site: Site) -> None:
    page.goto(f"{site.base}/subscribe")
    page.get_by_label("Your email address").fill("nonsense")
    press(page, "Subscribe")
    alert = page.get_by_role("alert")
    assert alert.evaluate("e => e === document.activeElement")
    alert.get_by_role("link").click()
    field = page.get_by_label("Your email address")
    assert field.evaluate("e => e === document.activeElement")
    assert field.input_value() == "nonsense"
    assert field.get_attribute("aria-invalid") == "true"
    described = [page.locator(f"#{each}").inner_text() for each in str(field.get_attribute("aria-describedby")).split()]
    assert described[1] == "Error: Enter an email address, like name@example.org"


def focused(page: Page) -> str:
    """What has the focus, by its text or its name, and that one can see it has."""
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", "the focus is to be seen"
    return str(page.evaluate("(e => e.labels?.[0]?.innerText ?? e.innerText)(document.activeElement)")).strip()


def test_the_keyboard_alone_will_do(page: Page, site: Site) -> None:
    page.goto(f"{site.base}/subscribe")
    for words in ("Skip to the content", "Ofsted rating monitor", *(words for words, _ in NAVIGATION)):
        page.keyboard.press("Tab")
        assert focused(page) == words
    for region in sorted(regions()):
        page.keyboard.press("Tab")
        assert focused(page) == region
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    assert focused(page) == "Find councils by name"
    page.keyboard.type("leeds, north ty")
    page.keyboard.press("Enter")
    page.get_by_label("North Tyneside").wait_for()
    assert focused(page) == "Find councils by name", "the answer takes nobody out of the field"
    assert page.locator("#found-status").inner_text() == "2 councils found for “leeds, north ty”."
    for words in ("Find", "Leeds", "North Tyneside", "Statistical neighbours of", "And that council itself"):
        page.keyboard.press("Tab")
        assert focused(page) == words
        if words == "North Tyneside":
            page.keyboard.press("Space")
    while not focused(page).startswith("Tell me as soon"):
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert focused(page) == "Your email address"
    page.keyboard.type("keys@reader.test")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Check your mail")
    page.goto(site.mailed("keys@reader.test"))
    assert page.locator("dd").all_inner_texts()[:5] == [
        "keys@reader.test",
        "North Tyneside and all of Yorkshire and the Humber",
        "All of them",
        "Every change of a rating",
        "Wait until two of them report it",
    ]
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused(page) == "Yes, send me alerts"
    page.keyboard.press("Enter")
    page.wait_for_selector("text=You are subscribed")


def test_scripts_are_not_needed(plain: Page, site: Site) -> None:
    subscribe(plain, site, "plain@reader.test")
    press(plain, "Change or pause my alerts", "link")
    manage = plain.url
    press(plain, "Pause my alerts")
    assert plain.get_by_role("status").inner_text() == "Your alerts are paused."
    plain.get_by_label("London", exact=True).check()
    plain.get_by_label("Find councils by name").fill("leed")
    with plain.expect_navigation():
        plain.keyboard.press("Enter")  # as good as the button
    assert plain.locator("#found-words").evaluate("e => e === document.activeElement")
    plain.get_by_label("Leeds").check()
    press(plain, "Save")
    assert "Leeds and all of London" in plain.locator("dl").inner_text()
    press(plain, "Unsubscribe and forget me")
    press(plain, "No, go back", "link")
    assert plain.url == manage
    press(plain, "Unsubscribe and forget me")
    press(plain, "Yes, forget me")
    assert plain.get_by_role("heading").inner_text() == "You are forgotten"
    assert plain.goto(manage).status == 404  # type: ignore[union-attr]  # there is an answer


def test_from_a_filter_to_a_change_and_its_council_without_scripts(plain: Page, site: Site) -> None:
    site.record.becomes(*RECORD)
    plain.goto(site.base)
    plain.get_by_label("Council").fill("Leeds")
    plain.get_by_label("What happened").select_option("Went into inadequate")
    press(plain, "Show")
    assert plain.get_by_role("list", name="Your filter").get_by_role("listitem").count() == 3
    assert plain.locator("tbody th a").all_inner_texts() == ["Leeds"]
    plain.locator("tbody th a").click()
    plain.wait_for_url(f"**/changes/{RECORD[2].key}")
    press(plain, "All inspections and changes of Leeds", "link")
    assert plain.url.endswith("/authorities/E08000035")
    plain.get_by_role("navigation", name="Pages").get_by_role("link", name="Authorities").click()
    for order in ("ascending", "descending"):
        plain.get_by_role("link", name="Impact of leaders").click()
        assert plain.locator(f"th[aria-sort={order}]").inner_text().startswith("Impact of leaders")


def nothing_foreign(page: Page) -> None:
    """Nothing on the page but what our templates have."""
    assert (
        page.locator(
            "script:not([src^='/static/']), img, svg:not(.chart), iframe, object, embed, base, main a[href^='https://evil']"
        ).count()
        == 0
    )
    assert page.locator("style").count() == 0
    handlers = (
        "e => [...e.attributes].some(a => a.name.startsWith('on') || /^javascript:/i.test(a.value) && a.name !== 'value')"
    )
    assert not page.evaluate(f"[...document.querySelectorAll('*')].some({handlers})")
    assert page.locator("main").is_visible()


def told(
    evidence: str = "Leeds is inadequate.", url: str = "https://gazette.example/a", outlet: str = "The Gazette"
) -> Inspection:
    """An inspection as one outlet reports it."""
    before = RECORD[2].attestations[0]
    said = replace(
        before,
        key=f"{url} {outlet} {evidence}"[:200],
        source_class=SourceClass.PRESS,
        outlet=outlet,
        url=url,
        fieldwork=DateRange(),
        evidence={Area.LEADERSHIP: evidence},
    )
    return inspect((said,))


@pytest.mark.parametrize("path", ["/", "/authorities", "/forecast", "/changes/{key}"])
@pytest.mark.parametrize("width", [320, 360, 767, 800, 1200])
def test_nothing_of_a_page_is_cut_or_has_to_be_pushed_aside(page: Page, site: Site, width: int, path: str) -> None:
    long = told(evidence="Inspectors found that leaders had not " + "improved " * 40, outlet="The " + "Gazette " * 6)
    site.record.becomes(RECORD[0], long)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(site.base + path.format(key=long.key))
    seen = "e.checkVisibility() && getComputedStyle(e).clipPath === 'none' && (innerWidth >= 768 || !e.closest('thead'))"
    seen += " && !e.closest('.scroll, .wide, .skip, option, select')"  # a wide table has a part of the page to be pushed in
    cut = f"[...document.body.querySelectorAll('*')].filter(e => {seen} && e.scrollWidth > e.clientWidth + 1 && e.clientWidth)"
    assert page.evaluate(f"{cut}.map(e => e.outerHTML.slice(0, 80))") == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_is_typed_into_forms_stays_text(page: Page, site: Site, hostile: str) -> None:
    page.goto(f"{site.base}/subscribe")
    page.get_by_label("Your email address").fill(hostile)
    page.get_by_label("Statistical neighbours of").fill(hostile)
    page.evaluate("value => { document.querySelector('[name=regions]').value = value }", hostile)
    page.locator("[name=regions]").first.check()
    press(page, "Subscribe")
    assert page.get_by_role("alert").is_visible()
    nothing_foreign(page)
    page.get_by_label("Find councils by name").fill(hostile)
    page.get_by_text("No council is called").first.wait_for()
    nothing_foreign(page)
    press(page, "Subscribe")
    assert page.get_by_role("alert").is_visible()
    nothing_foreign(page)
    page.goto(f"{site.base}/m/{quote(hostile, safe='')}?{quote(hostile)}")
    nothing_foreign(page)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_outlets_say_stays_text(page: Page, site: Site, hostile: str) -> None:
    named = told(evidence=hostile, outlet=hostile, url=hostile)
    linked = told(url=f"https://news.test/{hostile}", outlet=hostile)
    site.status = replace(STATUS, sources=(replace(STATUS.sources[0], name=hostile, outlet=hostile),), channels=(hostile,))
    for inspection in (named, linked):
        site.record.becomes(RECORD[0], inspection)
        for path in ("/", f"/changes/{inspection.key}", "/authorities/E08000035", "/sources", f"/?authority={quote(hostile)}"):
            page.goto(site.base + path)
            nothing_foreign(page)
    page.goto(f"{site.base}/changes/{named.key}")
    assert faults(page, WIDTHS) == []


def test_the_policy_is_in_force(browser: Browser, site: Site) -> None:
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{site.base}/subscribe")
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran = 1\"><p style=\"color:red\">')"
    )
    page.evaluate("document.head.append(Object.assign(document.createElement('style'), {textContent: '*{color:red}'}))")
    page.wait_for_timeout(100)
    assert page.evaluate("window.ran") is None
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(27, 32, 38)"
    assert sum("Content Security Policy" in each for each in said) >= 2
    page.close()
