"""The `ofsted` kind: Ofsted's report site, asked for local authorities' inspection reports that are new.

A poll reads the search that lists all authorities (two pages). Where an authority's entry, which dates its latest report,
changed since the last poll, its own page is read; of that, reports of graded inspections are announced that the shipped record
does not hold. So a quiet poll is two requests, and an old report is never asked for. Entries that stop telling a date are
read in turn, some at each poll.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import ClassVar

from monitor.domain.authorities import by_urn
from monitor.domain.calendar import london
from monitor.domain.history import history
from monitor.domain.model import Link, SourceClass
from monitor.domain.reconcile import Listed
from monitor.domain.urls import canonical, registrable
from monitor.ports import Fetcher, FetchFailure, Page, Poll, ReadError, SourceState, Validators
from monitor.sources.declaration import Declared, unreadable

_SEARCH = "/search?q=&location=&lat=&lon=&radius=&level_1_types=3&level_2_types%5B%5D=12&start={start}&rows={rows}"
_ROWS = 100  #: the site gives no more at a time
_MAX_PAGES = 5
_DATED = re.compile(r"\d{1,2} [A-Z][a-z]{2,8} \d{4}|\d{1,2}/\d{1,2}/\d{4}")

#: What a label must say, and must not. A wording not seen yet should rather be read and refused as no report than be missed.
_GRADED = re.compile(r"\binspection\b|\bilacs\b", re.IGNORECASE)
_UNGRADED = re.compile(
    r"focused|monitoring|joint|\barea\b|\bsend\b|safeguarding children board|visit|letter"
    r"|adoption|fostering|looked after children and|children.s home|school|college|nursery|childcare",
    re.IGNORECASE,
)


def is_graded(label: str) -> bool:
    """Whether a report's label on a provider's page may be that of a graded inspection of children's services."""
    return bool(_GRADED.search(label)) and not _UNGRADED.search(label)


@lru_cache(maxsize=1)
def _held() -> frozenset[str]:
    """Addresses of the report files that the shipped record was read from."""
    return frozenset(canonical(inspection.url) for inspection in history() if inspection.url)


@dataclass(kw_only=True)
class OfstedSource(Declared):
    """Ofsted's report site at `url`, its root. `fewest` authorities must be listed, or the listing is not believed."""

    complete: ClassVar[bool] = True

    url: str = "https://reports.ofsted.gov.uk"
    source_class: SourceClass = SourceClass.OFFICIAL
    fewest: int = 150
    held: bool = True  #: leave out reports that the shipped record holds
    at_once: int = 20  #: authorities' pages read in one poll; the rest wait for the next

    async def poll(self, fetcher: Fetcher, state: SourceState) -> Poll:
        """Ask once. A listing that is short or unreadable is a failure: an alarm, not an update."""
        listed = await self._list(fetcher)
        if isinstance(listed, Poll):
            return listed
        if len(listed) < self.fewest:
            missing = sorted(a.name for urn, a in by_urn().items() if a.valid.end is None and urn not in listed)
            detail = f"only {len(listed)} authorities are listed; missing: {', '.join(missing[:5])} ..."
            return Poll(failure=FetchFailure(url=self.url, reason="short_listing", detail=detail), cursor=state.cursor)
        seen = _seen(state.cursor)
        turn = max((number for _, number in seen.values()), default=0) + 1
        links: list[Link] = []
        validators: dict[str, Validators] = {}
        for urn in self._due(listed, seen)[: self.at_once]:
            found = await self._provider(fetcher, state, listed[urn], validators)
            if found is not None:  # else it is asked again at the next poll
                links += found
                seen[urn] = (_digest(listed[urn]), turn)
        return Poll(
            links=tuple(links),
            validators=validators,
            not_modified=not links,
            cursor=json.dumps(seen, separators=(",", ":")),
            items=len(listed),
            newest=max((link.published for link in links if link.published), default=None),
        )

    async def everything(self, fetcher: Fetcher) -> tuple[Listed, ...] | FetchFailure:
        """Every graded report that the site lists now, held or not; a failure when any of it cannot be had."""
        listed = await self._list(fetcher)
        if isinstance(listed, Poll):
            return listed.failure or FetchFailure(url=self.url, reason="short_listing")
        found: list[Listed] = []
        for urn, entry in listed.items():
            authority = by_urn().get(urn)
            answer = await fetcher.fetch(entry["url"])
            if isinstance(answer, FetchFailure):
                return answer
            try:
                reports = await self._reports(answer)
            except ReadError as error:
                return FetchFailure(url=entry["url"], reason=error.reason, detail=str(error))
            found += [
                Listed(authority=authority, published=date.fromisoformat(report["day"]), url=report["url"])
                for report in reports
                if authority and report["day"] and is_graded(report["label"])
            ]
        return tuple(found)

    @staticmethod
    def _due(listed: Mapping[str, Mapping[str, str]], seen: Mapping[str, tuple[str, int]]) -> list[str]:
        """Authorities whose pages are to be read, those unread for longest first."""
        due = [
            urn
            for urn, entry in listed.items()
            if urn not in seen or seen[urn][0] != _digest(entry) or not _DATED.search(entry["marker"])
        ]
        return sorted(due, key=lambda urn: seen[urn][1] if urn in seen else 0)

    async def _list(self, fetcher: Fetcher) -> dict[str, dict[str, str]] | Poll:
        """Every authority that the search lists, by URN; a failed `Poll` when a page of it cannot be had."""
        listed: dict[str, dict[str, str]] = {}
        for number in range(_MAX_PAGES):
            url = self.url.rstrip("/") + _SEARCH.format(start=number * _ROWS, rows=_ROWS)
            answer = await fetcher.fetch(url)
            if isinstance(answer, FetchFailure):
                return Poll(failure=answer)
            try:
                entries = await self.parse(
                    "monitor.extraction.feeds.ofsted:read_search", answer.body, answer.url, answer.content_type
                )
            except ReadError as error:
                if listed:
                    break  # past the last page
                return unreadable(url, error)
            new = {entry["urn"]: entry for entry in entries if entry["urn"] not in listed}
            listed |= new
            if not new or len(entries) < _ROWS:
                break
        return listed

    async def _provider(
        self, fetcher: Fetcher, state: SourceState, entry: Mapping[str, str], validators: dict[str, Validators]
    ) -> list[Link] | None:
        """The new graded reports of one authority; None when its page cannot be read now."""
        url = entry["url"]
        answer = await fetcher.fetch(url, state.validators.get(url, Validators()))
        if isinstance(answer, FetchFailure):
            return None
        if answer.not_modified:
            return []
        try:
            reports = await self._reports(answer)
        except ReadError:
            return None
        validators[url] = answer.validators
        return [link for report in reports if (link := self._link(report, entry["name"]))]

    async def _reports(self, page: Page) -> list[dict[str, str]]:
        found: list[dict[str, str]] = await self.parse(
            "monitor.extraction.feeds.ofsted:read_provider", page.body, page.url, page.content_type
        )
        return found

    def _link(self, report: Mapping[str, str], name: str) -> Link | None:
        """A report as a link; None when it has no grades, leads off the site, or the record holds it."""
        address = canonical(report["url"])
        if (
            registrable(address) not in ({registrable(self.url)} | set(self.sites))
            or not is_graded(report["label"])
            or (self.held and address in _held())
        ):
            return None
        day = date.fromisoformat(report["day"]) if report["day"] else None
        # The site gives days. Noon keeps the day the same in every zone that matters.
        published = datetime.combine(day, time(12), tzinfo=london()) if day else None
        return Link(
            source=self.name,
            url=report["url"],
            canonical_url=address,
            title=f"{name}: {report['label']}",
            published=published,
        )


def _digest(entry: Mapping[str, str]) -> str:
    return hashlib.sha256(entry["marker"].encode()).hexdigest()[:12]


def _seen(cursor: str) -> dict[str, tuple[str, int]]:
    """By URN: what an authority's entry was when its page was last read, and at which poll that was."""
    try:
        found = json.loads(cursor) if cursor else {}
        return {str(urn): (str(digest), int(number)) for urn, (digest, number) in found.items()}
    except (ValueError, TypeError, AttributeError):
        return {}
