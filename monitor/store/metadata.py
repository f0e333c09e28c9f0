"""What all tables share: the mark of their file, their names for keys and indexes, and what an id is."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, MetaData, String

#: Marks a SQLite file as ours ("OfMo"): a stranger's file is refused instead of being filled with our tables.
APPLICATION_ID = 0x4F664D6F

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def id_column() -> Column[Any]:
    """Random, never reused: a restored copy of the state must not hand out numbers that were sent before."""
    return Column("id", String(32), primary_key=True)
