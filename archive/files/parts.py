"""Say which part of a file in several parts is meant: their references are the same."""

from archive.models import CaseFile
from archive.vocabulary.wording import _


def which_part(part: int, parts: int) -> str:
    """Return `part 2 of 3`, or nothing for a file of one part."""
    return _("part %(part)s of %(parts)s", part=part, parts=parts) if parts > 1 else ""


def with_part(name: str, file: CaseFile) -> str:
    """Return what a file is called with the part it is, where it has several."""
    part = which_part(file.part, file.parts)
    return _("%(file)s (%(part)s)", file=name, part=part) if part else name
