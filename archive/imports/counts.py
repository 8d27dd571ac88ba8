"""What the import of a list counts, the same for the check and for the registering."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from archive.imports.rows.items import Verdict
from archive.vocabulary import RowState, TaskKind
from archive.vocabulary.wording import N_


def in_order(counted: Counter[str]) -> list[tuple[str, int]]:
    """Return what was counted, the most first; what is as many by its name, in every process the same."""
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))


_OF_STATE = {
    RowState.NEW: "registered",
    RowState.REGISTERED: "registered",
    RowState.UNCHANGED: "unchanged",
    RowState.CHANGED: "changed",
    RowState.DUPLICATE: "duplicates",
    RowState.ASKED: "asked",
    RowState.REJECTED: "rejected",
}

LABELS = {
    "rows": N_("rows"),
    "registered": N_("registered"),
    "unchanged": N_("unchanged"),
    "changed": N_("changed"),
    "duplicates": N_("duplicates within the list"),
    "asked": N_("have the reference of another row or file, but differ"),
    "near": N_("may be the same as another file"),
    "flagged": N_("flagged"),
    "rejected": N_("rows not registered"),
    "files": N_("files registered"),
    "added": N_("persons added to a file"),
    "moved": N_("files moved"),
    "conflicts": N_("for somebody to settle"),
    "checks": N_("checks made before the system"),
    "places": N_("places created"),
}


@dataclass(slots=True)
class Counts:
    """Count rows by what becomes of them; `files` are covers registered, `near` rows that may be duplicates.

    `flags` and `problems` count rows by what is odd about them and by why they are not registered.
    """

    rows: int = 0
    registered: int = 0
    unchanged: int = 0
    changed: int = 0
    duplicates: int = 0
    asked: int = 0
    near: int = 0
    flagged: int = 0
    rejected: int = 0
    files: int = 0
    added: int = 0
    moved: int = 0
    conflicts: int = 0
    checks: int = 0
    places: int = 0
    flags: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Make them of the plain data of as_dict."""
        counters = {name: Counter(data.get(name, {})) for name in ("flags", "problems")}
        return cls(**{**data, **counters})

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        data = {name: getattr(self, name) for name in self.numbers()}
        return {**data, "flags": dict(self.flags), "problems": dict(self.problems)}

    @classmethod
    def numbers(cls) -> tuple[str, ...]:
        """Return the names of the plain numbers, in the order they are reported."""
        return tuple(name for name in cls.__dataclass_fields__ if name not in ("flags", "problems"))

    def add(self, verdicts: Iterable[Verdict]) -> None:
        """Count the rows of a batch."""
        for verdict in verdicts:
            self.rows += 1
            state = verdict.shown
            name = _OF_STATE[state]
            setattr(self, name, getattr(self, name) + 1)
            if verdict.problem and state is RowState.REJECTED:
                self.problems[verdict.problem.code] += 1
            self.conflicts += state is RowState.ASKED
            if state in (RowState.REJECTED, RowState.DUPLICATE, RowState.ASKED):
                continue
            self._add_registered(verdict)

    def answer(self, verdict: Verdict | None = None, *, state: RowState | None = None) -> None:
        """Count a row that waited as what it has become; one said to be wrong becomes nothing."""
        self.asked -= 1
        self.conflicts -= 1
        if verdict:
            self.rows -= 1
            self.add([verdict])
        elif state:
            name = _OF_STATE[state]
            setattr(self, name, getattr(self, name) + 1)

    def _add_registered(self, verdict: Verdict) -> None:
        self.near += bool(verdict.near)
        flags = {flag.code.value for flag in verdict.item.reading.flags}
        self.flagged += bool(flags)
        self.flags.update(sorted(flags))  # the order of a set differs from process to process
        for part in verdict.parts:
            if part.sealed:
                continue
            self.files += part.known is None
            self.added += len(part.added)
            self.moved += part.move
            self.checks += part.check or (part.known is None and verdict.item.reading.check is not None)
            self.conflicts += len(part.conflicts.keys() - {TaskKind.NEAR_DUPLICATE})
