"""What a search is said to have found holds until somebody says otherwise: a wrong file is no find."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from archive.incidents import changes, facts, reporting
from archive.incidents.papers import report as incident_report
from archive.incidents.report import gather, stated
from archive.incidents.reporting import MissReport
from archive.kernel.store import Actor, Archive
from archive.models import Incident
from archive.vocabulary import Role
from archive.vocabulary.wording import speaking
from tests.builders import SetClock, a_box, a_file, a_shelf
from tests.verbs.incidents.incident_play import Play, a_colleague
from tests.web.incidents.test_letters import said

SOME, ALL, WRONG = "några, enligt den som sökte", "hittad, enligt den som sökte", "; visade sig fel"


@dataclass
class Sought:
    """Two files that are sought, and what the searches for them came to."""

    archive: Archive
    archivist: Actor
    clock: SetClock
    play: Play = field(init=False)
    files: Sequence[int] = ()

    def __post_init__(self) -> None:
        a_colleague(self.archive, "chefen", Role.MANAGER)
        with self.archive.write(self.archivist) as work:
            box = a_box(work, a_shelf(work))
            self.files = [a_file(work, box).id for _ in range(2)]
            number = reporting.report(work, MissReport(tuple(self.files))).id
        self.play = Play(self.archive, number)

    def search(self, step: str, result: str) -> None:
        """Make a search, by somebody who made no other."""
        self.clock.forward(minutes=5)
        who = a_colleague(self.archive, step, Role.ARCHIVIST)
        self.play.do(who, step, result=result)

    def confirm(self, *which: int, right: str) -> None:
        """Say whether what was found is some of the files."""
        self.clock.forward(minutes=5)
        keys = tuple(f"file:{self.files[one]}" for one in which)
        self.play.do(self.archivist, "confirm_find", files=keys, right=right)

    def reopen(self, *which: int) -> None:
        """Take finds back: they were of the wrong files."""
        self.clock.forward(minutes=5)
        with self.archive.write(self.archivist) as work:
            incident = reporting.get(work, self.play.number)
            items = changes.items(work, incident)
            reporting.reopen(work, incident, [items[one].id for one in which], "Fel akt")

    def told(self) -> list[str]:
        """Return what the report says of each search."""
        with self.archive.read(self.archivist) as work, speaking("sv"):
            report = gather.build(work, work.session.get_one(Incident, self.play.number))
            return [stated.result(one) for one in report.searches]

    def searchers(self) -> object:
        """Return how many have searched, as the routine counts them."""
        with self.archive.read(self.archivist) as work:
            incident = work.session.get_one(Incident, self.play.number)
            return facts.gather(work, incident)["searchers"]


@pytest.fixture
def sought(archive: Archive, archivist: Actor, clock: SetClock) -> Sought:
    """Give a search that has just begun."""
    return Sought(archive, archivist, clock)


def test_a_find_taken_back_proves_its_search_wrong_and_no_later_one(sought: Sought) -> None:
    sought.search("first_search", "some_found")
    assert (sought.told(), sought.searchers()) == ([SOME], 1)
    sought.confirm(0, right="yes")
    assert (sought.told(), sought.searchers()) == ([SOME], 1)
    sought.reopen(0)
    assert (sought.told(), sought.searchers()) == ([SOME + WRONG], 0)
    sought.search("second_search", "all_found")
    sought.confirm(0, right="yes")
    assert (sought.told(), sought.searchers()) == ([SOME + WRONG, ALL], 1)


def test_a_search_whose_find_was_right_of_one_file_is_right_until_that_is_taken_back_too(
    sought: Sought,
) -> None:
    sought.search("first_search", "some_found")
    sought.confirm(0, 1, right="yes")
    sought.reopen(0)
    assert (sought.told(), sought.searchers()) == ([SOME], 1)
    sought.reopen(1)
    assert (sought.told(), sought.searchers()) == ([SOME + WRONG], 0)


def test_what_was_found_and_is_reported_missing_anew_was_found(sought: Sought) -> None:
    sought.search("first_search", "some_found")
    sought.confirm(0, right="yes")
    sought.clock.forward(minutes=5)
    with sought.archive.write(sought.archivist) as work:
        reporting.report(work, MissReport((sought.files[0],)))
    assert (sought.told(), sought.searchers()) == ([SOME], 1)


@pytest.mark.engines("sqlite")
def test_the_report_prints_that_a_find_answered_no_proved_wrong(sought: Sought) -> None:
    sought.search("first_search", "some_found")
    printed = []
    for answered in (False, True):
        if answered:
            sought.confirm(0, right="no")
        with sought.archive.read(sought.archivist) as work, speaking("sv"):
            report = gather.build(work, work.session.get_one(Incident, sought.play.number))
            printed.append(said(incident_report.pdf(report, sought.archive.settings, "")))
    words = [" ".join(one.split()) for one in printed]
    assert ["visade sig fel" in one for one in words] == [False, True]
    assert sought.searchers() == 0
