"""What happens when things break in the middle: nothing acknowledged is lost, nothing is half there."""

import multiprocessing
import pickle
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from multiprocessing.connection import Connection

import pytest
from sqlalchemy import text

from archive import wiring
from archive.accounts import users
from archive.codes import codes
from archive.cover_checks import checks as cover_checks
from archive.cover_checks import findings, misfiled
from archive.cover_checks.misfiled import ForeignContent
from archive.files import files
from archive.integrity import checks
from archive.kernel.config import Settings
from archive.kernel.errors import ChangedMeanwhile, Unavailable
from archive.kernel.store import Actor, Archive, Work, operator
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import CaseFile, Person, Place
from archive.people import people
from archive.places import places
from archive.vocabulary import Confirmation, Evidence, LabelReason, LoanPurpose, PlaceKind, Protection, Role
from tests.builders import RunningClock, a_box, a_file, a_person, a_shelf
from tests.remembering import remembering
from tests.statements import failing

FILES = 20


@pytest.fixture
@remembering
def lived_in(archive: Archive, archivist: Actor) -> Archive:
    """Give an archive of twenty files in two boxes."""
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        boxes = [a_box(work, shelf, f"Box {number}") for number in (1, 2)]
        for number in range(FILES):
            a_file(work, boxes[number % 2])
    return archive


def _file(work: Work) -> CaseFile:
    return files.get(work, 1)


def _place(work: Work, number: int) -> Place:
    return places.get(work, number)


def _lend(work: Work) -> None:
    due = work.now.date() + timedelta(days=7)
    loans.hand_out(work, _file(work), Request("Bo Borg", LoanPurpose.CASE_WORK, due))


def _lend_and_take_back(work: Work) -> None:
    _lend(work)
    loans.take_back(work, _file(work), _place(work, 6))


def _check_cover(work: Work) -> None:
    check = cover_checks.queue_alone(work, _file(work))
    for what in (Confirmation.COVER, Confirmation.CONTENTS):
        cover_checks.confirm(work, check, what)


def _find_another_inside(work: Work) -> None:
    _lend_and_take_back(work)
    check = cover_checks.queue_alone(work, _file(work))
    found = ForeignContent(files.get(work, 2), whole=True)
    findings.correct(work, misfiled.find(work, check, "nothing_inside", found))


DEEDS: dict[str, Callable[[Work], object]] = {
    "move a file": lambda work: files.move(work, _file(work), _place(work, 6), how=Evidence.SCAN),
    "lend and take back": _lend_and_take_back,
    "register a file with its person": lambda work: a_file(work, _place(work, 5), a_person(work)),
    "correct a file": lambda work: files.correct(work, _file(work), _file(work).version, reference="2001-1"),
    "make a file void": lambda work: files.void(work, _file(work), files.get(work, 2)),
    "protect a person": lambda work: people.protect(
        work, work.session.get_one(Person, 1), Protection.MARKED, "Skatteverket"
    ),
    "create places": lambda work: places.create_many(
        work,
        _place(work, 2),
        [places.Level(PlaceKind.RACK, ("B",)), places.Level(PlaceKind.SHELF, ("1", "2"))],
    ),
    "move a box": lambda work: places.move(work, _place(work, 5), _place(work, 3)),
    "check a cover": _check_cover,
    "find another file in a cover that was lent": _find_another_inside,
    "print labels anew": lambda work: codes.print_labels(work, [_file(work)], "test", LabelReason.DAMAGED),
}


def _state(work: Work) -> list[object]:
    """Return all that a deed can change, so that before and after can be compared."""
    tables = ("case_file", "person", "place", "loan", "label", "name_token", "head", "event", "event_private")
    return [work.session.execute(text(f"SELECT * FROM {name} ORDER BY 1, 2")).all() for name in tables]


@pytest.mark.parametrize("deed", DEEDS)
def test_a_deed_whose_nth_statement_fails_leaves_no_trace(
    lived_in: Archive, archivist: Actor, deed: str
) -> None:
    with lived_in.read(archivist) as work:
        before = _state(work)
    for number in range(1, 200):
        with failing(lived_in.engine, number) as broken:
            try:
                with lived_in.write(archivist) as work:
                    DEEDS[deed](work)
            except Unavailable:
                assert broken.reached
            else:
                assert not broken.reached, "it failed, and the answer was that all is well"
                break
        with lived_in.read(archivist) as work:
            assert _state(work) == before, f"statement {number}"
    assert number > 4
    with lived_in.read(archivist) as work:
        assert _state(work) != before
        assert checks.everything(work) == []


def _move_forever(settings: Settings, turn: int, acknowledge: Connection) -> None:
    """Move files to and fro; say of each move that it is saved, but only when it is."""
    wiring.check()
    archive = Archive(settings, RunningClock())
    while True:
        turn += 1
        with archive.write(operator("mover")) as work:
            file = files.held(work, turn * 7 % FILES + 1)
            there = places.get(work, 5 if file.place_id == 6 else 6)
            files.move(work, file, there, how=Evidence.SCAN)
        acknowledge.send((file.id, file.version, there.id))


def test_writers_killed_in_the_middle_lose_nothing_they_were_told_is_saved(
    lived_in: Archive, archivist: Actor
) -> None:
    dice = random.Random(20261123)
    acknowledged: list[tuple[int, int, int]] = []
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload([__name__])
    for turn in range(8):
        writers = [server.Pipe(duplex=False) for _ in range(2)]
        processes = [
            server.Process(target=_move_forever, args=(lived_in.settings, turn * 10 + number, told))
            for number, (_heard, told) in enumerate(writers)
        ]
        for process, (heard, told) in zip(processes, writers, strict=True):
            process.start()
            told.close()
            acknowledged.append(heard.recv())  # it is at work
        time.sleep(dice.uniform(0.02, 0.2))
        for process in processes:
            process.kill()
        for process, (heard, _told) in zip(processes, writers, strict=True):
            process.join()
            acknowledged += _rest(heard)
    with lived_in.read(archivist) as work:
        assert checks.everything(work) == []
        told = text("SELECT body FROM event WHERE stream = :stream AND kind = 'file.moved' ORDER BY seq")
        for number in range(1, FILES + 1):
            moves = work.session.scalars(told, {"stream": f"file:{number}"}).all()
            for file, version, place in acknowledged:
                if file == number:  # its version was 1 before the first move
                    assert f'"place":{place},' in moves[version - 2]
    assert len(acknowledged) > 30


def _rest(heard: Connection) -> list[tuple[int, int, int]]:
    """Return what a killed writer had said; its last word may be cut short."""
    words = []
    with suppress(EOFError, OSError, pickle.UnpicklingError):
        while True:
            words.append(heard.recv())
    heard.close()
    return words


def test_of_clerks_who_move_one_file_at_once_one_wins_and_the_others_are_told_who_and_where(
    lived_in: Archive, archivist: Actor
) -> None:
    start = threading.Barrier(6)

    def move(clerk: int) -> str:
        start.wait()
        try:
            with lived_in.write(users.actor("user:1", "Arkivarie", 1, [Role.ARCHIVIST])) as work:
                files.move(work, files.held(work, 1), _place(work, 6), how=Evidence.HAND, version=1)
        except ChangedMeanwhile as refused:
            return refused.say()
        return "moved"

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(move, range(6)))
    assert answers.count("moved") == 1
    assert all("Arkivarie" in answer and "Box 2" in answer for answer in answers if answer != "moved")
    with lived_in.read(archivist) as work:
        assert checks.everything(work) == []
