"""Rows in one form for both engines: every value as text, so that what was written can be compared with what was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b

from sqlalchemy import Boolean, Column, Date, Float, Integer, LargeBinary, Table

from monitor.store.postgresql import REPLACEMENT
from monitor.store.utc_datetime import UTCDateTime

#: One value: text, bytes where bytes are kept, or nothing.
Plain = str | bytes | None
Row = tuple[Plain, ...]
_MODULUS = 1 << 128
_NUL = "\x00"


@dataclass(slots=True)
class Tally:
    """How many rows there are, and a sum over all of them that does not depend on their order."""

    rows: int = 0
    total: int = 0
    replaced: int = 0  #: values in which a character was replaced

    def add(self, rows: Iterable[Row]) -> None:
        """Count these, too."""
        for row in rows:
            # A row as Python writes it is unambiguous: no two different rows look the same.
            found = blake2b(repr(row).encode("utf-8", "backslashreplace"), digest_size=16).digest()
            self.total = (self.total + int.from_bytes(found)) % _MODULUS
            self.rows += 1

    @property
    def hash(self) -> str:
        """The sum, in 32 hexadecimal digits."""
        return f"{self.total:032x}"


def _text(value: object) -> str:
    return str(value)


def _whole(value: object) -> str:
    return str(int(value))  # type: ignore[call-overload]  # a driver's number, or its digits


def _real(value: object) -> str:
    return repr(float(value))  # type: ignore[arg-type]  # a driver's number, or its digits


def _moment(value: object) -> str:
    text = str(value)
    if len(text) == 26:
        return text  # as it is nearly always written
    found = datetime.fromisoformat(text)
    found = found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found
    return found.strftime("%Y-%m-%d %H:%M:%S.%f")


def _bytes(value: object) -> bytes:
    return bytes(value)  # type: ignore[call-overload, no-any-return]  # a driver's bytes or view of them


def kind_of(column: Column[object]) -> str:
    """What a column holds: ``moment``, ``day``, ``flag``, ``whole``, ``real``, ``bytes`` or ``text``."""
    rows = (
        (UTCDateTime, "moment"),
        (Date, "day"),
        (Boolean, "flag"),
        (Integer, "whole"),
        (Float, "real"),
        (LargeBinary, "bytes"),
    )
    return next((kind for each, kind in rows if isinstance(column.type, each)), "text")


_PLAIN: dict[str, Callable[[object], Plain]] = {
    "moment": _moment,
    "day": _text,
    "flag": _whole,
    "whole": _whole,
    "real": _real,
    "bytes": _bytes,
    "text": _text,
}


def plainer(table: Table, tally: Tally) -> Callable[[Sequence[object]], Row]:
    """What turns a row of a driver (columns in their order) into its one form; replaced characters are counted in `tally`."""
    kinds = [kind_of(column) for column in table.c]
    plain = [_PLAIN[kind] for kind in kinds]

    def turned(row: Sequence[object]) -> Row:
        found = tuple([None if value is None else turn(value) for turn, value in zip(plain, row, strict=True)])
        if any(_NUL in value for value in found if type(value) is str):
            tally.replaced += sum(type(value) is str and _NUL in value for value in found)
            found = tuple([value.replace(_NUL, REPLACEMENT) if type(value) is str else value for value in found])
        return found

    return turned
