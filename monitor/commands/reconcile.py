"""``monitor reconcile``: what Ofsted lists against what is known, both ways; silence has to be proved."""

from __future__ import annotations

import argparse
import asyncio
import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.commands.options import day, folder_options
from monitor.commands.record_csv import inspections_in, known_inspections
from monitor.ports import ConfigError, MonitorError

if TYPE_CHECKING:
    from monitor.domain.model import Inspection
    from monitor.domain.reconcile import Listed, Reconciliation


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "reconcile",
        parents=[folder_options()],
        description="Compares the reports that Ofsted lists with what is known, both ways, and names what does not agree. "
        "Asks the sources of kind 'ofsted'; with --listing reads a file in the record's columns instead, as `monitor record "
        "export` writes it. Exit status 1 when anything is missing on either side.",
    )
    parser.add_argument("--listing", type=Path, metavar="FILE.csv", help="what is listed ('shipped': the shipped record)")
    parser.add_argument("--ledger", type=Path, metavar="FILE.csv", help="what is known, instead of the state folder")
    parser.add_argument("--since", type=day, metavar="YYYY-MM-DD", help="only what was published from this day on")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Compare; 1 when they do not agree, or when the site cannot be asked."""
    from monitor.domain.reconcile import reconcile

    known = inspections_in(args.ledger) if args.ledger else known_inspections(args)
    listed = _listed_in(args.listing) if args.listing else asyncio.run(_listed_by_site(args))
    first = args.since or date.min
    # A site keeps a report for years, not for ever: what is older than all it lists of an authority is not missed.
    oldest = {report.authority.urn: date.max for report in listed}
    for report in listed:
        oldest[report.authority.urn] = min(oldest[report.authority.urn], report.published)
    result = reconcile(
        [report for report in listed if report.published >= first],
        [i for i in known if i.published >= max(first, oldest.get(i.authority.urn, date.min))],
    )
    print(json.dumps(_facts(result), indent=2) if args.json else "\n".join(_lines(result, len(listed), len(known))))
    return 0 if result.agrees else 1


def _listed_in(path: Path) -> list[Listed]:
    from monitor.domain.history import history
    from monitor.domain.reconcile import Listed

    inspections = history() if str(path) == "shipped" else inspections_in(path)
    return [Listed(authority=i.authority, published=i.published, url=i.url) for i in inspections]


async def _listed_by_site(args: argparse.Namespace) -> list[Listed]:
    """Every graded report that the configured sources of kind `ofsted` list now."""
    from monitor.app.runtime import build_fetcher, build_sources
    from monitor.settings import load
    from monitor.sources.ofsted import OfstedSource
    from monitor.system.clock import SystemClock

    settings = load(args.config, args.state)
    sources = [source for source in build_sources(settings) if isinstance(source, OfstedSource)]
    if not sources:
        raise ConfigError("no enabled source of kind 'ofsted'; enable one, or give --listing FILE.csv", key=str(args.config))
    listed: list[Listed] = []
    async with build_fetcher(settings, SystemClock()) as fetcher:
        for source in sources:
            found = await source.everything(fetcher)
            if not isinstance(found, tuple):
                raise MonitorError(f"cannot be asked: {found.reason} {found.detail}".strip(), key=source.name)
            listed += found
    return listed


def _facts(result: Reconciliation) -> dict[str, Any]:
    return {
        "agrees": result.agrees,
        "report_published_no_event": [
            {"authority": r.authority.name, "urn": r.authority.urn, "published": r.published.isoformat(), "url": r.url}
            for r in result.unknown
        ],
        "event_without_report": [
            {"authority": i.authority.name, "urn": i.authority.urn, "published": i.published.isoformat(), "key": i.key}
            for i in result.unlisted
        ],
    }


def _lines(result: Reconciliation, listed: int, known: int) -> list[str]:
    if result.agrees:
        return [f"{listed} reports listed, {known} inspections known: they agree."]
    return [
        *(f"report published, no event: {report.words} {report.url}".rstrip() for report in result.unknown),
        *(f"event without a listed report: {_words(inspection)}" for inspection in result.unlisted),
        f"{listed} reports listed, {known} inspections known: {len(result.unknown) + len(result.unlisted)} do not agree.",
    ]


def _words(inspection: Inspection) -> str:
    from monitor.domain.calendar import day_words

    return f"{inspection.authority.display_name}, {day_words(inspection.published)}"
