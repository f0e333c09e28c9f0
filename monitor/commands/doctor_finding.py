"""What `monitor doctor` looks at, and what it finds: how grave it is, in a sentence, and what to do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.postmaster.findings import Level

if TYPE_CHECKING:
    from monitor.channels.route import RoutedChannel
    from monitor.ports import Clock
    from monitor.settings import Problem, Settings
    from monitor.store.examination import StateFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line."""

    level: Level
    about: str  #: what was looked at: ``state``, ``channel mail`` ...
    says: str  #: one sentence
    remedy: str = ""  #: a command, a file and key, or a page of the docs


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The installation that is looked at."""

    settings: Settings  #: what is wrong in the files is left out, or has its default
    problems: tuple[Problem, ...]  #: with the files
    channels: Mapping[str, RoutedChannel]  #: those that can be built
    environ: Mapping[str, str] = field(repr=False)
    clock: Clock
    facts: StateFacts | None  #: None: the state did not say in time
    dns_server: str = ""

    @property
    def state(self) -> Path:
        """Its folder."""
        return self.settings.state


#: Raises whatever it likes: that is a finding, too.
Find = Callable[[Subject], Iterable[Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing to look at, with the time that it may take."""

    about: str
    find: Find
    seconds: float = 3.0
    asks_network: bool = False
    if_it_hangs: str = "see docs/runbook.md"  #: the remedy


def run_checks(checks: Sequence[Check], subject: Subject) -> list[Finding]:
    """Everything found, in the order of the checks; they run at once, and what hangs or fails is a line of its own."""
    began = time.monotonic()
    found: list[list[Finding] | None] = [None] * len(checks)

    def look_at(place: int, check: Check) -> None:
        try:
            found[place] = list(check.find(subject))
        except Exception as error:  # noqa: BLE001  # one look that fails must not hide what the others see
            says = f"could not be looked at: {type(error).__name__}: {error}"
            remedy = "`monitor --debug doctor` shows where; please report it"
            found[place] = [Finding(level=Level.WARNING, about=check.about, says=says, remedy=remedy)]

    # Not a pool: at the end of the process that would wait for a thread that hangs.
    threads = [
        threading.Thread(target=look_at, args=(place, check), daemon=True, name=check.about)
        for place, check in enumerate(checks)
    ]
    for thread in threads:
        thread.start()
    for thread, check in zip(threads, checks, strict=True):
        thread.join(max(0.0, began + check.seconds - time.monotonic()))
    said = [[_hanging(check)] if lines is None else lines for check, lines in zip(checks, list(found), strict=True)]
    return [each for lines in said for each in lines]


def _hanging(check: Check) -> Finding:
    says = f"did not answer within {check.seconds:g} seconds"
    return Finding(level=Level.ERROR, about=check.about, says=says, remedy=check.if_it_hangs)
