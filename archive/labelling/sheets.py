"""The labels of files, places and blank codes as PDF or ZPL: what stands on them, from the register."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlmodel import col

from archive.codes import codes
from archive.codes.codes import Printed
from archive.kernel.config import Settings
from archive.kernel.errors import Invalid
from archive.kernel.store import Work
from archive.models import CaseFile, FileKind, Place
from archive.places import paths
from archive.vocabulary import LabelReason, PlaceKind
from archive.vocabulary.wording import N_, locale
from labels.designs import BlankLabel, CrateLabel, Design, FileLabel, PlaceLabel
from labels.layout import lay_out
from labels.sheets import sheet_pdf
from labels.stock import Stock, stocks
from labels.symbol import symbol
from labels.zpl import label_zpl

NO_LABELS_WAIT = N_("Every file here has had its label printed.")

_Thing = TypeVar("_Thing", CaseFile, Place)


@dataclass(frozen=True, slots=True)
class SheetSettings:
    """On what to print, from which label of the first sheet on, shifted by mm right and down."""

    stock: Stock
    start: int = 1
    offset: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def read(cls, stock: str, start: str, right: str, down: str) -> "SheetSettings":
        """Read what a form says; raises Invalid naming the field."""
        if stock not in stocks():
            raise Invalid("label_stock", N_("Choose the labels you have."), field="stock")
        chosen = stocks()[stock]
        if not (start or "1").isdecimal() or not 1 <= int(start or "1") <= chosen.per_page:
            raise Invalid(
                "label_start",
                N_("The first label is one of 1 to %(last)s on this sheet."),
                field="start",
                last=chosen.per_page,
            )
        return cls(chosen, int(start or "1"), (_millimetres(right, "right"), _millimetres(down, "down")))

    def refuse_unless_roll(self) -> None:
        """Raise Invalid when a label printer cannot take the stock, before anything is printed."""
        if not self.stock.is_roll:
            raise Invalid(
                "label_no_roll",
                N_("A label printer needs labels on a roll. Choose a roll, or print as PDF."),
                field="stock",
            )


def _millimetres(text: str, field: str) -> float:
    try:
        value = float((text or "0").strip().replace(",", ".").replace("−", "-"))
    except ValueError:
        value = 99.0
    if not -10 <= value <= 10:
        raise Invalid(
            "label_offset",
            N_("Write the shift in millimetres, between -10 and 10, such as 1,5."),
            field=field,
        )
    return value


def of_files(
    work: Work,
    settings: Settings,
    files: Sequence[CaseFile],
    paper: SheetSettings,
    reason: LabelReason | None,
) -> list[Design]:
    """Print the labels of files in the register and return what stands on them; see `codes.print_labels`."""
    files = _once(files)
    codes.print_labels(work, files, paper.stock.key, reason)
    kinds = work.session.execute(select(col(FileKind.id), col(FileKind.letter)))
    letters = {row.id: row.letter for row in kinds}
    designs = [
        FileLabel(
            file.code,
            part=file.part,
            parts=file.parts,
            kind=letters[file.kind_id],
            archive=settings.archive_name,
        )
        for file in files
    ]
    return _fitting(settings, designs, paper)


def of_places(
    work: Work, settings: Settings, found: Sequence[Place], paper: SheetSettings, reason: LabelReason | None
) -> list[Design]:
    """Print the labels of places in the register and return what stands on them; raises Invalid as above."""
    found = _once(found)
    codes.print_labels(work, found, paper.stock.key, reason)
    standing = paths.trails(work, [place.id for place in found])
    return _fitting(settings, [_place_label(standing[place.id], settings) for place in found], paper)


def _once(things: Sequence[_Thing]) -> list[_Thing]:
    return list({thing.id: thing for thing in things}.values())


def _place_label(trail: Sequence[Place], settings: Settings) -> Design:
    place = trail[-1]
    try:
        if place.kind is PlaceKind.CRATE:
            return CrateLabel(place.code, number=place.name, archive=settings.archive_name)
        above = paths.name_of(trail[-4:-1])
        return PlaceLabel(place.code, text=place.name, kind=place.kind.label, above=above)
    except ValueError:
        raise Invalid(
            "label_text",
            N_("“%(name)s” cannot stand on a label: a person's number is in it, or it is too long."),
            field="what",
            name=paths.name_of(trail[-4:]),
        ) from None


def of_blanks(work: Work, settings: Settings, count: int, paper: SheetSettings) -> list[Design]:
    """Issue blank codes and return what stands on their labels."""
    printed: Printed = codes.print_blanks(work, count, paper.stock.key)
    designs = [BlankLabel(code, archive=settings.archive_name) for code in printed.codes]
    return _fitting(settings, designs, paper)


def _fitting(settings: Settings, designs: Sequence[Design], paper: SheetSettings) -> list[Design]:
    """Raise Invalid before anything counts as printed when the symbol would be too small to be read."""
    edge = lay_out(designs[0], paper.stock.label, paper.stock.inset(), locale()).symbol_edge
    try:
        symbol(settings.host, designs[0].code, edge)
    except ValueError:
        raise Invalid(
            "label_too_small",
            N_("These labels are too small for the archive's address. Choose larger ones."),
            field="stock",
        ) from None
    return list(designs)


def pdf(settings: Settings, designs: Sequence[Design], paper: SheetSettings) -> bytes:
    """Return the labels as PDF, ready for the printer at 100 %."""
    return sheet_pdf(
        designs,
        paper.stock,
        host=settings.host,
        start=paper.start,
        offset=paper.offset,
        author=settings.archive_name,
        language=locale(),
    )


def zpl(settings: Settings, designs: Sequence[Design], paper: SheetSettings) -> str:
    """Return the labels as ZPL for a label printer."""
    return "".join(
        label_zpl(designs, paper.stock, host=settings.host, offset=paper.offset, language=locale())
    )
