"""What everybody is told is kept once, beside it what is one person's; an alert says why it is one, and how late."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_FORMS = ("subject", "text", "html", "slack", "payload")


def upgrade() -> None:
    """Give every message its own body: the bytes stay what they were, for whatever is still to be sent or shown."""
    op.create_table(
        "bodies",
        sa.Column("id", sa.String(length=32), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("subject", "text", "html", "slack")),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bodies")),
    )
    # Plain SQL: SQLite takes a foreign key with a new column, but not in the two steps that would be made of it here.
    op.execute("ALTER TABLE deliveries ADD COLUMN body VARCHAR(32) CONSTRAINT fk_deliveries_body_bodies REFERENCES bodies (id)")
    for name in ("foot_text", "foot_html", "foot_slack"):
        op.add_column("deliveries", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    columns = ", ".join(_FORMS)
    op.execute(f"INSERT INTO bodies (id, {columns}, headers) SELECT id, {columns}, '{{}}' FROM deliveries")  # noqa: S608  # constants
    op.execute("UPDATE deliveries SET body = id")
    op.add_column("deliveries", sa.Column("mentioned_in", sa.String(length=32), nullable=True))
    op.execute("UPDATE deliveries SET mentioned_in = '' WHERE mentioned")
    for name in (*_FORMS, "mentioned"):
        op.drop_column("deliveries", name)
    op.drop_index("ix_deliveries_target_created", table_name="deliveries")
    op.create_index("ix_deliveries_body", "deliveries", ["body"], unique=False)
    op.create_index("ix_deliveries_created", "deliveries", ["created"], unique=False)
    op.add_column("alerts", sa.Column("because", sa.Text(), nullable=False, server_default=""))
    op.add_column("alerts", sa.Column("days_late", sa.Integer(), nullable=False, server_default="0"))
