"""Which register this is."""

from sqlalchemy import CheckConstraint
from sqlmodel import SQLModel

from archive.kernel.columns import flag, key, text


class Register(SQLModel, table=True):
    """The one row that tells this database from any other, and a demo from the real one."""

    __tablename__ = "register"
    __table_args__ = (CheckConstraint("id = 1", name="one_register"),)

    id: int = key()
    identity: str = text()
    demo: bool = flag()
