"""The forms of a message are rows of an object, and no columns: another form needs no other schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

#: What each form is called, and the column that it was in.
_BODIES = {"text": "text", "html": "html", "slack": "slack", "event": "payload"}
_FOOTERS = {"text": "foot_text", "html": "foot_html", "slack": "foot_slack"}


def upgrade() -> None:
    """Put what is frozen into its object, byte for byte."""
    for table, column, forms in (("bodies", "forms", _BODIES), ("deliveries", "footers", _FOOTERS)):
        op.add_column(table, sa.Column(column, sa.JSON(), nullable=False, server_default="{}"))
        made = "json_build_object" if op.get_bind().dialect.name == "postgresql" else "json_object"
        pairs = ", ".join(f"'{name}', {old}" for name, old in forms.items())
        op.execute(f"UPDATE {table} SET {column} = {made}({pairs})")  # noqa: S608  # constants
        for old in forms.values():
            op.drop_column(table, old)
