"""What waits for a person to decide."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store import schema

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "review_items",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("article", sa.String(length=32), nullable=False),
        sa.Column("canonical_url", sa.Text(), nullable=False),
        sa.Column("urn", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("rating", sa.String(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("previous", sa.String(), nullable=True),
        sa.Column("previous_year", sa.Integer(), nullable=True),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("frame", sa.String(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("in_title", sa.Boolean(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("reports_inspection", sa.Boolean(), nullable=False),
        sa.Column("classifier_version", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("came_at", schema.UTCDateTime(timezone=True), nullable=False),
        sa.Column("decided_at", schema.UTCDateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["article"], ["articles.id"], name=op.f("fk_review_items_article_articles")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_items")),
        sa.UniqueConstraint(
            "canonical_url", "urn", "area", "rating", name=op.f("uq_review_items_canonical_url_urn_area_rating")
        ),
    )
    op.create_index(op.f("ix_review_items_article"), "review_items", ["article"])
    waiting = sa.text("state = 'waiting'")
    op.create_index("ix_review_items_waiting", "review_items", ["came_at"], sqlite_where=waiting, postgresql_where=waiting)
