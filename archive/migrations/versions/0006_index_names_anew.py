"""Index names also run together, and without the letters few keyboards have."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_AT_ONCE = 1000
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})
_OTHERWISE = str.maketrans(
    {"ı": "i", "ŧ": "t", "ħ": "h", "ŋ": "n", "ə": "e", "ɖ": "d", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y"}
    | {"ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ـ": ""}
)
_APOSTROPHES = "ʹʺʻʼʽʾʿˈ"
_PERSON = sa.table(
    "person", sa.column("id"), *(sa.column(name) for name in ("family_name", "given_name", "protection"))
)
_TOKEN = sa.table("name_token", sa.column("token"), sa.column("person_id"))
_WORD = sa.table("name_word", sa.column("word"))


def upgrade() -> None:
    """Make the index anew of the names; protected persons are not in it."""
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
            for token in dict.fromkeys(_tokens(person.family_name) + _tokens(person.given_name))
        ]
        if rows:
            connection.execute(sa.insert(_TOKEN), rows)
        last = persons[-1].id
    words = sa.select(_TOKEN.c.token).distinct()
    connection.execute(sa.insert(_WORD).from_select(["word"], words))


def _in_word(sign: str) -> bool:
    return (sign.isalnum() or unicodedata.category(sign)[0] == "M") and sign not in _APOSTROPHES


def _plain(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word.casefold().translate(_LETTERS))
    folded = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return "".join(sign for sign in folded.translate(_OTHERWISE) if _in_word(sign))


def _tokens(name: str) -> list[str]:
    """Return the words of a name, and two or three of them as one, with = behind."""
    parted = "".join(sign if _in_word(sign) else " " for sign in name).split()
    words = [plain for word in parted if (plain := _plain(word))]
    pairs = ["".join(words[at : at + 2]) + "=" for at in range(len(words) - 1)]
    threes = [words[at : at + 3] for at in range(len(words) - 2)]
    return words + pairs + ["".join(three) + "=" for three in threes if min(map(len, three[:2])) <= 3]


def downgrade() -> None:
    """Leave the index as it is: what is typed for an older one still begins its words."""
