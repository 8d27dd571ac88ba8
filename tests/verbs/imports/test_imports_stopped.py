"""An import that is killed goes on where it stopped, nothing twice, nothing missing; others keep working."""

import os
import random
import subprocess
import sys
import threading
from io import BytesIO

import pytest
from sqlalchemy import func, select

from archive.files import files
from archive.imports import apply, runs
from archive.imports.driver import SILENT_AFTER, drive, work_off
from archive.kernel.store import Actor, Archive, worker
from archive.models import CaseFile, ImportRow, ImportRun, Person, Place, Task, Unit
from archive.vocabulary import Evidence, ImportState
from tests.builders import SetClock
from tests.databases import KEYS
from tests.verbs.imports.taking_in import (
    CENTRAL,
    a_list,
    assert_proven,
    check,
    file_of,
    mapping,
    prepared,
    register,
    row,
    rows_of,
    take_in,
)

ANNA = "195005050512"


@pytest.fixture
def archive(archive: Archive) -> Archive:
    return prepared(archive)


def _rows(count: int, again_every: int = 50) -> list[tuple[str, ...]]:
    rows = []
    for number in range(count):
        rows.append(
            row(f"P{number:05d}", f"5005050{number % 900 + 100}", box=str(number // 10), checked="2025")
        )
        if number % again_every == 0:
            rows.append(rows[number // 2])
    return rows


def _killed_again_and_again(archive: Archive, run_id: int, until: ImportState, rng: random.Random) -> int:
    environment = {
        **os.environ,
        **KEYS,
        "AKTSPAR_DATABASE_URL": archive.settings.database_url,
        "AKTSPAR_DATA_DIR": str(archive.settings.data_dir),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    kills = 0
    while True:
        with subprocess.Popen(
            [sys.executable, "-m", "tests.verbs.imports.import_process", str(run_id), "10"],
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        ) as process:
            assert process.stdout is not None
            for _line in range(rng.randrange(2, 9)):
                if process.stdout.readline().startswith("stopped at"):
                    assert _status(archive, worker("tests"), run_id) is until
                    return kills
            process.kill()
        kills += 1


def _state(archive: Archive, actor: Actor) -> tuple[int, ...]:
    with archive.read(actor) as work:
        return tuple(
            work.session.execute(select(func.count()).select_from(model)).scalar_one()
            for model in (CaseFile, Person, Task)
        )


def test_an_import_killed_again_and_again_registers_everything_once(
    archive: Archive, archivist: Actor
) -> None:
    content, rng = a_list(_rows(170)), random.Random(5)
    run_id = runs.begin(archive, archivist, "lista.csv", BytesIO(content))
    with archive.write(archivist) as work:
        run = runs.get(work, run_id)
        runs.choose(work, run, mapping())
        runs.stage(work, run)
    kills = _killed_again_and_again(archive, run_id, ImportState.STAGED, rng)
    with archive.write(archivist) as work:
        checked = dict(runs.get(work, run_id).counts)
        runs.apply(work, runs.get(work, run_id))
    kills += _killed_again_and_again(archive, run_id, ImportState.APPLIED, rng)
    assert kills > 3
    with archive.read(archivist) as work:
        run = runs.get(work, run_id)
        references = work.session.execute(select(CaseFile.reference)).scalars().all()
    assert run.counts == checked
    assert sorted(references) == [f"P{number:05d}" for number in range(170)]
    assert run.counts["duplicates"] == 4
    assert_proven(archive, archivist)


def test_the_worker_takes_up_what_waits_and_what_has_fallen_silent(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    run_id = runs.begin(archive, archivist, "lista.csv", BytesIO(a_list([row("P1", ANNA)])))
    with archive.write(archivist) as work:
        run = runs.get(work, run_id)
        runs.choose(work, run, mapping())
        runs.stage(work, run)
        run.heartbeat = work.now  # as if a process had begun and was still at it
    work_off(archive)
    assert _status(archive, archivist, run_id) is ImportState.STAGING
    clock.forward(seconds=SILENT_AFTER.total_seconds() + 1)
    work_off(archive)
    assert _status(archive, archivist, run_id) is ImportState.STAGED
    with archive.write(archivist) as work:
        runs.apply(work, runs.get(work, run_id))
    work_off(archive)
    assert _status(archive, archivist, run_id) is ImportState.APPLIED


def _status(archive: Archive, actor: Actor, run_id: int) -> ImportState:
    with archive.read(actor) as work:
        return runs.get(work, run_id).status


def test_two_processes_at_one_list_register_it_once(archive: Archive, archivist: Actor) -> None:
    checked = check(archive, archivist, a_list(_rows(300)), mapping())
    with archive.write(archivist) as work:
        runs.apply(work, runs.get(work, checked.id))
    drivers = [
        threading.Thread(target=drive, args=(archive, worker(f"imports-{number}"), checked.id))
        for number in range(3)
    ]
    for one in drivers:
        one.start()
    for one in drivers:
        one.join()
    run = drive(archive, archivist, checked.id)
    assert (run.status, run.counts) == (ImportState.APPLIED, checked.counts)
    assert _state(archive, archivist)[0] == 300
    assert_proven(archive, archivist)


def test_others_write_while_a_list_is_registered(archive: Archive, archivist: Actor) -> None:
    checked = check(archive, archivist, a_list(_rows(600)), mapping())
    with archive.write(archivist) as work:
        runs.apply(work, runs.get(work, checked.id))
    done, during = threading.Event(), []

    def drive_it() -> None:
        drive(archive, worker("imports"), checked.id)
        done.set()

    driver = threading.Thread(target=drive_it)
    driver.start()
    while not done.is_set():
        with archive.write(archivist) as work:
            work.session.add(Unit(name=f"Enhet {len(during)}"))
            during.append(runs.get(work, checked.id).next_row)
    driver.join()
    assert len(set(during)) > 3, "writes fell between the batches"


def test_a_list_stopped_by_hand_is_left_by_the_process_at_work(archive: Archive, archivist: Actor) -> None:
    run_id = runs.begin(archive, archivist, "lista.csv", BytesIO(a_list(_rows(300))))
    with archive.write(archivist) as work:
        runs.choose(work, runs.get(work, run_id), mapping())
        runs.stage(work, runs.get(work, run_id))
    steps = []

    def discard_after_two(run: ImportRun) -> None:
        steps.append(run.status)
        if len(steps) == 3:
            with archive.write(archivist) as work:
                runs.discard(work, runs.get(work, run_id))

    assert drive(archive, worker("imports"), run_id, discard_after_two).status is ImportState.DISCARDED
    drive(archive, archivist, run_id)
    with archive.read(archivist) as work:
        assert work.session.execute(select(ImportRow)).first() is None


def test_reading_again_with_other_columns_forgets_the_first_reading(
    archive: Archive, archivist: Actor
) -> None:
    first = check(archive, archivist, a_list([row("P1", ANNA, kind="okänd")]), mapping())
    assert first.counts["rejected"] == 1
    with archive.write(archivist) as work:
        run = runs.get(work, first.id)
        runs.choose(work, run, mapping(default_kind="VU"))
        runs.stage(work, run)
    second = drive(archive, archivist, first.id)
    assert (second.counts["rejected"], second.counts["registered"], second.rows) == (0, 1, 1)
    assert len(rows_of(archive, archivist, second)) == 1
    register(archive, archivist, second)


def test_a_list_checked_before_another_was_registered_is_judged_anew(
    archive: Archive, archivist: Actor
) -> None:
    rows = [row("P1", ANNA), row("P2")]
    checked = check(archive, archivist, a_list(rows), mapping())
    take_in(archive, archivist, rows)
    run = register(archive, archivist, checked)
    assert (run.counts["registered"], run.counts["unchanged"]) == (0, 2)


@pytest.mark.engines("postgresql")  # on SQLite nobody else writes during a batch
def test_a_scan_between_the_judging_and_the_registering_is_not_overwritten(
    archive: Archive, archivist: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(archive, archivist, [row("P1", ANNA)])
    checked = check(archive, archivist, a_list([row("P1", ANNA, room="M", box="7")]), mapping(site=CENTRAL))
    real, scanned = apply.RowBatch.judge, []

    def judge_then_scan(batch: apply.RowBatch, *said: object) -> object:
        verdicts = real(batch, *said)  # type: ignore[arg-type]
        if not scanned:
            scanned.append(True)
            with archive.write(archivist) as work:
                file = work.session.execute(select(CaseFile)).scalar_one()
                room = work.session.execute(select(Place).where(Place.kind == "room")).scalars().first()
                files.move(work, file, room, how=Evidence.SCAN)
        return verdicts

    monkeypatch.setattr(apply.RowBatch, "judge", judge_then_scan)
    run = register(archive, archivist, checked)
    assert (run.status, run.counts["moved"], run.counts["conflicts"]) == (ImportState.APPLIED, 0, 1)
    assert file_of(archive, archivist, "P1").placed_how is Evidence.SCAN
