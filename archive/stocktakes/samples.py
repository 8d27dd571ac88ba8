"""Two-way samples: is what the register says on the shelf, and what is on the shelf as the register says?

Drawn with a seed that is printed on the sample: whoever knows it can draw the same again from the same
register. Files of protected persons are never in one: a row of it is a place.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlmodel import col

from archive.codes import codes
from archive.files import files, misses, sightings
from archive.files.misses import MissReport
from archive.history import history
from archive.kernel.errors import Conflict, Invalid, NotFound
from archive.kernel.store import Work
from archive.models import CaseFile, Place, Sample, SampleItem
from archive.places import places
from archive.rules.rates import Rate
from archive.vocabulary import (
    Custody,
    EventKind,
    Evidence,
    Occasion,
    Permission,
    SampleAnswer,
    SampleDirection,
)
from archive.vocabulary.wording import N_

LARGEST = 500
PAGE = 50
MOST = 5000  # samples in one file for the spreadsheet
# What counts as a misplacement, and what tells nothing because the file has moved or nothing stood there.
WRONG = frozenset({SampleAnswer.ELSEWHERE, SampleAnswer.MISSING, SampleAnswer.UNKNOWN})
COUNTED = WRONG | {SampleAnswer.RIGHT}

_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_PLACE = Place.__table__  # type: ignore[attr-defined]
_ITEM = SampleItem.__table__  # type: ignore[attr-defined]

_STANDING = (
    select(_FILE.c.id, _FILE.c.place_id)
    .join(_PLACE, _PLACE.c.id == _FILE.c.place_id)
    .where(
        _PLACE.c.path >= bindparam("path"),
        _PLACE.c.path < bindparam("end"),
        _FILE.c.status == Custody.ON_PLACE,
        ~_FILE.c.protected,
    )
    .order_by(_FILE.c.id)
)
_ANSWERS = (
    select(_ITEM.c.sample_id, _ITEM.c.direction, _ITEM.c.answer, func.count())
    .where(_ITEM.c.sample_id.in_(bindparam("samples", expanding=True)), _ITEM.c.answer.is_not(None))
    .group_by(_ITEM.c.sample_id, _ITEM.c.direction, _ITEM.c.answer)
)


def draw(work: Work, place: Place, *, to_shelf: int, to_register: int, seed: str = "") -> Sample:
    """Draw files to look for and spots to look up below a place; an auditor may bring the seed."""
    work.require(Permission.VERIFY)
    if not 1 <= to_shelf + to_register <= LARGEST or min(to_shelf, to_register) < 0:
        raise Invalid("sample_size", N_("Draw between 1 and %(most)s."), field="to_shelf", most=LARGEST)
    asked = {"path": place.path, "end": f"{place.path}/"}
    standing = [(row.id, row.place_id) for row in work.connection.execute(_STANDING, asked)]
    if not standing:
        raise Conflict("nothing_to_sample", N_("No file stands there. Choose another place."))
    seed = seed.strip() or secrets.token_hex(8)
    rows = _drawn(standing, Random(seed), to_shelf, to_register)  # noqa: S311 - to be drawn again by others
    sample = Sample(at=work.now, drawn_by=work.actor.id, seed=seed, place_id=place.id, size=len(rows))
    work.session.add(sample)
    work.session.flush()
    blank = dict.fromkeys(("answer", "answered_at", "answered_by"))
    numbers = work.reserve_ids(_ITEM, len(rows))
    work.insert(
        _ITEM,
        [
            {"id": number, "sample_id": sample.id, **row, **blank}
            for number, row in zip(numbers, rows, strict=True)
        ],
    )
    history.record(
        work,
        EventKind.SAMPLE_DRAWN,
        sample,
        seed=seed,
        place=place.id,
        to_shelf=min(to_shelf, len(standing)),
        to_register=min(to_register, len(standing)),
    )
    return sample


def _drawn(
    standing: Sequence[tuple[int, int]], chance: Random, to_shelf: int, to_register: int
) -> list[dict[str, Any]]:
    """Draw each file as likely as any other; of the shelves each spot where the register has a file."""
    rows: list[dict[str, Any]] = [
        {"direction": SampleDirection.TO_SHELF, "place_id": place_id, "ordinal": None, "file_id": file_id}
        for file_id, place_id in chance.sample(standing, min(to_shelf, len(standing)))
    ]
    seen: dict[int, int] = {}
    spots = []
    for _file_id, place_id in standing:
        seen[place_id] = seen.get(place_id, 0) + 1
        spots.append((place_id, seen[place_id]))
    for place_id, ordinal in chance.sample(spots, min(to_register, len(spots))):
        direction = SampleDirection.TO_REGISTER
        rows.append({"direction": direction, "place_id": place_id, "ordinal": ordinal, "file_id": None})
    return rows


def get(work: Work, sample_id: int) -> Sample:
    """Return a sample by id; raises NotFound."""
    sample = work.session.get(Sample, sample_id)
    if sample is None:
        raise NotFound("no_such_sample", N_("There is no such sample."))
    return sample


def item(work: Work, item_id: int) -> SampleItem:
    """Return one item of a sample by id; raises NotFound."""
    found = work.session.get(SampleItem, item_id)
    if found is None:
        raise NotFound("no_such_sample", N_("There is no such sample."))
    return found


def listed(work: Work, *, before: int | None = None, limit: int = PAGE) -> Sequence[Sample]:
    """Return the samples drawn, newest first; `before` is the id to go on from."""
    statement = select(Sample).order_by(col(Sample.id).desc()).limit(limit)
    if before is not None:
        statement = statement.where(col(Sample.id) < before)
    return work.session.execute(statement).scalars().all()


def items(work: Work, sample: Sample) -> Sequence[Any]:
    """Return (SampleItem, Place, CaseFile or None) as one walks by them; answered by scan or at the desk."""
    return work.session.execute(
        select(SampleItem, Place, CaseFile)
        .join(Place, col(Place.id) == SampleItem.place_id)
        .outerjoin(CaseFile, col(CaseFile.id) == SampleItem.file_id)
        .where(_ITEM.c.sample_id == sample.id)
        .order_by(_ITEM.c.direction.desc(), _PLACE.c.path, _ITEM.c.ordinal, _FILE.c.position, _ITEM.c.id)
    ).all()


def seen(work: Work, of: SampleItem, place: Place, *, how: Evidence = Evidence.HAND) -> SampleAnswer:
    """Record where a file that was to be looked for stood; it moves nothing, but is a sighting."""
    found = _to_answer(work, of, SampleDirection.TO_SHELF)
    file = files.get(work, found.file_id or 0)
    right = place.id == file.place_id and file.status is Custody.ON_PLACE
    sightings.record(work, file, place.id, how=how)
    return _answer(work, found, SampleAnswer.RIGHT if right else SampleAnswer.ELSEWHERE, file)


def found(work: Work, of: SampleItem, text: str, place: Place | None = None) -> SampleAnswer | None:
    """Record by its label that the file to be looked for stood at a place, by default where it should.

    Another file's label is a sighting of that one and answers nothing; a label without file raises Invalid.
    """
    item = _to_answer(work, of, SampleDirection.TO_SHELF)
    place = place or places.get(work, item.place_id)
    try:
        file = files.by_code(work, codes.parse(text))
    except NotFound:
        raise Invalid(
            "label_without_file", N_("No file has this label. Look at it again."), field="text"
        ) from None
    file = files.right_one(work, file) or file
    if file.id == item.file_id:
        return seen(work, item, place, how=Evidence.SCAN)
    sightings.record(work, file, place.id, how=Evidence.SCAN)
    return None


def not_seen(work: Work, of: SampleItem) -> SampleAnswer:
    """Record that a file is not at its place: unless moved or lent since, it is missed at once."""
    found = _to_answer(work, of, SampleDirection.TO_SHELF)
    file = files.get(work, found.file_id or 0)
    if file.place_id != found.place_id or file.status is not Custody.ON_PLACE:
        return _answer(work, found, SampleAnswer.MOVED, file)
    misses.report(work, MissReport((file.id,), occasion=Occasion.STOCKTAKE))
    return _answer(work, found, SampleAnswer.MISSING, file)


def read(work: Work, of: SampleItem, text: str, *, how: Evidence = Evidence.SCAN) -> SampleAnswer:
    """Look up in the register the file that stood at a spot, by its label; empty when none stood there."""
    found = _to_answer(work, of, SampleDirection.TO_REGISTER)
    if not text.strip():
        return _answer(work, found, SampleAnswer.NO_FILE, None)
    try:
        file = files.by_code(work, codes.parse(text))
    except NotFound:
        return _answer(work, found, SampleAnswer.UNKNOWN, None)
    file = files.right_one(work, file) or file
    sightings.record(work, file, found.place_id, how=how)
    right = file.place_id == found.place_id and file.status is Custody.ON_PLACE
    return _answer(work, found, SampleAnswer.RIGHT if right else SampleAnswer.ELSEWHERE, file)


def _to_answer(work: Work, of: SampleItem, direction: SampleDirection) -> SampleItem:
    """Lock an item of that direction which nobody has answered; the first look is what counts."""
    work.require(Permission.MOVE)
    work.session.refresh(of, with_for_update=True)
    if of.direction is not direction:
        raise Invalid("other_direction", N_("This row asks something else. Look at the sample again."))
    if of.answer is not None:
        raise Conflict("answered_already", N_("This row has been answered: the first look is what counts."))
    return of


def _answer(work: Work, of: SampleItem, said: SampleAnswer, file: CaseFile | None) -> SampleAnswer:
    of.answer, of.answered_at, of.answered_by = said, work.now, work.actor.id
    known = file if file is not None and not file.protected else None
    of.file_id = of.file_id or (known.id if known else None)
    work.session.flush()
    history.record(
        work,
        EventKind.SAMPLE_ANSWERED,
        f"sample:{of.sample_id}",
        subjects=[known.stream] if known else (),
        item=of.id,
        answer=said.value,
        file=of.file_id,
    )
    return said


@dataclass(frozen=True, slots=True)
class SampleFigures:
    """How much a sample found misplaced either way, of what it could tell; `open` rows are not answered."""

    to_shelf: Rate
    to_register: Rate
    open: int


def figures(work: Work, sample: Sample) -> SampleFigures:
    """Return what a sample came to, with the uncertainty of so many."""
    return figures_of(work, [sample])[sample.id]


def figures_of(work: Work, drawn: Sequence[Sample]) -> dict[int, SampleFigures]:
    """Return what samples came to, by id, in one statement."""
    answers: dict[int, dict[SampleDirection, dict[SampleAnswer, int]]] = {
        one.id: {direction: {} for direction in SampleDirection} for one in drawn
    }
    rows = work.connection.execute(_ANSWERS, {"samples": list(answers)}) if answers else ()
    for sample_id, direction, answer, count in rows:
        answers[sample_id][direction][answer] = count
    return {one.id: _figures(one, answers[one.id]) for one in drawn}


def _figures(sample: Sample, answers: dict[SampleDirection, dict[SampleAnswer, int]]) -> SampleFigures:
    answered = sum(sum(of.values()) for of in answers.values())
    shelf, register = _rate(answers[SampleDirection.TO_SHELF]), _rate(answers[SampleDirection.TO_REGISTER])
    return SampleFigures(shelf, register, sample.size - answered)


def _rate(answers: dict[SampleAnswer, int]) -> Rate:
    total = sum(count for answer, count in answers.items() if answer in COUNTED)
    return Rate(sum(count for answer, count in answers.items() if answer in WRONG), total)
