"""A state of every version there was comes out as one of today, on either engine, with all that was in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, MetaData, inspect, text

from monitor.store import open_store
from monitor.store.migrations.run import script, upgrade
from monitor.store.schema import HEAD, metadata
from tests.databases import empty_database, engine_of
from tests.store.filled_state import rows_of

VERSIONS = sorted(revision.revision for revision in script().walk_revisions())
ROWS = 7
#: What a later version writes anew: the words of a message stand once for all its readers since 0004, in one column since 0010.
REWRITTEN = {"deliveries": {"headers", "body"}}


def filled_as(engine: Engine, version: str) -> dict[str, dict[str, list[str]]]:
    """Make a database of a version with rows in every table; what is in each column, sorted."""
    upgrade(engine, version)
    there = MetaData()
    there.reflect(engine)
    there.remove(there.tables["alembic_version"])
    rows = {table.name: ROWS for table in there.sorted_tables}
    with engine.begin() as connection:
        for table in there.sorted_tables:
            names = ", ".join(f'"{column.name}"' for column in table.c)
            places = ", ".join(f":c{number}" for number in range(len(table.c)))
            statement = text(f'INSERT INTO "{table.name}" ({names}) VALUES ({places})')
            connection.execute(statement, [{f"c{n}": v for n, v in enumerate(row)} for row in rows_of(table, rows)])
    return columns_of(engine, there.tables)


def columns_of(engine: Engine, tables: Iterable[str]) -> dict[str, dict[str, list[str]]]:
    with engine.connect() as connection:
        found = {}
        for table in tables:
            rows = connection.execute(text(f'SELECT * FROM "{table}"')).mappings().all()
            found[table] = {name: sorted(repr(row[name]) for row in rows) for name in rows[0]}
    return found


def described(engine: Engine) -> dict[str, Any]:
    """Everything that a schema consists of, in words that both engines share."""
    looking, found = inspect(engine), {}
    for table in looking.get_table_names():
        found[table] = {
            "columns": {
                (each["name"], each["nullable"], _kind(each["type"]), getattr(each["type"], "length", None))
                for each in looking.get_columns(table)
            },
            "key": (looking.get_pk_constraint(table)["constrained_columns"]),
            "unique": {tuple(each["column_names"]) for each in looking.get_unique_constraints(table)},
            "indexes": {
                (each["name"], tuple(each["column_names"]), _condition(each))
                for each in looking.get_indexes(table)
                if "duplicates_constraint" not in each
            },
            "foreign": {
                (tuple(each["constrained_columns"]), each["referred_table"], tuple(each["referred_columns"]))
                for each in looking.get_foreign_keys(table)
            },
        }
    return found


def _kind(found: Any) -> str:
    name = found.as_generic(allow_nulltype=True).__class__.__name__
    return {"Text": "String", "Double": "Float"}.get(name, name)


def _condition(index: Any) -> bool:
    """Whether it is of a part of the rows; each engine writes which in its own way."""
    return any(name.endswith("_where") and value is not None for name, value in index.get("dialect_options", {}).items())


def test_there_is_a_version_for_every_file() -> None:
    assert [f"{number:04}" for number in range(1, len(VERSIONS) + 1)] == VERSIONS
    assert VERSIONS[-1] == HEAD


@pytest.mark.parametrize("version", VERSIONS[:-1])
def test_a_full_state_of_every_version_is_brought_up_to_date(database: str, version: str) -> None:
    engine = engine_of(database)
    before = filled_as(engine, version)
    open_store(database).close()
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata) == []
    after = columns_of(engine, before)
    for table, columns in before.items():
        kept = columns.keys() & after[table].keys() - REWRITTEN.get(table, set())
        assert {name: after[table][name] for name in kept} == {name: columns[name] for name in kept}, table
        assert len(kept) >= 2
    engine.dispose()


@pytest.mark.postgres
def test_both_engines_have_the_same_schema_made_or_migrated(postgres: str, tmp_path: Any) -> None:
    schemas = []
    with empty_database(postgres) as made, empty_database(postgres) as migrated:
        for url in (made, migrated, f"sqlite:///{tmp_path / 'made.db'}", f"sqlite:///{tmp_path / 'migrated.db'}"):
            engine = engine_of(url)
            if "migrated" in url or url == migrated:
                upgrade(engine)
            else:
                open_store(url).close()
            schemas.append(described(engine))
            engine.dispose()
    first = schemas[0]
    assert len(first) == len(metadata.tables) + 1
    for other in schemas[1:]:
        for table in first:
            assert other[table] == first[table], table
        assert other.keys() == first.keys()
