"""That a file stands at a place now: the one function that writes it, whatever brought the file there."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from archive.history import history
from archive.kernel.store import Work
from archive.models import Place
from archive.places import shelf_order
from archive.places.places import Spot
from archive.vocabulary import Evidence, FileAction


class Placeable(Protocol):
    """A case file, as its row or as its model."""

    id: int


def standing(
    work: Work, place_id: int, position: int, how: Evidence, happened_at: datetime | None = None
) -> dict[str, Any]:
    """Return the columns that say where a file stands, since when, and who says so."""
    return {
        "place_id": place_id,
        "position": position,
        "placed_at": happened_at or work.now,
        "placed_by": work.actor.id,
        "placed_how": how,
    }


def stand(
    work: Work,
    file: Placeable,
    place: Place | Spot,
    action: FileAction,
    *,
    how: Evidence,
    happened_at: datetime | None = None,
    position: int | None = None,
    subjects: Sequence[str] = (),
    facts: Mapping[str, Any],
) -> None:
    """Record that a file stands at a place now, by the step of its life that brought it there.

    It stands last there unless a position is given. `subjects` and `facts` are what the step tells besides.
    """
    if position is None:
        position = shelf_order.next_position(work, file.id, place)
    history.advance(
        work,
        file,
        action,
        changes=standing(work, place.id, position, how, happened_at),
        subjects=[*subjects, f"place:{place.id}"],
        happened_at=happened_at,
        place=place.id,
        position=position,
        **facts,
    )
