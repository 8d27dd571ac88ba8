"""Choices of columns saved under a name, so that the same list is read the same way the next time."""

from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from archive.history import history
from archive.imports.lists.meaning.mapping import Mapping
from archive.kernel.errors import Conflict, Invalid, NotFound
from archive.kernel.store import Work
from archive.models import SavedMapping
from archive.vocabulary import EventKind, Permission
from archive.vocabulary.collation import swedish
from archive.vocabulary.wording import N_

LONGEST_NAME = 100


def saved(work: Work) -> Sequence[SavedMapping]:
    """Return every saved mapping, by name."""
    return sorted(work.session.scalars(select(SavedMapping)), key=lambda one: swedish(one.name))


def named(work: Work, name: str) -> Mapping:
    """Return a saved mapping; raises NotFound with the names there are."""
    found = _find(work, name)
    if found is None:
        raise NotFound(
            "no_such_mapping",
            N_("There is no mapping called “%(name)s”. There are: %(names)s."),
            name=name,
            names=", ".join(one.name for one in saved(work)) or "–",
        )
    return Mapping.from_dict(found.mapping)


def fitting(work: Work, columns: Sequence[str]) -> SavedMapping | None:
    """Return the saved mapping that names the most of a list's columns and none it lacks, if there is one."""
    best: tuple[int, SavedMapping] | None = None
    for one in saved(work):
        mapping = Mapping.from_dict(one.mapping)
        try:
            mapping.place(columns)
        except Invalid:
            continue
        left = len(mapping.dropped(columns))
        if best is None or left < best[0]:
            best = (left, one)
    return best[1] if best else None


def save(work: Work, name: str, mapping: Mapping) -> SavedMapping:
    """Save a mapping under a name, also over an earlier one; raises Conflict for a packaged one."""
    work.require(Permission.IMPORT)
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid(
            "mapping_name", N_("Give the mapping a name of at most 100 characters."), field="save_as"
        )
    found = _find(work, name)
    if found is not None and found.packaged:
        raise Conflict(
            "mapping_packaged",
            N_("“%(name)s” comes with the program and cannot be changed. Choose another name."),
            field="save_as",
            name=name,
        )
    form = replace(mapping, list_date=None)  # the date belongs to one list, not to the form of many
    return _put(work, found, name, form.as_dict(), packaged=False)


def package(work: Work, name: str, data: Dict[str, Any]) -> None:
    """Put a mapping that comes with the program in place, unless it stands there as it is."""
    found, wanted = _find(work, name), Mapping.from_dict(data).as_dict()
    if found is None or found.mapping != wanted or not found.packaged:
        _put(work, found, name, wanted, packaged=True)


def _find(work: Work, name: str) -> SavedMapping | None:
    return work.session.execute(
        select(SavedMapping).where(col(SavedMapping.name) == name)
    ).scalar_one_or_none()


def _put(
    work: Work, found: SavedMapping | None, name: str, data: dict[str, Any], *, packaged: bool
) -> SavedMapping:
    mapping = found or SavedMapping(name=name, mapping=data, saved_at=work.now, saved_by="", version=0)
    mapping.mapping, mapping.packaged, mapping.version = data, packaged, mapping.version + 1
    mapping.saved_at, mapping.saved_by = work.now, work.actor.id
    work.session.add(mapping)
    work.session.flush()
    history.record(work, EventKind.MAPPING_SAVED, mapping, private={"name": name}, version=mapping.version)
    return mapping
