"""What people found better, blind, of the results of an experiment."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "votes",
        sa.Column("experiment_id", sa.String(length=36), nullable=False),
        sa.Column("input", sa.Integer(), nullable=False),
        sa.Column("a", sa.Integer(), nullable=False),
        sa.Column("b", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("winner", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("a < b", name=op.f("ck_votes_order")),
        sa.ForeignKeyConstraint(
            ["experiment_id"],
            ["experiments.id"],
            name=op.f("fk_votes_experiment_id_experiments"),
        ),
        sa.PrimaryKeyConstraint(
            "experiment_id", "input", "a", "b", "person", name=op.f("pk_votes")
        ),
    )
