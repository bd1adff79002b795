"""Where texts come from, those that runs have written so far included."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any, cast

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    texts = op.create_table(
        "texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("profile", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("run_id", sa.String(length=36), nullable=True),
        sa.Column("source", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_texts_run_id_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_texts")),
    )
    op.create_index(
        op.f("ix_texts_profile_person_digest_id"), "texts", ["profile", "person", "digest", "id"]
    )
    op.create_index(op.f("ix_results_sha256_run_id"), "results", ["sha256", "run_id"])
    connection = op.get_bind()
    written = (row for run in connection.execute(_ENDED).mappings() for row in _rows(run))
    if rows := list(written):
        connection.execute(texts.insert(), rows)


_ENDED = sa.text(
    "SELECT id, profile, person, result_text, kept_at FROM runs"
    " WHERE endpoint LIKE '%prompt%' AND result_text IS NOT NULL AND kept_at IS NOT NULL"
    " ORDER BY id"
).columns(kept_at=sa.DateTime(timezone=True))
"""The runs that have written a prompt; what was read from pictures and recordings is in files."""


def _rows(run: sa.RowMapping) -> Iterator[dict[str, Any]]:
    try:
        facts: Any = json.loads(run["result_text"])
    except (ValueError, RecursionError):
        return
    said = cast(dict[str, Any], facts) if isinstance(facts, dict) else {}
    for text in (said.get("prompt"), said.get("negative_prompt")):
        if not isinstance(text, str) or not text.strip() or len(text) > 20_000:
            continue
        if "\0" in text or text.encode(errors="replace").decode() != text:
            continue
        yield {
            "profile": run["profile"],
            "person": run["person"],
            "digest": hashlib.sha256(" ".join(text.split()).encode()).hexdigest(),
            "text": text,
            "run_id": run["id"],
            "source": None,
            "at": run["kept_at"],
        }
