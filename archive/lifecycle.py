"""What may be done in which state: tables to print, read by verbs, buttons, refusals and the help page."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from archive.errors import Conflict
from archive.vocabulary import (
    Custody,
    EventKind,
    FileAction,
    ImportAction,
    ImportState,
    LoanAction,
    LoanState,
    Term,
)
from archive.vocabulary import Permission as P
from archive.wording import N_


@dataclass(frozen=True, slots=True)
class Rule:
    """Say what an action needs and what it writes."""

    permission: P
    event: EventKind


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
        """Return the actions that leave a state, only those one may take when permissions are given."""
        return [
            action
            for (source, action) in self.table
            if source is state and (permissions is None or self.rules[action].permission in permissions)
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
    },
    {
        FileAction.REGISTER: Rule(P.REGISTER, EventKind.FILE_REGISTERED),
        FileAction.MOVE: Rule(P.MOVE, EventKind.FILE_MOVED),
        FileAction.LEND: Rule(P.LEND, EventKind.FILE_LENT),
        FileAction.TAKE_BACK: Rule(P.LEND, EventKind.FILE_TAKEN_BACK),
        FileAction.VOID: Rule(P.CORRECT, EventKind.FILE_VOIDED),
        FileAction.REINSTATE: Rule(P.CORRECT, EventKind.FILE_REINSTATED),
    },
)

LOAN = Lifecycle(
    "loan",
    {
        (None, LoanAction.HAND_OUT): LoanState.OUT,
        (LoanState.OUT, LoanAction.GIVE_BACK): LoanState.RETURNED,
    },
    {
        LoanAction.HAND_OUT: Rule(P.LEND, EventKind.LOAN_HANDED_OUT),
        LoanAction.GIVE_BACK: Rule(P.LEND, EventKind.LOAN_GIVEN_BACK),
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

LIFECYCLES = {lifecycle.noun: lifecycle for lifecycle in (FILE, LOAN, IMPORT, COMPARISON)}
