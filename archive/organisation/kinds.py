"""Which of the kinds of file that the law and the plan know a city has."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from archive.kernel.errors import Conflict, NotFound
from archive.kernel.store import Work
from archive.models import FileKind
from archive.organisation import naming
from archive.vocabulary import EventKind, Permission
from archive.vocabulary.wording import N_


def every(work: Work) -> Sequence[FileKind]:
    """Return every kind of file, also those not in use, by letter."""
    return work.session.scalars(select(FileKind).order_by(col(FileKind.letter))).all()


def get(work: Work, kind_id: int) -> FileKind:
    """Return a kind of file; raises NotFound."""
    found = work.session.get(FileKind, kind_id)
    if found is None:
        raise NotFound("no_such_kind", N_("There is no such kind of file."))
    return found


def set_in_use(work: Work, kind: FileKind, active: bool) -> None:
    """Offer a kind of file for new files, or no longer; raises Conflict for the last one."""
    work.require(Permission.SHAPE_ORGANISATION)
    if not active and not any(other.active for other in every(work) if other.id != kind.id):
        raise Conflict("last_kind", N_("At least one kind of file must be in use."))
    naming.change(work, EventKind.KIND_CHANGED, kind, active=active)


def package(work: Work, code: str, **values: Any) -> None:
    """Put a kind of file that comes with the program in place, as described now; checks no permission."""
    kind = work.session.scalar(select(FileKind).where(col(FileKind.code) == code))
    if kind is None:
        work.session.add(FileKind(code=code, **values))
        work.session.flush()
        return
    for name, wanted in values.items():
        if getattr(kind, name) != wanted:
            setattr(kind, name, wanted)
