"""Questions about rows in the browser: shown, answered, refused; duplicates seen and fetched."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from archive.codes import codes
from archive.files import files
from archive.imports import runs, worklist
from archive.kernel.store import Actor, Archive
from archive.people import people
from archive.vocabulary import Protection, Role, TaskAnswer, TaskKind
from tests.verbs.imports.taking_in import file_of, prepared, row, take_in, tasks_of, withdraw

SignIn = Callable[[Role], FlaskClient]
ANNA, BERTIL, CECILIA = "195005050512", "199710182396", "198511222383"
FIRST = row("5201", ANNA, "Åkesson, Ture")
STRANGER = row("5201", BERTIL, "Çelik, Åsa", kind="VU", closed="2003-11-15")


@pytest.fixture
def archive(archive: Archive) -> Archive:
    return prepared(archive)


def _all_kinds(archive: Archive, actor: Actor) -> None:
    """Leave a question of every kind on the worklist, and a row that was not registered."""
    take_in(archive, actor, [FIRST, STRANGER, row("P000123", CECILIA), row("P0001233", CECILIA)])
    take_in(archive, actor, [FIRST], site="Lillgatan 2")
    take_in(archive, actor, [row("P2", CECILIA, parts="3"), row("P3", part="3", parts="2")])
    take_in(archive, actor, [row("P2", CECILIA, parts="2")])
    wrong = take_in(archive, actor, [row("P4", CECILIA)])
    with archive.write(actor) as work:
        codes.print_labels(work, [files.get(work, file_of(archive, actor, "P4").id)], "x")
    withdraw(archive, actor, wrong)


ANSWERS = ("", "none", "withdrawn", "\x00", "a" * 4000, *(answer.value for answer in TaskAnswer))


def test_no_answer_to_any_question_with_or_without_a_filter_is_an_error_of_ours(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    _all_kinds(archive, archivist)
    client = sign_in(Role.ARCHIVIST)
    asked = {task.kind for task in tasks_of(archive, archivist)}
    assert asked == set(worklist.KINDS)
    for kind in worklist.KINDS:
        for run in ("", "1", "999", "x", "-1", "9" * 30):
            for answer in ANSWERS:
                (task, *_more) = tasks_of(archive, archivist, kind) or [None]
                if task is None:
                    break
                form = {"kind": kind.value, "run": run, "after": "9" * 30, "answer": answer}
                told = client.post(f"/tasks/{task.id}", data=form)
                assert told.status_code in (303, 404, 409, 422), (kind, run, answer, told.status_code)
                many = client.post("/tasks/alike", data=form | {"answer": ANSWERS[ANSWERS.index(answer) % 4]})
                assert many.status_code in (303, 422), (kind, run, answer)


def test_a_refused_answer_keeps_the_filter_and_says_what_to_do(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    _all_kinds(archive, archivist)
    client = sign_in(Role.ARCHIVIST)
    for task in tasks_of(archive, archivist):
        form = {"kind": task.kind.value, "run": str(task.run_id)}
        refused = client.post(f"/tasks/{task.id}", data=form)
        assert refused.status_code == 422
        assert "Välj ett av svaren" in refused.text
        assert "Bara från listan" in refused.text
        assert f'id="answer-{task.id}"' in refused.text


def test_rows_settled_with_nothing_chosen_keep_the_filter(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    _all_kinds(archive, archivist)
    client = sign_in(Role.ARCHIVIST)
    for form in (
        {},
        {"answer": "not_a_file"},
        {"row": "9" * 30},
        {"row": "x"},
        {"which": "all", "problem": "?"},
    ):
        for run in ("", "3", "999", "x", "9" * 30):
            told = client.post("/tasks/rows", data={"run": run, **form})
            assert told.status_code == 422, (form, run)
    filtered = client.post("/tasks/rows", data={"run": "3", "problem": "part_beyond_parts"}).text
    assert "Bara från listan" in filtered
    assert 'href="/tasks/rows?problem=part_beyond_parts"' in filtered


def test_a_question_shows_the_row_what_differs_and_takes_an_answer(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [FIRST, STRANGER])
    client = sign_in(Role.ARCHIVIST)
    page = client.get("/tasks/?kind=identity&run=1").text
    for words in ("Rad 3 i listan har samma aktnummer som rad 2", "Çelik", "2003-11-15", "olika akter"):
        assert words in page, words
    (task,) = tasks_of(archive, archivist)
    client.post(f"/tasks/{task.id}", data={"answer": "different", "run": "1", "kind": "identity"})
    assert file_of(archive, archivist, "5201 [2]").import_id == 1


def test_a_row_about_somebody_protected_is_shown_to_those_cleared_alone(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [FIRST])
    take_in(archive, archivist, [STRANGER], unstated_protection=Protection.MARKED)
    page = sign_in(Role.ARCHIVIST).get("/tasks/?kind=identity").text
    said = ("Rad 2 i listan", "Çelik", BERTIL, "2003-11-15")
    assert not [one for one in said if one in page]
    page = sign_in(Role.SEALED_KEEPER).get("/tasks/?kind=identity").text
    assert [one for one in said if one in page] == list(said)


def test_duplicates_are_seen_from_the_count_and_fetched_as_a_file(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [FIRST, row("P7", BERTIL), FIRST])
    client = sign_in(Role.ARCHIVIST)
    assert 'href="/imports/1/repeated"' in client.get("/imports/1").text
    page = client.get("/imports/1/repeated").text
    assert "Samma akt står redan på rad 2" in page
    assert "Åkesson" in page
    fetched = client.get("/imports/1/repeated/file").data.decode()
    assert "5201" in fetched
    assert "P7" not in fetched


def test_duplicates_of_the_protected_are_masked(sign_in: SignIn, archive: Archive, archivist: Actor) -> None:
    take_in(archive, archivist, [FIRST, FIRST], unstated_protection=Protection.MARKED)
    client = sign_in(Role.ARCHIVIST)
    for page in ("/imports/1/repeated", "/imports/1/repeated/file"):
        text = client.get(page).data.decode()
        assert "Samma akt står redan på rad 2" in text
        assert ANNA not in text
        assert "Åkesson" not in text


@pytest.mark.parametrize("box", ["1", "77"], ids=["of the register", "of the list alone"])
def test_whoever_may_create_no_places_is_offered_no_answer_that_needs_one(
    sign_in: SignIn, archive: Archive, archivist: Actor, box: str
) -> None:
    take_in(archive, archivist, [FIRST, row("5201", BERTIL, "Çelik, Åsa", kind="VU", box=box)])
    (task,) = tasks_of(archive, archivist)
    client = sign_in(Role.ASSISTANT)
    shown = client.get("/tasks/").text
    offered = f'value="{TaskAnswer.DIFFERENT.value}"' in shown
    assert (offered, "Be arkivarien skapa den" in shown) == (box == "1", box == "77")
    assert f'value="{TaskAnswer.SAME.value}"' in shown
    told = client.post(f"/tasks/{task.id}", data={"kind": task.kind.value, "answer": "different"})
    assert told.status_code == (303 if box == "1" else 409)


def test_duplicates_of_a_file_protected_since_are_masked(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [FIRST, FIRST])
    client = sign_in(Role.ARCHIVIST)
    pages = ("/imports/1/repeated", "/imports/1/repeated/file")
    assert all(ANNA in client.get(page).data.decode() for page in pages)
    with archive.write(archivist) as work:
        (person,) = people.with_number(work, ANNA)
        people.protect(work, person, Protection.MARKED, "beslut")
    for page in pages:
        text = client.get(page).data.decode()
        assert ANNA not in text
        assert "Åkesson" not in text


def _shown(page: str, label: str) -> int:
    """Return a number of the report."""
    pattern = rf'figure__value">(\d+)</span>\s*<[^>]*>{label}<|<li>(\d+) {label}</li>'
    (found,) = re.findall(pattern, page)
    return int("".join(found))


@pytest.mark.parametrize("last", [TaskAnswer.SAME, TaskAnswer.ROW_WRONG])
def test_the_counts_of_a_list_follow_what_is_answered(
    sign_in: SignIn, archive: Archive, archivist: Actor, last: TaskAnswer
) -> None:
    take_in(archive, archivist, [FIRST, STRANGER, row("5201", CECILIA, "Sten, Kim", closed="2001-01-01")])
    client = sign_in(Role.ARCHIVIST)
    first, second = tasks_of(archive, archivist, TaskKind.IDENTITY)

    def counted() -> tuple[int, ...]:
        page = client.get("/imports/1").text
        return tuple(_shown(page, label) for label in ("att avgöra", "registrerade", "registrerade akter"))

    assert counted() == (2, 1, 1)
    client.post(f"/tasks/{first.id}", data={"answer": TaskAnswer.DIFFERENT.value})
    assert counted() == (1, 2, 2)
    client.post(f"/tasks/{second.id}", data={"answer": last.value})
    waits = len(tasks_of(archive, archivist))  # the same file may be asked about further
    assert counted() == (waits, 2, 2)
    with archive.read(archivist) as work:
        counts = runs.report(runs.get(work, 1))
    assert (counts.rows, counts.asked) == (3, 0)


def test_the_counts_of_another_reading_of_the_list_follow_too(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    for _time in range(2):
        take_in(archive, archivist, [FIRST, STRANGER])
    client = sign_in(Role.ARCHIVIST)
    first, *_others = tasks_of(archive, archivist, TaskKind.IDENTITY)
    client.post(f"/tasks/{first.id}", data={"answer": TaskAnswer.DIFFERENT.value})
    with archive.read(archivist) as work:
        told = [runs.report(runs.get(work, run_id)) for run_id in (1, 2)]
    assert [(one.registered, one.unchanged, one.asked) for one in told] == [(2, 0, 0), (0, 2, 0)]
