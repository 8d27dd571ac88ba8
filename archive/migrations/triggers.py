"""What the database itself refuses: history only grows and each event follows its head, on both engines."""

from sqlalchemy import Connection

_IN_USE = " OR ".join(
    f"EXISTS (SELECT 1 FROM {{schema}}{table})"  # noqa: S608 - our own names only
    for table in ("app_user", "place", "person", "case_file")
)

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
    # Whether real people work here is settled before the first of them and the first thing is in it.
    "register_stays": f"""
CREATE TRIGGER register_stays BEFORE UPDATE ON register BEGIN
  SELECT RAISE(ABORT, 'a register stays what it is') WHERE {_IN_USE.format(schema="")}
    OR NEW.id <> OLD.id OR NEW.identity <> OLD.identity;
END""",
    "register_kept": """
CREATE TRIGGER register_kept BEFORE DELETE ON register
BEGIN SELECT RAISE(ABORT, 'a register stays what it is'); END""",
    **{
        f"{table}_{verb.lower()}_refused": f"""
CREATE TRIGGER {table}_{verb.lower()}_refused BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, 'history only grows'); END"""
        for table in ("event", "event_subject", "event_private")
        for verb in ("UPDATE", "DELETE")
    },
}

# Every name with its schema, since these run as the owner: else a table or function of the caller's own,
# in a temporary schema, is taken for ours.
_HASH = """pg_catalog.sha256('\\x01'::pg_catalog.bytea || 'aktspar-event-v1'::pg_catalog.bytea
      || pg_catalog.int4send(pg_catalog.octet_length(NEW.stream))
      || pg_catalog.convert_to(NEW.stream, 'UTF8') || pg_catalog.int8send(NEW.seq)
      || pg_catalog.int4send(pg_catalog.octet_length(NEW.body))
      || pg_catalog.convert_to(NEW.body, 'UTF8') || NEW.prev)"""

POSTGRESQL_FUNCTIONS = {
    # Only our own constants are put in; the linter sees a statement made of strings.
    "event_follows": f"""
BEGIN
  PERFORM 1 FROM public.head WHERE stream = NEW.stream FOR UPDATE;
  IF NEW.seq <> coalesce((SELECT seq FROM public.head WHERE stream = NEW.stream), 0) + 1
    OR NEW.prev <> coalesce((SELECT hash FROM public.head WHERE stream = NEW.stream),
      pg_catalog.decode(pg_catalog.repeat('00', 32), 'hex'))
    OR NEW.hash <> {_HASH} THEN
    RAISE EXCEPTION 'an event must follow the head of its stream'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END""",  # noqa: S608
    "event_leads": """
BEGIN
  INSERT INTO public.head (stream, seq, hash) VALUES (NEW.stream, NEW.seq, NEW.hash)
    ON CONFLICT (stream) DO UPDATE SET seq = excluded.seq, hash = excluded.hash;
  INSERT INTO public.unsealed (event_id) VALUES (NEW.id);
  RETURN NULL;
END""",
    "head_forward": """
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.stream <> OLD.stream OR NEW.seq <> OLD.seq + 1)
    OR NOT EXISTS
      (SELECT 1 FROM public.event WHERE stream = NEW.stream AND seq = NEW.seq AND hash = NEW.hash) THEN
    RAISE EXCEPTION 'a head only moves forward, to an event that is there'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END""",
    "history_only_grows": """
BEGIN
  RAISE EXCEPTION 'history only grows' USING ERRCODE = 'integrity_constraint_violation';
END""",
    "register_stays": f"""
BEGIN
  IF TG_OP <> 'UPDATE' OR NEW.id <> OLD.id OR NEW.identity <> OLD.identity
    OR {_IN_USE.format(schema="public.")} THEN
    RAISE EXCEPTION 'a register stays what it is' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END""",
}

_GROWS = "FOR EACH STATEMENT EXECUTE FUNCTION public.history_only_grows()"

POSTGRESQL_TRIGGERS = {
    "event_follows": "BEFORE INSERT ON public.event FOR EACH ROW EXECUTE FUNCTION public.event_follows()",
    "event_leads": "AFTER INSERT ON public.event FOR EACH ROW EXECUTE FUNCTION public.event_leads()",
    "head_forward": (
        "BEFORE INSERT OR UPDATE ON public.head FOR EACH ROW EXECUTE FUNCTION public.head_forward()"
    ),
    "head_stays": f"BEFORE DELETE OR TRUNCATE ON public.head {_GROWS}",
    "register_stays": (
        "BEFORE UPDATE OR DELETE ON public.register FOR EACH ROW EXECUTE FUNCTION public.register_stays()"
    ),
    "register_kept": f"BEFORE TRUNCATE ON public.register {_GROWS}",
    **{
        f"{table}_{verb.lower()}_refused": f"BEFORE {verb} ON public.{table} {_GROWS}"
        for table in ("event", "event_subject", "event_private")
        for verb in ("UPDATE", "DELETE", "TRUNCATE")
    },
}

SEARCH_PATH = "pg_catalog, pg_temp"  # a temporary schema is searched first unless named, so it is named last

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
            f"CREATE OR REPLACE FUNCTION public.{name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
            f"SET search_path = {SEARCH_PATH} AS $body${body}$body$"
        )
        # Else whoever may make a table of their own hangs it on that and lets it run as the owner.
        connection.exec_driver_sql(f"REVOKE ALL ON FUNCTION public.{name}() FROM PUBLIC")
    for name, clause in POSTGRESQL_TRIGGERS.items():
        table = clause.split(" ON ")[1].split()[0]
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON {table}")
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {clause}")
        # ALWAYS: else session_replication_role = replica slips past them
        connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def grant(connection: Connection, role: str) -> None:
    """Give the application's role what it needs and no more: on history only INSERT and SELECT."""
    quote = connection.dialect.identifier_preparer.quote
    name, database = quote(role), quote(connection.engine.url.database or "")
    for statement in (
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
        *(f"REVOKE UPDATE, DELETE, TRUNCATE ON public.{table} FROM {name}" for table in APPEND_ONLY),
        f"REVOKE DELETE, TRUNCATE ON public.head FROM {name}",
        f"REVOKE INSERT, DELETE, TRUNCATE ON public.register FROM {name}",
        # We need no tables of our own that come and go; an intruder with our password could use them.
        f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC, {name}",
        f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {name}",
    ):
        connection.exec_driver_sql(statement)
