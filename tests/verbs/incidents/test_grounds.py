"""A decision or an answer cannot be dated before what it rests on, and its time is told alike everywhere."""

from datetime import datetime, timedelta

import pytest

from archive.incidents import reporting
from archive.incidents.letters import imy
from archive.incidents.letters.cases import Case
from archive.incidents.reporting import MissReport, StatedFind
from archive.kernel.clock import local
from archive.kernel.errors import Invalid
from archive.kernel.store import Archive, operator
from archive.models import Incident
from archive.vocabulary import FoundState, OthersRead, Role
from archive.vocabulary.wording import speaking
from routines.conditions import Answer
from tests.builders import SetClock, a_box, a_file, a_shelf
from tests.verbs.incidents.incident_play import Play, a_colleague

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def play(archive: Archive, clock: SetClock) -> Play:
    """Give an incident that was searched for three times, an hour apart, and is to be decided."""
    delegate = a_colleague(archive, "delegaten", Role.DELEGATE)
    chief = a_colleague(archive, "chefen", Role.MANAGER)
    owner = a_colleague(archive, "arkivarien", Role.ARCHIVIST)
    with archive.write(owner) as work:
        file = a_file(work, a_box(work, a_shelf(work)))
        said = MissReport((file.id,), missed_at=clock.now - timedelta(hours=1), waiting="Advokat Nilsson")
        number = reporting.report(work, said).id
    made = Play(archive, number, {"owner": owner, "manager": chief, "delegate": delegate})
    for at, step in enumerate(("first_search", "second_search", "wide_search")):
        clock.forward(hours=1)
        made.do(a_colleague(archive, f"soker{at}", Role.ARCHIVIST), step, result="nothing")
    made.do(owner, "record_checks")
    made.do(chief, "decide_notification", notify="yes")
    made.do(owner, "notify_imy", part="complete", ended="ongoing")
    clock.forward(hours=1)
    return made


def do(play: Play, who: str, step: str, at: datetime | None = None, **said: Answer) -> str:
    """Do a step at a stated time; return why it is refused, nothing where it is done."""
    actor = play.people[who]
    try:
        with speaking("sv"), play.archive.write(actor) as work:
            incident = reporting.get(work, play.number)
            answers = play.answers(work, incident, actor, step, said)
            reporting.complete(work, incident, step, answers, done_at=at)
    except Invalid as wrong:
        with speaking("sv"):
            return f"{wrong.field}: {wrong}"
    return ""


def test_a_loss_is_not_decided_before_the_searches_and_finds_it_rests_on(play: Play, clock: SetClock) -> None:
    reported, searched = clock.now - timedelta(hours=4), clock.now - timedelta(hours=1)
    with play.archive.write(play.people["owner"]) as work:
        incident = reporting.get(work, play.number)
        part = {"found_part": "Omslaget", "missing_part": "Resten", "others_read": OthersRead.NO}
        ids = [item.id for item in reporting.items(work, incident)]
        find = StatedFind(searched + timedelta(minutes=20), "Här", state=FoundState.INCOMPLETE, **part)
        reporting.found(work, incident, ids, find)
    lost = {"outcome": "declared_lost"}
    for at in (reported - timedelta(minutes=30), reported, searched, searched + timedelta(minutes=10)):
        wrong = do(play, "delegate", "decide", at, **lost)
        assert wrong.startswith("done_at: ")
        assert f"fyndet, {local(searched + timedelta(minutes=20)):%Y-%m-%d %H:%M}" in wrong
    assert do(play, "delegate", "decide", searched + timedelta(minutes=20), **lost) == ""


def test_what_was_decided_by_telephone_before_it_was_typed_in_keeps_its_time(
    archive: Archive, clock: SetClock
) -> None:
    chief = a_colleague(archive, "chefen", Role.MANAGER)
    suspected, decided = clock.now - timedelta(days=3), clock.now - timedelta(days=1)
    with archive.write(operator("tests")) as work:
        file = a_file(work, a_box(work, a_shelf(work)))
        said = MissReport((file.id,), missed_at=suspected - timedelta(hours=1), suspected_at=suspected)
        number = reporting.report(work, said).id
    play = Play(archive, number, {"manager": chief})
    wrong = do(play, "manager", "decide_notification", suspected - timedelta(minutes=30), notify="yes")
    assert f"misstanken, {local(suspected):%Y-%m-%d %H:%M}" in wrong
    assert do(play, "manager", "decide_notification", decided, notify="yes") == ""
    wrong = do(play, "manager", "decide_inform", decided - timedelta(hours=1), inform="no")
    assert f"IMY”, {local(decided):%Y-%m-%d %H:%M}" in wrong
    assert do(play, "manager", "decide_inform", decided + timedelta(hours=1), inform="no") == ""


def test_a_step_that_says_no_time_of_its_own_dates_nothing_and_the_miss_does(
    archive: Archive, clock: SetClock
) -> None:
    chief = a_colleague(archive, "chefen", Role.MANAGER)
    with archive.write(operator("tests")) as work:
        file = a_file(work, a_box(work, a_shelf(work)))
        said = MissReport((file.id,), missed_at=clock.now - timedelta(days=3))
        number = reporting.report(work, said).id
    play = Play(archive, number, {"manager": chief})
    before = clock.now - timedelta(days=3, minutes=1)
    assert do(play, "manager", "decide_notification", before, notify="yes").startswith("done_at: ")
    assert do(play, "manager", "decide_notification", notify="yes") == ""
    clock.forward(minutes=5)
    assert do(play, "manager", "decide_inform", clock.now - timedelta(hours=1), inform="no") == ""


def test_the_last_word_is_not_given_before_the_decision_it_tells(play: Play, clock: SetClock) -> None:
    decided = clock.now - timedelta(minutes=30)
    assert do(play, "delegate", "decide", decided, outcome="declared_lost") == ""
    before = (decided - timedelta(minutes=1)).isoformat()
    wrong = do(play, "owner", "final_answer", answered_at=before)
    assert f"beslutet, {local(decided):%Y-%m-%d %H:%M}" in wrong
    assert do(play, "owner", "final_answer", answered_at=decided.isoformat()) == ""


def test_register_step_and_papers_tell_one_time_of_a_decision(play: Play, clock: SetClock) -> None:
    decided = clock.now - timedelta(minutes=30)
    assert do(play, "delegate", "decide", decided, outcome="declared_lost") == ""
    with play.archive.read(operator("tests")) as work, speaking("sv"):
        incident = work.session.get_one(Incident, play.number)
        (item,) = reporting.items(work, incident)
        assert item.outcome_at == decided
        case = Case(work, incident, play.archive.settings)
        assert case.at(clock.now).items[0].outcome_at == decided
        told = {one.label: one.answer for one in imy.supplement(case)}
        assert any(f"{local(decided):%Y-%m-%d %H:%M}" in answer for answer in told.values()), told


@pytest.mark.parametrize(("minutes", "taken"), [(0, True), (4, False)])
def test_the_authority_was_aware_when_it_was_reported_at_the_latest(
    archive: Archive, clock: SetClock, minutes: int, *, taken: bool
) -> None:
    chief = a_colleague(archive, "chefen", Role.MANAGER)
    with archive.write(operator("tests")) as work:
        file = a_file(work, a_box(work, a_shelf(work)))
        number = reporting.report(work, MissReport((file.id,), missed_at=clock.now - timedelta(hours=1))).id
    moment = clock.now + timedelta(minutes=minutes)
    clock.forward(minutes=10)
    with archive.write(chief) as work:
        reporting.start(work, reporting.get(work, number), "later_awareness")
    play = Play(archive, number, {"manager": chief})
    wrong = do(play, "manager", "later_awareness", aware_at=moment.isoformat())
    assert wrong.startswith("aware_at: ") is not taken
