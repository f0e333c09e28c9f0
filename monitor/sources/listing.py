"""The `listing` kind: a page of links found by CSS selectors, with paging; or one page that is updated in place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from monitor.domain.model import Link
from monitor.domain.urls import canonical
from monitor.ports import ConfigError, Fetcher, FetchFailure, Page, Poll, ReadError, SourceState, Validators
from monitor.sources.declaration import Declared, unreadable

_MAX_PAGES = 20


@dataclass(kw_only=True)
class ListingSource(Declared):
    """A page of links at `url`, found by the selectors; see `monitor.extraction.feeds.listing`.

    With `in_place` the page itself is the article, announced anew whenever the text of `item` (or all of it) changes.
    """

    link: str = ""  #: CSS selector of the anchors
    item: str = ""  #: CSS selector of the element around each anchor, in which the others look
    title: str = ""
    date: str = ""
    summary: str = ""
    next: str = ""  #: CSS selector of the anchor to the following page
    pages: int = 1  #: how many pages to read at most
    in_place: bool = False

    lists_first_published: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.in_place and not self.link:
            raise ConfigError("a listing needs `link`, the CSS selector of its anchors (or in_place = true)", key="link")

    async def poll(self, fetcher: Fetcher, state: SourceState) -> Poll:
        """Ask for the page (and those that follow it) once."""
        page = await self.ask(fetcher, state)
        if isinstance(page, Poll):
            return page
        try:
            if self.in_place:
                return await self._whole(page, state)
            return await self._list(fetcher, page)
        except ReadError as error:
            return unreadable(self.url, error)

    async def _list(self, fetcher: Fetcher, page: Page) -> Poll:
        selectors = {name: getattr(self, name) for name in ("link", "item", "title", "date", "summary", "next")}
        validators = {self.url: page.validators}
        moved_to = page.moved_to
        entries: list[dict[str, str]] = []
        read: set[str] = {page.url}
        for _ in range(min(self.pages, _MAX_PAGES)):
            listing = await self.parse(
                "monitor.extraction.feeds.listing:read_listing", page.body, page.url, page.content_type, selectors
            )
            entries.extend(listing["entries"])
            if not listing["next"] or listing["next"] in read or len(read) >= self.pages:
                break
            read.add(listing["next"])
            answer = await fetcher.fetch(listing["next"])
            if isinstance(answer, FetchFailure):
                # The first page is the newest; what could be read counts, and no validator hides the rest next time.
                return self.poll_of(entries, {self.url: Validators()}, moved_to=moved_to)
            page = answer
        return self.poll_of(entries, validators, moved_to=moved_to)

    async def _whole(self, page: Page, state: SourceState) -> Poll:
        found = await self.parse(
            "monitor.extraction.feeds.listing:read_whole", page.body, page.url, page.content_type, self.item
        )
        fingerprint = found["fingerprint"][:16]
        link = Link(
            source=self.name,
            url=page.url,
            canonical_url=f"{canonical(page.url)}#{fingerprint}",  # new text under an old address is a new article
            title=found["title"],
        )
        same = fingerprint == state.cursor
        return Poll(
            links=() if same else (link,),
            validators={self.url: page.validators},
            not_modified=same,
            cursor=fingerprint,
            items=1,
            moved_to=page.moved_to,
            pages={} if same else {page.url: page},
        )
