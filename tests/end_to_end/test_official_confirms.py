"""A council tells its rating a month before the report: one alert, then one confirmation in the same thread."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from monitor.domain.history import history
from monitor.domain.model import ClassifierResult, SourceClass
from monitor.extraction.pdf.report import read_report
from monitor.extraction.sandbox import Sandbox
from monitor.store import open_store
from tests.builders import story, subscription
from tests.extraction import pdf_files, report_pages

EARLY, PUBLISHED = date(2017, 5, 12), date(2017, 6, 13)


def moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 11, tzinfo=UTC)


def test_knowsley_2017(tmp_path: Path) -> None:
    knowsley = next(i for i in history() if i.authority.name == "Knowsley" and i.published == PUBLISHED)
    file = pdf_files.pdf(report_pages.sif(knowsley, "Knowsley Council", report_pages.grade_below))
    store = open_store(f"sqlite:///{tmp_path / 'monitor.db'}", subscriptions=lambda: [subscription("desk")])
    try:
        announced, said = story(
            {"Knowsley": "overall requires_improvement"},
            outlet="Knowsley Council",
            published=EARLY,
            source_class=SourceClass.COUNCIL,
        )
        first = store.record(announced, said, link=None, baseline=False, now=moment(EARLY))
        assert (first.deliveries, len(first.changes)) == (1, 1)
        (alert,) = store.claim(owner="test", now=moment(EARLY), lease=60, limit=9)

        with Sandbox() as sandbox:
            report = read_report(file, "https://files.ofsted.example/v1/file/1", sandbox=sandbox)
        second = store.record(report, ClassifierResult(), link=None, baseline=False, now=moment(PUBLISHED))
        assert second.deliveries == 1
        (confirmation,) = store.claim(owner="test", now=moment(PUBLISHED), lease=60, limit=9)
        assert confirmation.message.subject.startswith("Confirmed: Knowsley")
        assert confirmation.message.headers["References"] == alert.message.headers["References"]

        again = store.record(report, ClassifierResult(), link=None, baseline=False, now=moment(PUBLISHED))
        assert (again.duplicate, again.deliveries) == (True, 0)
        later, repeated = story({"Knowsley": "overall requires_improvement"}, outlet="Late Paper", published=PUBLISHED)
        assert store.record(later, repeated, link=None, baseline=False, now=moment(PUBLISHED)).deliveries == 0
        inspections = [i for i in store.inspections((knowsley.authority.urn,)) if i.published.year == 2017]
        assert [(i.trust.value, i.ratings) for i in inspections] == [("confirmed", knowsley.ratings)]
    finally:
        store.close()
