"""Where a file that still stands in a crate belongs, as a sentence."""

from archive.kernel.store import Work
from archive.models import CaseFile
from archive.places import paths, suggestions
from archive.vocabulary import Permission
from archive.vocabulary.wording import _


def sentence(work: Work, file: CaseFile) -> str:
    """Return where to put a file out of its crate in the central archive; empty where nothing can be said."""
    if not work.actor.may(Permission.MOVE) or not suggestions.waits_in_crate(work, file):
        return ""
    found = suggestions.place_for(work, file)
    if found is None:
        return ""
    name = paths.name_of(paths.steps(work, [found.place.id])[found.place.id])
    return _("Suggested place: %(place)s.", place=name)
