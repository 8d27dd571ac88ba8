"""A decision or an answer cannot be dated before what it rests on, and its time is told alike everywhere."""

from datetime import datetime, timedelta

import pytest

from archive.incidents import reporting, steps
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


Chain = list[
    tuple[str, str, str, dict[str, Answer]]
]  # who does what, the field that says when, and what else
CHAINS: list[Chain] = [
    [
        ("manager", "decide_notification", "done_at", {"notify": "yes"}),
        ("owner", "notify_imy", "sent_at", {"part": "first_part", "ended": "ongoing"}),
        ("owner", "supplement_imy", "sent_at", {}),
    ],
    [
        ("manager", "decide_notification", "done_at", {"notify": "no"}),
        ("manager", "decide_inform", "done_at", {"inform": "yes"}),
        ("manager", "inform_persons", "told_at", {}),
    ],
    [
        ("owner", "lex_sarah_report", "reported_at", {}),
        ("lex", "lex_sarah_investigation", "done_at", {"serious": "serious"}),
        ("lex", "report_ivo", "sent_at", {}),
    ],
    [
        ("owner", "suspect_crime", "noticed_at", {}),
        ("manager", "police_report", "reported_at", {"reported": "yes"}),
    ],
]
CHAINS_OF_THE_SEARCH: list[Chain] = [
    [("owner", "secure_room", "done_at", {}), ("owner", "lift_stop", "lifted_at", {})],
    [
        ("delegate", "decide", "done_at", {"outcome": "declared_lost"}),
        ("manager", "tell_board", "board_told", {}),
    ],
]


def stating(play: Play, who: str, step: str, field: str, at: datetime, said: dict[str, Answer]) -> str:
    """Do a step and say when; return why it is refused, nothing where it is done."""
    if field == "done_at":
        return do(play, who, step, at, **said)
    day = field == "board_told" or step == "inform_persons"
    return do(play, who, step, **said, **{field: local(at).date().isoformat() if day else at.isoformat()})


def require_in_order(play: Play, chain: Chain, at: datetime) -> None:
    """Assert that each step is refused a day before the one that asked for it, and done at that very time."""
    for number, (who, step, field, said) in enumerate(chain):
        if number:
            wrong = stating(play, who, step, field, at - timedelta(days=1), said)
            assert wrong.startswith(f"{field}: stated_before_ground")
            assert f"{local(at):%Y-%m-%d %H:%M}" in wrong
        assert stating(play, who, step, field, at, said) == ""


def reported_days_ago(archive: Archive, clock: SetClock) -> Play:
    """Return an incident missed five days ago, with everybody its steps need."""
    who = {
        "manager": a_colleague(archive, "chefen", Role.MANAGER),
        "owner": a_colleague(archive, "arkivarien", Role.ARCHIVIST),
        "lex": a_colleague(archive, "lexan", Role.LEX_SARAH_OFFICER),
    }
    with archive.write(who["owner"]) as work:
        file = a_file(work, a_box(work, a_shelf(work)))
        said = MissReport((file.id,), missed_at=clock.now - timedelta(days=5))
        return Play(archive, reporting.report(work, said).id, who)


@pytest.mark.parametrize("chain", CHAINS, ids=[one[-1][1] for one in CHAINS])
def test_no_step_is_done_before_that_which_asked_for_it(
    archive: Archive, clock: SetClock, chain: Chain
) -> None:
    play = reported_days_ago(archive, clock)
    if chain[0][1] == "suspect_crime":
        with archive.write(play.people["owner"]) as work:
            reporting.start(work, reporting.get(work, play.number), "suspect_crime")
    require_in_order(play, chain, clock.now - timedelta(days=2))


@pytest.mark.parametrize("chain", CHAINS_OF_THE_SEARCH, ids=[one[-1][1] for one in CHAINS_OF_THE_SEARCH])
def test_what_follows_on_the_search_is_not_done_before_that_which_asked_for_it(
    play: Play, clock: SetClock, chain: Chain
) -> None:
    clock.forward(days=4)
    require_in_order(play, chain, clock.now - timedelta(days=2))


def test_what_was_only_written_down_binds_nothing_done_before(archive: Archive, clock: SetClock) -> None:
    play, before = reported_days_ago(archive, clock), clock.now - timedelta(days=2)
    (_who, step, field, said) = CHAINS[0][1]
    assert do(play, "manager", "decide_notification", notify="yes") == ""
    assert stating(play, "owner", step, field, before, said) == ""


def test_the_last_word_may_be_older_than_when_the_decision_was_written_down(
    play: Play, clock: SetClock
) -> None:
    told = clock.now - timedelta(minutes=10)
    assert do(play, "delegate", "decide", outcome="declared_lost") == ""
    clock.forward(minutes=5)
    assert do(play, "owner", "final_answer", answered_at=told.isoformat()) == ""


def aware(play: Play, at: datetime, done_at: datetime | None = None) -> str:
    """Decide that the board became aware at a moment; return why it is refused."""
    with play.archive.write(play.people["manager"]) as work:
        steps.start_unless_open(work, reporting.get(work, play.number), "later_awareness")
    return do(play, "manager", "later_awareness", done_at, aware_at=at.isoformat())


def test_nobody_decides_on_an_awareness_that_had_not_come_yet(archive: Archive, clock: SetClock) -> None:
    play, known = reported_days_ago(archive, clock), clock.now - timedelta(days=2)
    wrong = aware(play, known, known - timedelta(hours=1))
    assert wrong.startswith("aware_at: ")
    assert f"{local(known):%Y-%m-%d %H:%M}" in wrong
    assert f"{local(known - timedelta(hours=1)):%Y-%m-%d %H:%M}" in wrong
    assert aware(play, known, known) == ""


@pytest.mark.parametrize("step", ["decide_notification", "notify_imy"])
def test_nothing_is_decided_or_sent_before_the_awareness_that_was_decided(
    archive: Archive, clock: SetClock, step: str
) -> None:
    play, known = reported_days_ago(archive, clock), clock.now - timedelta(days=2)
    assert aware(play, known) == ""
    who, field, said = "manager", "done_at", {"notify": "yes"}
    if step == "notify_imy":
        assert do(play, who, "decide_notification", **said) == ""
        who, field, said = "owner", "sent_at", {"part": "first_part", "ended": "ongoing"}
    wrong = stating(play, who, step, field, known - timedelta(minutes=1), said)
    assert wrong.startswith(f"{field}: ")
    assert f"den vetskap som är beslutad, {local(known):%Y-%m-%d %H:%M}" in wrong
    assert stating(play, who, step, field, known, said) == ""


@pytest.mark.parametrize("step", ["decide_notification", "notify_imy"])
def test_an_awareness_after_what_is_said_to_be_done_already_is_refused(
    archive: Archive, clock: SetClock, step: str
) -> None:
    play, at = reported_days_ago(archive, clock), clock.now - timedelta(days=2)
    decided = at if step == "decide_notification" else None  # else only written down: it binds nothing
    assert do(play, "manager", "decide_notification", decided, notify="yes") == ""
    if step == "notify_imy":
        said = {"part": "first_part", "ended": "ongoing", "sent_at": at.isoformat()}
        assert do(play, "owner", step, **said) == ""
    wrong = aware(play, at + timedelta(minutes=1))
    assert wrong.startswith("aware_at: ")
    assert f"{local(at):%Y-%m-%d %H:%M}" in wrong
    assert aware(play, at) == ""
