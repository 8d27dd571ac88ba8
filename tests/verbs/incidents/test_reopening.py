"""A case taken up again asks for what one never found would ask for: it was the wrong file."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select
from sqlmodel import col

from archive.files import sightings, wanted
from archive.incidents import changes, finds, nightly, outcomes, reopening, reporting
from archive.incidents import steps as incident_steps
from archive.incidents.letters.cases import Case
from archive.incidents.letters.imy import _aware
from archive.incidents.report import gather, stated
from archive.incidents.report.data import IncidentReport
from archive.incidents.reporting import MissReport, StatedFind
from archive.integrity import checks
from archive.kernel.clock import local
from archive.kernel.errors import Conflict, DomainError, Invalid
from archive.kernel.store import Actor, Archive, Work, operator
from archive.models import Incident, Message, Sighting, WantedSighting
from archive.notifications import deadlines
from archive.vocabulary import FoundState, IncidentState, MessageKind, OthersRead, Role, SeenAnswer
from archive.vocabulary.wording import speaking
from routines import engine
from routines.conditions import Answer
from routines.model import OPENING
from routines.progress import StepEnd
from tests.builders import SetClock, a_box, a_file, a_shelf
from tests.verbs.incidents.incident_play import Play, a_colleague, filled
from tests.verbs.incidents.test_incident_walks import _answers

pytestmark = pytest.mark.engines("sqlite")
REASON = "Det var fel akt"
# No search of the walk finds anything: finds are made beside it. What is screened anew after a find asks
# one of the two alone, so it never asks for the content.
NEVER = {"result": "nothing", "more": "no", "outcome": "search_on", "content_needed": "no"}
APART = {"confirm_find", "short_confirm", "escalate"}


@dataclass
class Twin:
    """Two incidents of the same kind: one whose file is found and then was not, one whose file never is."""

    archive: Archive
    clock: SetClock
    by: Actor = field(default_factory=lambda: operator("walker"))
    numbers: list[int] = field(default_factory=list)

    def report(self) -> None:
        """Report both at once; somebody waits for each."""
        with self.archive.write(self.by) as work:
            box = a_box(work, a_shelf(work))
            for _ in range(2):
                said = MissReport((a_file(work, box).id,), waiting="Advokat Nilsson")
                self.numbers.append(reporting.report(work, said).id)

    def open(self, which: int) -> dict[str, datetime | None]:
        """Return what is to be done, with the time of what is counted from a moment of the case."""
        with self.archive.read(self.by) as work:
            run = incident_steps.course(work, work.session.get_one(Incident, self.numbers[which]))
            return {
                one.step: one.deadline if (rule and rule.start != OPENING) else None
                for one in engine.open_steps(run.progress)
                for rule in [run.step(one.step).deadline]
            }

    def do(self, which: int, step: str, answers: Mapping[str, Answer]) -> bool:
        """Do a step if it is to be done and not refused."""
        if step not in self.open(which):
            return False
        try:
            with self.archive.write(self.by) as work:
                incident = work.session.get_one(Incident, self.numbers[which])
                reporting.complete(work, incident, step, answers)
        except DomainError as refused:
            if refused.code == "nothing_to_refuse":  # it comes back when the find was none
                with self.archive.write(self.by) as work:
                    incident = work.session.get_one(Incident, self.numbers[which])
                    reporting.not_needed(work, incident, step, "Den är hittad")
            return False
        return True

    def walk(self, random: Random, most: int) -> None:
        """Do steps of the first as people might, each in the other too where it asks for it."""
        for _ in range(most):
            names = sorted(set(self.open(0)) - APART)
            if not names:
                return
            step = random.choice(names)
            with self.archive.read(self.by) as work:
                incident = work.session.get_one(Incident, self.numbers[0])
                given = _answers(work, incident, incident_steps.course(work, incident).step(step), random)
            answers = {name: NEVER.get(name, said) for name, said in given.items()}
            if step in {"first_search", "second_search", "wide_search"}:
                answers = self.searched(step)
            if self.do(0, step, answers):
                theirs = {key: ("item:2",) if said == ("item:1",) else said for key, said in answers.items()}
                self.do(1, step, theirs)
            self.clock.forward(minutes=random.choice((1, 40)))

    def searched(self, step: str, **wanted: Answer) -> dict[str, Answer]:
        """Fill in a search by somebody who made no other."""
        who = ("first_search", "second_search", "wide_search").index(step) + 1
        with self.archive.read(self.by) as work:
            run = incident_steps.course(work, work.session.get_one(Incident, self.numbers[0]))
            said = {"result": "nothing", "searched_by": f"user:{who}", **wanted}
            return filled(work, run, step, said, self.by, [])

    def find(self, **said: Answer) -> None:
        """Find the first and confirm it."""
        with self.archive.write(self.by) as work:
            incident = work.session.get_one(Incident, self.numbers[0])
            finds.claim(work, reporting.items(work, incident), None, work.now)
            reporting.advance(work, incident)
        self.clock.forward(minutes=1)
        with self.archive.read(self.by) as work:
            incident = work.session.get_one(Incident, self.numbers[0])
            keys = [changes.key(item) for item in reporting.items(work, incident)]
            run = incident_steps.course(work, incident)
            answers = filled(work, run, "confirm_find", {"right": "yes", **said}, self.by, keys)
        assert self.do(0, "confirm_find", answers)

    def reopen(self) -> None:
        """Take the first up again: it was the wrong file."""
        with self.archive.write(self.by) as work:
            incident = work.session.get_one(Incident, self.numbers[0])
            ids = [item.id for item in reporting.items(work, incident)]
            reporting.reopen(work, incident, ids, REASON)

    def same(self) -> None:
        """Check that both ask for the same, and that who was told of the find is told that it was none."""
        nightly.sweep(self.archive)
        first, other = self.open(0), self.open(1)
        first.pop("new_request", None)
        other.pop("new_request", None)
        for name in set(first) - set(other):  # judged or told by the find, it is asked for anew
            assert name in reopening.ANEW.values()
            del first[name]
        assert first == other
        assert first


@pytest.fixture
def twin(archive: Archive, clock: SetClock) -> Twin:
    """Give two incidents that have just been reported, and people of every kind."""
    a_colleague(archive, "arkivarien", Role.ARCHIVIST)
    a_colleague(archive, "chefen", Role.MANAGER)
    a_colleague(archive, "assistenten", Role.ASSISTANT)
    made = Twin(archive, clock)
    made.report()
    clock.forward(hours=1)
    return made


@pytest.mark.parametrize("seed", range(3))
def test_taken_up_again_it_asks_for_what_one_never_found_asks_for(twin: Twin, seed: int) -> None:
    random = Random(seed)
    twin.walk(random, random.randint(0, 12))
    twin.find()
    twin.walk(random, random.choice((0, 6, 80)))
    twin.reopen()
    twin.same()
    twin.walk(random, 4)
    twin.same()


def test_after_the_short_way_it_asks_for_what_one_whose_short_way_was_refused_asks_for(twin: Twin) -> None:
    outside = {"result": "all_found", "found_where": "bredvid", "cause": "wrong_position", "outsiders": "no"}
    found = twin.searched("first_search", **outside)
    screened: dict[str, Answer] = {}
    with twin.archive.read(twin.by) as work:
        run = incident_steps.course(work, work.session.get_one(Incident, twin.numbers[0]))
        calm = {"protected": "no", "crime": "no", "child": "no", "ongoing": "no"}
        screened = filled(work, run, "screen_risk", calm, twin.by, [])
    for which, said in enumerate(({"confirmed": "yes"}, {"confirmed": "no", "reason": REASON})):
        assert twin.do(which, "screen_risk", screened)
        assert twin.do(which, "first_search", found)
        with twin.archive.read(twin.by) as work:
            run = incident_steps.course(work, work.session.get_one(Incident, twin.numbers[which]))
            answer = filled(work, run, "interim_answer", {}, twin.by, [])
        assert twin.do(which, "interim_answer", answer)
        assert twin.do(which, "short_confirm", said)
    assert twin.open(0) == {}
    assert twin.do(1, "confirm_find", {"files": ("item:2",), "right": "no", "why_not": REASON})
    twin.clock.forward(days=4)
    twin.reopen()
    twin.same()
    assert twin.open(0).keys() >= {"second_search", "diary", "decide_notification", "lex_sarah_report"}
    assert "new_request" in twin.open(0)  # the advocate was told that it is found


def test_what_is_taken_up_again_can_be_found_again_and_closed(twin: Twin) -> None:
    random = Random(3)
    for _ in range(2):
        twin.find()
        twin.walk(random, 160)
        with twin.archive.read(twin.by) as work:
            assert work.session.get_one(Incident, twin.numbers[0]).status is IncidentState.CLOSED
        twin.reopen()
    twin.same()


def test_what_an_earlier_version_took_up_again_without_its_steps_gets_them_from_the_worker(
    twin: Twin,
) -> None:
    twin.find()
    twin.walk(Random(3), 80)
    with twin.archive.write(twin.by) as work:  # as 0.1.0 did
        incident = work.session.get_one(Incident, twin.numbers[0])
        outcomes.reopen(work, incident, reporting.items(work, incident), REASON)
    assert twin.open(0) == {}
    twin.same()


@pytest.mark.parametrize("lifted", [True, False])
def test_where_the_stop_was_lifted_because_of_the_find_somebody_is_asked_to_secure_the_room_again(
    twin: Twin, lifted: bool
) -> None:
    for step in ("secure_room", "lift_stop")[: 1 + lifted]:
        with twin.archive.read(twin.by) as work:
            run = incident_steps.course(work, work.session.get_one(Incident, twin.numbers[0]))
            said = filled(work, run, step, {}, twin.by, [])
        assert twin.do(0, step, said)
        if step == "secure_room":
            twin.do(1, step, said)
            twin.clock.forward(hours=3)
            twin.find()
    twin.clock.forward(minutes=5)
    twin.reopen()
    asked = twin.open(0)
    assert ("secure_room" in asked) is lifted
    if lifted:
        assert asked["secure_room"] == twin.clock.now + timedelta(hours=2), "not too late when it is asked"
    with twin.archive.read(twin.by) as work, speaking("sv"):
        case = Case(work, work.session.get_one(Incident, twin.numbers[0]), twin.archive.settings)
        ended = " (stoppet hävt 2026-11-23 13:01)" if lifted else ""
        assert case.said("secure_room", "stopped") == "sekretesskärl töms inte" + ended
    twin.same()


def _status(work: Work, twin: Twin) -> IncidentState:
    return work.session.get_one(Incident, twin.numbers[0]).status


def test_the_only_thing_an_incident_is_about_is_missing_again_though_nobody_names_it(twin: Twin) -> None:
    twin.find()
    with twin.archive.write(twin.by) as work:
        reporting.reopen(work, work.session.get_one(Incident, twin.numbers[0]), [], REASON)
    with twin.archive.read(twin.by) as work:
        assert _status(work, twin) is IncidentState.SEARCHING
    twin.same()


def test_of_several_things_somebody_names_what_is_missing_again(archive: Archive) -> None:
    a_colleague(archive, "arkivarien", Role.ARCHIVIST)
    with archive.write(operator("walker")) as work:
        box = a_box(work, a_shelf(work))
        incident = reporting.report(work, MissReport((a_file(work, box).id, a_file(work, box).id)))
        items = reporting.items(work, incident)
        outcomes.mistaken(work, incident, items, "Utlånade")
        outcomes.settle(work, incident, items)
        with pytest.raises(Invalid) as refused:
            reporting.reopen(work, incident, [], REASON)
        assert (refused.value.code, refused.value.field) == ("nothing_missed_again", "again")
        assert incident.status is IncidentState.DECIDED
        reporting.reopen(work, incident, [items[1].id], REASON)
        assert [item.open for item in items] == [False, True]


def test_a_find_at_a_place_that_was_none_is_no_sighting_any_more_and_nothing_is_wrong(twin: Twin) -> None:
    with twin.archive.read(twin.by) as work:
        (item,) = reporting.items(work, work.session.get_one(Incident, twin.numbers[0]))
    file, place = item.file_id or 0, item.place_id or 0
    twin.find(place=f"place:{place}")
    with twin.archive.read(twin.by) as work:
        seen = sightings.last(work, file)
        assert seen is not None
        assert seen.place_id == place
        left = seen.model_dump(exclude={"id"})
    twin.clock.forward(minutes=1)
    twin.reopen()
    with twin.archive.write(twin.by) as work:
        assert sightings.last(work, file) is None
        told = work.session.scalars(select(WantedSighting).where(col(WantedSighting.item_id) == item.id))
        assert [one.answer for one in told] == [SeenAnswer.MISREAD]
        assert checks.everything(work) == []
        work.session.add(Sighting(**left))  # as 0.1.0 left it: the history of the incident tells the find
        work.session.flush()
        assert checks.everything(work) == []
        work.session.add(Sighting(**{**left, "at": work.now}))
        work.session.flush()
        assert [found.rule for found in checks.everything(work)] == ["incident.silent"]


def _told(twin: Twin, which: int = 0) -> IncidentReport:
    with twin.archive.read(twin.by) as work:
        return gather.build(work, work.session.get_one(Incident, twin.numbers[which]))


def test_the_report_says_when_whoever_waits_was_answered_of_a_find_that_was_none(twin: Twin) -> None:
    twin.find()
    with twin.archive.read(twin.by) as work:
        run = incident_steps.course(work, work.session.get_one(Incident, twin.numbers[0]))
        said = filled(work, run, "final_answer", {"answer": "Den är funnen"}, twin.by, [])
    assert twin.do(0, "final_answer", said)
    with speaking("sv"):
        assert stated.waits(_told(twin)) == "ja; senast besvarad 2026-11-23 10:01"
        twin.clock.forward(days=1)
        twin.reopen()
        assert stated.waits(_told(twin)) == (
            "ja; senast besvarad 2026-11-23 10:01, men svaret gäller inte sedan ärendet återupptogs: "
            "ett nytt ska ges"
        )
    step = next(one for one in _told(twin).steps if one.step == "final_answer")
    assert step.withdrawn
    assert "2026-11-23 10:01" in stated.ended(step, lambda when: f"{local(when):%Y-%m-%d %H:%M}")
    assert not any(one.withdrawn for one in _told(twin, 1).steps)


def test_what_a_withdrawn_find_or_a_thing_without_a_file_is_called_is_no_number(archive: Archive) -> None:
    a_colleague(archive, "arkivarien", Role.ARCHIVIST)
    with archive.write(operator("walker")) as work:
        box = a_box(work, a_shelf(work))
        cover = a_file(work, box)
        incident = reporting.report(work, MissReport(description="Ett brunt kuvert", protected=False))
        ids = [item.id for item in reporting.items(work, incident)]
        whole = {"state": FoundState.WHOLE, "others_read": OthersRead.NO}
        reporting.found(work, incident, ids, StatedFind(work.now, "I omslaget", cover_id=cover.id, **whole))
        reporting.reopen(work, incident, ids, REASON)
        find = next(one for one in gather.build(work, incident).steps if one.step == "confirm_find")
    said = {answer.field: answer.value and answer.value.sv for answer in find.answers}
    assert said["files"] == "Ett brunt kuvert"
    assert said["cover_file"] == cover.reference


def test_taken_up_again_the_head_and_both_officers_are_told_each_time(twin: Twin) -> None:
    roles = (Role.DATA_PROTECTION_OFFICER, Role.LEX_SARAH_OFFICER, Role.DELEGATE)
    officers = [a_colleague(twin.archive, role.value, role) for role in roles]
    head = a_colleague(twin.archive, "chefen")
    again = select(Message).where(col(Message.kind) == MessageKind.INCIDENT_AGAIN)
    for times in (1, 2):
        twin.find()
        with twin.archive.read(twin.by) as work:
            assert len(work.session.scalars(again).all()) == (times - 1) * 4
        twin.reopen()
    with twin.archive.read(twin.by) as work:
        incident = work.session.get_one(Incident, twin.numbers[0])
        told = Counter(one.user_id for one in work.session.scalars(again))
    expected = [incident.owner_id, head.user_id, *(one.user_id for one in officers[:2])]
    assert told == Counter(2 * expected)


@dataclass
class Pair:
    """An incident of two files, the first of which is said to be found while the other is sought."""

    archive: Archive
    clock: SetClock
    number: int = 0
    files: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        self.chief = a_colleague(self.archive, "chefen", Role.MANAGER)
        self.archivist = a_colleague(self.archive, "arkivarien", Role.ARCHIVIST)
        with self.archive.write(self.archivist) as work:
            box = a_box(work, a_shelf(work))
            self.files = (a_file(work, box).id, a_file(work, box).id)
            self.number = reporting.report(work, MissReport(self.files)).id
        self.play = Play(self.archive, self.number, {"owner": self.archivist, "manager": self.chief})
        self.clock.forward(hours=1)
        self.play.do(self.archivist, "first_search", result="nothing")
        self.before = self.stands()
        self.clock.forward(days=1)
        with self.archive.write(self.archivist) as work:
            incident = work.session.get_one(Incident, self.number)
            finds.claim(work, reporting.items(work, incident)[:1], None, work.now)
            reporting.advance(work, incident)
        self.clock.forward(minutes=1)
        self.play.do(self.archivist, "confirm_find", files=(f"file:{self.files[0]}",), right="yes")
        self.clock.forward(hours=1)

    def stands(self) -> tuple[datetime, dict[str, datetime | None], list[int]]:
        """Return from when the clocks run, what is to be done until when, and what is sought."""
        with self.archive.read(self.archivist) as work:
            incident = work.session.get_one(Incident, self.number)
            run = incident_steps.course(work, incident)
            steps = {one.step: one.deadline for one in engine.open_steps(run.progress)}
            return incident.clock_from, steps, sorted(wanted.by_file(work, self.files))

    def incidents(self) -> int:
        """Count the incidents there are."""
        with self.archive.read(self.archivist) as work:
            return len(work.session.scalars(select(Incident)).all())


@pytest.fixture
def pair(archive: Archive, clock: SetClock) -> Pair:
    """Give an incident of two files, one of them said to be found."""
    return Pair(archive, clock)


def test_a_find_that_was_none_is_taken_back_while_another_file_is_sought(pair: Pair) -> None:
    assert pair.stands()[2] == [pair.files[1]]
    with pair.archive.write(pair.archivist) as work:
        reporting.reopen(work, work.session.get_one(Incident, pair.number), [], REASON)
    assert pair.stands() == pair.before, "the same breach: no clock has begun anew"
    with pair.archive.write(pair.archivist) as work:
        assert checks.everything(work) == []
        incident = work.session.get_one(Incident, pair.number)
        with pytest.raises(Conflict, match="item_sought"):
            reporting.reopen(work, incident, [reporting.items(work, incident)[0].id], REASON)


def test_a_file_said_to_be_found_that_is_reported_again_is_sought_in_the_incident_it_has(pair: Pair) -> None:
    worker = a_colleague(pair.archive, "handläggaren", Role.CASE_WORKER)
    with pair.archive.write(worker) as work:
        met = reporting.report(work, MissReport((pair.files[0],), circumstances="Det var en annan akt"))
        assert met.id == pair.number
    assert pair.incidents() == 1
    assert pair.stands() == pair.before
    with pair.archive.write(pair.archivist) as work:
        assert checks.everything(work) == []
        seen = select(WantedSighting.answer).order_by(col(WantedSighting.id))
        assert work.session.scalars(seen).all() == [SeenAnswer.FOUND], "nobody said that it was another file"


@pytest.mark.parametrize("lost", [False, True])
def test_the_clocks_of_an_old_loss_run_from_when_it_shows_that_its_find_was_none(
    archive: Archive, clock: SetClock, lost: bool
) -> None:
    a_colleague(archive, "arkivarien", Role.ARCHIVIST)
    long_ago = clock.now - timedelta(days=620)
    with archive.write(operator("walker")) as work:
        file = a_file(work, a_box(work, a_shelf(work)))
        said = MissReport((file.id,), missed_at=long_ago, suspected_at=long_ago, entered_afterwards=True)
        incident = reporting.report(work, said)
        items = reporting.items(work, incident)
        if lost:
            outcomes.declare_lost(work, incident, items, REASON)
            outcomes.settle(work, incident, items)
        else:
            whole = {"state": FoundState.WHOLE, "others_read": OthersRead.NO}
            reporting.found(work, incident, [1], StatedFind(long_ago + timedelta(days=2), "Här", **whole))
        assert not incident.clocks
    clock.forward(days=1)
    again = clock.now
    with archive.write(operator("walker")) as work:
        incident = work.session.get_one(Incident, 1)
        reporting.reopen(work, incident, [], REASON)
        assert incident.clocks is not lost, "that it was lost was known all the time"
        clocks = {
            one.key.split()[0]: one.due_at for one in deadlines.for_streams(work, incident.stream) if one.open
        }
        records = engine.open_steps(incident_steps.course(work, incident).progress)
        if lost:
            assert clocks == {}
            return
        assert incident.clock_from == again
        assert clocks["tell_manager"] == again + timedelta(hours=2)
        assert clocks["decide_notification"] == again + timedelta(hours=48)
        assert [one.step for one in records if one.is_late(work.now)] == []
        assert incident.status is IncidentState.SEARCHING
        told = Case(work, incident, archive.settings)
        with speaking("sv"):
            assert "återupptogs" in _aware(told)
        assert checks.everything(work) == []


@pytest.mark.parametrize(("minutes", "new"), [(-1, False), (0, True), (30, True)])
def test_a_file_missed_anew_after_a_find_that_stands_has_a_new_incident_with_its_own_clocks(
    pair: Pair, minutes: int, new: bool
) -> None:
    with pair.archive.read(pair.archivist) as work:
        first = work.session.get_one(Incident, pair.number)
        found_at = reporting.items(work, first)[0].found_at or work.now
        missed_at, before = found_at + timedelta(minutes=minutes), first.missed_at
    worker = a_colleague(pair.archive, "handläggaren", Role.CASE_WORKER)
    with pair.archive.write(worker) as work:
        met = reporting.report(work, MissReport((pair.files[0],), missed_at=missed_at))
        assert ((met.id, met.clock_from) == (2, missed_at)) is new
        assert reporting.took_up(work, met) is not new
    with pair.archive.write(pair.archivist) as work:
        first = work.session.get_one(Incident, pair.number)
        item = reporting.items(work, first)[0]
        assert ((item.open, item.found_at) == (False, found_at)) is new
        assert first.missed_at == before
        told = [line.text.sv for line in gather.build(work, first).timeline if line.text]
        assert any("Saknad på nytt efter fyndet, se ärende 2: " in text for text in told) is new
        assert checks.everything(work) == []


def test_a_part_that_was_of_another_file_is_taken_back(pair: Pair) -> None:
    with pair.archive.write(pair.archivist) as work:
        incident = work.session.get_one(Incident, pair.number)
        other = reporting.items(work, incident)[1]
        part = {"found_part": "Omslaget", "missing_part": "Innehållet", "others_read": OthersRead.NO}
        reporting.found(
            work, incident, [other.id], StatedFind(work.now, "Här", state=FoundState.INCOMPLETE, **part)
        )
        pair.clock.forward(minutes=1)
    with pair.archive.write(pair.archivist) as work:
        incident = work.session.get_one(Incident, pair.number)
        other = reporting.items(work, incident)[1]
        assert other.part_found
        reporting.reopen(work, incident, [other.id], REASON)
        assert (other.open, other.found_at, other.found_state) == (True, None, None)
        assert incident_steps.course(work, incident).progress.open_record("after_find")  # of the first
        run = incident_steps.course(work, incident)
        last = [one for one in run.progress.records if one.step == "confirm_find" and one.end is StepEnd.DONE]
        assert [one.answers["right"] for one in last] == ["yes"]


def test_what_was_judged_or_told_by_a_find_that_was_none_is_asked_for_anew(pair: Pair) -> None:
    do, chief, archivist = pair.play.do, pair.chief, pair.archivist
    do(archivist, "after_find")
    do(chief, "decide_notification", notify="yes")
    do(archivist, "notify_imy", part="complete", ended="ongoing")
    do(chief, "decide_inform", high_risk="no", inform="no")
    do(archivist, "lex_sarah_report")
    anew = {"supplement_imy", "decide_inform", "lex_sarah_report"}
    assert not anew & pair.stands()[1].keys()
    with pair.archive.write(archivist) as work:
        reporting.reopen(work, work.session.get_one(Incident, pair.number), [], REASON)
    assert anew <= pair.stands()[1].keys()
    assert not {"notify_imy", "decide_notification"} & pair.stands()[1].keys(), "the notice stays sent"


def test_what_was_judged_before_a_find_stands_when_the_find_is_taken_back(twin: Twin) -> None:
    with twin.archive.read(twin.by) as work:
        run = incident_steps.course(work, work.session.get_one(Incident, twin.numbers[0]))
        said = filled(work, run, "decide_notification", {"notify": "no"}, twin.by, [])
    assert twin.do(0, "decide_notification", said)
    assert twin.do(1, "decide_notification", said)
    twin.clock.forward(hours=1)
    twin.find()
    twin.reopen()
    assert twin.open(0) == twin.open(1)
    twin.find()
    with twin.archive.read(twin.by) as work:
        run = incident_steps.course(work, work.session.get_one(Incident, twin.numbers[0]))
        said = filled(work, run, "decide_inform", {"high_risk": "no", "inform": "no"}, twin.by, [])
    assert twin.do(0, "decide_inform", said)
    assert twin.do(1, "decide_inform", said)
    twin.reopen()
    assert twin.open(0).keys() - twin.open(1).keys() == {"decide_inform"}


def test_when_a_lost_file_of_a_closed_case_is_seen_the_officers_are_told(twin: Twin) -> None:
    a_colleague(twin.archive, "ombudet", Role.DATA_PROTECTION_OFFICER)
    lex = a_colleague(twin.archive, "lexan", Role.LEX_SARAH_OFFICER)
    with twin.archive.write(twin.by) as work:
        incident = work.session.get_one(Incident, twin.numbers[0])
        items = reporting.items(work, incident)
        outcomes.declare_lost(work, incident, items, REASON)
        outcomes.settle(work, incident, items)
    twin.walk(Random(3), 90)
    told = select(Message.user_id).where(col(Message.kind) == MessageKind.INCIDENT_LOST_SEEN)
    with twin.archive.write(twin.by) as work:
        incident = work.session.get_one(Incident, twin.numbers[0])
        assert incident.status is IncidentState.CLOSED
        finds.claim(work, reporting.items(work, incident), None, work.now)
        assert work.session.scalars(told).all() == []
        reporting.advance(work, incident)
        assert incident.status is IncidentState.SEARCHING
        assert f"user:{lex.user_id}" in {f"user:{one}" for one in work.session.scalars(told)}


def test_a_supplement_sent_because_of_a_find_stays_sent_when_the_find_is_taken_back(pair: Pair) -> None:
    do, archivist = pair.play.do, pair.archivist
    do(pair.chief, "decide_notification", notify="yes")
    do(archivist, "notify_imy", part="complete", ended="ongoing")
    pair.clock.forward(minutes=1)
    do(archivist, "after_find")
    do(archivist, "supplement_imy", news="Akten är hittad", more="no")
    pair.clock.forward(minutes=1)
    with pair.archive.write(archivist) as work:
        incident = work.session.get_one(Incident, pair.number)
        reporting.reopen(work, incident, [], REASON)
        records = incident_steps.course(work, incident).progress.records
        ends = {one.step: one.end for one in records if one.occurrence == 1}
    assert (ends["after_find"], ends["supplement_imy"]) == (StepEnd.LAPSED, StepEnd.DONE)
    assert "supplement_imy" in pair.stands()[1]


def test_what_followed_on_several_finds_is_asked_anew_when_one_of_them_is_taken_back(pair: Pair) -> None:
    files = [f"file:{one}" for one in pair.files]
    with pair.archive.write(pair.archivist) as work:
        incident = work.session.get_one(Incident, pair.number)
        finds.claim(work, reporting.items(work, incident)[1:], None, work.now)
        reporting.advance(work, incident)
    pair.play.do(pair.archivist, "confirm_find", files=(files[1],), right="yes")
    pair.clock.forward(minutes=5)
    pair.play.do(pair.archivist, "after_find", away="Ett dygn", consequences="Inga")
    assert "after_find" not in pair.stands()[1]
    with pair.archive.write(pair.archivist) as work:
        incident = work.session.get_one(Incident, pair.number)
        assert Case(work, incident, pair.archive.settings).said("after_find", "away") == "Ett dygn"
        reporting.reopen(work, incident, [reporting.items(work, incident)[0].id], REASON)
    assert "after_find" in pair.stands()[1], "the other find is followed up, without what was none"
    with pair.archive.read(pair.archivist) as work:
        incident = work.session.get_one(Incident, pair.number)
        assert [item.open for item in reporting.items(work, incident)] == [True, False]
        assert Case(work, incident, pair.archive.settings).said("after_find", "away") == ""


@pytest.mark.parametrize("together", [True, False])
def test_what_told_the_end_of_several_files_stands_for_those_that_are_not_missed_again(
    archive: Archive, clock: SetClock, *, together: bool
) -> None:
    by = operator("walker")
    a_colleague(archive, "arkivarien", Role.ARCHIVIST)
    chief, delegate = (
        a_colleague(archive, "chefen", Role.MANAGER),
        a_colleague(archive, "dele", Role.DELEGATE),
    )
    with archive.write(by) as work:
        box = a_box(work, a_shelf(work))
        number = reporting.report(work, MissReport((a_file(work, box).id, a_file(work, box).id))).id
    play = Play(archive, number)
    searchers = [a_colleague(archive, f"sökare{one}", Role.ARCHIVIST) for one in range(3)]
    for searcher, step in zip(searchers, ("first_search", "second_search", "wide_search"), strict=True):
        clock.forward(hours=1)
        play.do(searcher, step, result="nothing")
    play.do(searchers[0], "record_checks")
    play.do(chief, "decide_notification", notify="no")
    clock.forward(hours=1)
    keys = ("file:1", "file:2")
    for named in (keys,) if together else ((keys[0],), (keys[1],)):
        play.do(delegate, "decide", files=named, outcome="declared_lost")
    clock.forward(hours=1)

    def take_up(at: int) -> tuple[list[StepEnd | None], bool]:
        with archive.write(by) as work:
            incident = work.session.get_one(Incident, number)
            reporting.reopen(work, incident, [reporting.items(work, incident)[at].id], REASON)
            run = incident_steps.course(work, incident)
            clock.forward(hours=1)
            ends = [one.end for one in run.progress.records if one.step == "decide"]
            return ends, run.progress.open_record("decide") is not None

    done, gone = StepEnd.DONE, StepEnd.LAPSED
    assert take_up(0) == ([done, None] if together else [gone, done, None], True)
    assert take_up(1) == ([gone, None] if together else [gone, gone, None], True)
