"""The results of parts, each a file of its own in the state folder: there whole or not at all, and found again by its name."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import date
from pathlib import Path
from uuid import uuid4

from monitor.backfill.findings import PartResult, finding_json, finding_of
from monitor.backfill.records import Unread

_END = "end"


class KeptResults:
    """A folder of results by key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def _path(self, key: str) -> Path:
        return self._folder / f"part-{key}.jsonl"

    def load(self, key: str) -> PartResult | None:
        """The result of a part; None where there is none, or a file that nobody finished."""
        try:
            lines = [json.loads(line) for line in self._path(key).read_text(encoding="utf-8").splitlines()]
            head, *rest, last = lines
            if last != {_END: len(rest)}:
                return None
            return PartResult(
                counts=head["counts"],
                first=_day(head["first"]),
                last=_day(head["last"]),
                findings=tuple(finding_of(each["finding"]) for each in rest if "finding" in each),
                unread=tuple(Unread(**each["unread"]) for each in rest if "unread" in each),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def save(self, key: str, result: PartResult) -> None:
        """Keep the result of a part; a second time it is the same file."""
        days = {"first": result.first, "last": result.last}
        head = {"counts": dict(result.counts)} | {name: day.isoformat() if day else None for name, day in days.items()}
        rest = [{"finding": finding_json(each)} for each in result.findings] + [
            {"unread": asdict(each)} for each in result.unread
        ]
        new = self._path(key).with_suffix(f".{uuid4().hex[:8]}.new")
        try:
            with new.open("w", encoding="ascii") as file:
                file.writelines(json.dumps(line) + "\n" for line in (head, *rest, {_END: len(rest)}))
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._path(key))
        finally:
            new.unlink(missing_ok=True)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
