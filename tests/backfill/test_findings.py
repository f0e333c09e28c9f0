"""One part from bytes to findings, what is kept of it, and what it comes to beside the record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from monitor.backfill.findings import Finding, PartResult, finding_json, finding_of
from monitor.backfill.kept import KeptResults
from monitor.backfill.partition import Options, read_part
from monitor.backfill.plan import form_of, parts_of, parts_of_pages
from monitor.backfill.report import report
from monitor.domain.model import Area, ClassifierResult, Rating, SourceClass
from monitor.extraction.lanes import Lanes
from monitor.extraction.sandbox import Sandbox
from tests.backfill.archive import morning, ordinary, page, rated, record, write_lines, write_warc
from tests.builders import official, story
from tests.builders import report as official_report

DAY = date(2023, 1, 31)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """The children of a worker."""
    with Lanes() as children:
        yield children


PLAIN = Options()


def read(path: Path, sandbox: Sandbox, options: Options = PLAIN) -> PartResult:
    form = form_of(path)
    assert form is not None
    (part,) = parts_of(path, form)
    return read_part(part, options, sandbox)


def said(result: PartResult) -> list[tuple[str, str, str, str]]:
    return [
        (str(getattr(each.document, "outlet", "Ofsted")), j.authority.display_name, j.area.value, j.rating.value)
        for each in result.findings
        for j in each.result.judgements
    ]


def told(name: str, rating: str, number: int, *, site: str = "www.gazette.co.uk") -> bytes:
    title, text = rated(name, rating)
    return record(f"https://{site}/{number}", page(title, text, day=DAY), at=morning(DAY))


def test_an_archive_comes_to_findings(tmp_path: Path, sandbox: Sandbox) -> None:
    pages = [record(f"https://www.daily.co.uk/{n}", ordinary(n)) for n in range(40)]
    path = write_warc(tmp_path / "a.warc.gz", [*pages[:20], told("Trafford", "inadequate", 1), *pages[20:]])
    result = read(path, sandbox)
    assert said(result) == [("gazette.co.uk", "Trafford", "overall", "inadequate")]
    assert result.counts["records"] == 41
    assert sum(result.counts.get(name, 0) for name in ("gated", "irrelevant", "found", "uncertain", "unread", "skipped")) == 41
    assert result.counts["gated"] >= 30
    assert (result.first, result.last) == (DAY, date(2023, 5, 2))


def test_an_outlet_that_is_watched_is_called_as_it_is_here(tmp_path: Path, sandbox: Sandbox) -> None:
    path = write_warc(tmp_path / "a.warc.gz", [told("Trafford", "inadequate", 1, site="www.bbc.com/news")])
    options = Options(outlets={"bbc.co.uk": ("BBC News", SourceClass.PRESS.value)})
    assert [each[0] for each in said(read(path, sandbox, options))] == ["BBC News"]


@pytest.mark.parametrize("as_html", [True, False])
def test_json_lines_come_to_the_same(tmp_path: Path, sandbox: Sandbox, as_html: bool) -> None:
    title, text = rated("Trafford", "inadequate")
    body = {"html": page(title, text)} if as_html else {"text": text}
    path = write_lines(
        tmp_path / "a.jsonl", [{"url": "https://www.gazette.co.uk/1", "date": DAY.isoformat(), "title": title, **body}]
    )
    result = read(path, sandbox)
    assert said(result) == [("gazette.co.uk", "Trafford", "overall", "inadequate")]
    assert [each.document.published for each in result.findings] == [DAY]


def test_hostile_pages_are_told_and_the_rest_is_read(tmp_path: Path, sandbox: Sandbox) -> None:
    words = "<p>Ofsted children's services</p>"
    attributes = " ".join(f"a{n}=1" for n in range(20_000))
    path = write_warc(
        tmp_path / "a.warc.gz",
        [
            record("https://x.test/1", f"<html><body><div {attributes}>{words}</div>"),
            record("https://x.test/2", b"\x89PNG" + bytes(range(256)) * 20 + words.encode()),
            record("https://x.test/3", "%PDF-1.7 ofsted"),
            told("Trafford", "inadequate", 4),
        ],
    )
    result = read(path, sandbox)
    assert [each.reason for each in result.unread] == ["hostile", "not_text", "unofficial_report"]
    assert [each.offset > 0 for each in result.unread] == [False, True, True]
    assert len(said(result)) == 1


def test_what_has_no_day_is_told_and_not_believed(tmp_path: Path, sandbox: Sandbox) -> None:
    title, text = rated("Trafford", "inadequate")
    path = tmp_path / "page.html"
    path.write_text(page(title, text))
    (part,) = parts_of_pages([path])
    assert [each.reason for each in read_part(part, Options(), sandbox).unread] == ["undated"]
    path.write_text(page(title, text, day=DAY))
    (part,) = parts_of_pages([path])
    assert len(read_part(part, Options(), sandbox).findings) == 1


# --- kept -----------------------------------------------------------------------------------------------------------------


def example() -> PartResult:
    document, result = story({"Leeds": "overall good, leadership outstanding"}, published=DAY)
    unsure = replace(result, uncertain=result.judgements[:1], reports_inspection=False)
    of_report = official_report("Kent", "overall good", published=DAY)
    return PartResult(
        counts={"found": 2},
        first=DAY,
        last=None,
        findings=(
            Finding(file="a", offset=3, document=document, result=unsure),
            Finding(
                file="a",
                offset=9,
                document=of_report,
                result=ClassifierResult(judgements=of_report.judgements, relevant=True, classifier_version="x"),
            ),
        ),
        unread=(),
    )


def test_what_is_kept_comes_back_as_it_was(tmp_path: Path) -> None:
    kept = KeptResults(tmp_path / "parts")
    kept.save("k", example())
    assert kept.load("k") == example()
    assert [finding_of(finding_json(each)) for each in example().findings] == list(example().findings)


def test_a_file_that_nobody_finished_is_none(tmp_path: Path) -> None:
    kept = KeptResults(tmp_path)
    kept.save("k", example())
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    for length in range(0, len(whole), 97):
        path.write_bytes(whole[:length])
        assert kept.load("k") is None


# --- beside the record ----------------------------------------------------------------------------------------------------

RECORD = (
    official("Leeds", "overall good, leadership good", published=date(2022, 5, 3)),
    official("Kent", "overall inadequate", published=date(2022, 6, 7)),
    official("Bury", "overall good", published=date(2020, 1, 7)),
)


def heard(name: str, ratings: str, day: date, outlet: str) -> Finding:
    document, result = story({name: ratings}, published=day, retrieved=morning(day), outlet=outlet)
    return Finding(file="a.warc.gz", offset=0, document=document, result=result)


def test_the_report_says_who_told_first_and_who_said_otherwise() -> None:
    findings = [
        heard("Leeds", "overall good", date(2022, 5, 3), "The Post"),
        heard("Leeds", "overall good, leadership inadequate", date(2022, 5, 1), "The Argus"),
        heard("Trafford", "overall good", date(2022, 5, 9), "The Post"),
    ]
    days = (date(2022, 1, 1), date(2022, 12, 31))
    found = report(findings, RECORD, counts={}, days=days)
    assert found.recall == 0.5  # Kent's was not heard of, and Bury's was published before
    leeds, kent = found.heard
    assert leeds.first is not None and (leeds.first.attestation.outlet, leeds.lead) == ("The Argus", 2)
    assert (kent.first, kent.lead) == (None, None)
    assert [(each.outlet, each.area, each.said, each.recorded) for each in found.contradictions] == [
        ("The Argus", Area.LEADERSHIP, Rating.INADEQUATE, Rating.GOOD)
    ]
    assert found.contradictions[0].quote and found.contradictions[0].url
    assert [each.attestation.authority.name for each in found.unmatched] == ["Trafford"]
    assert [(each.outlet, each.documents, each.inspections, each.first, each.contradictions) for each in found.outlets] == [
        ("The Argus", 1, 1, 1, 1), ("The Post", 2, 1, 0, 0),
    ]  # fmt: skip


def test_the_grade_of_before_is_said_of_no_inspection() -> None:
    """A year later it is recalled: nobody heard of an inspection by that, and nobody contradicts one."""
    findings = [heard("Leeds", "overall good", RECORD[0].published + timedelta(days=300), "The Post")]
    found = report(findings, RECORD, counts={}, days=(date(2022, 1, 1), date(2023, 12, 31)))
    assert (found.recall, found.contradictions, found.unmatched) == (0.0, (), ())


def test_days_without_an_inspection_have_no_recall() -> None:
    assert report([], RECORD, counts={}, days=(None, None)).recall is None
