"""Alembic asks for this file when one of its own commands is run by a developer (``alembic revision --autogenerate``)."""

from alembic import context
from sqlalchemy import create_engine

from monitor.store.schema import metadata

with create_engine(context.get_x_argument(as_dictionary=True)["url"]).begin() as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    context.run_migrations()
