"""``monitor record``: official inspections from and to CSV, in the columns of the shipped record."""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.commands.options import folder_options
from monitor.commands.record_csv import known_inspections, rows_of, write_record
from monitor.ports import ConfigError

if TYPE_CHECKING:
    from monitor.domain.model import Attestation, Report


def add_parser(subparsers: Any) -> None:
    """Declare the command and its two halves."""
    parser = subparsers.add_parser(
        "record",
        description="Keeps the record of official inspections current. What is imported is known from then on; only what "
        "was published since yesterday is news and may alert.",
    )
    halves = parser.add_subparsers(dest="half", required=True, metavar="import|export")
    incoming = halves.add_parser("import", parents=[folder_options()], description="Take inspections from a CSV file.")
    incoming.add_argument("file", type=Path, metavar="FILE.csv")
    incoming.add_argument("--dry-run", action="store_true", help="check every line and keep nothing")
    outgoing = halves.add_parser("export", parents=[folder_options()], description="Write official inspections as CSV.")
    outgoing.add_argument("file", type=Path, metavar="FILE.csv", nargs="?", help="default: standard output")


def run(args: argparse.Namespace) -> int:
    """Import or export."""
    return _import(args) if args.half == "import" else _export(args)


def _export(args: argparse.Namespace) -> int:
    from monitor.domain.attestation import OFFICIAL

    inspections = [inspection for inspection in known_inspections(args) if inspection.trust in OFFICIAL]
    if args.file is None:
        write_record(inspections, sys.stdout)
        return 0
    try:
        with args.file.open("w", newline="", encoding="utf-8") as file:
            count = write_record(inspections, file)
    except OSError as error:
        raise ConfigError(error.strerror or "cannot be written", key=str(args.file)) from None
    print(f"{count} inspections written to {args.file}")
    return 0


def _import(args: argparse.Namespace) -> int:
    attestations, problems = _checked(args.file)
    if problems:
        print("\n".join(problems), file=sys.stderr)
        print(f"{args.file}: {len(problems)} lines cannot be right; nothing was imported.", file=sys.stderr)
        return 1
    if args.dry_run:
        print(f"{args.file}: {len(attestations)} inspections, all well formed; nothing was kept.")
        return 0
    new, known = _keep(args, attestations)
    print(f"{args.file}: {new} inspections imported, {known} were known.")
    return 0


def _checked(path: Path) -> tuple[list[Attestation], list[str]]:
    """Every line as an official attestation, and what is wrong with those that are none."""
    from monitor.domain.history import official_attestation

    attestations, problems = [], []
    for number, row in rows_of(path):
        try:
            attestations.append(official_attestation(row))
        except KeyError as error:
            problems.append(f"{path}, line {number}: there is no authority with the URN {error}")
        except ValueError as error:
            problems.append(f"{path}, line {number}: {error}")
    return attestations, problems


def _keep(args: argparse.Namespace, attestations: list[Attestation]) -> tuple[int, int]:
    from monitor.app.runtime import open_state
    from monitor.domain.model import ClassifierResult
    from monitor.settings import load
    from monitor.system.clock import SystemClock

    store = open_state(load(args.config, args.state))
    new = 0
    try:
        known = {
            (inspection.authority.urn, attestation.fieldwork.end, tuple(sorted(attestation.ratings.items())))
            for inspection in store.inspections()
            for attestation in inspection.attestations
            if attestation.is_report
        }
        for attestation in attestations:
            if (attestation.authority.urn, attestation.fieldwork.end, tuple(sorted(attestation.ratings.items()))) in known:
                continue
            now = SystemClock().now()
            new += not store.record(_report(attestation), ClassifierResult(), link=None, baseline=True, now=now).duplicate
    finally:
        store.close()
    return new, len(attestations) - new


def _report(attestation: Attestation) -> Report:
    """An imported line as the report that it stands for; there is no text to quote."""
    from monitor.domain.model import Judgement, Report, Span

    facts = f"{attestation.key}|{attestation.published}|{sorted(attestation.ratings.items())}"
    return Report(
        authority=attestation.authority,
        framework=attestation.framework,
        title=f"Inspection of {attestation.authority.name} (imported)",
        fieldwork=attestation.fieldwork,
        published=attestation.published,
        lead_inspector="",
        judgements=tuple(
            Judgement(authority=attestation.authority, area=area, rating=rating, evidence=Span(start=0, end=0), quote="")
            for area, rating in attestation.ratings.items()
        ),
        combined_care=attestation.combined_care,
        sha256=hashlib.sha256(facts.encode()).hexdigest(),
        url=attestation.url or attestation.key,
    )
