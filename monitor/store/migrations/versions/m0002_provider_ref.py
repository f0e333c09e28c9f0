"""What a provider calls a message that it took: updates are put below it where the provider has threads."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column; what was sent before has no such name."""
    op.add_column("deliveries", sa.Column("provider_ref", sa.String(), nullable=True))
