"""Posts are noted as they were last counted, so that only what changed is counted again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Nothing need be noted before the first count, which reads everything.
_COUNTED = "EXISTS (SELECT 1 FROM meta WHERE name = 'series_counted')"
_SHOWN = (
    "(SELECT s.model FROM model_span s WHERE s.first_day <= p.day "
    "ORDER BY s.first_day DESC LIMIT 1)"
)
_COLUMNS = "post, thread, place, day, reporter, products, decision, language"
_IMAGE = """
SELECT p.key, p.thread, p.place, p.day, coalesce(p.author, p.key),
  coalesce((SELECT {joined} FROM post_product q WHERE q.post = p.key), ''),
  CASE WHEN v.judged THEN v.decision END, CASE WHEN v.judged THEN v.language END
FROM post p LEFT JOIN verdict v ON v.post = p.key AND v.model = {shown}
  AND v.version = (SELECT max(w.version) FROM verdict w WHERE w.post = p.key AND w.model = {shown})
WHERE p.key = {post} AND {counted}"""
_NEWS = (
    "NOT EXISTS (SELECT 1 FROM verdict o WHERE o.post = NEW.post AND o.version = NEW.version "
    "AND o.model = NEW.model AND o.day = NEW.day AND o.decision = NEW.decision "
    "AND o.judged = NEW.judged AND o.language = NEW.language)"
)
_JUDGED = "EXISTS (SELECT 1 FROM verdict o WHERE o.post = {post})"

# (name, table, event, the post, on which condition)
_TRIGGERS = (
    ("verdict_made", "verdict", "INSERT", "NEW.post", _NEWS),
    ("verdict_changed", "verdict", "UPDATE", "NEW.post", _NEWS),
    ("verdict_gone", "verdict", "DELETE", "OLD.post", ""),
    ("product_named", "post_product", "INSERT", "NEW.post", _JUDGED),
    ("product_gone", "post_product", "DELETE", "OLD.post", _JUDGED),
    ("post_moved", "post", "UPDATE OF thread, place, author, day", "OLD.key", _JUDGED),
    ("review_made", "review", "INSERT", "NEW.post", ""),
    ("review_counts_no_more", "review", "UPDATE OF replaced", "OLD.post", ""),
)


def upgrade() -> None:
    op.create_table(
        "counted_before",
        sa.Column("post", sa.String(length=24), nullable=False),
        sa.Column("thread", sa.String(length=24), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reporter", sa.String(length=24), nullable=False),
        sa.Column("products", sa.Text(), nullable=False),
        sa.Column("decision", sa.String(length=120), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.PrimaryKeyConstraint("post", name=op.f("pk_counted_before")),
    )
    make = _sqlite if op.get_bind().dialect.name == "sqlite" else _postgresql
    for name, table, event, post, condition in _TRIGGERS:
        make(name, table, event, post, condition.format(post=post))


def _sqlite(name: str, table: str, event: str, post: str, condition: str) -> None:
    joined = "group_concat(q.product, char(10))"
    image = _IMAGE.format(joined=joined, shown=_SHOWN, post=post, counted=_COUNTED)
    # Not ON CONFLICT: where the statement that fires has such a clause, SQLite obeys that one.
    first = "NOT EXISTS (SELECT 1 FROM counted_before b WHERE b.post = p.key)"
    when = f"WHEN {condition} " if condition else ""
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} {when}BEGIN "
        f"INSERT INTO counted_before ({_COLUMNS}) {image} AND {first}; END"
    )


def _postgresql(name: str, table: str, event: str, post: str, condition: str) -> None:
    joined = "string_agg(q.product, chr(10))"
    image = _IMAGE.format(joined=joined, shown=_SHOWN, post=post, counted=_COUNTED)
    note = f"INSERT INTO counted_before ({_COLUMNS}) {image} ON CONFLICT DO NOTHING;"
    told = f"IF {condition} THEN {note} END IF;" if condition else note
    row = "OLD" if event == "DELETE" else "NEW"
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {told} RETURN {row}; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )
