"""Where a file that still stands in a crate belongs, as a sentence."""

from archive.domain import suggesting, trails
from archive.models import CaseFile
from archive.store import Work
from archive.vocabulary import Permission
from archive.wording import _


def sentence(work: Work, file: CaseFile) -> str:
    """Return where to put a file out of its crate in the central archive; empty where nothing can be said."""
    if not work.actor.may(Permission.MOVE) or not suggesting.waits_in_crate(work, file):
        return ""
    found = suggesting.place_for(work, file)
    if found is None:
        return ""
    name = trails.name_of(trails.steps(work, [found.place.id])[found.place.id])
    return _("Suggested place: %(place)s.", place=name)
