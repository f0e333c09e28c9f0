"""Reading the configuration again while the monitor runs: the new one is taken when it can be used, else the old one stays."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.commands.configuration import problems_in, routing_problems
from monitor.domain.operator_alarms import Alarm
from monitor.ports import ConfigError, MonitorError
from monitor.settings import Settings, examine

if TYPE_CHECKING:
    from monitor.settings import Problem

_log = logging.getLogger(__name__)
#: What is bound, locked or opened at the start and stays as it is until the process ends: field -> key.
FIXED = {"listen": "listen", "database_url": "database_url"}
#: Problems that are shown whole; the others are counted.
_MAX_SHOWN = 3


class Reloading:
    """The settings in force, and what is the matter with those that wait to be."""

    def __init__(self, args: argparse.Namespace, settings: Settings) -> None:
        self._args = args
        self.settings = settings  #: in force
        self._deadline: threading.Timer | None = None
        self.trouble = ""  #: why what is in the files is not in force; empty while it is
        self.needs_restart: tuple[str, ...] = ()  #: keys that are another in the files, and take effect at a restart

    def read_again(self) -> Settings | None:
        """The settings to go on with; None where those in the files cannot be used, and the old ones stay. Blocking."""
        try:
            found, wrong = examine(self._args.config, self._args.state)
            problems: list[Problem] = [*wrong, *problems_in(found), *routing_problems(found)]
        except (ConfigError, OSError) as error:
            self.refuse([str(error)])
            return None
        if problems:
            self.refuse([str(each) for each in problems])
            return None
        fixed = {name: getattr(self.settings, name) for name in FIXED}
        # Port 0 stands for any: the one that was found stays. So does what was said in the command line.
        same = {"listen"} if self._args.listen or found.listen[1] == 0 else set()
        self.needs_restart = tuple(
            key for name, key in FIXED.items() if name not in same and getattr(found, name) != fixed[name]
        )
        self.trouble = ""
        return replace(found, **fixed)

    def refuse(self, problems: Sequence[str]) -> None:
        """Keep what is in force, and say why."""
        more = f" (and {len(problems) - _MAX_SHOWN} more)" if len(problems) > _MAX_SHOWN else ""
        said = "; ".join(problems[:_MAX_SHOWN])
        self.trouble = f"the configuration was read again and cannot be used, the old one is in force: {said}{more}"
        _log.error("%s", self.trouble)

    def take(self, settings: Settings, seconds: float) -> None:
        """These are in force from now on. Who is not back with them in so many seconds is started anew: something hangs."""
        self.settings = settings
        self._deadline = threading.Timer(seconds, _start_anew)
        self._deadline.daemon = True
        self._deadline.start()
        _log.warning("the configuration was read again, and is in force")
        if self.needs_restart:
            _log.warning("needs a restart to take effect: %s", ", ".join(self.needs_restart))

    def is_back(self) -> None:
        """Everything runs with the settings in force."""
        if self._deadline is not None:
            self._deadline.cancel()

    def words(self) -> str:
        """What a person should know of it; empty for nothing."""
        if self.trouble:
            return self.trouble
        return f"needs a restart to take effect: {', '.join(self.needs_restart)}" if self.needs_restart else ""

    def alarms(self) -> Sequence[Alarm]:
        """What the operator is told."""
        words = self.words()
        return [Alarm(about="configuration", name="configuration", message=words)] if words else []


def _start_anew() -> None:
    """The same process from its beginning: a kill is safe at any moment, and so is this."""
    _log.warning("not everything ended in time; the process starts anew with the configuration")
    os.execv(sys.executable, [sys.executable, "-m", "monitor", *sys.argv[1:]])  # noqa: S606  # what runs already


def handles(process: int, number: int) -> bool | None:
    """Whether a process has a way of its own with a signal, which would end it otherwise; None where nobody can tell."""
    try:
        with open(f"/proc/{process}/status", encoding="ascii", errors="replace") as file:  # noqa: PTH123
            caught = next(line for line in file if line.startswith("SigCgt:")).split()[1]
    except (OSError, StopIteration, IndexError):
        return None
    return bool(int(caught, 16) >> (number - 1) & 1)


def ask_to_reload(process: int, number: int) -> None:
    """Send a running monitor the signal. Raises MonitorError where it would not understand, or may not be asked."""
    if handles(process, number) is False:
        raise MonitorError(f"the monitor that runs (process {process}) cannot be asked; restart it")
    try:
        os.kill(process, number)
    except ProcessLookupError:
        raise MonitorError(f"there is no process {process}: no monitor runs here") from None
    except PermissionError:
        raise MonitorError(f"process {process} is another user's: run this as that user") from None
