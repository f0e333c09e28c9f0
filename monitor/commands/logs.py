"""How the log is written: one line a record, with its date, for people or as JSON."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from monitor.app.one_line import OneLine
from monitor.domain.characters import spelt_out
from monitor.domain.masked import masked

FORMATS = ("text", "json")
#: Below a warning they speak of themselves, and of addresses and tokens.
_NOISY = ("apscheduler", "urllib3", "apprise", "uvicorn", "trafilatura", "asyncio")


def log_to_stderr(level: str, form: str, *, again: bool = False) -> None:
    """Write records of `level` and above to stderr, in one of `FORMATS`; `again`: in place of how it was done before."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    handler.addFilter(OneLine())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=again)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)


def _moment(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


class TextLines(logging.Formatter):
    """``2026-08-03T12:04:05Z WARNING monitor.pipeline: ...``; what breaks a line within it does not make another."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record; the trace of a fault follows it."""
        message = spelt_out(masked(record.getMessage()), one_line=True)
        line = f"{_moment(record):%Y-%m-%dT%H:%M:%SZ} {record.levelname:<7} {record.name}: {message}"
        return f"{line}\n{spelt_out(masked(self.formatException(record.exc_info)))}" if record.exc_info else line


class JsonLines(logging.Formatter):
    """One JSON object a line: ``time`` (ISO 8601, UTC), ``level``, ``logger``, ``message``, and ``error`` with a trace."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        fields = {
            "time": _moment(record).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
        if record.exc_info:
            fields["error"] = masked(self.formatException(record.exc_info))
        return json.dumps(fields)
