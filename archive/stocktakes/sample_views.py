"""What people see of a sample: its rows as one walks, masked where a file is protected since it was drawn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archive.files import masking
from archive.files.masking import Card
from archive.kernel.store import Work
from archive.models import Sample, SampleItem
from archive.places import paths
from archive.stocktakes import samples
from archive.vocabulary import PlaceKind


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One row of the walk; `card` is the file to look for or found; `place` is empty where it is hidden."""

    number: int
    item: SampleItem
    place: str
    card: Card | None
    in_box: bool = False

    @property
    def hidden(self) -> bool:
        """Tell whether the file has become a protected person's: a row of it would be a place."""
        return self.card is not None and self.card.file.protected

    @property
    def reference(self) -> str:
        """Return the number of the file, with its part, as far as it may be said."""
        if self.card is None or self.hidden:
            return ""
        return ", ".join(filter(None, (self.card.file.reference, self.card.part)))


def rows(work: Work, sample: Sample) -> list[SampleRow]:
    """Return every row of a sample, numbered as one walks; places as seen from where it was drawn."""
    found = samples.items(work, sample)
    named = paths.steps(work, {sample.place_id, *(place.id for _item, place, _file in found)})
    above = len(named[sample.place_id])
    standing = {file.id: file for _item, _place, file in found if file is not None}
    known = {card.file.id: card for card in masking.cards(work, list(standing.values()))}
    told = []
    for number, (item, place, file) in enumerate(found, start=1):
        hidden = file is not None and file.protected
        name = "" if hidden else paths.name_of(named[place.id][above:]) or place.name
        card = known[file.id] if file is not None else None
        told.append(SampleRow(number, item, name, card, place.kind is PlaceKind.BOX))
    return told


def subjects(of: Iterable[SampleRow]) -> Sequence[str]:
    """Return whom a look at some rows is about."""
    return masking.subjects([row.card for row in of if row.card is not None])
