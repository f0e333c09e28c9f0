"""Heads of answers as servers write them, made what the parser takes: browsers and curl pass over a bad line, it would not."""

from __future__ import annotations

import re

MAX_HEAD = 100 * 1024  #: bytes; what the parser gives up at too
_END = re.compile(rb"\r?\n\r?\n")
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_STATUS = re.compile(rb"HTTP/(\d)(?:\.(\d))?[ \t]+(\d{3})(?:[ \t]+(.*))?", re.DOTALL)
_CONTROLS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]+")
_LENGTH = re.compile(rb"[0-9]+(?:[ \t]*,[ \t]*[0-9]+)*")


class Heads:
    """The heads of the answers on one connection: bytes go in as they come, and come out mended."""

    def __init__(self) -> None:
        self._held = b""
        self._within = False

    def expect(self) -> None:
        """A request was written: what comes next begins with a head."""
        self._within, self._held = True, b""

    @property
    def waiting(self) -> bool:
        """Whether bytes are held until the head is whole."""
        return bool(self._held)

    def take(self, data: bytes) -> bytes:
        """What can be passed on after `data` came: nothing while a head is not whole, all that is held when no data came."""
        if not self._within:
            return data
        self._held = (self._held + data).lstrip(b"\r\n")  # empty lines before an answer
        passed = b""
        while self._within and (end := _END.search(self._held)):
            head, self._held = self._held[: end.start()], self._held[end.end() :]
            passed += mended(head)
            self._within = re.match(rb"HTTP/1\.[01] 1\d\d(?!\d)", head) is not None  # a head of another answer follows
        if not self._within or not data or len(self._held) > MAX_HEAD:
            passed, self._held, self._within = passed + self._held, b"", self._within and bool(data) and not passed
        return passed


def mended(head: bytes) -> bytes:
    """A head, without its end, with the end that is due, and without the lines that are none.

    Blanks before a colon are taken out, lines without a name or a colon left out, and so are lengths that are no numbers and a
    transfer encoding that is none: the answer then ends where the connection does.
    """
    first, *lines = re.split(rb"\r?\n", head)
    status = _STATUS.fullmatch(first)
    if status is None:
        return head + b"\r\n\r\n"
    reason = _CONTROLS.sub(b" ", status[4] or b"").strip()
    kept = [b"HTTP/%b.%b %b %b" % (status[1], status[2] or b"1", status[3], reason)]
    folding = False
    for line in lines:
        if line[:1] in (b" ", b"\t"):
            if folding:
                kept.append(b" " + _CONTROLS.sub(b" ", line.strip()))
            continue
        name, colon, value = line.partition(b":")
        name, value = name.rstrip(b" \t"), _CONTROLS.sub(b" ", value).strip()
        folding = bool(colon) and _NAME.fullmatch(name) is not None and not _is_void(name.lower(), value)
        if folding:
            kept.append(name + b": " + value)
    return b"\r\n".join(kept) + b"\r\n\r\n"


def _is_void(name: bytes, value: bytes) -> bool:
    if name == b"content-length":
        return _LENGTH.fullmatch(value) is None
    return name == b"transfer-encoding" and value.lower() in (b"", b"identity", b"none")
