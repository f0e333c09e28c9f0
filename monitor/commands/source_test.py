"""One source or address tried out, step by step with timings: the answer to "why did it not see this article?"."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from monitor.commands.json_output import for_review
from monitor.commands.plural import number_of
from monitor.domain.calendar import moment_words
from monitor.domain.model import Article, ClassifierResult, Judgement, Report
from monitor.domain.urls import canonical, registrable
from monitor.domain.web_address import ascii_host
from monitor.ports import Fetcher, FetchFailure, ReadError, SourceState
from monitor.system.clock import SystemClock

if TYPE_CHECKING:
    from monitor.domain.link_history import SeenLink
    from monitor.settings import Settings
    from monitor.sources.declaration import Declared
    from monitor.store import SqlStore

_SHOWN = 10


@dataclass(slots=True)
class SourceTest:
    """What was found, as facts for programs and lines for people."""

    facts: dict[str, Any] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    failed: bool = False

    def fail(self, what: str, reason: str, detail: str) -> SourceTest:
        """Note where it ended."""
        self.failed = True
        self.facts["failure"] = {"at": what, "reason": reason, "detail": detail}
        self.lines.append(f"{what} failed ({reason}): {detail}")
        return self


async def try_source(settings: Settings, source: Declared, articles: int, store: SqlStore | None = None) -> SourceTest:
    """Poll a source as if for the first time, then read and classify its first articles."""
    from monitor.app.runtime import build_fetcher
    from monitor.sources.drop import with_drops

    test = SourceTest(facts={"source": source.name, "url": source.url})
    test.lines.append(f"{source.name}: {source.outlet}, {source.source_class}" + ("" if source.enabled else " (stands by)"))
    if source.comment:
        test.lines.append(f"  {source.comment}")
    async with build_fetcher(settings, SystemClock()) as client:
        fetcher: Fetcher = with_drops(client, (source,), SystemClock())  # type: ignore[arg-type]  # every kind is a Source
        start = time.perf_counter()
        poll = await source.poll(fetcher, SourceState(name=source.name))  # type: ignore[attr-defined]  # as above
        took = time.perf_counter() - start
        if poll.failure:
            return test.fail("polling", poll.failure.reason, poll.failure.detail)
        newest = moment_words(poll.newest, year=True) if poll.newest else "unknown"
        test.facts |= {
            "items": poll.items,
            "undated": poll.undated,
            "newest": poll.newest.isoformat() if poll.newest else None,
            "links": [{"url": link.url, "title": link.title} for link in poll.links],
            "passed_over": [{"title": title, "reason": reason} for title, reason in poll.passed_over],
            "seconds": round(took, 3),
        }
        test.lines.append(
            f"  {number_of(poll.items, 'item')} in {took:.2f} s, newest {newest}, {poll.undated} without date or title; "
            f"{len(poll.links)} to follow, {len(poll.passed_over)} passed over"
        )
        if poll.moved_to:
            test.lines.append(f"  it has moved for good to {poll.moved_to}: change its url")
        test.lines += [f"    {link.title or '(no title)'}\n      {link.url}" for link in poll.links[:_SHOWN]]
        test.lines += [f"    passed over, {reason}: {title}" for title, reason in poll.passed_over[:_SHOWN]]
        for link in poll.links[:articles]:
            await _try_article(test, fetcher, link.url, settings, store)
    return test


async def _try_article(test: SourceTest, fetcher: Fetcher, url: str, settings: Settings, store: SqlStore | None) -> None:
    """Fetch, read and classify one page."""
    from monitor.commands.consequences import in_words
    from monitor.commands.documents import read_any
    from monitor.extraction.html.pages import shared_sandbox

    start = time.perf_counter()
    page = await fetcher.fetch(url)
    fetched = time.perf_counter()
    if isinstance(page, FetchFailure):
        test.fail(f"fetching {url}", page.reason, page.detail)
        return
    try:
        document = read_any(page, shared_sandbox())
    except ReadError as error:
        test.fail(f"reading {url}", error.reason, str(error))
        return
    read = time.perf_counter()
    if isinstance(document, Report):
        result = _tell_report(test, document, {"fetch": fetched - start, "read": read - fetched})
    else:
        result = _tell_article(test, document, {"fetch": fetched - start, "read": read - fetched})
    said = in_words(document, result, SystemClock().today(), settings, store)
    test.facts["articles"][-1]["record"] = [line.strip() for line in said]
    test.lines += ["    what the record makes of it, seen today:", *(f"  {line}" for line in said)]


def _timings(took: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in took.items())


def _milliseconds(took: Mapping[str, float]) -> dict[str, float]:
    return {name: round(seconds * 1000, 1) for name, seconds in took.items()}


def _judged(judgements: Sequence[Judgement]) -> list[str]:
    return [
        f"    {j.authority.display_name}: {j.area.words}: {j.rating.words}  “{' '.join(j.quote.split())}”" for j in judgements
    ]


def _tell_report(test: SourceTest, report: Report, took: Mapping[str, float]) -> ClassifierResult:
    """What an official report says; it speaks for itself, so that nothing is read out of it."""
    test.facts.setdefault("articles", []).append(
        {
            "url": report.url,
            "title": report.title,
            "published": report.published.isoformat(),
            "framework": report.framework,
            "judgements": [f"{j.authority.name}: {j.area}: {j.rating}" for j in report.judgements],
            "milliseconds": _milliseconds(took),
        }
    )
    test.lines += ["", f"  {report.title}", f"    {report.published}; {report.framework} report; {_timings(took)}"]
    test.lines += _judged(report.judgements)
    return ClassifierResult()


def _tell_article(test: SourceTest, article: Article, took: dict[str, float]) -> ClassifierResult:
    """How an article reads, and what would be classified: as of today, where it has no date."""
    from monitor.classifier import classify

    start = time.perf_counter()
    result = classify(article.title, article.text, published=article.published or SystemClock().today())
    took["classify"] = time.perf_counter() - start
    test.facts.setdefault("articles", []).append(
        {
            "url": article.url,
            "title": article.title,
            "published": article.published.isoformat() if article.published else None,
            "words": len(article.text.split()),
            "paragraphs": len(article.paragraphs),
            "relevant": result.relevant,
            "reason": result.reason,
            "judgements": [f"{j.authority.name}: {j.area}: {j.rating}" for j in result.judgements],
            "uncertain": [f"{j.authority.name}: {j.area}: {j.rating}" for j in result.uncertain],
            "milliseconds": _milliseconds(took),
        }
    )
    test.lines += [
        "",
        f"  {article.title}",
        f"    {article.published or 'no date'}; {len(article.text.split())} words"
        f" in {number_of(len(article.paragraphs), 'paragraph')}; " + _timings(took),
    ]
    test.lines += [f"    | {paragraph[:110]}" for paragraph in article.paragraphs[:3]]
    test.lines += _judged(result.judgements)
    if not result.judgements:
        test.lines.append(f"    reports no new judgement ({result.reason.replace('_', ' ') or 'nothing found'})")
    test.lines += [f"    {line}" for line in for_review(result.uncertain)]
    return result


async def try_address(settings: Settings, sources: Sequence[Declared], url: str, store: SqlStore | None) -> SourceTest:
    """Why an article was, or was not, seen: which source should announce it, what became of it, and how it reads now."""
    from monitor.app.runtime import build_fetcher

    key = canonical(url)
    test = SourceTest(facts={"url": url, "canonical_url": key})
    test.lines.append(url)
    site = registrable(key)
    own = {source.name: {registrable(canonical(source.url)), *map(ascii_host, source.sites)} for source in sources}
    covering = [source for source in sources if site in own[source.name]]
    test.facts["covered_by"] = [{"source": source.name, "enabled": source.enabled} for source in covering]
    test.lines.append(f"  {_covered(site, covering)}")
    _history(test, key, store)
    async with build_fetcher(settings, SystemClock()) as fetcher:
        await _try_article(test, fetcher, url, settings, store)
    for title in [article["title"] for article in test.facts.get("articles", [])]:
        for source in covering:
            if not source.wanted({"title": title, "summary": "", "url": url}):
                test.lines.append(f"  {source.name} would pass it over: its title has none of {', '.join(source.keywords)}")
    return test


def _covered(site: str, covering: Sequence[Declared]) -> str:
    if not covering:
        return f"no source covers {site}: add one to sources.toml"
    watched = [source.name for source in covering if source.enabled]
    if not watched:
        return f"{', '.join(source.name for source in covering)} would cover {site}, but none of them is enabled"
    return f"covered by {', '.join(watched[:5])}" + (f" and {len(watched) - 5} more" if len(watched) > 5 else "")


def _noted(seen: SeenLink) -> str:
    """How it was read where not all of it was, or why it could not be."""
    if seen.state == "read" and seen.reason == "cut":
        return f"; {seen.detail}"
    if seen.state == "passed_over":
        return ""
    return f"; last failure: {seen.reason} ({seen.failures} in all)" if seen.reason else ""


#: What became of an address, by the state of its link.
_BECAME = {
    "new": "waits to be read",
    "read": "was read",
    "given_up": "was given up",
    "passed_over": "was passed over, for its source lists more than can be read",
}


def _history(test: SourceTest, key: str, store: SqlStore | None) -> None:
    """What the state knows of the address."""
    if store is None:
        test.lines.append("  nothing was polled yet, so no source has announced it")
        return
    from monitor.commands.consequences import REASONS

    seen = store.find_link(key)
    if seen is None:
        test.facts["announced"] = None
        test.lines.append("  no source has announced it (or its keywords or sites did not let it pass)")
        return
    test.facts["announced"] = {"source": seen.source, "first_seen": seen.first_seen.isoformat(), "state": seen.state}
    what = _BECAME.get(seen.state, seen.state)
    said = (
        ""
        if seen.relevant is None
        else "; it reports a judgement"
        if seen.relevant
        else f"; nothing new in it ({seen.article_reason})"
    )
    test.lines.append(
        f"  {seen.source} announced it on {moment_words(seen.first_seen, year=True)}"
        + (" in its first poll, which never alerts" if seen.baseline else "")
        + f"; it {what}{said}"
        + _noted(seen)
    )
    test.facts["announced"] |= {"changes": list(seen.changes), "background": list(seen.background)}
    test.lines += [f"    then: {REASONS.get(reason, reason)}" for reason in seen.background]
    test.lines += [f"    then: recorded as {key}; `monitor who {key}` says who was told" for key in seen.changes]
    items = store.reviews_at(key)
    test.facts["announced"]["review"] = [{"id": item.id, "state": item.state.value} for item in items]
    for item in items:
        test.lines.append(f"    then: {for_review([item.judgement])[0]}: {item.state}; `monitor review show {item.id[:10]}`")
