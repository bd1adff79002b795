"""A cell may show a result that its person has from before."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    with op.batch_alter_table("cells") as table:
        table.drop_constraint(op.f("uq_cells_run_id"), type_="unique")
        table.add_column(
            sa.Column("reused", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.create_index(op.f("ix_cells_run_id"), "cells", ["run_id"])
