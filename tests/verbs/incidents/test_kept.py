"""Where something was kept is told as its history had it when it was missed, and never by a later place."""

from datetime import datetime, timedelta

import pytest

from archive.files import files
from archive.incidents import reporting
from archive.incidents.letters import letters, reports
from archive.incidents.letters.cases import Case
from archive.incidents.report import gather
from archive.incidents.report.data import redacted
from archive.incidents.reporting import MissReport
from archive.kernel.clock import local_date
from archive.kernel.store import Actor, Archive
from archive.loans import loans
from archive.models import Place
from archive.places import places
from archive.vocabulary import Evidence, LoanPurpose, PlaceKind, Role
from archive.vocabulary.wording import speaking
from tests.builders import SetClock, a_box, a_file, a_person, a_room, a_shelf
from tests.verbs.deliveries.delivering import OLD, Scene, a_scene
from tests.verbs.incidents.incident_play import Play, a_colleague

pytestmark = pytest.mark.engines("sqlite")


def told(archive: Archive, by: Actor, number: int) -> tuple[str, str, str]:
    """Return where a file was kept by the police's paper, the report, and the report without names."""
    with archive.read(by) as work, speaking("sv"):
        incident = reporting.get(work, number)
        police = reports.police(Case(work, incident, archive.settings))
        report = gather.build(work, incident)
        (thing,), (bare,) = report.things, redacted(report).things
        assert thing.recorded_at
        assert bare.recorded_at
        return police.rooms, str(thing.recorded_at.name), str(bare.recorded_at.room)


def test_what_was_lent_was_with_its_borrower(archive: Archive, archivist: Actor, clock: SetClock) -> None:
    with archive.write(archivist) as work:
        person = a_person(work, "Åkerström", "Birgitta")
        file = a_file(work, a_box(work, a_shelf(work)), person)
        due = local_date(work.now) + timedelta(days=20)
        said = loans.Request("Eva Kron", LoanPurpose.CASE_WORK, due, "Birgitta Åkerströms enhet")
        loans.hand_out(work, file, said)
    clock.forward(days=3)
    with archive.write(archivist) as work:
        number = reporting.report(work, MissReport((file.id,))).id
    police, report, bare = told(archive, archivist, number)
    assert police.startswith("utlånad sedan 2026-11-23 till Eva Kron, ")
    assert "Åkerström" not in police
    assert report == "utlånad sedan 2026-11-23 till Eva Kron, Birgitta Åkerströms enhet"
    assert bare == "utlånad sedan 2026-11-23"
    clock.forward(minutes=1)
    with archive.write(archivist) as work:
        loans.take_back(work, files.get(work, file.id))
    assert told(archive, archivist, number)[0] == police, "back since, it was out when it was missed"


@pytest.mark.parametrize(("days", "where"), [(0, "Storgatan 1 / Rum 1"), (2, "Centralarkivet / Rum 1")])
def test_what_was_moved_since_stood_where_it_stood_then(
    archive: Archive, archivist: Actor, clock: SetClock, days: int, where: str
) -> None:
    with archive.write(archivist) as work:
        file = a_file(work, a_room(work))
    missed = clock.now + timedelta(days=days)
    clock.forward(days=1)
    with archive.write(archivist) as work:
        files.move(work, files.get(work, file.id), a_shelf(work), how=Evidence.HAND)
    clock.forward(days=5)
    with archive.write(archivist) as work:
        said = MissReport((file.id,), missed_at=missed, suspected_at=missed, entered_afterwards=True)
        number = reporting.report(work, said).id
    assert told(archive, archivist, number)[0] == where


def test_of_what_was_missed_before_the_register_knew_it_nothing_is_known(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    old = datetime(2019, 3, 5, 8, tzinfo=clock.now.tzinfo)
    with archive.write(archivist) as work:
        file = a_file(work, a_room(work))
        said = MissReport((file.id,), missed_at=old, suspected_at=old, entered_afterwards=True)
        number = reporting.report(work, said).id
    assert told(archive, archivist, number) == ("okänd", "okänd", "okänd")


def test_what_did_not_arrive_was_last_in_the_room_it_was_packed_in(
    archive: Archive, clock: SetClock, archivist: Actor
) -> None:
    scene: Scene = a_scene(archive)
    scene.plan(1, days=7)
    scene.pack(0)
    scene.dispatch()
    clock.forward(days=1)
    scene.arrive()
    scene.empty()
    with archive.write(archivist) as work:
        number = reporting.report(work, MissReport((scene.files[0],))).id
        crate: Place = places.by_code(work, scene.crates[0])
    police, report, bare = told(archive, archivist, number)
    assert police.startswith(f"senast i {OLD} / ")
    assert police.endswith(f"; på väg i {crate.name}, leverans {scene.delivery}")
    assert OLD in report
    assert bare == police


def test_what_was_done_in_a_room_is_said_in_letters_about_files_that_stood_there(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    a_colleague(archive, "chefen", Role.MANAGER)
    with archive.write(archivist) as work:
        persons = [a_person(work, "Ek", "Eva"), a_person(work, "Al", "Bo")]
        here = a_room(work)
        there = places.create(work, places.get(work, here.parent_id or 0), PlaceKind.ROOM, "Rum 2")
        missed = (a_file(work, a_box(work, here), persons[0]).id, a_file(work, there, persons[1]).id)
        number = reporting.report(work, MissReport(missed)).id
    play = Play(archive, number)

    def secured() -> list[str]:
        with archive.read(archivist) as work:
            case = Case(work, reporting.get(work, number), archive.settings)
            of_each = [letters.letter(case, person.id).secured for person in persons]
            return [*of_each, letters.letter(case).secured]

    assert secured() == ["", "", ""]
    said = {"stopped": ("bins",), "place": (f"place:{here.id}",), "not_done": "Rum 2 är låst."}
    play.do(archivist, "secure_room", **said)
    done = "sekretesskärl töms inte"
    assert secured() == [done, "", ""]
