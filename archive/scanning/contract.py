"""What scanning asks of a task: who takes its scans, what their outcomes say, and how each is taken back.

A noun declares its tasks and a row for each of their outcomes; `archive/wiring.py` imports all who do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archive.files import files
from archive.files.files import Held
from archive.kernel.errors import Conflict
from archive.kernel.hooks import Hook
from archive.kernel.letters import is_number
from archive.kernel.store import Work
from archive.models import Scan
from archive.places.places import Spot
from archive.vocabulary import Custody, Evidence, LabelState, ScanOutcome, Term
from archive.vocabulary.wording import N_


class Signal(Term):
    """How an answer looks and sounds, told apart without reading."""

    OK = "ok", "klart", "done", "green"
    INFO = "info", "upplysning", "information", "blue"
    WARNING = "warning", "se efter", "look", "yellow"
    REFUSED = "refused", "stopp", "stop", "red"


@dataclass(frozen=True, slots=True)
class ScanContext:
    """What was scanned: the label's state and what it stands for, the code of what was chosen, and when.

    `text` is what was read, which may be a command; `code` is empty where it is none of our codes.
    """

    text: str
    code: str
    state: LabelState | None
    file_id: int | None
    place_id: int | None
    context: str | None
    happened_at: datetime
    scan_id: str

    @property
    def seen(self) -> dict[str, Any]:
        """Return how a sighting by this scan is recorded."""
        return {"how": Evidence.SCAN, "happened_at": self.happened_at, "scan_id": self.scan_id}


@dataclass(slots=True)
class ScanResult:
    """What a scan led to: codes and ids only; wording and masking are made anew each time it is shown.

    `incident_id` is the incident that looks for the file: a wanted file stops whoever scans it.
    """

    outcome: ScanOutcome
    file_id: int | None = None
    place_id: int | None = None
    incident_id: int | None = None
    facts: dict[str, Any] | None = None
    reason: str | None = None


Taking = Callable[[Work, int, ScanContext], ScanResult | None]
TakingBack = Callable[[Work, Scan], None]


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """What one outcome says to the one who scanned, and to programs.

    `take_back` makes it undoable, and `undone` is said then; `chooses` makes the place the one at which scans
    from now on put things, `puts` says where something stands; `unregistered` that a piece in no register is
    meant, which only its code names.
    """

    outcome: ScanOutcome
    signal: Signal
    heading: str
    text: str = ""
    take_back: TakingBack | None = None
    undone: str = N_("It is back where it was.")
    chooses: bool = False
    puts: bool = False
    unregistered: bool = False


@dataclass(frozen=True, slots=True)
class ScanTask:
    """Something one does with a scanner: `take` answers its scans, None where one means nothing special.

    A `numbered` task is about one thing, as `pack:7`; one that takes `commands` reads what is no code too.
    """

    name: str
    take: Taking
    numbered: bool
    commands: bool


_TASKS: dict[str, ScanTask] = {}
_ROWS: dict[ScanOutcome, OutcomeRow] = {}


def task(name: str, *, numbered: bool = True, commands: bool = False) -> Callable[[Taking], Taking]:
    """Declare who takes the scans of a task, as its decorator; raises RuntimeError where another does."""

    def declare(take: Taking) -> Taking:
        if name in _TASKS:
            raise RuntimeError(f"The task {name} is taken twice.")
        _TASKS[name] = ScanTask(name, take, numbered, commands)
        return take

    return declare


def tell(*rows: OutcomeRow) -> None:
    """Declare what outcomes say; raises RuntimeError for one that has its row already."""
    for one in rows:
        if one.outcome in _ROWS:
            raise RuntimeError(f"The outcome {one.outcome} has two rows.")
        _ROWS[one.outcome] = one


def check() -> None:
    """See to it that every outcome has its row, so that who declares them is here; raises RuntimeError."""
    if silent := [outcome.value for outcome in ScanOutcome if outcome not in _ROWS]:
        raise RuntimeError(f"Nobody tells {', '.join(silent)}: name who does in archive/wiring.py.")


def row(outcome: ScanOutcome) -> OutcomeRow:
    """Return what an outcome says; raises RuntimeError while nobody tells it."""
    if outcome not in _ROWS:
        check()
    return _ROWS[outcome]


def doing(text: str) -> tuple[ScanTask, int] | None:
    """Return the task a scan names and the number of what it is about; None for one nobody knows.

    Raises RuntimeError while not everybody is here who takes scans: what they know is not unknown.
    """
    name, colon, number = text.partition(":")
    found = _TASKS.get(name)
    if found is None:
        check()
    elif found.numbered and is_number(number):
        return found, int(number)
    elif not found.numbered and not colon:
        return found, 0
    return None


@Hook
def at_no_task(
    work: Work, file_id: int, status: Custody, place: Spot, read: ScanContext
) -> ScanResult | None:
    """Answer a plain scan of a file at a place where a delivery has a say; None where it has none."""
    raise NotImplementedError


def file_meant(work: Work, read: ScanContext) -> Held | None:
    """Return the file a label stands for, also a void one; nothing for a piece that is in no register."""
    if read.file_id is None:
        return None
    file = files.held(work, read.file_id)
    if file.status is not Custody.VOID:
        return file
    right = files.right_one(work, files.get(work, file.id))
    return files.held(work, right.id) if right else None


def nothing_to_undo() -> Conflict:
    """Return the refusal to take back a scan that moved nothing."""
    return Conflict("nothing_to_undo", N_("This scan moved nothing, so there is nothing to undo."))
