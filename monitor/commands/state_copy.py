"""``monitor state copy``: the whole state into another database, of either engine, verified."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.commands.plural import number_of
from monitor.ports import ConfigError, InUseError

if TYPE_CHECKING:
    from monitor.store.copy import Copied, Progress

DESCRIPTION = """\
Copies the whole state into an empty database, of either engine, then reads every row back and compares it.

FROM and TO are files (state/monitor.db), state folders (state), or addresses (postgresql://NAME:PASSWORD@HOST/DATABASE).
Without TO it goes to where MONITOR_DATABASE_URL points: no password has to stand in the command line.

The copy is all of it or nothing: killed in between, it leaves the target empty, and is simply started again. The monitor may
run meanwhile: what is copied is the state at one moment. So the copy sends nothing until `monitor outbox resume`, for the
original goes on sending. With --move the original sends nothing any more and the copy goes on in its place: stop the monitor
first, then start it with the new address and the same state folder, in which sent.journal and links.key are.
"""
EXAMPLES = """\
examples:
  MONITOR_DATABASE_URL=postgresql://monitor:PASSWORD@db/monitor monitor state copy state/monitor.db --move
                                          from SQLite to PostgreSQL, for good
  monitor state copy postgresql://monitor@db/monitor trial/monitor.db
                                          a copy to look into; it sends nothing
  monitor state copy old/monitor.db postgresql:///monitor --json
                                          for scripts: rows and a hash for each table

exit status: 0 copied, and the same; 1 it failed, and nothing of it is left; 2 the arguments could not be understood
"""
#: The variable with the address of the database.
_VARIABLE = "MONITOR_DATABASE_URL"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the action takes."""
    parser.add_argument("source", metavar="FROM", help="a SQLite file, its folder, or the address of a database")
    parser.add_argument(
        "target", metavar="TO", nargs="?", help=f"a file that is not there, or an empty database (default: {_VARIABLE})"
    )
    parser.add_argument(
        "--move", action="store_true", help="the original sends nothing any more, the copy goes on; no monitor may run"
    )
    parser.add_argument("--json", action="store_true", help="print JSON: rows and hash of each table, seconds, rows a second")


def run(args: argparse.Namespace) -> int:
    """Copy; 0 when everything arrived and is the same."""
    from monitor.domain.database_address import shown_database_address
    from monitor.store import copy

    source = _address(args.source, "FROM")
    target = _address(_target(args.target, os.environ), "TO")
    if source == target:
        raise ConfigError("FROM and TO are the same")
    with _alone(source) if args.move else nullcontext():
        opened = copy.open_source(source)
        try:
            if args.move and source.startswith("postgres"):
                copy.refuse_if_led(opened)
            running = not args.move and _runs(source)
            shown = (shown_database_address(source), shown_database_address(target))
            with _progress(copy.count_rows(opened)) as progress:
                done = copy.copy_state(opened, source, target, move=args.move, progress=progress)
        finally:
            opened.close()
    if args.json:
        print(json.dumps(_facts(done, *shown, moved=args.move), indent=2))
    else:
        print("\n".join(_lines(done, *shown, moved=args.move, running=running)))
    return 0


def _target(given: str | None, environ: Mapping[str, str]) -> str:
    found = given if given is not None else environ.get(_VARIABLE, "")
    if not found:
        raise ConfigError(f"say where it goes: TO, or {_VARIABLE}")
    return found


def _address(text: str, name: str) -> str:
    """The address of what was named: a file, a folder with a state in it, or an address as it is."""
    from monitor.domain.database_address import checked_database_address

    if "://" in text or text.startswith(("sqlite:", "postgres")):
        try:
            return checked_database_address(text)
        except ValueError as error:
            raise ConfigError(str(error), key=name) from None
    path = Path(text).absolute()
    if not text.strip() or "\x00" in text or len(path.name) > 200:
        raise ConfigError("names no file and no address of a database", key=name)
    return f"sqlite:///{path / 'monitor.db' if path.is_dir() else path}"


def _folder(address: str) -> Path:
    """The state folder of a SQLite database, as far as its address tells."""
    return Path(address.removeprefix("sqlite:///")).parent


@contextmanager
def _alone(source: str) -> Iterator[None]:
    """Nobody else starts on the state folder until the end of the block. Raises InUseError where somebody has it."""
    from monitor.app.leader import single_instance

    if source.startswith("postgres") or not _folder(source).is_dir():
        yield
        return
    with single_instance(_folder(source)):
        yield


def _runs(source: str) -> bool:
    """Whether a monitor has the state folder."""
    from monitor.app.leader import refuse_if_held

    try:
        if not source.startswith("postgres"):
            refuse_if_held(_folder(source))
    except InUseError:
        return True
    return False


@contextmanager
def _progress(rows: Mapping[str, int]) -> Iterator[Progress]:
    """A bar on a terminal: how far it is, which table, rows a second, how long it will take."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description:<26}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pace]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    console = Console(file=sys.stderr)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=2 * sum(rows.values()), pace="")

        def told(step: str, table: str, more: int) -> None:
            pace = bar.tasks[0].speed
            bar.update(task, advance=more, description=f"{step} {table}", pace=f"{pace:,.0f} rows/s" if pace else "")

        yield told


def _facts(done: Copied, source: str, target: str, *, moved: bool) -> dict[str, object]:
    return {
        "from": source,
        "to": target,
        "moved": moved,
        "verified": True,
        "rows": done.rows,
        "seconds": round(done.seconds, 3),
        "rows_a_second": round(done.rows / done.seconds) if done.seconds else None,
        "replaced": done.replaced,
        "sending_off": done.sending_off,
        "tables": [{"name": table.name, "rows": table.rows, "hash": table.hash} for table in done.tables],
    }


def _lines(done: Copied, source: str, target: str, *, moved: bool, running: bool) -> Iterator[str]:
    pace = f"{done.rows / done.seconds:,.0f} rows a second" if done.seconds else ""
    yield f"{source} -> {target}: {number_of(len(done.tables), 'table')}, {done.rows:,} rows in {done.seconds:.1f} s, {pace}."
    yield "Every row was read back there: the same."
    if done.replaced:
        yield f"{number_of(done.replaced, 'value')} held a character that PostgreSQL cannot keep; U+FFFD stands in its place."
    if running:
        yield "A monitor works on the original: the copy is as it was when it began, and knows nothing of what came since."
    if moved:
        yield f"{source} sends nothing any more. Start the monitor with the new address and the same state folder, in which"
        yield "sent.journal, links.key and generation are: on another machine, take them along."
        if done.sending_off:
            yield f"Sending is off, as it was before: {done.sending_off}. When you have seen to it: monitor outbox resume"
    else:
        yield "The copy sends nothing until you write `monitor outbox resume` there, for the original may be sending."
        yield "With a state folder of its own it needs links.key and sent.journal of the original in it."
