"""The demo archive: two months of deliveries and searches told by the verbs, and nothing in it amiss."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from archive.accounts import users
from archive.cli import main
from archive.files import wanted
from archive.integrity import checks
from archive.kernel.clock import local_date
from archive.kernel.config import Settings
from archive.kernel.errors import Conflict
from archive.kernel.store import Archive, Work, operator
from archive.models import (
    Announcement,
    Assessment,
    CoverCheck,
    Delivery,
    Difference,
    Emptying,
    Finding,
    Incident,
    IncidentFile,
    Loan,
    Matter,
    Place,
    RoutineStep,
    SampleItem,
    User,
)
from archive.programme import forecast
from archive.vocabulary import (
    CheckState,
    DeliveryState,
    FindingKind,
    IncidentState,
    Role,
    StepState,
    SweepState,
)
from seed.demo.fill import fill
from tests.builders import SetClock, a_shelf
from tests.databases import DEMO_NOW, KEYS, SqliteDatabases
from tests.verbs.demo import story_rules

NOW = DEMO_NOW
pytestmark = pytest.mark.engines("sqlite")  # the verbs are tested on both; this is their story


@pytest.fixture(scope="module")
def demo(sqlite_databases: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Work]:
    """Read one demo archive."""
    with sqlite_databases.demo(tmp_path_factory.mktemp("demo")) as settings:
        archive = Archive(settings, SetClock(NOW))
        with closing(archive), archive.read(operator("tests")) as work:
            yield work


def all_of(work: Work, table: type[Any]) -> list[Any]:
    return list(work.session.scalars(select(table)).all())


def test_everything_in_the_demo_is_as_its_history_says(demo: Work) -> None:
    assert [finding.say() for finding in checks.everything(demo)] == []


def test_the_demo_shows_a_delivery_in_every_state(demo: Work) -> None:
    states = Counter(one.status for one in all_of(demo, Delivery))
    assert set(states) == set(DeliveryState)
    assert states[DeliveryState.CLOSED] >= 4


def test_the_demo_has_differences_explained_and_one_that_is_not(demo: Work) -> None:
    found = all_of(demo, Difference)
    assert {one.reason for one in found if not one.open} >= {"left_behind", "seal_loose"}
    assert any(one.open for one in found)


def test_covers_of_the_demo_wait_were_checked_and_one_is_set_aside(demo: Work) -> None:
    assert {one.status for one in all_of(demo, CoverCheck)} >= {
        CheckState.WAITING,
        CheckState.CHECKED,
        CheckState.WITH_FINDINGS,
        CheckState.SET_ASIDE,
    }
    found = all_of(demo, Finding)
    assert len({one.kind for one in found}) >= 4
    foreign = [one for one in found if one.kind is FindingKind.FOREIGN_FILE]
    assert {one.open for one in foreign} == {True, False}
    assert [one.open for one in all_of(demo, Assessment)] == [True]


def test_one_incident_of_the_demo_is_in_progress_and_one_is_closed(demo: Work) -> None:
    closed, running = all_of(demo, Incident)
    assert (closed.status, running.status) == (IncidentState.CLOSED, IncidentState.SEARCHING)
    items = [one.file_id for one in all_of(demo, IncidentFile) if one.incident_id == running.id]
    assert set(wanted.by_file(demo, items)) == set(items)
    states = {one.step: one.state for one in all_of(demo, RoutineStep) if one.run == running.stream}
    assert states["first_search"] is states["tell_manager"] is StepState.DONE
    assert states["second_search"] is states["decide_notification"] is StepState.OPEN


def test_rooms_of_the_demo_are_empty_being_swept_and_waiting_and_the_last_day_is_foretold(
    demo: Work,
) -> None:
    rooms = all_of(demo, Emptying)
    assert len(rooms) == 17
    assert {one.status for one in rooms} == {SweepState.EMPTY, SweepState.SWEEPING, SweepState.WAITING}
    assert all(one.signed_by != one.witnessed_by for one in rooms if one.status is SweepState.EMPTY)
    assert forecast.read(demo, end=None).forecast.likely is not None


def test_the_demo_has_two_people_in_every_role_so_that_somebody_else_can_check(demo: Work) -> None:
    offered = users.by_role(demo)
    assert [role for role, _users in offered] == list(Role)
    assert min(len(users) for _role, users in offered) >= 2
    names = [user.name for user in all_of(demo, User)]
    assert len(names) == len(set(names))


def test_the_demo_has_a_loan_that_is_overdue_an_announcement_and_a_sample_under_way(demo: Work) -> None:
    today = local_date(NOW)
    assert any(one.open and one.due_on < today for one in all_of(demo, Loan))
    assert {one.sender_id is None for one in all_of(demo, Announcement) if one.open} == {True, False}
    answers = {one.answer for one in all_of(demo, SampleItem)}
    assert None in answers
    assert len(answers) >= 3


def test_nothing_in_the_demo_breaks_a_rule_of_its_story(demo: Work) -> None:
    assert story_rules.broken(demo) == {}


def test_a_broken_seal_of_the_demo_was_reported_as_a_deviation_and_judged(demo: Work) -> None:
    (matter,) = all_of(demo, Matter)
    states = {one.step: one.state for one in all_of(demo, RoutineStep) if one.run == matter.stream}
    assert states["judge"] is StepState.DONE


def test_an_archive_with_something_in_it_is_not_filled(
    sqlite_databases: SqliteDatabases, tmp_path: Path
) -> None:
    with sqlite_databases.fresh(tmp_path) as settings, closing(Archive(settings, SetClock(NOW))) as archive:
        with archive.write(operator("tests")) as work:
            a_shelf(work)
            before = len(all_of(work, Place))
        with pytest.raises(Conflict, match="not_empty"):
            fill(settings, 40, 1, lambda _line: None, now=NOW)
        with archive.read(operator("tests")) as work:
            assert len(all_of(work, Place)) == before
            assert all_of(work, User) == []


@dataclass(frozen=True, slots=True)
class Commanded:
    """What the command said the first time and again, and what it filled."""

    first: Result
    again: Result
    settings: Settings


@pytest.fixture(scope="module")
def commanded(
    sqlite_databases: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Commanded]:
    """Fill a small archive by the command, without a single table to begin with, and try it again."""
    with (
        pytest.MonkeyPatch.context() as patch,
        sqlite_databases.empty(tmp_path_factory.mktemp("commanded")) as settings,
    ):
        for name, value in {
            **KEYS,
            "AKTSPAR_DATABASE_URL": settings.database_url,
            "AKTSPAR_DEMO": "1",
        }.items():
            patch.setenv(name, value)
        first, again = (CliRunner().invoke(main, ["demo", "--files", "12"]) for _turn in range(2))
        yield Commanded(first, again, settings)


def test_the_command_fills_an_archive_once_and_refuses_to_again(commanded: Commanded) -> None:
    assert commanded.first.exit_code == 0, commanded.first.stderr
    assert commanded.again.exit_code == 1
    assert commanded.again.stderr == "Error: There is something in this archive already.\n"


def test_filling_says_how_far_it_has_come(commanded: Commanded) -> None:
    said = commanded.first.output.splitlines()
    lists = [line for line in said if line.startswith("list ")]
    assert [line[:11] for line in lists] == [f"list {number} of 7" for number in range(1, 8)]
    assert [line for line in said if line.startswith("day ")]


def test_what_people_go_by_is_older_than_what_they_did(commanded: Commanded) -> None:
    archive = Archive(commanded.settings, SetClock(NOW))
    with closing(archive), archive.read(operator("tests")) as work:
        assert list(story_rules.order(work)) == []
