"""The six lists of the demo: of each old address in a form of its own, and that of the central archive.

Each old list names what stands, or once stood, in the rooms of one address, in the order of the rooms, with
the slips such lists have. `Row.slips` says of every row what a truthful import must find in it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from archive.vocabulary import PersonRole, Protection
from seed.demo.pen import Pen, western
from seed.demo.world import CoverSpot, File, World

Cell = str | int | float | date | None
_PERSON_SLIPS = ("number_", "kind_", "protected")


@dataclass(frozen=True, slots=True)
class ListRow:
    """Hold one row below the header; `file` is None where it tells of no file.

    `again` says that the cover has a row before: `repeated` (the same cells), `retyped` (a figure of the
    reference typed twice) or `elsewhere` (on another address's list too). Merged cells reach `span` rows.
    """

    cells: list[Cell]
    file: int | None = None
    slips: frozenset[str] = frozenset()
    again: str = ""
    span: int = 1


@dataclass(frozen=True, slots=True)
class ListForm:
    """Describe the form of one list; `site` is None for that of the central archive."""

    name: str
    file_name: str
    writer: str
    site: int | None
    headers: tuple[str, ...]
    cells: Callable[[Pen, File], list[Cell]]
    titles: tuple[str, ...] = ()
    merged: tuple[int, ...] = ()
    page_header_every: int = 0


def rows(world: World, form: ListForm, seed: int = 0) -> Iterator[ListRow]:
    """Yield the rows of a list as they are written, the same every time for a seed."""
    pen = Pen(f"list:{form.name}:{seed}", world.city.kinds)
    if form.site is None:
        for index in world.in_central:
            yield _row(form, pen, world.file(index))
        return
    written = 0
    for room in (room for room in world.rooms if room.site == form.site):
        indexes = world.in_room(room.number)
        for covers in _covers(world, indexes, together=bool(form.merged)):
            for row in _with_doubles(form, pen, covers):
                yield row
                written += 1
                if form.page_header_every and written % form.page_header_every == 0:
                    yield ListRow(list(form.headers))
        yield _only(form, f"Summa {room.name}: {len(indexes)} akter")
        yield _only(form, None)
    for file in _noted_here_too(world, form.site):
        yield replace(_row(form, pen, file), again="elsewhere")


def _covers(world: World, indexes: Sequence[int], *, together: bool) -> Iterator[list[File]]:
    """Yield covers one by one, or all parts of a case that stand side by side."""
    group: list[File] = []
    for index in indexes:
        file = world.file(index)
        if group and not (together and file.case == group[0].case):
            yield group
            group = []
        group.append(file)
    if group:
        yield group


def _with_doubles(form: ListForm, pen: Pen, covers: list[File]) -> Iterator[ListRow]:
    if len(covers) > 1:
        yield from _merged_rows(form, pen, covers)
        return
    row = _row(form, pen, covers[0])
    yield row
    if pen.chance(0.004):
        yield replace(row, again="repeated")
    elif pen.chance(0.003):
        retyped = replace(covers[0], reference=_figure_typed_twice(covers[0].reference))
        yield replace(_row(form, pen, retyped), again="retyped")


def _merged_rows(form: ListForm, pen: Pen, covers: list[File]) -> Iterator[ListRow]:
    """Write the person once over all parts; what is odd about it is odd in every row."""
    first = _row(form, pen, covers[0])
    of_person = {slip for slip in first.slips if slip.startswith(_PERSON_SLIPS)}
    yield replace(first, span=len(covers))
    for cover in covers[1:]:
        row = _row(form, pen, cover)
        own = {slip for slip in row.slips if not slip.startswith(_PERSON_SLIPS)}
        cells = [None if column in form.merged else cell for column, cell in enumerate(row.cells)]
        yield replace(row, cells=cells, slips=frozenset(own | of_person))


def _noted_here_too(world: World, site: int) -> Iterator[File]:
    """Yield covers of the address before, where it is of the same district: some were noted in both lists."""
    sites = world.city.sites
    if site == 0 or sites[site - 1].source != sites[site].source:
        return
    other = next(room for room in world.rooms if room.site == site - 1)
    here = next(room for room in world.rooms if room.site == site)
    spot = CoverSpot(sites[site].name, here.name, 1, 1, 1, 1)
    for index in world.in_room(other.number)[5::120]:
        yield replace(world.file(index), old=spot)


def _row(form: ListForm, pen: Pen, file: File) -> ListRow:
    pen.slips = set()
    return ListRow(form.cells(pen, file), file.index, frozenset(pen.slips))


def _only(form: ListForm, text: str | None) -> ListRow:
    return ListRow([text, *[None] * (len(form.headers) - 1)])


def _figure_typed_twice(reference: str) -> str:
    longest = max(re.finditer(r"\d+", reference), key=lambda match: len(match[0]))
    return reference[: longest.end()] + reference[longest.end() - 1 :]


def _spot(file: File) -> CoverSpot:
    if file.old is None:
        raise ValueError("a cover on an old list has stood in an old room")
    return file.old


def _shield(pen: Pen, file: File, words: dict[Protection, str], none: str) -> str:
    worst = max((person.protection for person, _role in file.persons), key=list(Protection).index)
    if worst is Protection.NONE:
        return none
    pen.slips.add("protected")
    return words[worst]


_FULL_WORDS = {
    Protection.MARKED: "Sekretessmarkering",
    Protection.PROTECTED_REGISTRATION: "Skyddad folkbokföring",
    Protection.ASSUMED_IDENTITY: "Fingerade personuppgifter",
}


def _all_as(word: str) -> dict[Protection, str]:
    return dict.fromkeys(_FULL_WORDS, word)


def _hamnfogdegatan(pen: Pen, file: File) -> list[Cell]:
    spot, person = _spot(file), file.subject
    return [
        file.reference,
        file.part,
        file.parts,
        pen.number(person, "long"),
        pen.name(person, "family_first"),
        pen.kind(file, "name"),
        pen.day(file.opened, "date"),
        pen.day(file.closed, "date"),
        pen.day(file.last_note, pen.random.choice(("date", "date", "loose")), may_miss=0.06),
        spot.room,
        spot.rack,
        spot.shelf,
        spot.box,
        _shield(pen, file, _all_as("SEKR"), ""),
    ]


def _tegelbruksvagen(pen: Pen, file: File) -> list[Cell]:
    spot, person = _spot(file), file.subject
    return [
        file.reference,
        western(pen.name(person, "family_first")),
        pen.number(person, "signed"),
        pen.kind(file, "code"),
        f"del {file.part} av {file.parts}" if file.parts > 1 else "",
        f"{file.width:.2f}".replace(".", ","),
        pen.day(file.opened, "slash"),
        pen.day(file.closed, "slash"),
        pen.day(file.last_note, "slash", may_miss=0.08),
        f"{spot.room}, sektion {spot.rack}, hyllplan {spot.shelf}, box {spot.box}",
        _shield(pen, file, _all_as("J"), "N"),
    ]


def _kvarnholmsgatan(pen: Pen, file: File) -> list[Cell]:
    spot, person = _spot(file), file.subject
    others = [
        f"{pen.name(other, 'family_first')} {other.number[:8]}-{other.number[8:]}" if other.number else
        pen.name(other, "family_first")
        for other, role in file.persons[1:]
        if role in (PersonRole.PARTNER, PersonRole.PARENT)
    ]  # fmt: skip
    moved = pen.chance(0.03)
    return [
        file.reference,
        f"{file.part}/{file.parts}" if file.parts > 1 else "",
        pen.name(person, "family"),
        pen.name(person, "given"),
        pen.number(person, "long"),
        "\n".join(others),
        pen.kind(file, "other"),
        pen.day(file.opened, "loose"),
        pen.day(file.closed, "iso"),
        pen.day(file.last_note, pen.random.choice(("iso", "loose")), may_miss=0.05),
        spot.room,
        spot.rack,
        spot.shelf,
        spot.box,
        _shield(pen, file, _FULL_WORDS, ""),
        "ja" if file.kind == "PL" else "",
        f"Flyttad från rum 209\nvid ommålningen {file.closed.year + 1}" if moved else "",
    ]


def _ribbingsgatan(pen: Pen, file: File) -> list[Cell]:
    spot, person = _spot(file), file.subject
    dated = pen.chance(0.5)
    century_known = dated and person.number.startswith(str(person.born.year))
    number = pen.number(person, "bare", century_elsewhere=century_known)
    read_as_date = not pen.slips & {"number_missing", "number_unreadable"}
    if dated and read_as_date and int(person.number[6:8]) % 60 != person.born.day:
        pen.slips.add("birth_dates_differ")
    return [
        file.reference,
        number,
        f"{person.born:%Y%m%d}" if dated else "",
        pen.name(person, "capitals"),
        pen.kind(file, "code"),
        pen.day(file.opened, "short"),
        pen.day(file.closed, "short"),
        pen.day(file.last_note, "short", may_miss=0.1),
        file.part,
        file.parts,
        spot.room,
        spot.rack,
        spot.shelf,
        spot.box,
        _shield(pen, file, _all_as("S"), ""),
    ]


def _pildammsgrand(pen: Pen, file: File) -> list[Cell]:
    spot, person = _spot(file), file.subject
    number: Cell = pen.number(person, "long")
    if isinstance(number, str) and number.isdigit() and len(number) == 12:
        number = int(number)
    return [
        file.reference,
        pen.name(person, "given_first"),
        number,
        pen.kind(file, "other"),
        file.unit,
        pen.day(file.opened, "serial"),
        pen.day(file.closed, "serial"),
        pen.day(file.last_note, "serial", may_miss=0.07),
        file.part,
        file.parts,
        spot.room,
        spot.rack,
        spot.shelf,
        spot.box,
    ]


def _central(pen: Pen, file: File) -> list[Cell]:
    spot, person = file.central, file.subject
    if spot is None or file.received is None:
        raise ValueError("a cover on the central list has been received")
    swapped = pen.chance(0.003) and person.number.isdigit()
    return [
        file.reference,
        file.source,
        file.part,
        file.parts,
        pen.kind(file, "code"),
        pen.transposed(person.number) if swapped else pen.number(person, "long"),
        pen.name(person, "family"),
        pen.name(person, "given"),
        file.unit,
        pen.day(file.opened, "iso"),
        pen.day(file.closed, "iso"),
        pen.day(file.last_note, "iso", may_miss=0.02),
        spot.room,
        spot.rack,
        spot.shelf,
        spot.box,
        spot.position,
        _shield(pen, file, _FULL_WORDS, "Nej"),
        file.received.isoformat(),
        file.checked.isoformat() if file.checked else "",
        file.checked_by,
    ]


FORMS = (
    ListForm(
        "hamnfogdegatan", "1 Hamnfogdegatan 22.xlsx", "xlsx", 0,
        ("Aktnummer", "Del", "Antal delar", "Personnummer", "Namn", "Akttyp", "Öppnad", "Avslutad",
         "Sista anteckning", "Arkivlokal", "Sektion", "Hyllplan", "Box", "Skydd"),
        _hamnfogdegatan,
        titles=("Personakter i arkivet, Hamnfogdegatan 22", "Uppdaterad 2024-05-27 inför flytten"),
        merged=(3, 4, 5, 13),
    ),
    ListForm(
        "tegelbruksvagen", "2 Tegelbruksvägen 7.csv", "semicolon", 1,
        ("Dossiénr", "Klient", "Pnr", "Slag", "Omfång", "Hyllmeter", "Inlett", "Avslutat",
         "Senaste anteckning", "Placering", "Sekr"),
        _tegelbruksvagen,
        page_header_every=500,
    ),
    ListForm(
        "kvarnholmsgatan", "3 Kvarnholmsgatan 14.csv", "comma", 2,
        ("Aktnr", "Volym", "Efternamn", "Förnamn", "Personnummer", "Övriga personer", "Ärendetyp", "Öppnad",
         "Stängd", "Sista anteckning", "Rum", "Sektion", "Hylla", "Box", "Skyddade personuppgifter",
         "Placerat barn", "Anmärkning"),
        _kvarnholmsgatan,
    ),
    ListForm(
        "ribbingsgatan", "4 Ribbingsgatan 41.txt", "tab", 3,
        ("AKTNR", "PNR", "FÖDD", "NAMN", "TYP", "UPPL DAT", "AVSL DAT", "SISTA ANT", "DEL", "ANT DELAR",
         "LOKAL", "SEKT", "PLAN", "BOX", "SKYDD"),
        _ribbingsgatan,
    ),
    ListForm(
        "pildammsgrand", "5 Pildammsgränd 9.xlsx", "xlsx", 4,
        ("Akt", "Namn", "Personnummer", "Kategori", "Enhet", "Startdatum", "Avslutsdatum",
         "Sista notering", "Del", "Delar", "Rum", "Sektion", "Hyllplan", "Box"),
        _pildammsgrand,
    ),
    ListForm(
        "central", "6 Centralarkivet.csv", "semicolon_utf8", None,
        ("Aktnummer", "System", "Del", "Av", "Akttyp", "Personnummer", "Efternamn", "Förnamn", "Enhet",
         "Öppnad", "Avslutad", "Sista anteckning", "Arkivlokal", "Sektion", "Hyllplan", "Box", "Position",
         "Skydd", "Mottagen", "Omslag kontrollerat", "Sign"),
        _central,
    ),
)  # fmt: skip
