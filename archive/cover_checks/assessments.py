"""Assessments: who may have read papers that lay in another's cover while it was out; none of them vanishes.

The clock is 72 hours, as for telling IMY of a breach (GDPR art. 33.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, tuple_
from sqlmodel import col

from archive.accounts import display_names
from archive.history import history
from archive.kernel.errors import Invalid, NotFound
from archive.kernel.lifecycle import ASSESSMENT
from archive.kernel.store import Work
from archive.models import Assessment, CaseFile, Finding, Incident, Loan, User, UserRole
from archive.notifications import deadlines, inbox
from archive.vocabulary import (
    AssessmentAction,
    AssessmentAnswer,
    MessageKind,
    Permission,
    Role,
)
from archive.vocabulary.wording import N_

PAGE = 50
HOURS = timedelta(hours=72)
REMIND = timedelta(hours=24)  # before the time is up
TO_ANSWER = "answer"

_LOAN = Loan.__table__  # type: ignore[attr-defined]
_LOANS = (
    select(_LOAN.c.id, _LOAN.c.returned_at)
    .where(_LOAN.c.file_id == bindparam("file_id"))
    .order_by(_LOAN.c.id)
)


@dataclass(frozen=True, slots=True)
class AssessmentResult:
    """What an assessment came to: who may have read, what was decided, in which incident if in one."""

    answer: AssessmentAnswer
    readers: str
    decision: str
    incident_id: int | None = None


def loans_since(work: Work, file: CaseFile, since: datetime | None) -> list[int]:
    """Return the loans during which a cover was out after a moment, ever when None."""
    rows = work.connection.execute(_LOANS, {"file_id": file.id})
    return [row.id for row in rows if since is None or row.returned_at is None or row.returned_at > since]


def open_for(
    work: Work, finding: Finding, loans: Sequence[int], since: datetime | None, owner: User | None = None
) -> Assessment:
    """Open the assessment of a finding with the loans to judge; who found it owns it unless one is named."""
    owner_id = owner.id if owner else work.actor.user_id or _an_archivist(work)
    assessment = Assessment(
        finding_id=finding.id,
        file_id=finding.file_id,
        owner_id=owner_id,
        opened_at=work.now,
        due_at=work.now + HOURS,
        since=since,
        loans=list(loans),
    )
    history.advance(
        work,
        assessment,
        AssessmentAction.OPEN,
        subjects=[f"file:{finding.file_id}", *([f"file:{finding.foreign_id}"] if finding.foreign_id else [])],
        finding=finding.id,
        file=finding.file_id,
        loans=list(loans),
        since=history.stamp(since) if since else None,
        due=history.stamp(assessment.due_at),
        owner=owner_id,
    )
    _set_clock(work, assessment)
    return assessment


def _an_archivist(work: Work) -> int | None:
    """Return somebody who is here, for what nobody with a name has found."""
    statement = (
        select(col(User.id))
        .join(UserRole, col(UserRole.user_id) == User.id)
        .where(col(User.active), col(UserRole.role) == Role.ARCHIVIST)
        .order_by(col(User.id))
        .limit(1)
    )
    return work.connection.execute(statement).scalar()


def _set_clock(work: Work, assessment: Assessment) -> None:
    deadlines.put(
        work,
        assessment.stream,
        TO_ANSWER,
        title=N_("Judge who may have read papers that lay in another file's cover"),
        due_at=assessment.due_at,
        remind_at=assessment.due_at - REMIND,
        owner_id=assessment.owner_id,
        role=Role.ARCHIVIST,
        escalate_role=Role.MANAGER,
    )
    inbox.tell(
        work,
        MessageKind.ASSESSMENT_YOURS,
        assessment.stream,
        f"owner {assessment.owner_id or 0}",
        users=[assessment.owner_id],
        roles=[Role.DATA_PROTECTION_OFFICER],
        due=assessment.due_at,
    )


def pass_on(work: Work, assessment: Assessment, owner: User) -> None:
    """Give an assessment to another owner; its clock goes on as it went."""
    work.session.refresh(assessment, with_for_update=True)
    if not owner.active:
        raise Invalid("owner_gone", N_("This person no longer works here. Choose another."), field="owner")
    history.advance(
        work, assessment, AssessmentAction.PASS_ON, changes={"owner_id": owner.id}, owner=owner.id
    )
    _set_clock(work, assessment)


def answer(work: Work, assessment: Assessment, said: AssessmentResult) -> None:
    """Close an assessment; raises Invalid while it is not said who may have read and what was decided."""
    work.session.refresh(assessment, with_for_update=True)
    ASSESSMENT.step(assessment.status, AssessmentAction.ANSWER)
    for name, text in (("readers", said.readers), ("decision", said.decision)):
        if not text.strip():
            raise Invalid(
                "answer_incomplete",
                N_("Write who may have read the papers, and what was decided."),
                field=name,
            )
    if said.incident_id is not None and work.session.get(Incident, said.incident_id) is None:
        raise NotFound("no_such_incident", N_("There is no incident with this number."))
    if said.incident_id is None and said.answer is AssessmentAnswer.RISK:
        raise Invalid(
            "incident_missing",
            N_("Where somebody is at risk there must be an incident. Report it, and give its number."),
            field="incident",
        )
    history.advance(
        work,
        assessment,
        AssessmentAction.ANSWER,
        changes={
            "open": False,
            "answer": said.answer,
            "readers": said.readers.strip(),
            "decision": said.decision.strip(),
            "incident_id": said.incident_id,
            "answered_at": work.now,
            "answered_by": display_names.person(work.actor),
        },
        private={"readers": said.readers.strip(), "decision": said.decision.strip()},
        subjects=[f"file:{assessment.file_id}"],
        answer=said.answer.value,
        incident=said.incident_id,
    )
    deadlines.meet(work, assessment.stream, TO_ANSWER)


def get(work: Work, assessment_id: int) -> Assessment:
    """Return an assessment by id, to who may judge or owns it; raises NotFound."""
    assessment = work.session.get(Assessment, assessment_id)
    if assessment is None or not (_may_judge(work) or assessment.owner_id == work.actor.user_id):
        raise NotFound("no_such_assessment", N_("There is no such assessment."))
    return assessment


def of_findings(work: Work, finding_ids: Sequence[int]) -> dict[int, Assessment]:
    """Return the assessments that came of some findings."""
    statement = select(Assessment).where(col(Assessment.finding_id).in_(finding_ids))
    return {one.finding_id: one for one in work.session.scalars(statement)}


def _may_judge(work: Work) -> bool:
    may = work.actor.may
    return may(Permission.ASSESS) or (may(Permission.READ_LOOKS) and may(Permission.READ_NAMES))


def listed(
    work: Work,
    *,
    owner_id: int | None = None,
    answered: bool = False,
    after: tuple[datetime, int] | None = None,
    limit: int = PAGE,
) -> Sequence[Any]:
    """Return (Assessment, Finding) by when they are due: those not answered, or those answered."""
    if not _may_judge(work) and owner_id != work.actor.user_id:
        work.require(Permission.ASSESS)
    statement = (
        select(Assessment, Finding)
        .join(Finding, col(Finding.id) == Assessment.finding_id)
        .where(~col(Assessment.open) if answered else col(Assessment.open))
        .order_by(col(Assessment.due_at), col(Assessment.id))
        .limit(limit)
    )
    if owner_id is not None:
        statement = statement.where(col(Assessment.owner_id) == owner_id)
    if after is not None:
        statement = statement.where(tuple_(col(Assessment.due_at), col(Assessment.id)) > after)
    return work.session.execute(statement).all()
