"""No paper of an incident prints a time that nobody stated; when something was written down is not it.

Everything is written down on the hour, and every time that is stated is 43 minutes past one: a time on the
hour stands on a paper only where it says that it is when the file was reported.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta

import pytest

from archive.incidents import reporting
from archive.incidents.letters import imy, letters, reports
from archive.incidents.letters.cases import Case, Heading
from archive.incidents.letters.reports import ReportFinding
from archive.incidents.report import stated as as_stated
from archive.kernel.clock import STOCKHOLM, local
from archive.kernel.store import Actor, Archive, Work
from archive.models import Incident
from archive.vocabulary import StepState
from archive.vocabulary.wording import LOCALES, speaking
from routines.conditions import Answer
from routines.model import FieldKind
from tests.builders import SetClock
from tests.verbs.incidents.incident_play import Play
from tests.verbs.incidents.papers_play import Story, decided, reported, sent

pytestmark = pytest.mark.engines("sqlite")
LABELLED = ("då den anmäldes", "when it was reported")
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:(\d\d)")


class Stating(Play):
    """State of every step that asks for a time one of its own, a day before it is written down."""

    def answers(
        self, work: Work, incident: Incident, actor: Actor, step: str, wanted: Mapping[str, Answer]
    ) -> dict[str, Answer]:
        """Fill in a form, and state its times."""
        given = super().answers(work, incident, actor, step, wanted)
        asked = reporting.advance(work, incident).step(step).fields
        moments = [one.id for one in asked if one.kind is FieldKind.MOMENT and one.id in given]
        return given | {name: stated(work.now).isoformat() for name in moments}


def stated(now: datetime) -> datetime:
    """Return a time that somebody states."""
    return (local(now) - timedelta(days=1)).replace(minute=43, second=0, microsecond=0)


def texts(told: object) -> Iterator[str]:
    """Return whatever a paper says, but for its head and the column of when it was written down."""
    if isinstance(told, str):
        yield told
    elif isinstance(told, list | tuple):
        for one in told:
            yield from texts(one)
    elif is_dataclass(told) and not isinstance(told, Heading | type):
        for one in fields(told):
            if not (isinstance(told, ReportFinding) and one.name == "recorded"):
                yield from texts(getattr(told, one.name))


def papers(case: Case) -> Iterator[object]:
    """Return what every paper says."""
    yield imy.notification(case)
    yield imy.supplement(case)
    yield letters.letter(case)
    yield letters.answer(case)
    yield reports.lex_sarah(case)
    yield reports.investigation(case)
    yield reports.police(case)
    if case.opened("refusal_decision"):
        yield letters.refusal(case)


def unsaid(archive: Archive, story: Story) -> tuple[list[str], int]:
    """Return what papers say with a time that nobody stated, and how many times somebody did state."""
    wrong, right = [], 0
    with archive.read(story.archivist) as work:
        case = Case(work, reporting.get(work, story.number), archive.settings)
        for language in LOCALES:
            with speaking(language):
                for text in (text for paper in papers(case) for text in texts(paper)):
                    minutes = TIME.findall(text)
                    right += minutes.count("43")
                    if "00" in minutes and not any(one in text for one in LABELLED):
                        wrong.append(text)
    return wrong, right


def taken_at(archive: Archive, story: Story) -> dict[str, int]:
    """Return at which minute steps that ask when were done, and the last answer given, by the report."""
    with archive.read(story.archivist) as work:
        report = reporting.report_data(work, reporting.get(work, story.number))
        asking = ("notify_imy", "interim_answer", "lex_sarah_report", "police_report", "tell_manager")
        done = [one for one in report.steps if one.step in asking and one.state is StepState.DONE]
        minutes = {one.step: one.done_at.minute for one in done if one.done_at}
        return minutes | {"waits": int(as_stated.waits(report)[-2:])}


@pytest.mark.parametrize("missed", [True, False], ids=["missed", "missed-not-said"])
@pytest.mark.parametrize("suspected", [True, False], ids=["suspected", "suspected-not-said"])
def test_no_paper_prints_a_time_that_nobody_stated(
    archive: Archive, archivist: Actor, clock: SetClock, missed: bool, suspected: bool
) -> None:
    clock.now = datetime(2026, 11, 23, 10, tzinfo=STOCKHOLM)
    said = {"missed_at": stated(clock.now) if missed else None}
    said["suspected_at"] = stated(clock.now) + timedelta(hours=1) if suspected else None
    story = reported(archive, archivist, clock, **said)
    story.play = Stating(archive, story.number)
    clock.forward(days=2)
    found = [unsaid(archive, story)]
    story.play.do(archivist, "tell_manager")
    decided(story, clock)
    found.append(unsaid(archive, story))
    sent(story, clock)
    found.append(unsaid(archive, story))
    story.play.do(archivist, "supplement_imy", news="MER", more="no")
    found.append(unsaid(archive, story))
    assert [wrong for wrong, _right in found] == [[], [], [], []]
    assert found[-1][1] > 10  # and what was stated is printed
    assert set(taken_at(archive, story).values()) == {43}
