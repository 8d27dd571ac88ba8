"""Many at the same covers at the same time: each check ends once, and nobody waits for ever."""

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from archive.cover_checks import checks as cover_checks
from archive.cover_checks import misfiled, second_checks
from archive.cover_checks.misfiled import ForeignContent
from archive.files import files
from archive.integrity import checks
from archive.kernel.clock import Clock
from archive.kernel.errors import DomainError
from archive.kernel.store import Actor, Archive
from archive.models import CoverCheck, CoverConfirmation, Event, Finding
from archive.vocabulary import CheckState, Confirmation, EventKind, Evidence, Protection
from tests.builders import RunningClock, a_file, a_person, a_shelf
from tests.verbs.cover_checks.checking import KEEPER, a_check, somebody
from tests.verbs.test_two_clerks import at_once

PEOPLE = 6


@pytest.fixture
def clock() -> Clock:
    """Let time pass as it does."""
    return RunningClock()


@pytest.fixture
def people(archive: Archive) -> list[Actor]:
    """Give six people who may open envelopes."""
    return [somebody(archive, f"Kim{number}", *KEEPER) for number in range(PEOPLE)]


def say_all(archive: Archive, actor: Actor, check_id: int) -> None:
    """Say all there is to say of a cover, each in a transaction of its own."""
    for what in Confirmation:
        try:
            with archive.write(actor) as work:
                cover_checks.confirm(work, cover_checks.get(work, check_id), what)
        except DomainError:
            continue


@pytest.mark.parametrize(("protection", "said"), [(Protection.NONE, 2), (Protection.MARKED, 4)])
def test_a_cover_everybody_confirms_at_once_is_checked_once(
    archive: Archive, root: Actor, people: list[Actor], protection: Protection, said: int
) -> None:
    with archive.write(root) as work:
        check = a_check(work, a_file(work, a_shelf(work), a_person(work, protection=protection)))
    at_once([lambda actor=actor: say_all(archive, actor, check.id) for actor in people])
    with archive.read(root) as work:
        assert cover_checks.get(work, check.id).status is CheckState.CHECKED
        assert work.session.scalar(select(func.count()).select_from(CoverConfirmation)) == said
        ended = select(func.count()).where(col(Event.kind) == EventKind.FILE_CHECKED.value)
        assert work.session.scalar(ended) == 1
        assert checks.everything(work) == []


def test_two_files_in_each_others_covers_are_found_at_once(
    archive: Archive, root: Actor, people: list[Actor]
) -> None:
    with archive.write(root) as work:
        shelf = a_shelf(work)
        ids = [a_file(work, shelf).id for _ in range(PEOPLE)]
        waiting = {file_id: a_check(work, files.get(work, file_id)).id for file_id in ids}

    def find(actor: Actor, holder: int, other: int) -> None:
        with archive.write(actor) as work:
            found = ForeignContent(files.get(work, other), whole=True, how=Evidence.SCAN)
            misfiled.find(work, cover_checks.get(work, waiting[holder]), "nothing_inside", found)

    pairs = [(ids[number], ids[number ^ 1]) for number in range(PEOPLE)]
    results = at_once(
        [lambda one=actor, pair=pair: find(one, *pair) for actor, pair in zip(people, pairs, strict=True)]
    )
    assert results == [None] * PEOPLE
    with archive.read(root) as work:
        assert work.session.scalar(select(func.count()).select_from(Finding)) == PEOPLE
        assert checks.everything(work) == []


def test_a_file_everybody_queues_at_once_waits_once(
    archive: Archive, root: Actor, people: list[Actor]
) -> None:
    with archive.write(root) as work:
        file = a_file(work, a_shelf(work))

    def queue(actor: Actor) -> None:
        with archive.write(actor) as work:
            cover_checks.queue_alone(work, files.get(work, file.id))

    results = at_once([lambda actor=actor: queue(actor) for actor in people])
    assert all(result is None or isinstance(result, DomainError) for result in results)
    with archive.read(root) as work:
        assert work.session.scalar(select(func.count()).select_from(CoverCheck)) == 1


def test_several_workers_draw_each_check_once(archive: Archive, root: Actor, people: list[Actor]) -> None:
    with archive.write(root) as work:
        shelf = a_shelf(work)
        waiting = [a_check(work, a_file(work, shelf)).id for _ in range(5)]
    for check_id in waiting:
        say_all(archive, people[0], check_id)

    def draw() -> int:
        with archive.write(root) as work:
            return len(second_checks.draw(work, 100).seconds)

    assert sum(at_once([draw] * 4)) == len(waiting)
