"""Refuse answers the register knows to be wrong: a breach that goes on, a room that was left out."""

from collections.abc import Mapping, Sequence

from archive.incidents import changes
from archive.incidents.report import search_annex
from archive.incidents.stated_times import shown
from archive.kernel.errors import Invalid
from archive.kernel.letters import is_number
from archive.kernel.store import Work
from archive.models import Incident, IncidentFile
from archive.places import paths
from archive.places.paths import PathStep
from archive.vocabulary import PlaceKind
from archive.vocabulary.collation import swedish
from archive.vocabulary.wording import N_
from routines.answers import as_moment
from routines.conditions import Answer


def require_ended(items: Sequence[IncidentFile], answers: Mapping[str, Answer]) -> None:
    """Raise Invalid where a notice says that a breach ended that goes on, or that it ended too early."""
    if answers.get("ended") != "ended":
        return
    if any(item.open for item in items):
        raise Invalid(
            "breach_goes_on",
            N_(
                "The breach has not ended: something is still sought. Answer that it is going on, or first "
                "confirm what was found."
            ),
            field="ended",
        )
    ended = as_moment(answers.get("ended_at"))
    found = max((item.found_at for item in items if item.found_at), default=None)
    if ended and found and ended < found.replace(second=0, microsecond=0):
        raise Invalid(
            "ended_before_found",
            N_("%(stated)s is before the last of it was found, %(found)s. Correct the time."),
            field="ended_at",
            stated=shown(ended),
            found=shown(found),
        )


def require_appeal(answers: Mapping[str, Answer]) -> None:
    """Raise Invalid where a decision is said not to tell how to appeal against it (FL 33 §)."""
    if answers.get("appeal") == "no":
        raise Invalid(
            "appeal_not_told",
            N_(
                "Whoever is refused is told in the decision how to appeal against it "
                "(33 § förvaltningslagen). Print the decision here, which says it on a page of its own, or "
                "write it into yours; then answer yes."
            ),
            field="appeal",
        )


def require_rooms(work: Work, incident: Incident, answers: Mapping[str, Answer]) -> None:
    """Raise Invalid where a room in which something missing stood is neither secured nor said why not.

    Nobody is asked who may not know where it stood, or names no room: then it is that where it stood.
    """
    named = answers.get("place") or ()
    keys = (named,) if isinstance(named, str) else named if isinstance(named, tuple) else ()
    items = [item for item in changes.items(work, incident) if item.open and item.place_id is not None]
    if not keys or answers.get("not_done") or not search_annex.may_walk_all(work, incident):
        return
    numbers = [key.removeprefix("place:") for key in keys]
    secured = _rooms(work, [int(number) for number in numbers if is_number(number)])
    left = _rooms(work, [item.place_id or 0 for item in items]).items() - secured.items()
    if left:
        raise Invalid(
            "rooms_left",
            N_(
                "What is missing stood in %(rooms)s when it was missed. Secure that as well and name it "
                "here, or write below why it could not be done."
            ),
            field="place",
            rooms="; ".join(sorted((name for _room, name in left), key=swedish)),
        )


def _rooms(work: Work, place_ids: Sequence[int]) -> dict[int, str]:
    """Return the rooms some places lie in, each with its name; of a place in no room all it stands in."""
    found = {}
    for trail in paths.steps(work, place_ids).values():
        room = _to_room(trail)
        found[room[-1].id] = paths.name_of(room)
    return found


def _to_room(trail: Sequence[PathStep]) -> Sequence[PathStep]:
    at = next((at for at, step in enumerate(trail) if step.kind is PlaceKind.ROOM), 0)
    return trail[: at + 1]
