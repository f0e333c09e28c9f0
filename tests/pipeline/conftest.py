"""Both engines, for what the pipeline leaves in the state."""

from tests.databases import database, postgres

__all__ = ["database", "postgres"]
