"""Create the register."""

import sqlalchemy as sa
from alembic import op

from archive.columns import BigId, Ordered, UtcTime

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
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("auth_epoch", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("login"),
    )
    op.create_table(
        "event",
        sa.Column("id", BigId, nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("stream", Ordered, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("happened_at", UtcTime(), nullable=False),
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
        sa.Column("at", UtcTime(), nullable=False),
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
        sa.Column("closed_at", UtcTime(), nullable=True),
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
        "saved_mapping",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mapping", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("packaged", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("saved_at", UtcTime(), nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", BigId, nullable=False),
        sa.Column("login_hash", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
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
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "worker_beat",
        sa.Column("routine", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("routine"),
    )
    op.create_table(
        "api_token",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.Column("revoked_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["app_user.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index(op.f("ix_api_token_user_id"), "api_token", ["user_id"], unique=False)
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
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("finished_at", UtcTime(), nullable=True),
        sa.Column("heartbeat", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["upload_id"],
            ["upload.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
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
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("last_seen", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
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
        sa.Column("placed_at", UtcTime(), nullable=False),
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
        sa.Column("registered_at", UtcTime(), nullable=False),
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
        "person",
        sa.Column("id", BigId, nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("given_name", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.String(length=10), nullable=True),
        sa.Column("protection", sa.String(length=30), nullable=False),
        sa.Column("protection_source", sa.Text(), nullable=False),
        sa.Column("protection_since", sa.Date(), nullable=True),
        sa.Column("corrected", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("registered_at", UtcTime(), nullable=False),
        sa.Column("import_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["import_run.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_person_import_id"), "person", ["import_id"], unique=False)
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
        "label",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("file_id", BigId, nullable=True),
        sa.Column("place_id", BigId, nullable=True),
        sa.Column("printed_at", UtcTime(), nullable=True),
        sa.Column("batch_id", BigId, nullable=True),
        sa.Column("voided_at", UtcTime(), nullable=True),
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
        sa.Column("out_at", UtcTime(), nullable=False),
        sa.Column("out_by", sa.Text(), nullable=False),
        sa.Column("returned_at", UtcTime(), nullable=True),
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
    op.create_index("tokens_of_person", "name_token", ["person_id"], unique=False)
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
        "scan",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("happened_at", UtcTime(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("outcome", sa.String(length=30), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("file_id", BigId, nullable=True),
        sa.Column("place_id", BigId, nullable=True),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("undone", sa.Boolean(), nullable=False),
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
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("happened_at", UtcTime(), nullable=False),
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
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.Column("settled_at", UtcTime(), nullable=True),
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
