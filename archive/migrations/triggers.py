"""What the database itself refuses: history only grows and each event follows its head, on both engines."""

from sqlalchemy import Connection, text

SQLITE = {
    "event_follows": """
CREATE TRIGGER event_follows BEFORE INSERT ON event BEGIN
  SELECT RAISE(ABORT, 'an event with this number exists') WHERE EXISTS
    (SELECT 1 FROM event WHERE id = NEW.id);
  SELECT RAISE(ABORT, 'an event must follow the head of its stream') WHERE
    NEW.seq <> coalesce((SELECT seq FROM head WHERE stream = NEW.stream), 0) + 1
    OR NEW.prev <> coalesce((SELECT hash FROM head WHERE stream = NEW.stream), zeroblob(32));
END""",
    "event_leads": """
CREATE TRIGGER event_leads AFTER INSERT ON event BEGIN
  INSERT INTO head (stream, seq, hash) VALUES (NEW.stream, NEW.seq, NEW.hash)
    ON CONFLICT (stream) DO UPDATE SET seq = excluded.seq, hash = excluded.hash;
  INSERT INTO unsealed (event_id) VALUES (NEW.id);
END""",
    "head_forward": """
CREATE TRIGGER head_forward BEFORE UPDATE ON head BEGIN
  SELECT RAISE(ABORT, 'a head only moves forward, to an event that is there') WHERE NEW.stream <> OLD.stream
    OR NEW.seq <> OLD.seq + 1
    OR NOT EXISTS (SELECT 1 FROM event WHERE stream = NEW.stream AND seq = NEW.seq AND hash = NEW.hash);
END""",
    "head_begins": """
CREATE TRIGGER head_begins BEFORE INSERT ON head BEGIN
  SELECT RAISE(ABORT, 'a head begins with an event that is there') WHERE
    NOT EXISTS (SELECT 1 FROM event WHERE stream = NEW.stream AND seq = NEW.seq AND hash = NEW.hash);
END""",
    "head_stays": """
CREATE TRIGGER head_stays BEFORE DELETE ON head BEGIN SELECT RAISE(ABORT, 'history only grows'); END""",
    **{
        f"{table}_{verb.lower()}_refused": f"""
CREATE TRIGGER {table}_{verb.lower()}_refused BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, 'history only grows'); END"""
        for table in ("event", "event_subject", "event_private")
        for verb in ("UPDATE", "DELETE")
    },
}

_HASH = """sha256('\\x01'::bytea || 'aktspar-event-v1'::bytea || int4send(octet_length(NEW.stream))
      || convert_to(NEW.stream, 'UTF8') || int8send(NEW.seq) || int4send(octet_length(NEW.body))
      || convert_to(NEW.body, 'UTF8') || NEW.prev)"""

POSTGRESQL_FUNCTIONS = {
    # Only our own constant is put in; the linter sees a statement made of strings.
    "event_follows": f"""
BEGIN
  PERFORM 1 FROM head WHERE stream = NEW.stream FOR UPDATE;
  IF NEW.seq <> coalesce((SELECT seq FROM head WHERE stream = NEW.stream), 0) + 1
    OR NEW.prev <> coalesce(
      (SELECT hash FROM head WHERE stream = NEW.stream), decode(repeat('00', 32), 'hex'))
    OR NEW.hash <> {_HASH} THEN
    RAISE EXCEPTION 'an event must follow the head of its stream'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END""",  # noqa: S608
    "event_leads": """
BEGIN
  INSERT INTO head (stream, seq, hash) VALUES (NEW.stream, NEW.seq, NEW.hash)
    ON CONFLICT (stream) DO UPDATE SET seq = excluded.seq, hash = excluded.hash;
  INSERT INTO unsealed (event_id) VALUES (NEW.id);
  RETURN NULL;
END""",
    "head_forward": """
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.stream <> OLD.stream OR NEW.seq <> OLD.seq + 1)
    OR NOT EXISTS (SELECT 1 FROM event WHERE stream = NEW.stream AND seq = NEW.seq AND hash = NEW.hash) THEN
    RAISE EXCEPTION 'a head only moves forward, to an event that is there'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END""",
    "history_only_grows": """
BEGIN
  RAISE EXCEPTION 'history only grows' USING ERRCODE = 'integrity_constraint_violation';
END""",
}

POSTGRESQL_TRIGGERS = {
    "event_follows": "BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION event_follows()",
    "event_leads": "AFTER INSERT ON event FOR EACH ROW EXECUTE FUNCTION event_leads()",
    "head_forward": "BEFORE INSERT OR UPDATE ON head FOR EACH ROW EXECUTE FUNCTION head_forward()",
    "head_stays": (
        "BEFORE DELETE OR TRUNCATE ON head FOR EACH STATEMENT EXECUTE FUNCTION history_only_grows()"
    ),
    **{
        f"{table}_{verb.lower()}_refused": (
            f"BEFORE {verb} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION history_only_grows()"
        )
        for table in ("event", "event_subject", "event_private")
        for verb in ("UPDATE", "DELETE", "TRUNCATE")
    },
}

APPEND_ONLY = ("event", "event_subject", "event_private")


def apply_triggers(connection: Connection) -> None:
    """Drop and create every trigger of this list."""
    if connection.dialect.name == "sqlite":
        for name, body in SQLITE.items():
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
            connection.exec_driver_sql(body)
        return
    for name, body in POSTGRESQL_FUNCTIONS.items():
        connection.exec_driver_sql(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
            f"SET search_path FROM CURRENT AS $body${body}$body$"
        )
    for name, clause in POSTGRESQL_TRIGGERS.items():
        table = clause.split(" ON ")[1].split()[0]
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON {table}")
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {clause}")
        # ALWAYS: else session_replication_role = replica slips past them
        connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def grant(connection: Connection, role: str) -> None:
    """Give the application's role what it needs and no more: on history only INSERT and SELECT."""
    name = connection.dialect.identifier_preparer.quote(role)
    connection.execute(text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}"))
    connection.execute(text(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}"))
    for table in APPEND_ONLY:
        connection.execute(text(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {name}"))
    connection.execute(text(f"REVOKE DELETE, TRUNCATE ON head FROM {name}"))
