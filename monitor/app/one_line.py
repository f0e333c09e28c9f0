"""One line a cause: a database that cannot be used is said once, by whoever met it first, and not with a trace each time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from monitor.ports import StoreError

#: The same is said again after so long, seconds: whoever reads only the end of a log has to find it there.
REPEAT_AFTER = 3600.0


class OneLine(logging.Filter):
    """Lets the first record of a trouble with the state through, in one line; the others of that hour are left out."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now = now
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        error = _trouble(record)
        if error is None:
            return True
        said = self._said.get(str(error))
        if said is not None and self._now() - said < REPEAT_AFTER:
            return False
        now = self._now()
        self._said = {words: at for words, at in self._said.items() if now - at < REPEAT_AFTER} | {str(error): now}
        said_so = record.getMessage().partition("\n")[0]
        record.msg, record.args = said_so if str(error) in said_so else f"{said_so}: {error}", ()
        record.exc_info = record.exc_text = None
        return True


def _trouble(record: logging.LogRecord) -> StoreError | None:
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    while error is not None:
        if isinstance(error, StoreError):
            return error
        error = error.__cause__ or error.__context__
    given = record.args if isinstance(record.args, tuple) else ()
    return next((each for each in given if isinstance(each, StoreError)), None)
