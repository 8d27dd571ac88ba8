"""The systems and paper registers in which files have their numbers: added, renamed, closed, opened again."""

import re
from collections.abc import Sequence

from sqlalchemy import select

from archive.history import history
from archive.kernel.errors import Conflict, Invalid, NotFound
from archive.kernel.store import Work
from archive.models import SourceSystem
from archive.organisation import naming
from archive.vocabulary import EventKind, Permission
from archive.vocabulary.collation import swedish
from archive.vocabulary.wording import N_

_CODE = re.compile(r"[^\W_][\w.-]{0,19}")


def every(work: Work) -> Sequence[SourceSystem]:
    """Return every source system, also closed ones, by name."""
    return sorted(work.session.scalars(select(SourceSystem)), key=lambda source: swedish(source.name))


def in_use(work: Work, also: int | None = None) -> Sequence[SourceSystem]:
    """Return the source systems offered for files and lists, by name, and the one a file has `also`."""
    return [source for source in every(work) if source.active or source.id == also]


def get(work: Work, source_id: int) -> SourceSystem:
    """Return a source system; raises NotFound."""
    found = work.session.get(SourceSystem, source_id)
    if found is None:
        raise NotFound("no_such_source", N_("There is no such source system."))
    return found


def add(work: Work, code: str, name: str) -> SourceSystem:
    """Add a source system, which lists may name by code or name; raises Invalid or Conflict."""
    work.require(Permission.SHAPE_ORGANISATION)
    code, name = naming.one_line(code), naming.checked(name)
    if not _CODE.fullmatch(code):
        raise Invalid(
            "source_code",
            N_("Write a short code of at most 20 letters and digits, such as TREA."),
            field="code",
        )
    _refuse_taken(work, code, "code")
    _refuse_taken(work, name, "name")
    source = SourceSystem(code=code, name=name)
    work.session.add(source)
    work.session.flush()
    history.record(work, EventKind.SOURCE_ADDED, source, private={"name": name})
    return source


def change(work: Work, source: SourceSystem, *, name: str | None = None, active: bool | None = None) -> None:
    """Rename a source system, close it or open it again; its files keep it. Raises Invalid or Conflict."""
    work.require(Permission.SHAPE_ORGANISATION)
    if name is not None:
        name = naming.checked(name)
        _refuse_taken(work, name, "name", but=source.id)
    naming.change(work, EventKind.SOURCE_CHANGED, source, name=name, active=active)


def _refuse_taken(work: Work, word: str, field: str, but: int = 0) -> None:
    """Refuse a word by which a list could mean another system."""
    others = (source for source in every(work) if source.id != but)
    if any(naming.folded(word) in map(naming.folded, (other.code, other.name)) for other in others):
        raise Conflict(
            "source_taken",
            N_("Another source system is called “%(word)s”. Choose a word of its own."),
            field=field,
            word=word,
        )
