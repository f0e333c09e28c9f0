"""``monitor history``: every inspection of an authority, area by area, with what changed."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from monitor.commands.options import folder_options

if TYPE_CHECKING:
    from monitor.domain.model import Area, Authority, Inspection


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "history",
        parents=[folder_options()],
        description="Every known inspection of an authority, area by area: what changed, who told it, how well it is attested. "
        "An abolished predecessor's grades are shown as its own.",
    )
    parser.add_argument("authority", metavar="AUTHORITY", help="name, URN, or DfE or GSS code")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Print it; exit status 2 for an authority there is not."""
    from monitor.commands.record_csv import known_inspections
    from monitor.domain.authorities import by_urn, find, unknown
    from monitor.ports import ConfigError

    authority = find(args.authority)
    if authority is None:
        raise ConfigError(f"no authority of this name{unknown(args.authority)}", key=args.authority)
    known = known_inspections(args, (authority.urn, *authority.predecessors))
    own = sorted((i for i in known if i.authority == authority), key=lambda i: i.rank_key)
    predecessors = [by_urn()[urn] for urn in authority.predecessors]
    inherited = sorted((i for i in known if i.authority in predecessors), key=lambda i: i.rank_key)
    if args.json:
        print(json.dumps(_facts(authority, own, predecessors, inherited), indent=2))
    else:
        _print(authority, own, predecessors, inherited)
    return 0


def _with_previous(inspections: list[Inspection]) -> list[tuple[Inspection, Inspection | None]]:
    return [(now, inspections[number - 1] if number else None) for number, now in enumerate(inspections)]


def _facts(
    authority: Authority, own: list[Inspection], predecessors: list[Authority], inherited: list[Inspection]
) -> dict[str, Any]:
    from monitor.domain.authorities import plans
    from monitor.domain.history import predecessor_grades

    plan = plans().get(authority.urn)
    return {
        "authority": authority.name,
        "urn": authority.urn,
        "gss_code": authority.gss_code,
        "region": authority.region,
        "inspections": [_inspection(now, before) for now, before in _with_previous(own)],
        "successors": {"day": plan.day.isoformat(), "names": list(plan.successors)} if plan else None,
        "predecessors": [
            {
                "authority": predecessor.name,
                "until": predecessor.valid.end.isoformat() if predecessor.valid.end else None,
                "inspections": [_inspection(i, None) for i in inherited if i.authority == predecessor],
                "told": [
                    {"month": grade.month, "overall": grade.overall.value, "source": grade.source}
                    for grade in predecessor_grades(predecessor)
                ],
            }
            for predecessor in predecessors
        ],
    }


def _inspection(now: Inspection, before: Inspection | None) -> dict[str, Any]:
    from monitor.domain.movement import moves

    return {
        "key": now.key,
        "framework": now.framework,
        "fieldwork_start": now.fieldwork.start.isoformat() if now.fieldwork.start else None,
        "fieldwork_end": now.fieldwork.end.isoformat() if now.fieldwork.end else None,
        "published": now.published.isoformat(),
        "trust": now.trust.value,
        "combined_care": now.combined_care,
        "areas": {
            move.area.value: {
                "rating": move.new.value,
                "previous": move.old.value if move.old else None,
                "kinds": sorted(move.kinds),
            }
            for move in moves(before, now)
        },
        "sources": [
            {"outlet": a.outlet, "class": a.source_class.value, "published": a.published.isoformat(), "url": a.url}
            for a in now.attestations
        ],
    }


def _print(authority: Authority, own: list[Inspection], predecessors: list[Authority], inherited: list[Inspection]) -> None:
    from rich.console import Console
    from rich.table import Table

    from monitor.domain.authorities import plans
    from monitor.domain.calendar import short_day
    from monitor.domain.history import predecessor_grades
    from monitor.domain.model import Area

    console = Console()
    columns: list[tuple[Inspection, Inspection | None]] = [*((i, None) for i in inherited), *_with_previous(own)]
    table = Table(
        title=f"{authority.display_name} ({authority.region})", caption="\u2191 up, \u2193 down since the inspection before"
    )
    table.add_column("area", no_wrap=True)
    for now, _ in columns:
        owner = "" if now.authority == authority else f"\n{now.authority.display_name}"
        table.add_column(f"{short_day(now.published)} {now.published.year}\n{now.framework}{owner}")
    cells = [_cells(now, before) for now, before in columns]
    for area in Area:
        if any(area in column for column in cells):
            table.add_row(area.words, *(column.get(area, "") for column in cells))
    table.add_section()
    table.add_row("attested", *(f"{now.trust} ({', '.join(sorted(now.outlets))})" for now, _ in columns))
    console.print(table if columns else f"{authority.display_name} ({authority.region}): no inspection is known.")
    plan = plans().get(authority.urn)
    if plan:
        console.print(f"To be divided on {plan.day} into {' and '.join(plan.successors)}, which begin without a rating.")
    for predecessor in predecessors:
        console.print(
            f"Took over from {predecessor.display_name} on {authority.valid.start}; its grades are not "
            f"{authority.display_name}'s own."
        )
        for grade in predecessor_grades(predecessor):
            console.print(f"  {predecessor.display_name}, {grade.month}: {grade.overall.words} overall ({grade.source})")


def _cells(now: Inspection, before: Inspection | None) -> dict[Area, str]:
    """Each area's rating in words, with an arrow where it moved."""
    from monitor.domain.frameworks import graded_as
    from monitor.domain.model import Area
    from monitor.domain.movement import moves, way_of

    cells = {}
    for move in moves(before, now):
        cells[move.area] = move.new.words + {"up": " \u2191", "down": " \u2193"}.get(way_of([move]), "")
    for area in Area:
        if (other := graded_as(area, combined_care=now.combined_care)) is not area:
            cells[area] = f"(with {other.short})"
    return cells
