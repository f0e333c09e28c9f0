"""The `sitemap` kind: news sitemaps, plain sitemaps and indexes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import unquote, urlsplit

from monitor.ports import Fetcher, FetchFailure, Poll, ReadError, SourceState, Validators
from monitor.sources.declaration import Declared, not_ahead, unreadable

_READER = "monitor.extraction.feeds.sitemap:read_sitemap"
_OVERLAP = timedelta(days=2)  #: dates of maps are days as often as moments, and not always kept
_LATE = timedelta(days=60)  #: what is listed later than this after its date would alert nobody


@dataclass(kw_only=True)
class SitemapSource(Declared):
    """The sitemap at `url`. Everything in it is announced, however late it was listed, except what has long been there.

    The store knows which pages are new. The cursor is the newest date seen, and no later than the day of the poll.
    """

    paths: tuple[str, ...] = ()  #: an address must contain one of these, where given
    maps: int = 3  #: of an index, how many sitemaps to read at most: the newest
    most: int = 1000  #: pages to read at most of those that a poll finds new: the newest

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
        since = not_ahead(state.cursor, page.retrieved)
        try:
            found = await self.parse(_READER, page.body, page.url)
            entries, complete = await self._children(fetcher, found["maps"], _back(since, _OVERLAP))
        except ReadError as error:
            return unreadable(self.url, error)
        entries = sorted([*found["entries"], *entries], key=lambda entry: entry["published"], reverse=True)
        cursor = max([since, *(not_ahead(entry["published"], page.retrieved) for entry in entries)])
        oldest = _back(since, _LATE)
        fresh = [entry for entry in entries if not entry["published"] or entry["published"] >= oldest]
        poll = self.poll_of(
            fresh,
            {self.url: page.validators if complete else Validators()},
            moved_to=page.moved_to,
            cursor=cursor if complete else since,
            max_new=self.most,
        )
        dated = [entry["published"] for entry in entries if entry["published"]]
        return replace(
            poll,
            items=len(entries),
            undated=poll.undated if found["entries"] and any(entry["title"] for entry in entries) else 0,
            newest=datetime.fromisoformat(dated[0]) if dated else None,
        )

    async def _children(
        self, fetcher: Fetcher, maps: Sequence[Mapping[str, str]], since: str
    ) -> tuple[list[dict[str, str]], bool]:
        """The entries of an index's newest sitemaps, and whether that is all there is to know until the index changes."""
        waiting = _newest_first(maps)
        entries: list[dict[str, str]] = []
        complete = all(child["published"] for child in maps)  # an index without dates is the same whatever becomes of its maps
        for _ in range(self.maps):
            child = next(iter(waiting), None)
            if child is None or (child["published"] and child["published"] < since):
                break
            answer = await fetcher.fetch(child["url"])
            waiting = waiting[1:]
            if isinstance(answer, FetchFailure):
                complete = False
                continue
            found = await self.parse(_READER, answer.body, answer.url)
            entries.extend(found["entries"])
            waiting = [*_newest_first(found["maps"]), *waiting]  # an index of indexes
        return entries, complete


def _newest_first(maps: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Sitemaps by their dates; of those without, the last, the first, the last but one ...: either end may be the newest."""
    dated = sorted((child for child in maps if child["published"]), key=lambda child: child["published"], reverse=True)
    rest = [child for child in maps if not child["published"]]
    ends = [child for pair in zip(reversed(rest), rest, strict=True) for child in pair][: len(rest)]
    return [*dated, *ends]


def _back(moment: str, distance: timedelta) -> str:
    return (datetime.fromisoformat(moment) - distance).isoformat() if moment else ""
