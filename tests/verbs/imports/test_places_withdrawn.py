"""Withdrawing a list closes the places only it made; what anything else needs stays open, and why is said."""

import pytest
from sqlalchemy import select

from archive.codes import codes
from archive.files import files, sightings
from archive.imports.rows import emptied
from archive.integrity import checks
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, ImportRun, Place
from archive.places import places
from archive.vocabulary import Evidence, PlaceKind, PlaceNeed
from tests.verbs.imports.taking_in import CENTRAL, assert_proven, prepared, row, take_in, withdraw

ANNA, BERTIL, CECILIA = "195005050512", "199710182396", "200001052380"


@pytest.fixture
def archive(archive: Archive) -> Archive:
    return prepared(archive)


def open_places(archive: Archive, actor: Actor) -> list[str]:
    """Return the open places that are no address, as kind and name."""
    with archive.read(actor) as work:
        found = work.session.scalars(select(Place).where(Place.depth > 0, Place.closed_at.is_(None)))
        return sorted(f"{place.kind.value} {place.name}" for place in found)


def kept(archive: Archive, actor: Actor, run: ImportRun) -> dict[str, PlaceNeed]:
    """Return the places a withdrawn list leaves open, each with why."""
    with archive.read(actor) as work:
        return {place.name: need for place, need in emptied.kept(work, run)}


def place_of(archive: Archive, actor: Actor, kind: PlaceKind, name: str) -> Place:
    with archive.read(actor) as work:
        return work.session.scalars(select(Place).where(Place.kind == kind, Place.name == name)).one()


def assert_clean(archive: Archive, actor: Actor) -> None:
    assert_proven(archive, actor)
    with archive.read(actor) as work:
        assert [finding.say() for finding in checks.everything(work)] == []


def test_the_places_only_a_withdrawn_list_made_are_closed(archive: Archive, archivist: Actor) -> None:
    take_in(archive, archivist, [row("P1", ANNA)])
    wrong = take_in(archive, archivist, [row(f"F{n}", BERTIL, room="Fel", box=str(n)) for n in range(60)])
    assert "room Fel" in open_places(archive, archivist)
    run = withdraw(archive, archivist, wrong)
    assert open_places(archive, archivist) == ["box 1", "room 1"]
    assert (emptied.closed(run), kept(archive, archivist, run)) == (61, {})
    assert_clean(archive, archivist)


def test_a_place_something_else_needs_stays_open_and_why_is_said(archive: Archive, archivist: Actor) -> None:
    boxes = [row(f"P{n}", ANNA, room="R", box=str(n)) for n in range(1, 6)]
    wrong = take_in(archive, archivist, boxes)
    with archive.write(archivist) as work:
        one, two, three, four = (
            work.session.scalars(select(Place).where(Place.kind == "box", Place.name == str(n))).one()
            for n in range(1, 5)
        )
        file = work.session.scalars(select(CaseFile).where(CaseFile.reference == "P1")).one()
        sightings.record(work, file, one.id, how=Evidence.HAND)
        places.change(work, two, name="2 b")
        codes.print_labels(work, [three], "x")
        files.move(work, file, four, how=Evidence.SCAN)
    run = withdraw(archive, archivist, wrong)
    assert kept(archive, archivist, run) == {
        "1": PlaceNeed.REFERRED,
        "2 b": PlaceNeed.CHANGED,
        "3": PlaceNeed.LABEL,
        "4": PlaceNeed.FILES,
        "R": PlaceNeed.PLACES,
    }
    assert open_places(archive, archivist) == ["box 1", "box 2 b", "box 3", "box 4", "room R"]
    assert_clean(archive, archivist)


def test_a_place_another_list_took_a_file_from_stays_for_its_withdrawal(
    archive: Archive, archivist: Actor
) -> None:
    first = take_in(archive, archivist, [row("P1", ANNA, room="R", box="7")])
    second = take_in(archive, archivist, [row("P1", ANNA, room="M", box="8")], site=CENTRAL)
    run = withdraw(archive, archivist, first)
    assert kept(archive, archivist, run) == {"7": PlaceNeed.LIST, "R": PlaceNeed.PLACES}
    assert withdraw(archive, archivist, second).options["withdrawn"]["set_back"] == 1
    assert open_places(archive, archivist) == ["box 7", "room R"]
    assert_clean(archive, archivist)


def test_the_right_list_opens_again_what_the_wrong_one_left_closed(
    archive: Archive, archivist: Actor
) -> None:
    withdraw(archive, archivist, take_in(archive, archivist, [row("P1", ANNA), row("P2", BERTIL, box="2")]))
    right = take_in(archive, archivist, [row("P1", ANNA), row("P3", CECILIA)])
    assert (right.counts["registered"], right.counts["places"]) == (2, 2)
    assert open_places(archive, archivist) == ["box 1", "room 1"]
    withdraw(archive, archivist, right)
    assert open_places(archive, archivist) == []
    assert_clean(archive, archivist)


def test_a_place_somebody_closed_by_hand_is_not_opened_by_a_list(archive: Archive, archivist: Actor) -> None:
    withdraw(archive, archivist, take_in(archive, archivist, [row("P1", ANNA)]))
    box = place_of(archive, archivist, PlaceKind.BOX, "1")
    with archive.write(archivist) as work:
        room = places.get(work, box.parent_id or 0)
        places.reopen(work, room)
        places.close(work, room)
    refused = take_in(archive, archivist, [row("P1", ANNA)])
    assert (refused.counts["registered"], refused.counts["problems"]) == (0, {"place_closed": 1})
