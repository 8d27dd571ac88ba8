"""The main job: what a list says is registered and truthfully reported; what is better known stays."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.files import files
from archive.imports import runs
from archive.imports.driver import drive
from archive.imports.lists.meaning.fields import FlagCode
from archive.kernel.errors import DomainError, Invalid
from archive.kernel.store import Actor, Archive
from archive.models import (
    CaseFile,
    EarlierCheck,
    FilePerson,
    ImportRow,
    Message,
    Person,
    PersonNumber,
    Place,
    Sighting,
    UploadChunk,
)
from archive.people import people
from archive.places import paths, places
from archive.vocabulary import (
    Evidence,
    ImportState,
    MessageKind,
    NumberQuality,
    Protection,
    Role,
    RowState,
    TaskKind,
)
from archive.vocabulary.wording import speaking
from seed.demo.world import World
from seed.demo.write import write_lists
from tests.builders import a_person, user_in_role
from tests.verbs.imports.taking_in import (
    CENTRAL,
    HEADER,
    OLD,
    OTHER,
    a_list,
    assert_proven,
    check,
    events,
    file_of,
    mapping,
    prepared,
    register,
    row,
    rows_of,
    take_in,
    tasks_of,
    withdraw,
)

ANNA, BERTIL, CECILIA = "195005050512", "199710182396", "200001052380"
OCTOBER = date(2025, 10, 31)


@pytest.fixture
def archive(archive: Archive) -> Archive:
    return prepared(archive)


def _counts(run: object, *names: str) -> tuple[int, ...]:
    return tuple(run.counts[name] for name in names)  # type: ignore[attr-defined]


def _numbers_of(archive: Archive, actor: Actor, reference: str) -> list[str]:
    file = file_of(archive, actor, reference)
    with archive.read(actor) as work:
        statement = (
            select(PersonNumber.number)
            .join(FilePerson, FilePerson.person_id == PersonNumber.person_id)
            .where(FilePerson.file_id == file.id, PersonNumber.current)
        )
        return list(work.session.execute(statement).scalars())


def test_the_six_demo_lists_are_registered_as_they_are_and_reported_truthfully(
    archive: Archive, archivist: Actor, tmp_path: Path
) -> None:
    world = World(700, 3)
    truth = write_lists(world, tmp_path, 3)
    with archive.write(archivist) as work:
        for site in world.city.sites:
            places.create(work, None, places.PlaceKind.SITE, site.name)
        places.create(work, None, places.PlaceKind.SITE, world.city.central.name, central=True)
    conflicts = unregistered = 0
    for told in truth.lists:
        checked = check(archive, archivist, (tmp_path / told.file_name).read_bytes(), name=told.file_name)
        run = register(archive, archivist, checked)
        assert run.counts == checked.counts
        counts = run.counts
        unknown_kinds = counts["problems"].get("kind_unknown", 0)
        assert counts["rows"] == told.rows
        not_files = sum(counts["problems"].get(why, 0) for why in ("not_a_file", "sum", "header_again"))
        assert not_files == len(told.not_files)
        assert counts["duplicates"] == told.repeated
        assert counts["near"] == told.retyped
        if told.site != world.city.central.name:
            assert unknown_kinds == told.slips.get("kind_unknown", 0)
            assert counts["registered"] == told.files + told.retyped - unknown_kinds
            assert counts["conflicts"] == told.elsewhere
            unregistered += unknown_kinds
        else:
            conflicts = counts["conflicts"]
            assert counts["registered"] + counts["changed"] + counts["unchanged"] == told.files
            assert counts["checks"] == truth.checked_before - counts["unchanged"]  # the masked
        again = register(
            archive,
            archivist,
            check(archive, archivist, (tmp_path / told.file_name).read_bytes(), name=told.file_name),
        )
        assert _counts(again, "registered", "changed", "moved", "places", "checks") == (0, 0, 0, 0, 0)
    # What the old list did not get registered cannot contradict the central one.
    assert truth.moved_from_rooms_in_use - unregistered <= conflicts <= truth.moved_from_rooms_in_use
    assert_proven(archive, archivist)


def test_the_same_list_again_writes_no_event_about_a_file_or_person(
    archive: Archive, archivist: Actor
) -> None:
    rows = [row("P1", ANNA), row("P2", BERTIL, box="2", checked="2025-01-02", sign="AB"), row("P3")]
    take_in(archive, archivist, rows)
    before = events(archive, archivist, "file.%"), events(archive, archivist, "person.%")
    again = take_in(archive, archivist, rows)
    assert _counts(again, "registered", "unchanged", "changed") == (0, 3, 0)
    assert (events(archive, archivist, "file.%"), events(archive, archivist, "person.%")) == before


def test_a_dry_run_registers_nothing(archive: Archive, archivist: Actor) -> None:
    run = check(archive, archivist, a_list([row("P1", ANNA)]), mapping())
    assert _counts(run, "rows", "registered") == (1, 1)
    with archive.read(archivist) as work:
        assert work.session.execute(select(CaseFile)).first() is None
        assert work.session.execute(select(Person)).first() is None


def test_a_row_keeps_the_number_it_has_in_the_file(archive: Archive, archivist: Actor) -> None:
    content = a_list([row("P1", ANNA), ("",) * len(HEADER), row("P2", BERTIL)])
    run = check(archive, archivist, content, mapping())
    assert [one.row for one in rows_of(archive, archivist, run)] == [2, 4]


def test_a_row_that_repeats_another_names_it(archive: Archive, archivist: Actor) -> None:
    run = take_in(archive, archivist, [row("P1", ANNA), row("P2", BERTIL), row("p 1", ANNA)])
    assert _counts(run, "registered", "duplicates") == (2, 1)
    repeated = rows_of(archive, archivist, run)[2]
    assert repeated.state is RowState.DUPLICATE
    with speaking("sv"):
        assert runs.problem_of(repeated.problem or {}).say() == "Samma akt står redan på rad 2."


def test_a_row_that_repeats_one_not_registered_is_registered(archive: Archive, archivist: Actor) -> None:
    run = take_in(archive, archivist, [row("P1", ANNA, kind="okänt slag"), row("P1", ANNA)])
    assert _counts(run, "registered", "duplicates", "rejected") == (1, 0, 1)


@pytest.mark.parametrize(
    ("second", "near"),
    [
        (row("P0001233", ANNA), 1),  # a sign typed twice
        (row("P000132", ANNA), 1),  # two signs swapped
        (row("P000124", ANNA, closed="2004-05-06"), 0),  # the next number of the series, another time
        (row("P000124", ANNA), 1),  # a wrong digit: closed the same day
        (
            row("P000123", "195005055012", part="1"),
            0,
        ),  # the same reference: the same file, whatever the number
        (row("P777777", "195005050152"), 1),  # two digits of the personal number swapped
        (row("P777777", "5005050512"), 0),  # the same person without century, another case
        (row("P777777", ANNA), 0),  # the same person, another case
        (row("P0001233", ANNA, kind="VU"), 0),  # another kind of file
        (row("P0001233", ANNA, part="2"), 1),  # another part, and a slip in the reference
        (row("P0001233", ANNA, part="2", closed="2004-05-06"), 0),
    ],
)
def test_files_that_are_nearly_the_same_are_registered_and_asked_about(
    archive: Archive, archivist: Actor, second: tuple[str, ...], near: int
) -> None:
    first = row("P000123", ANNA)
    together = check(archive, archivist, a_list([first, second]), mapping())
    assert together.counts["near"] == near, "within the list"
    take_in(archive, archivist, [first])
    run = take_in(archive, archivist, [second])
    assert run.counts["near"] == near, "against the register"
    assert len(tasks_of(archive, archivist, TaskKind.NEAR_DUPLICATE)) == near


@pytest.mark.parametrize(
    ("first", "second", "near"),
    [
        ("2009/123", "dnr 2009/123", 1),
        ("Dnr. 2009/123", "2009/123", 1),
        ("akt 2009/123", "D.nr 2009/123", 1),
        ("2009/123", "AB 2009/123", 0),
        ("2009/123", "dnr 2009/124", 0),
        ("2010/77", "2010-77", 1),
        ("2010:77", "2010/77", 1),
        ("2010-77-3", "2010/77-3", 1),
        ("2010/77", "2010-78", 0),
        ("2010/77", "201077", 0),
        ("2013-4", "2013-004", 1),
        ("2013-02", "02013-2", 1),
        ("2013/4", "2013-004", 1),
        ("2010-77-3", "2010-077-03", 1),
        ("K 12/98", "K 0012/98", 1),
        ("12", "0012", 1),
        ("dnr 2013-4", "2013-04", 1),
        ("2013-4", "2013-40", 0),
        ("2013-4", "2013-5", 0),
        ("K 12/98", "L 012/98", 0),
    ],
)
def test_a_reference_written_with_a_word_or_another_sign_is_no_other_reference_unasked(
    archive: Archive, archivist: Actor, first: str, second: str, near: int
) -> None:
    rows = [row(first, "", "Ek, Anna"), row(second, "", "Ek, Anna", kind="VU")]
    assert check(archive, archivist, a_list(rows), mapping()).counts["near"] == near, "within the list"
    take_in(archive, archivist, rows[:1])
    run = take_in(archive, archivist, rows[1:])
    assert _counts(run, "registered", "near") == (1, near)
    assert len(tasks_of(archive, archivist, TaskKind.NEAR_DUPLICATE)) == near


_DASHES = ("VR\u20130001", "VR\u20110001", "vr \u2212 0001", "VR\u20100001", "VR\uff0d0001")
_OTHERWISE = ("VR 0001", "VR/0001", "VR.0001", "VR-0001.", "VR-1", "VR-O001", "VR0001", "vr:1")


def test_a_reference_with_another_dash_is_the_same_reference(archive: Archive, archivist: Actor) -> None:
    together = [row(reference, ANNA) for reference in (*_DASHES, "VR-0001")]
    assert _counts(check(archive, archivist, a_list(together), mapping()), "registered", "duplicates") == (
        1,
        5,
    )
    run = take_in(archive, archivist, together[:1])
    assert file_of(archive, archivist, _DASHES[0]).reference == _DASHES[0], "it stays as written"
    for one in together:
        again = take_in(archive, archivist, [one])
        assert _counts(again, "registered", "unchanged", "near") == (0, 1, 0)
    assert _counts(run, "registered") == (1,)


@pytest.mark.parametrize("number", [ANNA, ""], ids=["number", "name"])
def test_a_reference_written_otherwise_is_no_other_file_unasked(
    archive: Archive, archivist: Actor, number: str
) -> None:
    for other in _OTHERWISE:
        rows = [row("VR-0001", number), row(other, number)]
        assert check(archive, archivist, a_list(rows), mapping()).counts["near"] == 1, other
        assert check(archive, archivist, a_list(rows[::-1]), mapping()).counts["near"] == 1, other
    unlike = [row(reference, number) for reference in ("VR-0001", "VR-0002", "VR-10", "VS-0001", "VR-0001-2")]
    assert check(archive, archivist, a_list(unlike), mapping()).counts["near"] == 0
    take_in(archive, archivist, [row("VR-0001", number)])
    run = take_in(archive, archivist, [row("VR 1", number)])
    assert _counts(run, "registered", "near") == (1, 1)
    assert len(tasks_of(archive, archivist, TaskKind.NEAR_DUPLICATE)) == 1
    again = take_in(archive, archivist, [row("VR 1", number)])
    assert _counts(again, "registered", "unchanged", "near") == (0, 1, 0)


def test_a_row_without_a_reference_about_a_registered_person_kind_and_part_is_asked_about(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P000123", ANNA)])
    run = take_in(archive, archivist, [row("", ANNA)])
    assert run.counts["near"] == 1
    assert len(tasks_of(archive, archivist, TaskKind.NEAR_DUPLICATE)) == 1


def test_the_central_archives_list_wins_over_an_old_one(archive: Archive, archivist: Actor) -> None:
    take_in(archive, archivist, [row("P1", ANNA)], list_date=date(2024, 5, 31))
    run = take_in(
        archive, archivist, [row("P1", ANNA, room="Magasin 1", box="7")], site=CENTRAL, list_date=OCTOBER
    )
    file = file_of(archive, archivist, "P1")
    assert _counts(run, "changed", "moved", "conflicts") == (1, 1, 0)
    assert (file.placed_how, _trail(archive, archivist, file)) == (
        Evidence.LIST,
        [CENTRAL, "Magasin 1", "7"],
    )
    again = take_in(archive, archivist, [row("P1", ANNA)], list_date=date(2024, 5, 31))
    assert _counts(again, "unchanged", "moved", "conflicts") == (1, 0, 0)
    with archive.read(archivist) as work:
        assert work.session.execute(select(Sighting)).first() is None
    assert_proven(archive, archivist)


def _trail(archive: Archive, actor: Actor, file: CaseFile) -> list[str]:
    with archive.read(actor) as work:
        return [place.name for place in paths.trails(work, [file.place_id])[file.place_id]]


@pytest.mark.parametrize("old_first", [True, False])
def test_an_old_list_no_older_than_the_central_one_is_a_conflict_the_central_one_wins(
    archive: Archive, archivist: Actor, old_first: bool
) -> None:
    lists = [
        ([row("P1", ANNA)], {"list_date": OCTOBER}),
        ([row("P1", ANNA, room="Magasin 1", box="7")], {"site": CENTRAL, "list_date": OCTOBER}),
    ]
    for rows, settings in lists if old_first else reversed(lists):
        run = take_in(archive, archivist, rows, **settings)
    assert run.counts["conflicts"] == 1
    assert _trail(archive, archivist, file_of(archive, archivist, "P1"))[0] == CENTRAL
    assert [task.kind for task in tasks_of(archive, archivist)] == [TaskKind.PLACE_CONFLICT]
    take_in(archive, archivist, lists[0][0], **lists[0][1])
    take_in(archive, archivist, lists[1][0], **lists[1][1])
    assert len(tasks_of(archive, archivist)) == 1, "a question is asked once"


def test_two_old_lists_that_name_one_file_leave_it_where_it_is_and_ask(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P1", ANNA)])
    run = take_in(archive, archivist, [row("P1", ANNA)], site=OTHER)
    assert _counts(run, "unchanged", "moved", "conflicts") == (1, 0, 1)
    assert _trail(archive, archivist, file_of(archive, archivist, "P1"))[0] == OLD


def test_a_scan_is_never_overwritten_by_a_list(archive: Archive, archivist: Actor) -> None:
    take_in(archive, archivist, [row("P1", ANNA), row("P2", BERTIL)])
    file = file_of(archive, archivist, "P1")
    with archive.write(archivist) as work:
        room = work.session.execute(select(Place).where(Place.name == "1", Place.kind == "room")).scalar_one()
        files.move(work, files.get(work, file.id), room, how=Evidence.SCAN)
    run = take_in(archive, archivist, [row("P1", ANNA, room="M", box="7")], site=CENTRAL)
    assert _counts(run, "moved", "conflicts") == (0, 1)
    assert file_of(archive, archivist, "P1").placed_how is Evidence.SCAN


def test_a_field_corrected_by_hand_is_left_as_it_is_and_asked_about(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P1", ANNA, closed="2003-04-05")])
    with archive.write(archivist) as work:
        file = work.session.execute(select(CaseFile)).scalar_one()
        files.correct(work, file, file.version, closed_on=files.PartialDate(2004, 1, 1))
    run = take_in(archive, archivist, [row("P1", ANNA, closed="2003-04-05")])
    assert _counts(run, "unchanged", "conflicts") == (1, 1)
    assert str(file_of(archive, archivist, "P1").closed_on) == "2004-01-01"
    (task,) = tasks_of(archive, archivist)
    assert task.facts == {"fields": {"closed_on": "2003-04-05"}}


def test_a_list_fills_in_what_is_missing_and_a_coarser_date_changes_nothing(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P1", ANNA, closed="2003"), row("P2", BERTIL, closed="2003-04-05")])
    run = take_in(
        archive, archivist, [row("P1", ANNA, closed="2003-04-05"), row("P2", BERTIL, closed="2003")]
    )
    assert _counts(run, "changed", "unchanged") == (1, 1)
    assert str(file_of(archive, archivist, "P1").closed_on) == "2003-04-05"
    assert str(file_of(archive, archivist, "P2").closed_on) == "2003-04-05"


def test_the_same_sound_number_is_the_same_person(archive: Archive, archivist: Actor) -> None:
    take_in(archive, archivist, [row("P1", ANNA), row("P2", "500505-0512"), row("P3", "19500505-0512")])
    with archive.read(archivist) as work:
        assert len(work.session.execute(select(Person)).all()) == 1


def test_ten_digits_without_century_are_kept_and_name_nobody_else(archive: Archive, archivist: Actor) -> None:
    run = take_in(archive, archivist, [row("P1", "5005050512"), row("P2", "5005050512")])
    assert run.counts["flags"] == {FlagCode.NUMBER_NO_CENTURY.value: 2}
    with archive.read(archivist) as work:
        numbers = work.session.execute(select(PersonNumber)).scalars().all()
    assert [(one.number, one.quality) for one in numbers] == [("5005050512", NumberQuality.NO_CENTURY)] * 2


def test_a_later_list_that_knows_the_century_completes_the_number_or_finds_the_person(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P1", "5005050512"), row("P2", "5005050512")])
    take_in(archive, archivist, [row("P1", ANNA), row("P2", ANNA)])
    assert _numbers_of(archive, archivist, "P1") == _numbers_of(archive, archivist, "P2") == [ANNA]
    with archive.read(archivist) as work:
        linked = work.session.execute(select(FilePerson.person_id)).scalars().all()
    assert len(set(linked)) == 1
    assert_proven(archive, archivist)


def test_parts_of_one_case_share_their_person_though_the_number_cannot_be_read(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P1", "5OO5?", part="1"), row("P1", "5OO5?", part="2")])
    with archive.read(archivist) as work:
        assert len(work.session.execute(select(Person)).all()) == 1


def test_a_list_with_a_row_for_each_part_tells_how_many_there_are(archive: Archive, archivist: Actor) -> None:
    take_in(archive, archivist, [row("P1", ANNA, part="1"), row("P1", ANNA, part="2")])
    assert [file_of(archive, archivist, "P1", part).parts for part in (1, 2)] == [2, 2]
    run = take_in(archive, archivist, [row("P1", ANNA, part="1"), row("P1", ANNA, part="3")])
    assert _counts(run, "registered", "unchanged") == (1, 1)
    assert [file_of(archive, archivist, "P1", part).parts for part in (1, 2, 3)] == [3, 3, 3]


def test_a_row_for_several_covers_registers_each(archive: Archive, archivist: Actor) -> None:
    run = take_in(archive, archivist, [row("P1", ANNA, part="del 1-3")])
    assert _counts(run, "registered", "files") == (1, 3)
    assert [file_of(archive, archivist, "P1", part).parts for part in (1, 2, 3)] == [3, 3, 3]


def test_a_file_without_a_reference_is_found_again(archive: Archive, archivist: Actor) -> None:
    rows = [row("", ANNA), row("", BERTIL)]
    run = take_in(archive, archivist, rows)
    assert _counts(run, "registered", "flagged") == (2, 2)
    again = take_in(archive, archivist, rows)
    assert _counts(again, "registered", "unchanged") == (0, 2)
    with archive.read(archivist) as work:
        references = work.session.execute(select(CaseFile.reference)).scalars().all()
    assert not any(number[2:] in reference for reference in references for number in (ANNA, BERTIL))


def test_a_check_made_before_the_system_is_kept_and_is_no_sighting(
    archive: Archive, archivist: Actor
) -> None:
    rows = [row("P1", ANNA, checked="2025-01-02", sign="AB")]
    run = take_in(archive, archivist, rows)
    take_in(archive, archivist, rows)
    with archive.read(archivist) as work:
        (kept,) = work.session.execute(select(EarlierCheck)).scalars()
        assert (str(kept.checked_on), kept.sign, kept.import_id) == ("2025-01-02", "AB", run.id)
        assert work.session.execute(select(Sighting)).first() is None
    assert events(archive, archivist, "file.checked_earlier") == 1


def test_persons_of_a_list_that_says_nothing_count_as_protected_also_when_a_later_one_says_otherwise(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P1", ANNA)], unstated_protection=Protection.UNKNOWN)
    assert file_of(archive, archivist, "P1").protected
    take_in(archive, archivist, [row("P1", ANNA), row("P2", BERTIL)], unstated_protection=Protection.NONE)
    assert file_of(archive, archivist, "P1").protected  # lifted by hand, before witnesses
    assert not file_of(archive, archivist, "P2").protected


def test_a_row_with_the_number_of_two_is_about_the_protected_one(archive: Archive, archivist: Actor) -> None:
    take_in(archive, archivist, [row("P1", ANNA)], unstated_protection=Protection.MARKED)
    with archive.write(archivist) as work:
        a_person(work, number=ANNA)
    take_in(archive, archivist, [row("P2", ANNA), row("P3", BERTIL)])
    assert file_of(archive, archivist, "P2").protected
    assert not file_of(archive, archivist, "P3").protected


def test_another_name_under_a_protected_number_is_registered_once_masked_and_asked_about_once(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P1", ANNA, "Ek, Anna")], unstated_protection=Protection.MARKED)
    for reference in ("P2", "P3"):
        take_in(
            archive, archivist, [row(reference, ANNA, "Sten, Bo"), row(f"{reference}b", ANNA, "Sten, Bo")]
        )
    found = [file_of(archive, archivist, reference) for reference in ("P1", "P2", "P2b", "P3", "P3b")]
    assert [file.protected for file in found] == [True] * 5
    with archive.read(archivist) as work:
        _protected, written = people.with_number(work, ANNA)
    asked = tasks_of(archive, archivist, TaskKind.SAME_PERSON)
    assert [task.facts["person"] for task in asked] == [written.id]
    assert_proven(archive, archivist)


def test_in_one_list_only_the_rows_whose_name_fits_are_about_the_protected_bearer_of_their_number(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P1", ANNA, "Ek, Anna")], unstated_protection=Protection.MARKED)
    rows = [row("P2", ANNA, "Ek, Anna"), row("P1", ANNA, "Sten, Bo", part="2"), row("P3", ANNA, "Sten, Bo")]
    take_in(archive, archivist, rows)
    assert file_of(archive, archivist, "P2").protected
    (asked,) = tasks_of(archive, archivist, TaskKind.SAME_PERSON)
    for file in (file_of(archive, archivist, "P3"), file_of(archive, archivist, "P1", 2)):
        assert file.protected
        with archive.read(archivist) as work:
            concerned = select(FilePerson.person_id).where(FilePerson.file_id == file.id)
            assert list(work.session.scalars(concerned)) == [asked.facts["person"]]


def test_of_two_rows_with_the_reference_of_a_protected_file_neither_is_lost(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P1", ANNA, "Ek, Anna")], unstated_protection=Protection.MARKED)
    rows = [row("P1", ANNA, "Ek, Anna"), row("P1", BERTIL, "Sten, Bo")]
    checked = check(archive, archivist, a_list(rows), mapping())
    assert _counts(checked, "unchanged", "duplicates", "added") == (2, 0, 0)
    run = register(archive, archivist, checked)
    assert _counts(run, "unchanged", "duplicates", "added") == (2, 0, 0)
    (asked,) = tasks_of(archive, archivist)
    assert (asked.kind, asked.facts["fields"]["person"][:2]) == (TaskKind.IDENTITY, ["Sten", "Bo"])


@pytest.mark.parametrize("name", ["Ek, Anna", "EK, ANNA MARIA", "Ek", ""])
def test_a_name_that_does_not_contradict_that_of_a_protected_number_hides_the_file_at_once(
    archive: Archive, archivist: Actor, name: str
) -> None:
    take_in(archive, archivist, [row("P1", ANNA, "Ek, Anna")], unstated_protection=Protection.MARKED)
    take_in(archive, archivist, [row("P2", ANNA, name)])
    assert file_of(archive, archivist, "P2").protected
    assert tasks_of(archive, archivist) == []


def test_the_questions_of_the_worklist_have_no_gap_where_those_cleared_are_asked_something(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P1", ANNA, "Ek, Anna")], unstated_protection=Protection.MARKED)
    take_in(
        archive, archivist, [row("P000123", BERTIL), row("P0001233", BERTIL), row("P2", ANNA, "Sten, Bo")]
    )
    take_in(archive, archivist, [row("P0001234", BERTIL), row("P00012344", BERTIL)])
    kinds = {task.id: task.kind for task in tasks_of(archive, archivist)}
    shared = [number for number, kind in kinds.items() if kind is TaskKind.NEAR_DUPLICATE]
    assert shared == list(range(1, len(shared) + 1))
    assert (len(shared) > 1, list(kinds.values()).count(TaskKind.SAME_PERSON)) == (True, 1)


def test_a_list_makes_protection_stricter_and_never_lifts_it(archive: Archive, archivist: Actor) -> None:
    take_in(archive, archivist, [row("P1", ANNA)])
    take_in(archive, archivist, [row("P1", ANNA)], unstated_protection=Protection.MARKED)
    assert file_of(archive, archivist, "P1").protected
    take_in(archive, archivist, [row("P1", ANNA)])
    assert file_of(archive, archivist, "P1").protected


def test_places_are_found_whatever_their_spelling_and_created_in_the_order_of_their_names(
    archive: Archive, archivist: Actor
) -> None:
    run = take_in(
        archive,
        archivist,
        [
            row("P1", ANNA, room="Rum 3", box="012"),
            row("P2", BERTIL, room="3", box="kartong 12"),
            row("P3", room="3", box="2"),
        ],
    )
    assert run.counts["places"] == 3
    with archive.read(archivist) as work:
        boxes = work.session.execute(
            select(Place.name).where(Place.kind == "box").order_by(Place.path)
        ).scalars()
        assert list(boxes) == ["2", "012"]


def test_nothing_new_is_registered_in_a_closed_place(archive: Archive, archivist: Actor) -> None:
    with archive.write(archivist) as work:
        site = work.session.execute(select(Place).where(Place.name == OLD)).scalar_one()
        places.close(work, places.create(work, site, places.PlaceKind.ROOM, "9"))
    run = take_in(archive, archivist, [row("P1", ANNA, room="9"), row("P2", BERTIL)])
    assert _counts(run, "registered", "rejected") == (1, 1)
    assert run.counts["problems"] == {"place_closed": 1}


def test_a_place_closed_after_the_check_puts_the_row_aside_and_the_others_are_registered(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P0", CECILIA, room="8")])
    checked = check(archive, archivist, a_list([row("P1", ANNA, room="9"), row("P2", BERTIL)]), mapping())
    with archive.write(archivist) as work:
        site = work.session.execute(select(Place).where(Place.name == OLD)).scalar_one()
        places.close(work, places.create(work, site, places.PlaceKind.ROOM, "9"))
    run = register(archive, archivist, checked)
    assert _counts(run, "registered", "rejected") == (1, 1)


def test_what_a_verb_refuses_is_put_aside_with_its_reason(
    archive: Archive, archivist: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = files.insert_many

    def refuse(work: object, batch: list[files.NewFile]) -> object:
        if any(new.reference == "P2" for new in batch):
            raise Invalid("no_good", files.NO_SUCH_FILE)
        return real(work, batch)  # type: ignore[arg-type]

    checked = check(archive, archivist, a_list([row("P1", ANNA), row("P2", BERTIL), row("P3")]), mapping())
    monkeypatch.setattr(files, "insert_many", refuse)
    run = register(archive, archivist, checked)
    assert _counts(run, "rows", "registered", "rejected") == (3, 2, 1)
    assert run.counts["problems"] == {"no_good": 1}
    assert_proven(archive, archivist)


def test_a_list_registered_by_another_meanwhile_is_not_registered_twice(
    archive: Archive, archivist: Actor
) -> None:
    checked = check(archive, archivist, a_list([row("P1", ANNA), row("P0001233", BERTIL)]), mapping())
    take_in(archive, archivist, [row("P1", ANNA), row("P000123", BERTIL)])
    run = register(archive, archivist, checked)
    assert _counts(run, "registered", "unchanged", "near") == (1, 1, 1)


def test_a_list_that_breaks_off_stops_with_a_reason_and_can_be_read_again(
    archive: Archive, archivist: Actor
) -> None:
    rows = [row(f"P{number}", ANNA) for number in range(200)]
    broken = a_list(rows) + b"P999;" + b"x" * 40_000 + b"\r\n" + a_list(rows)[80:]
    run_id = runs.begin(archive, archivist, "lista.csv", BytesIO(broken))
    with archive.write(archivist) as work:
        run = runs.get(work, run_id)
        runs.choose(work, run, mapping())
        runs.stage(work, run)
    run = drive(archive, archivist, run_id)
    assert run.status is ImportState.UPLOADED
    assert runs.problem_of(run.problem or {}).code == "list_long_cell"


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "list_empty"), (b"%PDF-1.7 ...", "list_pdf"), (b"PK\x03\x04rubbish", "list_damaged")],
)
def test_what_is_no_list_is_refused_and_not_kept(
    archive: Archive, archivist: Actor, content: bytes, code: str
) -> None:
    with pytest.raises(DomainError) as refused:
        runs.begin(archive, archivist, "x", BytesIO(content))  # type: ignore[arg-type]
    assert refused.value.code == code
    with archive.read(archivist) as work:
        assert work.session.execute(select(UploadChunk)).first() is None


def test_a_list_larger_than_the_archive_takes_is_refused_and_not_kept(
    archive: Archive, archivist: Actor
) -> None:
    archive.settings = replace(archive.settings, max_upload_mb=1)
    with pytest.raises(DomainError) as refused:
        runs.begin(archive, archivist, "x", BytesIO(b"a;b\r\n" * 500_000))  # type: ignore[arg-type]
    assert refused.value.code == "list_too_large"
    with archive.read(archivist) as work:
        assert work.session.execute(select(UploadChunk)).first() is None


@pytest.mark.parametrize(
    ("left_out", "field"),
    [({"source": ""}, "source"), ({"site": ""}, "site")],
)
def test_a_list_is_not_checked_before_somebody_has_said_what_no_column_says(
    archive: Archive, archivist: Actor, left_out: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        check(archive, archivist, a_list([row("P1", ANNA)]), mapping(**left_out))
    assert refused.value.field == field


def test_whoever_may_not_import_is_refused_before_anything_is_kept(
    archive: Archive, as_role: Callable[[Role], Actor]
) -> None:
    with pytest.raises(DomainError) as refused:
        runs.begin(archive, as_role(Role.ASSISTANT), "x", BytesIO(a_list([row("P1")])))  # type: ignore[arg-type]
    assert refused.value.code == "not_permitted"


def test_a_person_with_another_name_under_the_same_number_is_asked_about(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P1", ANNA, "Testsson, Anna")])
    run = take_in(archive, archivist, [row("P1", ANNA, "Helt, Annan")])
    assert _counts(run, "unchanged", "asked") == (0, 1)
    with archive.read(archivist) as work:
        assert work.session.execute(select(Person.family_name)).scalar_one() == "Testsson"


def test_words_of_the_list_are_not_kept_once_a_row_is_registered(archive: Archive, archivist: Actor) -> None:
    run = take_in(archive, archivist, [row("P1", ANNA), row("P2", "5005050512"), row("P3", kind="?!")])
    clean, flagged, rejected = rows_of(archive, archivist, run)
    assert (clean.cells, clean.reading) == ([], None)
    assert (flagged.cells[3], flagged.reading) == ("5005050512", None)
    assert rejected.cells[0] == "P3"
    assert rejected.reading is not None


def test_a_discarded_list_leaves_nothing_behind(archive: Archive, archivist: Actor) -> None:
    checked = check(archive, archivist, a_list([row("P1", ANNA)]), mapping())
    with archive.write(archivist) as work:
        runs.discard(work, runs.get(work, checked.id))
    run = drive(archive, archivist, checked.id)
    assert run.finished_at is not None  # type: ignore[attr-defined]
    with archive.read(archivist) as work:
        assert work.session.execute(select(ImportRow)).first() is None
        assert work.session.execute(select(UploadChunk)).first() is None


def test_a_marked_row_without_a_number_asks_about_the_open_person_of_its_name_and_of_no_other(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P1", ANNA, "Ek, Anna"), row("P2", BERTIL, "Sten, Bo")])
    run = take_in(archive, archivist, [row("P3", "", "Ek, Anna")], unstated_protection=Protection.MARKED)
    (asked,) = tasks_of(archive, archivist, TaskKind.SAME_PERSON)
    with archive.read(archivist) as work:
        assert asked.facts["person"] == people.with_number(work, ANNA)[0].id
    assert asked.facts["by"] == archivist.id
    withdraw(archive, archivist, run)
    assert tasks_of(archive, archivist, TaskKind.SAME_PERSON) == []
    assert_proven(archive, archivist)


def test_who_is_cleared_is_told_once_of_a_list_that_gives_a_protected_number_unmarked(
    archive: Archive, archivist: Actor
) -> None:
    user_in_role(archive, Role.SEALED_KEEPER)
    take_in(archive, archivist, [row("P1", ANNA, "Ek, Anna")], unstated_protection=Protection.MARKED)
    take_in(archive, archivist, [row("P2", BERTIL, "Sten, Bo")])
    run = take_in(archive, archivist, [row("P3", ANNA, "Ek, Anna"), row("P4", ANNA, "Ek, Anna")])
    with archive.read(archivist) as work:
        (told,) = work.session.execute(select(Message)).scalars()
    assert (told.kind, told.facts) == (MessageKind.LIST_NAMED, {"run": run.id})
