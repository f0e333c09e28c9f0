"""An official inspection report: PDF bytes into a `Report`, or a refusal that says what the file is instead."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

from monitor.domain.calendar import MONTHS
from monitor.domain.frameworks import edition, graded_as
from monitor.domain.history import fieldwork, history
from monitor.domain.ledger import SAME_INSPECTION
from monitor.domain.model import Area, Authority, DateRange, Judgement, Report, Span
from monitor.domain.schedule import DEADLY
from monitor.extraction.pdf.gradings import Grading, gradings, separated, verdict
from monitor.extraction.pdf.previous import previous_overall
from monitor.extraction.pdf.title import authority_of
from monitor.extraction.sandbox import Sandbox
from monitor.ports import ReadError

#: Larger files are refused unread; the largest report so far has 0.8 MB.
MAX_FILE = 25 << 20
#: Where only their order ties grades to labels, so many headings have to agree.
_MIN_WITNESSES = 2
PAGE_BREAK = "\n\n"
#: How every PDF ends; some servers add a few blanks or a line of their own.
_END, _TAIL = b"%%EOF", 4096

_DATES = re.compile(
    r"Inspection\s+dates?\s*:?\s*(?P<dates>.{4,140}?)\s*(?=\n\s*(?:Lead\s+inspector|Report|Published|Judge?ment|The\s|Children|There)|\n\s*\n|$)",
    re.IGNORECASE | re.DOTALL,
)
_ONE_LINE_OF_DATES = re.compile(
    r"(?:Inspection\s+dates?|Dates?\s+of\s+(?:the\s+)?inspection)\s*:?\s*(?P<dates>[^\n]{4,100})", re.IGNORECASE
)
_PUBLISHED = re.compile(
    r"(?:report\s+)?published\s*(?:on|date)?\s*:?\s*(\d{1,2}(?:st|nd|rd|th)?\s+[A-Za-z]+\s+\d{4})", re.IGNORECASE
)
_IN_NAME = re.compile(r"(?<!\d)(\d{1,2})[-_ ](" + "|".join(MONTHS) + r")[-_ ](\d{4})(?!\d)", re.IGNORECASE)
_INSPECTOR = re.compile(
    r"Lead\s+inspector\s*:?\s*(?P<name>[A-Z][^\n,:]{2,60}?)\s*(?=,|\n|$|\s(?:HMI|H[ei][rs]\s|Deputy|Team|Senior|Ofsted))"
)

#: What a file is that is no report of these, by words of its first pages. The first that fits counts.
_OTHERS: tuple[tuple[str, str, str], ...] = (
    (
        "looked_after_inspection",
        r"inspection of (?:\w+ )?looked[ -]after children(?:'s)? services",
        "a 2013 looked-after inspection",
    ),
    ("safeguarding_inspection", r"inspection of safeguarding and looked after", "a safeguarding inspection of 2009 to 2012"),
    (
        "protection_inspection",
        r"inspection of (?:local authority )?arrangements for the protection",
        "a 2012 protection inspection",
    ),
    ("monitoring_visit", r"monitoring (?:visit|letter)", "a monitoring visit: no grades"),
    ("focused_visit", r"focused visit", "a focused visit: no grades"),
    (
        "jtai",
        r"joint targeted area inspection|joint area child protection|\bjtai\b",
        "a joint targeted area inspection: no grades",
    ),
    ("send", r"area send|special educational needs and/or disabilit|local area partnership", "an area SEND inspection"),
    ("lscb_review", r"review of the effectiveness of the local safeguarding", "a review of a local safeguarding board"),
)
_KNOWN_TITLE = re.compile(
    r"inspection of (?:local authority )?(?:services for children in need of help|children's s)"
    r"|local authority children's services|inspection of .{3,120}? children's services|inspection of .{3,80} trust\b"
)


def read_report(body: bytes, url: str, *, sandbox: Sandbox, published: date | None = None) -> Report:
    """The report in a PDF file. `url` is where it came from (or its name); `published` what the place that lists it says.

    Raises:
        ReadError: for the file: ``not_a_pdf``, ``encrypted``, ``damaged``, ``scanned``, ``too_large``, ``timeout``, ``memory``,
            ``crashed``. For what it is instead: ``lscb_review``, ``focused_visit`` and so on, else ``not_a_report``. For a
            report that cannot be read without guessing: ``unknown_authority``, ``no_dates``, ``unreadable_table``,
            ``contradiction``.
    """
    if len(body) > MAX_FILE:
        raise ReadError(f"larger than {MAX_FILE >> 20} MB", reason="too_large", key=url)
    try:
        answer = sandbox.call("monitor.extraction.pdf.pages:pages", body)
        report = parse(answer["pages"], url=url, created=answer["created"], published=published)
    except ReadError as error:
        # What a file is cannot be told from a part of it.
        reason = "damaged" if _is_cut_off(body) and error.reason not in DEADLY else error.reason
        raise ReadError(str(error), reason=reason, key="" if error.key else url) from None
    if _is_cut_off(body):
        raise ReadError("the file is cut off", reason="damaged", key=url)
    return replace(report, sha256=hashlib.sha256(body).hexdigest())


def _is_cut_off(body: bytes) -> bool:
    return b"%PDF-" in body[:1024] and _END not in body[-_TAIL:]


def parse(pages: Sequence[str], *, url: str = "", created: str = "", published: date | None = None) -> Report:
    """The report in the text of its pages. Raises `ReadError` as `read_report` does, for everything but the file itself."""
    text = PAGE_BREAK.join(pages)
    starts = [0, *accumulate(len(page) + len(PAGE_BREAK) for page in pages)]
    dates = _DATES.search(text, 0, starts[min(2, len(pages))]) or _ONE_LINE_OF_DATES.search(text)
    title = " ".join(re.sub(r"^\s*\d+\s*\n", "", text[: dates.start() if dates else 600]).split())
    table = _table(text, starts, dates.end() if dates else 0)
    if dates is None or not _looks_known(title, text[: starts[1]]) or len(table) < 3:
        raise _refusal(title, text[: starts[min(3, len(pages))]], table)
    start, days = _days(dates["dates"])
    authority = authority_of(title, text[: starts[min(3, len(pages))]])
    if authority is None:
        raise ReadError(f"no authority is named in {title!r}", reason="unknown_authority")
    framework = _framework(table, start)
    combined = any(grading.combined for grading in table.values())
    _check_complete(table, framework, start, combined=combined)
    opening = text[max(grading.end for grading in table.values()) : starts[min(4, len(pages))]]
    previous, year = previous_overall(opening, before=start, successor=bool(authority.predecessors))
    inspector = _INSPECTOR.search(text)
    return Report(
        authority=authority,
        framework=framework,
        title=title,
        fieldwork=days,
        fieldwork_stated=" ".join(dates["dates"].replace("\u2013", "-").split()),
        published=_published(text[: starts[1]], authority, days, url=url, created=created, listed=published),
        lead_inspector=" ".join(inspector["name"].split()) if inspector else "",
        judgements=tuple(_judgement(authority, grading, text, starts) for grading in table.values() if grading.rating),
        combined_care=combined,
        previous=previous,
        previous_year=year,
        text=text,
        url=url,
    )


# --- grades ---------------------------------------------------------------------------------------------------------------


def _days(stated: str) -> tuple[date, DateRange]:
    """The days of fieldwork, the first of them apart. Raises `ReadError` (``no_dates``)."""
    days = fieldwork(stated)
    if days.start is None or days.end is None:
        raise ReadError(f"no dates in {stated!r}", reason="no_dates")
    return days.start, days


def _overall_before(table: Mapping[Area, Grading], text: str, starts: Sequence[int], begin: int) -> dict[Area, Grading]:
    """The overall grade that stands above a table without a row for it, else on the first page."""
    first = min(grading.start for grading in table.values())
    overall = verdict(text, begin, first) or verdict(text, 0, starts[1])
    return {Area.OVERALL: overall} if overall else {}


def _table(text: str, starts: Sequence[int], begin: int) -> dict[Area, Grading]:
    """One grading per area, in the order of `Area`: the table's, checked against the headings that repeat it.

    Raises `ReadError` (``contradiction``) when a heading says otherwise than the table.
    """
    found = [grading for grading in gradings(text) if grading.start >= begin]
    columns = {grading.area: grading for grading in separated(text, begin, starts[1])}
    table = columns or _rows(starts, found)
    sif = Area.ADOPTION in table
    if sif and Area.OVERALL not in table:
        table |= _overall_before(table, text, starts, begin)
    below = max((column.end for column in columns.values()), default=0)
    headings = [grading for grading in found if grading.start >= below and _is_heading(grading, text, sif=sif)]
    _check_witnesses(columns, headings)
    for heading in headings:
        _cross_check(table.setdefault(heading.area, heading), heading, text)  # a heading stands in for an unreadable row
    return {area: table[area] for area in Area if area in table}


def _check_witnesses(columns: Mapping[Area, Grading], headings: Sequence[Grading]) -> None:
    """Raises `ReadError` (``unreadable_table``) where too few headings say to which labels the grades of a column belong."""
    if columns and sum(heading.area in columns for heading in headings) < _MIN_WITNESSES:
        raise ReadError("labels and grades of its table stand apart, and no headings confirm them", reason="unreadable_table")


def _rows(starts: Sequence[int], found: Sequence[Grading]) -> dict[Area, Grading]:
    """The first grading of each area on the first three pages; numbered rows count first: they are surely of the table."""
    end = starts[min(3, len(starts) - 1)]
    table: dict[Area, Grading] = {}
    for grading in sorted((grading for grading in found if grading.start < end), key=lambda grading: not grading.numbered):
        table.setdefault(grading.area, grading)
    return table


def _is_heading(grading: Grading, text: str, *, sif: bool) -> bool:
    """Whether a grading is a heading that repeats a grade. In reports of the single framework a colon marks former ones."""
    return grading.heading and grading.rating is not None and not (sif and ":" in text[grading.start : grading.end])


def _cross_check(told: Grading, heading: Grading, text: str) -> None:
    """Compare a heading with what the table told; "not judged" in the table is compared with nothing."""
    if told.rating is not None and told.rating is not heading.rating:
        raise ReadError(
            f"the table says {_quoted(text, told)}, a heading says {_quoted(text, heading)}", reason="contradiction"
        )


def _quoted(text: str, grading: Grading) -> str:
    return repr(" ".join(text[grading.start : grading.end].split()))


def _framework(table: dict[Area, Grading], began: date) -> str:
    """The framework of a table: of two in use, only the older grades adoption."""
    newest = edition(began)
    if Area.ADOPTION in table:
        return "SIF"
    return newest.framework if newest and newest.framework != "SIF" else "ILACS"


def _check_complete(table: dict[Area, Grading], framework: str, began: date, *, combined: bool) -> None:
    """Refuse a table that lacks an area its framework graded then."""
    expected = edition(began, framework)
    areas = expected.areas if expected else ()
    missing = {area for area in areas if not {area, graded_as(area, combined_care=combined)} & set(table)}
    if missing:
        names = ", ".join(sorted(area.words for area in missing))
        raise ReadError(f"the table of judgements has no readable grade for {names}", reason="unreadable_table")


def _judgement(authority: Authority, grading: Grading, text: str, starts: Sequence[int]) -> Judgement:
    assert grading.rating is not None
    return Judgement(
        authority=authority,
        area=grading.area,
        rating=grading.rating,
        evidence=Span(start=grading.start, end=grading.end),
        quote=text[grading.start : grading.end],
        frame="report_table",
        page=sum(start <= grading.start for start in starts[:-1]),
    )


# --- dates ----------------------------------------------------------------------------------------------------------------


def _published(first_page: str, authority: Authority, days: DateRange, *, url: str, created: str, listed: date | None) -> date:
    """The day the report was first published.

    What the record has for this inspection, if it is in it: an amended report is not a new publication, and one printed date is
    wrong. Else what the first page prints (until 2018), what the listing says, the date in the file's name, and last the day
    the file was made, which is a few days early.
    """
    assert days.end is not None
    recorded = next(
        (
            inspection.published
            for inspection in history()
            if inspection.authority == authority
            and inspection.fieldwork.end
            and abs(inspection.fieldwork.end - days.end) <= SAME_INSPECTION
        ),
        None,
    )
    printed = _PUBLISHED.search(first_page)
    named = _IN_NAME.search(url)
    made = re.match(r"D:(\d{4})(\d\d)(\d\d)", created)
    candidates = (
        recorded,
        fieldwork(printed[1]).end if printed else None,
        listed,
        fieldwork(" ".join(named.groups())).end if named else None,
        _day(made.groups()) if made else None,
    )
    latest = days.end + timedelta(days=400)
    for candidate in candidates:
        if candidate and days.end <= candidate <= latest:
            return candidate
    raise ReadError("no date of publication is known", reason="no_dates")


def _day(parts: Sequence[str]) -> date | None:
    try:
        return date(*map(int, parts))
    except ValueError:
        return None


# --- refusals -------------------------------------------------------------------------------------------------------------


def _plain(text: str) -> str:
    return " ".join(text.replace("\u2019", "'").lower().split())


def _looks_known(title: str, first_page: str) -> bool:
    """Whether a title, or the head of a table on the first page, is of a graded inspection of children's services."""
    plain = _plain(title)
    table = re.search(r"\bjudge?ment grade\b|\b2\.1\.? adoption performance\b", _plain(first_page))
    return bool(_KNOWN_TITLE.search(plain) or table) and "inspection of looked after" not in plain


def _refusal(title: str, opening: str, table: dict[Area, Grading]) -> ReadError:
    """What a file is that is not read as a report."""
    if _KNOWN_TITLE.search(_plain(title)) and len(table) > 1:
        return ReadError(f"only {len(table)} of the grades in its table can be read", reason="unreadable_table")
    for plain in (_plain(title), _plain(opening)):
        for reason, words, description in _OTHERS:
            if re.search(words, plain):
                return ReadError(f"the file is {description}", reason=reason)
    return ReadError("the file is no report of an inspection of children's services", reason="not_a_report")


# --- output ---------------------------------------------------------------------------------------------------------------


def report_to_json(report: Report) -> dict[str, Any]:
    """A report as ``monitor classify --json`` prints it: judgements in the form of an article's, and facts of the report."""
    return {
        "relevant": True,
        "judgements": [
            {
                "authority": judgement.authority.name,
                "gss_code": judgement.authority.gss_code,
                "area": judgement.area.value,
                "rating": judgement.rating.value,
                "previous": report.previous.value if report.previous and judgement.area is Area.OVERALL else None,
                "previous_year": report.previous_year if judgement.area is Area.OVERALL else None,
                "tier": judgement.tier.value,
                "probability": judgement.probability,
                "evidence": {
                    "quote": judgement.quote,
                    "start": judgement.evidence.start,
                    "end": judgement.evidence.end,
                    "page": judgement.page,
                },
            }
            for judgement in report.judgements
        ],
        "uncertain": [],
        "rejected": [],
        "report": {
            "framework": report.framework,
            "title": report.title,
            "fieldwork_start": report.fieldwork.start.isoformat() if report.fieldwork.start else None,
            "fieldwork_end": report.fieldwork.end.isoformat() if report.fieldwork.end else None,
            "fieldwork": report.fieldwork_stated,
            "published": report.published.isoformat(),
            "lead_inspector": report.lead_inspector,
            "combined_care": report.combined_care,
            "previous": report.previous.value if report.previous else None,
            "previous_year": report.previous_year,
        },
    }
