"""Findings: what a cover check found wrong, listed until it is corrected or somebody else has seen to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, select
from sqlmodel import col

from archive.accounts import display_names
from archive.cover_checks import checklists, checks
from archive.files import files, misses, sightings
from archive.files.misses import MissReport
from archive.history import history
from archive.kernel.clock import STOCKHOLM, local_date
from archive.kernel.errors import Conflict, Invalid, NotFound
from archive.kernel.store import Work
from archive.models import (
    Assessment,
    CaseFile,
    CoverCheck,
    DeliveryLine,
    Finding,
    User,
)
from archive.notifications import deadlines
from archive.people import people
from archive.rules.identity import Identity
from archive.vocabulary import (
    CheckState,
    FindingAction,
    FindingKind,
    FindingState,
    Missed,
    Occasion,
    Permission,
    Role,
)
from archive.vocabulary.wording import N_

PAGE = 50
TO_CORRECT = "correct"
FROM_COVER = "omslag"  # the source of a number read there
# Of a sealed envelope anybody who checks it sees no more than this.
OUTSIDE = frozenset({FindingKind.SEAL_BROKEN, FindingKind.DAMAGED})

_FINDING = Finding.__table__  # type: ignore[attr-defined]
_CHECK = CoverCheck.__table__  # type: ignore[attr-defined]
_FILE = CaseFile.__table__  # type: ignore[attr-defined]

_LINE = DeliveryLine.__table__  # type: ignore[attr-defined]

_OTHER = _FILE.alias("other")
_FOREIGN_PROTECTED = exists().where(_OTHER.c.id == _FINDING.c.foreign_id, _OTHER.c.protected)
_OF_CHECKS = (
    select(Finding)
    .where(_FINDING.c.check_id.in_(bindparam("checks", expanding=True)))
    .order_by(_FINDING.c.id)
)
_OF_SENDER = (
    select(Finding, _CHECK.c.line_id)
    .join(CoverCheck, _CHECK.c.id == _FINDING.c.check_id)
    .join(DeliveryLine, _LINE.c.id == _CHECK.c.line_id)
    .join(CaseFile, _FILE.c.id == _FINDING.c.file_id)
    .where(_LINE.c.sender_id == bindparam("sender"), _FINDING.c.status != FindingState.WITHDRAWN)
    .order_by(_FINDING.c.id)
)


@dataclass(frozen=True, slots=True)
class SeenWrong:
    """What was seen wrong: the kind, at which point of the checklist, in which words, by which scan."""

    kind: FindingKind
    point: str
    note: str = ""
    scan_id: str | None = None
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """What the register is to say instead, of the file as it was at `version` and of one of its persons."""

    version: int
    file: Mapping[str, Any] = field(default_factory=dict)
    person_id: int | None = None
    person: Mapping[str, Any] = field(default_factory=dict)
    number: Identity | None = None


def find(work: Work, check: CoverCheck, seen: SeenWrong) -> Finding:
    """Record what a check found wrong; content that is missing becomes an incident at once.

    Raises Invalid for papers of another: `misfiled.find` says whose.
    """
    if seen.kind.foreign:
        raise Invalid(
            "say_whose_papers",
            N_("Say which file the papers belong to, or that nobody can tell."),
            field="file",
        )
    check, file = checkable(work, check, seen.kind, seen.point)
    finding = note_down(work, check, file, seen)
    if seen.kind is FindingKind.CONTENTS_MISSING:
        missed = MissReport((file.id,), what=Missed.DOCUMENT, occasion=Occasion.COVER_CHECK)
        misses.report(work, replace(missed, circumstances=finding.note))
    return finding


def checkable(work: Work, check: CoverCheck, kind: FindingKind, point: str) -> tuple[CoverCheck, CaseFile]:
    """Return a check and its file, locked, if this person may find this there now; raises Conflict."""
    work.require(Permission.CHECK_COVERS)
    checklists.refuse_unknown(check, point, kind)
    check = checks.held(work, check.id)
    if kind.foreign and check.status is CheckState.SET_ASIDE:  # papers of yet another
        file = work.session.get_one(CaseFile, check.file_id)
    else:
        file = checks.refuse_unless_checkable(work, check)
    checks.refuse_same_person(work, check)
    if kind not in OUTSIDE:
        require_cleared(work, file)
    if kind is FindingKind.SEAL_BROKEN and not file.protected:
        raise Invalid("no_seal", N_("This file lies in no sealed envelope: check its cover and content."))
    return check, file


def require_cleared(work: Work, file: CaseFile) -> None:
    """Raise NotPermitted for what lies in a sealed envelope this person may not open."""
    if file.protected:
        work.require(Permission.CHECK_SEALED)


def note_down(
    work: Work, check: CoverCheck, file: CaseFile, seen: SeenWrong, foreign: CaseFile | None = None
) -> Finding:
    """Write a finding, once everything has been asked that could speak against it."""
    finding = Finding(
        check_id=check.id,
        file_id=file.id,
        point=seen.point,
        kind=seen.kind,
        note=seen.note.strip(),
        foreign_id=foreign.id if foreign else None,
        found_at=seen.happened_at or work.now,
        found_by=display_names.person(work.actor),
        scan_id=seen.scan_id,
    )
    history.advance(
        work,
        finding,
        FindingAction.FIND,
        private={"note": finding.note},
        subjects=[file.stream, *([foreign.stream] if foreign else [])],
        happened_at=seen.happened_at,
        check=check.id,
        file=file.id,
        point=seen.point,
        finding=seen.kind.value,
        foreign=finding.foreign_id,
    )
    return finding


def register_wrong(work: Work, check: CoverCheck, seen: SeenWrong, correction: Correction) -> Finding:
    """Correct the register in place where the cover is right: very often it is.

    Raises Invalid when nothing would change, ChangedMeanwhile when the file has changed since it was shown.
    """
    check, file = checkable(work, check, FindingKind.REGISTER_WRONG, seen.point)
    if not _corrected(work, file, correction):
        raise Invalid(
            "nothing_corrected",
            N_("The register says this already. Write what the cover says."),
            field="point",
        )
    finding = note_down(work, check, file, seen)
    _advance(work, finding, FindingAction.CORRECT, note="")
    return finding


def _corrected(work: Work, file: CaseFile, correction: Correction) -> bool:
    changed = bool(files.correct(work, file, correction.version, **correction.file))
    if correction.person_id is None:
        return changed
    person = people.get(work, correction.person_id)
    if file.id not in people.files_of(work, person):
        raise NotFound("no_such_person", N_("There is no such person in the register."))
    before = people.version(work, person)
    if correction.person:
        people.correct(work, person, **correction.person)
    if correction.number is not None:
        people.add_number(work, person, correction.number, FROM_COVER)
    return changed or people.version(work, person) > before


def get(work: Work, finding_id: int) -> Finding:
    """Return a finding by id; raises NotFound."""
    finding = work.session.get(Finding, finding_id)
    if finding is None or not _visible(work, finding):
        raise NotFound("no_such_finding", N_("There is no such finding."))
    return finding


def _visible(work: Work, finding: Finding) -> bool:
    if work.actor.may(Permission.CHECK_SEALED):
        return True
    ids = {finding.file_id, finding.foreign_id} - {None}
    return not any(work.session.get_one(CaseFile, number).protected for number in ids)


def correct(work: Work, finding: Finding, *, note: str = "") -> None:
    """Record that a finding was put right; a cover set aside for it is taken up again."""
    finding = _held(work, finding)
    _advance(work, finding, FindingAction.CORRECT, note=note)
    deadlines.meet(work, finding.stream, TO_CORRECT)
    _take_up_when_clean(work, finding)


def hand_on(
    work: Work, finding: Finding, whom: str, due_on: date, *, user: User | None = None, note: str = ""
) -> None:
    """Hand a finding on to somebody, to be put right by a day; raises Invalid without a name or day ahead."""
    finding = _held(work, finding)
    if not whom.strip():
        raise Invalid("whom_missing", N_("Write to whom it is handed on."), field="whom")
    if due_on < local_date(work.now):
        raise Invalid("due_in_past", N_("The day has passed. Choose a later day."), field="due_on")
    changes = {"whom": whom.strip(), "whom_id": user.id if user else None, "due_on": due_on}
    history.advance(
        work,
        finding,
        FindingAction.HAND_ON,
        changes=changes,
        private={"whom": whom.strip(), "note": note.strip()},
        subjects=_subjects(finding),
        due_on=due_on.isoformat(),
        user=user.id if user else None,
    )
    deadlines.put(
        work,
        finding.stream,
        TO_CORRECT,
        title=N_("Put right what a cover check found"),
        due_at=_end_of(due_on),
        owner_id=user.id if user else None,
        role=Role.ARCHIVIST,
    )
    _take_up_when_clean(work, finding)


def withdraw(work: Work, finding: Finding) -> None:
    """Take back a finding made by mistake, as long as its check goes on and nothing hangs on it."""
    finding = _held(work, finding)
    if not work.session.get_one(CoverCheck, finding.check_id).open:
        raise Conflict("check_done", N_("The check is done. Open it again before you take anything back."))
    if finding.kind is FindingKind.REGISTER_WRONG:
        raise Conflict("register_corrected", N_("The register was corrected. Correct it again on its page."))
    if _assessed(work, finding):
        raise Conflict(
            "assessment_open",
            N_("Others may have read these papers: answer that before the finding is taken back."),
        )
    _advance(work, finding, FindingAction.WITHDRAW)
    deadlines.withdraw(work, finding.stream, TO_CORRECT)
    if finding.scan_id is not None and finding.foreign_id is not None:
        sightings.forget(work, finding.foreign_id, finding.scan_id)
    _take_up_when_clean(work, finding)


def _assessed(work: Work, finding: Finding) -> bool:
    statement = select(col(Assessment.id)).where(
        col(Assessment.finding_id) == finding.id, col(Assessment.open)
    )
    return work.connection.execute(statement).first() is not None


def _held(work: Work, finding: Finding) -> Finding:
    """Lock a finding; the check comes first, as it does when something is found."""
    work.require(Permission.CHECK_COVERS)
    checks.held(work, finding.check_id)
    work.session.refresh(finding, with_for_update=True)
    return finding


def _advance(work: Work, finding: Finding, action: FindingAction, *, note: str | None = None) -> None:
    done = action is FindingAction.CORRECT
    changes: dict[str, Any] = {"open": False}
    if done:
        changes |= {"done_at": work.now, "done_by": display_names.person(work.actor)}
    private = None if note is None else {"note": note.strip()}
    history.advance(work, finding, action, changes=changes, private=private, subjects=_subjects(finding))


def _subjects(finding: Finding) -> list[str]:
    ids = [finding.file_id, *([finding.foreign_id] if finding.foreign_id else [])]
    return [f"file:{number}" for number in ids]


def _take_up_when_clean(work: Work, finding: Finding) -> None:
    """Take a cover up again that holds nothing of another any more."""
    check = work.session.get_one(CoverCheck, finding.check_id)
    if not finding.kind.foreign or check.status is not CheckState.SET_ASIDE:
        return
    statement = select(col(Finding.id)).where(
        col(Finding.check_id) == check.id,
        col(Finding.status) == FindingState.FOUND,
        col(Finding.kind).in_([kind for kind in FindingKind if kind.foreign]),
    )
    if work.connection.execute(statement).first() is None:
        checks.take_up(work, check)


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), STOCKHOLM).astimezone(UTC)


def of_checks(work: Work, check_ids: Sequence[int]) -> dict[int, list[Finding]]:
    """Return what each check found, oldest first, also what was taken back."""
    found: dict[int, list[Finding]] = {}
    if check_ids:
        for finding in work.session.execute(_OF_CHECKS, {"checks": list(check_ids)}).scalars():
            found.setdefault(finding.check_id, []).append(finding)
    return found


def of_sender(work: Work, sender_id: int) -> Sequence[Any]:
    """Return (Finding, line id) of all found in what one sender sent; of protected persons to few."""
    work.require(Permission.DELIVER)
    statement = _OF_SENDER.where(*_refused_to(work))
    return work.session.execute(statement, {"sender": sender_id}).all()


def _refused_to(work: Work) -> list[ColumnElement[bool]]:
    """Return the conditions that leave out what lay in or came from envelopes this person may not open."""
    return [] if work.actor.may(Permission.CHECK_SEALED) else [~_FILE.c.protected, ~_FOREIGN_PROTECTED]


def listed(
    work: Work,
    *,
    state: FindingState | None = None,
    kind: FindingKind | None = None,
    delivery_id: int | None = None,
    after: int = 0,
    limit: int = PAGE,
) -> Sequence[Any]:
    """Return (Finding, CaseFile) of what is not put right, oldest first; of protected persons to few."""
    work.require(Permission.CHECK_COVERS)
    statement = (
        select(Finding, CaseFile)
        .join(CaseFile, col(CaseFile.id) == Finding.file_id)
        .where(_FINDING.c.open, _FINDING.c.id > after, *_refused_to(work))
        .order_by(_FINDING.c.id)
        .limit(limit)
    )
    if state is not None:
        statement = statement.where(_FINDING.c.status == state)
    if kind is not None:
        statement = statement.where(_FINDING.c.kind == kind)
    if delivery_id is not None:
        of_delivery = select(_CHECK.c.id).where(_CHECK.c.delivery_id == delivery_id)
        statement = statement.where(_FINDING.c.check_id.in_(of_delivery))
    return work.session.execute(statement).all()
