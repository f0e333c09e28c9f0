"""``/feeds``: changes as Atom, RSS and JSON Feed with any filter; publications and forecast windows as calendars."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from fastapi import Request, Response

from monitor.messages.sanitize import sanitize
from monitor.web.pages import rendered
from monitor.web.queries.changes import InspectionNews, inspections_page
from monitor.web.queries.record import Record
from monitor.web.routes.forecast import forecasts_of
from monitor.web.routes.latest_and_change import filter_of
from monitor.web.site import Made, Site

TITLE = "Changes of Ofsted ratings of children’s services"
_TYPES = {"atom": "application/atom+xml", "rss": "application/rss+xml"}


def changes(site: Site, request: Request) -> Response:
    """Changes that a filter wants, an inspection an entry, in the format that the address ends with."""
    wanted, form = filter_of(request), request.url.path.rpartition(".")[2]
    origin = site.origin(request)

    def make(record: Record) -> Made:
        news, _ = inspections_page(record, wanted)
        address = f"{origin}{request.url.path}" + (f"?{wanted.query()}" if wanted.query() else "")
        home = f"{origin}/" + (f"?{wanted.query(page=False)}" if wanted.narrows else "")
        if form == "json":
            return _json_feed(news, origin, address, home)
        updated = max((when(each) for each in news), default=datetime(2014, 1, 1, tzinfo=UTC))
        body = rendered(
            f"feed.{form}.xml", title=TITLE, news=news, origin=origin, address=address, home=home, updated=updated, when=when
        )
        return Made(body=body.encode(), media_type=f"{_TYPES[form]}; charset=utf-8")

    return site.respond(request, make)


def when(news: InspectionNews) -> datetime:
    """When an inspection's news last changed."""
    moments = [each.versions[-1].recorded_at if each.versions else each.known_at for each in news.changes]
    return max(moment or each.known_at for moment, each in zip(moments, news.changes, strict=True))


def _json_feed(news: Iterable[InspectionNews], origin: str, address: str, home: str) -> Made:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": TITLE,
        "home_page_url": home,
        "feed_url": address,
        "language": "en-GB",
        "items": [
            {
                "id": f"{origin}{each.address}",
                "url": f"{origin}{each.address}",
                "title": f"{sanitize(each.inspection.authority.display_name)}: {each.headline}",
                "content_text": "\n".join(f"{c.change.area.heading}: {c.change.new_words}" for c in each.changes),
                "date_published": datetime.combine(each.inspection.published, time(), UTC).isoformat(),
                "date_modified": when(each).isoformat(),
            }
            for each in news
        ],
    }
    return Made(body=json.dumps(feed, ensure_ascii=False).encode(), media_type="application/feed+json; charset=utf-8")


def publications(site: Site, request: Request) -> Response:
    """Days on which inspections were published, for a calendar; with the filter of the pages."""
    wanted, origin = filter_of(request), site.origin(request)

    def make(record: Record) -> Made:
        news, _ = inspections_page(record, wanted)
        return _calendar(
            (
                f"{each.inspection.key}@{origin.partition('://')[2]}",
                each.inspection.published,
                each.inspection.published,
                f"{each.inspection.authority.display_name}: {each.headline}",
                f"{origin}{each.address}",
                when(each),
            )
            for each in news
        )

    return site.respond(request, make)


def forecast(site: Site, request: Request) -> Response:
    """Days between which a report is to be expected, for a calendar; of the authorities and regions of the filter."""
    wanted, origin = filter_of(request), site.origin(request)

    def make(record: Record) -> Made:
        found = [
            each
            for each in forecasts_of(record)
            if each.report
            and (not wanted.authorities or each.authority.urn in wanted.authorities)
            and (not wanted.regions or each.authority.region in wanted.regions)
        ]
        made = datetime.combine(record.as_of, time(), UTC)
        return _calendar(
            (
                f"forecast-{each.authority.urn}@{origin.partition('://')[2]}",
                each.report.first,
                each.report.last,
                f"{each.authority.display_name}: report expected in these days (8 in 10)",
                f"{origin}/authorities/{each.authority.gss_code or each.authority.urn}",
                made,
            )
            for each in found
            if each.report
        )

    return site.respond(request, make)


_Event = tuple[str, date, date, str, str, datetime]


def _calendar(events: Iterable[_Event]) -> Made:
    """Whole-day events (RFC 5545): id, first and last day, words, address, when it was made."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Ofsted rating monitor//EN", "CALSCALE:GREGORIAN"]
    for uid, first, last, words, address, made in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{uid}",
            f"DTSTAMP:{made.astimezone(UTC):%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{first:%Y%m%d}",
            f"DTEND;VALUE=DATE:{last + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_text(words)}",
            f"URL:{address}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    body = "".join(_folded(line) + "\r\n" for line in lines)
    return Made(body=body.encode(), media_type="text/calendar; charset=utf-8")


def _text(words: str) -> str:
    return sanitize(words).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> str:
    """A line in pieces of at most 75 bytes."""
    pieces: list[str] = []
    piece = ""
    for character in line:
        if len((piece + character).encode()) > (75 if not pieces else 74):
            pieces.append(piece)
            piece = ""
        piece += character
    return "\r\n ".join([*pieces, piece])
