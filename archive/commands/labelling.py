"""`aktspar labels`: print labels of files, places and blank codes to a PDF."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from archive.codes import codes as label_codes
from archive.commands import opened
from archive.files import files
from archive.kernel.config import Settings
from archive.kernel.errors import Conflict
from archive.kernel.store import Work
from archive.labelling import sheets as paper_labels
from archive.labelling.sheets import NO_LABELS_WAIT, SheetSettings
from archive.places import places
from archive.vocabulary import LabelReason
from archive.vocabulary.wording import ngettext
from labels.designs import Design
from labels.stock import stocks

REASONS = [reason.value for reason in LabelReason if reason not in {LabelReason.BOUND, LabelReason.MERGED}]

Maker = Callable[[Work, Settings, SheetSettings, LabelReason | None], Sequence[Design]]


@click.group()
def command() -> None:
    """Print labels; what was printed before needs --reason and gets a new code."""


def _on_paper(verb: Any) -> Any:
    for option in (
        click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True),
        click.option(
            "--stock", type=click.Choice(list(stocks())), default="permanent-70x37", show_default=True
        ),
        click.option("--start", default="1", help="First label on the first sheet."),
        click.option("--right", default="0", help="Shift of the printer in mm."),
        click.option("--down", default="0", help="Shift of the printer in mm."),
        click.option("--reason", type=click.Choice(REASONS), help="Why what was printed is printed again."),
        click.option("--zpl", is_flag=True, help="Write ZPL for a label printer."),
    ):
        verb = option(verb)
    return verb


def _print(make: Maker, *, out: Path, zpl: bool, reason: str | None, **paper: str) -> None:
    sheet = SheetSettings.read(**paper)
    if zpl:
        sheet.refuse_unless_roll()
    with opened() as (archive, actor):
        with archive.write(actor) as work:
            designs = make(work, archive.settings, sheet, LabelReason.read(reason))
        if zpl:
            out.write_text(paper_labels.zpl(archive.settings, designs, sheet), encoding="utf-8")
        else:
            out.write_bytes(paper_labels.pdf(archive.settings, designs, sheet))
    click.echo(ngettext("%(num)s label: %(out)s", "%(num)s labels: %(out)s", len(designs), out=out))


@command.command("blanks")
@click.argument("count", type=click.IntRange(1, label_codes.LARGEST_BATCH))
@_on_paper
def blanks(count: int, **paper: Any) -> None:
    """Print COUNT blank labels."""
    _print(lambda work, settings, sheet, _why: paper_labels.of_blanks(work, settings, count, sheet), **paper)


@command.command("files")
@click.argument("codes", nargs=-1)
@click.option("--place", help="Code of a place: every file there whose label was never printed.")
@_on_paper
def files_(codes: tuple[str, ...], place: str | None, **paper: Any) -> None:
    """Print the labels of files, by CODES or by --place."""
    if bool(codes) == bool(place):
        raise click.UsageError("give codes of files, or --place")

    def make(
        work: Work, settings: Settings, sheet: SheetSettings, why: LabelReason | None
    ) -> Sequence[Design]:
        if place:
            found = label_codes.unprinted(work, places.by_code(work, label_codes.parse(place)))
            if not found:
                raise Conflict("no_labels_wait", NO_LABELS_WAIT)
        else:
            found = [files.by_code(work, label_codes.parse(code)) for code in codes]
        return paper_labels.of_files(work, settings, found, sheet, why)

    _print(make, **paper)


@command.command("places")
@click.argument("codes", nargs=-1, required=True)
@click.option("--below", is_flag=True, help="What stands in these places, at any depth, instead.")
@_on_paper
def places_(codes: tuple[str, ...], below: bool, **paper: Any) -> None:
    """Print the labels of places, by CODES."""

    def make(
        work: Work, settings: Settings, sheet: SheetSettings, why: LabelReason | None
    ) -> Sequence[Design]:
        found = [places.by_code(work, label_codes.parse(code)) for code in codes]
        if below:
            found = [
                one for place in found for one in places.beneath(work, place, limit=label_codes.LARGEST_BATCH)
            ]
        return paper_labels.of_places(work, settings, found, sheet, why)

    _print(make, **paper)
