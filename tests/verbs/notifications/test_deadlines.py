"""Clocks: reminded before, escalated after, each exactly once, whatever becomes of the worker."""

import multiprocessing
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from archive import wiring
from archive.accounts import users
from archive.history import history
from archive.integrity import checks
from archive.kernel.clock import STOCKHOLM
from archive.kernel.config import Settings
from archive.kernel.store import Actor, Archive, Work
from archive.models import Deadline, Message
from archive.notifications import deadlines
from archive.vocabulary import ClockState, EventKind, MessageKind, Role
from tests.builders import MONDAY_MORNING, SetClock, user_in_role
from tests.statements import failing

TITLE = {"sv": "Säkra rummet", "en": "Secure the room"}
NEAR, PASSED = MessageKind.DEADLINE_NEAR, MessageKind.DEADLINE_PASSED
ESCALATED, NOBODY = MessageKind.DEADLINE_ESCALATED, MessageKind.NOBODY_TO_TELL
DUE = MONDAY_MORNING + timedelta(hours=72)
REMIND = DUE - timedelta(hours=24)


def put(work: Work, about: str = "incident:7", key: str = "secure", **facts: object) -> Deadline:
    """Set a clock of 72 hours that reminds a day before."""
    given = {"title": TITLE, "due_at": DUE, "remind_at": REMIND, **facts}
    return deadlines.put(work, about, key, **given)  # type: ignore[arg-type]


def told(archive: Archive, root: Actor) -> Counter[tuple[int, MessageKind]]:
    """Return how many messages of each kind each user has."""
    with archive.read(root) as work:
        rows = work.session.execute(select(Message.user_id, Message.kind))
        return Counter((user_id, kind) for user_id, kind in rows)


@pytest.fixture
def people(as_role: Callable[[Role], Actor]) -> dict[str, int]:
    """Give the ids of the archivist, the assistant, the manager and the administrator."""
    roles = (Role.ARCHIVIST, Role.ASSISTANT, Role.MANAGER, Role.ADMINISTRATOR)
    return {role.value: as_role(role).user_id or 0 for role in roles}


def test_the_owner_is_reminded_before_and_role_and_manager_hear_when_time_is_up(
    archive: Archive, root: Actor, clock: SetClock, people: dict[str, int]
) -> None:
    with archive.write(root) as work:
        put(work, owner_id=people["assistant"], role=Role.ARCHIVIST)
    assert deadlines.sweep(archive) == 0
    clock.now = REMIND
    assert deadlines.sweep(archive) == 1
    reminded = {(people["assistant"], NEAR): 1}
    assert told(archive, root) == reminded
    clock.now = DUE
    assert deadlines.sweep(archive) == 1
    passed = {(people["assistant"], PASSED): 1, (people["archivist"], PASSED): 1}
    assert told(archive, root) == {**reminded, **passed, (people["manager"], ESCALATED): 1}
    clock.forward(days=30)
    assert deadlines.sweep(archive) == 0


def test_without_an_owner_the_role_is_reminded(
    archive: Archive, root: Actor, clock: SetClock, people: dict[str, int]
) -> None:
    with archive.write(root) as work:
        put(work, role=Role.ARCHIVIST)
    clock.now = REMIND
    deadlines.sweep(archive)
    assert told(archive, root) == {(people["archivist"], NEAR): 1}


def test_in_place_of_an_owner_who_has_left_the_role_is_reminded(
    archive: Archive, root: Actor, clock: SetClock, people: dict[str, int]
) -> None:
    with archive.write(root) as work:
        put(work, owner_id=people["assistant"], role=Role.ARCHIVIST)
        users.set_active(work, users.user(work, people["assistant"]), False)
    clock.now = REMIND
    deadlines.sweep(archive)
    assert told(archive, root) == {(people["archivist"], NEAR): 1}


def test_the_manager_may_hear_later_than_the_role(
    archive: Archive, root: Actor, clock: SetClock, people: dict[str, int]
) -> None:
    with archive.write(root) as work:
        put(work, role=Role.ARCHIVIST, remind_at=None, escalate_at=DUE + timedelta(days=1))
    clock.now = DUE
    deadlines.sweep(archive)
    assert told(archive, root) == {(people["archivist"], PASSED): 1}
    clock.forward(days=1)
    deadlines.sweep(archive)
    assert told(archive, root)[(people["manager"], ESCALATED)] == 1


def test_a_named_person_is_escalated_to_instead_of_the_manager(
    archive: Archive, root: Actor, clock: SetClock, people: dict[str, int]
) -> None:
    with archive.write(root) as work:
        put(work, owner_id=people["archivist"], remind_at=None, escalate_to=people["assistant"])
    clock.now = DUE
    deadlines.sweep(archive)
    assert told(archive, root) == {(people["archivist"], PASSED): 1, (people["assistant"], ESCALATED): 1}


def test_when_nobody_has_the_role_the_administrators_hear_of_it(
    archive: Archive, root: Actor, clock: SetClock, people: dict[str, int]
) -> None:
    with archive.write(root) as work:
        put(work, role=Role.AUDITOR)
        users.set_active(work, users.user(work, people["manager"]), False)
    clock.now = DUE
    deadlines.sweep(archive)
    assert told(archive, root) == {(people["administrator"], NOBODY): 1}


@pytest.mark.parametrize("ended", [deadlines.meet, deadlines.withdraw])
def test_a_clock_that_has_ended_tells_nobody(
    archive: Archive, root: Actor, clock: SetClock, people: dict[str, int], ended: Callable[..., bool]
) -> None:
    with archive.write(root) as work:
        put(work, role=Role.ARCHIVIST)
        assert ended(work, "incident:7", "secure")
        assert not ended(work, "incident:7", "secure")
        assert not ended(work, "incident:8", "secure")
    clock.now = DUE
    assert deadlines.sweep(archive) == 0


def test_setting_the_same_clock_again_changes_nothing(archive: Archive, root: Actor) -> None:
    with archive.write(root) as work:
        first = put(work, due_at=DUE.astimezone(STOCKHOLM), owner_id=None, role=Role.ARCHIVIST)
        assert put(work, role=Role.ARCHIVIST).id == first.id
        events = work.connection.exec_driver_sql("SELECT count(*) FROM event WHERE kind = 'deadline.set'")
        assert events.scalar_one() == 1


def test_a_clock_moved_to_a_later_time_reminds_again(
    archive: Archive, root: Actor, clock: SetClock, people: dict[str, int]
) -> None:
    with archive.write(root) as work:
        put(work, role=Role.ARCHIVIST)
    clock.now = REMIND
    deadlines.sweep(archive)
    later = timedelta(days=7)
    with archive.write(root) as work:
        put(work, role=Role.ARCHIVIST, due_at=DUE + later, remind_at=REMIND + later)
    clock.now = DUE
    assert deadlines.sweep(archive) == 0
    clock.now = REMIND + later
    deadlines.sweep(archive)
    assert told(archive, root) == {(people["archivist"], NEAR): 2}


def test_a_clock_given_to_another_does_not_remind_again(
    archive: Archive, root: Actor, clock: SetClock, people: dict[str, int]
) -> None:
    with archive.write(root) as work:
        put(work, owner_id=people["archivist"])
    clock.now = REMIND
    assert deadlines.sweep(archive) == 1
    with archive.write(root) as work:
        put(work, owner_id=people["assistant"])
    clock.forward(hours=1)
    assert deadlines.sweep(archive) == 0


def test_after_a_week_asleep_people_hear_once_that_time_is_up_and_no_stale_reminder(
    archive: Archive, root: Actor, clock: SetClock, people: dict[str, int]
) -> None:
    with archive.write(root) as work:
        put(work, role=Role.ARCHIVIST)
    clock.forward(days=10)
    deadlines.sweep(archive)
    deadlines.sweep(archive)
    assert told(archive, root) == {(people["archivist"], PASSED): 1, (people["manager"], ESCALATED): 1}


def test_a_clock_set_back_brings_nothing_again(
    archive: Archive, root: Actor, clock: SetClock, people: dict[str, int]
) -> None:
    with archive.write(root) as work:
        put(work, role=Role.ARCHIVIST)
    for moment in (REMIND, REMIND - timedelta(hours=2), REMIND, DUE, REMIND, DUE):
        clock.now = moment
        deadlines.sweep(archive)
    assert set(told(archive, root).values()) == {1}


def test_a_moment_without_a_time_zone_is_refused(archive: Archive, root: Actor) -> None:
    with archive.write(root) as work, pytest.raises(ValueError, match="time zone"):
        put(work, due_at=datetime(2026, 11, 24))  # noqa: DTZ001


def test_in_the_hour_that_comes_twice_the_earlier_is_before_the_later(archive: Archive, root: Actor) -> None:
    first = datetime(2026, 10, 25, 2, 45, tzinfo=STOCKHOLM)
    second = datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=STOCKHOLM)  # 45 minutes later
    with archive.write(root) as work:
        deadline = put(work, remind_at=first, due_at=second)
        assert deadline.remind_at is not None
        assert deadline.due_at - deadline.remind_at == timedelta(minutes=45)


def test_due_lists_what_runs_the_earliest_first(
    archive: Archive, root: Actor, people: dict[str, int]
) -> None:
    with archive.write(root) as work:
        put(work, "incident:1", "b", due_at=DUE + timedelta(1), owner_id=people["archivist"])
        put(work, "incident:1", "a", owner_id=people["assistant"], role=Role.ARCHIVIST)
        put(work, "delivery:2", "c", role=Role.ARCHIVIST)
        put(work, "incident:3", "d")
        deadlines.meet(work, "incident:3", "d")

        def keys(**asked: object) -> list[str]:
            return [found.key for found in deadlines.due(work, **asked)]  # type: ignore[arg-type]

        assert keys() == ["a", "c", "b"]
        assert keys(noun="incident") == ["a", "b"]
        assert keys(before=DUE + timedelta(hours=1)) == ["a", "c"]
        # An owner's clock is the owner's, also where others have the role.
        assert keys(owner_id=people["archivist"], roles=[Role.ARCHIVIST]) == ["c", "b"]
        assert keys(owner_id=people["assistant"]) == ["a"]
        assert keys(after=deadlines.due(work)[1]) == ["b"]
        assert [found.key for found in deadlines.for_streams(work, "incident:1", "incident:3")] == [
            "a",
            "d",
            "b",
        ]


def test_a_deadline_tells_how_it_stands(archive: Archive, root: Actor) -> None:
    with archive.write(root) as work:
        deadline = put(work)
        states = [deadlines.state(deadline, moment) for moment in (MONDAY_MORNING, REMIND, DUE)]
        assert states == [ClockState.RUNNING, ClockState.NEAR, ClockState.PASSED]
        deadlines.meet(work, "incident:7", "secure", at=DUE)
        assert deadlines.state(deadline, DUE) is ClockState.MET
        deadline.met_at = DUE + timedelta(seconds=1)
        assert deadlines.state(deadline, DUE) is ClockState.MET_LATE
        put(work)
        deadlines.withdraw_all(work, "incident:7")
        assert deadlines.state(deadline, DUE) is ClockState.WITHDRAWN


@pytest.mark.engines("sqlite")  # a rule of the sweep, not of the database
@hypothesis_settings(max_examples=30)
@given(
    start=st.datetimes(
        datetime(2026, 10, 20),  # noqa: DTZ001 - as the strategy wants them
        datetime(2027, 4, 10),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    lengths=st.lists(st.integers(0, 200), min_size=1, max_size=4),
    naps=st.lists(st.integers(1, 24 * 8), min_size=1, max_size=12),
)
def test_however_the_worker_sleeps_each_is_told_once_and_never_too_early(
    settings: Settings, start: datetime, lengths: list[int], naps: list[int]
) -> None:
    clock = SetClock(start)
    archive = Archive(settings, clock)
    root = user_in_role(archive, Role.ARCHIVIST)
    with archive.write(root) as work:
        about = f"incident:{(work.session.scalar(select(func.max(Deadline.id))) or 0) + 1}"
        dues = {f"k{at}": start + timedelta(hours=hours) for at, hours in enumerate(lengths)}
        for key, due in dues.items():
            put(work, about, key, due_at=due, remind_at=due - timedelta(hours=24), owner_id=root.user_id)
    for hours in naps:
        clock.forward(hours=hours)
        deadlines.sweep(archive)
        deadlines.sweep(archive)
        with archive.read(root) as work:
            found = work.session.scalars(select(Message).where(Message.about == about)).all()
        heard = Counter((message.key.partition(" ")[0], message.kind) for message in found)
        for key, due in dues.items():
            assert heard[(key, PASSED)] == (due <= clock.now)
            assert heard[(key, NEAR)] <= (due - timedelta(hours=24) <= clock.now)
        # What was seen within its last day was reminded of within that day.
        for message in found:
            if message.kind is NEAR:
                assert message.created_at < dues[message.key.partition(" ")[0]]
    archive.close()


def test_four_sweepers_at_once_tell_each_once(
    archive: Archive, root: Actor, clock: SetClock, people: dict[str, int]
) -> None:
    with archive.write(root) as work:
        for number in range(25):
            put(work, f"incident:{number + 1}", "secure", role=Role.ARCHIVIST)
    start = threading.Barrier(4)

    def sweep(_number: int) -> int:
        start.wait()
        return deadlines.sweep(archive)

    for moment in (REMIND, DUE):
        clock.now = moment
        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(sweep, range(4))) >= 25
        while deadlines.sweep(archive):  # what one skipped because another held it
            pass
    counts = told(archive, root)
    assert counts == {
        (people["archivist"], NEAR): 25,
        (people["archivist"], PASSED): 25,
        (people["manager"], ESCALATED): 25,
    }


def _sweep(settings: Settings, moment: datetime) -> None:
    wiring.check()
    deadlines.sweep(Archive(settings, SetClock(moment)))


def test_sweepers_killed_in_the_middle_leave_each_told_once(
    archive: Archive, root: Actor, clock: SetClock, people: dict[str, int]
) -> None:
    count = 100
    with archive.write(root) as work:
        for number in range(count):
            put(work, f"incident:{number + 1}", "secure", role=Role.ARCHIVIST)
    dice = random.Random(20261123)
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload([__name__])
    for moment in (REMIND, REMIND, DUE, DUE):
        before = told(archive, root).total()
        processes = [forks.Process(target=_sweep, args=(archive.settings, moment)) for _ in range(2)]
        for process in processes:
            process.start()
        until = time.monotonic() + 30
        while told(archive, root).total() == before:
            assert time.monotonic() < until
        time.sleep(dice.uniform(0, 0.03))
        for process in processes:
            process.kill()
            process.join()
    assert told(archive, root).total() < 3 * count, "none was killed in the middle"
    clock.now = DUE
    deadlines.sweep(archive)
    counts = told(archive, root)
    # How many were reminded before the time was up is chance; that nobody heard anything twice is not.
    assert 0 < counts[(people["archivist"], NEAR)] <= count
    assert counts[(people["archivist"], PASSED)] == counts[(people["manager"], ESCALATED)] == count
    with archive.read(root) as work:
        assert checks.everything(work) == []


@pytest.mark.engines("postgresql")  # where writers do not take turns
def test_the_sweep_and_a_verb_on_the_same_thing_never_stop_each_other(
    archive: Archive, root: Actor, clock: SetClock, people: dict[str, int]
) -> None:
    rounds = 40
    with archive.write(root) as work:
        for number in range(1, rounds + 1):
            put(work, f"incident:{number}", "secure", role=Role.ARCHIVIST)
    clock.now = DUE
    start = threading.Barrier(2)

    def step() -> None:
        start.wait()
        for number in range(1, rounds + 1):
            with archive.write(root) as work:
                # As every verb does: first what happened to the thing, then its clocks.
                history.record(work, EventKind.USER_REFUSED, f"incident:{number}", permission="move")
                deadlines.meet(work, f"incident:{number}", "secure")

    def sweep() -> None:
        start.wait()
        while deadlines.sweep(archive):
            pass

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(step), pool.submit(sweep)]:
            done.result()
    with archive.read(root) as work:
        assert deadlines.due(work) == []
        assert checks.everything(work) == []


def test_a_sweep_whose_nth_statement_fails_is_made_good_by_the_next(
    archive: Archive, root: Actor, clock: SetClock, people: dict[str, int]
) -> None:
    with archive.write(root) as work:
        put(work, role=Role.ARCHIVIST)
    clock.now = DUE
    for number in range(1, 100):
        with failing(archive.engine, number) as broken:
            try:
                deadlines.sweep(archive)
            except Exception:  # noqa: BLE001 - whatever comes of it, the next sweep must be right
                assert broken.reached
        if not broken.reached:
            break
        assert set(told(archive, root).values()) <= {1}
    assert number > 5
    assert told(archive, root) == {(people["archivist"], PASSED): 1, (people["manager"], ESCALATED): 1}
