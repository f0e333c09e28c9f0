"""Which code and tables a report was read with."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import monitor
from monitor.domain.code_version import code_version

#: What grades and dates of a report depend on, within the package; dates are held against the record, which is of the domain.
READS_WITH = ("domain", "extraction/decode.py", "extraction/pdf", "tables")


@lru_cache(maxsize=1)
def version() -> str:
    """Twelve hexadecimal digits that another reader of reports, or another table, has others of."""
    return code_version(Path(monitor.__file__).parent, READS_WITH)
