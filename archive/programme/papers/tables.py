"""The tables of the programme as files for the spreadsheet."""

from collections.abc import Iterator, Mapping, Sequence

from archive.cover_checks.figures import SenderFigures
from archive.output import csv
from archive.places import paths
from archive.programme.forecast import Programme
from archive.vocabulary import FindingKind
from archive.vocabulary.wording import _, locale

# What the tables are called, and the files they become.
TABLES = {"rooms": "lokaler", "counts": "kvar-per-dag", "findings": "anmarkningar-per-avsandare"}


def rooms(read: Programme) -> Iterator[bytes]:
    """Iterate the rooms in order, with what is left in each."""
    yield csv.BEGINNING
    heads = [_("Order"), _("Address"), _("Room"), _("State"), _("Files left"), _("Files at first")]
    yield csv.line([*heads, _("Pieces sent")])
    for one in read.rooms:
        site, *inner = one.trail
        figures = (one.left, one.at_first, one.sent)
        name = paths.name_of(inner)
        yield csv.line(
            [str(one.emptying.number), site.name, name, one.emptying.status.label, *map(str, figures)]
        )


def counts(read: Programme) -> Iterator[bytes]:
    """Iterate how many files were left at the end of each day counted, in each room and in all."""
    known = [dict(one.counts) for one in read.rooms]
    yield csv.BEGINNING
    yield csv.line([_("Day"), _("All rooms"), *(paths.name_of(one.trail) for one in read.rooms)])
    for day, files in read.counts:
        per_room = (str(series.get(day, "")) for series in known)
        yield csv.line([day.isoformat(), str(files), *per_room])


def findings(found: Sequence[SenderFigures], named: Mapping[tuple[int, int | None], str]) -> Iterator[bytes]:
    """Iterate what was found in the covers of each sender: how often, and per 1,000 from and to (95 %)."""
    yield csv.BEGINNING
    heads = [_("Sender"), _("Covers checked"), _("Finding"), _("Covers"), _("Per 1,000"), _("From"), _("To")]
    yield csv.line(heads)
    for one in found:
        for kind in FindingKind:
            rate = one.rate(kind).per_thousand
            if kind in one.found and rate is not None:
                name = named[one.place_id, one.unit_id]
                numbers = (str(one.checked), kind.label, str(one.found[kind]), *map(_decimal, rate))
                yield csv.line([name, *numbers])


def _decimal(value: float) -> str:
    text = f"{value:.1f}"
    return text.replace(".", ",") if locale() == "sv" else text
