"""What a truthful import of the demo lists must say, counted while they are written."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from seed.demo.cases import CasesTruth
from seed.demo.lists import ListForm, ListRow
from seed.demo.world import World


@dataclass(slots=True)
class ListTruth:
    """Count one list; row numbers are those of the records in the file, titles included, from 1.

    `files`: different covers. `repeated`, `retyped`, `elsewhere`: rows that name a cover again (see Row).
    `not_files`: rows that name none (sums, a heading again). `slips`: how many rows have each.
    """

    name: str
    file_name: str
    source: str
    site: str
    header_row: int
    rows: int = 0
    blank: int = 0
    files: int = 0
    repeated: int = 0
    retyped: int = 0
    elsewhere: int = 0
    not_files: list[int] = field(default_factory=list)
    slips: dict[str, int] = field(default_factory=dict)

    @classmethod
    def from_form(cls, form: ListForm, world: World) -> "ListTruth":
        """Begin the count of a list."""
        site = None if form.site is None else world.city.sites[form.site]
        return cls(
            form.name,
            form.file_name,
            site.source if site else "",
            site.name if site else world.city.central.name,
            len(form.titles) + 1,
        )

    def counting(self, content: Iterable[ListRow]) -> Iterator[ListRow]:
        """Pass the rows on and count them."""
        for number, row in enumerate(content, start=self.header_row + 1):
            self._count(number, row)
            yield row

    def _count(self, number: int, row: ListRow) -> None:
        if all(cell in (None, "") for cell in row.cells):
            self.blank += 1
            return
        self.rows += 1
        if row.file is None:
            self.not_files.append(number)
            return
        for slip in row.slips:
            self.slips[slip] = self.slips.get(slip, 0) + 1
        match row.again:
            case "repeated":
                self.repeated += 1
            case "retyped":
                self.retyped += 1
            case "elsewhere":
                self.elsewhere += 1
            case _:
                self.files += 1


@dataclass(slots=True)
class Truth:
    """Count all lists together, in covers.

    `covers`: different covers on any list. `moved`: on an old list and received. `moved_from_rooms_in_use`:
    those of them whose old list still places them in a room in use. `never_received`: on the list of an
    emptied address only. `still_there`: on that of an address in use only. `on_no_old_list`: on the central
    list only. `checked_before`: received and checked before the system, with a date.
    """

    lists: list[ListTruth]
    cases: CasesTruth
    covers: int = 0
    moved: int = 0
    moved_from_rooms_in_use: int = 0
    never_received: int = 0
    still_there: int = 0
    on_no_old_list: int = 0
    checked_before: int = 0

    def list_named(self, name: str) -> ListTruth:
        """Return the truth about one list."""
        return next(one for one in self.lists if one.name == name)

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data; of the waiting cases their number."""
        data = asdict(self)
        data["cases"]["waiting"] = len(self.cases.waiting)
        return data


def whole_truth(world: World, lists: list[ListTruth]) -> Truth:
    """Count how the lists overlap."""
    truth = Truth(lists, CasesTruth(), covers=len(world))
    for case, room in enumerate(world.cases.room):
        parts = 0 if world.cases.waiting(case) else world.cases.parts[case]
        received = bool(world.cases.received[case])
        listed = room < len(world.rooms)
        emptied = listed and world.rooms[room].emptied is not None
        truth.moved += parts * (listed and received)
        truth.moved_from_rooms_in_use += parts * (listed and received and not emptied)
        truth.never_received += parts * (emptied and not received)
        truth.still_there += parts * (listed and not emptied and not received)
        truth.on_no_old_list += parts * (received and not listed)
        truth.checked_before += parts * (received and world.cases.checked_after[case] >= 0)
    return truth
