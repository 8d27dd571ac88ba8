"""The checklist a cover check follows: the version pinned when it was queued, and how deep to leaf by it."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, func, or_, select

from archive.kernel.errors import Invalid
from archive.kernel.store import Work
from archive.models import (
    CaseFile,
    CoverCheck,
    CoverConfirmation,
    DeliveryLine,
    FilePerson,
    Finding,
    IncidentFile,
    Loan,
)
from archive.vocabulary import Confirmation, FindingKind, FindingState
from archive.vocabulary.wording import N_
from routines.checklist import Checklist, Depth, load, packaged, packaged_checklist

NAME = "cover_check"
# Points that commands mean, since a scanner cannot ask at which point something is wrong.
WHOLE_COVER, WHOLE_ENVELOPE, ANOTHER_FILE = "whole", "envelope_code", "nothing_inside"

_CHECK = CoverCheck.__table__  # type: ignore[attr-defined]
_SAID = CoverConfirmation.__table__  # type: ignore[attr-defined]
_FINDING = Finding.__table__  # type: ignore[attr-defined]
_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_LINE = DeliveryLine.__table__  # type: ignore[attr-defined]
_ITEM = IncidentFile.__table__  # type: ignore[attr-defined]
_ROLE = FilePerson.__table__  # type: ignore[attr-defined]
_LOAN = Loan.__table__  # type: ignore[attr-defined]

_OWN = _LINE.alias("own")
_MINE = _OWN.c.id == bindparam("line_id")
_FOREIGN_BEFORE = exists(
    select(_FINDING.c.id)
    .select_from(
        _FINDING.join(_CHECK, _CHECK.c.id == _FINDING.c.check_id).join(_LINE, _LINE.c.id == _CHECK.c.line_id)
    )
    .join(
        _OWN,
        or_(
            _OWN.c.sender_id == _LINE.c.sender_id,
            _OWN.c.received_crate_id == _LINE.c.received_crate_id,
        ),
    )
    .where(
        _MINE,
        _CHECK.c.file_id != bindparam("file_id"),
        _FINDING.c.kind.in_([kind for kind in FindingKind if kind.foreign]),
        _FINDING.c.status != FindingState.WITHDRAWN,
    )
)
_WANTED_FILE = _FILE.alias("wanted")
_MY_ROLE = _ROLE.alias("mine")
_STOOD_BESIDE = or_(
    _WANTED_FILE.c.place_id == bindparam("place_id"),
    _WANTED_FILE.c.place_id.in_(select(_OWN.c.place_id).where(_MINE)),
)
_TRAVELLED_ALONG = exists(
    select(_LINE.c.id)
    .join(_OWN, _OWN.c.delivery_id == _LINE.c.delivery_id)
    .where(_MINE, _LINE.c.file_id == _WANTED_FILE.c.id)
)
_OF_SAME_PERSON = exists(
    select(_ROLE.c.file_id)
    .join(_MY_ROLE, _MY_ROLE.c.person_id == _ROLE.c.person_id)
    .where(_ROLE.c.file_id == _WANTED_FILE.c.id, _MY_ROLE.c.file_id == bindparam("file_id"))
)
_WANTED_NEAR = exists(
    select(_ITEM.c.id)
    .join(_WANTED_FILE, _WANTED_FILE.c.id == _ITEM.c.file_id)
    .where(
        _ITEM.c.open,
        _ITEM.c.file_id != bindparam("file_id"),
        or_(_STOOD_BESIDE, _TRAVELLED_ALONG, _OF_SAME_PERSON),
    )
)
_LAST_LEAFED = (
    select(func.max(_SAID.c.at))
    .join(_CHECK, _CHECK.c.id == _SAID.c.check_id)
    .where(
        _CHECK.c.file_id == bindparam("file_id"),
        _SAID.c.what == Confirmation.CONTENTS,
        ~_SAID.c.undone,
    )
    .scalar_subquery()
)
_LENT_LATELY = exists(
    select(_LOAN.c.id).where(
        _LOAN.c.file_id == bindparam("file_id"),
        or_(_LAST_LEAFED.is_(None), _LOAN.c.out_at > _LAST_LEAFED),
    )
)
_MARKS: dict[str, ColumnElement[Any]] = {
    "foreign_before": _FOREIGN_BEFORE,
    "wanted_near": _WANTED_NEAR,
    "lent_lately": _LENT_LATELY,
}
_ASKED = select(*(known.label(name) for name, known in _MARKS.items()))


def in_force() -> str:
    """Return the checklist that checks queued now follow, as `cover_check.v1`."""
    return f"{NAME}.v{packaged_checklist(NAME).version}"


@lru_cache(maxsize=8)
def named(pinned: str) -> Checklist:
    """Return the checklist a check has pinned; raises KeyError for one that never shipped."""
    for one in packaged():
        if f"{one.name}.v{one.version}" == pinned:
            return load(one.text)
    raise KeyError(pinned)


def refuse_unknown(check: CoverCheck, point: str, kind: FindingKind) -> None:
    """Raise Invalid unless the checklist of a check has that point and can find that there."""
    known = named(check.checklist).point_of.get(point)
    if known is None or kind.value not in known.findings:
        raise Invalid(
            "point_unknown", N_("This cannot be found at that point. Look at the list again."), field="point"
        )


def depth(work: Work, check: CoverCheck, file: CaseFile) -> Depth:
    """Return how deep to leaf through the file of a check; nobody has counted its sheets."""
    return named(check.checklist).depth_for(marks=set(_marks(work, check, file)))


def _marks(work: Work, check: CoverCheck, file: CaseFile) -> Iterator[str]:
    if file.protected:
        yield "sealed"
    asked = {"line_id": check.line_id or 0, "file_id": file.id, "place_id": file.place_id}
    row = work.connection.execute(_ASKED, asked).one()
    yield from (name for name in _MARKS if getattr(row, name))
