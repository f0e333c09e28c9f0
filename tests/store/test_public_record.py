"""What everybody may read: everything believed, and a word that is another one whenever that changes."""

from __future__ import annotations

from datetime import date, timedelta

from monitor.domain.model import Area, ClassifierResult, Trust
from monitor.ports import Poll
from monitor.store import SqlStore
from tests.builders import NOW, link, polled, report, result, story, subscription
from tests.store.conftest import HISTORY, Open


def heard(store: SqlStore, said: str, *, after: int = 0, **changed: object) -> None:
    now = NOW + timedelta(minutes=after)
    store.record(*story({"Leeds": said}, **changed), link=None, baseline=False, now=now)  # type: ignore[arg-type]


def test_the_version_follows_the_record_and_nothing_else(open_it: Open) -> None:
    store = open_it(subscription())
    versions = [store.record_version()]
    heard(store, "leadership inadequate")
    versions.append(store.record_version())
    heard(store, "leadership inadequate", outlet="Other Paper", text="Ofsted has told Leeds what it thinks.", after=1)
    versions.append(store.record_version())
    found = report("Leeds", "leadership good, children_in_care good", published=NOW.date())
    store.record(found, result(found.text, {}), link=None, baseline=False, now=NOW + timedelta(minutes=2))
    versions.append(store.record_version())
    assert len(set(versions)) == 4
    polled(store, "feed", Poll(links=(link("https://news.test/1"),)), now=NOW, next_due_at=NOW)
    store.claim(owner="t", now=NOW + timedelta(days=1), lease=60, limit=5)
    assert store.record_version() == versions[-1]


def test_the_record_is_the_history_with_what_was_heard(open_it: Open) -> None:
    store = open_it(subscription())
    assert [each.key for each in store.believed().inspections] == sorted(
        (each.key for each in HISTORY), key=lambda key: next(i.rank_key for i in HISTORY if i.key == key)
    )
    heard(store, "leadership inadequate")
    believed = store.believed()
    newest = believed.inspections[-1]
    assert (newest.authority.name, newest.trust) == ("Leeds", Trust.REPORTED)
    (change,) = believed.changes
    assert (change.change.area, change.recorded_at, change.change.inspection.key) == (Area.LEADERSHIP, NOW, newest.key)
    assert store.believed(as_of=date(2022, 3, 2)).inspections[0].authority.name == "Bury"


def test_a_report_says_on_which_page_a_grade_stands(open_it: Open) -> None:
    store = open_it(subscription())
    heard(store, "leadership good")
    found = report("Leeds", "leadership good, children_in_care good", published=NOW.date())
    read = ClassifierResult(judgements=found.judgements, relevant=True)
    store.record(found, read, link=None, baseline=False, now=NOW + timedelta(minutes=1))
    newest = store.believed().inspections[-1]
    pages = store.report_pages(newest.key)
    assert {(page.area, page.page) for page in pages} == {("leadership", 1), ("children_in_care", 1)}
    assert {page.quote for page in pages} == {found.text}
    assert store.report_pages("none") == ()
