"""Scans at a checking desk: a file's label opens its check, printed commands say what the person found."""

from collections.abc import Mapping

from sqlalchemy import bindparam, or_, select

from archive.accounts import display_names
from archive.cover_checks import checklists, checks, confirmations, findings, misfiled
from archive.cover_checks.findings import SeenWrong
from archive.cover_checks.misfiled import ForeignContent
from archive.files import files, sightings
from archive.kernel.errors import Conflict
from archive.kernel.store import Work
from archive.models import CaseFile, CoverCheck, CoverConfirmation, Finding, Scan
from archive.scanning import contract
from archive.scanning.contract import OutcomeRow, ScanContext, ScanResult, Signal
from archive.vocabulary import (
    CheckCommand,
    Confirmation,
    Evidence,
    FindingKind,
    FindingState,
    LabelState,
)
from archive.vocabulary import ScanOutcome as O
from archive.vocabulary.wording import N_
from labels import commands

CHECK, FOREIGN = "check", "foreign"
TASKS = frozenset({CHECK, FOREIGN})
_CONFIRMS: Mapping[CheckCommand, Confirmation] = {
    CheckCommand.COVER_RIGHT: Confirmation.COVER,
    CheckCommand.CONTENTS_RIGHT: Confirmation.CONTENTS,
    CheckCommand.SEAL_RIGHT: Confirmation.SEAL,
}
_CHECK = CoverCheck.__table__  # type: ignore[attr-defined]
_SAID = CoverConfirmation.__table__  # type: ignore[attr-defined]
_FINDING = Finding.__table__  # type: ignore[attr-defined]

# Of a file that is checked a second time by another, each person means the check they had in hand.
_OWN_CHECK = (
    select(CoverCheck)
    .where(
        _CHECK.c.file_id == bindparam("file_id"),
        or_(
            _CHECK.c.opened_by == bindparam("person"),
            _CHECK.c.id.in_(
                select(_SAID.c.check_id).where(_SAID.c.by == bindparam("person"), ~_SAID.c.undone)
            ),
        ),
    )
    .order_by(_CHECK.c.id.desc())
    .limit(1)
)
_LAST_SAID = (
    select(CoverConfirmation)
    .where(_SAID.c.check_id == bindparam("check_id"), _SAID.c.by == bindparam("person"), ~_SAID.c.undone)
    .order_by(_SAID.c.at.desc(), _SAID.c.id.desc())
    .limit(1)
)
_LAST_FOUND = (
    select(Finding)
    .where(
        _FINDING.c.check_id == bindparam("check_id"),
        _FINDING.c.found_by == bindparam("person"),
        _FINDING.c.status != FindingState.WITHDRAWN,
    )
    .order_by(_FINDING.c.found_at.desc(), _FINDING.c.id.desc())
    .limit(1)
)


@contract.task(CHECK, numbered=False, commands=True)
def _check(work: Work, _number: int, read: ScanContext) -> ScanResult | None:
    if told := _commanded(work, read):
        return told
    if read.file_id is None or read.state is LabelState.VOID:
        return None
    return _opened(work, read.file_id, read)


@contract.task(FOREIGN, numbered=False, commands=True)
def _foreign(work: Work, _number: int, read: ScanContext) -> ScanResult | None:
    """Answer for what lay in the cover of the context."""
    if told := _commanded(work, read):
        return told
    return _lay_there(work, _in_hand(work, read), read) if read.file_id is not None else None


def _in_hand(work: Work, read: ScanContext) -> CaseFile:
    """Return the file whose cover the person has open, by the code the page sends along."""
    if not read.context:
        raise Conflict("file_first", N_("Scan the file first, then say what you found."))
    return files.by_code(work, read.context)


def _opened(work: Work, file_id: int, read: ScanContext) -> ScanResult:
    file = files.get(work, file_id)
    incident_id = sightings.record(work, file, None, **read.seen)
    check = checks.begin(work, file)
    return ScanResult(O.CHECK_OPENED, file.id, None, incident_id, {"check": check.id})


def _commanded(work: Work, read: ScanContext) -> ScanResult | None:
    command = CheckCommand.read(commands.parse(read.text))
    return _obeyed(work, command, _in_hand(work, read), read) if command is not None else None


def _obeyed(work: Work, command: CheckCommand, file: CaseFile, read: ScanContext) -> ScanResult:
    if command is CheckCommand.UNDO:
        return ScanResult(O.CHECK_UNDONE, file.id, facts={"check": undo_last(work, file).id})
    if command in _CONFIRMS:
        return _confirmed(work, _CONFIRMS[command], file, read)
    check = checks.open_check(work, file)
    facts = {"check": check.id}
    if command is CheckCommand.WRONG:
        checks.refuse_unless_checkable(work, check)
        return ScanResult(O.CHECK_ASKED, file.id, facts=facts)
    point = checklists.WHOLE_ENVELOPE if file.protected else checklists.WHOLE_COVER
    seen = SeenWrong(FindingKind.DAMAGED, point, scan_id=read.scan_id, happened_at=read.happened_at)
    finding = findings.find(work, check, seen)
    return ScanResult(O.CHECK_FINDING, file.id, facts={**facts, "finding": finding.id})


def _confirmed(work: Work, what: Confirmation, file: CaseFile, read: ScanContext) -> ScanResult:
    try:
        check = checks.open_check(work, file)
        checks.confirm(work, check, what, scan_id=read.scan_id, happened_at=read.happened_at)
    except Conflict:
        if done := _done_already(work, file, what):
            return ScanResult(O.CHECK_DONE, file.id, facts={"check": done})
        raise
    outcome = O.CHECK_CONFIRMED if check.open else O.CHECK_DONE
    return ScanResult(outcome, file.id, facts={"check": check.id, "what": what.value})


def _done_already(work: Work, file: CaseFile, what: Confirmation) -> int | None:
    """Return the check this person has just ended by saying the same: a label is easily scanned twice."""
    check = _own_check(work, file)
    if check is None or check.open:
        return None
    said = confirmations.by_check(work, [check.id]).get(check.id, [])
    person = display_names.person(work.actor)
    return check.id if any((one.what, one.by) == (what, person) for one in said) else None


def _own_check(work: Work, file: CaseFile) -> CoverCheck | None:
    asked = {"file_id": file.id, "person": display_names.person(work.actor)}
    found: CoverCheck | None = work.session.execute(_OWN_CHECK, asked).scalar_one_or_none()
    return found


def _lay_there(work: Work, holder: CaseFile, read: ScanContext) -> ScanResult:
    file = files.get(work, read.file_id or 0)
    right = files.right_one(work, file) or file
    check = checks.open_check(work, holder)
    found = ForeignContent(right, True, Evidence.SCAN, scan_id=read.scan_id, happened_at=read.happened_at)
    finding = misfiled.find(work, check, checklists.ANOTHER_FILE, found)
    facts = {"check": check.id, "finding": finding.id, "holder": holder.id}
    return ScanResult(O.CHECK_SET_ASIDE, right.id, facts=facts)


def undo_last(work: Work, file: CaseFile) -> CoverCheck:
    """Take back the last thing this person said or found of a file; raises Conflict when there is none."""
    check = _own_check(work, file)
    if check is None:
        raise _nothing()
    check = checks.held(work, check.id)
    asked = {"check_id": check.id, "person": display_names.person(work.actor)}
    said = work.session.execute(_LAST_SAID, asked).scalar_one_or_none()
    found = work.session.execute(_LAST_FOUND, asked).scalar_one_or_none()
    if said is not None and (found is None or not check.open or said.at > found.found_at):
        _unsay(work, check, said)
    elif found is not None:
        findings.withdraw(work, found)
    else:
        raise _nothing()
    return check


def _take_back(work: Work, scan: Scan) -> None:
    facts = scan.facts or {}
    if "check" not in facts:
        raise contract.nothing_to_undo()
    check = checks.held(work, facts["check"])
    by_scan = _SAID.c.scan_id == scan.id
    said = work.session.execute(
        select(CoverConfirmation).where(_SAID.c.check_id == check.id, by_scan, ~_SAID.c.undone)
    ).scalar_one_or_none()
    if said is not None:
        _unsay(work, check, said)
    elif "finding" in facts:
        findings.withdraw(work, work.session.get_one(Finding, facts["finding"]))
    else:
        raise _nothing()


def _unsay(work: Work, check: CoverCheck, said: CoverConfirmation) -> None:
    if check.open:
        confirmations.unsay(work, check, said)
    else:
        checks.reopen(work, check, said)


def _nothing() -> Conflict:
    return Conflict(
        "nothing_to_take_back", N_("You have said nothing of this cover that could be taken back.")
    )


_TAKEN_BACK = N_("What you said last is taken back.")

contract.tell(
    OutcomeRow(
        O.CHECK_OPENED,
        Signal.INFO,
        N_("Check the cover: %(thing)s"),
        N_("Read the cover and leaf through the content, then confirm each."),
    ),
    OutcomeRow(
        O.CHECK_CONFIRMED,
        Signal.OK,
        N_("Confirmed: %(thing)s"),
        N_("It is noted. The check is not done yet."),
        take_back=_take_back,
        undone=_TAKEN_BACK,
    ),
    OutcomeRow(
        O.CHECK_DONE,
        Signal.OK,
        N_("Checked: %(thing)s"),
        N_("Everything is confirmed. Take the next file."),
        take_back=_take_back,
        undone=_TAKEN_BACK,
    ),
    OutcomeRow(
        O.CHECK_ASKED,
        Signal.WARNING,
        N_("What is wrong? %(thing)s"),
        N_("Choose on the screen what is wrong."),
    ),
    OutcomeRow(
        O.CHECK_FINDING,
        Signal.WARNING,
        N_("Damaged: %(thing)s"),
        N_("It is noted and stays listed until it is put right."),
        take_back=_take_back,
        undone=_TAKEN_BACK,
    ),
    OutcomeRow(
        O.CHECK_SET_ASIDE,
        Signal.REFUSED,
        N_("Lay in the wrong cover: %(thing)s"),
        N_("Set both covers aside until each holds only its own. The history of both says so."),
        take_back=_take_back,
        undone=_TAKEN_BACK,
    ),
    OutcomeRow(O.CHECK_UNDONE, Signal.INFO, N_("Taken back: %(thing)s"), _TAKEN_BACK),
)
