"""How long files last, and runs that go to another model when theirs can't do it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("uploads", sa.Column("seconds", sa.Float(), nullable=True))
    op.add_column("results", sa.Column("seconds", sa.Float(), nullable=True))
    op.add_column(
        "runs", sa.Column("fallback", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("runs", sa.Column("instead_of", sa.String(length=36), nullable=True))
