"""Count the statements a block runs, or let the n-th of them fail."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Engine, event


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Collect every statement run in the block, BEGIN and COMMIT left out."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


class Broken:
    """Say whether the failure was reached: the loop over n ends where it was not."""

    reached = False


@contextmanager
def failing(engine: Engine, number: int) -> Iterator[Broken]:
    """Let the n-th statement of the block fail as a broken disk would; the commit counts too."""
    broken = Broken()
    left = number
    commit = engine.dialect.do_commit
    kind = sqlite3.OperationalError if engine.dialect.name == "sqlite" else psycopg.OperationalError

    def fail(*_rest: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            broken.reached = True
            raise kind("broken on purpose")

    def fail_or_commit(connection: Any) -> None:
        fail()
        commit(connection)

    for name in ("do_execute", "do_executemany", "do_execute_no_params"):
        event.listen(engine, name, fail)
    engine.dialect.do_commit = fail_or_commit  # type: ignore[method-assign]
    try:
        yield broken
    finally:
        engine.dialect.do_commit = commit  # type: ignore[method-assign]
        for name in ("do_execute", "do_executemany", "do_execute_no_params"):
            event.remove(engine, name, fail)
