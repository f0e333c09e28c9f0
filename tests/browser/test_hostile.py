"""Every row of the hostile corpus in a real browser, all at once: on the pages, in errors, on the operator's pages, in mail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import pytest

from monitor.domain.authorities import authorities
from monitor.domain.characters import storable
from monitor.messages.disarm import quoted
from monitor.messages.links import Links
from monitor.messages.sanitize import sanitize
from monitor.store import SqlStore, open_store
from monitor.web.app import create_app
from monitor.web.self_service import SelfService
from monitor.web.sign_in import SignIn
from tests.browser.serving import serving
from tests.builders import NOW, StoppedClock, story, subscription
from tests.hostile import CORPUS, TEXTS
from tests.messages.test_hostile import RENDER, notices
from tests.store.test_review import record, unsure
from tests.web.hostile import hostile_site, key_of_all

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

#: Of each kind some: the pages of the operator show the newest, not all.
SOME = CORPUS[::6]
#: What no page of ours has but by somebody else's doing.
_FOREIGN = """base => [...document.querySelectorAll('*')].filter(e => {
  const names = [...e.attributes].map(a => a.name);
  const leads = ['href', 'src', 'action', 'formaction', 'data', 'xlink:href'].map(n => e.getAttribute(n)).filter(v => v !== null);
  return /^(img|iframe|object|embed|base|style|template|video|audio|marquee|math|noscript|plaintext|foreignobject|animate)$/i.test(e.tagName)
    || e.tagName === 'SCRIPT' && !(e.getAttribute('src') ?? '').startsWith('/static/')
    || e.tagName === 'META' && e.httpEquiv !== ''
    || e.tagName === 'FORM' && !e.action.startsWith(base)
    || e.tagName === 'LINK' && !/^(\\/|data:image\\/svg)/.test(e.getAttribute('href'))
    || names.some(n => n.startsWith('on') || n === 'style' || n === 'srcdoc' || n === 'contenteditable')
    || leads.some(v => /^\\s*(javascript|data:text|vbscript|file|blob):/i.test(v));
}).map(e => e.outerHTML.slice(0, 200))"""


@dataclass(kw_only=True)
class Watched:
    """A window, and all that happened in it that must not."""

    page: Page
    base: str
    happened: list[str] = field(default_factory=list)

    def show(self, path: str) -> None:
        """Open a page of the site, and look for what is not ours."""
        answer = self.page.goto(self.base + path)
        assert answer is not None
        assert answer.status < 500, path[:80]
        self.look()

    def look(self) -> None:
        """Look at the page that is open."""
        assert self.page.evaluate(_FOREIGN, self.base) == []
        assert self.page.locator("h1").count() == 1
        assert self.page.locator("main").is_visible()
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    """What waits to be sent and to be decided, of outlets that say such things."""
    folder: Path = tmp_path_factory.mktemp("hostile")
    wishes = (subscription("ann"),)
    opened = open_store(f"sqlite:///{folder / 'm.db'}", subscriptions=lambda: wishes, history=lambda _before: ())
    for number, (row, council) in enumerate(zip(SOME, authorities(), strict=False)):
        text = storable(row.text)[:2000]
        values = {"title": text, "outlet": text or "x", "url": f"https://news.test/{number}/{text}", "text": f"{text} {number}"}
        if number % 2:
            opened.record(*story({council.name: "overall outstanding"}, **values), link=None, baseline=False, now=NOW)
        else:
            record(opened, unsure({council.name: "leadership good"}, quote=text or "x", **values))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def base(store: SqlStore) -> Iterator[str]:
    clock = StoppedClock(NOW)
    sign_in = SignIn(logins={"anna": "right"}, is_password=lambda kept, said: kept == said)
    if_accepted = {item.id: item.title for item in store.reviews()}
    site = hostile_site(sign_in=sign_in, operator=store, if_accepted=lambda item: (sanitize(if_accepted[item.id]),))
    pages = SelfService(store=store, links=Links(base="", key=b"k" * 32), channel="mail", clock=clock)
    with serving(create_app(site, pages.router())) as address:
        yield address


@pytest.fixture
def watched(browser: Browser, base: str) -> Iterator[Watched]:
    """A window that notes what ran, what the policy forbade, what failed, and what was asked of anybody else."""
    context = browser.new_context()
    watched = Watched(page=context.new_page(), base=base)
    page, happened = watched.page, watched.happened
    context.expose_function("alert", lambda said: happened.append(f"alert({said})"))
    context.expose_function("forbidden", lambda said: happened.append(f"forbidden: {said}"))
    context.add_init_script(
        "addEventListener('securitypolicyviolation', e => forbidden(`${e.violatedDirective}: ${e.blockedURI} ${e.sample}`))"
    )
    page.on("dialog", lambda dialog: (happened.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: happened.append(str(error)))
    page.on("console", lambda said: happened.append(said.text) if "status of 4" not in said.text else None)
    page.on("request", lambda asked: happened.append(asked.url) if not asked.url.startswith((base, "data:image/svg")) else None)
    page.on("popup", lambda _: happened.append("a window was opened"))
    yield watched
    page.evaluate("new Promise(done => setTimeout(done, 50))")  # whatever is to come, comes
    context.close()
    assert happened == []


def test_pages_of_a_record_that_all_of_them_wrote(watched: Watched, base: str) -> None:
    key = key_of_all(hostile_site())
    for path in ("/", "/authorities/E08000035", "/authorities", "/map", "/trends", "/sources"):
        watched.show(path)
    watched.show(f"/changes/{key}")
    said = watched.page.eval_on_selector_all("blockquote", "all => all.map(e => e.textContent)")
    assert said == [shown for text in reversed(TEXTS) if (shown := quoted(text))]
    leads = watched.page.eval_on_selector_all(".evidence a", "all => all.map(e => new URL(e.href).protocol)")
    assert set(leads) == {"https:"}


def test_pages_that_say_what_was_wrong_with_all_of_them(watched: Watched) -> None:
    for some in (SOME[:25], SOME[25:]):
        pairs = [(row.text[:60], row.text[:60]) for row in some]
        watched.show(f"/?{urlencode(pairs, errors='surrogatepass')}")
        words = quote(" ".join(row.text[:60] for row in some), safe="", errors="surrogatepass")
        for path in ("/authorities?q=", "/authorities?sort=", "/?authority=", "/map?date=", "/changes/", "/m/", "/operator/"):
            watched.show(path + words)
    watched.page.goto(f"{watched.base}/subscribe")
    text = " ".join(storable(row.text)[:60] for row in SOME)
    watched.page.locator("[name=to]").fill(text)
    watched.page.get_by_label("Statistical neighbours of").fill(text)
    watched.page.evaluate("text => document.querySelector('[name=regions]').value = text", text)
    watched.page.locator("[name=regions]").first.check()
    with watched.page.expect_navigation():
        watched.page.get_by_role("button", name="Subscribe", exact=True).click()
    assert watched.page.get_by_role("alert").is_visible()
    watched.look()
    watched.page.get_by_label("Find councils by name").fill(text[:200])
    watched.page.get_by_text("No council is called").first.wait_for()
    watched.look()


def test_pages_of_the_operator(watched: Watched, store: SqlStore) -> None:
    watched.page.goto(f"{watched.base}/operator")
    watched.page.get_by_label("Account").fill("<script>alert(1)</script>")
    watched.page.get_by_label("Password").fill("x")
    with watched.page.expect_navigation():
        watched.page.get_by_role("button", name="Sign in").click()
    watched.look()
    watched.page.get_by_label("Account").fill("anna")
    watched.page.get_by_label("Password").fill("right")
    with watched.page.expect_navigation():
        watched.page.get_by_role("button", name="Sign in").click()
    for path in ("/operator", "/operator/outbox", "/operator/review?all=1"):
        watched.show(path)
    assert watched.page.locator(".judgement").count() == len(store.reviews_waiting(now=NOW)) > 15
    for line in store.deliveries()[::10]:
        watched.show(f"/operator/outbox/{line.id}")
    watched.page.goto(f"{watched.base}/operator/review")
    with watched.page.expect_navigation():
        watched.page.get_by_role("button", name="Reject").first.click()
    watched.look()


def test_mail_that_a_careless_reader_opens(watched: Watched) -> None:
    """With scripts and without a policy: nothing is in it that could run, and nothing is fetched."""
    for row in SOME[::2]:
        watched.page.set_content(RENDER.render(next(notices(row.text))).html)
        assert watched.page.locator("script, img, iframe, object, form, svg, link, base").count() == 0
        assert watched.page.evaluate("document.querySelectorAll('[onclick], [onerror], [onload], [autofocus]').length") == 0


def test_the_window_notices_what_must_not_happen(browser: Browser, base: str) -> None:
    context = browser.new_context()
    seen: list[str] = []
    context.expose_function("forbidden", lambda said: seen.append(f"forbidden: {said}"))
    context.add_init_script("addEventListener('securitypolicyviolation', e => forbidden(e.violatedDirective))")
    page = context.new_page()
    page.goto(f"{base}/about")
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)><a href=\"javascript:alert(1)\">x</a>')"
    )
    page.wait_for_timeout(100)
    assert len(page.evaluate(_FOREIGN, base)) == 2
    assert any("script-src" in each for each in seen)
    context.close()
