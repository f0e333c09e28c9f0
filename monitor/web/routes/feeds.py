"""``/feeds``: changes as Atom, RSS and JSON Feed with any filter; publications and forecast windows as calendars."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from uuid import UUID, uuid5

from fastapi import Request, Response

from monitor.domain.authorities import by_urn
from monitor.domain.calendar import day_words
from monitor.domain.forecast import Forecast
from monitor.domain.model import Trust
from monitor.messages.disarm import quoted
from monitor.messages.sanitize import sanitize
from monitor.web.ics import Event, calendar
from monitor.web.pages import rendered
from monitor.web.queries.change_filter import PLACES, ChangeFilter, parse_filter
from monitor.web.queries.changes import InspectionNews, inspections_page, wording
from monitor.web.queries.record import ChangeRecord, Record
from monitor.web.routes.forecast import forecasts_of
from monitor.web.routes.latest_and_change import filter_of
from monitor.web.site import Made, Site

TITLE = "Changes of Ofsted ratings of children’s services"
_TYPES = {"atom": "application/atom+xml", "rss": "application/rss+xml"}
#: Ids are made of this and of keys alone: they are the same wherever the site is, and after every restart.
_NAMES = UUID("6d1f2a3e-5c0b-4c9e-9b7a-0f5d1e2c8a44")
#: When a feed without entries was made.
_BEGINNING = datetime(2014, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An inspection as all feeds show it."""

    id: str
    url: str
    title: str
    lines: tuple[str, ...]  #: area by area, then the sentences that prove it
    published: datetime
    updated: datetime


def urn_of(key: str) -> str:
    """The id of what has a key, for feeds."""
    return f"urn:uuid:{uuid5(_NAMES, key)}"


def entry(news: InspectionNews, origin: str) -> Entry:
    """The entry of an inspection's news."""
    return Entry(
        id=urn_of(news.inspection.key),
        url=f"{origin}{news.address}",
        title=_title(news),
        lines=_lines(news),
        published=datetime.combine(news.inspection.published, time(), UTC),
        updated=when(news),
    )


def _title(news: InspectionNews) -> str:
    return f"{sanitize(news.inspection.authority.display_name)}: {sanitize(news.headline)}"


def _lines(news: InspectionNews) -> tuple[str, ...]:
    proofs = {quoted(each.change.evidence): sanitize(each.change.outlet) for each in news.changes}
    said = [f"“{proof}” ({outlet})" if outlet else f"“{proof}”" for proof, outlet in proofs.items() if proof]
    return (*(_area(each) for each in news.changes), *said, f"Published {day_words(news.inspection.published)}.")


def _area(each: ChangeRecord) -> str:
    before, now = wording(each.change)
    if not each.is_news:
        return f"{each.change.area.heading}: {now}, as before"
    return f"{each.change.area.heading}: {now} (before: {before})"


def when(news: InspectionNews) -> datetime:
    """When an inspection's news last changed."""
    return max((each.versions[-1].recorded_at if each.versions else None) or each.known_at for each in news.changes)


def title_of(wanted: ChangeFilter) -> str:
    """What a feed of a filter is called, so that a reader can tell two of them apart."""
    chosen = [
        *sorted(by_urn()[urn].display_name for urn in wanted.authorities),
        *sorted(wanted.regions),
        *(area.heading for area in sorted(wanted.areas)),
        *(str(word).replace("_", " ") for word in (*sorted(wanted.kinds), *sorted(wanted.ratings), *sorted(wanted.trust))),
    ]
    chosen += [f"from {day_words(wanted.since)}"] if wanted.since else []
    chosen += [f"to {day_words(wanted.until)}"] if wanted.until else []
    return f"{TITLE}: {', '.join(chosen)}" if chosen else TITLE


def changes(site: Site, request: Request) -> Response:
    """Changes that a filter wants, an inspection an entry, in the format that the address ends with."""
    wanted, form = filter_of(request), request.url.path.rpartition(".")[2]
    origin = site.origin(request)

    def make(record: Record) -> Made:
        news, part = inspections_page(record, wanted)
        entries = [entry(each, origin) for each in news]
        here = f"{origin}/feeds/changes.{form}"
        values = {
            "title": title_of(wanted),
            "id": urn_of(f"changes?{wanted.query()}"),
            "address": f"{here}?{wanted.query()}" if wanted.query() else here,
            "following": f"{here}?{part.next.query()}" if part.next else "",
            "home": f"{origin}/?{wanted.query(page=False)}" if wanted.narrows else f"{origin}/",
        }
        if form == "json":
            return _json_feed(entries, values)
        updated = max((each.updated for each in entries), default=_BEGINNING)
        body = rendered(f"feed.{form}.xml", entries=entries, updated=updated, **values)
        return Made(body=body.encode(), media_type=f"{_TYPES[form]}; charset=utf-8")

    return site.respond(request, make)


def _json_feed(entries: Sequence[Entry], values: dict[str, str]) -> Made:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": values["title"],
        "home_page_url": values["home"],
        "feed_url": values["address"],
        "language": "en-GB",
        "authors": [{"name": "Ofsted rating monitor", "url": values["home"]}],
        "items": [
            {
                "id": each.id,
                "url": each.url,
                "title": each.title,
                "content_text": "\n".join(each.lines),
                "date_published": each.published.isoformat(),
                "date_modified": each.updated.isoformat(),
            }
            for each in entries
        ],
    }
    if values["following"]:
        feed["next_url"] = values["following"]
    return Made(body=json.dumps(feed, ensure_ascii=False).encode(), media_type="application/feed+json; charset=utf-8")


# --- calendars ------------------------------------------------------------------------------------------------------------


def publications(site: Site, request: Request) -> Response:
    """Days on which inspections were published, for a calendar; with the filter of the pages."""
    wanted, origin = filter_of(request), site.origin(request)

    def make(record: Record) -> Made:
        news, _ = inspections_page(record, wanted)
        return _calendar("Ofsted reports on children’s services", [_publication(each, origin) for each in news])

    return site.respond(request, make)


def _publication(news: InspectionNews, origin: str) -> Event:
    return Event(
        uid=str(uuid5(_NAMES, news.inspection.key)),
        first=news.inspection.published,
        last=news.inspection.published,
        summary=_title(news),
        lines=_lines(news),
        url=f"{origin}{news.address}",
        stamp=when(news),
        certain=news.inspection.trust is Trust.CONFIRMED,
    )


def forecast(site: Site, request: Request) -> Response:
    """Days between which a report is to be expected, for a calendar; of the authorities and regions of the filter."""
    wanted, origin = parse_filter(request.query_params.multi_items(), PLACES), site.origin(request)

    def make(record: Record) -> Made:
        found = [_expected(each, origin) for each in forecasts_of(record) if wanted.wants(each.authority)]
        return _calendar("Ofsted reports that are to be expected", [each for each in found if each])

    return site.respond(request, make)


def _expected(each: Forecast, origin: str) -> Event | None:
    if each.report is None:
        return None
    name = sanitize(each.authority.display_name)
    since = day_words(each.last.published) if each.last else "never"
    return Event(
        uid=str(uuid5(_NAMES, f"forecast:{each.authority.urn}")),
        first=each.report.first,
        last=each.report.last,
        summary=f"{name}: report {'overdue' if each.is_overdue else 'expected'} (8 of 10 in these days)",
        lines=(
            f"Half of such authorities have their report by {day_words(each.report.middle)}.",
            f"The last one was published: {since}. Made of {each.intervals} intervals of the record.",
        ),
        url=f"{origin}/authorities/{each.authority.code}",
        stamp=datetime.combine(each.as_of, time(), UTC),
        certain=False,
    )


def _calendar(name: str, events: Sequence[Event]) -> Made:
    return Made(body=calendar(name, events), media_type="text/calendar; charset=utf-8")
