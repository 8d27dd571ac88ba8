"""A notice to IMY says that a breach ended once nothing is sought; a supplement mends one that was wrong."""

from datetime import datetime, timedelta

import pytest

from archive.incidents import reporting
from archive.incidents.letters import imy
from archive.incidents.letters.cases import Case
from archive.incidents.reporting import StatedFind
from archive.kernel.errors import Invalid
from archive.kernel.store import Actor, Archive
from archive.vocabulary import FoundState, OthersRead
from archive.vocabulary.wording import speaking
from tests.builders import SetClock
from tests.verbs.incidents.papers_play import Story, decided, reported

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def story(archive: Archive, archivist: Actor, clock: SetClock) -> Story:
    """Give an incident of one file of which IMY is to be told."""
    told = reported(archive, archivist, clock)
    decided(told, clock)
    return told


def find(story: Story, state: FoundState = FoundState.WHOLE) -> datetime:
    """Find the file, or a part of it, and return when."""
    with story.play.archive.write(story.archivist) as work:
        incident = reporting.get(work, story.number)
        ids = [item.id for item in reporting.items(work, incident)]
        part = {"found_part": "Omslaget", "missing_part": "Resten"} if state is FoundState.INCOMPLETE else {}
        said = StatedFind(work.now, "Här", state=state, others_read=OthersRead.NO, **part)
        reporting.found(work, incident, ids, said)
        return work.now


def notify(story: Story, ended_at: datetime) -> None:
    """Tell IMY that the breach ended."""
    story.play.do(
        story.archivist, "notify_imy", part="first_part", ended="ended", ended_at=ended_at.isoformat()
    )


def refused(story: Story, ended_at: datetime) -> str:
    """Return the field and the sentence with which a notice is refused."""
    with pytest.raises(Invalid) as wrong, speaking("sv"):
        notify(story, ended_at)
    with speaking("sv"):
        return f"{wrong.value.field}: {wrong.value}"


def news(story: Story) -> dict[str, str]:
    """Return what the supplement being written says is new."""
    with story.play.archive.read(story.archivist) as work, speaking("sv"):
        case = Case(work, reporting.get(work, story.number), story.play.archive.settings)
        return {one.label: one.answer for one in imy.supplement(case) if one.key.startswith("news_")}


ENDED = "När upphörde incidenten?"


@pytest.mark.parametrize("part", [False, True])
def test_imy_is_not_told_that_the_breach_ended_while_something_is_sought(
    story: Story, clock: SetClock, *, part: bool
) -> None:
    if part:
        find(story, FoundState.INCOMPLETE)
    assert refused(story, clock.now).startswith("ended: ")
    assert "eftersöks fortfarande" in refused(story, clock.now)
    found = find(story)
    assert refused(story, found - timedelta(minutes=1)).startswith("ended_at: ")
    notify(story, found)
    clock.forward(hours=1)
    assert ENDED not in news(story), "what was said is true still"


def test_a_supplement_takes_back_that_the_breach_ended_once_the_find_was_none(
    story: Story, clock: SetClock
) -> None:
    notify(story, find(story))
    clock.forward(hours=1)
    with story.play.archive.write(story.archivist) as work:
        reporting.reopen(work, reporting.get(work, story.number), [], "Fel akt")
    told = news(story)[ENDED]
    assert told.startswith("I anmälan stod att incidenten upphörde 2026-11-23")
    assert "Det var fel" in told
    assert told.endswith("Den har inte upphört.")
    clock.forward(days=1)
    find(story)
    assert news(story)[ENDED].endswith("Den upphörde 2026-11-24 13:00.")
