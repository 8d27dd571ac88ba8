"""Every choice the system stores, with its Swedish and English word and its tone: one word per thing."""

from archive.vocabulary.history import EventKind
from archive.vocabulary.imports import (
    GapKind,
    ImportAction,
    ImportPurpose,
    ImportState,
    RowAnswer,
    RowState,
    TaskAnswer,
    TaskKind,
)
from archive.vocabulary.register import (
    Custody,
    Evidence,
    FileAction,
    LabelReason,
    LabelState,
    LoanAction,
    LoanPurpose,
    LoanState,
    NumberKind,
    NumberQuality,
    OrderRule,
    Outcome,
    PersonRole,
    PlaceKind,
    Protection,
    ScanOutcome,
)
from archive.vocabulary.staff import Permission, Role
from archive.vocabulary.term import Term

__all__ = [
    "Custody",
    "EventKind",
    "Evidence",
    "FileAction",
    "GapKind",
    "ImportAction",
    "ImportPurpose",
    "ImportState",
    "LabelReason",
    "LabelState",
    "LoanAction",
    "LoanPurpose",
    "LoanState",
    "NumberKind",
    "NumberQuality",
    "OrderRule",
    "Outcome",
    "Permission",
    "PersonRole",
    "PlaceKind",
    "Protection",
    "Role",
    "RowAnswer",
    "RowState",
    "ScanOutcome",
    "TaskAnswer",
    "TaskKind",
    "Term",
]
