"""Apprise's log, kept to ourselves: its lines repeat addresses with the passwords in them."""

from __future__ import annotations

import logging


def silence_apprise() -> None:
    """Let nothing that Apprise logs reach the terminal or our log. What it says of one call is read from that call's result."""
    log = logging.getLogger("apprise")
    log.propagate = False
    log.setLevel(logging.DEBUG)  # why a connection failed it says there only
    if not log.handlers:
        log.addHandler(logging.NullHandler())  # without any, Python itself prints warnings
