"""The `drop` kind: a watched folder for what cannot be fetched: newsletters, articles behind a subscriber's own login.

Files are announced as ``drop://NAME/FILE``; `monitor.fetch.dropped` reads them. The web endpoint writes into the same folder.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from monitor.domain.characters import storable
from monitor.domain.model import Link
from monitor.fetch.dropped import DropFetcher, is_article
from monitor.ports import Clock, ConfigError, Fetcher, FetchFailure, Poll, Source, SourceState
from monitor.sources.declaration import Declared


@dataclass(kw_only=True)
class DropSource(Declared):
    """The articles in `folder` (text, HTML, PDF, mail); sub-folders and hidden or half-written files are left alone."""

    needs_url: ClassVar[bool] = False
    folder: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.folder:
            raise ConfigError("a drop needs `folder`, the folder to watch", key="folder")

    @property
    def path(self) -> Path:
        """The folder; a relative one is in the state folder."""
        return (self.home or Path()) / self.folder

    async def poll(self, fetcher: Fetcher, state: SourceState) -> Poll:
        """Look into the folder once."""
        return await asyncio.to_thread(self._look, state.cursor)

    def _look(self, cursor: str) -> Poll:
        folder = self.path
        try:
            folder.mkdir(parents=True, exist_ok=True)
            files = sorted(path for path in folder.iterdir() if is_article(path))
            changed = {path: path.stat().st_mtime for path in files}
        except OSError as error:
            failure = FetchFailure(url=f"drop://{self.name}/", reason="unreachable", detail=f"{folder}: {error.strerror}")
            return Poll(failure=failure, cursor=cursor)
        links = tuple(
            # A file that is replaced is a new article; its name and its time say which.
            Link(
                source=self.name,
                url=(url := f"drop://{quote(self.name, safe='')}/{quote(os.fsencode(path.name), safe='')}"),
                canonical_url=f"{url}#{int(changed[path])}",
                title=storable(path.stem),
                published=datetime.fromtimestamp(changed[path], UTC),
            )
            for path in files
        )
        return Poll(
            links=links,
            cursor=cursor,
            items=max(len(links), 1),
            newest=max((link.published for link in links if link.published), default=None),
        )


def drop_folders(sources: Sequence[Source]) -> dict[str, Path]:
    """The folders of the drops among `sources`, by name."""
    return {source.name: source.path for source in sources if isinstance(source, DropSource)}


def with_drops(fetcher: Fetcher, sources: Sequence[Source], clock: Clock) -> Fetcher:
    """`fetcher`, with ``drop:`` addresses answered from the folders of the drops among `sources`."""
    folders = drop_folders(sources)
    return DropFetcher(fetcher, folders, clock=clock) if folders else fetcher
