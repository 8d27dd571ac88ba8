"""The five stories an archive needs: found in a delivery, lost, a protected child, the short way, a crate."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import pytest

from archive.files import files, wanted
from archive.incidents import reporting
from archive.incidents.reporting import MissReport, StatedFind
from archive.integrity import checks
from archive.kernel.errors import NotFound, NotPermitted
from archive.kernel.store import Actor, Archive
from archive.models import Place
from archive.notifications import deadlines
from archive.scanning import scans
from archive.scanning.scans import Scanned, StoredScan
from archive.vocabulary import (
    ClockState,
    Custody,
    FoundState,
    FoundWhere,
    IncidentOutcome,
    IncidentState,
    Missed,
    Occasion,
    OthersRead,
    PlaceKind,
    Protection,
    Role,
    ScanOutcome,
)
from tests.builders import SetClock, a_box, a_file, a_person, a_place, a_shelf
from tests.verbs.incidents.incident_play import Play, a_colleague, a_unit

AsRole = Callable[[Role], Actor]
UNIT = "Barn och familj"


@dataclass
class Cast:
    """Who takes part, where things stand, and the file that will be missed."""

    archivist: Actor
    manager: Actor
    worker: Actor
    one: Actor
    two: Actor
    three: Actor
    registrar: Actor
    dpo: Actor
    delegate: Actor
    lex: Actor
    file: int
    other: int
    box: str

    def play(self, archive: Archive, number: int) -> Play:
        """Give an incident its people."""
        people = {
            "owner": self.archivist,
            "manager": self.manager,
            "data_protection_officer": self.dpo,
            "registrar": self.registrar,
            "lex_sarah_officer": self.lex,
            "delegate": self.delegate,
            "archive": self.archivist,
            "room_keeper": self.three,
            "case_worker": self.worker,
        }
        return Play(archive, number, people)


@pytest.fixture
def cast(archive: Archive, as_role: AsRole) -> Cast:
    """Give the people of a city and two files in a box of the central archive."""
    archivist = as_role(Role.ARCHIVIST)
    with archive.write(archivist) as work:
        unit = a_unit(work, UNIT)
        box = a_box(work, a_shelf(work))
        file, other = a_file(work, box), a_file(work, box)
        file.unit_id = unit
    return Cast(
        archivist=archivist,
        manager=a_colleague(archive, "chefen", Role.MANAGER, unit=UNIT),
        worker=as_role(Role.CASE_WORKER),
        one=a_colleague(archive, "anna", Role.ASSISTANT),
        two=a_colleague(archive, "berit", Role.ASSISTANT),
        three=a_colleague(archive, "cilla", Role.ROOM_KEEPER),
        registrar=as_role(Role.REGISTRAR),
        dpo=as_role(Role.DATA_PROTECTION_OFFICER),
        delegate=a_colleague(archive, "delegaten", Role.DELEGATE, unit="Förvaltningsledningen"),
        lex=as_role(Role.LEX_SARAH_OFFICER),
        file=file.id,
        other=other.id,
        box=box.code,
    )


def scan(archive: Archive, actor: Actor, file_id: int, place: str | None = None) -> StoredScan:
    """Scan a file, at a place if one is named."""
    with archive.write(actor) as work:
        code = files.get(work, file_id).code
        return scans.take(work, Scanned(str(uuid4()), code, place))


def missed(archive: Archive, actor: Actor, **said: object) -> int:
    """Report a miss and return the number of its incident."""
    with archive.write(actor) as work:
        return reporting.report(work, MissReport(**said)).id  # type: ignore[arg-type]


def status(archive: Archive, actor: Actor, play: Play) -> IncidentState:
    with archive.read(actor) as work:
        return reporting.get(work, play.number).status


def at_once(play: Play, cast: Cast) -> None:
    """Do what is done at once and side by side."""
    owner = f"user:{cast.archivist.user_id}"
    play.do(cast.archivist, "tell_manager", told=f"user:{cast.manager.user_id}", owner=owner)
    play.do(cast.archivist, "tell_dpo")
    play.do(cast.manager, "screen_risk", protected="no", child="no", ongoing="no", crime="no")
    play.do(cast.archivist, "secure_room", signs="no")
    play.do(cast.archivist, "record_checks")
    play.do(cast.archivist, "case_systems")
    play.do(cast.archivist, "lex_sarah_report")
    play.do(cast.registrar, "diary", number="SN-2026/117")


def sound(archive: Archive, actor: Actor) -> None:
    """See that the archive breaks no rule."""
    with archive.read(actor) as work:
        assert [finding.say() for finding in checks.everything(work)] == []


def test_a_file_missed_by_a_case_worker_is_found_by_a_scan_and_the_case_is_closed(
    archive: Archive, clock: SetClock, cast: Cast
) -> None:
    number = missed(
        archive, cast.worker, file_ids=(cast.file,), waiting="Klienten själv", purpose="Begäran om utdrag"
    )
    play = cast.play(archive, number)
    assert {"tell_manager", "tell_dpo", "screen_risk", "secure_room", "record_checks", "first_search"} <= set(
        play.open(cast.archivist)
    )
    clock.forward(hours=1)
    at_once(play, cast)
    play.do(cast.archivist, "interim_answer", decision_wanted="no")
    play.do(cast.one, "first_search", result="nothing")
    assert status(archive, cast.archivist, play) is IncidentState.SEARCHING
    clock.forward(hours=20)
    play.do(cast.manager, "decide_notification", notify="yes")
    play.do(cast.archivist, "notify_imy", part="complete")
    play.do(cast.manager, "decide_inform", inform="no", high_risk="no")
    play.do(cast.two, "second_search", result="nothing")

    taken = scan(archive, cast.three, cast.file, cast.box)
    assert taken.incident_id == play.number
    assert status(archive, cast.archivist, play) is IncidentState.SEARCHING

    with archive.write(cast.archivist) as work:
        incident = reporting.get(work, play.number)
        item = reporting.items(work, incident)[0]
        said = StatedFind(
            work.now,
            "I omslaget till grannakten.",
            how="delivery",
            cover_id=cast.other,
            place_id=files.get(work, cast.other).place_id,
            others_read=OthersRead.NO,
            state=FoundState.WHOLE,
        )
        reporting.found(work, incident, [item.id], said)
        assert item.found_where is FoundWhere.OTHER_COVER
        assert incident.status is IncidentState.DECIDED
    play.finish()
    assert status(archive, cast.archivist, play) is IncidentState.CLOSED
    with archive.read(cast.archivist) as work:
        report = reporting.report_data(work, reporting.get(work, play.number))
        assert report.fixed
        assert not wanted.by_file(work, [cast.file])
        notified = [one.state for one in report.clocks if one.title.sv == "Anmäl till IMY"]
        assert notified == [ClockState.MET]
        assert report.things[0].outcome is IncidentOutcome.FOUND
    sound(archive, cast.archivist)


def search_in_vain(play: Play, cast: Cast) -> None:
    """Let three persons search, each alone and without a find."""
    play.do(cast.one, "first_search", result="nothing", searched_by=f"user:{cast.one.user_id}")
    play.do(cast.two, "second_search", result="nothing", searched_by=f"user:{cast.two.user_id}")
    who = f"user:{cast.three.user_id}"
    play.do(cast.archivist, "wide_search", result="nothing", go_on="no", searched_by=who)


def test_a_file_that_three_searched_for_in_vain_is_declared_lost_by_the_delegate_and_found_a_year_later(
    archive: Archive, clock: SetClock, cast: Cast
) -> None:
    play = cast.play(archive, missed(archive, cast.archivist, file_ids=(cast.file,)))
    at_once(play, cast)
    play.do(cast.manager, "decide_notification", notify="yes")
    search_in_vain(play, cast)
    clock.forward(days=10)
    with archive.write(cast.delegate) as work:
        incident = reporting.get(work, play.number)
        item = reporting.items(work, incident)[0]
        reporting.declare_lost(work, incident, [item.id], "Tre har sökt", "SN-2026/118")
        assert files.get(work, cast.file).status is Custody.LOST
        assert incident.status is IncidentState.DECIDED
    assert "tell_board" in play.open(cast.archivist)
    play.finish()
    assert status(archive, cast.archivist, play) is IncidentState.CLOSED
    sound(archive, cast.archivist)

    clock.forward(days=365)
    taken = scan(archive, cast.one, cast.file, cast.box)
    assert (taken.outcome, taken.incident_id) == (ScanOutcome.WANTED, play.number)
    with archive.write(cast.archivist) as work:
        assert files.get(work, cast.file).status is Custody.LOST
        incident = reporting.get(work, play.number)
        reporting.advance(work, incident)
        assert incident.status is IncidentState.SEARCHING
    with archive.write(cast.archivist) as work:
        incident = reporting.get(work, play.number)
        item = reporting.items(work, incident)[0]
        said = StatedFind(
            work.now,
            "Bakom elskåpet",
            place_id=taken.place_id,
            state=FoundState.WHOLE,
            others_read=OthersRead.NO,
        )
        reporting.found(work, incident, [item.id], said)
        file = files.get(work, cast.file)
        assert (file.status, file.place_id) == (Custody.ON_PLACE, taken.place_id)
    play.finish()
    with archive.read(cast.archivist) as work:
        report = reporting.report_data(work, reporting.get(work, play.number))
        assert (report.things[0].outcome, report.things[0].days_away) == (IncidentOutcome.FOUND, 375)
    sound(archive, cast.archivist)


def test_a_file_with_a_protected_child_is_shown_only_to_those_who_may_and_opens_what_protects_the_child(
    archive: Archive, cast: Cast
) -> None:
    with archive.write(cast.archivist) as work:
        child = a_person(work, "Hemlig", "Barn", protection=Protection.MARKED)
        file = files.get(work, cast.file)
        box = work.session.get_one(Place, file.place_id)
        hidden = a_file(work, box, child)
        hidden.child_investigation, hidden.unit_id = True, file.unit_id
        reference = hidden.reference
    play = cast.play(archive, missed(archive, cast.one, file_ids=(hidden.id,)))
    opened = play.open(cast.archivist)
    assert "warn_protected" in opened
    play.do(cast.manager, "screen_risk", protected="yes", child="yes", ongoing="no", crime="no")
    assert "child_safety" in play.open(cast.archivist)

    other_head = a_colleague(archive, "annan-chef", Role.MANAGER, unit="Vuxna")
    for outsider in (cast.two, cast.three, cast.worker, other_head):
        with archive.read(outsider) as work, pytest.raises(NotFound):
            reporting.get(work, play.number)
    for insider in (cast.one, cast.archivist, cast.manager, cast.dpo, cast.lex, cast.delegate):
        with archive.read(insider) as work:
            said = repr(reporting.report_data(work, reporting.get(work, play.number)))
            assert "Hemlig" not in said
            assert reference not in said
    with archive.read(cast.archivist) as work:
        bare = repr(reporting.report_data(work, reporting.get(work, play.number), bare=True))
        assert "Centralarkivet" not in bare
        assert hidden.code not in bare
    sound(archive, cast.archivist)


def test_a_small_miss_takes_three_fields_and_the_heads_word(archive: Archive, cast: Cast) -> None:
    play = cast.play(archive, missed(archive, cast.archivist, file_ids=(cast.file,)))
    play.do(
        cast.one,
        "first_search",
        result="all_found",
        found_where="två lådor bort",
        cause="wrong_position",
        outsiders="no",
    )
    with archive.write(cast.one) as work, pytest.raises(NotPermitted):
        reporting.confirm_short(work, reporting.get(work, play.number), True)
    with archive.write(cast.manager) as work:
        incident = reporting.get(work, play.number)
        reporting.confirm_short(work, incident, True)
        assert (incident.status, incident.short) == (IncidentState.CLOSED, True)
        (item,) = reporting.items(work, incident)
        assert (item.outcome, item.found_where) == (IncidentOutcome.FOUND, FoundWhere.NEIGHBOUR)
        assert item.others_read is OthersRead.NO
        report = reporting.report_data(work, incident)
        assert report.short
        assert not [step for step in report.steps if step.state.value == "open"]
    with archive.read(cast.archivist) as work:
        assert not [clock for clock in deadlines.for_streams(work, f"incident:{play.number}") if clock.open]
    assert play.open(cast.archivist) == []
    sound(archive, cast.archivist)


def test_the_head_who_doubts_the_short_way_sends_the_case_the_long_way(archive: Archive, cast: Cast) -> None:
    play = cast.play(archive, missed(archive, cast.archivist, file_ids=(cast.file,)))
    found = {"found_where": "på vagnen", "cause": "desk", "outsiders": "no"}
    play.do(cast.one, "first_search", result="all_found", **found)
    with archive.write(cast.manager) as work:
        reporting.confirm_short(work, reporting.get(work, play.number), False, "Vagnen stod i korridoren")
    assert "confirm_find" in play.open(cast.archivist)
    assert status(archive, cast.archivist, play) is IncidentState.SUSPECTED


def test_a_lost_crate_is_one_incident_of_all_it_held_and_is_found_file_by_file(
    archive: Archive, clock: SetClock, cast: Cast
) -> None:
    with archive.write(cast.archivist) as work:
        crate = a_place(work, (PlaceKind.SITE, "Storgatan 1"), (PlaceKind.ROOM, "1"), (PlaceKind.CRATE, "17"))
        inside = [a_file(work, crate).id for _ in range(4)]
    number = missed(archive, cast.archivist, crate_id=crate.id, occasion=Occasion.RECEIPT)
    with archive.read(cast.archivist) as work:
        incident = reporting.get(work, number)
        assert incident.what is Missed.SEVERAL
        assert [item.file_id for item in reporting.items(work, incident)] == inside
        assert wanted.by_file(work, inside).keys() == set(inside)
    clock.forward(hours=2)
    taken = [scan(archive, cast.one, file_id, cast.box) for file_id in inside[:3]]
    assert {one.incident_id for one in taken} == {number}
    with archive.write(cast.archivist) as work:
        incident = reporting.get(work, number)
        items = reporting.items(work, incident)
        said = StatedFind(
            work.now, "Lådan stod kvar på lastbryggan", state=FoundState.WHOLE, others_read=OthersRead.NO
        )
        reporting.found(work, incident, [item.id for item in items[:3]], said)
        assert incident.status is IncidentState.SUSPECTED
        assert wanted.by_file(work, inside).keys() == {inside[3]}
    with archive.write(cast.archivist) as work:
        incident = reporting.get(work, number)
        said = StatedFind(
            work.now,
            "På golvet",
            state=FoundState.WHOLE,
            others_read=OthersRead.POSSIBLE,
            readers="Chauffören",
        )
        reporting.found(work, incident, [reporting.items(work, incident)[3].id], said)
        assert incident.status is IncidentState.DECIDED
    sound(archive, cast.archivist)
