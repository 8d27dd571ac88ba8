"""Say which register this is, and whether it is a demo."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the one row; a database of 0.1.0 is no demo, whatever it holds."""
    register = op.create_table(
        "register",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("id = 1", name="one_register"),
    )
    op.bulk_insert(register, [{"id": 1, "identity": str(uuid4()), "demo": False}])
