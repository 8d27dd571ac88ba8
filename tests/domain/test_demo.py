"""The demo archive: two months of deliveries and searches told by the verbs, and nothing in it amiss."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from archive.clock import system_clock
from archive.domain import checks, programme, reference, staff, wanted
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
    RoutineStep,
    SampleItem,
    User,
)
from archive.store import Archive, Work, operator
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
from tests.databases import SqliteDatabases

SIZE = 120
pytestmark = pytest.mark.engines("sqlite")  # the verbs are tested on both; this is their story


@pytest.fixture(scope="module")
def demo(sqlite_databases: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Work]:
    """Fill one demo archive and read it."""
    with sqlite_databases.fresh(tmp_path_factory.mktemp("demo")) as fresh:
        settings = replace(fresh, demo=True)
        with closing(Archive(settings)) as archive:
            reference.refresh(archive)
            fill(settings, SIZE, 5, lambda _line: None)
            with archive.read(operator("tests")) as work:
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
    assert set(wanted.of(demo, items)) == set(items)
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
    assert programme.read(demo, end=None).forecast.likely is not None


def test_the_demo_has_somebody_in_every_role_and_hands_enough_to_pack_and_receive(demo: Work) -> None:
    assert {role for role, _user in staff.one_per_role(demo)} == set(Role)
    names = [user.name for user in all_of(demo, User)]
    assert len(names) == len(set(names)) >= len(Role) + 3


def test_the_demo_has_a_loan_that_is_overdue_an_announcement_and_a_sample_under_way(demo: Work) -> None:
    today = system_clock().date()
    assert any(one.open and one.due_on < today for one in all_of(demo, Loan))
    assert {one.sender_id is None for one in all_of(demo, Announcement) if one.open} == {True, False}
    answers = {one.answer for one in all_of(demo, SampleItem)}
    assert None in answers
    assert len(answers) >= 3


def test_the_smallest_of_demos_can_be_filled(
    sqlite_databases: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with sqlite_databases.fresh(tmp_path_factory.mktemp("small")) as fresh:
        settings = replace(fresh, demo=True)
        with closing(Archive(settings)) as archive:
            reference.refresh(archive)
        fill(settings, 40, 1, lambda _line: None)
