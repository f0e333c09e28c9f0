"""What an answer was like beside its items, and what the operator was told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store import schema

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the columns and the table."""
    op.add_column("sources", sa.Column("moved_to", sa.Text(), nullable=False, server_default=""))
    op.add_column("polls", sa.Column("fingerprint", sa.String(length=16), nullable=False, server_default=""))
    op.add_column("polls", sa.Column("age", sa.Integer(), nullable=True))
    op.create_table(
        "standing_alarms",
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("since", schema.UTCDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", schema.UTCDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", schema.UTCDateTime(timezone=True), nullable=True),
        sa.Column("told_at", schema.UTCDateTime(timezone=True), nullable=True),
        sa.Column("told_weight", sa.Integer(), nullable=False),
        sa.Column("delivery", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["delivery"], ["deliveries.id"], name=op.f("fk_standing_alarms_delivery_deliveries")),
        sa.PrimaryKeyConstraint("about", "name", name=op.f("pk_standing_alarms")),
    )
