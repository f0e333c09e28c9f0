"""Ordered changes of the schema, for Alembic."""
