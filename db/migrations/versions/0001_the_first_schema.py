"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "change_log",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("what", sa.String(length=120), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_change_log")),
    )
    op.create_index(
        op.f("ix_change_log_subject_key"), "change_log", ["subject", "key"], unique=False
    )
    op.create_table(
        "confirmed_fault",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("vendor", sa.String(length=120), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("began", sa.Date(), nullable=False),
        sa.Column("ended", sa.Date(), nullable=False),
        sa.Column("cause", sa.String(length=120), nullable=False),
        sa.Column("symptom", sa.Text(), nullable=False),
        sa.Column("mechanism", sa.Text(), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("confidence", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmed_fault")),
    )
    op.create_table(
        "cursor",
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("stream", sa.String(length=120), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "stream", name=op.f("pk_cursor")),
    )
    op.create_table(
        "episode",
        sa.Column("kind", sa.String(length=120), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("product", sa.String(length=120), nullable=False),
        sa.Column("cause", sa.String(length=120), nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("began", sa.Date(), nullable=False),
        sa.Column("ended", sa.Date(), nullable=False),
        sa.Column("strength", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint(
            "kind", "place", "product", "cause", "model", "began", name=op.f("pk_episode")
        ),
    )
    op.create_table(
        "gap",
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("began", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("place", "began", name=op.f("pk_gap")),
    )
    op.create_table(
        "import_block",
        sa.Column("file", sa.String(length=64), nullable=False),
        sa.Column("block", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(length=120), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("unreadable", sa.Integer(), nullable=False),
        sa.Column("last", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("file", "block", name=op.f("pk_import_block")),
    )
    op.create_table(
        "meta",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_meta")),
    )
    op.create_table(
        "model",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("card", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model")),
    )
    op.create_table(
        "outage",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("vendor", sa.String(length=120), nullable=False),
        sa.Column("product", sa.String(length=120), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("impact", sa.String(length=120), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_outage")),
    )
    op.create_table(
        "place",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("frame", sa.String(length=120), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_place")),
    )
    op.create_table(
        "published",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False),
            nullable=False,
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("product", sa.String(length=120), nullable=False),
        sa.Column("decision", sa.String(length=120), nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("reporters", sa.Integer(), nullable=False),
        sa.Column("threads", sa.Integer(), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_published")),
    )
    op.create_index(
        op.f("ix_published_day_place_product_decision_model"),
        "published",
        ["day", "place", "product", "decision", "model"],
        unique=False,
    )
    op.create_table(
        "release",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("announced", sa.Date(), nullable=False),
        sa.Column("date_precision", sa.String(length=120), nullable=False),
        sa.Column("deployed", sa.Date(), nullable=True),
        sa.Column("vendor", sa.String(length=120), nullable=False),
        sa.Column("product", sa.String(length=120), nullable=False),
        sa.Column("affects", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=120), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("claimed_effect", sa.Text(), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("source_title", sa.Text(), nullable=False),
        sa.Column("confidence", sa.String(length=120), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
    )
    op.create_index(op.f("ix_release_announced"), "release", ["announced"], unique=False)
    op.create_table(
        "run",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False),
            nullable=False,
        ),
        sa.Column("stage", sa.String(length=120), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=120), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("program", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_run")),
    )
    op.create_index(op.f("ix_run_started_at"), "run", ["started_at"], unique=False)
    op.create_table(
        "series_event",
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=120), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("place", "kind", "day", name=op.f("pk_series_event")),
    )
    op.create_table(
        "tombstone",
        sa.Column("post", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("post", name=op.f("pk_tombstone")),
    )
    op.create_table(
        "daily_count",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("product", sa.String(length=120), nullable=False),
        sa.Column("decision", sa.String(length=120), nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("reporters", sa.Integer(), nullable=False),
        sa.Column("threads", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["model"], ["model.id"], name=op.f("fk_daily_count_model_model")),
        sa.ForeignKeyConstraint(["place"], ["place.name"], name=op.f("fk_daily_count_place_place")),
        sa.PrimaryKeyConstraint(
            "day", "place", "product", "decision", "model", name=op.f("pk_daily_count")
        ),
    )
    op.create_table(
        "exposure",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("product", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["model"], ["model.id"], name=op.f("fk_exposure_model_model")),
        sa.ForeignKeyConstraint(["place"], ["place.name"], name=op.f("fk_exposure_place_place")),
        sa.PrimaryKeyConstraint(
            "day", "place", "product", "language", "model", name=op.f("pk_exposure")
        ),
    )
    op.create_table(
        "run_source",
        sa.Column("run", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("outcome", sa.String(length=120), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("posts_read", sa.Integer(), nullable=False),
        sa.Column("posts_new", sa.Integer(), nullable=False),
        sa.Column("posts_changed", sa.Integer(), nullable=False),
        sa.Column("posts_unchanged", sa.Integer(), nullable=False),
        sa.Column("posts_deleted", sa.Integer(), nullable=False),
        sa.Column("unreadable", sa.Integer(), nullable=False),
        sa.Column("empty_answers", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["run.number"], name=op.f("fk_run_source_run_run")),
        sa.PrimaryKeyConstraint("run", "source", name=op.f("pk_run_source")),
    )
    op.create_table(
        "thread",
        sa.Column("key", sa.String(length=24), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["place"], ["place.name"], name=op.f("fk_thread_place_place")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_thread")),
    )
    op.create_table(
        "post",
        sa.Column("key", sa.String(length=24), nullable=False),
        sa.Column("thread", sa.String(length=24), nullable=False),
        sa.Column("parent", sa.String(length=24), nullable=True),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=120), nullable=False),
        sa.Column("author", sa.String(length=24), nullable=True),
        sa.Column("state", sa.String(length=120), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("depth", sa.SmallInteger(), nullable=False),
        sa.Column("back_filled", sa.Boolean(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["place"], ["place.name"], name=op.f("fk_post_place_place")),
        sa.ForeignKeyConstraint(["thread"], ["thread.key"], name=op.f("fk_post_thread_thread")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_post")),
    )
    op.create_index(op.f("ix_post_author"), "post", ["author"], unique=False)
    op.create_index(op.f("ix_post_day"), "post", ["day"], unique=False)
    op.create_index(op.f("ix_post_thread"), "post", ["thread"], unique=False)
    op.create_table(
        "address",
        sa.Column("post", sa.String(length=24), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["post"], ["post.key"], name=op.f("fk_address_post_post")),
        sa.PrimaryKeyConstraint("post", name=op.f("pk_address")),
    )
    op.create_table(
        "incident_member",
        sa.Column("post", sa.String(length=24), nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("incident", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(
            ["model"], ["model.id"], name=op.f("fk_incident_member_model_model")
        ),
        sa.ForeignKeyConstraint(["post"], ["post.key"], name=op.f("fk_incident_member_post_post")),
        sa.PrimaryKeyConstraint("post", "model", name=op.f("pk_incident_member")),
    )
    op.create_index(
        op.f("ix_incident_member_incident"), "incident_member", ["incident"], unique=False
    )
    op.create_table(
        "post_product",
        sa.Column("post", sa.String(length=24), nullable=False),
        sa.Column("product", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["post"], ["post.key"], name=op.f("fk_post_product_post_post")),
        sa.PrimaryKeyConstraint("post", "product", name=op.f("pk_post_product")),
    )
    op.create_table(
        "post_text",
        sa.Column("post", sa.String(length=24), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("raw_hash", sa.String(length=24), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["post"], ["post.key"], name=op.f("fk_post_text_post_post")),
        sa.PrimaryKeyConstraint("post", "version", name=op.f("pk_post_text")),
    )
    op.create_table(
        "triage",
        sa.Column("post", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=120), nullable=False),
        sa.Column("assignee", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["post"], ["post.key"], name=op.f("fk_triage_post_post")),
        sa.PrimaryKeyConstraint("post", name=op.f("pk_triage")),
    )
    op.create_table(
        "review",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False),
            nullable=False,
        ),
        sa.Column("post", sa.String(length=24), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("decision", sa.String(length=120), nullable=False),
        sa.Column("secondary", sa.String(length=120), nullable=True),
        sa.Column("reviewer", sa.String(length=120), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("stream", sa.String(length=120), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post", "version"],
            ["post_text.post", "post_text.version"],
            name=op.f("fk_review_post_version_post_text"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_review")),
    )
    op.create_index(op.f("ix_review_post"), "review", ["post"], unique=False)
    op.create_table(
        "verdict",
        sa.Column("post", sa.String(length=24), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("report_probability", sa.Double(), nullable=False),
        sa.Column("causes", sa.JSON(), nullable=False),
        sa.Column("likely_cause", sa.String(length=120), nullable=True),
        sa.Column("decision", sa.String(length=120), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("abstained_because", sa.String(length=120), nullable=True),
        sa.Column("judged", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["model"], ["model.id"], name=op.f("fk_verdict_model_model")),
        sa.ForeignKeyConstraint(
            ["post", "version"],
            ["post_text.post", "post_text.version"],
            name=op.f("fk_verdict_post_version_post_text"),
        ),
        sa.PrimaryKeyConstraint("post", "version", "model", name=op.f("pk_verdict")),
    )
    op.create_index(
        op.f("ix_verdict_day_model_decision"), "verdict", ["day", "model", "decision"], unique=False
    )
    op.create_index(
        op.f("ix_verdict_decision_model_day"), "verdict", ["decision", "model", "day"], unique=False
    )
    op.create_table(
        "evidence",
        sa.Column("post", sa.String(length=24), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("field", sa.String(length=120), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=120), nullable=True),
        sa.Column("direction", sa.String(length=7), nullable=False),
        sa.Column("cue", sa.String(length=120), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post", "version", "model"],
            ["verdict.post", "verdict.version", "verdict.model"],
            name=op.f("fk_evidence_post_version_model_verdict"),
        ),
        sa.PrimaryKeyConstraint("post", "version", "model", "number", name=op.f("pk_evidence")),
    )
    op.create_table(
        "fact",
        sa.Column("post", sa.String(length=24), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("value", sa.String(length=120), nullable=False),
        sa.Column("field", sa.String(length=120), nullable=True),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("end", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["post", "version", "model"],
            ["verdict.post", "verdict.version", "verdict.model"],
            name=op.f("fk_fact_post_version_model_verdict"),
        ),
        sa.PrimaryKeyConstraint("post", "version", "model", "number", name=op.f("pk_fact")),
    )
    op.create_index(op.f("ix_fact_name_value"), "fact", ["name", "value"], unique=False)
    for table in ("change_log", "published"):
        _append_only(table)


def _append_only(table: str) -> None:
    """The database itself refuses to alter or delete a line of `table`."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
    )
