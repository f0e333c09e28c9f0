"""What is to be read, cut into parts that can be read one without another: what a part is, and its name for ever."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, cast

from monitor.backfill.boundaries import holds_one_record, is_gzip, member, next_member, plain_records
from monitor.ports import ConfigError

#: Bytes of a file (as it lies there) that one part has, about.
PART_SIZE = 32 << 20
_MAX_RECORD = 64 << 20  #: inflated bytes of a record at whose beginning a file may be cut
_PAGES_A_PART, _PAGE_BYTES_A_PART = 64, 16 << 20
_PAGE_ENDINGS = frozenset({".html", ".htm", ".xhtml", ".txt", ".pdf"})
_SNIFFED = 4096


class Form(StrEnum):
    """What a file holds."""

    WARC = "warc"
    JSONL = "jsonl"
    PAGES = "pages"  # each file is one page or report
    SITEMAP = "sitemap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A range of a file, or some small files: what one worker reads at a time."""

    form: Form
    files: tuple[str, ...]  #: absolute paths; more than one of pages only
    start: int = 0
    end: int | None = None  #: None: the end of the file
    size: int = 0  #: bytes, as they lie there
    state: str = ""  #: sizes and times of change of the files: another one says that they are not those of before

    def key(self, version: str) -> str:
        """A name for what this program makes of these bytes; another version of either has another."""
        told = json.dumps([version, asdict(self)], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:24]


def form_of(path: Path) -> Form | None:
    """What a file holds, by its first bytes, and by its name where those tell nothing; None for what is not read here."""
    start = _start(path)
    text = start.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if text.startswith(b"WARC/"):
        return Form.WARC
    if b"<urlset" in start or b"<sitemapindex" in start:
        return Form.SITEMAP
    endings = [ending.lower() for ending in path.suffixes]
    if ".warc" in endings:
        return Form.WARC
    if {".jsonl", ".ndjson"} & set(endings) or text.startswith(b"{"):
        return Form.JSONL
    return Form.PAGES if path.suffix.lower() in _PAGE_ENDINGS or text.startswith((b"<", b"%PDF-")) else None


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            start = file.read(_SNIFFED)
        if is_gzip(start):
            start = zlib.decompressobj(31).decompress(start, _SNIFFED)
    except zlib.error:
        return b""
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror or error}", key=str(path)) from None
    return start


def files_in(source: Path) -> Iterator[tuple[Path, Form | None]]:
    """The files of a source with what they hold: itself, or in a folder all of them, in the order of their names.

    Links to other folders are told as what is not read here: followed, they may lead back to where they are.
    """
    if not source.exists():
        raise ConfigError("there is no such file or folder", key=str(source))
    if not source.is_dir():
        if not source.is_file():  # whoever opens a pipe may wait for ever, and nobody can read it twice
            raise ConfigError("is a pipe or a device; write what it gives into a file", key=str(source))
        yield source, form_of(source)
        return
    for folder, folders, names in os.walk(source):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        yield from ((Path(folder) / each, None) for each in folders if (Path(folder) / each).is_symlink())
        for name in sorted(names):
            if not name.startswith(".") and (Path(folder) / name).is_file():
                yield Path(folder) / name, form_of(Path(folder) / name)


def parts_of(path: Path, form: Form, *, size: int = PART_SIZE) -> Iterator[Part]:
    """One archive in parts of about `size` bytes, cut where a record begins. Not for pages; see `parts_of_pages`."""
    whole, state = path.stat().st_size, state_of([path])
    with path.open("rb") as file:
        cuts = list(_cuts(file, form, whole, size)) if whole > size else []
    for start, end in pairwise([0, *cuts, whole]):
        only = start == 0 and end == whole
        yield Part(
            form=form, files=(str(path.absolute()),), start=start, end=None if only else end, size=end - start, state=state
        )


def parts_of_pages(paths: Sequence[Path]) -> Iterator[Part]:
    """Pages and reports that are a file each, some of them together."""
    group: list[Path] = []
    held = 0
    for path in paths:
        length = path.stat().st_size
        if group and (len(group) >= _PAGES_A_PART or held + length > _PAGE_BYTES_A_PART):
            yield _pages(group, held)
            group, held = [], 0
        group.append(path)
        held += length
    if group:
        yield _pages(group, held)


def _pages(group: Sequence[Path], held: int) -> Part:
    return Part(form=Form.PAGES, files=tuple(str(path.absolute()) for path in group), size=held, state=state_of(group))


def state_of(paths: Sequence[Path]) -> str:
    """What changes when one of these files does."""
    told = [(path.stat().st_size, path.stat().st_mtime_ns) for path in paths]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def _cuts(file: BinaryIO, form: Form, whole: int, size: int) -> Iterator[int]:
    """Offsets at which a file can be cut into parts of about `size` bytes: none where its form does not allow it."""
    start = file.read(_SNIFFED)
    if form is Form.WARC and is_gzip(start):
        yield from _cuts_between_members(file, whole, size)
    elif form is Form.WARC and start.startswith(b"WARC/"):
        wanted = size
        for begin, _end in plain_records(file, 0, whole):
            if begin >= wanted:
                yield begin
                wanted = begin + size
    elif form is Form.JSONL and not is_gzip(start):
        at = size
        while at < whole:
            file.seek(at)
            file.readline()
            if file.tell() < whole:
                yield file.tell()
            at = file.tell() + size


def _cuts_between_members(file: BinaryIO, whole: int, size: int) -> Iterator[int]:
    """A file that was compressed as one piece, or in pieces of several records, cannot be cut."""
    first = member(file, 0, most=_MAX_RECORD)
    if first is None or not holds_one_record(first[0], first[1]):
        return
    at = size
    while at < whole and (cut := next_member(file, at, whole, most=_MAX_RECORD)) is not None:
        yield cut
        at = cut + size


def opened(path: str) -> BinaryIO:
    """A file for reading, inflated where it is gzipped. Close it."""
    with Path(path).open("rb") as file:
        packed = is_gzip(file.read(_SNIFFED))
    return cast(BinaryIO, gzip.open(path) if packed else Path(path).open("rb"))
