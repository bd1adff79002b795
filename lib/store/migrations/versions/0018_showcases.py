"""Results in an order of their own, to present from."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "showcases",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("profile", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("prices", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_showcases")),
    )
    op.create_index(
        op.f("ix_showcases_profile_person_id"), "showcases", ["profile", "person", "id"]
    )
    op.create_table(
        "showcase_items",
        sa.Column("showcase_id", sa.String(length=36), nullable=False),
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["showcase_id"],
            ["showcases.id"],
            name=op.f("fk_showcase_items_showcase_id_showcases"),
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["runs.id"], name=op.f("fk_showcase_items_run_id_runs")
        ),
        sa.PrimaryKeyConstraint("showcase_id", "run_id", name=op.f("pk_showcase_items")),
    )
    op.create_index(op.f("ix_showcase_items_run_id"), "showcase_items", ["run_id"])
