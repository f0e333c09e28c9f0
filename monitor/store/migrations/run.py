"""Runs the migrations in this package on an open engine: no ini file, no environment, one transaction."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from monitor.store.metadata import APPLICATION_ID
from monitor.store.schema import metadata


def script() -> ScriptDirectory:
    """The migrations that ship with this version."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return ScriptDirectory.from_config(config)


def upgrade(engine: Engine, target: str = "head") -> None:
    """Bring the database to `target`. Raises alembic's CommandError when its version is not one of ours."""
    scripts = script()

    def steps(revision: object, _context: MigrationContext) -> list[RevisionStep]:
        # alembic leaves this callback untyped
        return scripts._upgrade_revs(target, revision)  # type: ignore[arg-type, return-value]

    with EnvironmentContext(Config(), scripts, fn=steps, destination_rev=target) as environment, engine.begin() as connection:
        environment.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
        environment.run_migrations()
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
