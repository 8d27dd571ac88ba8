"""Miss, search, find and give up files in any order, between everything else that happens to them."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from sqlalchemy import select, text
from sqlmodel import col

from archive.files import wanted
from archive.incidents import changes, finds, nightly, reporting, steps
from archive.incidents.reporting import MissReport
from archive.kernel import clock
from archive.kernel.store import Work
from archive.models import CaseFile, Incident, IncidentFile, Place, Scan
from archive.notifications import deadlines
from archive.search import searches
from archive.search.searches import Searched
from archive.vocabulary import Custody, IncidentOutcome, IncidentState, Occasion, Role, SearchResult
from routines import engine
from routines.conditions import Answer
from routines.model import FieldKind, FormField, Step
from routines.progress import State
from tests.builders import user_in_role
from tests.stateful.machine import PICK, Account, Register
from tests.verbs.incidents.incident_play import filled

TABLES = (
    *("incident", "incident_file", "incident_search", "wanted_sighting", "routine_step", "routine_version"),
    *("deadline", "message"),
)
# What leads to an end somewhat more often than chance would.
LIKELY = {"confirmed": "yes", "right": "yes", "outcome": "declared_lost", "crime": "no", "protected": "no"}


class Missing(Register):
    """The register's machine with people who miss things; what is wanted is kept beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.wanted: dict[int, int] = {}  # file → item
        self.missed = False

    @initialize()
    def begin(self) -> None:
        """Begin with a file that is missed, else few sequences come as far as to a find that was none."""
        super().begin()
        for role in (Role.ASSISTANT, Role.MANAGER):
            user_in_role(self.archive, role)
        self.register_file(place=1, person=0, reference=1, part=1, parts=1)
        self.report_a_miss(files={0}, occasion=Occasion.LOOKING, words=False)

    def state(self) -> list[Any]:
        """Return all that verbs change, incidents too."""
        with self.archive.read(self.actor) as work:
            more = [
                work.session.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2")).all() for table in TABLES
            ]
        return [*super().state(), *more]

    @precondition(lambda self: self.account)
    @rule(
        files=st.sets(PICK, min_size=1, max_size=3), occasion=st.sampled_from(Occasion), words=st.booleans()
    )
    def report_a_miss(self, files: set[int], occasion: Occasion, words: bool) -> None:
        def report(work: Work) -> list[tuple[int, int]]:
            ids = tuple(self.pick(work, CaseFile, number).id for number in sorted(files))
            said = MissReport(ids, description="En pärm" if words else "", occasion=occasion, protected=False)
            reporting.report(work, said)
            return [(found.file_id, found.item_id) for found in wanted.by_file(work, ids).values()]

        reported = self.do(report)
        self.missed = self.missed or reported is not None
        for file, item in reported or ():
            self.wanted.setdefault(file, item)

    @precondition(lambda self: self.wanted)
    @rule(incident=PICK, which=PICK, luck=st.integers(0, 10**6))
    def do_a_step(self, incident: int, which: int, luck: int) -> None:
        def do(work: Work) -> int:
            what = self.pick(work, Incident, incident)
            run = reporting.advance(work, what)
            names = [record.step for record in engine.open_steps(run.progress)]
            names += [step.id for step in engine.startable(run.routine, run.progress, work.now)]
            if not names:
                return int(what.id)
            step = run.step(names[which % len(names)])
            if run.progress.open_record(step.id) is None:
                reporting.start(work, what, step.id)
            run = steps.course(work, what)
            reporting.complete(work, what, step.id, self._answers(work, what, run, step, luck))
            return int(what.id)

        done = self.do(do)
        if done is not None:
            self._settle(done)

    def _answers(self, work: Work, incident: Incident, run: Any, step: Step, luck: int) -> dict[str, Answer]:
        given: dict[str, Answer] = {}
        lost = IncidentOutcome.DECLARED_LOST
        sought = [one for one in reporting.items(work, incident) if one.open or one.outcome is lost]
        items = [f"item:{one.id}" for one in sought]
        for at, field in enumerate(step.fields):
            state = State(run.routine, run.progress, work.now, (step.id, given))
            asked = field.required or field.kind is FieldKind.PLACE
            if asked and state.holds(field.when):
                answer = self._answer(work, field, luck // (at + 1), items)
                if answer is not None:
                    given[field.id] = answer
        given |= {one.id: "i akten" for one in step.evidence if one.required}
        return given

    def _answer(self, work: Work, field: FormField, luck: int, items: list[str]) -> Answer | None:
        if field.id in LIKELY and luck % 3:
            return LIKELY[field.id]
        if field.kind is FieldKind.CHOICE:
            return field.options[luck % len(field.options)].id
        if field.kind is FieldKind.CHOICES:
            return (field.options[luck % len(field.options)].id,)
        if field.kind is FieldKind.YES_NO:
            return ("yes", "no")[luck % 2]
        if field.kind is FieldKind.FILE:
            return tuple(items[: 1 + luck % 2]) if items else ("item:0",)
        if field.kind is FieldKind.PERSON:
            who = f"user:{1 + luck % 3}"
            return (who,) if field.several else who
        if field.kind is FieldKind.PLACE:
            return f"place:{self.pick(work, Place, luck).id}"
        moment = work.now.isoformat(timespec="seconds")
        simple: dict[FieldKind, Answer] = {
            FieldKind.NUMBER: 1,
            FieldKind.MOMENT: moment,
            FieldKind.DATE: moment[:10],
        }
        return simple.get(field.kind, "ord")

    def _settle(self, number: int) -> None:
        """Follow into the account what an incident's outcome did to its files."""
        with self.archive.read(self.actor) as work:
            rows = work.session.execute(
                select(IncidentFile, CaseFile)
                .join(CaseFile, col(CaseFile.id) == IncidentFile.file_id)
                .where(col(IncidentFile.incident_id) == number)
            ).all()
            for item, file in rows:
                before = self.account[file.id].status
                if file.status is not before:
                    assert (before, file.status) in {
                        (Custody.ON_PLACE, Custody.LOST),
                        (Custody.ON_LOAN, Custody.LOST),
                        (Custody.LOST, Custody.ON_PLACE),
                        (Custody.LOST, Custody.ON_LOAN),  # the loss of a file on loan was taken back
                        (Custody.ON_LOAN, Custody.ON_PLACE),  # it is found, and so it is back
                        (Custody.ON_PLACE, Custody.ON_LOAN),  # that find was none
                    }
                self.account[file.id] = Account(file.status, file.place_id)
                if self.wanted.get(file.id) == item.id and not item.open:
                    assert item.outcome_event is not None, "unwanted, and nobody said why"
                    if item.outcome is not IncidentOutcome.DECLARED_LOST or item.part_found:
                        del self.wanted[file.id]
                elif item.open:
                    self.wanted[file.id] = item.id

    @precondition(lambda self: self.wanted)
    @rule(incident=PICK, place=PICK, result=st.sampled_from(SearchResult), minutes=st.integers(-1, 30))
    def search(self, incident: int, place: int, result: SearchResult, minutes: int) -> None:
        def search(work: Work) -> None:
            what = self.pick(work, Incident, incident)
            where = self.pick(work, Place, place)
            searches.record(work, what, Searched(result, f"read:{where.id}", minutes=minutes))

        self.do(search)

    @precondition(lambda self: self.wanted)
    @rule(incident=PICK, place=PICK, wrong=st.booleans())
    def find_all_of_it(self, incident: int, place: int, wrong: bool) -> None:
        def claim(work: Work) -> int:
            what = self.pick(work, Incident, incident)
            sought = [one for one in reporting.items(work, what) if one.open]
            finds.claim(work, sought, None, work.now)
            reporting.advance(work, what)
            return int(what.id)

        def confirm(work: Work) -> int:
            what = self.pick(work, Incident, incident)
            sought = [changes.key(one) for one in reporting.items(work, what) if one.open]
            said = {"right": "yes", "place": f"place:{self.pick(work, Place, place).id}"}
            run = steps.course(work, what)
            answers = filled(work, run, "confirm_find", said, work.actor, sought)
            reporting.complete(work, what, "confirm_find", answers)
            return int(what.id)

        self.do(claim)
        self.clock.forward(minutes=1)
        done = self.do(confirm)
        if done is not None:
            self._settle(done)
            if wrong:
                self.take_it_up_again(incident=incident, every=True)

    @precondition(lambda self: self.missed)
    @rule(incident=PICK, every=st.booleans())
    def take_it_up_again(self, incident: int, every: bool) -> None:
        def reopen(work: Work) -> int:
            what = self.pick(work, Incident, incident)
            again = reporting.items(work, what) if every else reporting.items(work, what)[:1]
            reporting.reopen(work, what, [item.id for item in again], "fel akt")
            return int(what.id)

        done = self.do(reopen)
        if done is not None:
            self._settle(done)

    @precondition(lambda self: self.wanted)
    @rule()
    def the_worker_sweeps(self) -> None:
        nightly.sweep(self.archive)
        deadlines.sweep(self.archive)
        assert nightly.sweep(self.archive) == 0, "once is enough"

    @invariant()
    def what_is_wanted_stays_wanted_until_somebody_says_why_not(self) -> None:
        with self.archive.read(self.actor) as work:
            found = wanted.by_file(work, self.account)
            assert {file: one.item_id for file, one in found.items()} == self.wanted

    @invariant()
    def every_scan_of_what_was_wanted_says_so(self) -> None:
        with self.archive.read(self.actor) as work:
            sought = select(IncidentFile).where(
                col(IncidentFile.open), col(IncidentFile.file_id).is_not(None)
            )
            for item in work.session.scalars(sought):
                later = select(Scan).where(col(Scan.file_id) == item.file_id, col(Scan.at) > item.added_at)
                assert all(scan.incident_id for scan in work.session.scalars(later))

    @invariant()
    def an_open_incident_has_a_next_step(self) -> None:
        with self.archive.read(self.actor) as work:
            running = select(Incident).where(col(Incident.status) != IncidentState.CLOSED)
            for incident in work.session.scalars(running):
                run = steps.course(work, incident)
                turn = engine.advanced(run.routine, run.progress, clock, work.now)
                assert turn.opened or engine.open_steps(turn.progress), incident.status
