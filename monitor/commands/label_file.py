"""Where a labelled article is written: appended to a file, no id twice in it, or printed."""

from __future__ import annotations

import hashlib
import re
import sys
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from monitor.ports import ConfigError
from monitor.scoring.form import Item, block, items_of
from monitor.scoring.typed import NotUnderstood

#: The file that is meant where none is named.
DEFAULT = "labelled.txt"

_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,99}", re.ASCII)
_MAX_ID = 80  #: characters that are taken of an address


def made_id(name: str, day: date) -> str:
    """An id of the address (or file) and day of an article; the same for the same two.

    A long address is cut, and keeps a sign of what was cut off.
    """
    plain = re.sub(r"^https?://(?:www\.)?", "", name.lower())
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(words) > _MAX_ID or not words:
        sign = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:8]
        words = f"{words[: _MAX_ID - 9].rstrip('-')}-{sign}".lstrip("-")
    return f"{day.isoformat()}-{words}"


def ids_in(path: Path) -> frozenset[str]:
    """The ids of a file of labelled articles; none where there is no file.

    Raises:
        ConfigError: for what cannot be appended to: a folder, what cannot be read, a file of something else.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if not path.parent.is_dir():
            raise ConfigError(f"there is no folder {str(path.parent)!r}; make it first", key=str(path)) from None
        return frozenset()
    except UnicodeDecodeError:
        raise ConfigError("is no file of labelled articles: it is no text in UTF-8", key=str(path)) from None
    except (OSError, ValueError) as error:
        raise ConfigError(getattr(error, "strerror", None) or str(error), key=str(path)) from None
    if text.strip() and not text.lstrip("\ufeff\r\n\t ").startswith("=== "):
        raise ConfigError("is no file of labelled articles (they begin with ===); name another", key=str(path))
    return frozenset(item.id for item in items_of(text))


def append(path: Path, item: Item) -> None:
    """Add an article at the end of a file, which is made where there is none.

    Raises:
        ConfigError: for what cannot be appended to, and where the file has an article of this id.
    """
    if item.id in ids_in(path):
        raise ConfigError(f"has an article {item.id!r} already; --id gives it another id", key=str(path))
    try:
        with path.open("ab+") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - 1))
            ends = file.read(1)
            between = "" if not size else "\n" if ends == b"\n" else "\n\n"
            file.write((between + block(item)).encode("utf-8"))
    except OSError as error:
        raise ConfigError(error.strerror or "cannot be written", key=str(path)) from None


@dataclass(slots=True, kw_only=True)
class Destination:
    """Where one article goes, and under which id. With neither a path nor `printed`, a person has to be asked."""

    source: str  #: address or name of the article, for its id
    path: Path | None = None
    printed: bool = False  #: on standard output
    id: str = ""  #: empty: made of source and day
    given: bool = False  #: the id is a person's, on the command line

    @property
    def asks(self) -> bool:
        """Whether nobody has said yet where it goes."""
        return self.path is None and not self.printed

    def check(self) -> None:
        """Raise ConfigError for a file that cannot be appended to, or that has the id already."""
        if self.path is not None and self.id in ids_in(self.path):
            raise ConfigError(f"has an article {self.id!r} already", key=str(self.path))

    def name(self, typed: str) -> None:
        """Take the name of a file, `DEFAULT` for an empty one. Raises ConfigError for one that cannot be appended to."""
        path = Path(typed or DEFAULT).expanduser()
        ids_in(path)
        self.path = path

    def id_for(self, day: date | None) -> str:
        """The article's id."""
        return self.id or made_id(self.source, day or date.min)

    def taken(self, day: date | None) -> str:
        """The article's id where the file has it already; else empty."""
        id_ = self.id_for(day)
        return id_ if self.path is not None and id_ in ids_in(self.path) else ""

    def free(self, day: date | None) -> str:
        """The article's id, with a number behind it where the file has it already."""
        id_ = self.id_for(day)
        known = ids_in(self.path) if self.path is not None else frozenset()
        return next(each for each in (id_, *(f"{id_}-{n}" for n in range(2, len(known) + 3))) if each not in known)

    def write(self, item: Item) -> str:
        """Append or print the article; gives a sentence on where it is. Raises ConfigError as `append` does."""
        named = replace(item, id=self.id_for(item.published))
        if self.path is None:
            sys.stdout.write(block(named))
            sys.stdout.flush()
            return f"Printed as {named.id}."
        append(self.path, named)
        return f"Written to {self.path} as {named.id}. The page's text is somebody's: send it privately, publish it nowhere."

    def write_somewhere(self, item: Item) -> str:
        """As `write`, without anybody to ask: to `DEFAULT` where no file is named, and under an id that is free."""
        if self.asks:
            self.name("")
        self.id = self.free(item.published)
        return self.write(item)


def id_of(typed: str) -> str:
    """An id that was typed. Raises NotUnderstood for what may be none."""
    if not _ID.fullmatch(typed):
        raise NotUnderstood(f"{typed!r} is no id: it takes letters and digits, and between them dots and dashes")
    return typed
