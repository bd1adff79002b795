"""What was spent in a few days of a long history, from an index."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_index(op.f("ix_entries_profile_kind_day"), "entries", ["profile", "kind", "day"])
