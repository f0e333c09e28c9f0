"""Tables as files for spreadsheets, in which nothing that an outlet wrote is taken for a formula."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

from monitor.messages.sanitize import sanitize
from monitor.web.file_names import attachment
from monitor.web.site import Made

#: A cell that begins so is calculated by spreadsheets, be it after blanks; and after quotes by programs that take these for
#: the file's own.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MAX_CELL = 5_000


def cell(value: object) -> str:
    """A value as it may stand in a cell: on one line, with an apostrophe before what a spreadsheet would calculate."""
    text = sanitize(str(value), _MAX_CELL)
    # A spreadsheet set to some languages takes letters of full width (＝) for what they look like.
    first = text.lstrip("\"' ")[:1]
    return f"'{text}" if unicodedata.normalize("NFKC", first).startswith(_FORMULA) else text


def csv_file(name: str, columns: Sequence[str], lines: Iterable[Sequence[object]]) -> Made:
    """A file with a line of names above its lines; UTF-8 with a mark, by which Excel knows it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([cell(value) for value in line] for line in lines)
    return Made(body=text.getvalue().encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=attachment(name))
