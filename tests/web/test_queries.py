"""What pages ask of the record: filters that mean one thing everywhere, lists that lose nothing, changes under stable keys."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from queue import Queue
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.authorities import authorities, regions
from monitor.domain.history import history
from monitor.domain.model import Area, ChangeKind, Rating, Trust
from monitor.domain.public_record import Believed, ReportPage
from monitor.store import open_store
from monitor.web.csv_files import cell
from monitor.web.queries.authorities import find_authority, one_authority, rows_of
from monitor.web.queries.change_filter import MAX_PAGE, PARAMETERS, ChangeFilter, FilterError, parse_filter
from monitor.web.queries.changes import inspections_page, page_of
from monitor.web.queries.one_change import find_change, one_change
from monitor.web.queries.record import Record, RecordCache
from monitor.web.queries.trends import years
from tests.builders import NOW, StoppedClock, official, report, result, story
from tests.web.fakes import RECORD, FakeRecord

TODAY = date(2026, 9, 1)
WHOLE = Record(Believed(inspections=history(), changes=()), version="1", as_of=TODAY)
FILTERS = st.builds(
    ChangeFilter,
    authorities=st.frozensets(st.sampled_from([each.urn for each in authorities()]), max_size=3),
    regions=st.frozensets(st.sampled_from(regions()), max_size=3),
    areas=st.frozensets(st.sampled_from(Area), max_size=3),
    kinds=st.frozensets(st.sampled_from(ChangeKind), max_size=3),
    ratings=st.frozensets(st.sampled_from(Rating), max_size=3),
    trust=st.frozensets(st.sampled_from(Trust), max_size=2),
    since=st.none() | st.dates(date(2014, 1, 1), date(2019, 1, 1)),
    until=st.none() | st.dates(date(2019, 1, 1), date(2026, 1, 1)),
    after=st.just("") | st.sampled_from([each.key for each in WHOLE.changes]),
    limit=st.integers(1, MAX_PAGE),
    oldest_first=st.booleans(),
)


# --- filters --------------------------------------------------------------------------------------------------------------


@given(FILTERS)
def test_a_filter_is_what_its_address_says(wanted: ChangeFilter) -> None:
    query = wanted.query()
    again = parse_filter(parse_qsl(query))
    assert again == wanted
    assert again.query() == query


def test_every_parameter_can_be_used_as_its_example_says() -> None:
    for row in PARAMETERS:
        wanted = parse_filter([(row.name, row.example)])
        assert (wanted == ChangeFilter()) == (not row.example)


@pytest.mark.parametrize(
    "query",
    [
        "authority=Kingston+upon+Hull&kind=Into-Inadequate",
        "authority=E06000010&kind=into_inadequate",
        "kind=into+inadequate&authority=810",
        "kind=into_inadequate&authority=Hull&authority=hull&region=&utm_source=letter",
    ],
)
def test_one_wish_has_one_address(query: str) -> None:
    assert parse_filter(parse_qsl(query, keep_blank_values=True)).query() == "authority=E06000010&kind=into_inadequate"


@pytest.mark.parametrize(
    ("query", "name", "words"),
    [
        ("authority=Atlantis", "authority", "is no authority"),
        ("authority=Leds", "authority", "did you mean 'Leeds'? Allowed: a name"),
        ("authority=West+Surrey", "authority", "is known once Ofsted has registered it. Allowed: a name"),
        ("area=leaders", "area", "did you mean leadership?"),
        ("kind=better", "kind", "Allowed: into_inadequate"),
        ("rating=fine", "rating", "outstanding"),
        ("trust=much", "trust", "confirmed"),
        ("from=yesterday", "from", "a day such as"),
        ("from=2026-02-30", "from", "is not a date"),
        ("to=2024-1", "to", "is not a date"),
        ("from=2025-01-01&to=2024-01-01", "from", "is after the day in to"),
        ("from=2025-01-01&from=2024-01-01", "from", "may be given once"),
        ("limit=0", "limit", "from 1 to 500"),
        ("limit=501", "limit", "from 1 to 500"),
        ("limit=٣", "limit", "from 1 to 500"),
        ("limit=" + "9" * 5000, "limit", "from 1 to 500"),
        ("order=random", "order", "newest, oldest"),
        ("sort=up", "sort", "is not known"),
        ("after=" + "x" * 500, "after", "is no key"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(query: str, name: str, words: str) -> None:
    with pytest.raises(FilterError) as refused:
        parse_filter(parse_qsl(query))
    assert list(refused.value.problems) == [name]
    assert words in refused.value.problems[name]


@given(FILTERS)
def test_a_filter_gives_what_it_asks_for(wanted: ChangeFilter) -> None:
    for each in page_of(WHOLE, wanted).changes:
        assert not wanted.authorities or each.authority.urn in wanted.authorities
        assert not wanted.areas or each.change.area in wanted.areas
        assert not wanted.kinds or each.change.kinds & wanted.kinds
        assert wanted.kinds or each.is_news
        assert wanted.since is None or wanted.since <= each.published


# --- lists ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("oldest_first", [False, True])
@pytest.mark.parametrize("limit", [1, 7, 500])
def test_part_by_part_the_list_is_whole(oldest_first: bool, limit: int) -> None:
    wanted = ChangeFilter(regions=frozenset({"London"}), limit=limit, oldest_first=oldest_first)
    following: ChangeFilter | None = wanted
    found = []
    while following is not None:
        part = page_of(WHOLE, following)
        found += part.changes
        following = part.next
    keys = [each.key for each in found]
    assert len(keys) == len(set(keys)) == page_of(WHOLE, wanted).total > 100
    assert set(keys) == {each.key for each in WHOLE.changes if wanted(each)}


@pytest.mark.parametrize("limit", [1, 3, 10])
def test_no_inspection_is_torn_between_two_parts(limit: int) -> None:
    following: ChangeFilter | None = ChangeFilter(regions=frozenset({"London"}), limit=limit)
    seen: list[str] = []
    while following is not None:
        news, part = inspections_page(WHOLE, following)
        seen += [each.inspection.key for each in news]
        following = part.next
    assert len(seen) == len(set(seen)) > 30


def test_a_key_that_is_unknown_begins_no_list() -> None:
    with pytest.raises(FilterError, match="after"):
        page_of(WHOLE, ChangeFilter(after="none"))


# --- one change -----------------------------------------------------------------------------------------------------------


def test_a_change_has_its_address_through_confirmation_and_correction(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'm.db'}", subscriptions=lambda: (), history=lambda _before: RECORD[:1])
    clock = StoppedClock(NOW)
    cache = RecordCache(store, clock)
    store.record(*story({"Leeds": "leadership inadequate, children_in_care good"}), link=None, baseline=False, now=NOW)
    before = {each.change.area: each for each in cache.current().changes if each.versions}
    assert before[Area.LEADERSHIP].change.new is Rating.INADEQUATE
    found = report("Leeds", "leadership outstanding, children_in_care good", published=NOW.date())
    read = replace(result("", {}), judgements=found.judgements, relevant=True)
    store.record(found, read, link=None, baseline=False, now=NOW + timedelta(hours=1))
    record = cache.current()
    for area, earlier in before.items():
        now = record.change(earlier.key)
        assert now is not None
        assert now.key == earlier.key
        assert now.change.new is ({Area.LEADERSHIP: Rating.OUTSTANDING}.get(area, Rating.GOOD))
        assert [each.recorded_at for each in now.versions] == [NOW, NOW + timedelta(hours=1)]
        assert record.change(now.versions[-1].change.key) == now
    shown = one_change(record, before[Area.LEADERSHIP].key, store.report_pages(now.inspection.key))
    assert shown is not None
    assert shown.headline == "leadership up to outstanding"
    assert [each.official for each in shown.evidence] == [False, True]
    assert shown.evidence[1].quotes == ((found.text, 1),)
    assert [(each.area, each.words) for each in shown.versions[2:]] == [
        (Area.LEADERSHIP, "corrected to outstanding"),
        (Area.CHILDREN_IN_CARE, "confirmed as good"),
    ]
    assert len([each for each in record.changes if each.inspection.key == now.inspection.key]) == 2
    store.close()


def test_every_change_of_the_record_can_be_found_by_its_key_and_by_its_inspection() -> None:
    keys = [each.key for each in WHOLE.changes]
    assert len(keys) == len(set(keys))
    for each in WHOLE.changes:
        assert WHOLE.change(each.key) == each
        assert each in find_change(WHOLE, each.inspection.key)
        assert find_change(WHOLE, each.key) == find_change(WHOLE, each.inspection.key)
    assert find_change(WHOLE, "") == find_change(WHOLE, "nonsense") == ()


def test_a_page_of_a_report_stands_at_its_own_sentence() -> None:
    inspection = official("Leeds", "leadership good", published=TODAY, evidence={Area.LEADERSHIP: "Leaders are good."})
    record = Record(Believed(inspections=(inspection,), changes=()), version="1", as_of=TODAY)
    pages = (
        ReportPage(area="leadership", quote="Leaders are good.", page=2),
        ReportPage(area="overall", quote="Other.", page=9),
    )
    shown = one_change(record, inspection.key, pages)
    assert shown is not None
    assert shown.evidence[0].quotes == (("Leaders are good.", 2),)


# --- authorities, trends, the cache ---------------------------------------------------------------------------------------


def test_authorities_are_those_of_the_day() -> None:
    assert len(rows_of(WHOLE)) == 153
    names = {row.authority.name for row in rows_of(WHOLE, date(2020, 1, 1))}
    assert "Cumbria" in names
    assert "Cumberland" not in names
    leeds = next(row for row in rows_of(WHOLE, date(2016, 1, 1)) if row.authority.name == "Leeds")
    assert leeds.published is not None
    assert leeds.published < date(2016, 1, 1)


def test_an_authority_has_all_its_inspections_and_what_came_before_it() -> None:
    cumberland = find_authority("E06000063")
    assert cumberland is not None
    shown = one_authority(WHOLE, cumberland)
    assert [each.name for each, _ in shown.predecessors] == ["Cumbria"]
    assert [each.published for each in shown.inspections] == sorted((i.published for i in shown.inspections), reverse=True)
    cumbria = shown.predecessors[0][0]
    assert {each.name for each in one_authority(WHOLE, cumbria).successors} == {"Cumberland", "Westmorland and Furness"}


def test_numbers_of_a_year_are_those_of_the_authorities_of_its_end() -> None:
    for row in years(WHOLE, Area.LEADERSHIP):
        assert row.counts.authorities == len(rows_of(WHOLE, min(date(row.year, 12, 31), TODAY)))
    parts = [years(WHOLE, Area.LEADERSHIP, region) for region in regions()]
    for row, *of_regions in zip(years(WHOLE, Area.LEADERSHIP), *parts, strict=True):
        assert len(row.flow.into) == sum(len(each.flow.into) for each in of_regions)
        for rating in Rating:
            assert row.counts.counts.get(rating, 0) == sum(each.counts.counts.get(rating, 0) for each in of_regions)


def test_the_record_is_read_again_only_when_it_changed() -> None:
    store, clock = FakeRecord(*RECORD), StoppedClock(datetime(2026, 9, 1, 12, tzinfo=UTC))
    cache = RecordCache(store, clock)
    assert cache.current() is cache.current()
    store.becomes(*RECORD[:2])
    assert len(cache.current().inspections) == 2
    clock.forward(days=1)
    assert cache.current().as_of == date(2026, 9, 2)
    assert store.asked == 3


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", " =1", "\u200b=1", '=HYPERLINK("http://x")'])
def test_no_cell_is_calculated(text: str) -> None:
    assert cell(text).startswith("'")
    assert cell("Leeds") == "Leeds"


def test_what_takes_long_is_derived_once_of_each_new_record_beside_its_readers() -> None:
    store, prepared = FakeRecord(*RECORD), Queue[Record]()
    cache = RecordCache(store, StoppedClock(NOW), prepare=prepared.put)
    assert len({id(cache.current()) for _ in range(50)}) == 1
    assert prepared.get(timeout=10) is cache.current()
    store.becomes(*RECORD[:2])
    assert cache.current() is prepared.get(timeout=10)
    assert prepared.empty()
