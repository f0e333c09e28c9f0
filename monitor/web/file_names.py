"""What downloads are called, so that one knows months later what a file is: ``ofsted-changes-london-2026-11-28.csv``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

_MAX_NAME = 80


def file_name(what: str, ending: str, day: date) -> str:
    """The name of a file: what is in it, in letters that every system knows, and the day that it is of."""
    plain = unicodedata.normalize("NFKD", what).replace("’", "").casefold()
    words = re.sub(r"[^a-z0-9]+", "-", plain)[:_MAX_NAME].strip("-")
    return f"ofsted-{words}-{day.isoformat()}.{ending}"


def attachment(name: str) -> Mapping[str, str]:
    """The header by which a browser keeps an answer under a name."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}
