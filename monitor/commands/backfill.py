"""``monitor backfill``: archives of news read to rebuild history, on this machine's cores or a Dask cluster; nobody is told."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.commands.options import count, folder_options
from monitor.ports import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.backfill.partition import Options
    from monitor.backfill.records import Unread
    from monitor.backfill.run import Gathered, Plan, Recording
    from monitor.commands.backfill_view import Watched
    from monitor.settings import Settings

_PAGES = 1000  #: that are fetched of a sitemap, unless another number is asked for


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "backfill",
        parents=[folder_options()],
        description="Reads archives of news and writes what they tell of inspections into the ledger. Nobody is told, asked or "
        "alarmed. Then it says what the archive told beside the official record: which inspections were heard of, who was "
        "first, and who said otherwise. It may be killed at any time: the same command does what is not done yet. See "
        "docs/backfill.md.",
    )
    parser.add_argument(
        "sources",
        nargs="+",
        metavar="SOURCE",
        help="WARC files (.warc.gz), JSON lines (url, date, title, text or html), folders of these or of pages and reports, "
        "and sitemaps (a file, or an address: its pages are fetched)",
    )
    parser.add_argument(
        "--scheduler", default="", metavar="ADDRESS", help="a Dask cluster, tcp://HOST:8786, instead of processes here"
    )
    parser.add_argument("--workers", type=count, metavar="N", help="how many processes here (default: the cores)")
    parser.add_argument(
        "--pages", type=count, default=_PAGES, metavar="N", help=f"pages fetched of a sitemap: the newest N ({_PAGES})"
    )
    parser.add_argument("--parquet", type=Path, metavar="FOLDER", help="write what was found there, as Parquet files")
    parser.add_argument("--dry-run", action="store_true", help="leave the ledger as it is; only say what was found")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Read, record, report; 1 when a part of an archive could not be read."""
    from monitor.settings import load

    settings = load(args.config, args.state)
    if args.scheduler and args.workers:
        raise ConfigError("how many workers a cluster has is the cluster's; leave it out with --scheduler", key="--workers")
    found, recording = _done(args, settings)
    return _tell(args, found, recording)


def _done(args: argparse.Namespace, settings: Settings) -> tuple[Gathered, Recording | None]:
    """Everything read, and written down where that is wanted."""
    from monitor.backfill.cluster import check_installed
    from monitor.backfill.kept import KeptResults
    from monitor.backfill.run import gathered, steps
    from monitor.commands.backfill_view import watched

    check_installed()
    folder = settings.state / "backfill"
    options = _options(settings)
    with watched(quiet=args.json) as view:
        plan, unread = _planned(args, settings, folder, view)
        for path in plan.left_out:
            view.say(
                f"{path}: {'is a link to a folder; name that' if path.is_dir() else 'is nothing that is read here, left out'}"
            )
        if not plan.parts and not unread:
            raise ConfigError("there is nothing to read in it", key=" ".join(args.sources))
        view.begin(plan.parts)
        done = []
        for step in steps(
            plan.parts, options, KeptResults(folder / "parts"), scheduler=args.scheduler, workers=args.workers or 0
        ):
            done.append(step)
            view.advance(step)
        found = gathered(done, unread)
        return found, None if args.dry_run else _recorded(settings, found, view)


def _options(settings: Settings) -> Options:
    """The outlets as they are called here, by their sites, so that one that is watched is the same in an archive."""
    from monitor.backfill.partition import Options, site_of
    from monitor.domain.model import SourceClass

    names: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for table in settings.sources:
        told = table.values
        kind = str(told.get("class", SourceClass.PRESS))
        # Nothing but Ofsted's own reports speaks for Ofsted; another public body's page is one voice more.
        kind = str(SourceClass.COUNCIL) if kind == SourceClass.OFFICIAL else kind
        if site := site_of(str(told.get("url", ""))):
            names[site].add((str(told.get("outlet") or told.get("name") or site), kind))
    alert, review = settings.thresholds
    single = {site: next(iter(own)) for site, own in names.items() if len(own) == 1}
    return Options(outlets=single, alert=alert, review=review)


def _planned(args: argparse.Namespace, settings: Settings, folder: Path, view: Watched) -> tuple[Plan, Sequence[Unread]]:
    """The parts of everything named, with the pages of sitemaps fetched first."""
    from monitor.backfill.run import planned

    addresses = [each for each in args.sources if each.startswith(("http://", "https://"))]
    plan = planned([Path(each) for each in args.sources if each not in addresses])
    sitemaps = [*addresses, *(str(path.absolute()) for path in plan.sitemaps)]
    if not sitemaps:
        return plan, ()
    archives, unread = asyncio.run(_crawled(sitemaps, settings, folder / "fetched", args.pages, view))
    fetched = planned(archives)
    from dataclasses import replace

    return replace(plan, parts=(*plan.parts, *fetched.parts)), unread


async def _crawled(
    sitemaps: Sequence[str], settings: Settings, folder: Path, most: int, view: Watched
) -> tuple[list[Path], list[Unread]]:
    from monitor.app.runtime import build_fetcher
    from monitor.backfill.crawl import crawl
    from monitor.extraction.lanes import Lanes
    from monitor.system.clock import SystemClock

    archives: list[Path] = []
    unread: list[Unread] = []
    with Lanes() as sandbox:
        async with build_fetcher(settings, SystemClock()) as fetcher:
            for sitemap in sitemaps:
                along = view.fetching(sitemap)
                found = await crawl(sitemap, folder, fetcher, sandbox, most=most, along=along)
                archives += found.archives
                unread += found.unread
    return archives, unread


def _recorded(settings: Settings, found: Gathered, view: Watched) -> Recording:
    from monitor.app.runtime import open_state
    from monitor.backfill.run import record
    from monitor.system.clock import SystemClock

    store = open_state(settings)
    try:
        return record(
            found.findings, store, now=SystemClock().now(), alert_window=settings.alert_window, along=view.recording(found)
        )
    finally:
        store.close()


def _tell(args: argparse.Namespace, found: Gathered, recording: Recording | None) -> int:
    from monitor.backfill.report import report
    from monitor.commands.backfill_view import facts, show
    from monitor.domain.history import history

    told = report(found.findings, history(), counts=found.counts, days=(found.first, found.last), unread=found.unread)
    files: Sequence[Path] = ()
    if args.parquet:
        from monitor.backfill.parquet import write_parquet

        files = write_parquet(args.parquet, found.findings, told)
    if args.json:
        print(json.dumps(facts(told, found, recording, files), indent=2, ensure_ascii=False))
    else:
        show(told, recording, files)
    for part, failed in found.failed:
        print(f"{part.files[0]}: bytes {part.start} to {part.end or 'the end'} not read: {failed.detail}", file=sys.stderr)
    return 1 if found.failed else 0
