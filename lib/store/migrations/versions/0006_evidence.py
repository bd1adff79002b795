"""When a run was lost, when the comparison of books and balance began anew, and which prices were
estimates at a look: without these the balance was taken for evidence that it is not."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("runs", sa.Column("lost_at", sa.DateTime(timezone=True)))
    op.create_index(op.f("ix_runs_profile_ended_at"), "runs", ["profile", "ended_at"])
    op.create_index(op.f("ix_entries_profile_kind_at"), "entries", ["profile", "kind", "at"])
    beginnings = op.create_table(
        "beginnings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("profile", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_beginnings")),
    )
    op.create_index(op.f("ix_beginnings_profile_at"), "beginnings", ["profile", "at"])
    looks = sa.table(
        "balances", sa.column("profile"), sa.column("last_at"), sa.column("closed", sa.Boolean())
    )
    ended = sa.select(looks.c.profile, looks.c.last_at).where(looks.c.closed.is_(True))
    op.execute(sa.insert(beginnings).from_select(["profile", "at"], ended))
    with op.batch_alter_table("balances") as table:
        table.drop_column("closed")
        table.add_column(sa.Column("estimates", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(op.f("ix_balances_profile_last_at"), "balances", ["profile", "last_at"])
