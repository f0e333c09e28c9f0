"""The golden mails as a browser shows them: readable in light and dark, on a phone, and where a client drops the style sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from monitor.messages import Notice
from monitor.messages.account_mails import welcome
from monitor.messages.operator import trial_notice
from monitor.messages.sample import sample_notice
from tests.browser.looks import MIN_CONTRAST, faults, headings, visible_texts
from tests.messages.golden import MOMENT, RENDERER, mail, notices

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = sorted(notices())
WIDTHS = (360, 800)


@pytest.fixture(scope="module", params=["light", "dark"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A window in either scheme, without scripts, as in a mail client."""
    context = browser.new_context(color_scheme=request.param, java_script_enabled=False, offline=True)
    yield context.new_page()
    context.close()


def html(notice: Notice) -> str:
    """The HTML part, out of the mail as it goes out."""
    body = message_from_bytes(mail(notice), policy=policy.default).get_body(("html",))
    assert body is not None
    return str(body.get_content())


def without_style(page: str) -> str:
    """What is left of it in clients that know inline styles only."""
    bare = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    assert len(bare) < len(page) - 500
    return bare


@pytest.mark.parametrize("name", NAMES)
def test_everything_can_be_read(page: Page, name: str) -> None:
    page.set_content(html(notices()[name]))
    assert faults(page, (320, *WIDTHS)) == []
    page.set_content(without_style(html(notices()[name])))
    assert faults(page, WIDTHS) == []


def test_letters_can_be_read(page: Page) -> None:
    url = "https://monitor.test/"
    written = (welcome("w" * 32, MOMENT, url=url), trial_notice("t" * 32, MOMENT, page=url), sample_notice("s" * 32, MOMENT))
    for letter in written:
        page.set_content(html(letter))
        assert faults(page, (320, *WIDTHS)) == []
        assert headings(page)[0] == "h1"


def test_the_measure_sees_what_is_wrong(page: Page) -> None:
    page.set_content('<body style="background:#fff"><p style="color:#999;font-size:12px">faint</p><pre>' + "x" * 200)
    found = " ".join(faults(page, (320,)))
    assert "contrast 2.85: faint" in found
    assert "12 px: faint" in found
    assert "wider than 320: what is in it" in found


@pytest.mark.parametrize("page", ["light"], indirect=True)
@pytest.mark.parametrize("name", NAMES)
def test_it_has_the_structure_that_a_screen_reader_needs(page: Page, name: str) -> None:
    page.set_content(html(notices()[name]))
    assert page.locator("html").get_attribute("lang") == page.locator("[role=article]").get_attribute("lang") == "en-GB"
    order = headings(page)
    assert order.count("h1") == 1
    assert order[0] == "h1"
    assert all(after <= before or int(after[1]) == int(before[1]) + 1 for before, after in pairwise(order))
    names = [link.inner_text() for link in page.get_by_role("link").all()]
    assert len(names) == len(set(names)), "each link says by itself where it leads"
    assert all(len(name.split()) >= 3 for name in names)
    for table in page.locator("table:not([role=presentation])").all():
        assert table.locator("caption").count() == 1
        assert table.locator("th:not([scope])").count() == 0
    assert page.locator("[tabindex], [autofocus], img, script, form").count() == 0


def test_dark_is_dark_and_light_is_light(page: Page) -> None:
    page.set_content(html(notices()["trafford_mixed"]))
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == ("rgb(21, 25, 30)" if dark else "rgb(255, 255, 255)")
    page.set_content(without_style(html(notices()["trafford_mixed"])))
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_words_without_end_do_not_widen_it(page: Page) -> None:
    reported = notices()["trafford_reported"]
    long = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 5
    changes = tuple(replace(change, evidence=long, outlet=long, conflict=long) for change in reported.changes)
    page.set_content(RENDERER.render(replace(reported, changes=changes, notes=(long,), reasons=(long,), also=(long,))).html)
    assert faults(page, WIDTHS) == []
    assert min(text.contrast for text in visible_texts(page)) >= MIN_CONTRAST
