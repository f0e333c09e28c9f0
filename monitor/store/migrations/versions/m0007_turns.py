"""What a link's turn depends on, who looks into it, and which edition of it was read; how a source was declared."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.domain.urls import queue_of
from monitor.store import schema

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the columns; what waits stands in its host's queue from now on."""
    op.add_column("sources", sa.Column("declared", sa.String(length=16), nullable=False, server_default=""))
    for column in (
        sa.Column("host", sa.String(), nullable=False, server_default=""),
        sa.Column("deaths", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("reader", sa.String(length=32), nullable=False, server_default=""),
        sa.Column("begun_at", schema.UTCDateTime(timezone=True), nullable=True),
        sa.Column("tried_at", schema.UTCDateTime(timezone=True), nullable=True),
        sa.Column("edition", sa.String(length=16), nullable=False, server_default=""),
        sa.Column("readings", sa.Integer(), nullable=False, server_default="0"),
    ):
        op.add_column("links", column)
    links = sa.table("links", sa.column("id"), sa.column("url"), sa.column("host"), sa.column("state"))
    connection = op.get_bind()
    waiting = connection.execute(sa.select(links.c.id, links.c.url).where(links.c.state.in_(("new", "given_up")))).all()
    for identity, url in waiting:
        connection.execute(sa.update(links).where(links.c.id == identity).values(host=queue_of(url)))
