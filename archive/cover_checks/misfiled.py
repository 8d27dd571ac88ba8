"""A file, or papers of one, in another file's cover: this check is where a lost file is found again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from archive.codes import codes
from archive.cover_checks import assessments, checks, findings
from archive.cover_checks.findings import SeenWrong
from archive.files import files, sightings, wanted
from archive.history import history
from archive.kernel.errors import Conflict, Invalid
from archive.kernel.store import Work
from archive.models import CaseFile, CoverCheck, CoverConfirmation, Finding, Sighting
from archive.vocabulary import Confirmation, EventKind, Evidence, FindingKind, FindingState
from archive.vocabulary.wording import N_

_SIGHTING = Sighting.__table__  # type: ignore[attr-defined]
_CHECK = CoverCheck.__table__  # type: ignore[attr-defined]
_SAID = CoverConfirmation.__table__  # type: ignore[attr-defined]

_LAST_SEEN = select(func.max(_SIGHTING.c.happened_at)).where(
    _SIGHTING.c.file_id == bindparam("file_id"),
    _SIGHTING.c.place_id.is_not(None),
    _SIGHTING.c.happened_at < bindparam("before"),
)
_LAST_LEAFED = select(func.max(_SAID.c.at)).where(
    _SAID.c.check_id.in_(select(_CHECK.c.id).where(_CHECK.c.file_id == bindparam("file_id"))),
    _SAID.c.check_id != bindparam("check_id"),
    _SAID.c.what == Confirmation.CONTENTS,
    ~_SAID.c.undone,
)


@dataclass(frozen=True, slots=True)
class ForeignContent:
    """What lay in a cover: a whole file or loose papers of one, None while nobody can tell of which.

    `how` is a scan when its own label was read there, else a person knew it.
    """

    file: CaseFile | None
    whole: bool
    how: Evidence = Evidence.HAND
    note: str = ""
    scan_id: str | None = None
    happened_at: datetime | None = None


def by_label(work: Work, code: str) -> CaseFile:
    """Return the file a label found in a cover belongs to, the right one if it is void; raises NotFound."""
    file = files.by_code(work, codes.parse(code))
    return files.right_one(work, file) or file


def find(work: Work, check: CoverCheck, point: str, found: ForeignContent) -> Finding:
    """Record what lay in a cover and set that aside; tell the incident of a wanted one, open an assessment.

    Raises Conflict when the check does not wait, Invalid for the file the cover belongs to itself.
    """
    kind = FindingKind.FOREIGN_FILE if found.whole else FindingKind.LOOSE_PAPERS
    # Two files in each other's covers are found by two people at once.
    checks.hold_files(work, check.file_id, *([found.file.id] if found.file else []))
    check, holder = findings.checkable(work, check, kind, point)
    _refuse_own(holder, found.file)
    seen = SeenWrong(kind, point, found.note, found.scan_id, found.happened_at)
    finding = findings.note_down(work, check, holder, seen, found.file)
    sightings.record(
        work,
        holder,
        holder.place_id,
        how=found.how,
        happened_at=found.happened_at,
        scan_id=found.scan_id,
        told=True,
    )
    history.record(
        work,
        EventKind.FILE_HELD_FOREIGN,
        holder,
        subjects=[found.file.stream] if found.file else (),
        happened_at=found.happened_at,
        finding=finding.id,
        file=finding.foreign_id,
    )
    since = _surely_right(work, check, holder, found)
    if found.file is not None:
        _tell_of(work, holder, finding, found.file, found)
    checks.set_aside(work, check, finding)
    loans = assessments.loans_since(work, holder, since)
    if loans:
        assessments.open_for(work, finding, loans, since)
    return finding


def identify(work: Work, finding: Finding, file: CaseFile, *, how: Evidence = Evidence.HAND) -> None:
    """Say to which file papers belong that nobody knew at first; raises Conflict when it was said before."""
    checks.hold_files(work, finding.file_id, file.id)
    check = checks.held(work, finding.check_id)
    work.session.refresh(finding, with_for_update=True)
    holder = work.session.get_one(CaseFile, finding.file_id)
    checks.refuse_same_person(work, check)
    if not finding.kind.foreign or finding.foreign_id is not None or finding.status is FindingState.WITHDRAWN:
        raise Conflict("identified_already", N_("It has been said already which file this is about."))
    _refuse_own(holder, file)
    findings.require_cleared(work, holder)
    finding.foreign_id = file.id
    work.session.flush()
    history.record(
        work, EventKind.FINDING_IDENTIFIED, finding, subjects=[holder.stream, file.stream], file=file.id
    )
    whole = finding.kind is FindingKind.FOREIGN_FILE
    _tell_of(work, holder, finding, file, ForeignContent(file, whole, how))


def _refuse_own(holder: CaseFile, other: CaseFile | None) -> None:
    if other is not None and other.id == holder.id:
        raise Invalid(
            "own_papers",
            N_("This is the file the cover belongs to. Scan the label of the other one."),
            field="file",
        )


def _tell_of(work: Work, holder: CaseFile, finding: Finding, file: CaseFile, found: ForeignContent) -> None:
    """Write into the history of what lay there; papers are not the file, but who looks for it must hear."""
    moment = found.happened_at or work.now
    seen: dict[str, Any] = {"how": found.how, "happened_at": moment, "scan_id": found.scan_id}
    if found.whole:
        sightings.record(work, file, holder.place_id, told=True, **seen)
    else:
        wanted.notice(work, file.id, holder.place_id, **seen)
    history.record(
        work,
        EventKind.FILE_FOUND_IN_COVER,
        file,
        subjects=[holder.stream],
        happened_at=found.happened_at,
        finding=finding.id,
        file=holder.id,
    )


def _surely_right(work: Work, check: CoverCheck, holder: CaseFile, found: ForeignContent) -> datetime | None:
    """Return when the cover last surely held only its own: what was in it since then may have been read.

    That is when its content was last confirmed, or a file known by its own label was last seen elsewhere.
    """
    moments = [work.connection.execute(_LAST_LEAFED, {"file_id": holder.id, "check_id": check.id}).scalar()]
    if found.file is not None and found.whole and found.how is Evidence.SCAN:
        before = found.happened_at or work.now
        moments.append(
            work.connection.execute(_LAST_SEEN, {"file_id": found.file.id, "before": before}).scalar()
        )
    return max((moment for moment in moments if moment is not None), default=None)
