"""Know of each who was let into an incident whether it concerned somebody protected then."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the sign; who let themselves in, by reporting what was looked for already, is not let in any more.

    A reporter was let in only while the incident concerned nobody protected; whoever others let in since it
    is marked was let in knowing that. Of a file marked later it is not known: those are let in anew.
    """
    with op.batch_alter_table("incident_reader") as table:
        table.add_column(sa.Column("protected", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("incident_reader") as table:
        table.alter_column("protected", server_default=None)
    op.execute("DELETE FROM incident_reader WHERE \"by\" = 'user:' || user_id")
    op.execute(
        "UPDATE incident_reader SET protected = true"
        " WHERE incident_id IN (SELECT id FROM incident WHERE protected)"
    )
