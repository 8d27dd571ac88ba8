"""Another name under a number somebody has is a question, and one for each row however often it is read."""

import pytest
from sqlalchemy import select

from archive.files import lookup
from archive.imports import worklist
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, Person, Task
from archive.vocabulary import Protection, RowState, TaskAnswer, TaskKind
from tests.verbs.imports.taking_in import assert_proven, file_of, prepared, row, rows_of, take_in, tasks_of

ANNA, BERTIL = "195005050512", "199710182396"
KNOWN = row("KT-1", ANNA, "Ek, Bo")
OTHER_NAMES = ["Sten, Bo", "Ek-Holm, Bo", "Ek, Karin", "Sten, Karin"]
SAME_NAMES = ["EK, BO", "Bo, Ek", "Ék, B.", "Ek, Bo Karl", "Ek, "]


@pytest.fixture
def archive(archive: Archive) -> Archive:
    return prepared(archive)


def _names_asked(archive: Archive, actor: Actor) -> list[str]:
    fields = [task.facts["fields"] for task in tasks_of(archive, actor, TaskKind.FIELD_CONFLICT)]
    return [", ".join(one.get("name") or one["longer_name"]) for one in fields]


def _answer(archive: Archive, actor: Actor, task: Task, answer: TaskAnswer) -> None:
    with archive.write(actor) as work:
        worklist.settle(work, worklist.get(work, task.id), answer)


def _found(archive: Archive, actor: Actor, term: str) -> set[str]:
    with archive.read(actor) as work:
        return {file.reference for file in lookup.find(work, term).files}


@pytest.mark.parametrize("name", OTHER_NAMES)
def test_another_name_under_a_number_of_the_same_list_is_asked_about(
    archive: Archive, archivist: Actor, name: str
) -> None:
    run = take_in(archive, archivist, [KNOWN, row("KT-2", ANNA, name)])
    assert (run.counts["registered"], run.counts["conflicts"]) == (2, 1)
    assert _names_asked(archive, archivist) == [name]


@pytest.mark.parametrize("name", OTHER_NAMES)
def test_another_name_under_a_registered_number_is_asked_about_once_and_counted_by_the_check(
    archive: Archive, archivist: Actor, name: str
) -> None:
    take_in(archive, archivist, [KNOWN])
    run = take_in(archive, archivist, [row("KT-2", ANNA, name), row("KT-3", BERTIL, "Alm, Siv")])
    assert (run.counts["registered"], run.counts["conflicts"]) == (2, 1)
    assert _names_asked(archive, archivist) == [name]


@pytest.mark.parametrize("name", SAME_NAMES)
def test_a_name_written_otherwise_is_no_question(archive: Archive, archivist: Actor, name: str) -> None:
    rows = [KNOWN, row("KT-2", ANNA, name), row("KT-1", ANNA, name)]
    run = take_in(archive, archivist, rows)
    later = take_in(archive, archivist, rows[1:])
    assert [(one.counts["asked"], one.counts["conflicts"]) for one in (run, later)] == [(0, 0)] * 2
    assert tasks_of(archive, archivist) == []


@pytest.mark.parametrize("name", OTHER_NAMES)
@pytest.mark.parametrize("apart", [False, True], ids=["one list", "two lists"])
def test_the_same_file_under_another_name_is_a_question_and_no_repeat(
    archive: Archive, archivist: Actor, name: str, apart: bool
) -> None:
    rows = [KNOWN, row("KT-1", ANNA, name)]
    if apart:
        take_in(archive, archivist, rows[:1])
    run = take_in(archive, archivist, rows[1:] if apart else rows)
    assert (run.counts["asked"], run.counts["duplicates"], run.counts["changed"]) == (1, 0, 0)
    (task,) = tasks_of(archive, archivist)
    assert (task.kind, task.facts["fields"]["name"]) == (TaskKind.IDENTITY, name.split(", "))


@pytest.mark.parametrize("name", OTHER_NAMES)
@pytest.mark.parametrize("answer", [None, TaskAnswer.REGISTER_RIGHT, TaskAnswer.CORRECTED])
def test_a_row_asked_about_for_its_name_stays_that_one_question_when_read_again(
    archive: Archive, archivist: Actor, name: str, answer: TaskAnswer | None
) -> None:
    rows = [KNOWN, row("KT-2", ANNA, name)]
    take_in(archive, archivist, rows)
    (task,) = tasks_of(archive, archivist)
    if answer:
        _answer(archive, archivist, task, answer)
    again = take_in(archive, archivist, rows)
    assert (again.counts["unchanged"], again.counts["asked"]) == (2, 0)
    assert again.counts["conflicts"] == (0 if answer else 1)
    assert [one.id for one in tasks_of(archive, archivist)] == ([] if answer else [task.id])
    if not answer:
        _answer(archive, archivist, task, TaskAnswer.REGISTER_RIGHT)
    assert RowState.ASKED not in {one.state for one in rows_of(archive, archivist, again)}
    assert_proven(archive, archivist)


def test_a_longer_surname_is_taken_over_by_the_answer_and_both_names_find_the_files(
    archive: Archive, archivist: Actor
) -> None:
    rows = [KNOWN, row("KT-2", ANNA, "Ek-Holm, Bo")]
    take_in(archive, archivist, rows)
    assert _found(archive, archivist, "Holm") == {"KT-2"}
    (task,) = tasks_of(archive, archivist)
    _answer(archive, archivist, task, TaskAnswer.LIST_RIGHT)
    for term in ("Holm", "Ek, Bo", "Ek-Holm"):
        assert _found(archive, archivist, term) == {"KT-1", "KT-2"}
    again = take_in(archive, archivist, [*rows, row("KT-3", ANNA, "Ek, Bo")])
    assert (again.counts["unchanged"], again.counts["registered"], again.counts["conflicts"]) == (2, 1, 0)
    assert_proven(archive, archivist)


def test_a_wholly_different_name_is_taken_over_by_hand_alone(archive: Archive, archivist: Actor) -> None:
    take_in(archive, archivist, [KNOWN, row("KT-2", ANNA, "Sten, Bo"), row("KT-3", ANNA, "Ek-Holm, Bo")])
    with archive.read(archivist) as work:
        told = {
            "".join(task.facts["fields"]): worklist.answers(task) for task in tasks_of(archive, archivist)
        }
        assert (TaskAnswer.LIST_RIGHT in told["name"], TaskAnswer.LIST_RIGHT in told["longer_name"]) == (
            False,
            True,
        )
        assert work.session.execute(select(Person.family_name)).scalars().all() == ["Ek"]


def test_a_number_that_is_somebody_elses_moves_no_file_to_a_namesake(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [KNOWN, row("KT-2", "", "Ek, Karin")])
    run = take_in(archive, archivist, [row("KT-2", ANNA, "Ek, Karin")])
    assert run.counts["conflicts"] == 1
    (task,) = tasks_of(archive, archivist)
    assert task.facts["fields"] == {"number": ANNA}
    assert _found(archive, archivist, "Karin") == {"KT-2"}
    assert file_of(archive, archivist, "KT-2").version == 1


def test_the_first_name_the_list_has_for_a_number_is_the_one_registered_in_any_batch(
    archive: Archive, archivist: Actor
) -> None:
    rows = [
        row("KT-1", BERTIL, "Alm, Siv"),
        row("KT-1", ANNA, "Alm, Bo"),
        row("KT-2", ANNA, "Sten, Bo"),
        row("KT-3", ANNA, "Sten, Bo"),
    ]
    run = take_in(archive, archivist, rows)
    assert run.counts["conflicts"] == 2
    assert _names_asked(archive, archivist) == ["Sten, Bo"] * 2


@pytest.mark.parametrize("reference", ["KT-2", "KT-1"], ids=["a name in question", "a row in question"])
def test_a_file_is_found_by_the_name_that_is_asked_about_until_that_is_settled(
    archive: Archive, archivist: Actor, reference: str
) -> None:
    take_in(archive, archivist, [KNOWN, row(reference, ANNA, "Sten, Siv")])
    for term in ("Sten", "siv st"):
        assert _found(archive, archivist, term) == {reference}
    assert _found(archive, archivist, "Sten, Bo") == set()
    assert _found(archive, archivist, "Ek, Bo") == {"KT-1", reference}
    (task,) = tasks_of(archive, archivist)
    wrong = TaskAnswer.REGISTER_RIGHT if reference == "KT-2" else TaskAnswer.ROW_WRONG
    _answer(archive, archivist, task, wrong)
    assert _found(archive, archivist, "Sten") == set()


def test_a_file_is_not_found_by_the_name_asked_about_of_a_row_its_list_marks_as_protected(
    archive: Archive, archivist: Actor
) -> None:
    other = row("KT-3", ANNA, "Alm, Siv")
    take_in(archive, archivist, [KNOWN, row("KT-2", ANNA, "Sten, Bo (SEKRETESSMARKERAD)"), other])
    assert _found(archive, archivist, "Sten") == set()
    with archive.write(archivist) as work:
        for file in work.session.scalars(select(CaseFile)):
            file.protected = False  # as if it were lifted: the list's mark holds by itself while one asks
    assert _found(archive, archivist, "Sten") == set()
    assert _found(archive, archivist, "Alm") == {"KT-3"}  # whose row bears no mark


@pytest.mark.engines("sqlite")
def test_files_found_by_a_name_in_question_come_after_those_who_have_it_page_by_page(
    archive: Archive, archivist: Actor
) -> None:
    asked = [row(f"KT-{number}", ANNA, "Sten, Bo") for number in range(2, 7)]
    take_in(archive, archivist, [KNOWN, row("KT-9", BERTIL, "Sten, Siv"), *asked])
    pages, mark = [], None
    while not pages or mark:
        with archive.read(archivist) as work:
            hits = lookup.find(work, "sten", after=mark, limit=2)
        pages.append([file.reference for file in hits.files])
        mark = hits.next
    assert pages == [["KT-9", "KT-2"], ["KT-3", "KT-4"], ["KT-5", "KT-6"]]


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("level", [Protection.NONE, Protection.MARKED])
def test_a_name_in_question_that_its_list_marks_finds_nothing(
    archive: Archive, archivist: Actor, level: Protection
) -> None:
    take_in(archive, archivist, [row("KT-1", ANNA, "Ek, Bo", kind="VU")])
    take_in(archive, archivist, [row("KT-1", BERTIL, "Sten, Siv")], unstated_protection=level)
    assert _found(archive, archivist, "Sten") == ({"KT-1"} if level is Protection.NONE else set())


@pytest.mark.parametrize("term", ["Ek Bo", "Ekholm", "Holm"])
def test_a_file_asked_about_comes_once_over_all_pages(archive: Archive, archivist: Actor, term: str) -> None:
    take_in(archive, archivist, [KNOWN])
    take_in(archive, archivist, [row("KT-2", ANNA, "Ek-Holm, Bo"), row("KT-3", BERTIL, "Ekholm, Siv")])
    with archive.read(archivist) as work:
        hits = lookup.find(work, term, limit=1)
        seen = [file.reference for file in hits.files]
        while hits.next:
            hits = lookup.find(work, term, after=hits.next, limit=1)
            seen += [file.reference for file in hits.files]
    expected = {"Ek Bo": ["KT-1", "KT-2"], "Ekholm": ["KT-2", "KT-3"], "Holm": ["KT-2"]}
    assert sorted(seen) == expected[term]
