"""Where commands find what is known: the state folder's ledger, a CSV file in the record's columns, or the shipped record."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

from monitor.domain.calendar import day_words
from monitor.domain.history import official_attestation
from monitor.domain.model import Area, Inspection
from monitor.ports import ConfigError
from monitor.tables import rows

COLUMNS = (
    "gss",
    "urn",
    "authority",
    "framework",
    "published",
    "dates",
    *(area.value for area in Area),
    "report_url",
)


def rows_of(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines of a record file with their numbers. Raises `ConfigError` for a file that is none.

    It may lack the column of an area that the shipped record lacks, too: one that is graded since a short time only.
    """
    needed = {*COLUMNS} - ({*map(str, Area)} - {*next(iter(rows("judgements")))})
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            missing = [column for column in COLUMNS if column in needed and column not in (reader.fieldnames or ())]
            if missing:
                raise ConfigError(f"has no column {', '.join(missing)}", key=str(path))
            yield from enumerate(reader, 2)
    except OSError as error:
        raise ConfigError(error.strerror or "cannot be read", key=str(path)) from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"is no CSV file in UTF-8: {error}", key=str(path)) from None


def inspections_in(path: Path) -> tuple[Inspection, ...]:
    """The inspections of a record file. Raises `ConfigError` naming the first line that cannot be right."""
    from monitor.domain.attestation import inspect

    found = []
    for number, row in rows_of(path):
        try:
            found.append(inspect((official_attestation(row),)))
        except KeyError as error:
            raise ConfigError(f"line {number}: unknown {error}", key=str(path)) from None
        except ValueError as error:
            raise ConfigError(f"line {number}: {error}", key=str(path)) from None
    return tuple(found)


def write_record(inspections: Iterable[Inspection], file: TextIO) -> int:
    """Write official inspections as a record file; returns how many."""
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    count = 0
    for inspection in inspections:
        start, end = inspection.fieldwork.start, inspection.fieldwork.end
        if start is None or end is None:
            continue
        writer.writerow(
            {
                "gss": inspection.authority.gss_code,
                "urn": inspection.authority.urn,
                "authority": inspection.authority.name,
                "framework": inspection.framework,
                "published": inspection.published.isoformat(),
                "dates": f"{day_words(start)} to {day_words(end)}",
                "report_url": inspection.url,
            }
            | {area.value: rating.value for area, rating in inspection.ratings.items()}
        )
        count += 1
    return count


def known_inspections(args: argparse.Namespace, urns: Sequence[str] = ()) -> tuple[Inspection, ...]:
    """What is believed: the ledger in the state folder joined with the shipped record; the record alone where there is none."""
    from monitor.app.existing_state import open_existing_state
    from monitor.domain.history import history
    from monitor.settings import load

    store = open_existing_state(load(args.config, args.state))
    if store is None:
        return tuple(i for i in history() if not urns or i.authority.urn in urns)
    try:
        return store.inspections(urns)
    finally:
        store.close()
