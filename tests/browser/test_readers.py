"""What readers come for, in a real browser over the whole record: filters, lists, map, trends, forecast, and things to take away."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from monitor.domain.history import history
from monitor.web.app import create_app
from tests.browser.serving import serving
from tests.web.fakes import FakeRecord, site_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Response

#: Bytes that a page may take with everything that belongs to it; the map may take more.
MAX_WEIGHT, MAX_MAP = 150_000, 300_000
LEEDS = "E08000035"


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    """The site over the shipped record."""
    with serving(create_app(site_of(record=FakeRecord(*history())))) as address:
        yield address


@pytest.fixture
def page(browser: Browser, base: str) -> Iterator[Page]:
    """A window that notes what the policy forbade and what failed."""
    said: list[str] = []
    context = browser.new_context(base_url=base)
    page = context.new_page()
    page.on("console", lambda message: "status of 400" in message.text or said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert said == []


@pytest.fixture
def plain(browser: Browser, base: str) -> Iterator[Page]:
    """A window without scripts."""
    context = browser.new_context(base_url=base, java_script_enabled=False)
    yield context.new_page()
    context.close()


def asked(page: Page) -> dict[str, list[str]]:
    """What the address asks for."""
    return parse_qs(urlsplit(page.url).query)


def councils(page: Page) -> list[str]:
    """The rows of the list, by the council of each."""
    return page.locator("tbody th a").all_inner_texts()


def press(page: Page, name: str, role: str = "link") -> None:
    with page.expect_navigation():
        page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]  # a role


# --- latest ---------------------------------------------------------------------------------------------------------------


def test_a_filter_by_keyboard_is_an_address_a_feed_and_a_step_back(page: Page) -> None:
    page.goto("/")
    everything = councils(page)
    page.get_by_label("Council").focus()
    page.keyboard.type("leeds")
    page.keyboard.press("Escape")  # no suggestion is wanted
    for field in ("Region", "What happened"):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.labels[0].innerText") == field
    page.keyboard.type("Went down")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert asked(page) == {"authority": ["leeds"], "kind": ["downgraded"]}
    assert set(councils(page)) == {"Leeds"}
    feeds = page.locator("link[rel=alternate]").evaluate_all("all => all.map(e => e.href)")
    assert {urlsplit(each).query for each in feeds} == {f"authority={LEEDS}&kind=downgraded"}
    entries = json.loads(page.request.get(next(each for each in feeds if each.endswith("json?" + urlsplit(each).query))).text())
    assert [each["title"].partition(":")[0] for each in entries["items"]] == councils(page)
    press(page, "Without What happened: Went down")
    assert asked(page) == {"authority": [LEEDS]}
    page.go_back()
    assert asked(page) == {"authority": ["leeds"], "kind": ["downgraded"]}
    assert page.get_by_label("What happened").input_value() == "downgraded"
    page.go_back()
    assert councils(page) == everything


def test_a_filter_by_mouse_goes_into_every_way_to_take_the_list(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Region").select_option("London")
    page.get_by_text("More: area, rating").click()
    page.get_by_label("Area").select_option("Help and protection")
    page.get_by_label("Published from").fill("2018-01-01")
    press(page, "Show", "button")
    wanted = {"region": ["London"], "area": ["help_and_protection"], "from": ["2018-01-01"]}
    assert asked(page) == wanted
    assert page.get_by_label("Area").is_visible(), "what was chosen is to be seen"
    links = page.locator("section:has(#take) a").evaluate_all("all => all.map(e => e.href)")
    assert len(links) == 6
    assert all(parse_qs(urlsplit(each).query) == wanted for each in links)
    with page.expect_download() as kept:
        page.get_by_role("link", name="As a spreadsheet").click()
    assert kept.value.suggested_filename == "ofsted-changes-london-help-and-protection-from-2018-01-01-2026-08-03.csv"
    press(page, "Without any filter")
    press(page, "this year")
    assert asked(page) == {"from": ["2026-01-01"]}


def test_a_council_that_was_mistyped_is_one_press_away(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Council").fill("Ledes")
    press(page, "Show", "button")
    assert page.get_by_role("heading", level=1).inner_text() == "That cannot be understood"
    press(page, "Did you mean Leeds?")
    assert set(councils(page)) == {"Leeds"}


# --- authorities ----------------------------------------------------------------------------------------------------------


def test_the_list_follows_what_is_typed(page: Page) -> None:
    page.goto("/authorities?sort=-published")
    page.evaluate("window.stays = true")
    page.get_by_label("Name or code").press_sequentially("north y", delay=5)
    page.wait_for_selector("#how-many:has-text('1 of 153')")
    assert councils(page)[0] == "North Yorkshire"
    assert asked(page) == {"q": ["north y"], "sort": ["-published"]}
    assert page.get_by_role("status").inner_text() == "1 of 153 authorities fit"
    assert parse_qs(urlsplit(str(page.get_by_role("link", name="Download").get_attribute("href"))).query) == asked(page)
    page.get_by_label("Name or code").fill("nroth yorkshire")
    page.wait_for_selector("text=Did you mean")
    assert page.evaluate("window.stays && document.activeElement.id") == "q"
    press(page, "North Yorkshire")
    assert "/authorities/E" in page.url


def test_without_scripts_the_list_is_sorted_and_searched_by_addresses(plain: Page) -> None:
    plain.goto("/authorities")
    assert len(councils(plain)) >= 153
    press(plain, "Published")
    assert plain.locator("th[aria-sort=descending]").inner_text().startswith("Published")
    newest = plain.locator("tbody tr").first.locator("td").last.inner_text()
    press(plain, "Published")
    assert plain.locator("th[aria-sort=ascending]").inner_text().startswith("Published")
    assert plain.locator("tbody tr").first.locator("td").last.inner_text() != newest
    plain.get_by_label("Name or code").fill("hull")
    press(plain, "Show", "button")
    assert councils(plain)[0] == "Hull"
    assert plain.get_by_role("status").inner_text() == "1 of 153 authorities fit"
    assert asked(plain) == {"q": ["hull"], "sort": ["published"]}


def test_a_council_leads_to_its_neighbours_and_to_a_picture(page: Page) -> None:
    page.goto(f"/authorities/{LEEDS}")
    with page.expect_download() as kept:
        page.get_by_role("link", name="PNG").click()
    assert kept.value.suggested_filename == "ofsted-ratings-leeds-2026-08-03.png"
    neighbours = page.locator("[aria-labelledby=neighbours] tbody th").all_inner_texts()
    mail = str(page.get_by_role("link", name="mail", exact=True).get_attribute("href"))
    assert mail == f"/subscribe?authority={LEEDS}&neighbours_of={LEEDS}"
    press(page, "list")
    assert len(asked(page)["authority"]) == len(neighbours) == 11
    assert set(councils(page)) <= set(neighbours)


def test_a_change_can_be_cited_and_leads_back(page: Page) -> None:
    page.goto("/")
    council = page.locator("tbody th a").first
    name = council.inner_text()
    with page.expect_navigation():
        council.click()
    cited = page.locator(".cite").inner_text()
    assert cited.startswith(page.get_by_role("heading", level=1).inner_text())
    assert cited.endswith(urlsplit(page.url).path)
    assert "as of 3 August 2026" in cited
    shown = str(page.locator("meta[property='og:image']").get_attribute("content"))
    assert page.request.get(shown).body().startswith(b"\x89PNG"), "what a chat shows of a link to it"
    press(page, f"All inspections and changes of {name}")
    assert page.get_by_role("heading", level=1).inner_text() == name


# --- numbers --------------------------------------------------------------------------------------------------------------

_MAP = "all => all.map(e => [e.querySelector('title').textContent.split(':')[0], e.dataset.rating])"
_TABLE = """all => all.map(e => {
  const rating = e.querySelector('.grade')?.classList[1] ?? 'none';
  return [e.querySelector('th').innerText, rating === 'adequate' ? 'requires_improvement' : rating];
})"""


def test_the_map_goes_back_to_its_first_month_by_keyboard_and_its_table_says_the_same(page: Page) -> None:
    page.goto("/map")
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.id") != "slide":
        page.keyboard.press("Tab")
    for key, times, day, count in (("Home", 1, "31 January 2014", 0), ("ArrowRight", 35, "31 December 2016", 100)):
        for _ in range(times):
            page.keyboard.press(key)
        page.wait_for_selector(f"#what:has-text('{day}')")
        page.wait_for_selector(f"#places:has-text('{day}')")
        hexes = dict(page.locator(".hexes a").evaluate_all(_MAP))
        rows = dict(page.locator(".places tbody tr").evaluate_all(_TABLE))
        assert hexes == {name: rows[name] for name in hexes}
        assert (sum(rating != "none" for rating in hexes.values()) > count) == bool(count)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#table", "the map can be skipped"


def test_trends_are_chosen_and_the_chart_says_what_the_table_says(page: Page) -> None:
    page.goto("/trends")
    page.get_by_label("Area").focus()
    page.keyboard.type("Children in")
    page.keyboard.press("Tab")
    page.keyboard.type("North W")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert asked(page) == {"area": ["children_in_care"], "region": ["North West"]}
    heads = page.locator("[aria-labelledby=years] thead th").all_inner_texts()
    today = page.locator("[aria-labelledby=years] tbody tr").first.locator("th, td").all_inner_texts()
    legend = page.locator(".rating-counts text.small").all_text_contents()
    assert today[0] == "3 August 2026"
    for rating, number in zip(heads[1:-1], today[1:-1], strict=True):
        assert f"{rating}: {number}" in legend
    press(page, "London")
    assert asked(page) == {"area": ["children_in_care"], "region": ["London"]}


def test_a_forecast_is_sorted_narrowed_and_the_same_on_the_councils_page(page: Page) -> None:
    page.goto("/forecast")
    page.get_by_label("Region").select_option("North East")
    press(page, "Show", "button")
    press(page, "Waited")
    assert asked(page) == {"region": ["North East"], "sort": ["waited"]}
    waited = [float(re.findall(r"[\d.]+", each)[0]) for each in page.locator("tbody td.number").all_inner_texts()]
    assert waited == sorted(waited, reverse=True)
    row = page.locator("tbody tr").last
    last = row.locator("td").nth(2).inner_text()
    with page.expect_navigation():
        row.locator("th a").click()
    assert last in page.locator("main").inner_text()


def test_no_page_is_heavy(page: Page) -> None:
    got: list[Response] = []
    page.on("response", lambda response: got.append(response))  # noqa: PLW0108  # it wants a function of Python's own
    for path in ("/", "/authorities", f"/authorities/{LEEDS}", "/trends", "/forecast", "/sources", "/about", "/map"):
        got.clear()
        page.goto(path)
        weight = sum(each.request.sizes()["responseBodySize"] for each in got)
        assert 1_000 < weight <= (MAX_MAP if path == "/map" else MAX_WEIGHT), path


#: An A4 sheet between its margins, at 96 points an inch.
PAPER = 680


def test_on_paper_nothing_is_cut_and_nothing_is_there_to_be_pressed(page: Page) -> None:
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PAPER, "height": 1000})
    change = history()[-1].key
    for path in ("/", "/authorities", f"/authorities/{LEEDS}", f"/changes/{change}", "/map", "/trends", "/forecast", "/about"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PAPER, path
        wide = "[...document.querySelectorAll('.scroll, .wide, table')].filter(e => e.scrollWidth > e.parentElement.clientWidth + 1)"
        assert page.evaluate(f"{wide}.map(e => e.outerHTML.slice(0, 60))") == [], path
        pressed = "[...document.querySelectorAll('button, input, select, nav a, footer a')].filter(e => e.checkVisibility())"
        assert page.evaluate(f"{pressed}.map(e => e.outerHTML)") == [], path
        assert page.get_by_role("banner").inner_text() == "Ofsted rating monitor", "whose paper it is"
