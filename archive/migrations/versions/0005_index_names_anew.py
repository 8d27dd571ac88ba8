"""Index names by the words they are found by now: also run together, and without the letters few keyboards have."""

import sqlalchemy as sa
from alembic import op

from archive.people import name_index

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_AT_ONCE = 1000
_PERSON = sa.table(
    "person", sa.column("id"), *(sa.column(name) for name in ("family_name", "given_name", "protection"))
)
_TOKEN = sa.table("name_token", sa.column("token"), sa.column("person_id"))
_WORD = sa.table("name_word", sa.column("word"))


def upgrade() -> None:
    """Make the index anew of the names; protected persons are not in it.

    By the rule of today, whatever that is: an index of another one would not be the register's.
    """
    connection = op.get_bind()
    connection.execute(sa.delete(_TOKEN))
    connection.execute(sa.delete(_WORD))
    named = sa.select(_PERSON.c.id, _PERSON.c.family_name, _PERSON.c.given_name)
    last = 0
    while persons := connection.execute(
        named.where(_PERSON.c.protection == "none", _PERSON.c.id > last)
        .order_by(_PERSON.c.id)
        .limit(_AT_ONCE)
    ).all():
        rows = [
            {"token": token, "person_id": person.id}
            for person in persons
            for token in name_index.tokens(person.family_name, person.given_name)
        ]
        if rows:
            connection.execute(sa.insert(_TOKEN), rows)
        last = persons[-1].id
    words = sa.select(_TOKEN.c.token).distinct()
    connection.execute(sa.insert(_WORD).from_select(["word"], words))


def downgrade() -> None:
    """Leave the index as it is: what is typed for an older one still begins its words."""
