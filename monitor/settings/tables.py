"""TOML tables that know where they were written, so that an error can point at the line."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor.domain.masked import masked
from monitor.ports import ConfigError
from monitor.settings.slips import what_was_meant

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*(?:"([^"]+)"|'([^']+)'|([A-Za-z0-9_-]+))\s*=""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong: where (as exactly as known), and what to write instead."""

    file: str
    message: str
    line: int | None = None
    table: str = ""
    key: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return masked(": ".join(part for part in (place, self.table, self.key, self.message) if part))


class SettingsError(ConfigError):
    """Everything that is wrong with the configuration, not only the first thing."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n  ".join(["the configuration cannot be used:", *map(str, problems)]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of a file: its values, and the lines of its header and keys (1-based)."""

    file: str
    heading: str  #: as written: ``[fetch]``, ``[[source]]``
    values: Mapping[str, object] = field(default_factory=dict, hash=False)
    line: int | None = None
    lines: Mapping[str, int] = field(default_factory=dict, hash=False)
    name: str = ""  #: ``[channel.NAME]``'s NAME, or the ``name`` key of a repeated table

    @property
    def label(self) -> str:
        """The heading, with the name where several tables share a heading."""
        return f'{self.heading} "{self.name}"' if self.heading.startswith("[[") and self.name else self.heading

    def problem(self, key: str, message: str) -> Problem:
        """A problem with one key of this table (or with the table, for a key that is not there)."""
        return Problem(file=self.file, line=self.lines.get(key, self.line), table=self.label, key=key, message=message)

    def problem_of(self, error: ConfigError) -> Problem:
        """Where what was built from this table is wrong; the last word of the error's key is the key of the table, if any."""
        key = error.key.rsplit(": ", 1)[-1]
        return self.problem(key if key.isidentifier() else "", str(error).removeprefix(f"{error.key}: "))


def _headers(text: str) -> Iterator[tuple[str, int, dict[str, int]]]:
    """Each table of a TOML text as it is written: its dotted name, its line, and the lines of its keys."""
    name, line, keys = "", 0, dict[str, int]()
    for number, row in enumerate(text.split("\n"), start=1):
        header = _HEADER.match(row)
        if header:
            yield name, line, keys
            name, line, keys = ".".join(part.strip().strip("\"'") for part in header[2].split(".")), number, {}
        elif found := _KEY.match(row):
            keys.setdefault(next(part for part in found.groups() if part), number)
    yield name, line, keys


def _named(values: Mapping[str, object]) -> str:
    name = values.get("name", "")
    return name if isinstance(name, str) else ""


def _not_toml(text: str, file: str, complaint: str) -> Problem:
    """The line that cannot be read, and what was probably meant by it."""
    complaint, _, place = complaint.rpartition(" (at ")
    rows = text.split("\n")
    found = re.match(r"line (\d+)", place)
    line = int(found[1]) if found else len(text.rstrip().split("\n"))
    if not rows[line - 1].strip() and line > 1:
        line -= 1  # the end of the line before is what is missing
    return Problem(file=file, line=line, message=f"this cannot be read: {what_was_meant(rows[line - 1].rstrip(), complaint)}")


def parse_tables(text: str, file: str) -> tuple[Table, ...]:
    """The tables of a TOML text in the order written; keys outside any table form one with an empty heading.

    Raises SettingsError when the text is no TOML.
    """
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError((_not_toml(text, file, str(error)),)) from None
    places: dict[str, list[tuple[int, dict[str, int]]]] = {}
    for header, number, keys in _headers(text):
        places.setdefault(header, []).append((number, keys))

    def place(name: str, index: int = 0) -> tuple[int | None, dict[str, int]]:
        found = places.get(name, [])
        return found[index] if index < len(found) else (None, {})

    tables: list[Table] = []
    loose = {key: value for key, value in parsed.items() if not isinstance(value, dict | list)}
    if loose:
        tables.append(Table(file=file, heading="", values=loose, lines=place("")[1]))
    for key, value in parsed.items():
        if isinstance(value, list):
            for index, item in enumerate(value):
                values = item if isinstance(item, dict) else {"": item}
                line, lines = place(key, index)
                tables.append(
                    Table(file=file, heading=f"[[{key}]]", values=values, line=line, lines=lines, name=_named(values))
                )
        elif isinstance(value, dict):
            tables += _nested(key, value, file, place)
    return tuple(tables)


def _nested(
    key: str, value: Mapping[str, Any], file: str, place: Callable[[str], tuple[int | None, dict[str, int]]]
) -> Iterator[Table]:
    """The tables inside a table, and what of it is in none of them."""
    nested = {name: inner for name, inner in value.items() if isinstance(inner, dict)}
    for name, inner in nested.items():
        line, lines = place(f"{key}.{name}")
        yield Table(file=file, heading=f"[{key}.{name}]", values=inner, line=line, lines=lines, name=name)
    repeated = [name for name, inner in value.items() if isinstance(inner, list) and inner and isinstance(inner[0], dict)]
    for name in repeated:
        line, lines = place(f"{key}.{name}")
        yield Table(file=file, heading=f"[[{key}.{name}]]", line=line, lines=lines)
    plain = {name: inner for name, inner in value.items() if name not in nested and name not in repeated}
    if plain or not (nested or repeated):
        line, lines = place(key)
        yield Table(file=file, heading=f"[{key}]", values=plain, line=line, lines=lines)


def read_tables(path: Path) -> tuple[Table, ...]:
    """`parse_tables` of a file; a file that is not there has none."""
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise SettingsError((Problem(file=str(path), message=f"cannot be read: {error.strerror or error}"),)) from None
    return parse_tables(_decoded(body, str(path)), str(path))


def _decoded(body: bytes, file: str) -> str:
    """The text of a file that was saved as UTF-8, with the mark that some editors put before it or without.

    Raises SettingsError where it was saved as something else: which of its characters were meant nobody can know.
    """
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in body[:64]:
        message = "is saved as UTF-16 (“Unicode”); save it again as UTF-8"
        raise SettingsError((Problem(file=file, message=message),))
    try:
        return body.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        message = "has a character that is not UTF-8, such as £ or é in an older encoding; save the file again as UTF-8"
        raise SettingsError((Problem(file=file, line=line, message=message),)) from None
