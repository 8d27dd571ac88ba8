"""The clues of a search, gathered one by one: each a reason, a cell, its weight, and ids to tell it by."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from archive.kernel.store import Work
from archive.models import CaseFile
from archive.search import ranking
from archive.search.ranking import Clue

T = TypeVar("T")

_OF_PLACES = (ranking.LOOSE, ranking.PAPERS, ranking.TABLE, ranking.BEHIND)


@dataclass
class Clues:
    """What speaks for where one file lies; the file's own place is only named as such."""

    work: Work
    file: CaseFile
    found: list[Clue] = field(default_factory=list)
    kin: set[int] = field(default_factory=set)  # files about the same person

    @property
    def named(self) -> set[int]:
        """Return every file a clue names, to look into or as a reason."""
        return {int(clue.facts["file"]) for clue in self.found if "file" in clue.facts}

    def forget(self, files: set[int]) -> None:
        """Drop what names any of some files."""
        self.found = [clue for clue in self.found if clue.facts.get("file") not in files]

    def add(self, reason: str, kind: str, at: int | str, weight: float, **facts: str | int) -> None:
        """Note what speaks for one cell."""
        if weight > 0:
            self.found.append(Clue(reason, f"{kind}:{at}", weight, facts))

    def loose(self, reason: str, place: int, weight: float, **facts: str | int) -> None:
        """Note that it may lie loose in a place other than its own."""
        if place != self.file.place_id:
            self.add(reason, ranking.LOOSE, place, weight, place=place, **facts)

    def inside(self, reason: str, cover: int, weight: float, **facts: str | int) -> None:
        """Note that it may lie in another file's cover."""
        if cover != self.file.id and weight > 0:
            self.add(reason, ranking.INSIDE, cover, weight, file=cover, **facts)

    def borrowed(self, reason: str, loan: Any, weight: float, **facts: str | int) -> None:
        """Note that it may lie on a borrower's desk."""
        self.add(reason, ranking.DESK, borrower(loan), weight, loan=loan.id, **facts)

    def desk(self, reason: str, actor: str, weight: float, **facts: str | int) -> None:
        """Note that it may lie on the desk of somebody who uses the system."""
        if actor.startswith("user:"):
            self.add(reason, ranking.DESK, actor, weight, actor=actor, **facts)

    def places(self) -> set[int]:
        """Return every place a clue speaks of."""
        parts = (clue.cell.partition(":") for clue in self.found)
        return {int(at) for kind, _colon, at in parts if kind in _OF_PLACES}


def borrower(loan: Any) -> str:
    """Name a borrower's desk: by the user where known, else by the loan."""
    return f"user:{loan.borrower_id}" if loan.borrower_id else f"loan:{loan.id}"


def day(moment: datetime | None) -> str:
    """Return the day of a moment as a fact to tell."""
    return moment.date().isoformat() if moment else ""


def shared(weighed: Sequence[tuple[float, T]]) -> list[tuple[float, T]]:
    """Let weights sum to 1."""
    total = sum(weight for weight, _thing in weighed)
    return [(weight / total, thing) for weight, thing in weighed]


def fading(things: Sequence[T]) -> list[tuple[float, T]]:
    """Give each of some things its share, the first ones more: 1, 1/2, 1/3 … of the whole."""
    return shared([(1 / (number + 1), thing) for number, thing in enumerate(things)])
