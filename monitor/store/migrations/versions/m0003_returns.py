"""Mail that comes back is on record, and a suspended address may be reinstated."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store import schema

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table and the column."""
    op.create_table(
        "returns",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("delivery", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("received_at", schema.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["delivery"], ["deliveries.id"], name=op.f("fk_returns_delivery_deliveries")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returns")),
        sa.UniqueConstraint("delivery", "key", name=op.f("uq_returns_delivery_key")),
    )
    op.add_column("suspensions", sa.Column("reinstated_at", schema.UTCDateTime(timezone=True), nullable=True))
