"""The `guardian` kind: the Guardian's content interface. The key comes from the environment and is never stored or shown."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import urlencode

from monitor.domain.characters import unquoted
from monitor.ports import ConfigError, Fetcher, FetchFailure, Poll, ReadError, SourceState
from monitor.sources.declaration import Declared, not_ahead, unreadable

_PAGE_SIZE = 200
_OVERLAP = timedelta(days=2)  # an article may be dated before it appears
_MAX_PAGES = 5


@dataclass(kw_only=True)
class GuardianSource(Declared):
    """Articles that match `query` (and `tag`), newest first, since the cursor."""

    needs_url: ClassVar[bool] = False
    lists_first_published: ClassVar[bool] = True
    base: str = "https://content.guardianapis.com"
    query: str = 'ofsted AND "children\'s services"'
    tag: str = ""
    key_env: str = "GUARDIAN_API_KEY"  #: the environment variable that holds the key

    def __post_init__(self) -> None:
        self.url = self.url or f"{self.base}/search"
        self.sites = self.sites or ("theguardian.com",)
        super().__post_init__()
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,99}", self.key_env):
            raise ConfigError("expected the name of an environment variable, which holds the key", key="key_env")
        if self.enabled and not os.environ.get(self.key_env):
            raise ConfigError(f"the environment variable {self.key_env} is not set (a free key is needed)", key="key_env")

    def _address(self, cursor: str, page: int) -> str:
        fields = {
            "q": self.query,
            "order-by": "newest",
            "page-size": _PAGE_SIZE,
            "page": page,
            "show-fields": "headline,trailText",
        }
        if self.tag:
            fields["tag"] = self.tag
        if cursor:
            fields["from-date"] = (datetime.fromisoformat(cursor) - _OVERLAP).date().isoformat()
        return f"{self.url}?{urlencode(fields)}"

    async def poll(self, fetcher: Fetcher, state: SourceState) -> Poll:
        """Ask for what is new since the cursor."""
        key = urlencode({"api-key": unquoted(os.environ.get(self.key_env, ""))})
        entries: list[dict[str, str]] = []
        retrieved: datetime | None = None
        for number in range(1, _MAX_PAGES + 1):
            address = self._address(state.cursor, number)
            answer = await fetcher.fetch(f"{address}&{key}")
            if isinstance(answer, FetchFailure):
                detail = answer.detail.replace(key, "api-key=...")
                return Poll(failure=replace(answer, url=address, detail=detail), cursor=state.cursor)
            retrieved = answer.retrieved
            try:
                found = await self.parse("monitor.extraction.feeds.search:read_guardian", answer.body, address)
            except ReadError as error:
                return unreadable(address, error)
            entries.extend(found["entries"])
            if number >= found["pages"] or not state.cursor:
                break
        cursor = max(not_ahead(moment, retrieved) for moment in (state.cursor, *(entry["published"] for entry in entries)))
        return self.poll_of(entries, {}, cursor=cursor)
