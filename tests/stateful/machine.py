"""Do anything with a small archive, in any order, beside a simple account of what should have come of it."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select, text
from sqlmodel import col

from archive.accounts import users
from archive.accounts.sessions import Proof
from archive.codes import codes
from archive.files import files
from archive.files.files import NewFile
from archive.integrity import checks
from archive.kernel.errors import DomainError
from archive.kernel.store import Archive, Work, operator
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import CaseFile, Label, Person, Place, User
from archive.people import lifting, people
from archive.places import places
from archive.scanning import scans
from archive.scanning.scans import Scanned
from archive.timeline import timeline
from archive.vocabulary import (
    Custody,
    Evidence,
    LabelReason,
    LoanPurpose,
    PersonRole,
    PlaceKind,
    Protection,
    Role,
    ScanOutcome,
)
from tests.builders import SetClock, a_kind, a_person, a_shelf, a_source, protect, user_in_role
from tests.databases import PostgresqlDatabases, SqliteDatabases

Result = TypeVar("Result")
PICK = st.integers(0, 1000)  # of what there is, whichever
CHANGEABLE = ("case_file", "place", "person", "loan", "label", "file_person", "user_role", "event", "scan")

# What a scan answers that leaves the file standing where it was scanned.
PUT_DOWN = frozenset(
    {
        *(ScanOutcome.MOVED, ScanOutcome.RETURNED, ScanOutcome.PACKED, ScanOutcome.PACKED_UNLISTED),
        *(ScanOutcome.REPACKED, ScanOutcome.RECEIVED, ScanOutcome.RECEIVED_UNEXPECTED, ScanOutcome.TURNED_UP),
    }
)


@dataclass
class Account:
    """Where a file should be, and in what state."""

    status: Custody
    place: int


@dataclass
class SentScan:
    """A scan as it was sent, to send it again, and what was answered."""

    scanned: Scanned
    answer: tuple[Any, ...]


class Register(RuleBasedStateMachine):
    """The archive under test beside its account; subclasses say on which databases."""

    changeable: ClassVar[tuple[str, ...]] = CHANGEABLE
    databases: ClassVar[SqliteDatabases | PostgresqlDatabases]
    folder: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.clock = SetClock()
        self.closing = ExitStack()
        settings = self.closing.enter_context(self.databases.fresh(self.folder))
        self.archive = Archive(settings, self.clock)
        self.account: dict[int, Account] = {}
        self.scans: list[SentScan] = []
        self.actor = operator("tester")

    def teardown(self) -> None:
        self.archive.close()
        self.closing.close()

    def do(self, verb: Callable[[Work], Result]) -> Result | None:
        """Do something; a refusal returns nothing and must have changed nothing."""
        before = self.state()
        try:
            with self.archive.write(self.actor) as work:
                return verb(work)
        except DomainError:
            assert self.state() == before, "a refused verb left something behind"
            return None

    def state(self) -> list[Any]:
        """Return all that verbs change."""
        with self.archive.read(self.actor) as work:
            return [
                work.session.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2")).all()
                for table in self.changeable
            ]

    def pick(self, work: Work, model: Any, number: int) -> Any:
        """Return one of what there is."""
        found = work.session.scalars(select(model).order_by(next(iter(model.__table__.primary_key)))).all()
        return found[number % len(found)]

    @initialize()
    def begin(self) -> None:
        with self.archive.write(self.actor) as work:
            shelf = a_shelf(work)
            places.create_many(work, shelf, [places.Level(PlaceKind.BOX, ("1", "2"))])
            a_kind(work), a_source(work), a_person(work)
            codes.print_blanks(work, 2, "test")
        user_in_role(self.archive, Role.ARCHIVIST)

    @rule(minutes=st.sampled_from([0, 1, 20, 60 * 24 * 40]))
    def time_passes(self, minutes: int) -> None:
        self.clock.forward(minutes=minutes)

    # Files

    @rule(
        place=PICK,
        person=PICK,
        reference=st.integers(1, 6),
        part=st.integers(1, 3),
        parts=st.integers(1, 3),
    )
    def register_file(self, place: int, person: int, reference: int, part: int, parts: int) -> None:
        def register(work: Work) -> CaseFile:
            where, who = self.pick(work, Place, place), self.pick(work, Person, person)
            return files.register(
                work,
                NewFile(
                    reference=f"2003-{reference}",
                    source_id=1,
                    kind_id=1,
                    place=where,
                    persons=((who.id, PersonRole.SUBJECT),),
                    part=part,
                    parts=parts,
                ),
            )

        if file := self.do(register):
            self.account[file.id] = Account(Custody.ON_PLACE, file.place_id)

    @precondition(lambda self: self.account)
    @rule(file=PICK, place=PICK, stale=st.booleans())
    def move_file(self, file: int, place: int, stale: bool) -> None:
        def move(work: Work) -> tuple[int, int]:
            what, where = self.pick(work, CaseFile, file), self.pick(work, Place, place)
            held = files.held(work, what.id)
            files.move(work, held, where, how=Evidence.HAND, version=held.version - stale)
            return held.id, where.id

        if moved := self.do(move):
            assert not stale
            assert self.account[moved[0]].status is Custody.ON_PLACE
            self.account[moved[0]].place = moved[1]

    @precondition(lambda self: self.account)
    @rule(file=PICK, days=st.integers(-1, 400))
    def lend(self, file: int, days: int) -> None:
        def lend(work: Work) -> int:
            what = self.pick(work, CaseFile, file)
            due = work.now.date() + timedelta(days=days)
            loans.hand_out(work, what, Request("Bo Borg", LoanPurpose.CASE_WORK, due))
            return int(what.id)

        if lent := self.do(lend):
            assert self.account[lent].status is Custody.ON_PLACE
            self.account[lent].status = Custody.ON_LOAN

    @precondition(lambda self: self.account)
    @rule(file=PICK, place=st.none() | PICK)
    def take_back(self, file: int, place: int | None) -> None:
        def take_back(work: Work) -> tuple[int, int]:
            what = self.pick(work, CaseFile, file)
            where = None if place is None else self.pick(work, Place, place)
            loans.take_back(work, what, where)
            return what.id, where.id if where else what.place_id

        if back := self.do(take_back):
            assert self.account[back[0]].status is Custody.ON_LOAN
            self.account[back[0]] = Account(Custody.ON_PLACE, back[1])

    @precondition(lambda self: len(self.account) > 1)
    @rule(file=PICK, right=PICK)
    def make_void(self, file: int, right: int) -> None:
        def void(work: Work) -> int:
            wrong = self.pick(work, CaseFile, file)
            files.void(work, wrong, self.pick(work, CaseFile, right))
            return int(wrong.id)

        if voided := self.do(void):
            self.account[voided].status = Custody.VOID

    @precondition(lambda self: self.account)
    @rule(file=PICK)
    def reinstate(self, file: int) -> None:
        def reinstate(work: Work) -> int:
            what = self.pick(work, CaseFile, file)
            files.reinstate(work, what)
            return int(what.id)

        if back := self.do(reinstate):
            self.account[back].status = Custody.ON_PLACE

    @precondition(lambda self: self.account)
    @rule(file=PICK, reference=st.integers(1, 6), parts=st.integers(1, 3), stale=st.booleans())
    def correct_file(self, file: int, reference: int, parts: int, stale: bool) -> None:
        def correct(work: Work) -> None:
            what = self.pick(work, CaseFile, file)
            files.correct(work, what, what.version - stale, reference=f"2003-{reference}", parts=parts)

        self.do(correct)

    @precondition(lambda self: self.account)
    @rule(file=PICK, person=PICK, remove=st.booleans(), role=st.sampled_from(PersonRole))
    def change_persons_of_file(self, file: int, person: int, remove: bool, role: PersonRole) -> None:
        def change(work: Work) -> None:
            what, who = self.pick(work, CaseFile, file), self.pick(work, Person, person)
            if remove and who.protection.protected:
                lifting.take_off(work, what, who, "besked", Proof(work.actor, work.now))
            elif remove:
                files.remove_person(work, what, who)
            else:
                files.add_person(work, what, who, role)

        self.do(change)

    # Persons

    @rule(name=st.sampled_from(["Åberg", "de la Cruz", "Öst-Ek"]), protection=st.sampled_from(Protection))
    def register_person(self, name: str, protection: Protection) -> None:
        self.do(lambda work: a_person(work, name, "Test", protection=protection))

    @rule(person=PICK, protection=st.sampled_from(Protection))
    def protect_person(self, person: int, protection: Protection) -> None:
        self.do(lambda work: protect(work, self.pick(work, Person, person), protection, "Skatteverket"))

    @rule(person=PICK, name=st.sampled_from(["Åberg", "Berg", ""]))
    def correct_person(self, person: int, name: str) -> None:
        self.do(lambda work: people.correct(work, self.pick(work, Person, person), family_name=name))

    # Places

    @rule(parent=PICK, kind=st.sampled_from(PlaceKind), name=st.sampled_from(["1", "2", "3", " "]))
    def create_place(self, parent: int, kind: PlaceKind, name: str) -> None:
        self.do(lambda work: places.create(work, self.pick(work, Place, parent), kind, name))

    @rule(place=PICK, parent=PICK)
    def move_place(self, place: int, parent: int) -> None:
        self.do(lambda work: places.move(work, self.pick(work, Place, place), self.pick(work, Place, parent)))

    @rule(place=PICK)
    def close_place(self, place: int) -> None:
        self.do(lambda work: places.close(work, self.pick(work, Place, place)))

    @rule(place=PICK)
    def reopen_place(self, place: int) -> None:
        self.do(lambda work: places.reopen(work, self.pick(work, Place, place)))

    @rule(place=PICK, name=st.sampled_from(["1", "2", "A"]))
    def rename_place(self, place: int, name: str) -> None:
        self.do(lambda work: places.change(work, self.pick(work, Place, place), name=name))

    # Labels

    @precondition(lambda self: self.account)
    @rule(file=PICK, reason=st.none() | st.sampled_from(LabelReason))
    def print_label(self, file: int, reason: LabelReason | None) -> None:
        self.do(lambda work: codes.print_labels(work, [self.pick(work, CaseFile, file)], "test", reason))

    @rule(label=PICK, thing=PICK, model=st.sampled_from([CaseFile, Place]))
    def bind_label(self, label: int, thing: int, model: Any) -> None:
        if model is Place or self.account:
            self.do(
                lambda work: codes.bind(
                    work, self.pick(work, Label, label).code, self.pick(work, model, thing)
                )
            )

    # Scans

    @rule(
        label=PICK,
        context=st.none() | PICK,
        late=st.sampled_from([0, 0, 0, 30, 60 * 48]),
        carry=st.booleans(),
    )
    def scan(self, label: int, context: int | None, late: int, carry: bool) -> None:
        def take(work: Work) -> tuple[Scanned, Any]:
            where = None if context is None else self.pick(work, Place, context).code
            when: datetime | None = self.clock.now - timedelta(minutes=late) if late else None
            scan_id = str(UUID(int=len(self.scans) + 1))
            scanned = Scanned(scan_id, self.pick(work, Label, label).code, where, when, carry=carry)
            return scanned, scans.take(work, scanned)

        done = self.do(take)
        assert done, "a scan is answered, never refused as a whole"
        scanned, taken = done
        self.scans.append(SentScan(scanned, _said(taken)))
        if taken.outcome in PUT_DOWN:
            self.account[taken.file_id] = Account(Custody.ON_PLACE, taken.place_id)

    @precondition(lambda self: self.scans)
    @rule(which=PICK)
    def send_scan_again(self, which: int) -> None:
        sent = self.scans[which % len(self.scans)]
        before = self.state()
        answer = self.do(lambda work: scans.take(work, sent.scanned))
        assert answer
        assert _said(answer) == sent.answer
        assert self.state() == before

    @precondition(lambda self: self.scans)
    @rule(which=PICK)
    def undo_scan(self, which: int) -> None:
        sent = self.scans[which % len(self.scans)]
        undone_before = self.do(lambda work: scans.get(work, sent.scanned.id).undone)
        undone = self.do(lambda work: scans.undo(work, sent.scanned.id))
        if undone and not undone_before and undone.outcome is ScanOutcome.MOVED:
            self.account[undone.file_id].place = undone.facts["from"]

    # Users

    @rule(roles=st.sets(st.sampled_from(Role)))
    def give_roles(self, roles: set[Role]) -> None:
        self.do(lambda work: users.set_roles(work, self.pick(work, User, 0), roles))

    # What must hold after each

    @invariant()
    def every_file_is_where_the_account_says(self) -> None:
        with self.archive.read(self.actor) as work:
            rows = work.session.execute(
                select(col(CaseFile.id), col(CaseFile.status), col(CaseFile.place_id))
            )
            assert {row.id: Account(row.status, row.place_id) for row in rows} == self.account

    @invariant()
    def nothing_is_wrong(self) -> None:
        with self.archive.read(self.actor) as work:
            assert [finding.say() for finding in checks.everything(work)] == []

    @invariant()
    def every_story_can_be_told(self) -> None:
        with self.archive.read(self.actor) as work:
            for file in work.session.scalars(select(CaseFile)).all():
                page = timeline.of_file(work, file)
                assert page.entries[-1].kind.value == "file.registered" or page.before


def _said(taken: Any) -> tuple[Any, ...]:
    """Return what a scan's answer says, but for whether it was undone since."""
    return (taken.outcome, taken.reason, taken.file_id, taken.place_id, taken.facts)
