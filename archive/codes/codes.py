"""Codes: issue them, bind blank ones, print them again, know what a scanned one stands for."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select
from sqlmodel import col

from archive.history import history
from archive.kernel.errors import Conflict, Invalid, NotFound
from archive.kernel.store import Work
from archive.models import CaseFile, Event, Label, LabelBatch, Place
from archive.vocabulary import Custody, EventKind, LabelReason, LabelState, Permission
from archive.vocabulary.wording import N_
from labels import codes

LARGEST_BATCH = 5000
_LABEL = Label.__table__  # type: ignore[attr-defined]

Thing = CaseFile | Place
# Said by what is left out: asked for what is meant, SQLite goes through all files on place, not the shelf.
_NOT_STANDING = tuple(state for state in Custody if state is not Custody.ON_PLACE)


@dataclass(frozen=True, slots=True)
class Printed:
    """What one print-out holds: its batch and the codes in the order they were asked for."""

    batch: LabelBatch
    codes: list[str]


def new_codes(work: Work, count: int) -> list[str]:
    """Draw codes that no label has had."""
    fresh: list[str] = []
    while len(fresh) < count:
        drawn = list(dict.fromkeys(codes.make_many(min(count - len(fresh), 500))))
        taken = set(work.session.execute(select(col(Label.code)).where(col(Label.code).in_(drawn))).scalars())
        fresh += [code for code in drawn if code not in taken and code not in fresh]
    return fresh


def issue_many(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """Insert live labels; each row has a code and a file_id or place_id."""
    blank = {"file_id": None, "place_id": None, "state": LabelState.LIVE}
    work.insert(_LABEL, [{**blank, **row} for row in rows])


def find(work: Work, code: str, *, lock: bool = False) -> Label:
    """Return the label of a code, locked for a change if asked; raises NotFound."""
    label = work.session.get(Label, code, with_for_update=lock or None, populate_existing=lock)
    if label is None:
        raise NotFound("no_such_code", N_("No label with the code %(code)s is in the register."), code=code)
    return label


def bind(work: Work, code: str, thing: Thing) -> Label:
    """Bind a blank label to a file or place; the code it had before becomes void."""
    work.require(Permission.LABEL)
    label = find(work, code, lock=True)
    refuse_unless_blank(label)
    work.session.refresh(thing, with_for_update=True)
    old = find(work, thing.code, lock=True)
    _refuse_void(thing, old)
    _replace(work, [(thing, old, label)], LabelReason.BOUND)
    return label


def claim(work: Work, code: str, file_id: int) -> None:
    """Give a blank label to a file being registered with it; raises Conflict when it is not blank."""
    label = find(work, code, lock=True)
    refuse_unless_blank(label)
    label.state, label.file_id = LabelState.LIVE, file_id
    work.session.flush()


def refuse_unless_blank(label: Label) -> None:
    """Raise Conflict when a label already stands for something, or is void."""
    if label.state is not LabelState.BLANK:
        raise Conflict(
            "label_not_blank",
            N_("The label %(code)s is not blank: %(state)s. Take a blank one."),
            code=codes.grouped(label.code),
            state=label.state.label,
        )


def refuse_marker(label: Label) -> None:
    """Raise Conflict for the code of a shelf marker where the file itself has to be at hand."""
    if label.state is LabelState.MARKER:
        raise Conflict(
            "only_a_marker",
            N_("%(code)s is the marker of an empty place, not a file."),
            code=codes.grouped(label.code),
        )


def print_blanks(work: Work, count: int, stock: str) -> Printed:
    """Issue blank codes to stick first and bind later."""
    work.require(Permission.LABEL)
    if not 1 <= count <= LARGEST_BATCH:
        raise Invalid(
            "label_count",
            N_("Choose between 1 and %(most)s labels."),
            field="count",
            most=LARGEST_BATCH,
        )
    batch = _open_batch(work, stock, count, "blanks")
    fresh = new_codes(work, count)
    work.connection.execute(
        insert(Label).inline(),
        [
            {"code": code, "state": LabelState.BLANK, "printed_at": work.now, "batch_id": batch.id}
            for code in fresh
        ],
    )
    return Printed(batch, fresh)


def print_labels(
    work: Work, things: Sequence[Thing], stock: str, reason: LabelReason | None = None
) -> Printed:
    """Print the labels of files or places, each once; one printed before needs a reason and gets a new code.

    The older code is void from then on: scanning it says so. Raises Invalid when the reason is missing.
    """
    work.require(Permission.LABEL)
    things = list({thing.id: thing for thing in things}.values())
    if not 1 <= len(things) <= LARGEST_BATCH:
        raise Invalid(
            "label_count", N_("Choose between 1 and %(most)s labels."), field="count", most=LARGEST_BATCH
        )
    _lock(work, things)
    printed = _labels_of(work, [thing.code for thing in things])
    again = [thing for thing in things if printed[thing.code].printed_at is not None]
    for thing in things:
        _refuse_void(thing, printed[thing.code])
    if again and reason is None:
        raise Invalid(
            "reprint_reason",
            N_("%(count)s of these have been printed before. Say why they are printed again."),
            field="reason",
            count=len(again),
        )
    batch = _open_batch(work, stock, len(things), "files" if isinstance(things[0], CaseFile) else "places")
    fresh = [Label(code=code, state=LabelState.BLANK) for code in new_codes(work, len(again))]
    work.session.add_all(fresh)
    renewed = [(thing, printed[thing.code], label) for thing, label in zip(again, fresh, strict=True)]
    printed |= {label.code: label for label in fresh}
    _replace(work, renewed, reason or LabelReason.DAMAGED)
    for thing in things:
        printed[thing.code].printed_at = work.now
        printed[thing.code].batch_id = batch.id
    work.session.flush()
    return Printed(batch, [thing.code for thing in things])


def _lock(work: Work, things: Sequence[Thing]) -> None:
    """Lock things about to get another code, in the order of ids, and read them anew."""
    if work.sqlite:
        return
    model: Any = type(things[0])
    ids = sorted(thing.id for thing in things)
    for start in range(0, len(ids), 500):
        rows = select(model).where(model.id.in_(ids[start : start + 500])).order_by(model.id)
        work.session.execute(rows.with_for_update(), execution_options={"populate_existing": True}).all()


def _refuse_void(thing: Thing, label: Label) -> None:
    if label.state is not LabelState.LIVE:
        raise Conflict(
            "void_needs_no_label",
            N_("%(code)s is void and gets no label. Print the label of the one that is right."),
            code=codes.grouped(thing.code),
        )


def unprinted(work: Work, place: Place, limit: int = LARGEST_BATCH) -> list[CaseFile]:
    """Return the unprotected files standing in a place and below whose label was never printed."""
    order = (col(Place.path), col(CaseFile.position), col(CaseFile.id))
    statement = _unprinted(select(CaseFile), place).order_by(*order).limit(limit)
    return list(work.session.execute(statement).scalars())


def count_unprinted(work: Work, place: Place) -> int:
    """Count what `unprinted` would return, up to LARGEST_BATCH."""
    found = _unprinted(select(col(CaseFile.id)), place).limit(LARGEST_BATCH).subquery()
    return int(work.session.execute(select(func.count()).select_from(found)).scalar_one())


def _unprinted(statement: Any, place: Place) -> Any:
    return (
        statement.join(Place, col(Place.id) == CaseFile.place_id)
        .join(Label, col(Label.code) == CaseFile.code)
        .where(
            col(Place.path) >= place.path,
            col(Place.path) < f"{place.path}/",
            col(Label.printed_at).is_(None),
            ~col(CaseFile.protected),
            col(CaseFile.status).not_in(_NOT_STANDING),
        )
    )


def batches(work: Work, limit: int = 20) -> list[LabelBatch]:
    """Return the latest print-outs, newest first."""
    return list(
        work.session.execute(select(LabelBatch).order_by(col(LabelBatch.id).desc()).limit(limit)).scalars()
    )


def contents(work: Work, batches: Sequence[LabelBatch]) -> dict[int, str]:
    """Return what was printed in each print-out: `blanks`, `files` or `places`, as its history says."""
    streams = [batch.stream for batch in batches]
    rows = work.session.execute(
        select(col(Event.stream), col(Event.body)).where(col(Event.stream).in_(streams))
    )
    said = {stream: json.loads(body)["facts"]["what"] for stream, body in rows}
    return {batch.id: said[batch.stream] for batch in batches}


def _labels_of(work: Work, wanted: Sequence[str]) -> dict[str, Label]:
    found: dict[str, Label] = {}
    for start in range(0, len(wanted), 500):
        rows = work.session.execute(
            select(Label).where(col(Label.code).in_(wanted[start : start + 500])).with_for_update()
        ).scalars()
        found.update({label.code: label for label in rows})
    return found


def _open_batch(work: Work, stock: str, count: int, what: str) -> LabelBatch:
    batch = LabelBatch(at=work.now, printed_by=work.actor.id, stock=stock, count=count)
    work.session.add(batch)
    work.session.flush()
    history.record(work, EventKind.LABELS_PRINTED, batch, count=count, stock=stock, what=what)
    return batch


def _replace(work: Work, renewed: Sequence[tuple[Thing, Label, Label]], reason: LabelReason) -> None:
    """Give each thing its new label in place of the old one."""
    entries = []
    for thing, old, label in renewed:
        retire(work, old, reason)
        _stick(label, thing)
        is_file = isinstance(thing, CaseFile)
        kind = EventKind.FILE_LABELLED if is_file else EventKind.PLACE_LABELLED
        facts = {"code": label.code, "old": old.code, "reason": reason.value}
        entries.append(history.Entry(thing.stream, kind, facts))
    work.session.flush()
    history.record_many(work, entries)


def _stick(label: Label, thing: CaseFile | Place) -> None:
    is_file = isinstance(thing, CaseFile)
    label.state = LabelState.LIVE
    label.file_id, label.place_id = (thing.id, None) if is_file else (None, thing.id)
    thing.code = label.code
    thing.version += 1


def retire(work: Work, label: Label, reason: LabelReason) -> None:
    """Make a code void: scanning it says so and names the one that holds."""
    label.state, label.voided_at, label.reason = LabelState.VOID, work.now, reason


def revive(label: Label) -> None:
    """Let a void code hold again, of a file that is brought back."""
    label.state, label.voided_at, label.reason = LabelState.LIVE, None, None


def issue_markers(work: Work, file_ids: Sequence[int]) -> dict[int, str]:
    """Give each file a code for the marker of its empty place; scanning that is no sighting of it."""
    made = dict(zip(file_ids, new_codes(work, len(file_ids)), strict=True))
    for file_id, code in made.items():
        work.session.add(Label(code=code, state=LabelState.MARKER, file_id=file_id, printed_at=work.now))
    work.session.flush()
    return made


def parse(text: str) -> str:
    """Return the code in a text; raises Invalid when there is none."""
    code = codes.parse(text)
    if code is None:
        raise Invalid(
            "not_a_code",
            N_("This is not one of our codes. A code has ten characters, such as A1B2C 3D4EK."),
            field="code",
        )
    return code
