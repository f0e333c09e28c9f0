"""The `sitemap` kind: news sitemaps, plain sitemaps and indexes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from monitor.ports import Fetcher, FetchFailure, Poll, ReadError, SourceState, Validators
from monitor.sources.declaration import Declared, unreadable

_READER = "monitor.reading.sitemap:read_sitemap"


@dataclass(kw_only=True)
class SitemapSource(Declared):
    """The sitemap at `url`. Pages changed since the cursor (the newest date seen) are announced, however long ago that was."""

    paths: tuple[str, ...] = ()  #: an address must contain one of these, where given
    maps: int = 3  #: of an index, how many sitemaps to read at most: the newest
    most: int = 1000  #: pages to announce at most: the newest

    def wanted(self, entry: Mapping[str, str]) -> bool:
        """Keywords are looked for in the title, or, where the sitemap has none, in the words of the address."""
        path = unquote(urlsplit(entry["url"]).path)
        if self.paths and not any(part in path for part in self.paths):
            return False
        words = path.replace("-", " ").replace("_", " ").replace("/", " ")
        return super().wanted({"title": entry["title"] or words, "summary": ""})

    async def poll(self, fetcher: Fetcher, state: SourceState) -> Poll:
        """Ask for the sitemap, and for the newest ones of an index, once."""
        page = await self.ask(fetcher, state)
        if isinstance(page, Poll):
            return page
        try:
            found = await self.parse(_READER, page.body, page.url)
            entries, complete = await self._children(fetcher, found, state.cursor)
        except ReadError as error:
            return unreadable(self.url, error)
        entries = sorted([*found["entries"], *entries], key=lambda entry: str(entry["published"]), reverse=True)
        cursor = max([state.cursor, *(entry["published"] for entry in entries)])
        fresh = [entry for entry in entries if not entry["published"] or not state.cursor or entry["published"] >= state.cursor]
        validators = {self.url: page.validators if complete else Validators()}
        poll = self.poll_of(entries, validators, moved_to=page.moved_to, cursor=cursor if complete else state.cursor)
        keep = {entry["url"] for entry in fresh[: self.most]}
        links = tuple(link for link in poll.links if link.url in keep)
        return Poll(
            links=links,
            validators=validators,
            cursor=poll.cursor,
            items=poll.items,
            undated=poll.undated if found["entries"] and any(entry["title"] for entry in entries) else 0,
            newest=poll.newest,
            moved_to=poll.moved_to,
        )

    async def _children(self, fetcher: Fetcher, found: dict[str, Any], cursor: str) -> tuple[list[dict[str, str]], bool]:
        """The entries of an index's newest sitemaps, and whether all of them could be read."""
        children = sorted(found["maps"], key=lambda entry: str(entry["published"]), reverse=True)
        entries: list[dict[str, str]] = []
        complete = True
        for child in children[: self.maps]:
            if cursor and child["published"] and child["published"] < cursor:
                break
            answer = await fetcher.fetch(child["url"])
            if isinstance(answer, FetchFailure):
                complete = False
                continue
            entries.extend((await self.parse(_READER, answer.body, answer.url))["entries"])
        return entries, complete
