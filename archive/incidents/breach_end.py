"""Refuse to say that a breach ended while something is sought, or before the last of it was found."""

from collections.abc import Mapping, Sequence

from archive.incidents.stated_times import shown
from archive.kernel.errors import Invalid
from archive.models import IncidentFile
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
