"""A find with something missing ends neither the search nor the breach: what is missing stays sought."""

from dataclasses import dataclass, field

import pytest

from archive.files import wanted
from archive.incidents import finds, outcomes, reporting
from archive.incidents.as_of import items as items_then
from archive.incidents.report import gather
from archive.incidents.reporting import MissReport, StatedFind
from archive.integrity import checks
from archive.kernel.errors import Invalid
from archive.kernel.store import Actor, Archive, operator
from archive.models import CaseFile, Incident, IncidentFile, RoutineVersion
from archive.vocabulary import (
    Custody,
    FoundState,
    IncidentOutcome,
    IncidentState,
    OthersRead,
    Role,
    SeenAnswer,
)
from routines.conditions import Answer
from tests.builders import SetClock, a_box, a_file, a_shelf
from tests.verbs.incidents.incident_play import Play, a_colleague

TWELVE = {"found_part": "12 av 40 handlingar", "missing_part": "28 av 40 handlingar"}


@dataclass
class Search:
    """The search for a file and 40 papers, of which somebody says to have found something."""

    archive: Archive
    archivist: Actor
    clock: SetClock
    play: Play = field(init=False)
    file: int = 0

    def __post_init__(self) -> None:
        chief = a_colleague(self.archive, "chefen", Role.MANAGER)
        with self.archive.write(self.archivist) as work:
            self.file = a_file(work, a_box(work, a_shelf(work))).id
            said = MissReport(
                (self.file,), description="En bunt om 40 handlingar", pieces=40, protected=False
            )
            number = reporting.report(work, said).id
        self.play = Play(self.archive, number, {"owner": self.archivist, "manager": chief})
        self.clock.forward(hours=1)

    def items(self) -> list[IncidentFile]:
        """Return what is missed: the file, the papers."""
        with self.archive.read(self.archivist) as work:
            return list(reporting.items(work, work.session.get_one(Incident, self.play.number)))

    def status(self) -> IncidentState:
        """Return how far the incident has come."""
        with self.archive.read(self.archivist) as work:
            return work.session.get_one(Incident, self.play.number).status

    def confirm(self, *which: int, **said: Answer) -> None:
        """Say that some of it was found, and confirm it."""
        with self.archive.write(self.archivist) as work:
            incident = reporting.get(work, self.play.number)
            claimed = [reporting.items(work, incident)[one] for one in which]
            finds.claim(work, claimed, None, work.now)
            reporting.advance(work, incident)
        self.clock.forward(minutes=1)
        items = self.items()
        keys = tuple(f"file:{self.file}" if one == 0 else f"item:{items[one].id}" for one in which)
        self.play.do(self.archivist, "confirm_find", files=keys, **said)
        self.clock.forward(minutes=1)

    def sound(self) -> bool:
        """Tell whether no rule of the register is broken."""
        with self.archive.write(self.archivist) as work:
            return checks.everything(work) == []


@pytest.fixture
def search(archive: Archive, archivist: Actor, clock: SetClock) -> Search:
    """Give a search that has just begun."""
    return Search(archive, archivist, clock)


def test_what_is_found_in_part_stays_sought_until_the_rest_is_found(search: Search) -> None:
    search.confirm(0, 1, right="part", **TWELVE)
    assert [(one.open, one.outcome, one.found_state) for one in search.items()] == [
        (True, None, FoundState.INCOMPLETE)
    ] * 2
    with search.archive.read(search.archivist) as work:
        assert wanted.by_file(work, [search.file])
        told = gather.build(work, work.session.get_one(Incident, search.play.number))
        said = {one.field: one.value and one.value.sv for step in told.steps for one in step.answers}
        assert {one.answer for one in told.seen} == {SeenAnswer.PART}
    assert {name: said[name] for name in TWELVE} == TWELVE
    assert "after_find" in search.play.open(search.archivist)
    assert search.status() is not IncidentState.DECIDED
    assert search.sound()
    search.confirm(0, right="yes")
    search.confirm(1, right="yes")
    assert {one.outcome for one in search.items()} == {IncidentOutcome.FOUND}
    assert search.status() is IncidentState.DECIDED
    assert search.sound()


def test_a_part_of_what_was_declared_lost_is_found_and_the_rest_is_sought_again(search: Search) -> None:
    with search.archive.write(operator("delegate")) as work:
        incident = reporting.get(work, search.play.number)
        items = reporting.items(work, incident)
        outcomes.declare_lost(work, incident, items, "Inte hittad")
        outcomes.settle(work, incident, items)
    assert search.status() is IncidentState.DECIDED
    search.confirm(0, right="part", **TWELVE)
    file, papers = search.items()
    assert (file.open, file.outcome, papers.outcome) == (True, None, IncidentOutcome.DECLARED_LOST)
    assert search.status() is IncidentState.SEARCHING
    with search.archive.read(search.archivist) as work:
        assert work.session.get_one(CaseFile, search.file).status is Custody.ON_PLACE
    assert search.sound()


def test_by_the_first_version_whole_and_parts_missing_is_refused_and_says_what_to_do(search: Search) -> None:
    with search.archive.write(search.archivist) as work:
        incident = work.session.get_one(Incident, search.play.number)
        version = work.session.get_one(RoutineVersion, incident.routine_id)
        version.content = _first(version.content)  # as 0.1.0 shipped it
    with pytest.raises(Invalid, match="whole_yet_incomplete") as refused:
        search.confirm(1, right="yes", state="incomplete")
    assert refused.value.field == "right"
    search.play.do(
        search.archivist, "confirm_find", files=("item:2",), right="no", why_not="12 av 40 hittade"
    )
    assert [one.open for one in search.items()] == [True, True]
    search.confirm(1, right="yes", state="damaged")  # the positive control
    assert [one.open for one in search.items()] == [True, False]


def _first(content: str) -> str:
    """Return the routine with the form of a find as its first version had it."""
    choice, end = content.index("      - id: right\n"), content.index("      - id: why_not\n")
    asked = "      - {id: right, kind: yes_no, required: true, label: {sv: Rätt, en: Right}}\n"
    shaped = content[:choice] + asked + content[end:]
    for first, after in (("found_part\n    ", "found_at\n"), ("found_in_part\n", "mistaken\n")):
        cut = shaped.index(f"- id: {first}")
        shaped = shaped[:cut] + shaped[shaped.index(f"- id: {after}", cut) :]
    damaged = "          - {id: damaged, label: {sv: skadad, en: damaged}}\n"
    missing = damaged + "          - {id: incomplete, label: {sv: delar saknas, en: parts are missing}}\n"
    return shaped.replace('right, in: ["yes", part]', 'right, is: "yes"').replace(damaged, missing)


def test_the_verb_of_a_find_tells_what_is_missing_too(search: Search) -> None:
    with search.archive.write(search.archivist) as work:
        incident = reporting.get(work, search.play.number)
        state = {"state": FoundState.INCOMPLETE, "others_read": OthersRead.NO}
        reporting.found(work, incident, [2], StatedFind(work.now, "I facket", **state, **TWELVE))
    assert [one.part_found for one in search.items()] == [False, True]


def test_how_it_stood_before_the_rest_was_found_is_told_as_it_was(search: Search) -> None:
    search.confirm(1, right="part", **TWELVE)
    with search.archive.read(search.archivist) as work:
        between = work.now
    search.clock.forward(hours=1)
    search.confirm(1, right="yes")
    with search.archive.read(search.archivist) as work:
        incident = work.session.get_one(Incident, search.play.number)
        now = reporting.items(work, incident)
        then = items_then(work, incident, now, between)
        assert [(one.part_found, one.outcome) for one in then] == [(False, None), (True, None)]
        assert [one.part_found for one in now] == [False, False]


def test_to_say_once_more_that_it_is_found_is_to_have_seen_it_once(search: Search) -> None:
    for _ in range(2):
        with search.archive.write(search.archivist) as work:
            incident = reporting.get(work, search.play.number)
            finds.claim(work, reporting.items(work, incident), None, work.now)
            reporting.advance(work, incident)
    with search.archive.read(search.archivist) as work:
        told = gather.build(work, work.session.get_one(Incident, search.play.number))
    assert len(told.seen) == 2, "the file and the papers"


@pytest.mark.parametrize("lost", [False, True])
def test_what_was_seen_of_a_part_that_was_none_was_another_file(search: Search, lost: bool) -> None:
    search.confirm(1, right="part", **TWELVE)
    with search.archive.write(operator("delegate")) as work:
        incident = reporting.get(work, search.play.number)
        told = [one.answer for one in gather.build(work, incident).seen]
        assert told == [SeenAnswer.PART]
        papers = reporting.items(work, incident)[1]
        if lost:
            outcomes.declare_lost(work, incident, [papers], "Resten är inte hittad")
        reporting.reopen(work, incident, [papers.id], "Det var en annan bunt")
        told = [one.answer for one in gather.build(work, incident).seen]
        assert told == [SeenAnswer.MISREAD]
