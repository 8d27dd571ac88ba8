"""Load the invented city: its sites and rooms, central archive, source systems and units."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from archive.vocabulary import OrderRule
from seed.reference import BadReference, FileKindRow, kinds
from seed.reference.entries import YamlEntry, entries, read_yaml, refuse_twice

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class SourceSystemRow:
    """Describe a system that gives files their numbers."""

    code: str
    name: str
    pattern: str

    def reference(self, year: int, number: int, letter: str) -> str:
        """Write a file's number as the system does."""
        return self.pattern.format(year=year, yy=f"{year % 100:02d}", number=number, letter=letter)


@dataclass(frozen=True, slots=True)
class UnitRow:
    """Name a unit and the kinds of files it keeps."""

    name: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """Describe an old archive room; `share` is its part of the old files, of 100."""

    name: str
    order: OrderRule
    share: int


@dataclass(frozen=True, slots=True)
class Site:
    """Describe an old address, the system that numbers its files and its rooms; in use if not `emptied`."""

    name: str
    source: str
    emptied: date | None
    rooms: tuple[Room, ...]


@dataclass(frozen=True, slots=True)
class CentralArchive:
    """Describe the central archive, whose racks grow with the number of files."""

    name: str
    source: str
    stacks: tuple[str, ...]
    protected: str
    receiving: str
    desks: tuple[str, ...]
    order: OrderRule
    shelves_per_rack: int
    boxes_per_shelf: int
    files_per_box: int

    def racks_for(self, files: int) -> int:
        """Return how many racks so many files fill."""
        per_rack = self.shelves_per_rack * self.boxes_per_shelf * self.files_per_box
        return -(-files // per_rack)


@dataclass(frozen=True, slots=True)
class City:
    """Hold the invented city, and the kinds of files that every city has."""

    kinds: tuple[FileKindRow, ...]
    sources: tuple[SourceSystemRow, ...]
    units: tuple[UnitRow, ...]
    sites: tuple[Site, ...]
    central: CentralArchive


@cache
def load(folder: Path = FOLDER) -> City:
    """Read and check all files in the folder; raises BadReference."""
    central = folder / "central_archive.yaml"
    city = City(
        kinds=kinds(),
        sources=tuple(_source(entry) for entry in entries(folder / "source_systems.yaml")),
        units=tuple(_unit(entry) for entry in entries(folder / "units.yaml")),
        sites=tuple(_site(entry) for entry in entries(folder / "sites.yaml")),
        central=_central(YamlEntry(central, read_yaml(central))),
    )
    _check(city)
    return city


def _source(entry: YamlEntry) -> SourceSystemRow:
    entry.only("code", "name", "reference")
    source = SourceSystemRow(entry.get("code", str), entry.get("name", str), entry.get("reference", str))
    try:
        source.reference(1975, 1, "A")
    except (KeyError, IndexError, ValueError) as error:
        raise entry.bad(f"has a bad form of reference: {error}") from error
    return source


def _unit(entry: YamlEntry) -> UnitRow:
    entry.only("name", "kinds")
    return UnitRow(entry.get("name", str), entry.texts("kinds"))


def _site(entry: YamlEntry) -> Site:
    entry.only("name", "source", "emptied", "rooms")
    rooms = []
    for room in entry.inner("rooms"):
        room.only("name", "order", "share")
        rooms.append(Room(room.get("name", str), room.order(), room.get("share", int)))
    emptied = entry.get("emptied", date) if "emptied" in entry.fields else None
    return Site(entry.get("name", str), entry.get("source", str), emptied, tuple(rooms))


def _central(entry: YamlEntry) -> CentralArchive:
    counts = ("shelves_per_rack", "boxes_per_shelf", "files_per_box")
    entry.only("name", "source", "stacks", "protected", "receiving", "desks", "order", *counts)
    numbers = [entry.get(name, int) for name in counts]
    if min(numbers) < 1:
        raise entry.bad("needs counts of at least 1")
    return CentralArchive(
        entry.get("name", str),
        entry.get("source", str),
        entry.texts("stacks"),
        entry.get("protected", str),
        entry.get("receiving", str),
        entry.texts("desks"),
        entry.order(),
        *numbers,
    )


def _check(city: City) -> None:
    codes = {kind.code for kind in city.kinds}
    refuse_twice("source_systems.yaml", "code", (source.code for source in city.sources))
    refuse_twice("units.yaml", "name", (unit.name for unit in city.units))
    refuse_twice("sites.yaml", "site", [*(site.name for site in city.sites), city.central.name])
    for site in city.sites:
        refuse_twice("sites.yaml", f"room at {site.name}", (room.name for room in site.rooms))
    if sum(room.share for site in city.sites for room in site.rooms) != 100:
        raise BadReference("sites.yaml: the shares of all rooms must add up to 100")
    for unit in city.units:
        if unknown := set(unit.kinds) - codes:
            raise BadReference(f"units.yaml: {unit.name} names unknown kinds: {', '.join(sorted(unknown))}")
    systems = {source.code for source in city.sources}
    named = [(site.name, site.source) for site in city.sites]
    for name, source in [*named, (city.central.name, city.central.source)]:
        if source not in systems:
            raise BadReference(f"{name} names an unknown source system: {source}")
    if homeless := codes - {kind for unit in city.units for kind in unit.kinds}:
        raise BadReference(f"units.yaml: no unit keeps {', '.join(sorted(homeless))}")
