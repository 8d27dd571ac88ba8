"""Read small lists as the import reads them: columns guessed, the habits of the list seen in its rows."""

from dataclasses import replace
from datetime import date

from archive.imports.lists.meaning.guessing import guess
from archive.imports.lists.meaning.mapping import Mapping
from archive.imports.lists.meaning.reader import ListReader
from archive.imports.lists.meaning.reading import Reading
from archive.imports.lists.meaning.tables import open_list
from archive.vocabulary import Protection

TODAY = date(2026, 11, 21)
SETTINGS = Mapping(source="PROVA", site="Storgatan 1", unstated_protection=Protection.NONE)


def read_list(text: str, **settings: object) -> list[Reading]:
    """Read every row of a list written with semicolons."""
    with open_list(text.strip().encode()) as opened:
        columns, sample = opened.shape.columns, [cells for _number, cells in opened.sample()]
        kinds = {"eb": "EB", "vu": "VU"}
        found = guess(columns, sample, today=TODAY, kinds=kinds, settings=replace(SETTINGS, **settings))  # type: ignore[arg-type]
        reader = ListReader.over(opened, found.mapping, TODAY)
        return [reader.read(cells, number) for number, cells in opened.rows()]


def flags(reading: Reading) -> set[str]:
    """Return what is odd about a row, as `field:code`."""
    return {f"{flag.field.value if flag.field else ''}:{flag.code.value}" for flag in reading.flags}


def place(reading: Reading) -> str:
    """Return where a row says its file stands, without the address."""
    return "/".join(step.name for step in reading.place[1:])


def people(reading: Reading) -> list[tuple[str, str]]:
    """Return the family and given names of a row."""
    return [(person.family, person.given) for person in reading.persons]
