"""What double checks came to as a file for the spreadsheet."""

from collections.abc import Iterator, Sequence

from archive.cover_checks.second_checks import Quarter
from archive.output import csv
from archive.stocktakes.sample_papers import per_thousand
from archive.vocabulary.wording import _


def quarters(told: Sequence[Quarter]) -> Iterator[bytes]:
    """Iterate the quarters: how many were checked, again, with a miss per 1,000 from and to (95 %)."""
    yield csv.BEGINNING
    heads = [_("Quarter"), _("Covers checked"), _("Checked again"), _("With a missed finding")]
    yield csv.line([*heads, _("Per 1,000"), _("From"), _("To"), _("End of a run too fast")])
    for one in told:
        came = one.figures
        counted = (came.repeated.total, came.missed.total, came.missed.hits)
        name = _("%(year)s quarter %(number)s", year=one.year, number=one.number)
        yield csv.line([name, *map(str, counted), *per_thousand(came.missed), str(came.hasty)])
