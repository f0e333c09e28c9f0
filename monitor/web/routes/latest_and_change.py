"""``/`` what changed lately, ``/changes/KEY`` one change, ``/changes.csv`` the same list as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlencode

from fastapi import HTTPException, Request, Response
from markupsafe import Markup

from monitor.domain.authorities import by_urn, find, regions
from monitor.domain.calendar import day_words
from monitor.domain.model import Area, ChangeKind, Rating, Trust
from monitor.messages.sanitize import link
from monitor.web.charts.timeline import timeline
from monitor.web.csv_files import csv_file
from monitor.web.file_names import file_name
from monitor.web.queries.authorities import current_authorities
from monitor.web.queries.change_filter import ChangeFilter, parse_filter
from monitor.web.queries.changes import inspections_page, page_of
from monitor.web.queries.lately import twelve_months
from monitor.web.queries.one_change import find_change, one_change
from monitor.web.queries.record import ChangeRecord, Record
from monitor.web.site import Made, Site, html

_KINDS = {
    ChangeKind.INTO_INADEQUATE: "Went into inadequate",
    ChangeKind.OUT_OF_INADEQUATE: "Came out of inadequate",
    ChangeKind.UPGRADED: "Went up",
    ChangeKind.DOWNGRADED: "Went down",
    ChangeKind.REACHED_OUTSTANDING: "Reached outstanding",
    ChangeKind.LOST_OUTSTANDING: "Lost outstanding",
    ChangeKind.MIXED: "Up in one area, down in another",
    ChangeKind.FIRST_RATING: "First rating known",
    ChangeKind.UNCHANGED: "Stayed as it was",
    ChangeKind.CONFIRMED: "Confirmed by Ofsted",
    ChangeKind.CORRECTED: "Corrected",
    ChangeKind.WITHDRAWN: "Withdrawn",
    ChangeKind.DISPUTED: "Reports disagree",
}
_TRUST = {
    Trust.REPORTED: "Reported by one outlet",
    Trust.CORROBORATED: "Reported by two or more outlets",
    Trust.CONFIRMED: "Confirmed by Ofsted",
    Trust.CONTRADICTED: "Ofsted says otherwise than the press",
}
#: The choices of the filter form: parameter, what it is called, and its values with their words.
FORM = (
    ("region", "Region", tuple((name, name) for name in regions())),
    ("kind", "What happened", tuple((kind.value, words) for kind, words in _KINDS.items())),
    ("area", "Area", tuple((area.value, area.heading) for area in Area)),
    ("rating", "Rated now", tuple((rating.value, rating.words.capitalize()) for rating in reversed(Rating))),
    ("trust", "How sure it is", tuple((trust.value, words) for trust, words in _TRUST.items())),
)
_LABELS = {"authority": "Council", "from": "Published from", "to": "Published to"} | {name: label for name, label, _ in FORM}
#: A file holds everything that is wanted.
_WHOLE = 1_000_000


def filter_of(request: Request) -> ChangeFilter:
    """The filter of a request. Raises FilterError, which is answered with 400."""
    return parse_filter(request.query_params.multi_items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One value of the filter, as the page shows it."""

    name: str  #: of the parameter
    value: str  #: as the address has it
    words: str  #: ``Region: London``
    without: str  #: the address of the list without it


def chosen_of(wanted: ChangeFilter) -> tuple[Chosen, ...]:
    """Every value of a filter, each with the way out of it."""
    pairs = parse_qsl(wanted.query(page=False))
    options = {(name, value): words for name, _, values in FORM for value, words in values}
    found = []
    for each in pairs:
        name, value = each
        words = options.get(each, value)
        if name == "authority" and (council := find(value)):
            words = council.display_name
        elif name in {"from", "to"}:
            words = day_words(date.fromisoformat(value))
        rest = urlencode([other for other in pairs if other != each])
        found.append(Chosen(name=name, value=value, words=f"{_LABELS[name]}: {words}", without=f"/?{rest}" if rest else "/"))
    return tuple(found)


def latest(site: Site, request: Request) -> Response:
    """The changes that a filter wants, gathered by inspection, newest first."""
    wanted = filter_of(request)

    def make(record: Record) -> Made:
        news, part = inspections_page(record, wanted)
        chosen = chosen_of(wanted)
        fields: dict[str, list[str]] = {}
        for each in chosen:
            fields.setdefault(each.name, []).append(each.value)
        return html(
            "latest.html",
            title=_title(chosen),
            here="/",
            feed=wanted.query(page=False),
            news=news,
            part=part,
            wanted=wanted,
            chosen=chosen,
            fields=fields,
            form=FORM,
            councils=current_authorities(record.as_of),
            council=", ".join(by_urn()[urn].display_name for urn in wanted.authorities),
            lately=twelve_months(record),
            as_of=record.as_of,
            week=record.as_of - timedelta(days=7),
            month=record.as_of - timedelta(days=30),
        )

    return site.respond(request, make)


def _title(chosen: Sequence[Chosen]) -> str:
    return f"Latest changes: {'; '.join(each.words for each in chosen)}" if chosen else "Ofsted rating monitor"


def change(site: Site, request: Request) -> Response:
    """One change, by its key or by that of its inspection."""
    key, record = request.path_params["key"], site.record.current()
    changes = find_change(record, key)
    recipients = None
    if site.recipients is not None and changes:
        recipients = site.recipients(changes, record.previous(changes[0].inspection))

    def make(record: Record) -> Made:
        if not changes:
            raise HTTPException(404)
        pages = site.record.store.report_pages(changes[0].inspection.key)
        shown = one_change(record, key, pages, recipients)
        assert shown is not None
        chart = Markup(timeline(shown.authority, shown.inspections, as_of=record.as_of))  # noqa: S704  # its template escapes
        title = f"{shown.authority.display_name}: {shown.headline}"
        origin = site.origin(request)
        return html(
            "change.html",
            title=title,
            shown=shown,
            chart=chart,
            as_of=record.as_of,
            origin=origin,
            address=f"{origin}{shown.news.address}",
        )

    return site.respond(request, make, version="" if recipients is None else str(recipients), record=record)


def changes_csv(site: Site, request: Request) -> Response:
    """The changes that a filter wants, an area a line."""
    wanted = filter_of(request)

    def make(record: Record) -> Made:
        part = page_of(record, replace(wanted, limit=_WHOLE))
        return csv_file(_file(wanted, record.as_of), _COLUMNS, (_line(each) for each in part.changes))

    return site.respond(request, make)


def _file(wanted: ChangeFilter, day: date) -> str:
    """What the list of a filter is called as a file."""
    return file_name(" ".join(["changes", *(_value_words(*pair) for pair in parse_qsl(wanted.query(page=False)))]), "csv", day)


def _value_words(name: str, value: str) -> str:
    """A value of the filter for people: a council has its name."""
    council = find(value) if name == "authority" else None
    return council.display_name if council else f"{name} {value}" if name in {"from", "to"} else value


_COLUMNS = (
    "key authority gss_code dfe_code urn region area before now kinds trust published known_at outlet url evidence".split()
)


def _line(each: ChangeRecord) -> tuple[object, ...]:
    change, who = each.change, each.authority
    return (
        each.key,
        who.display_name,
        who.gss_code,
        who.dfe_code,
        who.urn,
        who.region,
        change.area.value,
        change.old.value if change.old else "",
        change.new.value if change.new else "",
        " ".join(sorted(kind.value for kind in change.kinds)),
        each.trust.value,
        each.published.isoformat(),
        each.known_at.isoformat(),
        change.outlet,
        link(change.url),
        change.evidence,
    )
