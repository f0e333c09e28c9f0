"""What every kind of source is declared with, and what kinds do alike: keyword filter, links from entries, one parse.

No kind knows another; this module knows none of them.
"""

from __future__ import annotations

import asyncio
import hashlib
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from monitor.domain.model import Link, SourceClass
from monitor.domain.urls import canonical, registrable
from monitor.domain.web_address import ascii_host
from monitor.extraction.sandbox import Sandbox
from monitor.ports import ConfigError, Fetcher, FetchFailure, Page, Poll, ReadError, SourceState, Validators

_LONG_LIST, _NEARLY_ALL = 10, 0.9  #: see `_gone_elsewhere`


@dataclass(kw_only=True)
class Declared:
    """The keys that a ``[[source]]`` of any kind may have; `url` of one that has no address is empty."""

    name: str
    url: str = ""
    outlet: str = ""
    source_class: SourceClass = SourceClass.PRESS
    interval: float = 900.0  #: seconds between polls
    enabled: bool = True
    keywords: tuple[str, ...] = ()  #: a link is followed only when its title or summary contains one of them
    sites: tuple[str, ...] = ()  #: registrable domains that links may lead to; the source's own when empty
    cadence: float = 0.0  #: seconds within which a new item is expected; 0 when nothing is known
    comment: str = ""  #: what is known of the source, for `sources list`
    home: Path | None = field(default=None, repr=False)  #: where relative folders start: the state folder
    sandbox: Sandbox | None = field(default=None, repr=False)  #: the child that parses; the process's own when not given

    complete: ClassVar[bool] = False  #: whether a poll reads through the list of every official report
    lists_first_published: ClassVar[bool] = False  #: whether its dates are those of publication, and not of the last change
    needs_url: ClassVar[bool] = True  #: whether the kind is useless without an address

    def __post_init__(self) -> None:
        if self.needs_url and not self.url:
            raise ConfigError("a source of this kind needs an address", key="url")

    @property
    def declaration(self) -> str:
        """What stands for how it is declared: another one is another source, though it may have the same name."""
        ours = {"sandbox", "home", "comment", "enabled"}
        told = "\n".join(f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.name not in ours)
        return hashlib.blake2b(f"{type(self).__name__}\n{told}".encode("utf-8", "replace"), digest_size=8).hexdigest()

    async def parse(self, function: str, *arguments: Any) -> Any:
        """Run a reading function in the killable child, without holding up the loop."""
        sandbox = self.sandbox
        if sandbox is None:
            from monitor.extraction.html.pages import (
                shared_sandbox,  # brings a parser, of which a check that finds nothing has no need
            )

            sandbox = shared_sandbox()
        return await asyncio.to_thread(sandbox.call, function, *arguments)

    def wanted(self, entry: Mapping[str, str]) -> bool:
        """Whether an entry passes the keyword filter: whole phrases anywhere, whatever the case, apostrophes and hyphens."""
        if not self.keywords:
            return True
        text = _folded_text(f"{entry.get('title', '')} {entry.get('summary', '')}")
        return any(_folded_text(keyword) in text for keyword in self.keywords)

    def passed_over(self, entry: Mapping[str, str]) -> str:
        """Why an entry is not followed, for a person; empty when it is. Links off the source's own sites are not."""
        if not self.wanted(entry):
            return "none of its keywords"
        site = self._site_off(entry)
        return f"leads to {site}, which is not one of its sites ({', '.join(sorted(self._allowed))})" if site else ""

    @property
    def _allowed(self) -> set[str]:
        """Registrable domains that links may lead to; ``*`` for any."""
        return {ascii_host(site) or site for site in self.sites} or {registrable(self.url)}

    def _site_off(self, entry: Mapping[str, str]) -> str:
        """The site that an entry leads to, where that is none of the source's own; else empty."""
        site = registrable(canonical(entry["url"]))
        return "" if "*" in self._allowed or site in _folded(self._allowed) else site

    def poll_of(self, entries: Sequence[Mapping[str, str]], validators: Mapping[str, Validators], **more: Any) -> Poll:
        """A successful poll: entries as links, once per article, and what health is judged by, which is before any filter."""
        dates = [datetime.fromisoformat(entry["published"]) for entry in entries if entry.get("published")]
        links: dict[str, Link] = {}
        passed_over: list[tuple[str, str]] = []
        editions: dict[str, set[str]] = {}
        elsewhere = Counter(site for entry in entries if (site := self._site_off(entry)))
        for entry in entries:
            if reason := self.passed_over(entry):
                passed_over.append((entry.get("title") or entry["url"], reason))
            else:
                link = self._announced(entry)
                links.setdefault(link.canonical_url, link)
                editions.setdefault(link.canonical_url, set()).add(entry.get("edition") or entry.get("published", ""))
        return Poll(
            # A live page has an entry for each of its posts: what it lists is another edition when any of them is.
            links=tuple(replace(link, edition=_edition(editions[key])) for key, link in links.items()),
            failure=self._gone_elsewhere(elsewhere, len(entries)),
            passed_over=tuple(passed_over),
            validators=validators,
            items=len(entries),
            undated=sum(1 for entry in entries if not entry.get("published") or not entry.get("title")),
            newest=max(dates, default=None),
            **more,
        )

    def _gone_elsewhere(self, sites: Counter[str], entries: int) -> FetchFailure | None:
        """A failure when all that is listed, or nearly all of a long list, leads to other sites: the publisher has moved."""
        off = sites.total()
        if not off or (off < entries and (entries < _LONG_LIST or off < _NEARLY_ALL * entries)):
            return None
        most = sites.most_common(1)[0][0]
        what = f"{off} of {entries} items lead to other sites, most to {most}; if its articles are there now, add it to `sites`"
        return FetchFailure(url=self.url, reason="elsewhere", detail=what)

    def _announced(self, entry: Mapping[str, str]) -> Link:
        return Link(
            source=self.name,
            url=entry["url"],
            canonical_url=canonical(entry["url"]),
            title=entry.get("title", ""),
            published=datetime.fromisoformat(entry["published"]) if entry.get("published") else None,
            summary=entry.get("summary", ""),
        )

    async def ask(self, fetcher: Fetcher, state: SourceState, url: str = "") -> Page | Poll:
        """Fetch `url` (the source's own by default) conditionally; a `Poll` when there is nothing to parse."""
        target = url or self.url
        answer = await fetcher.fetch(target, state.validators.get(target, Validators()))
        if isinstance(answer, FetchFailure):
            return Poll(failure=answer, cursor=state.cursor)
        if answer.not_modified:
            return Poll(
                not_modified=True, validators={target: answer.validators}, cursor=state.cursor, moved_to=answer.moved_to
            )
        return answer


_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "–": "-", "—": "-", "\u00ad": ""})


def _folded_text(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).lower().translate(_PLAIN).split())


def not_ahead(moment: str, now: datetime | None) -> str:
    """A date of an entry as far as a cursor may move by it: one in the future would hide all that comes until then."""
    return min(moment, now.replace(microsecond=0).isoformat()) if now is not None else moment


def _edition(said: set[str]) -> str:
    """What stands for what entries say of a page; empty where they say nothing."""
    told = "\n".join(sorted(said)).strip()
    return hashlib.blake2b(told.encode("utf-8", "replace"), digest_size=8).hexdigest() if told else ""


def unreadable(url: str, error: ReadError) -> Poll:
    """The poll that came back with something that is no list of articles: a failure with the reader's reason."""
    return Poll(failure=FetchFailure(url=url, reason=error.reason, detail=str(error)))


def _folded(sites: set[str]) -> set[str]:
    """Sites as canonical addresses name them: a feed on feeds.bbci.co.uk announces articles of bbc.co.uk."""
    folds = {"bbci.co.uk": "bbc.co.uk", "bbc.com": "bbc.co.uk"}
    return {folds.get(site, site) for site in sites}
