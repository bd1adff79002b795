"""A page of a long history behind a filter, and what there is to filter by, from an index."""

from alembic import op

revision = "0009"
down_revision = "0008"

ADDED = (
    ("profile", "person", "endpoint", "id"),
    ("profile", "person", "model", "id"),
    ("profile", "person", "state", "id"),
    ("profile", "model", "id"),
)


def upgrade() -> None:
    for columns in ADDED:
        op.create_index(op.f(f"ix_runs_{'_'.join(columns)}"), "runs", [*columns])
