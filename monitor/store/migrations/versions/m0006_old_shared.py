"""The grade that care leavers shared with children in care at the inspection before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the column; of earlier changes it is not told."""
    op.add_column("changes", sa.Column("old_shared", sa.String(), nullable=True))
