"""Reports of every framework, laid out in every way their templates have been, read back as what the record holds."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.authorities import authorities, find
from monitor.domain.history import history
from monitor.domain.model import Area, Inspection, Rating, Report
from monitor.extraction.pdf.pages import clean
from monitor.extraction.pdf.report import MAX_FILE, parse, read_report, report_to_json
from monitor.extraction.pdf.title import authority_of
from monitor.extraction.sandbox import Sandbox
from monitor.ports import ReadError
from tests.extraction import pdf_files
from tests.extraction import report_pages as lay_out

SHARED = Path(__file__).resolve().parents[3] / "shared" / "reports"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(cpu=10) as sandbox:
        yield sandbox


def graded(report: Report) -> dict[Area, Rating]:
    return {judgement.area: judgement.rating for judgement in report.judgements}


def pages_of(inspection: Inspection, cell: lay_out.Cell, *, split: bool = False) -> list[str]:
    name = inspection.authority.name
    if inspection.framework == "SIF":
        return lay_out.sif(inspection, f"{name} Council", cell, split=split)
    return lay_out.ilacs(inspection, f"Inspection of {name} local authority \nchildren\u2019s services", cell)


@pytest.mark.parametrize("cell", lay_out.CELLS, ids=lambda cell: cell.__name__)
def test_every_inspection_of_the_record_in_every_layout(cell: lay_out.Cell) -> None:
    for inspection in history():
        report = parse([clean(page) for page in pages_of(inspection, cell)])
        assert graded(report) == inspection.ratings, inspection.key
        assert report.authority == inspection.authority
        assert report.framework == inspection.framework
        assert report.combined_care == inspection.combined_care
        assert report.fieldwork == inspection.fieldwork
        assert report.published == inspection.published
        for judgement in report.judgements:
            assert report.text[judgement.evidence.start : judgement.evidence.end] == judgement.quote


def test_a_table_split_over_two_pages() -> None:
    for inspection in history():
        if inspection.framework == "SIF":
            report = parse(pages_of(inspection, lay_out.grade_below, split=True))
            assert graded(report) == inspection.ratings, inspection.key
            pages = {judgement.area: judgement.page for judgement in report.judgements}
            assert pages[Area.LEADERSHIP] == 2
            assert pages[Area.HELP_AND_PROTECTION] == pages[Area.OVERALL] == 1


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(history()), st.randoms(use_true_random=False))
def test_lines_may_break_anywhere_in_a_table(inspection: Inspection, random: object) -> None:
    def broken(label: str, grade: str) -> str:
        pieces = f"{label} {grade}".split(" ")
        joined = [piece + random.choice([" ", "\n", " \n"]) for piece in pieces]  # type: ignore[attr-defined]
        return "".join(joined).strip()

    assert graded(parse(pages_of(inspection, broken))) == inspection.ratings


FORMS = (
    "{}",
    "{} Council",
    "{} County Council",
    "{} City Council",
    "{} Metropolitan Borough \nCouncil",
    "Royal Borough of {}",
    "City of {} Metropolitan District\nCouncil",
    "City of {}",
    "The Council of the {}",
)
TITLES = (
    "Inspection of {} local authority \nchildren\u2019s services",
    "Inspection of {} \nchildren\u2019s services",
    "{}\nInspection of children\u2019s social care services",
    "{}\nInspection of local authority children's services",
    "{}\nRe-inspection of services for children in need of help and \nprotection, children looked after and care leavers",
)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("title", TITLES)
def test_every_name_of_every_authority_in_every_form(title: str, form: str) -> None:
    for authority in authorities():
        if authority.valid.end is None:
            for name in (authority.name, *authority.aliases):
                assert authority_of(title.format(form.format(name)), "") == authority, name


@pytest.mark.parametrize(
    ("title", "opening", "name"),
    [
        ("Inspection of Bradford Children and Families Trust", "", "Bradford"),
        ("London Borough of Barnet Inspection of children's services", "", "Barnet"),
        ("Barnet London Borough Inspection of services", "", "Barnet"),
        ("Inspection of Birmingham Children\u2019s Trust", "", "Birmingham"),
        ("Inspection of Together for Children", "", "Sunderland"),
        (
            "Inspection of Northamptonshire Children\u2019s Trust",
            "Inspection of North Northamptonshire local authority children\u2019s services",
            "North Northamptonshire",
        ),
        ("Inspection of local authority children\u2019s services", "Services in Kent are good. Leaders in Kent know.", "Kent"),
        ("Inspection of local authority children\u2019s services", "Kent and Medway work together.", None),
        ("Inspection of Atlantis local authority children\u2019s services", "", None),
    ],
)
def test_titles_that_name_something_else(title: str, opening: str, name: str | None) -> None:
    found = authority_of(title, opening)
    assert (found.name if found else None) == name


def inspection(name: str, year: int) -> Inspection:
    authority = find(name)
    return next(i for i in history() if i.authority == authority and i.published.year == year)


TRAFFORD = inspection("Trafford", 2026)
COVENTRY = inspection("Coventry", 2014)


def refusal(pages: list[str], url: str = "") -> str:
    with pytest.raises(ReadError) as caught:
        parse(pages, url=url)
    return caught.value.reason


def apart(inspection: Inspection, *, swap: bool = False) -> list[str]:
    """Pages whose file holds the labels of the table first and its grades after them."""
    first, second = pages_of(inspection, lambda label, grade: f"{label}\t{grade}")
    rows = [line.split("\t") for line in first.split("\n") if "\t" in line]
    grades = [grade for _, grade in rows]
    if swap:
        grades[0], grades[-1] = grades[-1], grades[0]
    head = first[: first.index(rows[0][0])]
    return ["\n".join([head, *(label for label, _ in rows), *grades, lay_out.PROSE]), second]


def test_labels_and_grades_in_columns_of_their_own() -> None:
    for found in history():
        if found.framework == "ILACS":
            assert graded(parse(apart(found))) == found.ratings, found.key


def test_columns_of_the_single_inspection_framework() -> None:
    first, second = apart(COVENTRY)
    headings = (
        "The experiences and progress of \nchildren who need help and protection\nInadequate\nSummary\n"
        "The graded judgement for adoption performance is that it \nrequires improvement\n12. Adoption comes early.\n"
    )
    assert graded(parse([first, headings + second])) == COVENTRY.ratings
    assert refusal([first, second]) == "unreadable_table"
    assert refusal([first, headings.replace("Inadequate", "Good") + second]) == "contradiction"


def test_columns_that_no_heading_confirms_are_not_guessed() -> None:
    assert refusal([apart(TRAFFORD)[0], lay_out.PROSE]) == "unreadable_table"
    assert refusal(apart(TRAFFORD, swap=True)) == "contradiction"


def test_a_heading_that_contradicts_the_table_is_an_error() -> None:
    first, second = pages_of(TRAFFORD, lay_out.one_line)
    second = second.replace("children in care: good", "children in care: requires improvement to be good")
    with pytest.raises(ReadError, match=r"heading says .*requires improvement") as caught:
        parse([first, second])
    assert caught.value.reason == "contradiction"


def test_a_list_of_former_grades_is_no_contradiction() -> None:
    former = (
        "The previous inspection was in 2011. Judgements were:\n\u2022 Children who need help and protection: good\n"
        "\u2022 Adoption performance: outstanding\nThe experiences and progress of care leavers: good\n"
    )
    first, second = pages_of(COVENTRY, lay_out.one_line)
    assert graded(parse([first, former + second])) == COVENTRY.ratings


def test_a_heading_of_the_single_inspection_framework_is_checked() -> None:
    first, second = pages_of(COVENTRY, lay_out.one_line)
    agrees = "The graded judgement for adoption performance is that it\nrequires improvement\n12. Adoption is considered early."
    assert graded(parse([first, agrees + second])) == COVENTRY.ratings
    assert refusal([first, agrees.replace("requires improvement", "is outstanding") + second]) == "contradiction"


@pytest.mark.parametrize(
    ("printed", "variant"),
    [
        ("The experiences and progress of care leavers", "The experiences and progress of children care leavers"),
        ("The experiences and progress of care leavers", "The experiences and progress of children in care leavers"),
        ("The experiences and progress of care leavers", "The experience and progress of care-experienced young adults"),
        ("The experiences and progress of children in care", "The experiences and progress of children looked after"),
        ("leaders on social work practice with", "leaders on practice with"),
    ],
)
def test_labels_drift(printed: str, variant: str) -> None:
    first, _ = pages_of(TRAFFORD, lay_out.one_line)
    assert printed in first
    assert graded(parse([first.replace(printed, variant), lay_out.PROSE])) == TRAFFORD.ratings


def test_rows_in_another_order() -> None:
    first, second = pages_of(TRAFFORD, lay_out.one_line)
    head, table = first.split("Judgement Grade\n")
    rows = table.split("\n")
    assert graded(parse([head + "Judgement Grade\n" + "\n".join([*reversed(rows[:-1]), rows[-1]]), second])) == TRAFFORD.ratings


def test_a_grade_that_cannot_be_read_is_not_guessed() -> None:
    first, second = pages_of(TRAFFORD, lay_out.one_line)
    unreadable = first.replace("children in care Good", "children in care Gxxd")
    assert refusal([unreadable, lay_out.PROSE]) == "unreadable_table"
    assert graded(parse([unreadable, second])) == TRAFFORD.ratings  # its heading says it in so many words


def test_an_unknown_authority_is_not_guessed() -> None:
    first, second = pages_of(TRAFFORD, lay_out.one_line)
    assert refusal([first.replace("Trafford", "Atlantis"), second]) == "unknown_authority"


def test_dates_that_are_none() -> None:
    first, second = pages_of(TRAFFORD, lay_out.one_line)
    assert refusal([first.replace("8 June 2026 to 19 June 2026", "to be confirmed soon"), second]) == "no_dates"


@pytest.mark.parametrize(
    ("first_page", "reason"),
    [
        ("Inspection of looked after children\nservices\nNorfolk County Council\nInspection dates: 8 - 12 July 2013", "looked_after_inspection"),
        ("Inspection of safeguarding and looked after children services\nKent\nInspection dates: 1 to 12 May 2010", "safeguarding_inspection"),
        ("Inspection of local authority arrangements for the protection of children\nKent\nInspection dates: 1 May 2013", "protection_inspection"),
        (
            "Surrey Safeguarding Children Board\nReview of the effectiveness of the Local Safeguarding Children\nBoard\n"
            "Inspection date: 15 June 2015 - 17 June 2015\nReport published: 3 August 2015\n"
            "The Local Safeguarding Children Board requires improvement",
            "lscb_review",
        ),
        ("9 May 2024\nDear Ms Example\nFocused visit to Kent local authority children\u2019s services\nThis letter tells", "focused_visit"),
        ("9 May 2024\nDear Ms Example\nMonitoring visit of Kent children\u2019s services\nSince it was judged inadequate", "monitoring_visit"),
        ("Joint targeted area inspection of Kent\nInspection dates: 5 to 9 May 2025\nInspectorates: Ofsted", "jtai"),
        ("Area SEND inspection of Kent Local Area Partnership\nInspection dates: 5 to 9 May 2025", "send"),
        ("Minutes of the parish council\nApologies were received", "not_a_report"),
    ],
)  # fmt: skip
def test_what_is_no_such_report_is_refused_by_name(first_page: str, reason: str) -> None:
    assert refusal([first_page + "\n" + lay_out.PROSE, lay_out.PROSE]) == reason


# --- publication ----------------------------------------------------------------------------------------------------------

#: An inspection that the record does not have, of an edition that it has.
LATER = replace(
    TRAFFORD,
    fieldwork=replace(TRAFFORD.fieldwork, start=date(2026, 10, 5), end=date(2026, 10, 16)),
    published=date(2026, 12, 1),
)


@pytest.mark.parametrize(
    ("url", "created", "listed", "expected"),
    [
        ("80573_trafford_01-december-2026.pdf", "D:20261127100000+01'00'", date(2026, 12, 2), date(2026, 12, 2)),
        ("80573_trafford_01-december-2026.pdf", "D:20261127100000+01'00'", None, date(2026, 12, 1)),
        ("https://files.example/v1/file/5", "D:20261127100000+01'00'", None, date(2026, 11, 27)),
        ("https://files.example/v1/file/5", "D:20261127100000+01'00'", date(2026, 1, 1), date(2026, 11, 27)),
    ],
)
def test_the_day_of_publication(url: str, created: str, listed: date | None, expected: date) -> None:
    pages = pages_of(LATER, lay_out.one_line)
    assert parse(pages, url=url, created=created, published=listed).published == expected


def test_no_day_of_publication() -> None:
    assert refusal(pages_of(LATER, lay_out.one_line), url="report.pdf") == "no_dates"


def test_a_printed_date_before_the_fieldwork_is_a_misprint() -> None:
    pages = pages_of(COVENTRY, lay_out.one_line)
    wrong = [pages[0].replace("Report published: 21 March 2014", "Report published: 21 March 2013"), *pages[1:]]
    assert wrong != pages
    assert parse(wrong).published == COVENTRY.published


# --- the past ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opening", "expected"),
    [
        ("Since the previous inspection in 2022, when services were judged as requires improvement to be good, leaders have slowed.",
         (Rating.REQUIRES_IMPROVEMENT, 2022)),
        ("Since the last inspection of Trafford in February 2020, when services for children were judged to be good, much changed.",
         (Rating.GOOD, 2020)),
        ("Services were judged good in all areas when they were last inspected in 2014.", (Rating.GOOD, 2014)),
        ("This is a re-inspection, following a judgement of inadequate for overall effectiveness in 2014.", (Rating.INADEQUATE, 2014)),
        ("Since the last inspection in 2021, services for children have improved.", (None, None)),
        ("The joint targeted area inspection in 2023 found that practice was good.", (None, None)),
        ("At the last inspection in 2021 care leavers were judged good and leadership was judged inadequate.", (None, None)),
        ("The previous inspection in 2021 judged that services for looked after children were found to be good.", (None, None)),
        ("At a monitoring visit in 2024 progress was judged to be good.", (None, None)),
    ],
)  # fmt: skip
def test_the_previous_overall_grade(opening: str, expected: tuple[Rating | None, int | None]) -> None:
    first, second = pages_of(TRAFFORD, lay_out.one_line)
    report = parse([first.replace(lay_out.PROSE, opening), second])
    assert (report.previous, report.previous_year) == expected


def test_a_successor_has_no_previous_grade() -> None:
    cumberland = inspection("Cumberland", 2024)
    first, second = pages_of(cumberland, lay_out.one_line)
    opening = "Services were judged requires improvement to be good at the last inspection in 2022."
    assert parse([first.replace(lay_out.PROSE, opening), second]).previous is None


# --- files ----------------------------------------------------------------------------------------------------------------


def test_a_real_file_end_to_end(sandbox: Sandbox) -> None:
    body = pdf_files.pdf(pages_of(TRAFFORD, lay_out.grade_below))
    report = read_report(body, "trafford.pdf", sandbox=sandbox)
    assert graded(report) == TRAFFORD.ratings
    answer = report_to_json(report)
    first = answer["judgements"][0]
    assert (first["authority"], first["gss_code"], first["area"], first["rating"]) == (
        "Trafford",
        "E08000009",
        "leadership",
        "inadequate",
    )
    assert report.text[first["evidence"]["start"] : first["evidence"]["end"]] == first["evidence"]["quote"]
    assert first["evidence"]["page"] == 1
    assert answer["report"]["fieldwork_end"] == "2026-06-19"
    assert answer["report"]["published"] == "2026-08-03"
    assert answer["report"]["lead_inspector"] == "Jo Example"
    assert len(report.sha256) == 64


@pytest.mark.parametrize(
    ("body", "reasons"),
    [
        (b"<!DOCTYPE html><title>Report not found</title>", {"not_a_pdf"}),
        (b"", {"not_a_pdf"}),
        (b"%PDF-1.7 and nothing else", {"damaged"}),
        (pdf_files.truncated(), {"damaged"}),
        (pdf_files.page_loop(), {"damaged"}),
        (pdf_files.encrypted(), {"encrypted"}),
        (pdf_files.scanned(), {"scanned"}),
        (pdf_files.many_pages(), {"too_large"}),
        (pdf_files.form_bomb(), {"timeout", "memory", "crashed"}),
        (pdf_files.flate_bomb(), {"timeout", "memory", "crashed"}),
        (b"%PDF-1.4" + bytes(MAX_FILE), {"too_large"}),
    ],
    ids=["html", "empty", "stub", "truncated", "page loop", "encrypted", "scanned", "pages", "form bomb", "flate bomb", "huge"],
)
def test_hostile_files_are_refused_and_the_next_is_read(sandbox: Sandbox, body: bytes, reasons: set[str]) -> None:
    with pytest.raises(ReadError) as caught:
        read_report(body, "hostile.pdf", sandbox=sandbox)
    assert caught.value.reason in reasons
    assert str(caught.value).startswith("hostile.pdf: ")
    assert (
        graded(read_report(pdf_files.pdf(pages_of(TRAFFORD, lay_out.one_line)), "t.pdf", sandbox=sandbox)) == TRAFFORD.ratings
    )


def expected_files() -> list[dict[str, str]]:
    table = SHARED / "expected.csv"
    return list(csv.DictReader(table.open(encoding="utf-8"))) if table.exists() else []


@pytest.mark.skipif(not SHARED.exists(), reason="the real reports are not beside this checkout")
@pytest.mark.parametrize("row", expected_files(), ids=lambda row: row["file"])
def test_real_reports(row: dict[str, str], sandbox: Sandbox) -> None:
    body = (SHARED / row["file"]).read_bytes()
    if row["kind"] != "report":
        reasons = {
            "looked-after children inspection 2013": "looked_after_inspection",
            "not a pdf": "not_a_pdf",
            "lscb review": "lscb_review",
        }
        with pytest.raises(ReadError) as caught:
            read_report(body, row["file"], sandbox=sandbox)
        assert caught.value.reason == reasons[row["kind"]]
        return
    report = read_report(body, row["file"], sandbox=sandbox)
    assert {area: report_rating.value for area, report_rating in graded(report).items()} == {
        area: row[area] for area in Area if row[area]
    }
    assert report.authority.gss_code == row["gss_code"]
    assert report.framework == row["framework"]
    assert report.fieldwork_stated == row["fieldwork"]
    assert report.published.isoformat() == row["published"]
    assert report.lead_inspector
