"""Whether work gets done, as the state shows it: what answered last, what waits, how much room is left. Light to import."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.app.housekeeping import last_backup

if TYPE_CHECKING:
    from monitor.app.runtime import Runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What machines are told of the work beside how the process is."""

    last_good_poll: datetime | None  #: of any source, by any daemon on this state
    oldest_due: datetime | None  #: since when the message that waits longest could have gone; None while none waits
    disk_free: int  #: bytes, where the state is
    sources: int
    failing: int  #: sources whose last poll failed
    never: int  #: sources that have never answered
    last_backup: datetime | None = None  #: when the newest in the folder of backups was made; None: there is none


def work_of(runtime: Runtime) -> Work:
    """How an assembled monitor gets on. Reads the store; blocking. Raises StoreError where that cannot be asked."""
    states = runtime.store.source_states()
    own = [states[each.name] for each in runtime.sources if each.name in states]
    return Work(
        last_good_poll=max((each.last_success for each in own if each.last_success), default=None),
        oldest_due=runtime.store.oldest_due(),
        disk_free=shutil.disk_usage(runtime.settings.state).free,
        sources=len(runtime.sources),
        failing=sum(each.failures > 0 for each in own),
        last_backup=last_backup(runtime.settings.backup_folder, runtime.clock.now()),
        never=len(runtime.sources) - sum(each.last_success is not None for each in own),
    )
