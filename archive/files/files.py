"""Case files: register, correct, move, make void; what one looks like to the one who looks."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import bindparam, select
from sqlmodel import col

from archive.codes import codes
from archive.files import placing, stale, wanted
from archive.history import history
from archive.kernel.errors import Conflict, Invalid, NotFound
from archive.kernel.letters import DASHES, one_form
from archive.kernel.lifecycle import FILE, Lifecycle
from archive.kernel.partial_date import PartialDate
from archive.kernel.store import Work
from archive.models import CaseFile, FileKind, Person, Place
from archive.people import file_links, people
from archive.places import places, shelf_order
from archive.places.places import Spot
from archive.vocabulary import (
    Custody,
    EventKind,
    Evidence,
    FileAction,
    LabelReason,
    LabelState,
    OrderRule,
    Outcome,
    Permission,
    PersonRole,
)
from archive.vocabulary.wording import N_

_FILE = CaseFile.__table__  # type: ignore[attr-defined]

# What a person may correct by hand, and a list may bring anew.
CORRECTABLE = (
    "reference",
    "source_id",
    "part",
    "parts",
    "kind_id",
    "unit_id",
    "opened_on",
    "closed_on",
    "last_note_on",
    "placed_child",
    "adoption",
    "parenthood",
    "child_investigation",
    "custody_agreement",
    "partly",
    "kept",
)
MOST_PARTS = 99


@dataclass(frozen=True, slots=True)
class NewFile:
    """What is known of a case file about to be registered; `persons` are ids with their roles."""

    reference: str
    source_id: int
    kind_id: int
    place: Place
    persons: tuple[tuple[int, PersonRole], ...] = ()
    part: int = 1
    parts: int = 1
    unit_id: int | None = None
    opened_on: PartialDate | None = None
    closed_on: PartialDate | None = None
    last_note_on: PartialDate | None = None
    placed_child: bool = False
    adoption: bool = False
    parenthood: bool = False
    child_investigation: bool = False
    custody_agreement: bool = False
    partly: bool = False
    kept: Outcome | None = None
    position: int | None = None
    how: Evidence = Evidence.HAND
    import_id: int | None = None
    # Set by an import that knows it already; else asked of the persons.
    protected: bool | None = None
    birth_key: int = 0
    code: str = ""


@dataclass(slots=True)
class Held:
    """What the hot verbs need of a case file: a row, since a model costs more than the disk."""

    lifecycle: ClassVar[Lifecycle] = FILE
    __table__: ClassVar[Any] = _FILE

    id: int
    code: str
    status: Custody
    place_id: int
    position: int
    placed_at: datetime
    placed_by: str
    protected: bool
    version: int

    @property
    def stream(self) -> str:
        """Return the stream of the file's history."""
        return f"file:{self.id}"


_HELD = (
    _FILE.c.id,
    _FILE.c.code,
    _FILE.c.status,
    _FILE.c.place_id,
    _FILE.c.position,
    _FILE.c.placed_at,
    _FILE.c.placed_by,
    _FILE.c.protected,
    _FILE.c.version,
)
# The source is compared by the caller: SQLite would else go through all files of a source.
_WITH_REFERENCE = select(_FILE.c.id, _FILE.c.code, _FILE.c.source_id).where(
    _FILE.c.reference_key == bindparam("key"),
    _FILE.c.part == bindparam("part"),
    _FILE.c.status != Custody.VOID,
)
_HELD_BY_ID = select(*_HELD).where(_FILE.c.id == bindparam("file_id")).with_for_update()


def held(work: Work, file_id: int) -> Held:
    """Return a file for a hot verb, its row locked; raises NotFound."""
    row = work.connection.execute(_HELD_BY_ID, {"file_id": file_id}).one_or_none()
    if row is None:
        raise NotFound("no_such_file", NO_SUCH_FILE)
    return Held(*row)


NO_SUCH_FILE = N_("There is no such file in the register.")


def by_code(work: Work, code: str) -> CaseFile:
    """Return a file by any code it has or had; raises NotFound."""
    found = work.session.execute(select(CaseFile).where(col(CaseFile.code) == code)).scalar_one_or_none()
    if found is None:
        label = codes.find(work, code)
        if label.file_id is None:
            raise NotFound("not_a_file", N_("The code %(code)s does not belong to a file."), code=code)
        found = get(work, label.file_id)
    return found


def get(work: Work, file_id: int) -> CaseFile:
    """Return a file by id; raises NotFound."""
    found = work.session.get(CaseFile, file_id)
    if found is None:
        raise NotFound("no_such_file", NO_SUCH_FILE)
    return found


def register(work: Work, new: NewFile) -> CaseFile:
    """Register one file; raises Invalid or Conflict with the field that is wrong."""
    work.require(Permission.REGISTER)
    _refuse_taken(work, new.reference, new.source_id, new.part)
    place = places.keep_open(work, places.get(work, new.place.id))
    return register_many(work, [replace(new, place=place)])[0]


def register_many(work: Work, batch: Sequence[NewFile]) -> list[CaseFile]:
    """Register files in one batch, each with its code, its persons and its own event."""
    return _load(work, insert_many(work, batch))


def insert_many(work: Work, batch: Sequence[NewFile]) -> list[int]:
    """Do what `register_many` does and return only the ids: a model for each costs more than its row."""
    for new in batch:
        _refuse_wrong(new.reference, new.part, new.parts, new.opened_on, new.closed_on)
        places.refuse_closed(new.place)
        if new.code:
            codes.refuse_unless_blank(codes.find(work, new.code))
    births = _births(work, batch)
    history.begin_many(work, CaseFile, FileAction.REGISTER, births)
    made = [(birth.row["id"], birth.row["code"], new) for birth, new in zip(births, batch, strict=True)]
    codes.issue_many(
        work, [{"code": code, "file_id": file_id} for file_id, code, new in made if not new.code]
    )
    for file_id, code, new in made:
        if new.code:
            codes.claim(work, code, file_id)
    roles = [
        {"file_id": file_id, "person_id": person_id, "role": role}
        for file_id, _code, new in made
        for person_id, role in dict(new.persons).items()
    ]
    file_links.link_new(work, roles)
    # On PostgreSQL a person may have become protected since the import asked.
    sure = (True,) if not work.sqlite else (True, False)
    people.refresh_protected(work, [file_id for file_id, _code, new in made if new.protected not in sure])
    return [file_id for file_id, _code, _new in made]


def _births(work: Work, batch: Sequence[NewFile]) -> list[history.Birth]:
    fresh = iter(codes.new_codes(work, sum(not new.code for new in batch)))
    births = []
    for file_id, new in zip(work.reserve_ids(_FILE, len(batch)), batch, strict=True):
        row = _row(work, new, file_id, new.code or next(fresh))
        facts = {
            "code": row["code"],
            "place": new.place.id,
            "position": row["position"],
            "how": new.how.value,
            "part": new.part,
            "parts": new.parts,
            "source": new.source_id,
            "kind": new.kind_id,
            "run": new.import_id,
        }
        births.append(history.Birth(row, facts, {"reference": new.reference}))
    return births


def _load(work: Work, ids: Sequence[int]) -> list[CaseFile]:
    rows: dict[int, CaseFile] = {}
    for start in range(0, len(ids), 500):
        statement = select(CaseFile).where(col(CaseFile.id).in_(ids[start : start + 500]))
        rows.update({row.id: row for row in work.session.execute(statement).scalars() if row.id})
    return [rows[file_id] for file_id in ids]


def _row(work: Work, new: NewFile, file_id: int, code: str) -> dict[str, Any]:
    position = new.position
    if position is None and new.place.order_rule is OrderRule.BIRTH_DATE and not new.birth_key:
        position = shelf_order.birth_key_of_persons(work, [person_id for person_id, _role in new.persons])
    if position is None:
        position = shelf_order.position(work, new.place, new.birth_key, new.closed_on, new.reference)
    return {
        "id": file_id,
        "code": code,
        "reference_key": reference_key(new.reference),
        **placing.standing(work, new.place.id, position, new.how),
        "protected": bool(new.persons) if new.protected is None else new.protected,
        "corrected": [],
        "registered_at": work.now,
        "import_id": new.import_id,
        "replaced_by_id": None,
        "version": 1,
        **{name: getattr(new, name) for name in CORRECTABLE if name != "reference"},
        "reference": new.reference.strip(),
    }


def _refuse_wrong(
    reference: str, part: int, parts: int, opened: PartialDate | None, closed: PartialDate | None
) -> None:
    if not reference.strip():
        raise Invalid(
            "reference_missing", N_("Give the file its reference, as on the cover."), field="reference"
        )
    if not 1 <= part <= parts <= MOST_PARTS:
        raise Invalid(
            "parts_wrong",
            N_("Part %(part)s of %(parts)s is not possible. Look at the cover again."),
            field="part",
            part=part,
            parts=parts,
        )
    if opened and closed and closed.latest() < opened.earliest():
        raise Invalid(
            "closed_before_opened",
            N_("The file cannot be closed (%(closed)s) before it was opened (%(opened)s)."),
            field="closed_on",
            closed=str(closed),
            opened=str(opened),
        )


def _refuse_taken(work: Work, reference: str, source_id: int, part: int, but: int = 0) -> None:
    """Raise Conflict when another file has the same reference, part and source, however it is written."""
    rows = work.connection.execute(_WITH_REFERENCE, {"key": reference_key(reference), "part": part})
    taken = next((row.code for row in rows if row.source_id == source_id and row.id != but), None)
    if taken is not None:
        raise Conflict(
            "reference_taken",
            N_(
                "%(reference)s, part %(part)s, is registered already, with the code %(code)s. Open that file."
            ),
            field="reference",
            reference=reference.strip(),
            part=part,
            code=taken,
        )


def reference_key(reference: str) -> str:
    """Return a reference as it is compared and found: composed, upper case, no blanks, one dash."""
    return re.sub(r"\s+", "", one_form(reference)).upper().translate(DASHES)


def correct(work: Work, file: CaseFile, version: int, **values: Any) -> list[str]:
    """Correct fields of a file by hand; raises ChangedMeanwhile when another did so since `version`."""
    work.require(Permission.CORRECT)
    work.session.refresh(file, with_for_update=True)
    if file.version != version:
        raise stale.changed(work, file)
    return change(work, file, values, by_hand=True)


def change(
    work: Work, file: CaseFile, values: Mapping[str, Any], *, by_hand: bool, import_id: int | None = None
) -> list[str]:
    """Set fields and record old and new; an import skips what a person corrected; returns what changed."""
    unknown = values.keys() - set(CORRECTABLE)
    if unknown:
        raise TypeError(f"not correctable: {sorted(unknown)}")
    changed = {
        name: value
        for name, value in values.items()
        if value != getattr(file, name) and (by_hand or name not in file.corrected)
    }
    if not changed:
        return []
    merged = {name: changed.get(name, getattr(file, name)) for name in CORRECTABLE}
    _refuse_wrong(
        str(merged["reference"]), merged["part"], merged["parts"], merged["opened_on"], merged["closed_on"]
    )
    if changed.keys() & {"reference", "source_id", "part"} and file.status is not Custody.VOID:
        _refuse_taken(work, merged["reference"], merged["source_id"], merged["part"], file.id)
    old = {name: history.plain(getattr(file, name)) for name in changed}
    for name, value in changed.items():
        setattr(file, name, value)
    file.reference_key = reference_key(file.reference)
    if by_hand:
        file.corrected = sorted({*file.corrected, *changed})
    file.version += 1
    work.session.flush()
    history.record(
        work,
        EventKind.FILE_CORRECTED,
        file,
        private={"old": old, "new": {name: history.plain(value) for name, value in changed.items()}},
        fields=sorted(changed),
        run=import_id,
    )
    return sorted(changed)


def add_person(
    work: Work,
    file: CaseFile,
    person: Person,
    role: PersonRole,
    *,
    run: int | None = None,
    row: int | None = None,
) -> None:
    """Say that a file also concerns a person, or in another role; `run` and `row` are those of a list."""
    work.require(Permission.CORRECT)
    file_links.link(work, file, person, role, run=run, row=row)


def remove_person(work: Work, file: CaseFile, person: Person) -> None:
    """Say that a file does not concern a person; raises Conflict for the last one, and for a protected one.

    Taking off the one who is protected shows the file to everybody: `lifting.take_off` does that.
    """
    work.require(Permission.CORRECT)
    file_links.refuse_last(work, file)
    if person.protection.protected:
        raise Conflict(
            "person_protected",
            N_("Taking a protected person off a file lifts a protection: give the password and the grounds."),
            field=f"password-{person.id}",
        )
    file_links.unlink(work, file, person)


def move(
    work: Work,
    file: Held | CaseFile,
    place: Place | Spot,
    *,
    how: Evidence,
    happened_at: datetime | None = None,
    position: int | None = None,
    version: int | None = None,
    undo: bool = False,
) -> None:
    """Record that a file stands at a place now; raises ChangedMeanwhile for a `version` no longer true."""
    places.refuse_closed(place)
    if version is not None and file.version != version:
        raise stale.changed(work, file)
    placing.stand(
        work,
        file,
        place,
        FileAction.MOVE,
        how=how,
        happened_at=happened_at,
        position=position,
        subjects=[f"place:{file.place_id}"],
        facts={"origin": file.place_id, "how": how.value, "undo": undo},
    )


def void(work: Work, file: CaseFile, right: CaseFile, *, version: int | None = None) -> None:
    """Make a file registered by mistake void; it points to the right one, and its label is void too."""
    file_links.pass_mask_on(work, file, right)
    _lock(work, file, right)
    if version is not None and file.version != version:
        raise stale.changed(work, file)
    if right.id == file.id or right.status is Custody.VOID:
        raise Invalid("void_target", N_("Point to the file that is the right one."), field="right")
    _make_void(work, file, right.id, None)


def withdraw(work: Work, file: CaseFile, import_id: int) -> None:
    """Make a file void that a wrong import registered; nothing takes its place."""
    _make_void(work, file, None, import_id)


def _make_void(work: Work, file: CaseFile, right_id: int | None, import_id: int | None) -> None:
    FILE.step(file.status, FileAction.VOID)
    wanted.refuse(work, file.id)
    history.advance(
        work,
        file,
        FileAction.VOID,
        changes={"replaced_by_id": right_id},
        subjects=[f"file:{right_id}"] if right_id else (),
        file=right_id,
        run=import_id,
    )
    label = codes.find(work, file.code)
    if label.state is LabelState.LIVE:
        codes.retire(work, label, LabelReason.MERGED)
        work.session.flush()


def reinstate(work: Work, file: CaseFile, *, version: int | None = None) -> None:
    """Bring back a file that was made void by mistake, with its label; raises Conflict if it is taken."""
    _lock(work, file)
    if version is not None and file.version != version:
        raise stale.changed(work, file)
    FILE.step(file.status, FileAction.REINSTATE)
    _refuse_taken(work, file.reference, file.source_id, file.part, file.id)
    places.keep_open(work, places.get(work, file.place_id))
    history.advance(work, file, FileAction.REINSTATE, changes={"replaced_by_id": None})
    label = codes.find(work, file.code)
    codes.revive(label)
    work.session.flush()


def _lock(work: Work, *wanted: CaseFile) -> None:
    for file in sorted(wanted, key=lambda one: one.id):
        work.session.refresh(file, with_for_update=True)


def protected(work: Work, file_ids: Collection[int]) -> set[int]:
    """Return which of some files are masked."""
    masked = select(col(CaseFile.id)).where(
        col(CaseFile.id).in_(bindparam("ids", expanding=True)), col(CaseFile.protected)
    )
    return set(work.session.scalars(masked, {"ids": list(file_ids)}))


def right_one(work: Work, file: CaseFile) -> CaseFile | None:
    """Return the file that stands in for a void one, through as many void ones as lie between."""
    while file.status is Custody.VOID and file.replaced_by_id is not None:
        file = get(work, file.replaced_by_id)
    return None if file.status is Custody.VOID else file


def kinds(work: Work) -> Sequence[FileKind]:
    """Return the kinds of file in use, by letter."""
    statement = select(FileKind).where(col(FileKind.active)).order_by(col(FileKind.letter))
    return work.session.execute(statement).scalars().all()
