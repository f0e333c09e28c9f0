"""The pages of numbers in a real browser, over the real record: by keyboard, by slider, and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from monitor.domain.history import history
from monitor.web.app import create_app
from tests.browser.serving import serving
from tests.web.fakes import FakeRecord, site_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    """The site over the shipped record."""
    with serving(create_app(site_of(record=FakeRecord(*history())))) as address:
        yield address


@pytest.fixture
def page(browser: Browser, base: str) -> Iterator[Page]:
    """A window on the map that notes what the policy forbade and what failed."""
    said: list[str] = []
    context = browser.new_context()
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{base}/map")
    yield page
    context.close()
    assert said == []


def named(page: Page) -> str:
    """What has the focus, as it is read out."""
    return str(page.evaluate("(e => (e.querySelector('title') ?? e).textContent)(document.activeElement)"))


def test_arrow_keys_go_about_england(page: Page) -> None:
    page.locator(".hexes a").first.focus()
    assert named(page).startswith("Northumberland: ")
    been = [named(page)]
    for key in ("ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft"):
        page.keyboard.press(key)
        been.append(named(page))
    assert len(set(been[:4])) == 4  # each key led on
    page.keyboard.press("Tab")
    assert named(page) == "PNG"  # and one more tab leads out of it
    page.keyboard.press("Shift+Tab")
    assert named(page) == been[-1]
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "/authorities/E" in page.url


def test_arrow_keys_reach_every_council(page: Page) -> None:
    reached = page.evaluate(
        """() => {
          const links = [...document.querySelectorAll('.hexes a')], seen = new Set([links[0]]), left = [links[0]];
          while (left.length) {
            const link = left.pop();
            for (const key of ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight']) {
              link.focus();
              link.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
              if (!seen.has(document.activeElement)) { seen.add(document.activeElement); left.push(document.activeElement); }
            }
          }
          return [seen.size, links.length];
        }"""
    )
    assert reached[0] == reached[1] == 153


def test_the_slider_shows_another_day_without_leaving_the_page(page: Page) -> None:
    page.evaluate("window.stays = true")
    now = page.locator("#counts").inner_text()
    slider = page.get_by_label("Through the months")
    slider.focus()
    for _ in range(9):
        slider.press("ArrowLeft")
    page.wait_for_selector("h2:has-text('30 November 2025')")
    assert page.evaluate("window.stays")
    assert page.get_by_label("On this day").input_value() == "2025-11-30"
    assert page.url.endswith("/map?area=leadership&date=2025-11-30")
    assert "30 November 2025" in page.title()
    assert page.locator("#counts").inner_text() != now
    page.locator(".hexes a").first.focus()
    page.keyboard.press("ArrowDown")
    assert ": " in named(page)  # the new map has its keys, too


def test_without_scripts_the_form_does(browser: Browser, base: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{base}/map")
    assert page.get_by_label("Through the months").count() == 0
    page.get_by_label("Area").select_option("Overall effectiveness")
    page.get_by_label("On this day").fill("2016-12-31")
    with page.expect_navigation():
        page.get_by_role("button", name="Show").click()
    assert page.get_by_role("heading", name="Overall effectiveness on 31 December 2016").is_visible()
    assert page.get_by_role("link", name="Northamptonshire", exact=True).count() == 2  # below the map, and in the table
    context.close()
