"""What may be done in which state: tables to print, read by verbs, buttons, refusals and the help page."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from archive.kernel.errors import Conflict
from archive.vocabulary import (
    AssessmentAction,
    AssessmentState,
    CheckAction,
    CheckState,
    Custody,
    DeliveryAction,
    DeliveryState,
    EventKind,
    FileAction,
    FindingAction,
    FindingState,
    ImportAction,
    ImportState,
    IncidentAction,
    IncidentState,
    LoanAction,
    LoanState,
    MatterAction,
    MatterState,
    RoutineAction,
    RoutineState,
    SenderAction,
    SenderState,
    SweepAction,
    SweepState,
    Term,
)
from archive.vocabulary import Permission as P
from archive.vocabulary.wording import N_


@dataclass(frozen=True, slots=True)
class Rule:
    """Say what an action needs and what it writes; what only follows from something else is not offered."""

    permission: P
    event: EventKind
    offered: bool = True


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """Hold one noun's table: (state, action) → state; the state before birth is None."""

    noun: str
    table: Mapping[tuple[Term | None, Term], Term]
    rules: Mapping[Term, Rule]

    def step(self, state: Term | None, action: Term) -> Term:
        """Return the state an action leads to; raises Conflict when the table has no such edge."""
        target = self.table.get((state, action))
        if target is None:
            raise Conflict(
                f"{self.noun}_{action}_not_now",
                N_("This cannot be done now: the state is “%(state)s”. Possible now: %(possible)s."),
                state=state.label if state else "–",
                possible=", ".join(a.label for a in self.actions(state)) or "–",
            )
        return target

    def actions(self, state: Term | None, permissions: Collection[P] | None = None) -> list[Term]:
        """Return the actions offered in a state, only those one may take when permissions are given."""
        return [
            action
            for (source, action) in self.table
            if source is state
            and self.rules[action].offered
            and (permissions is None or self.rules[action].permission in permissions)
        ]


FILE = Lifecycle(
    "file",
    {
        (None, FileAction.REGISTER): Custody.ON_PLACE,
        (Custody.ON_PLACE, FileAction.MOVE): Custody.ON_PLACE,
        (Custody.ON_PLACE, FileAction.LEND): Custody.ON_LOAN,
        (Custody.ON_LOAN, FileAction.TAKE_BACK): Custody.ON_PLACE,
        (Custody.ON_PLACE, FileAction.VOID): Custody.VOID,
        (Custody.VOID, FileAction.REINSTATE): Custody.ON_PLACE,
        (Custody.ON_PLACE, FileAction.DECLARE_LOST): Custody.LOST,
        (Custody.ON_LOAN, FileAction.DECLARE_LOST): Custody.LOST,
        (Custody.LOST, FileAction.FIND): Custody.ON_PLACE,
        # Missed, it was found elsewhere than where it is recorded, or with whoever had borrowed it.
        (Custody.ON_PLACE, FileAction.FIND): Custody.ON_PLACE,
        (Custody.ON_LOAN, FileAction.FIND): Custody.ON_PLACE,
        (Custody.ON_PLACE, FileAction.UNFIND): Custody.ON_PLACE,
        (Custody.ON_PLACE, FileAction.UNFIND_LENT): Custody.ON_LOAN,
        # The decision that it is lost is taken back: it stands where it was recorded last.
        (Custody.LOST, FileAction.SEEK): Custody.ON_PLACE,
        (Custody.LOST, FileAction.SEEK_LENT): Custody.ON_LOAN,
        (Custody.ON_PLACE, FileAction.DISPATCH): Custody.IN_TRANSIT,
        (Custody.IN_TRANSIT, FileAction.ARRIVE): Custody.ON_PLACE,
        (Custody.IN_TRANSIT, FileAction.DECLARE_LOST): Custody.LOST,
        (Custody.ON_PLACE, FileAction.REHOME): Custody.ON_PLACE,
        (Custody.ON_LOAN, FileAction.REHOME): Custody.ON_LOAN,
    },
    {
        FileAction.REGISTER: Rule(P.REGISTER, EventKind.FILE_REGISTERED),
        FileAction.MOVE: Rule(P.MOVE, EventKind.FILE_MOVED),
        FileAction.LEND: Rule(P.LEND, EventKind.FILE_LENT),
        FileAction.TAKE_BACK: Rule(P.LEND, EventKind.FILE_TAKEN_BACK),
        FileAction.VOID: Rule(P.CORRECT, EventKind.FILE_VOIDED),
        FileAction.REINSTATE: Rule(P.CORRECT, EventKind.FILE_REINSTATED),
        FileAction.DECLARE_LOST: Rule(P.DECIDE_LOST, EventKind.FILE_DECLARED_LOST),
        FileAction.FIND: Rule(P.WORK_ON_INCIDENTS, EventKind.FILE_FOUND, offered=False),
        FileAction.SEEK: Rule(P.WORK_ON_INCIDENTS, EventKind.FILE_SOUGHT_AGAIN, offered=False),
        FileAction.SEEK_LENT: Rule(P.WORK_ON_INCIDENTS, EventKind.FILE_SOUGHT_AGAIN, offered=False),
        FileAction.UNFIND: Rule(P.WORK_ON_INCIDENTS, EventKind.FILE_FIND_TAKEN_BACK, offered=False),
        FileAction.UNFIND_LENT: Rule(P.WORK_ON_INCIDENTS, EventKind.FILE_FIND_TAKEN_BACK, offered=False),
        FileAction.DISPATCH: Rule(P.DELIVER, EventKind.FILE_DISPATCHED),
        FileAction.ARRIVE: Rule(P.MOVE, EventKind.FILE_ARRIVED),
        FileAction.REHOME: Rule(P.PLAN_DELIVERIES, EventKind.FILE_REHOMED),
    },
)

LOAN = Lifecycle(
    "loan",
    {
        (None, LoanAction.HAND_OUT): LoanState.OUT,
        (LoanState.OUT, LoanAction.GIVE_BACK): LoanState.RETURNED,
        (LoanState.OUT, LoanAction.LOSE): LoanState.LOST,
        (LoanState.LOST, LoanAction.SEEK): LoanState.OUT,
        (LoanState.OUT, LoanAction.FIND): LoanState.RETURNED,
        (LoanState.RETURNED, LoanAction.UNFIND): LoanState.OUT,
    },
    {
        LoanAction.HAND_OUT: Rule(P.LEND, EventKind.LOAN_HANDED_OUT),
        LoanAction.GIVE_BACK: Rule(P.LEND, EventKind.LOAN_GIVEN_BACK),
        LoanAction.LOSE: Rule(P.DECIDE_LOST, EventKind.LOAN_LOST),
        LoanAction.SEEK: Rule(P.WORK_ON_INCIDENTS, EventKind.LOAN_SOUGHT_AGAIN),
        LoanAction.FIND: Rule(P.WORK_ON_INCIDENTS, EventKind.LOAN_GIVEN_BACK, offered=False),
        LoanAction.UNFIND: Rule(P.WORK_ON_INCIDENTS, EventKind.LOAN_FIND_TAKEN_BACK, offered=False),
    },
)

CHECK = Lifecycle(
    "check",
    {
        (None, CheckAction.QUEUE): CheckState.WAITING,
        (CheckState.WAITING, CheckAction.PASS): CheckState.CHECKED,
        (CheckState.WAITING, CheckAction.PASS_WITH_FINDINGS): CheckState.WITH_FINDINGS,
        (CheckState.WAITING, CheckAction.SET_ASIDE): CheckState.SET_ASIDE,
        (CheckState.SET_ASIDE, CheckAction.TAKE_UP): CheckState.WAITING,
        (CheckState.CHECKED, CheckAction.REOPEN): CheckState.WAITING,
        (CheckState.WITH_FINDINGS, CheckAction.REOPEN): CheckState.WAITING,
        (CheckState.WAITING, CheckAction.WITHDRAW): CheckState.WITHDRAWN,
        (CheckState.SET_ASIDE, CheckAction.WITHDRAW): CheckState.WITHDRAWN,
    },
    {
        # Whoever receives a file or ends its life moves files; checking covers is a right of its own.
        CheckAction.QUEUE: Rule(P.MOVE, EventKind.CHECK_QUEUED),
        CheckAction.PASS: Rule(P.CHECK_COVERS, EventKind.CHECK_FINISHED),
        CheckAction.PASS_WITH_FINDINGS: Rule(P.CHECK_COVERS, EventKind.CHECK_FINISHED),
        CheckAction.SET_ASIDE: Rule(P.CHECK_COVERS, EventKind.CHECK_SET_ASIDE),
        CheckAction.TAKE_UP: Rule(P.CHECK_COVERS, EventKind.CHECK_TAKEN_UP),
        CheckAction.REOPEN: Rule(P.CHECK_COVERS, EventKind.CHECK_REOPENED),
        CheckAction.WITHDRAW: Rule(P.MOVE, EventKind.CHECK_WITHDRAWN),
    },
)

FINDING = Lifecycle(
    "finding",
    {
        (None, FindingAction.FIND): FindingState.FOUND,
        (FindingState.FOUND, FindingAction.CORRECT): FindingState.CORRECTED,
        (FindingState.FOUND, FindingAction.HAND_ON): FindingState.HANDED_ON,
        (FindingState.HANDED_ON, FindingAction.HAND_ON): FindingState.HANDED_ON,
        (FindingState.HANDED_ON, FindingAction.CORRECT): FindingState.CORRECTED,
        (FindingState.FOUND, FindingAction.WITHDRAW): FindingState.WITHDRAWN,
        (FindingState.HANDED_ON, FindingAction.WITHDRAW): FindingState.WITHDRAWN,
        (FindingState.CORRECTED, FindingAction.WITHDRAW): FindingState.WITHDRAWN,
    },
    {
        FindingAction.FIND: Rule(P.CHECK_COVERS, EventKind.FINDING_FOUND),
        FindingAction.CORRECT: Rule(P.CHECK_COVERS, EventKind.FINDING_CORRECTED),
        FindingAction.HAND_ON: Rule(P.CHECK_COVERS, EventKind.FINDING_HANDED_ON),
        FindingAction.WITHDRAW: Rule(P.CHECK_COVERS, EventKind.FINDING_WITHDRAWN),
    },
)

ASSESSMENT = Lifecycle(
    "assessment",
    {
        (None, AssessmentAction.OPEN): AssessmentState.OPEN,
        (AssessmentState.OPEN, AssessmentAction.PASS_ON): AssessmentState.OPEN,
        (AssessmentState.OPEN, AssessmentAction.ANSWER): AssessmentState.ANSWERED,
    },
    {
        AssessmentAction.OPEN: Rule(P.CHECK_COVERS, EventKind.ASSESSMENT_OPENED),
        AssessmentAction.PASS_ON: Rule(P.ASSESS, EventKind.ASSESSMENT_PASSED_ON),
        AssessmentAction.ANSWER: Rule(P.ASSESS, EventKind.ASSESSMENT_ANSWERED),
    },
)

DELIVERY = Lifecycle(
    "delivery",
    {
        (None, DeliveryAction.PLAN): DeliveryState.PLANNED,
        (DeliveryState.PLANNED, DeliveryAction.PACK): DeliveryState.PACKING,
        (DeliveryState.PACKING, DeliveryAction.DISPATCH): DeliveryState.ON_THE_WAY,
        (DeliveryState.ON_THE_WAY, DeliveryAction.RECALL): DeliveryState.PACKING,
        (DeliveryState.ON_THE_WAY, DeliveryAction.RECEIVE): DeliveryState.RECEIVING,
        (DeliveryState.RECEIVING, DeliveryAction.FINISH): DeliveryState.RECEIVED,
        (DeliveryState.RECEIVED, DeliveryAction.CLOSE): DeliveryState.CLOSED,
        (DeliveryState.PLANNED, DeliveryAction.CANCEL): DeliveryState.CANCELLED,
        (DeliveryState.PACKING, DeliveryAction.CANCEL): DeliveryState.CANCELLED,
    },
    {
        DeliveryAction.PLAN: Rule(P.PLAN_DELIVERIES, EventKind.DELIVERY_PLANNED),
        DeliveryAction.PACK: Rule(P.DELIVER, EventKind.DELIVERY_PACKING),
        DeliveryAction.DISPATCH: Rule(P.DELIVER, EventKind.DELIVERY_ON_THE_WAY),
        DeliveryAction.RECALL: Rule(P.DELIVER, EventKind.DELIVERY_RECALLED),
        DeliveryAction.RECEIVE: Rule(P.RECEIVE, EventKind.DELIVERY_RECEIVING),
        DeliveryAction.FINISH: Rule(P.RECEIVE, EventKind.DELIVERY_RECEIVED),
        DeliveryAction.CLOSE: Rule(P.PLAN_DELIVERIES, EventKind.DELIVERY_CLOSED),
        DeliveryAction.CANCEL: Rule(P.PLAN_DELIVERIES, EventKind.DELIVERY_CANCELLED),
    },
)

# One van may be unloaded while another sender still packs: each share of a delivery has its own life.
SENDER = Lifecycle(
    "sender",
    {
        (None, SenderAction.ADD): SenderState.WAITING,
        (SenderState.WAITING, SenderAction.PACK): SenderState.PACKING,
        (SenderState.PACKING, SenderAction.DISPATCH): SenderState.ON_THE_WAY,
        (SenderState.ON_THE_WAY, SenderAction.RECALL): SenderState.PACKING,
        (SenderState.ON_THE_WAY, SenderAction.SIGN): SenderState.RECEIVED,
        (SenderState.WAITING, SenderAction.DROP): SenderState.DROPPED,
        (SenderState.PACKING, SenderAction.DROP): SenderState.DROPPED,
    },
    {
        SenderAction.ADD: Rule(P.PLAN_DELIVERIES, EventKind.SENDER_ADDED),
        SenderAction.PACK: Rule(P.DELIVER, EventKind.SENDER_PACKING),
        SenderAction.DISPATCH: Rule(P.DELIVER, EventKind.SENDER_DISPATCHED),
        SenderAction.RECALL: Rule(P.DELIVER, EventKind.SENDER_RECALLED),
        SenderAction.SIGN: Rule(P.RECEIVE, EventKind.SENDER_SIGNED),
        SenderAction.DROP: Rule(P.PLAN_DELIVERIES, EventKind.SENDER_DROPPED),
    },
)

EMPTYING = Lifecycle(
    "emptying",
    {
        (None, SweepAction.ENTER): SweepState.WAITING,
        (SweepState.WAITING, SweepAction.SWEEP): SweepState.SWEEPING,
        (SweepState.SWEEPING, SweepAction.FINISH): SweepState.SWEPT,
        (SweepState.SWEEPING, SweepAction.STOP): SweepState.WAITING,
        (SweepState.SWEPT, SweepAction.STOP): SweepState.WAITING,
        (SweepState.SWEPT, SweepAction.SIGN): SweepState.EMPTY,
    },
    {
        SweepAction.ENTER: Rule(P.PLAN_DELIVERIES, EventKind.EMPTYING_ENTERED),
        SweepAction.SWEEP: Rule(P.DELIVER, EventKind.EMPTYING_SWEEPING),
        SweepAction.FINISH: Rule(P.DELIVER, EventKind.EMPTYING_SWEPT),
        SweepAction.STOP: Rule(P.DELIVER, EventKind.EMPTYING_STOPPED),
        SweepAction.SIGN: Rule(P.PLAN_DELIVERIES, EventKind.EMPTYING_SIGNED),
    },
)

INCIDENT = Lifecycle(
    "incident",
    {
        (None, IncidentAction.REPORT): IncidentState.SUSPECTED,
        (IncidentState.SUSPECTED, IncidentAction.SEARCH): IncidentState.SEARCHING,
        (IncidentState.SUSPECTED, IncidentAction.CLOSE_SHORT): IncidentState.CLOSED,
        (IncidentState.SUSPECTED, IncidentAction.ESCALATE): IncidentState.ESCALATED,
        (IncidentState.SEARCHING, IncidentAction.ESCALATE): IncidentState.ESCALATED,
        (IncidentState.SUSPECTED, IncidentAction.DECIDE): IncidentState.DECIDED,
        (IncidentState.SEARCHING, IncidentAction.DECIDE): IncidentState.DECIDED,
        (IncidentState.ESCALATED, IncidentAction.DECIDE): IncidentState.DECIDED,
        (IncidentState.DECIDED, IncidentAction.CLOSE): IncidentState.CLOSED,
        # A find is taken back while more is sought, too.
        (IncidentState.SUSPECTED, IncidentAction.REOPEN): IncidentState.SEARCHING,
        (IncidentState.SEARCHING, IncidentAction.REOPEN): IncidentState.SEARCHING,
        (IncidentState.ESCALATED, IncidentAction.REOPEN): IncidentState.ESCALATED,
        (IncidentState.DECIDED, IncidentAction.REOPEN): IncidentState.SEARCHING,
        (IncidentState.CLOSED, IncidentAction.REOPEN): IncidentState.SEARCHING,
    },
    {
        IncidentAction.REPORT: Rule(P.REPORT_MISS, EventKind.INCIDENT_REPORTED),
        IncidentAction.SEARCH: Rule(P.WORK_ON_INCIDENTS, EventKind.INCIDENT_SEARCHING),
        IncidentAction.CLOSE_SHORT: Rule(P.LEAD_INCIDENTS, EventKind.INCIDENT_CLOSED_SHORT),
        IncidentAction.ESCALATE: Rule(P.LEAD_INCIDENTS, EventKind.INCIDENT_ESCALATED),
        # What each outcome needs stands at its verb; this is only that none is left to decide.
        IncidentAction.DECIDE: Rule(P.WORK_ON_INCIDENTS, EventKind.INCIDENT_DECIDED),
        IncidentAction.CLOSE: Rule(P.LEAD_INCIDENTS, EventKind.INCIDENT_CLOSED),
        # Who reports again what is said to be found reopens too; the verb that takes it back asks for more.
        IncidentAction.REOPEN: Rule(P.REPORT_MISS, EventKind.INCIDENT_REOPENED),
    },
)

MATTER = Lifecycle(
    "matter",
    {
        (None, MatterAction.OPEN): MatterState.OPEN,
        (MatterState.OPEN, MatterAction.CLOSE): MatterState.CLOSED,
        (MatterState.CLOSED, MatterAction.REOPEN): MatterState.OPEN,
    },
    {
        # Who may take which step stands in the routine; the last one closes it.
        MatterAction.OPEN: Rule(P.REPORT_MISS, EventKind.MATTER_OPENED),
        MatterAction.CLOSE: Rule(P.REPORT_MISS, EventKind.MATTER_CLOSED),
        MatterAction.REOPEN: Rule(P.REPORT_MISS, EventKind.MATTER_REOPENED),
    },
)

ROUTINE = Lifecycle(
    "routine",
    {
        (None, RoutineAction.DRAFT): RoutineState.DRAFT,
        (RoutineState.DRAFT, RoutineAction.PUT_IN_FORCE): RoutineState.IN_FORCE,
        (RoutineState.DRAFT, RoutineAction.DISCARD): RoutineState.DISCARDED,
        (RoutineState.IN_FORCE, RoutineAction.REPLACE): RoutineState.REPLACED,
    },
    {
        RoutineAction.DRAFT: Rule(P.SHAPE_ROUTINES, EventKind.ROUTINE_DRAFTED),
        RoutineAction.PUT_IN_FORCE: Rule(P.SHAPE_ROUTINES, EventKind.ROUTINE_IN_FORCE),
        RoutineAction.DISCARD: Rule(P.SHAPE_ROUTINES, EventKind.ROUTINE_DISCARDED),
        RoutineAction.REPLACE: Rule(P.SHAPE_ROUTINES, EventKind.ROUTINE_REPLACED),
    },
)

IMPORT = Lifecycle(
    "import",
    {
        (None, ImportAction.UPLOAD): ImportState.UPLOADED,
        (ImportState.UPLOADED, ImportAction.STAGE): ImportState.STAGING,
        (ImportState.STAGING, ImportAction.FINISH_STAGING): ImportState.STAGED,
        (ImportState.STAGING, ImportAction.STOP): ImportState.UPLOADED,
        (ImportState.STAGING, ImportAction.DISCARD): ImportState.DISCARDED,
        (ImportState.STAGED, ImportAction.STAGE): ImportState.STAGING,
        (ImportState.STAGED, ImportAction.APPLY): ImportState.APPLYING,
        (ImportState.APPLYING, ImportAction.FINISH): ImportState.APPLIED,
        (ImportState.UPLOADED, ImportAction.DISCARD): ImportState.DISCARDED,
        (ImportState.STAGED, ImportAction.DISCARD): ImportState.DISCARDED,
        (ImportState.APPLYING, ImportAction.WITHDRAW): ImportState.WITHDRAWING,
        (ImportState.APPLIED, ImportAction.WITHDRAW): ImportState.WITHDRAWING,
        (ImportState.WITHDRAWING, ImportAction.FINISH): ImportState.WITHDRAWN,
    },
    {
        ImportAction.UPLOAD: Rule(P.IMPORT, EventKind.IMPORT_UPLOADED),
        ImportAction.STAGE: Rule(P.IMPORT, EventKind.IMPORT_STAGING),
        ImportAction.FINISH_STAGING: Rule(P.IMPORT, EventKind.IMPORT_STAGED),
        ImportAction.STOP: Rule(P.IMPORT, EventKind.IMPORT_STOPPED),
        ImportAction.APPLY: Rule(P.IMPORT, EventKind.IMPORT_APPLYING),
        ImportAction.FINISH: Rule(P.IMPORT, EventKind.IMPORT_FINISHED),
        ImportAction.DISCARD: Rule(P.IMPORT, EventKind.IMPORT_DISCARDED),
        ImportAction.WITHDRAW: Rule(P.IMPORT, EventKind.IMPORT_WITHDRAWING),
    },
)

_READING = (
    ImportAction.UPLOAD,
    ImportAction.STAGE,
    ImportAction.FINISH_STAGING,
    ImportAction.STOP,
    ImportAction.DISCARD,
)
COMPARISON = Lifecycle(
    "comparison",
    {edge: target for edge, target in IMPORT.table.items() if edge[1] in _READING},
    {action: Rule(P.COMPARE, IMPORT.rules[action].event) for action in _READING},
)

LIFECYCLES = {
    lifecycle.noun: lifecycle
    for lifecycle in (
        FILE,
        LOAN,
        IMPORT,
        COMPARISON,
        CHECK,
        FINDING,
        ASSESSMENT,
        INCIDENT,
        MATTER,
        ROUTINE,
        DELIVERY,
        SENDER,
        EMPTYING,
    )
}
