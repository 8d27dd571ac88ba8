"""Near-duplicates are found by names, numbers and dates, each with its reason, and asked about once."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from archive.cli import main
from archive.files import likeness
from archive.imports import worklist
from archive.imports.rows.near import BY
from archive.kernel.config import Settings
from archive.kernel.store import Actor, Archive
from archive.models import ImportRun, Task
from archive.vocabulary import Likeness, Protection, Role, TaskAnswer, TaskKind
from archive.vocabulary.wording import speaking
from tests.bench.near_figures import FALSE, FOUND, attempt
from tests.bench.near_set import COLUMNS, Row, mapping, sample
from tests.verbs.imports.taking_in import OLD, a_list, check, prepared, register, tasks_of, withdraw

ANNA = Row("2009/12345", "199006022397", "", "Åkerlund", "Anna", "EB", "2009-03-04", "2011-10-07")
NAMESAKE = "samma namn och datum, personnummer saknas i den ena, aktnumret är ett annat"
DIGIT = "aktnumret skiljer en siffra"
AGAIN = Row("P777", "", "", "Åkerlund", "Anna", "EB", "2009-03-04", "2011-10-07")


def run(settings: Settings, *words: str) -> Result:
    """Run the command on the test's archive."""
    environment = {
        "AKTSPAR_DATABASE_URL": settings.database_url,
        "AKTSPAR_MAC_KEY": settings.mac_key.hex(),
        "AKTSPAR_SECRET_KEY": settings.secret_key,
    }
    return CliRunner().invoke(main, ["--language", "sv", "near", *words], env=environment)


@pytest.fixture(autouse=True)
def _prepared(archive: Archive) -> None:
    prepared(archive)


def _take_in(archive: Archive, actor: Actor, *rows: Row, **said: object) -> ImportRun:
    cells = a_list([row.cells(1) for row in rows], tuple(COLUMNS))
    checked = check(archive, actor, cells, mapping(OLD, **said))
    run = register(archive, actor, checked)
    assert run.counts == checked.counts, "the check told what came of it"
    return run


def _asked(archive: Archive, actor: Actor) -> list[Task]:
    return tasks_of(archive, actor, TaskKind.NEAR_DUPLICATE)


@pytest.mark.engines("sqlite")
def test_nine_of_ten_planted_ones_are_found_and_one_in_a_hundred_others_doubted_at_most(
    archive: Archive, archivist: Actor
) -> None:
    tried = attempt(archive, archivist, sample(persons=350, each=3))
    assert tried.found >= FOUND, [one for one in tried.planted if one.asked < one.of]
    assert tried.doubted <= FALSE, [one for one in tried.innocent if one.asked]


def test_it_is_asked_with_its_reason_whether_the_list_or_the_register_has_the_other(
    archive: Archive, archivist: Actor
) -> None:
    other = Row("P778", "199006022397", "", "Akerlund", "Ana", "EB", "2009-03-04", "2011-10-07")
    run = _take_in(archive, archivist, ANNA, AGAIN)
    assert run.counts["near"] == 1, "within the list"
    _take_in(archive, archivist, other)
    with speaking("sv"):
        assert [likeness.tell(task.facts[BY]) for task in _asked(archive, archivist)] == [
            NAMESAKE,
            "samma personnummer och datum, namnet är stavat på annat sätt, aktnumret är ett annat",
            "samma datum, personnummer saknas i den ena, namnet är stavat på annat sätt, " + DIGIT,
        ]


def test_a_near_duplicate_stops_no_row(archive: Archive, archivist: Actor) -> None:
    _take_in(archive, archivist, ANNA)
    run = _take_in(archive, archivist, AGAIN)
    assert (run.counts["registered"], run.counts["asked"], run.counts["rejected"]) == (1, 0, 0)


def test_what_somebody_said_is_another_file_is_not_asked_about_again(
    archive: Archive, archivist: Actor
) -> None:
    _take_in(archive, archivist, ANNA)
    _take_in(archive, archivist, AGAIN)
    (task,) = _asked(archive, archivist)
    with archive.write(archivist) as work:
        worklist.settle(work, worklist.get(work, task.id), TaskAnswer.DIFFERENT)
    for rows in ((AGAIN,), (ANNA, AGAIN), (AGAIN, ANNA)):
        assert _take_in(archive, archivist, *rows).counts["near"] == 0
    assert _asked(archive, archivist) == []


def test_what_a_withdrawn_list_asked_is_asked_anew(archive: Archive, archivist: Actor) -> None:
    _take_in(archive, archivist, ANNA)
    withdraw(archive, archivist, _take_in(archive, archivist, AGAIN))
    assert _asked(archive, archivist) == []
    assert _take_in(archive, archivist, AGAIN).counts["near"] == 1


@pytest.mark.parametrize("protected", [False, True], ids=["open", "protected"])
def test_a_file_nearly_a_protected_persons_is_answered_as_one_like_nobodys(
    archive: Archive, archivist: Actor, as_role: Callable[[Role], Actor], protected: bool
) -> None:
    level = Protection.UNKNOWN if protected else Protection.NONE
    _take_in(archive, archivist, ANNA, unstated_protection=level)
    run = _take_in(archive, archivist, AGAIN)
    stranger = Row("P779", "", "", "Annan", "Bo", "EB", "2009-03-04", "2011-10-07")
    nobody = _take_in(archive, archivist, stranger)
    assert (run.counts == nobody.counts) is protected
    assert bool(_asked(archive, archivist)) is not protected


def test_the_command_lists_pairs_with_their_reason_and_settles_them(
    archive: Archive, archivist: Actor, settings: Settings
) -> None:
    _take_in(archive, archivist, ANNA, AGAIN)
    (task,) = _asked(archive, archivist)
    (pair,) = json.loads(run(settings, "list", "--json").stdout)
    assert pair["says"] == NAMESAKE
    assert [file["reference"] for file in pair["files"]] == [AGAIN.reference, ANNA.reference]
    assert run(settings, "list").stdout.rstrip().endswith(f"{ANNA.reference}\t{NAMESAKE}")
    assert run(settings, "settle", str(task.id), "different").exit_code == 0
    assert run(settings, "list").stdout == ""
    assert _take_in(archive, archivist, AGAIN).counts["near"] == 0


def test_what_is_nearly_alike_is_kept_by_words_that_are_known() -> None:
    assert likeness.tell(["no such word"]) == ""
    assert [Likeness.read(one.value) for one in Likeness] == list(Likeness)
