"""Check covers in any order, by several people, while files are lent, protected and made void beneath."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select, text
from sqlmodel import col

from archive.cover_checks import assessments, confirmations, desk, findings, misfiled, scanning, second_checks
from archive.cover_checks import checks as cover_checks
from archive.cover_checks.assessments import AssessmentResult
from archive.cover_checks.findings import Correction, SeenWrong
from archive.cover_checks.misfiled import ForeignContent
from archive.files import files
from archive.integrity import checks
from archive.kernel.errors import DomainError
from archive.kernel.store import Actor, Archive, Work, operator
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import Assessment, CaseFile, CoverCheck, Finding, Person
from archive.vocabulary import (
    AssessmentAnswer,
    CheckWithdrawal,
    Confirmation,
    Evidence,
    FindingKind,
    LoanPurpose,
    Protection,
    Role,
)
from tests.builders import SetClock, a_box, a_file, a_person, a_shelf, protect
from tests.databases import PostgresqlDatabases, SqliteDatabases
from tests.verbs.cover_checks.checking import KEEPER, somebody

Result = TypeVar("Result")
PICK = st.integers(0, 1000)  # of what there is, whichever
PEOPLE = st.integers(0, 3)
CHANGEABLE = (
    "assessment",
    "case_file",
    "cover_check",
    "cover_confirmation",
    "deadline",
    "event",
    "finding",
    "incident",
    "loan",
    "message",
    "person",
    "sighting",
)
FILES = 4


class Desk(RuleBasedStateMachine):
    """A checking desk with four people, two of whom may open envelopes."""

    databases: ClassVar[SqliteDatabases | PostgresqlDatabases]
    folder: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.clock = SetClock()
        self.closing = ExitStack()
        settings = self.closing.enter_context(self.databases.fresh(self.folder))
        self.archive = Archive(settings, self.clock)
        self.people: list[Actor] = []
        self.program = operator("tester")

    def teardown(self) -> None:
        try:
            self.check_everything()
        finally:
            self.archive.close()
            self.closing.close()

    @initialize()
    def begin(self) -> None:
        self.people = [somebody(self.archive, name, *KEEPER) for name in ("Kim", "Robin")]
        self.people += [somebody(self.archive, name, Role.ARCHIVIST) for name in ("Alex", "Sam")]
        with self.archive.write(self.program) as work:
            box = a_box(work, a_shelf(work))
            for number in range(FILES):
                protection = Protection.MARKED if number == 0 else Protection.NONE
                cover_checks.queue_alone(work, a_file(work, box, a_person(work, protection=protection)))

    def do(self, who: int, verb: Callable[[Work], Result]) -> Result | None:
        """Do something as one of the people, a second later; a refusal must have changed nothing."""
        self.clock.forward(seconds=1)
        before = self.state()
        try:
            with self.archive.write(self.people[who]) as work:
                return verb(work)
        except DomainError:
            assert self.state() == before, "a refused verb left something behind"
            return None

    def state(self) -> list[Any]:
        """Return all that verbs change."""
        with self.archive.read(self.program) as work:
            return [
                work.session.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2")).all()
                for table in CHANGEABLE
            ]

    def pick(self, work: Work, model: Any, number: int) -> Any:
        """Return one of what there is, or nothing."""
        found = work.session.scalars(select(model).order_by(col(model.id))).all()
        return found[number % len(found)] if found else None

    def with_one(self, who: int, model: Any, number: int, verb: Callable[[Work, Any], object]) -> None:
        """Do something with one of what there is."""

        def deed(work: Work) -> None:
            if (one := self.pick(work, model, number)) is not None:
                verb(work, one)

        self.do(who, deed)

    # The desk

    @rule(who=PEOPLE, file=PICK)
    def queue(self, who: int, file: int) -> None:
        self.with_one(who, CaseFile, file, cover_checks.queue_alone)

    @rule(who=PEOPLE, file=PICK)
    def open_file(self, who: int, file: int) -> None:
        self.with_one(who, CaseFile, file, cover_checks.begin)

    @rule(who=PEOPLE, check=PICK, what=st.sampled_from(Confirmation))
    def confirm(self, who: int, check: int, what: Confirmation) -> None:
        def say(work: Work, one: CoverCheck) -> None:
            waited = one.open
            cover_checks.confirm(work, one, what)
            if waited and not one.open:
                self._rightly_done(work, one)

        self.with_one(who, CoverCheck, check, say)

    def _rightly_done(self, work: Work, check: CoverCheck) -> None:
        """Count anew, from the rows, who has said what of a check that was just done."""
        file = work.session.get_one(CaseFile, check.file_id)
        said = confirmations.by_check(work, [check.id])[check.id]
        keepers = {f"user:{actor.user_id}" for actor in self.people[:2]}
        by = {what: {one.by for one in said if one.what is what} for what in Confirmation}
        if file.protected:
            assert keepers <= by[Confirmation.COVER], "two of the named group"
            assert by[Confirmation.SEAL]
            assert keepers & by[Confirmation.CONTENTS]
        assert by[Confirmation.COVER]
        assert by[Confirmation.CONTENTS]
        if check.second_of is not None:
            first = confirmations.by_check(work, [check.second_of])[check.second_of]
            assert {one.by for one in said}.isdisjoint({one.by for one in first})

    @rule(
        who=PEOPLE,
        check=PICK,
        seen=st.sampled_from(
            [
                SeenWrong(FindingKind.WRONG_ON_COVER, "name"),
                SeenWrong(FindingKind.DAMAGED, "whole"),
                SeenWrong(FindingKind.SEAL_BROKEN, "envelope_seal"),
                SeenWrong(FindingKind.CONTENTS_MISSING, "all_there"),
                SeenWrong(FindingKind.FOREIGN_FILE, "belongs"),
            ]
        ),
    )
    def find(self, who: int, check: int, seen: SeenWrong) -> None:
        self.with_one(who, CoverCheck, check, lambda work, one: findings.find(work, one, seen))

    @rule(who=PEOPLE, check=PICK, other=PICK, whole=st.booleans(), how=st.sampled_from(Evidence))
    def find_foreign(self, who: int, check: int, other: int, whole: bool, how: Evidence) -> None:
        def find(work: Work, one: CoverCheck) -> None:
            file = self.pick(work, CaseFile, other) if other % 5 else None
            misfiled.find(work, one, "nothing_inside", ForeignContent(file, whole, how))

        self.with_one(who, CoverCheck, check, find)

    @rule(who=PEOPLE, finding=PICK, other=PICK)
    def identify(self, who: int, finding: int, other: int) -> None:
        def identify(work: Work, one: Finding) -> None:
            misfiled.identify(work, one, self.pick(work, CaseFile, other))

        self.with_one(who, Finding, finding, identify)

    @rule(who=PEOPLE, check=PICK, part=st.integers(1, 3))
    def correct_register(self, who: int, check: int, part: int) -> None:
        def correct(work: Work, one: CoverCheck) -> None:
            file = files.get(work, one.file_id)
            seen = SeenWrong(FindingKind.REGISTER_WRONG, "part")
            findings.register_wrong(work, one, seen, Correction(file.version, {"part": part, "parts": 3}))

        self.with_one(who, CoverCheck, check, correct)

    @rule(who=PEOPLE, finding=PICK, deed=st.sampled_from(["correct", "hand_on", "withdraw"]))
    def deal_with(self, who: int, finding: int, deed: str) -> None:
        def deal(work: Work, one: Finding) -> None:
            if deed == "hand_on":
                findings.hand_on(work, one, "Enhet Norr", work.now.date() + timedelta(days=3))
            else:
                getattr(findings, deed)(work, one)

        self.with_one(who, Finding, finding, deal)

    @rule(who=PEOPLE, file=PICK)
    def undo(self, who: int, file: int) -> None:
        self.with_one(who, CaseFile, file, scanning.undo_last)

    @rule(who=PEOPLE, check=PICK)
    def reopen(self, who: int, check: int) -> None:
        self.with_one(who, CoverCheck, check, lambda work, one: cover_checks.reopen(work, one))

    @rule(who=PEOPLE, check=PICK, reason=st.sampled_from(CheckWithdrawal))
    def withdraw(self, who: int, check: int, reason: CheckWithdrawal) -> None:
        self.with_one(who, CoverCheck, check, lambda work, one: cover_checks.withdraw(work, one, reason))

    @rule(percent=st.sampled_from([0, 100]))
    def draw(self, percent: int) -> None:
        self._draw(percent)

    def _draw(self, percent: int) -> None:
        with self.archive.write(self.program) as work:
            second_checks.draw(work, percent)

    @rule(file=PICK, first=PEOPLE)
    def check_thoroughly(self, file: int, first: int) -> None:
        """Let everybody say all they can of one file, one after the other, and again once it is drawn."""
        for number in range(4):
            self._say_all(file, (first + number) % 4)
        self._draw(100)
        for number in range(4):
            self._say_all(file, (first + number) % 4)

    def _say_all(self, file: int, who: int) -> None:
        def say(work: Work, one: CaseFile) -> None:
            check = cover_checks.begin(work, one)
            for what in confirmations.needs(
                work, one, confirmations.by_check(work, [check.id]).get(check.id, [])
            ):
                cover_checks.confirm(work, check, what)
            if not check.open:
                self._rightly_done(work, check)

        self.with_one(who, CaseFile, file, say)

    @rule(who=PEOPLE, assessment=PICK, answer=st.sampled_from(AssessmentAnswer))
    def answer(self, who: int, assessment: int, answer: AssessmentAnswer) -> None:
        said = AssessmentResult(answer, "Ingen", "Inget")
        self.with_one(who, Assessment, assessment, lambda work, one: assessments.answer(work, one, said))

    # What happens beneath

    @rule(who=PEOPLE, file=PICK)
    def lend_or_take_back(self, who: int, file: int) -> None:
        def lend(work: Work, one: CaseFile) -> None:
            if loans.open_loan(work, one.id):
                loans.take_back(work, one)
            else:
                due = work.now.date() + timedelta(days=7)
                loans.hand_out(work, one, Request("Karin Berg", LoanPurpose.CASE_WORK, due))

        self.with_one(who, CaseFile, file, lend)

    @rule(who=PEOPLE, person=PICK, protection=st.sampled_from([Protection.NONE, Protection.MARKED]))
    def protect(self, who: int, person: int, protection: Protection) -> None:
        self.with_one(who, Person, person, lambda work, one: protect(work, one, protection, "Skatteverket"))

    @rule(who=PEOPLE, right=PICK)
    def make_the_last_one_void(self, who: int, right: int) -> None:
        def void(work: Work, one: CaseFile) -> None:
            files.void(work, one, self.pick(work, CaseFile, right))

        self.with_one(who, CaseFile, FILES - 1, void)

    # What always holds

    @invariant()
    def every_rule_holds(self) -> None:
        with self.archive.read(self.program) as work:
            assert list(checks.RegisterCheck(work).rules()) == []
            for check in work.session.scalars(select(CoverCheck)):
                desk.for_check(work, check)

    @invariant()
    def who_must_repeat_is_never_who_was_first(self) -> None:
        for actor in self.people:
            with self.archive.read(actor) as work:
                for row in cover_checks.waiting(work):
                    cover_checks.refuse_same_person(work, row.check)

    @invariant()
    def every_wrong_cover_that_was_out_is_assessed(self) -> None:
        with self.archive.read(self.program) as work:
            foreign = [one for one in work.session.scalars(select(Finding)) if one.kind.foreign]
            assessed = {one.finding_id: one for one in work.session.scalars(select(Assessment))}
            assert {one.id for one in foreign} >= assessed.keys()
            assert all(one.loans for one in assessed.values())

    def check_everything(self) -> None:
        """Replay the history and compare."""
        with self.archive.read(self.program) as work:
            assert checks.everything(work) == []
