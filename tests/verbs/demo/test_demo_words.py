"""What the people of the demo write answers what its routines ask, also what they ask only sometimes."""

from random import Random
from typing import Any

import pytest

from archive import reference_data
from archive.incidents import reporting, steps
from archive.incidents.reporting import MissReport
from archive.kernel.store import Archive, Work, operator
from archive.routine_runs import versions
from routines.conditions import Answered
from seed.demo import cast, city
from seed.demo.cast import DemoClock
from seed.demo.checkers import Checkers
from seed.demo.missing import WORDS, Missing
from seed.demo.transports import Carriers
from tests.builders import SetClock, a_file, a_shelf

pytestmark = pytest.mark.engines("sqlite")
PARTS = {"suspected_lost_file": ("at_once", "later", "found"), "deviation": ("deviation",)}


@pytest.fixture
def missing(archive: Archive, clock: SetClock) -> Missing:
    """Give the people of the demo, who miss a file."""
    reference_data.refresh(archive)
    city.place(archive)
    people, story_clock = cast.hire(archive), DemoClock.before(clock.now, 0)
    carriers = Carriers(archive, story_clock, people)
    return Missing(
        archive, story_clock, people, Checkers(archive, story_clock, people, Random(1), 4), carriers
    )


@pytest.fixture
def incident(archive: Archive, missing: Missing) -> int:
    """Give the case of that file, whose unit's head decides at once that the authority is notified."""
    with archive.write(operator("tests")) as work:
        file_id = a_file(work, a_shelf(work)).id
    with archive.write(missing.people[cast.CASE_WORKER]) as work:
        number = reporting.report(work, MissReport((file_id,), waiting="Den akten gäller")).id
    missing._do(number, "decide_notification", WORDS["later"]["decide_notification"])
    return number


def answers(archive: Archive, missing: Missing, incident: int, step: str, said: dict[str, Any]) -> Any:
    with archive.read(missing.people[cast.ARCHIVIST]) as work:
        run = steps.course(work, reporting.get(work, incident))
        return missing.answers(work, run, step, said, incident)


def test_a_notice_later_than_72_hours_says_why(
    archive: Archive, clock: SetClock, missing: Missing, incident: int
) -> None:
    said = WORDS["later"]["notify_imy"]
    assert "late_reason" not in answers(archive, missing, incident, "notify_imy", said)
    clock.forward(hours=73)
    assert "late_reason" in answers(archive, missing, incident, "notify_imy", said)
    missing._do(incident, "notify_imy", said)  # and the routine takes it


def test_an_answer_nobody_wrote_is_named_by_its_step_and_question(
    archive: Archive, missing: Missing, incident: int
) -> None:
    said = {name: words for name, words in WORDS["later"]["notify_imy"].items() if name != "nature"}
    with pytest.raises(LookupError, match=r"notify_imy\.nature"):
        answers(archive, missing, incident, "notify_imy", said)


@pytest.mark.parametrize("where", ["in_cover", "on_shelf"])
@pytest.mark.parametrize("routine", PARTS)
def test_there_are_words_for_whatever_the_steps_of_the_demo_may_ask(
    archive: Archive, missing: Missing, routine: str, where: str
) -> None:
    with archive.read(operator("tests")) as work:
        lacking = {
            f"{part} {step}: {name}"
            for part in PARTS[routine]
            for step, said in WORDS[part].items()
            for name in _asked(work, routine, step, {**said, **_of_find(part, where).get(step, {})})
        }
    # Where it lay on a shelf nobody asks for the log of a cover.
    assert lacking - ({"found after_find: cover_log"} if where == "on_shelf" else set()) == set()


def test_nobody_writes_that_nobody_has_asked_where_somebody_outside_waits() -> None:
    answered = [said for part in PARTS["suspected_lost_file"] for said in WORDS[part].values()]
    wanted = [said["decision_wanted"] for said in answered if "decision_wanted" in said]
    assert set(wanted) == {"no"}


def _of_find(part: str, where: str) -> dict[str, dict[str, Any]]:
    return {**WORDS["later"], **WORDS[where]} if part == "found" else {}


def _asked(work: Work, routine: str, step: str, said: dict[str, Any]) -> list[str]:
    """Return what a step must be told and nothing is said of: all but what its own answers rule out."""
    form = versions.routine_of(versions.in_force(work, routine)).step(step)
    found = []
    for one in (*form.fields, *form.evidence):
        ruled_out = (
            isinstance(one.when, Answered)
            and one.when.step == step
            and not one.when.test(said.get(one.when.field))
        )
        asked = one.required and not ruled_out
        if asked and one.id not in said and not (step == "decide_inform" and one.id == "exception"):
            found.append(one.id)
    return found
