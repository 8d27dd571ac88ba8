"""Create the register."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

# Frozen: databases of 0.1.0 were made by this, so it imports nothing of ours that could change.
BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Ordered = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
UtcTime = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table of the first version."""
    op.create_table(
        "app_user",
        sa.Column("id", BigId, nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("password_until", UtcTime, nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("auth_epoch", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("login"),
    )
    op.create_table(
        "event",
        sa.Column("id", BigId, nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("stream", Ordered, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("happened_at", UtcTime, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("prev", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("stream", "seq", name="one_event_per_number"),
    )
    op.create_index(op.f("ix_event_act"), "event", ["act"], unique=False)
    op.create_index(op.f("ix_event_at"), "event", ["at"], unique=False)
    op.create_table(
        "file_kind",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("name_sv", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("delicate", sa.Boolean(), nullable=False),
        sa.Column("retention_rule", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    op.create_table(
        "head",
        sa.Column("stream", Ordered, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("stream"),
    )
    op.create_table(
        "label_batch",
        sa.Column("id", BigId, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("printed_by", sa.Text(), nullable=False),
        sa.Column("stock", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table("name_word", sa.Column("word", Ordered, nullable=False), sa.PrimaryKeyConstraint("word"))
    op.create_table(
        "place",
        sa.Column("id", BigId, nullable=False),
        sa.Column("parent_id", BigId, nullable=True),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("path", Ordered, nullable=False),
        sa.Column("depth", sa.BigInteger(), nullable=False),
        sa.Column("order_rule", sa.String(length=30), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("central", sa.Boolean(), nullable=False),
        sa.Column("capacity", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", UtcTime, nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["place.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("path", name="one_place_per_path"),
    )
    op.create_index("one_place_per_code", "place", ["code"], unique=True)
    op.create_index("places_of_parent", "place", ["parent_id", "position"], unique=False)
    op.create_table(
        "routine_version",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("packaged", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("diary_number", sa.Text(), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=True),
        sa.Column("revise_by", sa.Date(), nullable=True),
        sa.Column("made_at", UtcTime, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name", "edition", name="one_text_per_version"),
    )
    op.create_index(
        "one_version_in_force",
        "routine_version",
        ["name"],
        unique=True,
        sqlite_where=sa.text("status = 'in_force'"),
        postgresql_where=sa.text("status = 'in_force'"),
    )
    op.create_table(
        "saved_mapping",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mapping", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("packaged", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("saved_at", UtcTime, nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", BigId, nullable=False),
        sa.Column("login_hash", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_sign_in_attempt_address"), "sign_in_attempt", ["address"], unique=False)
    op.create_index(op.f("ix_sign_in_attempt_at"), "sign_in_attempt", ["at"], unique=False)
    op.create_index(op.f("ix_sign_in_attempt_login_hash"), "sign_in_attempt", ["login_hash"], unique=False)
    op.create_table(
        "source_system",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    op.create_table(
        "unit",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "upload",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "worker_beat",
        sa.Column("routine", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("routine"),
    )
    op.create_table(
        "api_token",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("expires_at", UtcTime, nullable=False),
        sa.Column("revoked_at", UtcTime, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["app_user.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index(op.f("ix_api_token_user_id"), "api_token", ["user_id"], unique=False)
    op.create_table(
        "calendar_feed",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["app_user.id"],
        ),
        sa.PrimaryKeyConstraint("user_id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_table(
        "deadline",
        sa.Column("id", BigId, nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("due_at", UtcTime, nullable=False),
        sa.Column("remind_at", UtcTime, nullable=True),
        sa.Column("escalate_at", UtcTime, nullable=False),
        sa.Column("next_at", UtcTime, nullable=True),
        sa.Column("owner_id", BigId, nullable=True),
        sa.Column("role", sa.String(length=30), nullable=True),
        sa.Column("escalate_role", sa.String(length=30), nullable=True),
        sa.Column("escalate_to", BigId, nullable=True),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("reminded_at", UtcTime, nullable=True),
        sa.Column("passed_at", UtcTime, nullable=True),
        sa.Column("escalated_at", UtcTime, nullable=True),
        sa.Column("met_at", UtcTime, nullable=True),
        sa.Column("withdrawn_at", UtcTime, nullable=True),
        sa.ForeignKeyConstraint(
            ["escalate_to"],
            ["app_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["app_user.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "deadlines_of_owner",
        "deadline",
        ["owner_id", "due_at"],
        unique=False,
        sqlite_where=sa.text("met_at IS NULL AND withdrawn_at IS NULL"),
        postgresql_where=sa.text("met_at IS NULL AND withdrawn_at IS NULL"),
    )
    op.create_index(
        "deadlines_to_sweep",
        "deadline",
        ["next_at", "id"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index("one_deadline_per_step", "deadline", ["about", "key"], unique=True)
    op.create_index(
        "open_deadlines",
        "deadline",
        ["due_at", "id"],
        unique=False,
        sqlite_where=sa.text("met_at IS NULL AND withdrawn_at IS NULL"),
        postgresql_where=sa.text("met_at IS NULL AND withdrawn_at IS NULL"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", BigId, nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("week", sa.Text(), nullable=True),
        sa.Column("capacity", sa.BigInteger(), nullable=False),
        sa.Column("crate_files", sa.BigInteger(), nullable=False),
        sa.Column("alarm_hours", sa.BigInteger(), nullable=False),
        sa.Column("transit_id", BigId, nullable=False),
        sa.Column("reception_id", BigId, nullable=False),
        sa.Column("planned_at", UtcTime, nullable=False),
        sa.Column("planned_by", sa.Text(), nullable=False),
        sa.Column("dispatched_at", UtcTime, nullable=True),
        sa.Column("received_at", UtcTime, nullable=True),
        sa.Column("closed_at", UtcTime, nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reception_id"],
            ["place.id"],
        ),
        sa.ForeignKeyConstraint(
            ["transit_id"],
            ["place.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("week", name="one_delivery_per_week"),
    )
    op.create_index("deliveries_by_day", "delivery", ["day", "id"], unique=False)
    op.create_index("deliveries_by_status", "delivery", ["status", "id"], unique=False)
    op.create_table(
        "emptying",
        sa.Column("id", BigId, nullable=False),
        sa.Column("room_id", BigId, nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("sweep", sa.BigInteger(), nullable=False),
        sa.Column("swept_at", UtcTime, nullable=True),
        sa.Column("swept_by", sa.Text(), nullable=True),
        sa.Column("signed_at", UtcTime, nullable=True),
        sa.Column("signed_by", sa.Text(), nullable=True),
        sa.Column("empty_at", UtcTime, nullable=True),
        sa.Column("witnessed_by", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["place.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("room_id", name="one_emptying_per_room"),
    )
    op.create_table(
        "event_private",
        sa.Column("event_id", BigId, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
        ),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_table(
        "event_subject",
        sa.Column("event_id", BigId, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
        ),
        sa.PrimaryKeyConstraint("event_id", "subject"),
    )
    op.create_index("events_about_subject", "event_subject", ["subject", "event_id"], unique=False)
    op.create_table(
        "import_run",
        sa.Column("id", BigId, nullable=False),
        sa.Column("purpose", sa.String(length=30), nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("upload_id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mapping", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("shape", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("options", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("next_row", sa.BigInteger(), nullable=False),
        sa.Column("share", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("problem", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("finished_at", UtcTime, nullable=True),
        sa.Column("heartbeat", UtcTime, nullable=True),
        sa.ForeignKeyConstraint(
            ["upload_id"],
            ["upload.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "incident",
        sa.Column("id", BigId, nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("routine_id", BigId, nullable=False),
        sa.Column("what", sa.String(length=30), nullable=False),
        sa.Column("occasion", sa.String(length=30), nullable=False),
        sa.Column("pieces", sa.BigInteger(), nullable=False),
        sa.Column("missed_at", UtcTime, nullable=False),
        sa.Column("suspected_at", UtcTime, nullable=False),
        sa.Column("aware_at", UtcTime, nullable=True),
        sa.Column("aware_by", sa.Text(), nullable=True),
        sa.Column("reported_at", UtcTime, nullable=False),
        sa.Column("reported_by", sa.Text(), nullable=False),
        sa.Column("owner_id", BigId, nullable=True),
        sa.Column("unit_id", BigId, nullable=True),
        sa.Column("diary_number", sa.Text(), nullable=False),
        sa.Column("somebody_waits", sa.Boolean(), nullable=False),
        sa.Column("ongoing_case", sa.Boolean(), nullable=False),
        sa.Column("child", sa.Boolean(), nullable=False),
        sa.Column("protected", sa.Boolean(), nullable=False),
        sa.Column("entered_afterwards", sa.Boolean(), nullable=False),
        sa.Column("short", sa.Boolean(), nullable=False),
        sa.Column("told_event", BigId, nullable=True),
        sa.Column("escalated_at", UtcTime, nullable=True),
        sa.Column("decided_at", UtcTime, nullable=True),
        sa.Column("closed_at", UtcTime, nullable=True),
        sa.Column("frozen_event", BigId, nullable=True),
        sa.Column("frozen_sha256", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["frozen_event"],
            ["event.id"],
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["app_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["routine_id"],
            ["routine_version.id"],
        ),
        sa.ForeignKeyConstraint(
            ["told_event"],
            ["event.id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["unit.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("incidents_by_miss", "incident", ["missed_at", "id"], unique=False)
    op.create_index(op.f("ix_incident_owner_id"), "incident", ["owner_id"], unique=False)
    op.create_index(op.f("ix_incident_routine_id"), "incident", ["routine_id"], unique=False)
    op.create_index(
        "open_incidents",
        "incident",
        ["id"],
        unique=False,
        sqlite_where=sa.text("status <> 'closed'"),
        postgresql_where=sa.text("status <> 'closed'"),
    )
    op.create_table(
        "matter",
        sa.Column("id", BigId, nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("routine_id", BigId, nullable=False),
        sa.Column("opened_at", UtcTime, nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("noticed_at", UtcTime, nullable=False),
        sa.Column("owner_id", BigId, nullable=True),
        sa.Column("unit_id", BigId, nullable=True),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("diary_number", sa.Text(), nullable=False),
        sa.Column("closed_at", UtcTime, nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["app_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["routine_id"],
            ["routine_version.id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["unit.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_matter_owner_id"), "matter", ["owner_id"], unique=False)
    op.create_index(op.f("ix_matter_routine_id"), "matter", ["routine_id"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("read_at", UtcTime, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["app_user.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("each_message_once", "message", ["user_id", "kind", "about", "key"], unique=True)
    op.create_index("messages_of_user", "message", ["user_id", "id"], unique=False)
    op.create_index(
        "unread_messages",
        "message",
        ["user_id"],
        unique=False,
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_table(
        "room_count",
        sa.Column("room_id", BigId, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("files", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["place.id"],
        ),
        sa.PrimaryKeyConstraint("room_id", "day"),
    )
    op.create_table(
        "routine_read",
        sa.Column("routine_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["routine_id"],
            ["routine_version.id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["app_user.id"],
        ),
        sa.PrimaryKeyConstraint("routine_id", "user_id"),
    )
    op.create_table(
        "routine_step",
        sa.Column("id", BigId, nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("opened_at", UtcTime, nullable=False),
        sa.Column("due_at", UtcTime, nullable=True),
        sa.Column("ended_at", UtcTime, nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("done_at", UtcTime, nullable=True),
        sa.Column("performed_by", sa.Text(), nullable=True),
        sa.Column("told_event", BigId, nullable=True),
        sa.ForeignKeyConstraint(
            ["told_event"],
            ["event.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("run", "step", "occurrence", name="one_step_per_occurrence"),
    )
    op.create_index(
        "open_steps",
        "routine_step",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "sample",
        sa.Column("id", BigId, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("drawn_by", sa.Text(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("place_id", BigId, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["place_id"],
            ["place.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_sample_place_id"), "sample", ["place_id"], unique=False)
    op.create_table(
        "unsealed",
        sa.Column("event_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
        ),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_table(
        "upload_chunk",
        sa.Column("upload_id", BigId, nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"],
            ["upload.id"],
        ),
        sa.PrimaryKeyConstraint("upload_id", "ordinal"),
    )
    op.create_table(
        "user_role",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["app_user.id"],
        ),
        sa.PrimaryKeyConstraint("user_id", "role"),
    )
    op.create_table(
        "user_session",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("auth_epoch", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("last_seen", UtcTime, nullable=False),
        sa.Column("expires_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["app_user.id"],
        ),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index(op.f("ix_user_session_user_id"), "user_session", ["user_id"], unique=False)
    op.create_table(
        "case_file",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("source_id", BigId, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("reference_key", Ordered, nullable=False),
        sa.Column("part", sa.BigInteger(), nullable=False),
        sa.Column("parts", sa.BigInteger(), nullable=False),
        sa.Column("kind_id", BigId, nullable=False),
        sa.Column("unit_id", BigId, nullable=True),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("place_id", BigId, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("placed_at", UtcTime, nullable=False),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("placed_how", sa.String(length=30), nullable=False),
        sa.Column("opened_on", sa.String(length=10), nullable=True),
        sa.Column("closed_on", sa.String(length=10), nullable=True),
        sa.Column("last_note_on", sa.String(length=10), nullable=True),
        sa.Column("placed_child", sa.Boolean(), nullable=False),
        sa.Column("adoption", sa.Boolean(), nullable=False),
        sa.Column("parenthood", sa.Boolean(), nullable=False),
        sa.Column("child_investigation", sa.Boolean(), nullable=False),
        sa.Column("custody_agreement", sa.Boolean(), nullable=False),
        sa.Column("partly", sa.Boolean(), nullable=False),
        sa.Column("kept", sa.String(length=30), nullable=True),
        sa.Column("protected", sa.Boolean(), nullable=False),
        sa.Column("corrected", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("registered_at", UtcTime, nullable=False),
        sa.Column("import_id", BigId, nullable=True),
        sa.Column("replaced_by_id", BigId, nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["import_run.id"],
        ),
        sa.ForeignKeyConstraint(
            ["kind_id"],
            ["file_kind.id"],
        ),
        sa.ForeignKeyConstraint(
            ["place_id"],
            ["place.id"],
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["source_system.id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["unit.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("files_by_reference", "case_file", ["reference_key"], unique=False)
    op.create_index("files_by_status", "case_file", ["status", "id"], unique=False)
    op.create_index("files_of_import", "case_file", ["import_id"], unique=False)
    op.create_index("files_on_place", "case_file", ["place_id", "position", "id"], unique=False)
    op.create_index("one_file_per_code", "case_file", ["code"], unique=True)
    op.create_index(
        "one_file_per_reference",
        "case_file",
        ["source_id", "reference", "part"],
        unique=True,
        sqlite_where=sa.text("status <> 'void'"),
        postgresql_where=sa.text("status <> 'void'"),
    )
    op.create_table(
        "delivery_sender",
        sa.Column("id", BigId, nullable=False),
        sa.Column("delivery_id", BigId, nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("place_id", BigId, nullable=False),
        sa.Column("unit_id", BigId, nullable=True),
        sa.Column("listed_at", UtcTime, nullable=True),
        sa.Column("listed_by", sa.Text(), nullable=True),
        sa.Column("driver", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("dispatched_at", UtcTime, nullable=True),
        sa.Column("dispatched_by", sa.Text(), nullable=True),
        sa.Column("crates", sa.BigInteger(), nullable=True),
        sa.Column("pieces", sa.BigInteger(), nullable=True),
        sa.Column("signed_at", UtcTime, nullable=True),
        sa.Column("signed_by", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["delivery.id"],
        ),
        sa.ForeignKeyConstraint(
            ["place_id"],
            ["place.id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["unit.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("delivery_id", "number", name="one_sender_per_number"),
    )
    op.create_index("senders_of_place", "delivery_sender", ["place_id", "id"], unique=False)
    op.create_index("senders_of_unit", "delivery_sender", ["unit_id", "id"], unique=False)
    op.create_table(
        "incident_reader",
        sa.Column("incident_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["app_user.id"],
        ),
        sa.PrimaryKeyConstraint("incident_id", "user_id"),
    )
    op.create_table(
        "mail",
        sa.Column("id", BigId, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("message_id", BigId, nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("next_try_at", UtcTime, nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("sent_at", UtcTime, nullable=True),
        sa.Column("given_up_at", UtcTime, nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["app_user.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index(op.f("ix_mail_message_id"), "mail", ["message_id"], unique=False)
    op.create_index(op.f("ix_mail_user_id"), "mail", ["user_id"], unique=False)
    op.create_index(
        "mail_to_send",
        "mail",
        ["next_try_at", "id"],
        unique=False,
        sqlite_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
    )
    op.create_table(
        "person",
        sa.Column("id", BigId, nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("given_name", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.String(length=10), nullable=True),
        sa.Column("protection", sa.String(length=30), nullable=False),
        sa.Column("protection_source", sa.Text(), nullable=False),
        sa.Column("protection_since", sa.Date(), nullable=True),
        sa.Column("corrected", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("registered_at", UtcTime, nullable=False),
        sa.Column("import_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["import_run.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_person_import_id"), "person", ["import_id"], unique=False)
    op.create_table(
        "swept_place",
        sa.Column("emptying_id", BigId, nullable=False),
        sa.Column("sweep", sa.BigInteger(), nullable=False),
        sa.Column("place_id", BigId, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("swept_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["emptying_id"],
            ["emptying.id"],
        ),
        sa.ForeignKeyConstraint(
            ["place_id"],
            ["place.id"],
        ),
        sa.PrimaryKeyConstraint("emptying_id", "sweep", "place_id"),
    )
    op.create_table(
        "announcement",
        sa.Column("id", BigId, nullable=False),
        sa.Column("unit_id", BigId, nullable=False),
        sa.Column("place_id", BigId, nullable=False),
        sa.Column("files", sa.BigInteger(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("announced_at", UtcTime, nullable=False),
        sa.Column("announced_by", sa.Text(), nullable=False),
        sa.Column("sender_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(
            ["place_id"],
            ["place.id"],
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"],
            ["delivery_sender.id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["unit.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("announcements_of_sender", "announcement", ["sender_id"], unique=False)
    op.create_index(
        "one_open_announcement_per_place",
        "announcement",
        ["unit_id", "place_id"],
        unique=True,
        sqlite_where=sa.text("open = 1"),
        postgresql_where=sa.text("open"),
    )
    op.create_table(
        "delivery_crate",
        sa.Column("id", BigId, nullable=False),
        sa.Column("delivery_id", BigId, nullable=False),
        sa.Column("sender_id", BigId, nullable=False),
        sa.Column("place_id", BigId, nullable=False),
        sa.Column("origin_id", BigId, nullable=True),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("taken_at", UtcTime, nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("seal", sa.Text(), nullable=True),
        sa.Column("sealed_at", UtcTime, nullable=True),
        sa.Column("sealed_by", sa.Text(), nullable=True),
        sa.Column("arrived_at", UtcTime, nullable=True),
        sa.Column("arrived_by", sa.Text(), nullable=True),
        sa.Column("seal_seen", sa.Text(), nullable=True),
        sa.Column("seal_whole", sa.Boolean(), nullable=True),
        sa.Column("emptied_at", UtcTime, nullable=True),
        sa.Column("emptied_by", sa.Text(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["delivery.id"],
        ),
        sa.ForeignKeyConstraint(
            ["origin_id"],
            ["place.id"],
        ),
        sa.ForeignKeyConstraint(
            ["place_id"],
            ["place.id"],
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"],
            ["delivery_sender.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sender_id", "number", name="one_crate_per_number"),
    )
    op.create_index("crates_of_delivery", "delivery_crate", ["delivery_id", "id"], unique=False)
    op.create_index("deliveries_of_crate", "delivery_crate", ["place_id", "id"], unique=False)
    op.create_index(
        "one_open_delivery_per_crate",
        "delivery_crate",
        ["place_id"],
        unique=True,
        sqlite_where=sa.text("open = 1"),
        postgresql_where=sa.text("open"),
    )
    op.create_table(
        "earlier_check",
        sa.Column("id", BigId, nullable=False),
        sa.Column("file_id", BigId, nullable=False),
        sa.Column("checked_on", sa.String(length=10), nullable=True),
        sa.Column("sign", sa.Text(), nullable=False),
        sa.Column("import_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["import_run.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_earlier_check_file_id"), "earlier_check", ["file_id"], unique=False)
    op.create_table(
        "file_person",
        sa.Column("file_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("file_id", "person_id"),
    )
    op.create_index("files_of_person", "file_person", ["person_id", "file_id"], unique=False)
    op.create_table(
        "import_row",
        sa.Column("id", BigId, nullable=False),
        sa.Column("run_id", BigId, nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("cells", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("reading", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("flags", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("problem", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("file_key", sa.Text(), nullable=True),
        sa.Column("part", sa.BigInteger(), nullable=False),
        sa.Column("covers", sa.BigInteger(), nullable=False),
        sa.Column("subject_number", sa.Text(), nullable=True),
        sa.Column("near", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("file_id", BigId, nullable=True),
        sa.Column("undo", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("answer", sa.String(length=30), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["import_run.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("rows_by_key", "import_row", ["file_key", "run_id", "part"], unique=False)
    op.create_index("rows_by_number", "import_row", ["subject_number", "run_id"], unique=False)
    op.create_index("rows_by_state", "import_row", ["run_id", "state", "row"], unique=False)
    op.create_index(
        "rows_not_registered",
        "import_row",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'rejected'"),
        postgresql_where=sa.text("state = 'rejected'"),
    )
    op.create_index("rows_of_file", "import_row", ["file_id"], unique=False)
    op.create_index("rows_of_run", "import_row", ["run_id", "row"], unique=True)
    op.create_table(
        "incident_file",
        sa.Column("id", BigId, nullable=False),
        sa.Column("incident_id", BigId, nullable=False),
        sa.Column("file_id", BigId, nullable=True),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("place_id", BigId, nullable=True),
        sa.Column("added_at", UtcTime, nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("told_event", BigId, nullable=True),
        sa.Column("outcome", sa.String(length=30), nullable=True),
        sa.Column("outcome_at", UtcTime, nullable=True),
        sa.Column("outcome_by", sa.Text(), nullable=True),
        sa.Column("outcome_event", BigId, nullable=True),
        sa.Column("found_at", UtcTime, nullable=True),
        sa.Column("found_by", sa.Text(), nullable=True),
        sa.Column("found_where", sa.String(length=30), nullable=True),
        sa.Column("found_place_id", BigId, nullable=True),
        sa.Column("found_in_id", BigId, nullable=True),
        sa.Column("found_state", sa.String(length=30), nullable=True),
        sa.Column("others_read", sa.String(length=30), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["found_in_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["found_place_id"],
            ["place.id"],
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.id"],
        ),
        sa.ForeignKeyConstraint(
            ["outcome_event"],
            ["event.id"],
        ),
        sa.ForeignKeyConstraint(
            ["place_id"],
            ["place.id"],
        ),
        sa.ForeignKeyConstraint(
            ["told_event"],
            ["event.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("files_of_incident", "incident_file", ["incident_id", "id"], unique=False)
    op.create_index("incidents_of_file", "incident_file", ["file_id"], unique=False)
    op.create_index(
        "one_open_incident_per_file",
        "incident_file",
        ["file_id"],
        unique=True,
        sqlite_where=sa.text("open = 1 AND file_id IS NOT NULL"),
        postgresql_where=sa.text("open AND file_id IS NOT NULL"),
    )
    op.create_table(
        "incident_search",
        sa.Column("id", BigId, nullable=False),
        sa.Column("incident_id", BigId, nullable=False),
        sa.Column("step_id", BigId, nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("place_id", BigId, nullable=True),
        sa.Column("cover_id", BigId, nullable=True),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("result", sa.String(length=30), nullable=False),
        sa.Column("scan_id", sa.Text(), nullable=True),
        sa.Column("told_event", BigId, nullable=True),
        sa.ForeignKeyConstraint(
            ["cover_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.id"],
        ),
        sa.ForeignKeyConstraint(
            ["place_id"],
            ["place.id"],
        ),
        sa.ForeignKeyConstraint(
            ["step_id"],
            ["routine_step.id"],
        ),
        sa.ForeignKeyConstraint(
            ["told_event"],
            ["event.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("searches_of_incident", "incident_search", ["incident_id", "at", "id"], unique=False)
    op.create_table(
        "label",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("file_id", BigId, nullable=True),
        sa.Column("place_id", BigId, nullable=True),
        sa.Column("printed_at", UtcTime, nullable=True),
        sa.Column("batch_id", BigId, nullable=True),
        sa.Column("voided_at", UtcTime, nullable=True),
        sa.Column("reason", sa.String(length=30), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["label_batch.id"],
        ),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["place_id"],
            ["place.id"],
        ),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index("labels_of_batch", "label", ["batch_id"], unique=False)
    op.create_index("labels_of_file", "label", ["file_id"], unique=False)
    op.create_index("labels_of_place", "label", ["place_id"], unique=False)
    op.create_table(
        "loan",
        sa.Column("id", BigId, nullable=False),
        sa.Column("file_id", BigId, nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("borrower", sa.Text(), nullable=False),
        sa.Column("borrower_unit", sa.Text(), nullable=False),
        sa.Column("borrower_id", BigId, nullable=True),
        sa.Column("purpose", sa.String(length=30), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("out_at", UtcTime, nullable=False),
        sa.Column("out_by", sa.Text(), nullable=False),
        sa.Column("returned_at", UtcTime, nullable=True),
        sa.Column("returned_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["borrower_id"],
            ["app_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["case_file.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_loan_borrower_id"), "loan", ["borrower_id"], unique=False)
    op.create_index("loans_by_due_day", "loan", ["open", "due_on", "id"], unique=False)
    op.create_index("loans_of_file", "loan", ["file_id"], unique=False)
    op.create_index(
        "one_open_loan_per_file",
        "loan",
        ["file_id"],
        unique=True,
        sqlite_where=sa.text("open = 1"),
        postgresql_where=sa.text("open"),
    )
    op.create_table(
        "name_token",
        sa.Column("token", Ordered, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("token", "person_id"),
    )
    op.create_index("tokens_of_person", "name_token", ["person_id", "token"], unique=False)
    op.create_table(
        "person_number",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("number", Ordered, nullable=False),
        sa.Column("short", Ordered, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("quality", sa.String(length=30), nullable=False),
        sa.Column("written", sa.Text(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("numbers_of_person", "person_number", ["person_id"], unique=False)
    op.create_index("numbers_whole", "person_number", ["number"], unique=False)
    op.create_index("numbers_without_century", "person_number", ["short"], unique=False)
    op.create_table(
        "sample_item",
        sa.Column("id", BigId, nullable=False),
        sa.Column("sample_id", BigId, nullable=False),
        sa.Column("direction", sa.String(length=30), nullable=False),
        sa.Column("place_id", BigId, nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=True),
        sa.Column("file_id", BigId, nullable=True),
        sa.Column("answer", sa.String(length=30), nullable=True),
        sa.Column("answered_at", UtcTime, nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["place_id"],
            ["place.id"],
        ),
        sa.ForeignKeyConstraint(
            ["sample_id"],
            ["sample.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("items_of_sample", "sample_item", ["sample_id", "direction", "id"], unique=False)
    op.create_index(op.f("ix_sample_item_file_id"), "sample_item", ["file_id"], unique=False)
    op.create_index(op.f("ix_sample_item_place_id"), "sample_item", ["place_id"], unique=False)
    op.create_table(
        "scan",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("happened_at", UtcTime, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("outcome", sa.String(length=30), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("file_id", BigId, nullable=True),
        sa.Column("place_id", BigId, nullable=True),
        sa.Column("incident_id", BigId, nullable=True),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.id"],
        ),
        sa.ForeignKeyConstraint(
            ["place_id"],
            ["place.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("scans_of_actor", "scan", ["actor", "at"], unique=False)
    op.create_index(
        "scans_of_unknown_codes",
        "scan",
        ["at"],
        unique=False,
        sqlite_where=sa.text("outcome = 'unknown_code'"),
        postgresql_where=sa.text("outcome = 'unknown_code'"),
    )
    op.create_table(
        "sighting",
        sa.Column("id", BigId, nullable=False),
        sa.Column("file_id", BigId, nullable=False),
        sa.Column("place_id", BigId, nullable=True),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("happened_at", UtcTime, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("how", sa.String(length=30), nullable=False),
        sa.Column("scan_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["place_id"],
            ["place.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sightings_at_place", "sighting", ["place_id", "happened_at"], unique=False)
    op.create_index("sightings_of_file", "sighting", ["file_id", "happened_at"], unique=False)
    op.create_table(
        "delivery_line",
        sa.Column("id", BigId, nullable=False),
        sa.Column("delivery_id", BigId, nullable=False),
        sa.Column("sender_id", BigId, nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("file_id", BigId, nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("in_transit", sa.Boolean(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("place_id", BigId, nullable=True),
        sa.Column("planned_crate", sa.BigInteger(), nullable=True),
        sa.Column("left_out", sa.String(length=30), nullable=True),
        sa.Column("not_found_at", UtcTime, nullable=True),
        sa.Column("not_found_by", sa.Text(), nullable=True),
        sa.Column("packed_crate_id", BigId, nullable=True),
        sa.Column("packed_at", UtcTime, nullable=True),
        sa.Column("packed_by", sa.Text(), nullable=True),
        sa.Column("packed_how", sa.String(length=30), nullable=True),
        sa.Column("received_crate_id", BigId, nullable=True),
        sa.Column("received_at", UtcTime, nullable=True),
        sa.Column("received_by", sa.Text(), nullable=True),
        sa.Column("received_how", sa.String(length=30), nullable=True),
        sa.Column("turned_up_at", UtcTime, nullable=True),
        sa.Column("turned_up_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["delivery.id"],
        ),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["packed_crate_id"],
            ["delivery_crate.id"],
        ),
        sa.ForeignKeyConstraint(
            ["place_id"],
            ["place.id"],
        ),
        sa.ForeignKeyConstraint(
            ["received_crate_id"],
            ["delivery_crate.id"],
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"],
            ["delivery_sender.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sender_id", "row", name="one_line_per_row"),
    )
    op.create_index("lines_of_code", "delivery_line", ["code"], unique=False)
    op.create_index("lines_of_delivery", "delivery_line", ["delivery_id", "id"], unique=False)
    op.create_index("lines_of_file", "delivery_line", ["file_id", "id"], unique=False)
    op.create_index("lines_packed_in", "delivery_line", ["packed_crate_id"], unique=False)
    op.create_index("lines_received_in", "delivery_line", ["received_crate_id"], unique=False)
    op.create_index(
        "one_open_line_per_file",
        "delivery_line",
        ["file_id"],
        unique=True,
        sqlite_where=sa.text("open = 1"),
        postgresql_where=sa.text("open"),
    )
    op.create_index(
        "one_transit_line_per_file",
        "delivery_line",
        ["file_id"],
        unique=True,
        sqlite_where=sa.text("in_transit = 1"),
        postgresql_where=sa.text("in_transit"),
    )
    op.create_table(
        "gap",
        sa.Column("id", BigId, nullable=False),
        sa.Column("run_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("row_id", BigId, nullable=True),
        sa.Column("file_id", BigId, nullable=True),
        sa.Column("closed_on", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["row_id"],
            ["import_row.id"],
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["import_run.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("gaps_of_run", "gap", ["run_id", "kind", "closed_on", "id"], unique=False)
    op.create_index(op.f("ix_gap_row_id"), "gap", ["row_id"], unique=False)
    op.create_table(
        "task",
        sa.Column("id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("run_id", BigId, nullable=True),
        sa.Column("row_id", BigId, nullable=True),
        sa.Column("file_id", BigId, nullable=False),
        sa.Column("other_id", BigId, nullable=True),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("opened_at", UtcTime, nullable=False),
        sa.Column("settled_at", UtcTime, nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("answer", sa.String(length=30), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["other_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["row_id"],
            ["import_row.id"],
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["import_run.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_task_row_id"), "task", ["row_id"], unique=False)
    op.create_index(op.f("ix_task_run_id"), "task", ["run_id"], unique=False)
    op.create_index(
        "open_tasks",
        "task",
        ["kind", "id"],
        unique=False,
        sqlite_where=sa.text("open = 1"),
        postgresql_where=sa.text("open"),
    )
    op.create_index(
        "tasks_by_age",
        "task",
        ["id"],
        unique=False,
        sqlite_where=sa.text("open = 1"),
        postgresql_where=sa.text("open"),
    )
    op.create_index("tasks_of_file", "task", ["file_id"], unique=False)
    op.create_table(
        "wanted_sighting",
        sa.Column("id", BigId, nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("place_id", BigId, nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("happened_at", UtcTime, nullable=False),
        sa.Column("how", sa.String(length=30), nullable=False),
        sa.Column("scan_id", sa.Text(), nullable=True),
        sa.Column("answered_at", UtcTime, nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answer", sa.String(length=30), nullable=True),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["incident_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["place_id"],
            ["place.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sightings_of_wanted", "wanted_sighting", ["item_id", "id"], unique=False)
    op.create_index(
        "unanswered_sightings",
        "wanted_sighting",
        ["item_id", "id"],
        unique=False,
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_table(
        "cover_check",
        sa.Column("id", BigId, nullable=False),
        sa.Column("file_id", BigId, nullable=False),
        sa.Column("line_id", BigId, nullable=True),
        sa.Column("delivery_id", BigId, nullable=True),
        sa.Column("second_of", BigId, nullable=True),
        sa.Column("checklist", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("queued_at", UtcTime, nullable=False),
        sa.Column("opened_at", UtcTime, nullable=True),
        sa.Column("opened_by", sa.Text(), nullable=True),
        sa.Column("done_at", UtcTime, nullable=True),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.Column("seconds", sa.BigInteger(), nullable=True),
        sa.Column("hasty", sa.Boolean(), nullable=False),
        sa.Column("drawn", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["delivery.id"],
        ),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["line_id"],
            ["delivery_line.id"],
        ),
        sa.ForeignKeyConstraint(
            ["second_of"],
            ["cover_check.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("checks_by_person", "cover_check", ["done_by", "done_at"], unique=False)
    op.create_index("checks_by_time", "cover_check", ["done_at"], unique=False)
    op.create_index(
        "checks_not_drawn",
        "cover_check",
        ["id"],
        unique=False,
        sqlite_where=sa.text("drawn = 0 AND second_of IS NULL AND done_at IS NOT NULL"),
        postgresql_where=sa.text("NOT drawn AND second_of IS NULL AND done_at IS NOT NULL"),
    )
    op.create_index("checks_of_delivery", "cover_check", ["delivery_id", "id"], unique=False)
    op.create_index("checks_of_file", "cover_check", ["file_id", "id"], unique=False)
    op.create_index("checks_of_line", "cover_check", ["line_id"], unique=False)
    op.create_index(
        "one_check_per_line",
        "cover_check",
        ["line_id"],
        unique=True,
        sqlite_where=sa.text("second_of IS NULL AND status <> 'withdrawn'"),
        postgresql_where=sa.text("second_of IS NULL AND status <> 'withdrawn'"),
    )
    op.create_index(
        "one_open_check_per_file",
        "cover_check",
        ["file_id"],
        unique=True,
        sqlite_where=sa.text("open = 1 AND second_of IS NULL"),
        postgresql_where=sa.text("open AND second_of IS NULL"),
    )
    op.create_index(
        "one_second_check_per_first",
        "cover_check",
        ["second_of"],
        unique=True,
        sqlite_where=sa.text("status <> 'withdrawn'"),
        postgresql_where=sa.text("status <> 'withdrawn'"),
    )
    op.create_index(
        "open_checks",
        "cover_check",
        ["id"],
        unique=False,
        sqlite_where=sa.text("open = 1"),
        postgresql_where=sa.text("open"),
    )
    op.create_index(
        "open_checks_of_delivery",
        "cover_check",
        ["delivery_id", "id"],
        unique=False,
        sqlite_where=sa.text("open = 1"),
        postgresql_where=sa.text("open"),
    )
    op.create_table(
        "delivery_difference",
        sa.Column("id", BigId, nullable=False),
        sa.Column("delivery_id", BigId, nullable=False),
        sa.Column("sender_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("line_id", BigId, nullable=True),
        sa.Column("crate_id", BigId, nullable=True),
        sa.Column("other_crate_id", BigId, nullable=True),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("found_at", UtcTime, nullable=False),
        sa.Column("found_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("explained_at", UtcTime, nullable=True),
        sa.Column("explained_by", sa.Text(), nullable=True),
        sa.Column("incident_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(
            ["crate_id"],
            ["delivery_crate.id"],
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["delivery.id"],
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.id"],
        ),
        sa.ForeignKeyConstraint(
            ["line_id"],
            ["delivery_line.id"],
        ),
        sa.ForeignKeyConstraint(
            ["other_crate_id"],
            ["delivery_crate.id"],
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"],
            ["delivery_sender.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("crate_id", "kind", name="one_difference_of_a_kind_per_crate"),
        sa.UniqueConstraint("line_id", "kind", name="one_difference_of_a_kind_per_line"),
    )
    op.create_index("differences_of_delivery", "delivery_difference", ["delivery_id", "id"], unique=False)
    op.create_index(
        "open_differences",
        "delivery_difference",
        ["delivery_id"],
        unique=False,
        sqlite_where=sa.text("open = 1"),
        postgresql_where=sa.text("open"),
    )
    op.create_table(
        "cover_confirmation",
        sa.Column("id", BigId, nullable=False),
        sa.Column("check_id", BigId, nullable=False),
        sa.Column("what", sa.String(length=30), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=True),
        sa.Column("cleared", sa.Boolean(), nullable=False),
        sa.Column("scan_id", sa.Text(), nullable=True),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["check_id"],
            ["cover_check.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("confirmations_of_check", "cover_confirmation", ["check_id", "id"], unique=False)
    op.create_index(
        "one_confirmation_each",
        "cover_confirmation",
        ["check_id", "what", "by"],
        unique=True,
        sqlite_where=sa.text("undone = 0"),
        postgresql_where=sa.text("NOT undone"),
    )
    op.create_table(
        "finding",
        sa.Column("id", BigId, nullable=False),
        sa.Column("check_id", BigId, nullable=False),
        sa.Column("file_id", BigId, nullable=False),
        sa.Column("point", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("foreign_id", BigId, nullable=True),
        sa.Column("found_at", UtcTime, nullable=False),
        sa.Column("found_by", sa.Text(), nullable=False),
        sa.Column("scan_id", sa.Text(), nullable=True),
        sa.Column("whom", sa.Text(), nullable=False),
        sa.Column("whom_id", BigId, nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_at", UtcTime, nullable=True),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["check_id"],
            ["cover_check.id"],
        ),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["foreign_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["whom_id"],
            ["app_user.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "findings_handed_on",
        "finding",
        ["due_on", "id"],
        unique=False,
        sqlite_where=sa.text("open = 1 AND due_on IS NOT NULL"),
        postgresql_where=sa.text("open AND due_on IS NOT NULL"),
    )
    op.create_index("findings_of_check", "finding", ["check_id", "id"], unique=False)
    op.create_index("findings_of_file", "finding", ["file_id", "id"], unique=False)
    op.create_index("findings_of_foreign", "finding", ["foreign_id"], unique=False)
    op.create_index(op.f("ix_finding_whom_id"), "finding", ["whom_id"], unique=False)
    op.create_index(
        "open_findings",
        "finding",
        ["id"],
        unique=False,
        sqlite_where=sa.text("open = 1"),
        postgresql_where=sa.text("open"),
    )
    op.create_table(
        "assessment",
        sa.Column("id", BigId, nullable=False),
        sa.Column("finding_id", BigId, nullable=False),
        sa.Column("file_id", BigId, nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("owner_id", BigId, nullable=True),
        sa.Column("opened_at", UtcTime, nullable=False),
        sa.Column("due_at", UtcTime, nullable=False),
        sa.Column("since", UtcTime, nullable=True),
        sa.Column("loans", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("answer", sa.String(length=30), nullable=True),
        sa.Column("readers", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("incident_id", BigId, nullable=True),
        sa.Column("answered_at", UtcTime, nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["finding_id"],
            ["finding.id"],
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.id"],
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["app_user.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_assessment_file_id"), "assessment", ["file_id"], unique=False)
    op.create_index(op.f("ix_assessment_incident_id"), "assessment", ["incident_id"], unique=False)
    op.create_index(op.f("ix_assessment_owner_id"), "assessment", ["owner_id"], unique=False)
    op.create_index("one_assessment_per_finding", "assessment", ["finding_id"], unique=True)
    op.create_index(
        "open_assessments",
        "assessment",
        ["due_at", "id"],
        unique=False,
        sqlite_where=sa.text("open = 1"),
        postgresql_where=sa.text("open"),
    )
