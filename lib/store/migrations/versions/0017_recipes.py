"""Recipes: chains of runs that somebody wants to run again, and their runs."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "recipes",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipes")),
    )
    op.create_index(op.f("ix_recipes_person_id"), "recipes", ["person", "id"])
    op.create_table(
        "recipe_runs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("recipe_id", sa.String(length=36), nullable=False),
        sa.Column("profile", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipe_runs")),
        sa.UniqueConstraint("nonce", name=op.f("uq_recipe_runs_nonce")),
    )
    op.create_index(
        op.f("ix_recipe_runs_recipe_id_person_id"), "recipe_runs", ["recipe_id", "person", "id"]
    )
    op.create_index(op.f("ix_recipe_runs_status"), "recipe_runs", ["status"])
    op.create_table(
        "recipe_steps",
        sa.Column("recipe_run_id", sa.String(length=36), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("step", sa.JSON(), nullable=False),
        sa.Column("planned", sa.BigInteger(), nullable=False),
        sa.Column("exact", sa.Boolean(), nullable=False),
        sa.Column("asks", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["recipe_run_id"],
            ["recipe_runs.id"],
            name=op.f("fk_recipe_steps_recipe_run_id_recipe_runs"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_recipe_steps_run_id_runs")),
        sa.PrimaryKeyConstraint("recipe_run_id", "n", name=op.f("pk_recipe_steps")),
    )
    op.create_index(op.f("ix_recipe_steps_run_id"), "recipe_steps", ["run_id"])
