"""The `feed` kind: RSS, RDF, Atom and JSON Feed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from monitor.ports import Fetcher, Poll, ReadError, SourceState
from monitor.sources.declaration import Declared, unreadable


@dataclass(kw_only=True)
class FeedSource(Declared):
    """A feed at `url`."""

    lists_first_published: ClassVar[bool] = True

    async def poll(self, fetcher: Fetcher, state: SourceState) -> Poll:
        """Ask for the feed once; every entry it has is announced, the store knows which are new."""
        page = await self.ask(fetcher, state)
        if isinstance(page, Poll):
            return page
        try:
            feed = await self.parse("monitor.extraction.feeds.feed:read_feed", page.body, page.url, page.content_type)
        except ReadError as error:
            return unreadable(self.url, error)
        return self.poll_of(feed["entries"], {self.url: page.validators}, moved_to=page.moved_to)
