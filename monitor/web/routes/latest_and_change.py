"""``/`` what changed lately, ``/changes/KEY`` one change, ``/changes.csv`` the same list as a file."""

from __future__ import annotations

from fastapi import HTTPException, Request, Response

from monitor.domain.authorities import regions
from monitor.domain.model import Area, ChangeKind, Rating, Trust
from monitor.web.csv_files import csv_file
from monitor.web.queries.change_filter import ChangeFilter, parse_filter
from monitor.web.queries.changes import inspections_page, page_of
from monitor.web.queries.one_change import find_change, one_change
from monitor.web.queries.record import ChangeRecord, Record
from monitor.web.site import Made, Site, html

#: The options of the filter form: parameter, what it is called, and its values with their words.
FORM = (
    ("region", "Region", tuple((name, name) for name in regions())),
    ("area", "Area", tuple((area.value, area.heading) for area in Area)),
    ("kind", "Kind of change", tuple((kind.value, kind.value.replace("_", " ").capitalize()) for kind in ChangeKind)),
    ("rating", "Rated now", tuple((rating.value, rating.words.capitalize()) for rating in Rating)),
    ("trust", "How sure", tuple((trust.value, trust.value.capitalize()) for trust in Trust)),
)
#: A file holds everything that is wanted.
_WHOLE = 1_000_000


def filter_of(request: Request) -> ChangeFilter:
    """The filter of a request. Raises FilterError, which is answered with 400."""
    return parse_filter(request.query_params.multi_items())


def latest(site: Site, request: Request) -> Response:
    """The changes that a filter wants, gathered by inspection, newest first."""
    wanted = filter_of(request)

    def make(record: Record) -> Made:
        news, part = inspections_page(record, wanted)
        return html(
            "latest.html",
            title="Ofsted rating monitor",
            here="/",
            feed=wanted.query(page=False),
            news=news,
            part=part,
            wanted=wanted,
            chosen=dict(request.query_params),
            form=FORM,
        )

    return site.respond(request, make)


def change(site: Site, request: Request) -> Response:
    """One change, by its key or by that of its inspection."""
    key = request.path_params["key"]

    def make(record: Record) -> Made:
        changes = find_change(record, key)
        if not changes:
            raise HTTPException(404)
        pages = site.record.store.report_pages(changes[0].inspection.key)
        shown = one_change(record, key, pages)
        assert shown is not None
        title = f"{shown.news.inspection.authority.display_name}: {shown.headline}"
        return html("change.html", title=title, shown=shown)

    return site.respond(request, make)


def changes_csv(site: Site, request: Request) -> Response:
    """The changes that a filter wants, an area a line."""
    wanted = filter_of(request)

    def make(record: Record) -> Made:
        whole = ChangeFilter(**{name: getattr(wanted, name) for name in ChangeFilter.__slots__} | {"limit": _WHOLE})
        return csv_file("changes.csv", _COLUMNS, (_line(each) for each in page_of(record, whole).changes))

    return site.respond(request, make)


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
        change.url,
        change.evidence,
    )
