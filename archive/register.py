"""Which register this is: the real one of a city, or a demo that says so itself."""

from sqlalchemy import select, update

from archive.kernel.errors import Conflict
from archive.kernel.store import Work
from archive.models import CaseFile, Person, Place, Register, User
from archive.vocabulary.wording import N_

_register = Register.__table__  # type: ignore[attr-defined]


def is_demo(work: Work) -> bool:
    """Tell whether everybody in it is invented; only then may anybody be let in without a password."""
    return bool(work.connection.execute(select(_register.c.demo)).scalar())


def is_unused(work: Work) -> bool:
    """Tell whether nobody and nothing is in it yet."""
    return not any(work.session.scalar(select(table).limit(1)) for table in (User, Place, Person, CaseFile))


def become_demo(work: Work) -> None:
    """Make an unused register a demo for good; raises Conflict where anybody or anything is in it."""
    if not is_unused(work):
        raise Conflict("not_empty", N_("There is something in this archive already."))
    work.connection.execute(update(_register).values(demo=True))
