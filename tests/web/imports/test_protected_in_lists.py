"""Nobody learns from a list they read in whom the register protects: masks follow the list's own words."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import unified_diff
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook
from sqlalchemy import select
from sqlmodel import col

from archive.accounts import users
from archive.cli import main
from archive.imports.driver import work_off
from archive.kernel.store import Archive, operator
from archive.models import CaseFile, Event, ImportRow, Message, Task
from archive.people import people
from archive.places import places
from archive.vocabulary import PlaceKind, Protection, Role, RowState, TaskKind
from tests.builders import PASSWORD, SetClock, user_in_role
from tests.databases import SqliteDatabases
from tests.verbs.imports.taking_in import HEADER, OLD, a_list, assert_proven, prepared, row, take_in
from tests.web.imports.test_imports import columns
from tests.web.worlds import opener, plain

pytestmark = pytest.mark.engines("sqlite")  # the answers of pages; what the verbs do is tried on both engines

TRIED, OTHER, OPEN = "199006022397", "199710182396", "195005050512"
SHORT = f"{TRIED[2:8]}-{TRIED[8:]}"
WRONG = TRIED[:-1] + "0"  # its check digit is a slip
HIDDEN = "Borgström, Hanna"

FISHING = [
    row("P1", TRIED, "Påhittad, Karin"),
    row("P1", TRIED, "Påhittad, Karin", closed="2003"),  # the same file, said with less
    row("P1", TRIED, "Påhittad, Karin"),  # word for word
    row("P1", "", "Påhittad, Karin", room="2"),  # in question
    row("P3", TRIED, HIDDEN),
    row("P22", TRIED, HIDDEN),  # nearly the reference of the masked file
    row("", TRIED, HIDDEN),
    row("P5", TRIED, ""),
    row("P6", WRONG, HIDDEN),
    row("P7", SHORT, "Påhittad, Karin", closed="någon gång"),
    row("P8", TRIED, "Påhittad, Karin", kind="?!"),
    row("P9", "", f"Påhittad, Karin {SHORT}", kind="?!"),
    row("P2", TRIED, HIDDEN),  # the reference of the masked file
    row("P2", TRIED, "Påhittad, Karin"),
    row("P2", TRIED, HIDDEN, closed="2003"),
    row("P10", OPEN, "Öppen, Olle", kind="?!"),
    row("P11", OPEN, "Öppen, Olle", closed="någon gång"),
    row("P12", TRIED, HIDDEN, room="9"),  # a closed room
]

# Nameless rows and those with the right name are about the protected person, whose files are masked.
WRONGLY_NAMED = [one for one in FISHING if one[4] not in ("", "Borgström") and one[0] != "P2"]


@dataclass
class World:
    """An archive in which the number tried is nobody's, or a protected person's."""

    archive: Archive
    client: FlaskClient
    masked: int
    said: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> str:
        """Return the answer of a page and keep it, with what is drawn made alike."""
        answer = self.client.get(path)
        self.said[path] = f"{answer.status_code}\n{plain(self.archive, answer.data)}"
        return self.said[path]

    def post(self, path: str, **data: Any) -> None:
        """Send a form and keep the answer."""
        answer = self.client.post(path, data=data)
        assert answer.status_code < 400, answer.text
        self.said[f"{path} {data.get('go')}"] = f"{answer.status_code}\n{plain(self.archive, answer.data)}"

    def upload(self, content: bytes, name: str = "lista.csv") -> None:
        """Send a list, the second of this archive."""
        form = {"list": (BytesIO(content), name)}
        sent = self.client.post("/imports/", data=form, content_type="multipart/form-data")
        assert sent.location == "/imports/2"

    def events(self, like: str) -> list[dict[str, Any]]:
        """Return the bodies of events whose kind is like a pattern, oldest first."""
        with self.archive.read(operator("tests")) as work:
            found = select(col(Event.body)).where(col(Event.kind).like(like)).order_by(col(Event.id))
            return [json.loads(body) for body in work.session.scalars(found)]


@pytest.fixture
def world(
    sqlite_databases: SqliteDatabases, tmp_path: Path, clock: SetClock, app: Flask
) -> Callable[..., Any]:
    """Give worlds that differ in one thing: whose number the number tried is."""
    opened = opener(sqlite_databases, tmp_path, clock, app)

    @contextmanager
    def made(number: str, roles: tuple[Role, ...] = (Role.ARCHIVIST,)) -> Iterator[World]:
        with opened() as archive:
            yield _filled(archive, app, number, roles)

    return made


def _filled(archive: Archive, app: Flask, number: str, roles: tuple[Role, ...]) -> World:
    prepared(archive)
    archivist = user_in_role(archive, Role.ARCHIVIST)
    user_in_role(archive, Role.SEALED_KEEPER)
    take_in(archive, archivist, [row("P2", number, HIDDEN)], unstated_protection=Protection.MARKED)
    with archive.write(archivist) as work:
        site = next(one for one in places.roots(work) if one.name == OLD)
        places.close(work, places.create(work, site, PlaceKind.ROOM, "9"))
        masked = people.with_number(work, number)[0].id
    with archive.write(operator("tests")) as work:
        users.set_roles(work, users.user(work, archivist.user_id or 0), roles)
    client = app.test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    login = {"login": Role.ARCHIVIST.value, "password": PASSWORD}
    assert client.post("/sign-in", data=login).status_code == 303
    return World(archive, client, masked)


def _a_workbook() -> bytes:
    book, out = Workbook(), BytesIO()
    for line in (HEADER, *FISHING):
        book.active.append(line)
    book.save(out)
    return out.getvalue()


def _pages(world: World) -> None:
    """Look at everything that is shown of the list, as a page and as a file."""
    for path in (
        *("", "?view=columns", "/flagged", "/flagged/csv", "/repeated", "/repeated/file", "/in-question"),
        *("/rejects", "/rejects/protected", "/progress"),
    ):
        world.get(f"/imports/2{path}")
    with world.archive.read(operator("tests")) as work:
        refused = work.session.scalars(
            select(col(ImportRow.id)).where(
                col(ImportRow.run_id) == 2, col(ImportRow.state) == RowState.REJECTED
            )
        ).all()
    for path in (
        "",
        "tasks/",
        "tasks/?run=2",
        "tasks/?run=2&kind=identity",
        "tasks/rows",
        "tasks/rows?run=2",
    ):
        world.get(f"/{path}")
    for row_id in refused:
        world.get(f"/files/new?row={row_id}")
    world.get("/imports/")


def check(world: World, content: bytes = a_list(FISHING), name: str = "lista.csv") -> None:
    """Read a list in and have it checked, looking at everything on the way; then discard it."""
    world.upload(content, name)
    world.get("/imports/2")
    world.post("/imports/2/columns", **columns(unstated_protection="none", go="look"))
    world.get("/imports/2")
    world.post("/imports/2/columns", **columns(unstated_protection="none"))
    work_off(world.archive)
    _pages(world)
    world.post("/imports/2/discard")
    work_off(world.archive)
    world.get("/imports/2")


def check_a_workbook(world: World) -> None:
    check(world, _a_workbook(), "lista.xlsx")


def register(world: World, *rows: tuple[str, ...]) -> None:
    """Have a list registered that names other persons than the register, and look at all it becomes."""
    world.upload(a_list(rows or WRONGLY_NAMED))
    world.post("/imports/2/columns", **columns(unstated_protection="none"))
    work_off(world.archive)
    world.post("/imports/2/apply")
    work_off(world.archive)
    _pages(world)
    with world.archive.read(operator("tests")) as work:
        found = work.session.execute(select(col(CaseFile.reference), col(CaseFile.code))).all()
    for reference, code in found:
        world.said[f"file {reference}"] = world.get(f"/files/{code}")
        world.said[f"history {reference}"] = world.get(f"/files/{code}/history")
        del world.said[f"/files/{code}"], world.said[f"/files/{code}/history"]
    for term in (TRIED, "Påhittad", "P1"):
        said = world.client.post("/find", data={"term": term})
        world.said[f"find {term}"] = plain(world.archive, said.data)


CHECKS = [check, check_a_workbook]


def _differences(expected: World, answered: World) -> dict[str, list[str]]:
    assert list(expected.said) == list(answered.said)
    assert not [path for path, said in expected.said.items() if said.startswith("5")]
    return _lines(expected.said, answered.said)


def _lines(expected: dict[str, str], answered: dict[str, str]) -> dict[str, list[str]]:
    found = {}
    for path, said in expected.items():
        lines = unified_diff(said.splitlines(), answered[path].splitlines(), n=0, lineterm="")
        if differs := [line for line in lines if not line.startswith(("---", "+++", "@@"))]:
            found[path] = differs
    return found


@pytest.mark.parametrize("probe", CHECKS)
def test_a_list_is_answered_alike_whether_its_number_is_protected_or_nobodys(
    world: Callable[..., Any], probe: Callable[[World], None]
) -> None:
    with world(OTHER) as unknown:
        probe(unknown)
    with world(TRIED) as known:
        probe(known)
    assert _differences(unknown, known) == {}
    assert any("Påhittad" in said for said in known.said.values())


def test_a_registered_list_is_counted_alike_and_opens_no_file_under_a_protected_number(
    world: Callable[..., Any],
) -> None:
    with world(OTHER) as unknown:
        register(unknown)
    with world(TRIED) as known:
        register(known)
    differs = _differences(unknown, known)
    assert not differs.keys() & {"/imports/2", "/imports/", "/imports/2/rejects", "/tasks/rows?run=2", "/"}
    named = {path for path, said in known.said.items() if path.startswith("file ") and "Påhittad" in said}
    open_ = {path for path, said in unknown.said.items() if path.startswith("file ") and "Påhittad" in said}
    assert (named, open_) == (set(), {"file P1", "file P7"})
    assert "Påhittad" not in known.said["find Påhittad"].replace('value="Påhittad"', "")
    assert "P1" in unknown.said["find Påhittad"]
    assert "P1" not in known.said["find Påhittad"]


@pytest.mark.parametrize("probe", [*CHECKS, register])
def test_who_is_cleared_for_sealed_files_learns_of_the_protected_rows(
    world: Callable[..., Any], probe: Callable[[World], None]
) -> None:
    cleared = (Role.ARCHIVIST, Role.SEALED_KEEPER)
    with world(OTHER, cleared) as unknown:
        probe(unknown)
    with world(TRIED, cleared) as known:
        probe(known)
    assert "/imports/2/rejects/protected" in _differences(unknown, known)


@pytest.mark.parametrize("dry", [True, False], ids=["dry run", "real"])
def test_a_dry_run_of_the_command_line_tells_nothing_of_the_register_and_a_real_one_records_whom_it_told_of(
    world: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dry: bool
) -> None:
    answers, looks = [], []
    path = tmp_path / "lista.csv"
    path.write_bytes(a_list([*FISHING, row("P30", OPEN, "Öppen, Olle", kind="?!", sign="sekr")]))
    for number in (OTHER, TRIED):
        with world(number) as one:
            settings = one.archive.settings
            for name, value in {
                "DATABASE_URL": settings.database_url,
                "MAC_KEY": settings.mac_key.hex(),
                "SECRET_KEY": settings.secret_key,
            }.items():
                monkeypatch.setenv(f"AKTSPAR_{name}", value)
            said = ["import", str(path), "--source", "PROVA", "--site", OLD, "--protection", "none", "--json"]
            files = [tmp_path / "rejects.csv", tmp_path / "duplicates.csv", tmp_path / "protected.csv"]
            names = ("--rejects", "--duplicates", "--rejects-protected")
            out = [word for pair in zip(names, map(str, files), strict=True) for word in pair]
            told = CliRunner().invoke(main, [*said, *(["--dry-run"] if dry else []), *out])
            assert told.exit_code == 0, told.output
            answers.append([told.stdout, *(file.read_bytes() for file in files)])
            of_file = [
                body for body in one.events("look.list") if body["facts"]["list"] == "rejects_protected"
            ]
            looks.append(any(f"person:{one.masked}" in body.get("subjects", ()) for body in of_file))
    (*expected, unprotected), (*answered, protected) = answers
    assert TRIED in expected[1].decode()
    assert "P30" in unprotected.decode()  # what the list marks
    if dry:
        assert (answered, protected) == (expected, unprotected)
    assert (TRIED in protected.decode(), *looks) == (not dry, False, not dry)


def test_an_assistant_is_shown_refused_rows_alike_whether_a_number_is_protected_or_nobodys(
    world: Callable[..., Any],
) -> None:
    said = []
    for number in (OTHER, TRIED):
        with world(number) as one:
            register(one)
            with one.archive.write(operator("tests")) as work:
                archivist = users.user_named(work, Role.ARCHIVIST.value)
                users.set_roles(work, archivist, (Role.ASSISTANT,))
            one.said.clear()
            _pages(one)
            said.append(one)
    assert "/tasks/rows" not in _differences(*said)
    assert TRIED in said[1].said["/tasks/rows"]


def test_a_check_leaves_a_look_that_names_the_protected_also_when_the_list_is_discarded(
    world: Callable[..., Any],
) -> None:
    seen = []
    for number in (OTHER, TRIED):
        with world(number) as one:
            check(one)
            looks = one.events("look.list")
            seen.append([body["facts"] for body in looks])
            named = {
                body["facts"]["list"] for body in looks if f"person:{one.masked}" in body.get("subjects", ())
            }
            assert (number == TRIED) == (
                {"import", "checked_list", "rejects", "flagged_rows", "flagged_rows_csv", "left_out_rows"}
                <= named
            )
    assert seen[0] == seen[1]


def test_the_look_of_a_check_stands_in_the_stream_of_who_ordered_it(world: Callable[..., Any]) -> None:
    with world(TRIED) as known:
        check(known)
        with known.archive.read(operator("tests")) as work:
            streams = work.session.scalars(
                select(col(Event.stream)).where(col(Event.body).contains('"checked_list"'))
            ).all()
        archivist = user_in_role(known.archive, Role.ARCHIVIST)
        assert set(streams) == {f"user:{archivist.user_id}"}
        assert_proven(known.archive, archivist)


def _asked(world: World) -> list[Task]:
    with world.archive.read(operator("tests")) as work:
        return list(work.session.scalars(select(Task).where(col(Task.kind) == TaskKind.SAME_PERSON)))


@pytest.mark.parametrize("number", [OTHER, TRIED])
def test_a_row_with_another_name_than_a_protected_number_has_is_masked_and_asked_about(
    world: Callable[..., Any], number: str
) -> None:
    with world(number) as one:
        register(one, row("P1", TRIED, "Påhittad, Karin"))
        assert ("Påhittad" in one.said["file P1"]) is (number == OTHER)
        asked = _asked(one)
        assert [task.facts["protected"] for task in asked] == ([one.masked] if number == TRIED else [])
        with one.archive.read(operator("tests")) as work:
            keeper = users.user_named(work, Role.SEALED_KEEPER.value).id
            assert set(work.session.scalars(select(col(Message.user_id)))) <= {keeper}
            file = work.session.scalars(select(CaseFile).where(col(CaseFile.reference) == "P1")).one()
            assert file.protected is (number == TRIED)


def test_a_row_with_the_name_a_protected_number_has_is_about_that_person_and_masked_at_once(
    world: Callable[..., Any],
) -> None:
    with world(TRIED) as known:
        register(known, row("P1", TRIED, HIDDEN))
        assert "Borgström" not in known.said["file P1"]
        assert _asked(known) == []
        named = [body for body in known.events("look.list") if body["facts"]["list"] == "checked_list"]
        assert f"person:{known.masked}" in named[-1]["subjects"]


def test_a_number_claimed_for_somebody_open_is_kept_and_asked_about_when_it_is_a_protected_persons(
    world: Callable[..., Any],
) -> None:
    said = []
    for number in (OTHER, TRIED):
        with world(number) as one:
            archivist = user_in_role(one.archive, Role.ARCHIVIST)
            with one.archive.write(operator("tests")) as work:
                work.session.flush()
            register(one, row("P1", "", "Påhittad, Karin"))
            assert not _asked(one)
            one.client.post("/sign-out")
            again = take_in(one.archive, archivist, [row("P1", TRIED, "Påhittad, Karin")])
            with one.archive.read(operator("tests")) as work:
                claimed = [person.family_name for person in people.with_number(work, TRIED)]
            said.append((again.counts, "Påhittad" in claimed))
            assert len(_asked(one)) == (number == TRIED)
    assert said[0] == said[1]
    assert said[0][1]


_RIGHT = row("P2", TRIED, HIDDEN)
_ABOUT_MASKED = {
    "right": _RIGHT,
    "another shelf": row("P2", TRIED, HIDDEN, box="2"),
    "a shelf nobody has": row("P2", TRIED, HIDDEN, room="77"),
    "another day": row("P2", TRIED, HIDDEN, closed="2004-05-06"),
    "another kind": row("P2", TRIED, HIDDEN, kind="VU"),
    "name alone": row("P2", "", HIDDEN),
    "another person": row("P2", OPEN, "Påhittad, Karin"),
    "another number": row("P2", OPEN, HIDDEN),
    "another of the household": row("P2", OPEN, "Borgström, Karin"),
    "more parts": row("P2", TRIED, HIDDEN, parts="4"),
    "more parts of another": row("P2", OPEN, "Påhittad, Karin", parts="4"),
    "a check": row("P2", TRIED, HIDDEN, checked="2025-01-02", sign="ABCD"),
}
_NAMELESS = {
    "right": row("P2", "", ""),
    "another day": row("P2", "", "", closed="2004-05-06"),
}


_CELLS_FILLED = re.compile(
    r"\s*<tr[^>]*>\s*<th[^>]*>”[^”]*”: registreras som .*?</tr>|\d+ celler med text", re.DOTALL
)
"""What the report says of cells the row itself fills; what it says of others is compared."""


def _typed_left_out(world: World) -> dict[str, str]:
    """Return what was answered, without the words of the rows, longest first."""
    said = {path: _CELLS_FILLED.sub("", text) for path, text in world.said.items()}
    typed_ones = {cell for cells in _ABOUT_MASKED.values() for cell in cells if len(cell) > 3}
    for typed in sorted(typed_ones, key=len, reverse=True):
        said = {path: text.replace(typed, "·") for path, text in said.items()}
    return said


def _one_row(world: World, cells: tuple[str, ...], *, withdraw: bool) -> None:
    """Have one row checked and registered, looking at all there is; then the list may be withdrawn."""
    world.upload(a_list([cells]))
    world.post("/imports/2/columns", **columns(unstated_protection="none"))
    work_off(world.archive)
    _pages(world)
    checked = {f"checked {path}": said for path, said in world.said.items() if "view" not in path}
    world.said = {}
    world.post("/imports/2/apply")
    work_off(world.archive)
    _pages(world)
    with world.archive.read(operator("tests")) as work:
        code = work.session.scalar(select(col(CaseFile.code)).where(col(CaseFile.reference) == "P2"))
    for path in ("tasks/?kind=field_conflict", "tasks/?kind=place_conflict", "places/"):
        world.get(f"/{path}")
    world.said["its page"] = world.get(f"/files/{code}")
    del world.said[f"/files/{code}"]
    registered = {f"registered {path}": said for path, said in world.said.items() if "view" not in path}
    world.said = {}
    if withdraw:
        world.post("/imports/2/withdraw", reason="Fel lista")
        work_off(world.archive)
        _pages(world)
    world.said |= checked | registered


def _answered(world: Callable[..., Any], rows: dict[str, tuple[str, ...]], *, withdraw: bool) -> Any:
    answered = {}
    for name, cells in rows.items():
        with world(TRIED) as one:
            _one_row(one, cells, withdraw=withdraw)
            assert not [path for path, said in one.said.items() if said.startswith("5")]
            answered[name] = _typed_left_out(one)
    return answered


@pytest.mark.parametrize("withdraw", [False, True])
def test_a_row_about_a_masked_file_is_answered_alike_whatever_it_says(
    world: Callable[..., Any], withdraw: bool
) -> None:
    named = _answered(world, _ABOUT_MASKED, withdraw=withdraw)
    nameless = _answered(world, {} if withdraw else _NAMELESS, withdraw=withdraw)
    for answered in filter(None, (named, nameless)):
        differs = {name: _lines(answered["right"], said) for name, said in answered.items()}
        assert {name: lines for name, lines in differs.items() if lines} == {}
    if nameless:  # that a row names nobody stands in the row
        assert _lines(named["right"], nameless["right"]) != {}


def test_who_is_cleared_is_asked_of_rows_about_a_masked_file_that_differ_and_of_no_others(
    world: Callable[..., Any],
) -> None:
    asked = {}
    for name, cells in _ABOUT_MASKED.items():
        with world(TRIED) as one:
            _one_row(one, cells, withdraw=False)
            with one.archive.read(operator("tests")) as work:
                asked[name] = [task.kind for task in work.session.scalars(select(Task))]
    assert {name for name, kinds in asked.items() if not kinds} == {"right", "name alone"}


def test_a_question_whose_file_the_register_alone_masks_is_counted_alike_and_asked_of_those_cleared(
    world: Callable[..., Any],
) -> None:
    rows = (
        row("P1", TRIED, "Påhittad, Karin"),
        row("P1", OPEN, "Öppen, Olle", closed="2001", room="2"),
    )
    said, pages = [], []
    for number in (OTHER, TRIED):
        with world(number) as one:
            register(one, *rows)
            said.append(one)
            pages.append(one.client.get("/tasks/?kind=identity").text)
    differs = _differences(*said)
    assert not differs.keys() & {"/", "/imports/2", "/imports/", "/tasks/rows"}
    asked, withheld = pages
    assert ('name="answer"' in asked, "Olle" in asked) == (True, True)
    assert ('name="answer"' in withheld, "Olle" in withheld) == (False, False)
    assert "1 av dem gäller en maskerad akt" in withheld
    assert "maskerad akt" not in asked
