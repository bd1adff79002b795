"""Several servers on one database: who lives, and whose experiments and recipes go on where."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "servers",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("home", sa.String(length=80), nullable=False),
        sa.Column("sandbox", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_servers")),
    )
    # As long as the wire lets one be; SQLite knows no lengths.
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("runs", "request_id", type_=sa.String(length=255))
    for table in ("experiments", "recipe_runs"):
        op.add_column(table, sa.Column("owner", sa.String(length=80)))
