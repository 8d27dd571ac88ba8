"""Give text that is compared its one form: a Mac had written å as a and a ring, and nothing found it."""

import re
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_AT_ONCE = 1000
_BLANKS = "\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_INVISIBLE = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
_DASHES = "\u2010-\u2015\u2212\ufe63\uff0d"
_ONCE = (("case_file", "reference"), ("unit", "name"), ("saved_mapping", "name"), ("app_user", "login"))
_NAMES = (("place", "name"), ("source_system", "name"), ("app_user", "name"), *_ONCE[1:])


def upgrade() -> None:
    """Compose references, names and what is made of them; no event and no date is touched."""
    connection = op.get_bind()
    for table, column in _NAMES:
        _change(connection, table, column, _one_form)
    for column in ("family_name", "given_name"):  # only composed, so that the words they are found by hold
        _change(connection, "person", column, _composed)
    _change(connection, "case_file", "reference", _one_form, "source_id", "part")
    _change(connection, "case_file", "reference_key", _key)
    _change(connection, "import_row", "file_key", _key)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _one_form(text: str) -> str:
    return _composed(re.sub(f"[{_INVISIBLE}]", "", re.sub(f"[{_BLANKS}]", " ", text))).strip()


def _key(text: str) -> str:
    return re.sub(f"[{_DASHES}]", "-", re.sub(r"\s+", "", _one_form(text)).upper())


def _odd(connection: sa.Connection, table: str, column: str, form: Any) -> list[dict[str, Any]]:
    """Return the rows whose text has another form, with that form."""
    rows = sa.table(table, sa.column("id"), sa.column(column))
    found = connection.execute(sa.select(rows.c.id, rows.c[column]).where(rows.c[column].is_not(None)))
    return [
        {"key": row_id, "text": form(text)}
        for row_id, text in found.yield_per(_AT_ONCE)
        if not text.isascii() and form(text) != text
    ]


def _change(connection: sa.Connection, table: str, column: str, form: Any, *within: str) -> None:
    """Give a column another form; where that may stand only once (`within` others), who has it keeps it.

    Two units or two files may differ by nothing else: that they are one is for people to say.
    """
    rows = sa.table(table, *map(sa.column, {"id", column, *within}))
    mine, theirs = rows.alias(), rows.alias()
    same = [mine.c[one] == theirs.c[one] for one in within]
    taken = sa.select(theirs.c.id).where(
        mine.c.id == sa.bindparam("key"), theirs.c[column] == sa.bindparam("text"), *same
    )
    once = (table, column) in _ONCE
    statement = sa.update(rows).where(rows.c.id == sa.bindparam("key")).values({column: sa.bindparam("text")})
    for odd in _odd(connection, table, column, form):
        if not (once and connection.execute(taken, odd).first()):
            connection.execute(statement, odd)


def downgrade() -> None:
    """Leave text composed: what it was made of tells nothing."""
