"""What is done now and then beside the work: a backup a day, and a test of the operator's ways a week."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from monitor import __version__
from monitor.domain.operator_alarms import Alarm
from monitor.ports import StoreError
from monitor.store.backup import DATABASE, FUTURE, backup_name, backups_in, forget_leftovers, make_backup, prune_backups

if TYPE_CHECKING:
    from monitor.app.runtime import Runtime

_log = logging.getLogger(__name__)
#: Between two backups.
EVERY = timedelta(days=1)
#: A backup that failed is tried again after this time.
_AGAIN = timedelta(hours=1)
#: Portions of what is past its time that are forgotten in one go.
_PORTIONS = 20
#: What a backup leaves free, bytes.
_SPACE = 512 << 20


def last_backup(folder: Path, now: datetime) -> datetime | None:
    """When the newest backup of a folder was made; None where there is none but of the future."""
    return max((made for made, _ in backups_in(folder) if made <= now + FUTURE), default=None)


def too_full(free: int, size: int) -> bool:
    """Whether a disk with so many bytes left should not take a backup of a database of so many: copy and archive lie there."""
    return free < 2 * size + _SPACE


class Housekeeping:
    """Called every few minutes by the daemon that leads. What takes long is done in a thread of its own."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._tried: datetime | None = None
        self._backing_up: threading.Thread | None = None
        self._trouble = ""
        self._forgot: date | None = None  # the day on which all was forgotten that is past its time

    def alarms(self) -> Sequence[Alarm]:
        """What a person should see to."""
        runtime = self._runtime
        backup = [Alarm(about="backup", name="backup", message=self._trouble)] if self._trouble else []
        ways = runtime.settings.operator if runtime.settings.canary else ()
        return [*backup, *runtime.store.canary_alarms(ways, now=runtime.clock.now())]

    def tend(self) -> None:
        """Begin what is due. Returns soon."""
        runtime = self._runtime
        if runtime.settings.canary:
            ways, page = runtime.settings.operator, runtime.settings.status_url
            runtime.store.enqueue_canaries(ways, now=runtime.clock.now(), page=page)
        if self._forgot != runtime.clock.today():
            self._forget()
        if self._is_backup_due():
            self._tried = self._runtime.clock.now()
            # It may be cut off at any moment: it is there whole or not at all.
            self._backing_up = threading.Thread(target=self.back_up, daemon=True, name="backup")
            self._backing_up.start()

    def _forget(self) -> None:
        """Forget a few portions of what is past its time; where more is left, the next call goes on."""
        settings, store, clock = self._runtime.settings, self._runtime.store, self._runtime.clock
        for _ in range(_PORTIONS):
            if not store.forget_old(now=clock.now(), messages=settings.messages_kept, ended=settings.ended_kept):
                self._forgot = clock.today()
                return

    def back_up(self) -> None:
        """Make a backup, and remove those that are too old. What goes wrong is an alarm."""
        settings, now = self._runtime.settings, self._runtime.clock.now()
        folder = settings.backup_folder
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            forget_leftovers(folder, now)
            free, size = shutil.disk_usage(folder).free, (settings.state / DATABASE).stat().st_size
            if too_full(free, size):
                raise StoreError(f"only {free >> 20} MB are free for one of {size >> 20} MB", key=str(folder))
            make_backup(settings.state, folder / backup_name(now), now=now, version=__version__)
            prune_backups(folder, settings.backup_keep, now=now)
        except (StoreError, OSError) as error:
            self._trouble = f"no backup can be made: {error}"
            _log.error("%s", self._trouble)
        else:
            self._trouble = ""
            _log.info("backed up into %s", folder)

    def _is_backup_due(self) -> bool:
        settings, now = self._runtime.settings, self._runtime.clock.now()
        if settings.database_url or not settings.backup_keep:
            return False  # a server has its own
        if self._backing_up is not None and self._backing_up.is_alive():
            return False
        if self._tried is not None and timedelta() <= now - self._tried < _AGAIN:
            return False
        # One of the future was made by a clock that was wrong, and says nothing of today.
        last = last_backup(settings.backup_folder, now)
        return last is None or now - last >= EVERY
