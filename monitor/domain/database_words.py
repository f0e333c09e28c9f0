"""What a database says when it cannot, as what a person can do about it."""

from __future__ import annotations

_DAMAGED = "the database is damaged; stop the monitor and put a backup back, as docs/runbook.md says"
_WORDS = (
    ("locked", "the database is in use by another program; try again when that has let go of it"),
    ("malformed", _DAMAGED),
    (
        "not a database",
        "this file is no database, or a damaged one; is its address right? Otherwise put a backup back (docs/runbook.md)",
    ),
    ("is full", "the disk is full; nothing is lost. Free some space and try again"),
    ("readonly", "the database cannot be written; see who owns it and its folder"),
)


def database_words(said: str) -> str:
    """The sentence for what a database said; empty where there is none."""
    return next((meant for part, meant in _WORDS if part in said), "")
