"""The flagged rows of a list as a file for the spreadsheet, each as it stood in the list."""

from collections.abc import Callable, Iterator

from archive.imports import flags
from archive.imports.flags import Odd
from archive.imports.lists.meaning.fields import FlagCode
from archive.imports.lists.meaning.tables import ListShape
from archive.kernel.store import Work
from archive.models import ImportRun
from archive.output import csv as spreadsheet
from archive.vocabulary.wording import _
from labels import codes


def csv(
    work: Work,
    run: ImportRun,
    flag: FlagCode | None = None,
    shown: Callable[[Odd], object] = lambda _odd: None,
) -> Iterator[bytes]:
    """Iterate the rows as CSV; of one about somebody protected only that there is one.

    `shown` is told each row, so that the look can name whom it was about.
    """
    columns = ListShape.from_dict(run.shape or {}).columns
    yield spreadsheet.BEGINNING
    yield spreadsheet.line([_("Row"), _("What is odd"), _("Reference"), _("Code"), *columns])
    for odd in flags.all_flagged(work, run, flag):
        shown(odd)
        told = "; ".join(one.say() for one in odd.flags)
        file = odd.card.file if odd.card else None
        named = (file.reference, codes.grouped(file.code)) if file else ("", "")
        cells = [_("Protected")] if odd.hidden else odd.cells
        yield spreadsheet.line([str(odd.row), told, *named, *cells])
