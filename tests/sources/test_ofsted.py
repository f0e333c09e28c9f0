"""A report site of our own, shaped like Ofsted's, on loopback: found once, politely, and never believed when it is short."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from monitor.domain.model import SourceClass
from monitor.fetch import HttpFetcher
from monitor.ports import Poll, SourceState
from monitor.sources import build_source
from monitor.sources.ofsted import OfstedSource, is_graded
from monitor.system.clock import SystemClock
from tests.sources.report_site import CURRENT, Site, serving


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def address(site: Site) -> Iterator[str]:
    with serving(site) as address:
        yield address


@pytest.fixture
async def fetcher() -> AsyncIterator[HttpFetcher]:
    async with HttpFetcher(clock=SystemClock(), contact="tests", allow_private=True, robots=False) as fetcher:
        yield fetcher


def source(address: str, **keys: object) -> OfstedSource:
    table = {"name": "ofsted-reports", "kind": "ofsted", "url": address, "class": "official", "at_once": 500} | keys
    built = build_source(table)
    assert isinstance(built, OfstedSource)
    return built


def after(poll: Poll) -> SourceState:
    return SourceState(name="ofsted-reports", validators=poll.validators, cursor=poll.cursor, polled_before=True)


START = SourceState(name="ofsted-reports")
TRAFFORD = "80573"


async def test_every_graded_report_is_announced_once(site: Site, address: str, fetcher: HttpFetcher) -> None:
    ofsted = source(address)
    first = await ofsted.poll(fetcher, START)
    assert first.failure is None
    assert (len(first.links), first.items) == (153, 153)
    second = await ofsted.poll(fetcher, after(first))
    assert second.links == ()
    assert second.not_modified


async def test_a_quiet_poll_asks_for_the_search_only(site: Site, address: str, fetcher: HttpFetcher) -> None:
    ofsted = source(address)
    first = await ofsted.poll(fetcher, START)
    site.asked.clear()
    await ofsted.poll(fetcher, after(first))
    assert site.asked == ["/search", "/search"]


async def test_a_new_report_is_found_at_the_next_poll(site: Site, address: str, fetcher: HttpFetcher) -> None:
    ofsted = source(address)
    first = await ofsted.poll(fetcher, START)
    site.publishes(TRAFFORD, "2", "Children\u2019s services inspection", "3 August 2029")
    site.asked.clear()
    second = await ofsted.poll(fetcher, after(first))
    assert site.asked.count(f"/provider/44/{TRAFFORD}") == 1
    assert len(site.asked) == 3
    new = [link for link in second.links if link.canonical_url not in {old.canonical_url for old in first.links}]
    assert [(link.title, link.url.removeprefix(address)) for link in new] == [
        ("Trafford: Children's services inspection", f"/v1/file/{TRAFFORD}2")
    ]
    assert new[0].published is not None
    assert new[0].published.date().isoformat() == "2029-08-03"


async def test_what_has_no_grades_is_not_announced(site: Site, address: str, fetcher: HttpFetcher) -> None:
    ofsted = source(address)
    first = await ofsted.poll(fetcher, START)
    for number, label in enumerate(["Children's services focused visit", "Area SEND full inspection"]):
        site.publishes(TRAFFORD, f"3{number}", label, f"{number + 1} August 2029")
    second = await ofsted.poll(fetcher, after(first))
    assert {link.canonical_url for link in second.links} <= {link.canonical_url for link in first.links}


async def test_a_short_listing_is_an_alarm_and_no_update(site: Site, address: str, fetcher: HttpFetcher) -> None:
    ofsted = source(address)
    first = await ofsted.poll(fetcher, START)
    site.hidden = {authority.urn for authority in CURRENT if authority.region == "East of England"}
    site.publishes(TRAFFORD, "2", "Children's services inspection", "3 August 2029")
    second = await ofsted.poll(fetcher, after(first))
    assert second.failure is not None
    assert second.failure.reason == "short_listing"
    assert "Bedford Borough" in second.failure.detail
    assert second.links == ()
    assert second.cursor == first.cursor
    site.hidden = set()
    third = await ofsted.poll(fetcher, after(second))
    assert any(link.url.endswith(f"{TRAFFORD}2") for link in third.links)


async def test_a_page_that_cannot_be_had_is_asked_for_again(site: Site, address: str, fetcher: HttpFetcher) -> None:
    ofsted = source(address)
    site.broken = {TRAFFORD}
    first = await ofsted.poll(fetcher, START)
    assert len(first.links) == 152
    site.broken = set()
    second = await ofsted.poll(fetcher, after(first))
    assert [link.url.removeprefix(address) for link in second.links] == [f"/v1/file/{TRAFFORD}1"]


async def test_no_more_than_so_many_pages_at_once(site: Site, address: str, fetcher: HttpFetcher) -> None:
    ofsted = source(address, at_once=60)
    state, counts = START, []
    for _ in range(4):
        poll = await ofsted.poll(fetcher, state)
        counts.append(len(poll.links))
        state = after(poll)
    assert counts == [60, 60, 33, 0]


async def test_entries_without_dates_are_read_in_turn(site: Site, address: str, fetcher: HttpFetcher) -> None:
    site.dated = False
    ofsted = source(address, at_once=80)
    state, read = START, set()
    for _ in range(2):
        site.asked.clear()
        poll = await ofsted.poll(fetcher, state)
        read |= {path for path in site.asked if path.startswith("/provider")}
        state = after(poll)
    assert len(read) == 153


def test_a_file_elsewhere_is_not_followed() -> None:
    elsewhere = {"url": "https://files.example.com/v1/file/1", "label": "Children's services inspection", "day": ""}
    assert source("https://reports.ofsted.gov.uk")._link(elsewhere, "x") is None


def test_reports_that_the_record_holds_are_left_out() -> None:
    held = "https://files.ofsted.gov.uk/v1/file/50306548"
    link = source("https://reports.ofsted.gov.uk")._link(
        {"url": held, "label": "Children's services inspection", "day": "2026-07-07"}, "x"
    )
    assert link is None
    other = source("https://reports.ofsted.gov.uk", held=False)._link(
        {"url": held, "label": "Children's services inspection", "day": ""}, "x"
    )
    assert other is not None
    assert other.published is None


async def test_a_page_in_the_listings_place_is_a_failure(site: Site, address: str, fetcher: HttpFetcher) -> None:
    site.hidden = {authority.urn for authority in CURRENT}
    poll = await source(address).poll(fetcher, replace(START, cursor="not json"))
    assert poll.failure is not None
    assert poll.failure.reason == "selectors"


def test_it_is_official_by_itself() -> None:
    assert OfstedSource(name="x").source_class is SourceClass.OFFICIAL


@pytest.mark.parametrize(
    ("label", "graded"),
    [
        ("Children's services inspection", True),
        ("Children\u2019s services inspection", True),
        ("Children's services re-inspection", True),
        ("Inspection of local authority children's services", True),
        ("Single inspection of LA children's services and review of the LSCB", True),
        ("Full inspection of services for children and families", True),
        ("ILACS short inspection", True),
        ("Private fostering inspection", False),
        ("Children's services focused visit", False),
        ("Children's services monitoring visit", False),
        ("Joint area child protection inspection", False),
        ("Area SEND full inspection", False),
        ("Review of Local Safeguarding Children Board", False),
    ],
)
def test_labels_of_graded_inspections(label: str, graded: bool) -> None:
    assert is_graded(label) is graded
