"""Leads: each thing the register knows of a lost file becomes a place to look, with why, and bares nobody."""

import re
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, update
from sqlmodel import col

from archive.cover_checks import checks
from archive.files import files
from archive.kernel.errors import NotFound, NotPermitted
from archive.kernel.store import Actor, Archive, Work, operator
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import CaseFile
from archive.people import people
from archive.places import places
from archive.places.places import Level, names_from
from archive.rules import identity
from archive.scanning import scans
from archive.scanning.scans import Scanned
from archive.search import plan as search_plan
from archive.search import ranking
from archive.search.ranking import VainSearch
from archive.vocabulary import (
    Confirmation,
    Custody,
    Evidence,
    LoanPurpose,
    OrderRule,
    PlaceKind,
    Protection,
    Role,
)
from tests.builders import NUMBERS, SetClock, a_file, a_person
from tests.statements import counted
from tests.verbs.incidents.incident_play import a_colleague

AsRole = Callable[[Role], Actor]
SORTED = tuple(sorted(NUMBERS))
_scans = count(1)


class Room:
    """A room with two racks of two shelves of four boxes, another room, and two crates; ids only."""

    def __init__(self, archive: Archive, actor: Actor, rule: OrderRule = OrderRule.REFERENCE) -> None:
        self.archive, self.actor = archive, actor
        with archive.write(actor) as work:
            site = places.create(work, None, PlaceKind.SITE, "Centralarkivet", order_rule=rule)
            rooms = places.create_many(work, site, [Level(PlaceKind.ROOM, names_from("1-2"))])
            self.room, self.other_room = (room.id for room in rooms)
            levels = [
                Level(PlaceKind.RACK, names_from("1-2")),
                Level(PlaceKind.SHELF, names_from("1-2")),
                Level(PlaceKind.BOX, names_from("1-4")),
            ]
            made = places.create_many(work, rooms[0], levels)
            self.boxes, self.racks, self.shelves = (
                [one.id for one in sorted(made, key=lambda one: one.path) if one.kind is kind]
                for kind in (PlaceKind.BOX, PlaceKind.RACK, PlaceKind.SHELF)
            )
            places.create_many(work, rooms[1], levels)
            crates = places.create_many(work, rooms[0], [Level(PlaceKind.CRATE, names_from("1-2"))])
            self.crates = [one.id for one in crates]

    def file(self, box: int = 1, *numbers: str, reference: str = "", protected: bool = False) -> int:
        """Register a file in a box."""
        with self.archive.write(self.actor) as work:
            protection = Protection.MARKED if protected else Protection.NONE
            number = numbers[0] if numbers else ""
            person = a_person(work, f"Namn{next(_scans)}", number=number, protection=protection)
            return a_file(work, places.get(work, self.boxes[box]), person, reference=reference).id

    def do(self, verb: Callable[[Work, CaseFile], Any], *of: int, by: Actor | None = None) -> None:
        """Do something with files, one after the other, in one transaction."""
        with self.archive.write(by or self.actor) as work:
            for one in of:
                verb(work, files.get(work, one))

    def put(self, place: int, *of: int, how: Evidence = Evidence.HAND, by: Actor | None = None) -> None:
        """Move files by hand."""
        self.do(lambda work, file: files.move(work, file, places.get(work, place), how=how), *of, by=by)

    def lend(self, *of: int, to: str = "Karin Berg", unit: str = "", user: int | None = None) -> None:
        """Hand files out to a court, say."""

        def lend(work: Work, file: CaseFile) -> None:
            due = work.now.date() + timedelta(days=14)
            loans.hand_out(work, file, Request(to, LoanPurpose.COURT, due, unit, user))

        self.do(lend, *of)

    def take_back(self, *of: int) -> None:
        """Take files back without a scan."""
        self.do(lambda work, file: loans.take_back(work, file), *of)

    def scan(self, of: int, place: int | None = None, by: Actor | None = None) -> None:
        """Scan a file, at a place or nowhere said."""

        def scan(work: Work, file: CaseFile) -> None:
            context = places.get(work, place).code if place else None
            scans.take(work, Scanned(str(UUID(int=next(_scans))), file.code, context))

        self.do(scan, of, by=by)

    def why(self, of: int, by: Actor | None = None) -> dict[tuple[str, str], str]:
        """Return what is said for each lead, by the lead's key and the reason."""
        with self.archive.read(by or self.actor) as work:
            plan = search_plan.plan(work, of)
            words = plan.priors.reasons
            return {
                (lead.key, why.reason): words[why.reason].words.say("en") % {"on": "–", **why.facts}
                for lead in plan.leads
                for why in ranking.reasons(plan, lead)
            }


@pytest.fixture
def room(archive: Archive, archivist: Actor) -> Room:
    """Give a room kept by reference."""
    return Room(archive, archivist)


def test_what_stands_around_is_looked_at_though_nothing_was_ever_done_with_the_file(room: Room) -> None:
    file, beside = room.file(1), room.file(1)
    why = room.why(file)
    own = room.boxes[1]
    assert (
        why[f"read:{own}", "recorded"] == "Recorded here; it may have been overlooked or stand out of order."
    )
    assert why[f"cover:{beside}", "cover_beside"].startswith("Stands right beside it")
    assert (f"open:{own}", "cover_somewhere") in why
    assert {(f"read:{room.boxes[near]}", "beside") for near in (0, 2, 3)} <= why.keys()
    assert {(f"read:{room.boxes[same]}", "same_slot") for same in (5, 9, 13)} <= why.keys()
    assert (f"behind:{room.racks[0]}", "behind") in why
    assert (f"behind:{room.racks[1]}", "corner") in why
    assert {
        (f"sweep:{room.racks[1]}", "rest_of_room"),
        (f"sweep:{room.other_room}", "rest_of_site"),
    } <= why.keys()
    assert (f"table:{room.other_room}", "corner") in why


def test_a_loan_leads_to_the_borrower_and_what_it_was_lent_with(
    room: Room, archive: Archive, clock: SetClock
) -> None:
    karin, kim = (a_colleague(archive, name, Role.CASE_WORKER, unit="Barn 1") for name in ("karin", "kim"))
    file, mate, stranger = room.file(1), room.file(6), room.file(1)
    room.lend(file, mate, unit="Barn 1", user=karin.user_id)
    why = room.why(file)
    assert why[f"desk:{karin.id}", "borrower"] == f"On loan here since {clock.now:%Y-%m-%d}."
    assert why[f"cover:{mate}", "cover_loan_mate"] == "Lent at the same time to the same borrower."
    assert (f"cover:{stranger}", "cover_loan_mate") not in why
    clock.forward(days=3)
    room.take_back(file, mate)
    why = room.why(file)
    assert "without anybody scanning" in why[f"desk:{karin.id}", "borrower_last"]
    assert (f"desk:{kim.id}", "colleague") in why
    assert any(key.startswith("ask:loan:") and reason == "sent_on" for key, reason in why)
    assert (f"desk:{karin.id}", "borrower") not in why
    clock.forward(days=1)
    room.scan(file, room.boxes[1])
    why = room.why(file)  # it was in somebody's hands since
    assert (f"desk:{karin.id}", "borrower_earlier") in why
    assert (f"desk:{karin.id}", "borrower_last") not in why
    room.lend(mate, to="Olle Ek")
    assert any(reason == "other_borrower" for _key, reason in room.why(stranger))


def test_whoever_borrowed_the_file_beside_it_may_have_this_one(room: Room, clock: SetClock) -> None:
    file, beside = room.file(1), room.file(1)
    clock.forward(days=1)
    room.lend(beside, to="Karin Berg")
    said = [why for (key, reason), why in room.why(file).items() if reason == "taken_for_another"]
    assert said == [
        f"Borrowed a file from the same box on {clock.now:%Y-%m-%d}; the wrong one may have been taken out."
    ]


def test_whoever_scanned_it_without_saying_where_is_asked(
    room: Room, archive: Archive, clock: SetClock
) -> None:
    asker = a_colleague(archive, "asker", Role.ASSISTANT)
    file = room.file(1)
    clock.forward(days=1)
    room.scan(file, by=asker)
    why = room.why(file)
    assert why[f"desk:{asker.id}", "asker"].startswith(f"Scanned the file on {clock.now:%Y-%m-%d}")
    assert (f"desk:{asker.id}", "hands") in why
    assert (f"table:{room.room}", "table") in why


def test_a_move_leads_back_to_where_it_stood_and_to_what_the_same_hands_moved(
    room: Room, clock: SetClock
) -> None:
    file, mate, later = room.file(1), room.file(1), room.file(1)
    clock.forward(days=30)
    room.put(room.boxes[6], file)
    room.put(room.boxes[11], mate)
    clock.forward(hours=5)
    room.put(room.boxes[12], later)
    why = room.why(file)
    assert why[f"read:{room.boxes[1]}", "earlier_place"] == "Stood here earlier."
    assert why[f"read:{room.boxes[11]}", "batch_place"].endswith(
        f"on the same occasion, {clock.now:%Y-%m-%d}."
    )
    assert (f"cover:{mate}", "cover_together") in why
    assert (f"read:{room.boxes[12]}", "batch_place") not in why
    assert (f"read:{room.boxes[7]}", "beside") in why


def test_a_delivery_leads_to_the_crates_and_to_what_was_left_behind(room: Room, clock: SetClock) -> None:
    file, mate = room.file(1), room.file(1)
    clock.forward(days=30)
    room.put(room.crates[0], file)
    room.put(room.crates[1], mate)
    clock.forward(days=1)
    room.put(room.boxes[9], file)
    why = room.why(file)
    assert why[f"read:{room.boxes[1]}", "left_behind"].endswith("the file may have been left behind.")
    assert why[f"read:{room.crates[0]}", "crate"].endswith("unpacked without being scanned.")
    assert (f"read:{room.crates[1]}", "other_crate") in why
    room.scan(file, room.boxes[9])  # now it is certain that it came along
    assert not {"left_behind", "crate", "other_crate"} & {reason for _key, reason in room.why(file)}


def test_a_box_that_was_moved_is_looked_for_where_it_stood(room: Room, clock: SetClock) -> None:
    file = room.file(1)
    clock.forward(days=1)
    with room.archive.write(room.actor) as work:
        places.move(work, places.get(work, room.boxes[1]), places.get(work, room.shelves[3]))
    said = {key for key, reason in room.why(file) if reason == "stood_beside"}
    assert {f"read:{room.boxes[near]}" for near in (0, 2)} <= said


def test_covers_checked_just_before_or_after_are_opened(room: Room, clock: SetClock) -> None:
    file, mate, other = room.file(1), room.file(6), room.file(7)

    def check(work: Work, of: CaseFile) -> None:
        made = checks.queue_alone(work, of)
        for what in (Confirmation.COVER, Confirmation.CONTENTS):
            checks.confirm(work, made, what)

    room.do(check, mate, file)
    clock.forward(hours=3)
    room.do(check, other)
    why = room.why(file)
    assert (f"cover:{mate}", "cover_checked") in why
    assert (f"cover:{other}", "cover_checked") not in why


def test_the_same_person_and_the_same_name_lead_to_their_files(room: Room) -> None:
    with room.archive.write(room.actor) as work:
        box, far = (places.get(work, room.boxes[at]) for at in (1, 14))
        person, namesake = (a_person(work, "Ekström", "Vilhelmina") for _one in range(2))
        file, kin = a_file(work, box, person).id, a_file(work, far, person).id
        a_file(work, places.get(work, room.boxes[11]), namesake)
    why = room.why(file)
    assert (f"cover:{kin}", "same_person_cover") in why
    assert (f"read:{room.boxes[14]}", "same_person_place") in why
    assert (
        why[f"read:{room.boxes[11]}", "name_place"] == "A file about somebody of the same name stands here."
    )
    assert "Ekström" not in " ".join(why.values())


def test_numbers_easily_confused_lead_to_their_files(room: Room) -> None:
    number = SORTED[40]
    swapped = number[:-2] + number[-1] + number[-2]
    file = room.file(1, number, reference="P0001234")
    alike, reference = room.file(11, swapped), room.file(14, reference="P0001243")
    why = room.why(file)
    assert why[f"cover:{alike}", "number_cover"] == "Has a number that is easily taken for the file's."
    assert (f"read:{room.boxes[11]}", "number_file") in why
    assert (f"cover:{reference}", "number_cover") in why
    assert not [number for said in why.values() for number in (swapped, "P0001243") if number in said]


def test_in_birth_order_a_file_is_looked_for_where_its_own_and_its_misread_and_old_number_belong(
    archive: Archive, archivist: Actor
) -> None:
    room = Room(archive, archivist, OrderRule.BIRTH_DATE)
    for at in range(1, 160, 10):
        room.file(at // 10, SORTED[at])
    mine, old = SORTED[42], SORTED[132]
    file = room.file(9, mine)  # belongs into box 4, registered in box 9
    with archive.write(archivist) as work:
        person = people.with_number(work, mine)[0]
        people.add_number(work, person, identity.read(old, today=work.now.date()), "test", current=False)
    why = room.why(file)
    assert (f"read:{room.boxes[4]}", "own_number") in why
    assert (f"read:{room.boxes[13]}", "number_place") in why
    assert (f"read:{room.boxes[14]}", "own_number") not in why


def test_what_was_disposed_of_from_the_same_place_makes_it_likelier_that_it_is_gone(room: Room) -> None:
    file, other = room.file(1), room.file(1)
    with room.archive.read(room.actor) as work:
        before = search_plan.plan(work, file).gone
    with room.archive.write(operator("tests")) as work:  # no verb disposes of anything yet
        work.connection.execute(
            update(CaseFile).where(col(CaseFile.id) == other).values(status=Custody.DISPOSED)
        )
    with room.archive.read(room.actor) as work:
        assert search_plan.plan(work, file).gone > before * 1.5


def test_a_search_that_found_nothing_lowers_its_place_and_who_may_not_read_incidents_gets_no_plan(
    room: Room, as_role: AsRole
) -> None:
    file = room.file(1)
    key = f"read:{room.boxes[1]}"
    with room.archive.read(room.actor) as work:
        first, later = search_plan.plan(work, file), search_plan.plan(work, file, [VainSearch(key, "user:1")])
        with pytest.raises(NotFound):
            search_plan.plan(work, file + 999)
    assert first.leads[0].key == key
    assert later.cells[f"in:{room.boxes[1]}"] < first.cells[f"in:{room.boxes[1]}"] - 0.2
    with room.archive.read(as_role(Role.CASE_WORKER)) as work, pytest.raises(NotPermitted):
        search_plan.plan(work, file)


def test_a_protected_persons_other_files_are_named_only_to_those_cleared_for_them(
    room: Room, archive: Archive
) -> None:
    number = SORTED[40]
    swapped = number[:-2] + number[-1] + number[-2]
    file = room.file(1, number)
    hidden = [room.file(11, swapped, protected=True), room.file(1, protected=True)]
    cleared = a_colleague(archive, "cleared", Role.ARCHIVIST, Role.SEALED_KEEPER)
    uncleared, shown = room.why(file), room.why(file, by=cleared)
    for one in hidden:
        assert any(key == f"cover:{one}" for key, _reason in shown)
        assert not any(key == f"cover:{one}" for key, _reason in uncleared)
    assert (f"read:{room.boxes[11]}", "number_file") in shown
    assert (f"read:{room.boxes[11]}", "number_file") not in uncleared
    assert (f"open:{room.boxes[1]}", "cover_somewhere") in uncleared  # still opened, without being named
    with archive.read(room.actor) as work:
        told = search_plan.evidence(work, file)
    assert not {clue.facts.get("file") for clue in told.clues} & {*hidden}
    assert not told.covers.keys() & {*hidden}
    kin = next(iter(hidden))
    with archive.write(room.actor) as work:  # who is sent to search for the one may know of the other
        person = people.with_number(work, swapped)[0]
        second = a_file(work, places.get(work, room.boxes[5]), person).id
    assert (f"cover:{second}", "same_person_cover") in room.why(kin)


def _grown(room: Room, boxes: range, each: int) -> int:
    """Fill boxes with files, lend and move some, and return one that was lent, moved and scanned."""
    with room.archive.write(room.actor) as work:
        made = [
            a_file(work, places.get(work, room.boxes[box]), reference=f"2003-{box}-{number}").id
            for box in boxes
            for number in range(each)
        ]
    lost = made[0]
    room.lend(*made[: each // 2 + 2], user=room.actor.user_id)
    room.take_back(*made[: each // 2 + 2])
    room.put(room.boxes[boxes[-1]], *made[: each // 2 + 2])
    return lost


@pytest.mark.engines("sqlite")
def test_the_number_of_statements_does_not_grow_with_the_register(room: Room, clock: SetClock) -> None:
    def asked(of: int) -> int:
        with room.archive.read(room.actor) as work:
            search_plan.plan(work, of)
            with counted(room.archive.engine) as statements:
                search_plan.plan(work, of)
        return len(statements)

    small = _grown(room, range(2, 4), 3)
    few = asked(small)
    clock.forward(days=1)
    _grown(room, range(4, 16), 16)
    assert asked(small) <= few + 2  # a statement more where it now has neighbours
    assert few <= 70


@pytest.mark.engines("sqlite")  # where the planner has no statistics and picks a wrong index most easily
def test_no_statement_of_the_plan_goes_through_a_whole_table(room: Room) -> None:
    lost = _grown(room, range(2, 5), 4)
    plans: set[str] = set()

    def explain(_connection: object, cursor: Any, statement: str, parameters: object, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            raw = cursor.connection.cursor()
            raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.update(row[3] for row in raw.fetchall())

    event.listen(room.archive.engine, "before_cursor_execute", explain)
    with room.archive.read(room.actor) as work:
        search_plan.plan(work, lost)
    event.remove(room.archive.engine, "before_cursor_execute", explain)
    large = r"\bSCAN (case_file|person\w*|file_person|name_token|event\w*|sighting|loan|place|cover_check)\b"
    assert plans
    assert [plan for plan in plans if re.search(large, plan) and "USING" not in plan] == []
