"""A time stated in a step is refused where it is before the file was missed, or before what it follows on."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from archive.incidents import reporting
from archive.incidents.reporting import MissReport
from archive.kernel.clock import STOCKHOLM
from archive.kernel.errors import Invalid
from archive.kernel.store import Actor, Archive, Work
from archive.models import Incident
from archive.quality import cases
from archive.routine_runs.contracts import DEVIATION
from archive.search import searches
from archive.search.searches import Searched
from archive.vocabulary import SearchResult
from archive.vocabulary.wording import speaking
from routines.conditions import Answer
from tests.builders import SetClock
from tests.verbs.incidents.papers_play import Story, decided, reported

pytestmark = pytest.mark.engines("sqlite")
MISSED = datetime(2026, 11, 30, 10, tzinfo=STOCKHOLM)
DAY_BEFORE = datetime(2026, 11, 29, 13, 28, tzinfo=STOCKHOLM)
Tell = Callable[..., Story]


@pytest.fixture
def told(archive: Archive, archivist: Actor, clock: SetClock) -> Tell:
    """Give what reports a file and takes the steps that decide."""

    def tell(**moments: datetime) -> Story:
        clock.now = MISSED + timedelta(hours=1)
        story = reported(archive, archivist, clock, **moments)
        decided(story, clock)
        return story

    return tell


def refused(story: Story, actor: Actor, step: str, **said: Answer) -> str:
    """Return why a step is refused, in Swedish, with its field; nothing where it is done."""
    try:
        with speaking("sv"):
            story.play.do(actor, step, **said)
    except Invalid as wrong:
        with speaking("sv"):
            return f"{wrong.field}: {wrong}"
    return ""


def starting(
    story: Story, step: str, field: str, missed: datetime, before: datetime, **said: Answer
) -> list[str]:
    """Return why a step is refused with a time before the miss, and with that of the miss itself."""
    day = field in {"decided_on", "informed_on"} or step == "inform_persons"
    moments = [one.date().isoformat() if day else one.isoformat() for one in (before, missed)]
    return [refused(story, story.manager, step, **said, **{field: one}) for one in moments]


STEPS: list[tuple[str, str, dict[str, Answer]]] = [
    ("tell_manager", "told_at", {}),
    ("notify_imy", "sent_at", {"part": "first_part", "ended": "ongoing", "informed": "coming"}),
    ("police_report", "reported_at", {"reported": "yes"}),
    ("inform_persons", "told_at", {}),
    ("refusal_decision", "decided_on", {}),
]


@pytest.mark.parametrize(("step", "field", "said"), STEPS, ids=[step for step, _field, _said in STEPS])
def test_no_step_is_done_before_the_file_was_missed(
    told: Tell, step: str, field: str, said: dict[str, Answer]
) -> None:
    wrong, right = starting(told(missed_at=MISSED), step, field, MISSED, DAY_BEFORE, **said)
    assert wrong.startswith(f"{field}: ")
    assert "2026-11-29" in wrong
    assert "innan den saknades, 2026-11-30 10:00. Rätta tiden" in wrong
    assert right == ""


def test_where_nobody_said_when_it_was_missed_a_step_may_have_been_done_before_the_report(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    clock.now = MISSED
    story = reported(archive, archivist, clock)
    assert refused(story, story.manager, "tell_manager", told_at=DAY_BEFORE.isoformat()) == ""


def test_a_supplement_is_not_sent_before_the_notification(told: Tell, clock: SetClock) -> None:
    story = told(missed_at=MISSED)
    sent = clock.now
    before = (sent - timedelta(minutes=30)).isoformat()
    story.play.do(story.manager, "notify_imy", sent_at=sent.isoformat(), **STEPS[1][2])
    clock.forward(hours=1)
    wrong = refused(story, story.manager, "supplement_imy", sent_at=before)
    assert wrong.startswith("sent_at: stated_before_ground")
    assert refused(story, story.manager, "supplement_imy", sent_at=sent.isoformat()) == ""


@pytest.mark.parametrize("step", ["secure_room", "record_checks", "screen_risk", "case_systems"])
def test_no_step_was_done_before_the_miss_whatever_its_form_asks(
    archive: Archive, archivist: Actor, clock: SetClock, step: str
) -> None:
    clock.now = MISSED + timedelta(hours=1)
    story = reported(archive, archivist, clock, missed_at=MISSED)

    def do(done_at: datetime) -> None:
        with archive.write(archivist) as work:
            incident = reporting.get(work, story.number)
            answers = story.play.answers(work, incident, archivist, step, {})
            reporting.complete(work, incident, step, answers, done_at=done_at)

    with pytest.raises(Invalid, match="stated_before_missed") as wrong:
        do(DAY_BEFORE)
    assert wrong.value.field == "done_at"
    do(MISSED)


@pytest.mark.parametrize(("minutes", "comes"), [(4, True), (6, False)])
def test_how_far_ahead_a_stated_time_may_be_is_the_same_wherever_it_is_stated(
    archive: Archive, archivist: Actor, clock: SetClock, minutes: int, comes: bool
) -> None:
    clock.now = MISSED
    story = reported(archive, archivist, clock)
    ahead = clock.now + timedelta(minutes=minutes)

    def taken(state: Callable[[Work, Incident], object]) -> bool:
        try:
            with archive.write(archivist) as work:
                state(work, reporting.get(work, story.number))
        except Invalid:
            return False
        return True

    def search(work: Work, incident: Incident) -> object:
        return searches.record(work, incident, Searched(SearchResult.NOT_FOUND, "ask:1", at=ahead))

    def secure(work: Work, incident: Incident) -> object:
        said = story.play.answers(work, incident, archivist, "secure_room", {})
        return reporting.complete(work, incident, "secure_room", said, done_at=ahead)

    def tell(work: Work, incident: Incident) -> object:
        said = story.play.answers(work, incident, archivist, "tell_manager", {"told_at": ahead.isoformat()})
        return reporting.complete(work, incident, "tell_manager", said)

    described = MissReport(description="En pärm", missed_at=ahead)
    doors: list[Callable[[Work, Incident], object]] = [
        lambda work, _incident: reporting.report(work, described),
        lambda work, _incident: cases.begin(work, DEVIATION, cases.New(noticed_at=ahead)),
        search,
        secure,
        tell,
    ]
    assert [taken(door) for door in doors] == [comes] * len(doors)


def test_a_day_that_comes_tomorrow_is_no_day_of_what_is_done(told: Tell, clock: SetClock) -> None:
    story = told()
    days = [(clock.now + timedelta(days=days)).date().isoformat() for days in (1, 0)]
    assert "Den dagen har inte varit än" in refused(
        story, story.manager, "refusal_decision", decided_on=days[0]
    )
    assert refused(story, story.manager, "refusal_decision", decided_on=days[1]) == ""
