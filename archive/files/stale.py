"""What became of a file while somebody had it on the screen."""

from typing import Protocol

from sqlalchemy import select
from sqlmodel import col

from archive.accounts import display_names
from archive.kernel.errors import ChangedMeanwhile
from archive.kernel.store import Work
from archive.models import Event
from archive.places import paths
from archive.vocabulary import EventKind
from archive.vocabulary.wording import N_

_MOVES = (
    EventKind.FILE_REGISTERED,
    EventKind.FILE_MOVED,
    EventKind.FILE_TAKEN_BACK,
    EventKind.FILE_ARRIVED,
    EventKind.FILE_REHOMED,
    EventKind.FILE_FOUND,
    EventKind.FILE_FIND_TAKEN_BACK,
)
_OTHER = (
    EventKind.FILE_LENT,
    EventKind.FILE_DISPATCHED,
    EventKind.FILE_CORRECTED,
    EventKind.FILE_VOIDED,
    EventKind.FILE_REINSTATED,
    EventKind.FILE_LABELLED,
)
_CHANGES = {kind.value: kind for kind in (*_MOVES, *_OTHER)}


class _File(Protocol):
    protected: bool
    place_id: int

    @property
    def stream(self) -> str: ...


def changed(work: Work, file: _File) -> ChangedMeanwhile:
    """Make the refusal that tells who changed a file since it was looked at; for a move, also where to."""
    last = work.session.execute(
        select(col(Event.actor), col(Event.kind))
        .where(col(Event.stream) == file.stream, col(Event.kind).in_(list(_CHANGES)))
        .order_by(col(Event.seq).desc())
        .limit(1)
    ).one()
    who = display_names.names(work, [last.actor])[last.actor]
    kind = _CHANGES[last.kind]
    if kind in _OTHER:
        return ChangedMeanwhile(
            "changed_meanwhile",
            N_("%(who)s changed this file just before you (%(what)s). Look at it again."),
            who=who,
            what=kind.label,
        )
    trail = [] if file.protected else paths.trails(work, [file.place_id])[file.place_id]
    return ChangedMeanwhile(
        "moved_meanwhile",
        N_("%(who)s recorded this file at %(place)s just before you. Look at it again."),
        who=who,
        place=paths.name_of(trail) or "–",
    )
