"""The `govuk` kind: GOV.UK's search interface, newest first, read back to where the last poll ended."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import ClassVar
from urllib.parse import urlencode

from monitor.ports import ConfigError, Fetcher, FetchFailure, Poll, ReadError, SourceState, Validators
from monitor.sources.declaration import Declared, not_ahead, unreadable

_COUNT = 50
_MAX_PAGES = 20


@dataclass(kw_only=True)
class GovukSource(Declared):
    """What organisations published on GOV.UK, by document type (unknown parameters get a 422)."""

    needs_url: ClassVar[bool] = False
    base: str = "https://www.gov.uk"
    organisations: tuple[str, ...] = ()
    document_types: tuple[str, ...] = ()
    query: str = ""
    updates: bool = False  #: announce a page anew when it is updated in place (directions are)

    def __post_init__(self) -> None:
        if self.url and self.url != self._address(0):
            raise ConfigError("this kind makes its address of organisations, document_types and query; leave it out", key="url")
        self.url = self._address(0)
        super().__post_init__()

    def _address(self, start: int) -> str:
        fields = [("order", "-public_timestamp"), ("count", str(_COUNT)), ("start", str(start))]
        fields += [("fields", "title,link,description,public_timestamp")]
        fields += [("filter_organisations", organisation) for organisation in self.organisations]
        fields += [("filter_content_store_document_type", kind) for kind in self.document_types]
        if self.query:
            fields.append(("q", self.query))
        return f"{self.base}/api/search.json?{urlencode(fields)}"

    async def poll(self, fetcher: Fetcher, state: SourceState) -> Poll:
        """Ask for the newest documents, and for older ones until the cursor: after weeks off nothing is missed."""
        page = await self.ask(fetcher, state, self._address(0))
        if isinstance(page, Poll):
            return page if page.failure else replace(page, fingerprint=await self._pulse(fetcher))
        entries: list[dict[str, str]] = []
        validators = {self._address(0): page.validators}
        try:
            for number in range(1, _MAX_PAGES + 1):
                found = await self.parse("monitor.extraction.feeds.search:read_govuk", page.body, page.url)
                entries.extend(found["entries"])
                oldest = min((entry["published"] for entry in found["entries"] if entry["published"]), default="")
                if not state.cursor or oldest <= state.cursor or number * _COUNT >= found["total"]:
                    break
                answer = await fetcher.fetch(self._address(number * _COUNT))
                if isinstance(answer, FetchFailure):
                    validators = {self._address(0): Validators()}
                    break
                page = answer
        except ReadError as error:
            return unreadable(self.url, error)
        complete = validators[self._address(0)] != Validators() or len(entries) <= _COUNT
        dates = [not_ahead(moment, page.retrieved) for moment in (state.cursor, *(entry["published"] for entry in entries))]
        cursor = max(dates) if complete else dates[0]
        poll = self.poll_of(entries, validators, cursor=cursor, fingerprint=await self._pulse(fetcher))
        return self._marked(poll, entries)

    async def _pulse(self, fetcher: Fetcher) -> str:
        """What stands for the newest document of all GOV.UK: new many times a day, unless the index stands still.

        The few documents of one organisation could be missed for days before anybody would wonder.
        """
        fields = {"order": "-public_timestamp", "count": "1", "fields": "title,link,description,public_timestamp"}
        answer = await fetcher.fetch(f"{self.base}/api/search.json?{urlencode(fields)}")
        if isinstance(answer, FetchFailure):
            return ""
        try:
            found = await self.parse("monitor.extraction.feeds.search:read_govuk", answer.body, answer.url)
        except ReadError:
            return ""
        newest = "\n".join(f"{entry['url']} {entry['published']}" for entry in found["entries"][:1])
        return hashlib.blake2b(newest.encode("utf-8", "replace"), digest_size=8).hexdigest() if newest else ""

    def _marked(self, poll: Poll, entries: list[dict[str, str]]) -> Poll:
        """With `updates`, the moment of the update becomes part of the article's name."""
        if not self.updates:
            return poll
        moments = {entry["url"]: entry["published"] for entry in entries}
        links = tuple(
            replace(link, canonical_url=f"{link.canonical_url}#{moments[link.url]}") if moments.get(link.url) else link
            for link in poll.links
        )
        return replace(poll, links=links)
