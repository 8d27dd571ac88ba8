"""Make the lists an import is measured by: one as a system writes it, one as an archive keeps it."""

from datetime import date, timedelta
from typing import NamedTuple

from archive.imports.lists.meaning.fields import ListField
from archive.imports.lists.meaning.mapping import MappedColumn, Mapping
from archive.vocabulary import Protection
from seed.demo.names import FAMILY, FEMALE, MALE
from seed.numbers import many
from tests.verbs.imports.taking_in import OLD, a_list, mapping, row

COLUMNS = {
    "Akt nr": ListField.REFERENCE,
    "Personnummer": ListField.NUMBER,
    "Namn": ListField.NAME,
    "Akttyp": ListField.KIND,
    "Startdatum": ListField.OPENED,
    "Slutdatum": ListField.CLOSED,
    "Förvaring": ListField.PLACE,
    "Enhet": ListField.UNIT,
    "Skydd": ListField.PROTECTION,
    "Vårdnadshavare": ListField.CO_PERSONS,
    "Kontr": ListField.CHECKED_DATE,
    "Sign": ListField.CHECKED_BY,
    "Anm": ListField.FREE_TEXT,
}
_KINDS = ("EB", "Ek. bistånd", '-"-', "VU", "eb", "d:o")
_REMARKS = (
    *("", "", "Tjock akt", "", "Se även brodern", "", "Inskannad 2009", "", "2 omslag", ""),
    *("Omslaget trasigt", "", "Kompletterad", "", "Utlånad 2003", "", "Bilaga i mapp", "", "Ny flik", ""),
)
_STORES = "Rum {room}, hylla {shelf}, box {box}", "rum {room} hylla {shelf} box {box}", "samma"
_PLACES = 5_555  # in 100,000 rows
PER_SHELF, PER_ROOM = 9, 900


class MeasuredList(NamedTuple):
    """Hold a list, what its columns are, and the share of its rows that must become files."""

    name: str
    content: bytes
    mapping: Mapping
    registered: float


def plain(rows: int) -> MeasuredList:
    """Make a list as a system writes it: one form for everything."""
    numbers = many(rows, seed=7)
    content = a_list(
        row(
            f"P{index:07d}",
            number,
            f"{FAMILY[index % len(FAMILY)]}, {FEMALE[index % len(FEMALE)]}",
            closed=f"{1990 + index % 30}-0{1 + index % 9}-1{index % 9}",
            room=str(1 + index * 8 // rows),
            box=str(index // 12),
        )
        for index, number in enumerate(numbers)
    )
    return MeasuredList("plain", content, mapping(), 1)


def strange(rows: int) -> MeasuredList:
    """Make a list as an archive keeps it: thirteen columns below a title, each row as its writer would."""
    title = ("Arkivförteckning över avslutade akter", *[""] * (len(COLUMNS) - 1))
    lines = [_strange(index, number) for index, number in enumerate(many(rows, seed=11))]
    text = a_list([tuple(COLUMNS), *lines], title).decode()
    columns = tuple(MappedColumn(header, field) for header, field in COLUMNS.items())
    kinds = {"eb": "EB", "ek. bistånd": "EB", "vu": "VU"}
    meaning = Mapping(
        columns=columns, kinds=kinds, source="PROVA", site=OLD, unstated_protection=Protection.NONE
    )
    return MeasuredList("strange", text.encode("cp1252", "replace"), meaning, 0.9)


def _strange(index: int, number: str) -> tuple[str, ...]:
    born, box = int(number[:4]), index * _PLACES // 100_000
    began = date(1990, 1, 1) + timedelta(index * 7919 % 10_007)
    ended = began + timedelta(60 + index * 3571 % 1499)
    year = ended.year
    opened = f"{began}", f"{began.day}/{began.month} {began.year}", f"{began:%Y%m%d}"
    closed = f"{ended}", f"{ended.day}.{ended.month}.{year}", f"{ended:%Y-%m}"
    written = f"{number[:8]}-{number[8:]}", f"{number[2:8]}{'-' if born >= 1930 else '+'}{number[8:]}", number
    at_first = box != (index - 1) * _PLACES // 100_000
    store = _STORES[index % 2 if at_first else index % 3]
    return (
        f"{year}/{index:06d}",
        written[index % 3],
        _name(index),
        _KINDS[index % len(_KINDS)],
        opened[index % 3],
        closed[index // 3 % 3],
        store.format(room=1 + box // PER_ROOM, shelf=1 + box // PER_SHELF, box=box),
        f"Enhet {1 + index % 7}",
        "sekretess" if index % 200 == 199 else "nej" if index % 2 else "",
        f"{MALE[index % len(MALE)]} {FAMILY[index % len(FAMILY)]}" if index % 4 == 0 else "",
        f"{year + 1}-01-0{1 + index % 9}" if index % 5 == 0 else "",
        "AB" if index % 5 == 0 else "",
        _REMARKS[index % len(_REMARKS)],
    )


def _name(index: int) -> str:
    family, given = FAMILY[index % len(FAMILY)], FEMALE[index * 7 % len(FEMALE)]
    other = MALE[index * 5 % len(MALE)]
    forms = (
        *(f"{family}, {given}", f"{given} {family}", f"{family.upper()} {given}", f"{family} {given}"),
        *(f"{family}, {given} {other[0]}.", f"{family}, {given} f. {FAMILY[index * 3 % len(FAMILY)]}"),
        f"{given} & {other} {family}",
    )
    return forms[index % len(forms)]
