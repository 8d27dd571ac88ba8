"""The six lists of the demo are read without a word of help, and truthfully."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from archive.imports.lists.meaning.guessing import Guess, guess
from archive.imports.lists.meaning.reader import ListReader
from archive.imports.lists.meaning.reading import Reading
from archive.imports.lists.meaning.tables import OpenList, open_list
from archive.vocabulary import NumberQuality
from seed.demo.lists import FORMS
from seed.demo.pen import western
from seed.demo.population import DEMO_DAY
from seed.demo.truth import ListTruth, Truth
from seed.demo.world import World
from seed.demo.write import write_lists

TODAY = date(2026, 11, 21)
FILES = 1500
NAMES = [form.name for form in FORMS]

FIELDS = {
    "hamnfogdegatan": """
        reference part parts number name kind opened closed last_note room rack shelf box protection
    """,
    "tegelbruksvagen": """
        reference name number kind part_text ignored opened closed last_note place protection
    """,
    "kvarnholmsgatan": """
        reference part_text family_name given_name number co_persons kind opened closed last_note room
        rack shelf box protection placed_child free_text
    """,
    "ribbingsgatan": """
        reference number birth_date name kind opened closed last_note part parts room rack shelf box
        protection
    """,
    "pildammsgrand": """
        reference name number kind unit opened closed last_note part parts room rack shelf box
    """,
    "central": """
        reference source_system part parts kind number family_name given_name unit opened closed
        last_note room rack shelf box position protection ignored checked_date checked_by
    """,
}
TEXTS = {
    "tegelbruksvagen": ("cp1252", ";"),
    "kvarnholmsgatan": ("utf-8-sig", ","),
    "ribbingsgatan": ("utf-8", "\t"),
    "central": ("utf-8-sig", ";"),
}
NUMBER_SLIPS = ("number_no_century", "number_no_check_digit", "number_wrong_check_digit", "number_unreadable")


@pytest.fixture(scope="module")
def world() -> World:
    return World(FILES)


@pytest.fixture(scope="module")
def lists(world: World, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    folder = tmp_path_factory.mktemp("lists")
    return folder, write_lists(world, folder)


@pytest.fixture
def truth(lists: tuple[Path, Truth], name: str) -> ListTruth:
    return lists[1].list_named(name)


@pytest.fixture
def opened(lists: tuple[Path, Truth], truth: ListTruth) -> Iterator[OpenList]:
    with open_list(lists[0] / truth.file_name) as found:
        yield found


@pytest.fixture
def proposal(opened: OpenList, world: World) -> Guess:
    kinds = {word: kind.code for kind in world.city.kinds for word in (kind.code, kind.name_sv, *kind.also)}
    return guess(
        opened.shape.columns, [cells for _number, cells in opened.sample()], today=TODAY, kinds=kinds
    )


@pytest.fixture
def readings(opened: OpenList, proposal: Guess, truth: ListTruth) -> dict[int, Reading]:
    mapping = replace(proposal.mapping, source=truth.source, site=truth.site, list_date=DEMO_DAY)
    reader = ListReader.over(opened, mapping, TODAY)
    return {number: reader.read(cells) for number, cells in opened.rows()}


@pytest.mark.parametrize("name", NAMES)
def test_every_column_is_guessed_right(
    opened: OpenList, proposal: Guess, truth: ListTruth, name: str
) -> None:
    assert opened.shape.header_row == truth.header_row
    assert [column.field and column.field.value for column in proposal.columns] == FIELDS[name].split()
    assert name not in TEXTS or (opened.shape.encoding, opened.shape.separator) == TEXTS[name]


@pytest.mark.parametrize("name", NAMES)
def test_every_row_is_read_and_only_what_is_no_file_is_rejected(
    readings: dict[int, Reading], truth: ListTruth, name: str
) -> None:
    assert len(readings) == truth.rows
    assert [number for number, reading in readings.items() if reading.problems] == truth.not_files


@pytest.mark.parametrize("name", NAMES)
def test_every_slip_is_flagged_and_nothing_else(
    readings: dict[int, Reading], truth: ListTruth, name: str
) -> None:
    rows = Counter(
        code for reading in readings.values() for code in {flag.code.value for flag in reading.flags}
    )
    rows["date_unreadable"] += rows.pop("date_partly_read", 0)  # of “våren -98” the year is read
    for slip in (*NUMBER_SLIPS, "date_unreadable", "kind_unknown"):
        assert rows.pop(slip, 0) == truth.slips.get(slip, 0), slip
    assert sum(rows.values()) <= len(readings) // 100, rows
    protected = sum(reading.protection.protected for reading in readings.values() if not reading.problems)
    assert name == "pildammsgrand" or protected == truth.slips.get("protected", 0)


@pytest.mark.parametrize("name", NAMES)
def test_every_reading_says_what_the_world_says(
    readings: dict[int, Reading], world: World, name: str
) -> None:
    files = {(file.reference, file.part): file for file in world.files()}
    told = [(one, files[key]) for one in readings.values() if (key := (one.reference, one.part)) in files]
    assert len(told) > 0.97 * len(readings)
    elsewhere = 0
    for reading, file in told:
        person, truth = reading.persons[0], file.subject
        written = (truth.given_name, truth.family_name)
        shown = map(western, written) if name == "tegelbruksvagen" else written
        assert (person.given.casefold(), person.family.casefold()) == tuple(map(str.casefold, shown))
        assert reading.closed is None or reading.closed.earliest() <= file.closed <= reading.closed.latest()
        assert reading.kind in (file.kind, "")
        if person.number and person.number.quality is NumberQuality.SOUND:
            assert person.number.number == truth.number
        spot = file.central if name == "central" else file.old
        assert spot
        place = [spot.site, spot.room, str(spot.rack), str(spot.shelf), str(spot.box)]
        elsewhere += [step.name for step in reading.place] != place
    assert elsewhere <= 0.03 * len(told)
