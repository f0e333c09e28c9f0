"""What was sent before the database was put back, and tries out of turn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store import schema

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the columns and the table."""
    op.add_column("deliveries", sa.Column("unplanned", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("deliveries", sa.Column("planned_for", schema.UTCDateTime(timezone=True), nullable=True))
    op.add_column("deliveries", sa.Column("tries_until", schema.UTCDateTime(timezone=True), nullable=True))
    op.create_table(
        "notification_log",
        sa.Column("delivery", sa.String(length=32), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("delivery", "token", name=op.f("pk_notification_log")),
    )
