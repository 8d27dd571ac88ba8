"""Load the reference data: sites and rooms, the central archive, kinds of files, source systems, units."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from archive.rules.retention import KindRule
from archive.vocabulary import OrderRule

FOLDER = Path(__file__).parent


class BadReference(Exception):
    """Report reference data that cannot be used, by file and entry."""


@dataclass(frozen=True, slots=True)
class FileKindRow:
    """Describe a kind of case file; `also` is how old lists write it."""

    code: str
    letter: str
    name_sv: str
    name_en: str
    delicate: bool
    rule: KindRule
    also: tuple[str, ...]


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
class Reference:
    """Hold all reference data."""

    kinds: tuple[FileKindRow, ...]
    sources: tuple[SourceSystemRow, ...]
    units: tuple[UnitRow, ...]
    sites: tuple[Site, ...]
    central: CentralArchive


@cache
def load(folder: Path = FOLDER) -> Reference:
    """Read and check all files in the folder; raises BadReference."""
    kinds = tuple(_kind(entry) for entry in _entries(folder / "file_kinds.yaml"))
    reference = Reference(
        kinds=kinds,
        sources=tuple(_source(entry) for entry in _entries(folder / "source_systems.yaml")),
        units=tuple(_unit(entry) for entry in _entries(folder / "units.yaml")),
        sites=tuple(_site(entry) for entry in _entries(folder / "sites.yaml")),
        central=_central(_Entry(folder / "central_archive.yaml", _yaml(folder / "central_archive.yaml"))),
    )
    _check(reference)
    return reference


def _yaml(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise BadReference(f"{path.name}: {error}") from error


@dataclass(slots=True)
class _Entry:
    """One mapping of a file; whatever is not asked for in the end is a misspelling."""

    path: Path
    fields: Mapping[str, Any]
    where: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.fields, dict):
            raise self.bad("is no list of names and values")

    def bad(self, what: str) -> BadReference:
        return BadReference(f"{self.path.name}{self.where} {what}")

    def only(self, *names: str) -> None:
        if unknown := set(self.fields) - set(names):
            raise self.bad(f"has an unknown field: {', '.join(sorted(unknown))}")

    def get(self, name: str, kind: type, default: Any = None) -> Any:
        value = self.fields.get(name, default)
        if not isinstance(value, kind):
            raise self.bad(f"needs {name}: {kind.__name__}")
        return value

    def texts(self, name: str, default: Any = None) -> tuple[str, ...]:
        values = self.get(name, list, default)
        if not all(isinstance(value, str) for value in values):
            raise self.bad(f"needs texts in {name}")
        return tuple(values)

    def order(self) -> OrderRule:
        rule = {rule.value: rule for rule in OrderRule}.get(self.get("order", str))
        if rule is None:
            raise self.bad(f"has an unknown order: {self.fields['order']}")
        return rule

    def inner(self, name: str) -> list["_Entry"]:
        return [
            _Entry(self.path, entry, f"{self.where}, {name} {number}")
            for number, entry in enumerate(self.get(name, list), start=1)
        ]


def _entries(path: Path) -> list[_Entry]:
    entries = _yaml(path)
    if not isinstance(entries, list) or not entries:
        raise BadReference(f"{path.name} is no list")
    return [_Entry(path, entry, f", entry {number}") for number, entry in enumerate(entries, start=1)]


def _kind(entry: _Entry) -> FileKindRow:
    entry.only("code", "letter", "sv", "en", "delicate", "rule", "also")
    letter = entry.get("letter", str)
    if len(letter) != 1:
        raise entry.bad("needs a single code letter")
    try:
        rule = KindRule.parse(entry.get("rule", str))
    except ValueError as error:
        raise entry.bad(f"has a bad rule: {error}") from error
    return FileKindRow(
        entry.get("code", str),
        letter,
        entry.get("sv", str),
        entry.get("en", str),
        entry.get("delicate", bool),
        rule,
        entry.texts("also", []),
    )


def _source(entry: _Entry) -> SourceSystemRow:
    entry.only("code", "name", "reference")
    source = SourceSystemRow(entry.get("code", str), entry.get("name", str), entry.get("reference", str))
    try:
        source.reference(1975, 1, "A")
    except (KeyError, IndexError, ValueError) as error:
        raise entry.bad(f"has a bad form of reference: {error}") from error
    return source


def _unit(entry: _Entry) -> UnitRow:
    entry.only("name", "kinds")
    return UnitRow(entry.get("name", str), entry.texts("kinds"))


def _site(entry: _Entry) -> Site:
    entry.only("name", "source", "emptied", "rooms")
    rooms = []
    for room in entry.inner("rooms"):
        room.only("name", "order", "share")
        rooms.append(Room(room.get("name", str), room.order(), room.get("share", int)))
    emptied = entry.get("emptied", date) if "emptied" in entry.fields else None
    return Site(entry.get("name", str), entry.get("source", str), emptied, tuple(rooms))


def _central(entry: _Entry) -> CentralArchive:
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


def _check(reference: Reference) -> None:
    codes = {kind.code for kind in reference.kinds}
    _unique("file_kinds.yaml", "code", (kind.code for kind in reference.kinds))
    _unique("file_kinds.yaml", "letter", (kind.letter for kind in reference.kinds))
    written = (word.casefold() for kind in reference.kinds for word in (kind.name_sv, *kind.also))
    _unique("file_kinds.yaml", "name", written)
    _unique("source_systems.yaml", "code", (source.code for source in reference.sources))
    _unique("units.yaml", "name", (unit.name for unit in reference.units))
    _unique("sites.yaml", "site", [*(site.name for site in reference.sites), reference.central.name])
    for site in reference.sites:
        _unique("sites.yaml", f"room at {site.name}", (room.name for room in site.rooms))
    if sum(room.share for site in reference.sites for room in site.rooms) != 100:
        raise BadReference("sites.yaml: the shares of all rooms must add up to 100")
    for unit in reference.units:
        if unknown := set(unit.kinds) - codes:
            raise BadReference(f"units.yaml: {unit.name} names unknown kinds: {', '.join(sorted(unknown))}")
    systems = {source.code for source in reference.sources}
    named = [(site.name, site.source) for site in reference.sites]
    for name, source in [*named, (reference.central.name, reference.central.source)]:
        if source not in systems:
            raise BadReference(f"{name} names an unknown source system: {source}")
    if homeless := codes - {kind for unit in reference.units for kind in unit.kinds}:
        raise BadReference(f"units.yaml: no unit keeps {', '.join(sorted(homeless))}")


def _unique(path: str, what: str, values: Iterable[str]) -> None:
    twice = [value for value, count in Counter(values).items() if count > 1]
    if twice:
        raise BadReference(f"{path}: the same {what} stands twice: {', '.join(twice)}")
