"""What is written to a terminal steers nothing there: control characters and turned text are spelt out, whoever wrote them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

from monitor.domain.characters import spelt_out

#: As `print` writes the end of a line, and that of one that is to be written over.
_ENDS = frozenset({"\n", "\r", "\r\n"})


class PlainStream:
    """A stream of text around another, as `print` and `logging` write to it.

    Rich steers the terminal on purpose, and finds the stream within (`rich_proxied_file`): who hands foreign text to it sees
    to that text.
    """

    def __init__(self, stream: TextIO) -> None:
        self.rich_proxied_file = stream

    def write(self, text: str) -> int:
        """Write a text; returns its length."""
        self.rich_proxied_file.write(text if text in _ENDS else spelt_out(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write several."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.rich_proxied_file, name)


@contextmanager
def plain_output() -> Iterator[None]:
    """Until the block ends, standard output and standard error are plain. A service manager may have closed either."""
    out, errors = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (cast("TextIO", each and PlainStream(each)) for each in (out, errors))
    try:
        yield
    finally:
        sys.stdout, sys.stderr = out, errors
