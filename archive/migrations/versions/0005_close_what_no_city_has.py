"""Let source systems and units be closed; close those of the invented city that nothing is of."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Until 0.1.1 every register was given them.
SOURCES = ("PROVA", "SOCIA", "AKTA", "LINJE")
UNITS = (
    "Ekonomiskt bistånd Norr",
    "Ekonomiskt bistånd Söder",
    "Ekonomiskt bistånd Innerstaden",
    "Barn och familj Norr",
    "Barn och familj Söder",
    "Barn och familj Innerstaden",
    "Placeringsenheten",
    "Familjehem och kontaktpersoner",
    "Vuxenenheten",
    "Beroendeenheten",
    "Socialpsykiatriska enheten",
    "LSS-enheten",
    "Familjerätten",
    "Budget- och skuldrådgivningen",
)
MAPPINGS = (
    *("Hamnfogdegatan 22", "Tegelbruksvägen 7", "Kvarnholmsgatan 14", "Ribbingsgatan 41", "Pildammsgränd 9"),
    "Centralarkivet",
)
USED = {
    "source_system": ("SELECT source_id FROM case_file",),
    "unit": tuple(
        f"SELECT unit_id FROM {table} WHERE unit_id IS NOT NULL"  # noqa: S608
        for table in ("case_file", "delivery_sender", "announcement", "incident", "matter")
    ),
}


def upgrade() -> None:
    """Add the column; close what is invented and not referred to, drop choices of columns of its lists."""
    for table in USED:
        # The default stays: to take it away SQLite would copy a table that others refer to.
        op.add_column(table, sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true()))
    connection = op.get_bind()
    if connection.scalar(sa.text("SELECT demo FROM register")):
        return
    for table, column, invented in (("source_system", "code", SOURCES), ("unit", "name", UNITS)):
        _run(
            f"UPDATE {table} SET active = false WHERE {column} IN :invented"  # noqa: S608
            + "".join(f" AND id NOT IN ({used})" for used in USED[table])
            + (" AND name NOT IN (SELECT unit FROM app_user)" if table == "unit" else ""),
            invented,
        )
    _run("DELETE FROM saved_mapping WHERE packaged AND name IN :invented", MAPPINGS)


def _run(statement: str, invented: tuple[str, ...]) -> None:
    words: sa.BindParameter[list[str]] = sa.bindparam("invented", list(invented), expanding=True)
    op.get_bind().execute(sa.text(statement).bindparams(words))
