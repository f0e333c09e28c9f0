"""The terminal as a channel: what a subscriber would read, printed."""

from __future__ import annotations

import sys
import threading
from typing import TextIO

from monitor.channels.route import Route
from monitor.ports import CommitPoint, Delivery, Outcome, Result

_RULE = "=" * 76


def showable(text: str, stream: TextIO) -> str:
    """The text with a mark for each letter that the stream's encoding has not: a missing letter is no reason to say nothing."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)


class ConsoleChannel:
    """Prints the text form of a message. Sent means written and flushed."""

    on_uncertain = "hold"

    def __init__(self, name: str, stream: TextIO | None = None) -> None:
        self.name = name
        self._stream = stream
        self._lock = threading.Lock()
        self.route = Route(service="the terminal", recipient="whoever reads it", takes_to=True)

    def send(self, delivery: Delivery, commit: CommitPoint) -> Outcome:
        """Print one message."""
        message = delivery.message
        to = f"To:      {delivery.recipient}\n" if delivery.recipient else ""
        text = f"{_RULE}\n{to}Subject: {message.subject}\n{_RULE}\n{message.text}\n"
        if not commit():
            return Outcome(result=Result.TRANSIENT, reason="lost_claim")
        stream = self._stream or sys.stdout
        try:
            with self._lock:
                stream.write(showable(text, stream))
                stream.flush()
        except (OSError, ValueError) as error:
            return Outcome(result=Result.UNCERTAIN, reason=f"terminal: {type(error).__name__}")
        return Outcome(result=Result.SENT)
