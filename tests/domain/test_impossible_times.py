"""A time stated in a step is refused where it is before the file was missed, or before what it follows on."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from archive.clock import STOCKHOLM
from archive.errors import Invalid
from archive.store import Actor, Archive
from archive.wording import speaking
from routines.conditions import Answer
from tests.builders import SetClock
from tests.domain.papers_play import Story, decided, reported

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


@pytest.mark.parametrize("afterwards", [False, True])
def test_where_nobody_said_when_it_was_missed_a_step_may_have_been_done_before_the_report(
    archive: Archive, archivist: Actor, clock: SetClock, afterwards: bool
) -> None:
    clock.now = MISSED
    story = reported(archive, archivist, clock, entered_afterwards=afterwards)  # type: ignore[arg-type]
    assert refused(story, story.manager, "tell_manager", told_at=DAY_BEFORE.isoformat()) == ""


def test_a_supplement_is_not_sent_before_the_notification(told: Tell, clock: SetClock) -> None:
    story = told(missed_at=MISSED)
    sent = clock.now
    before = (sent - timedelta(minutes=30)).isoformat()
    story.play.do(story.manager, "notify_imy", sent_at=sent.isoformat(), **STEPS[1][2])
    clock.forward(hours=1)
    wrong = refused(story, story.manager, "supplement_imy", sent_at=before)
    assert "innan det som det följer på" in wrong
    assert refused(story, story.manager, "supplement_imy", sent_at=sent.isoformat()) == ""
