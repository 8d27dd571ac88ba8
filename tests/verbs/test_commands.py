"""The command line, as an operator uses it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook
from sqlalchemy import func, make_url, select

from archive.accounts import sessions, users
from archive.cli import COMMANDS, main
from archive.kernel.config import Settings
from archive.kernel.store import Actor, Archive, operator
from archive.models import UploadChunk
from archive.vocabulary import Role
from tests.verbs.imports import taking_in

PASSWORD = "sju gröna akter"
Aktspar = Callable[..., Result]


@pytest.fixture
def aktspar(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> Aktspar:
    """Give the command line on the test's database: `aktspar("user", "list")`."""
    settings = archive.settings
    for name, value in {
        "DATABASE_URL": settings.database_url,
        "MAC_KEY": settings.mac_key.hex(),
        "SECRET_KEY": settings.secret_key,
    }.items():
        monkeypatch.setenv(f"AKTSPAR_{name}", value)
    return lambda *words, **options: CliRunner().invoke(main, words, **options)


def add_anna(aktspar: Aktspar, **options: Any) -> Result:
    """Create a user as an operator would."""
    words = ["user", "add", "anna", "--name", "Anna Arkivsson", "--role", "archivist", "--password-stdin"]
    return aktspar(*words, input=f"{options.get('password', PASSWORD)}\n")


def test_a_user_added_can_sign_in(aktspar: Aktspar, archive: Archive) -> None:
    assert add_anna(aktspar).output == "User “anna” is created.\n"
    assert sessions.who(archive, sessions.sign_in(archive, "anna", PASSWORD, "192.0.2.1"))


def test_answers_come_in_swedish_when_asked_for(aktspar: Aktspar) -> None:
    add_anna(aktspar)
    assert (
        aktspar("--language", "sv", "user", "roles", "anna", "auditor").output
        == "”anna” har nu rollerna: revisor\n"
    )


def test_a_refusal_is_a_sentence_and_exit_code_1(aktspar: Aktspar) -> None:
    refused = add_anna(aktspar, password="kort")
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert refused.stderr.startswith("Error: A password is 12 to 200 characters.")
    assert aktspar("user", "deactivate", "nina").exit_code == 1


def test_a_wrong_word_is_exit_code_2(aktspar: Aktspar) -> None:
    assert aktspar("uzer").exit_code == 2
    assert aktspar("user", "add", "anna", "--name", "A", "--role", "kung").exit_code == 2


def test_unusable_settings_are_exit_code_2(aktspar: Aktspar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AKTSPAR_MAC_KEY", "")
    refused = aktspar("user", "list")
    assert (refused.exit_code, refused.stderr) == (
        2,
        "Error: Set AKTSPAR_MAC_KEY to 32 random bytes: openssl rand -hex 32\n",
    )


def test_users_are_listed_for_people_and_for_programs(aktspar: Aktspar) -> None:
    add_anna(aktspar)
    aktspar("user", "deactivate", "anna")
    assert aktspar("user", "list").output == "anna\tAnna Arkivsson\tarchivist\tshut out\n"
    aktspar("user", "activate", "anna")
    (line,) = aktspar("user", "list", "--json").output.splitlines()
    assert json.loads(line) == {
        "login": "anna",
        "name": "Anna Arkivsson",
        "unit": "",
        "email": None,
        "active": True,
        "roles": ["archivist"],
    }


def test_where_a_user_works_and_gets_mail_is_set_and_taken_away(aktspar: Aktspar) -> None:
    add_anna(aktspar)
    assert (
        aktspar("user", "unit", "anna", "Enheten för  barn").output == "“anna” works at: Enheten för barn\n"
    )
    said = aktspar("user", "email", "anna", " anna@kommun.example ").output
    assert said == "“anna” gets mail at: anna@kommun.example\n"
    assert aktspar("user", "email", "anna").output == "“anna” gets mail at: –\n"


@pytest.mark.parametrize(
    "address", ["anna", "anna@kommun", "åke@kommun.example", "a b@c.example", "a@b.example\n"]
)
def test_what_is_no_mail_address_is_refused(aktspar: Aktspar, address: str) -> None:
    add_anna(aktspar)
    refused = aktspar("user", "email", "anna", address)
    assert refused.exit_code == (0 if address == "a@b.example\n" else 1)


def test_a_new_password_replaces_the_old_one(aktspar: Aktspar, archive: Archive) -> None:
    add_anna(aktspar)
    aktspar("user", "password", "anna", "--password-stdin", input="åtta blå akter\n")
    assert sessions.sign_in(archive, "anna", "åtta blå akter", "192.0.2.1")


def test_a_token_is_printed_alone_and_works_until_revoked(
    aktspar: Aktspar, archive: Archive, root: Actor
) -> None:
    add_anna(aktspar)
    secret = aktspar("token", "issue", "anna", "--name", "bänk").stdout.strip()
    with archive.read(root) as work:
        actor = users.actor_of_token(work, secret)
    assert actor is not None
    assert actor.roles == (Role.ARCHIVIST,)
    assert "anna\tbänk\tuntil" in aktspar("token", "list").output
    assert aktspar("token", "revoke", actor.id.removeprefix("token:")).exit_code == 0
    with archive.read(root) as work:
        assert users.actor_of_token(work, secret) is None


@pytest.mark.engines("sqlite")
def test_a_register_that_is_not_there_is_never_made_by_a_mistyped_place(
    aktspar: Aktspar, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AKTSPAR_DATABASE_URL", settings.database_url + ".new")
    path = Path(f"{make_url(settings.database_url).database}.new")
    for command in (("user", "list"), ("serve",), ("worker",), ("check",), ("db", "upgrade")):
        refused = aktspar(*command)
        assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
        assert f"There is no register at sqlite:///{path}. " in refused.stderr
        assert "aktspar db upgrade --new" in refused.stderr
        assert not path.exists()
    assert aktspar("db", "upgrade", "--new").exit_code == 0
    assert aktspar("user", "list").exit_code == 0


@pytest.mark.engines("sqlite")
def test_sqlite_serves_from_one_process(aktspar: Aktspar) -> None:
    refused = aktspar("serve", "--workers", "2")
    assert refused.exit_code == 2
    assert "PostgreSQL" in refused.stderr


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does(aktspar: Aktspar, name: str) -> None:
    told = aktspar(name, "--help")
    assert told.exit_code == 0
    assert told.output.count("\n") > 4


@pytest.mark.engines("sqlite")  # it is the pipe that is tried
def test_a_password_from_a_pipe_is_taken_without_a_warning(settings: Settings, archive: Archive) -> None:
    environment = os.environ | {
        "AKTSPAR_DATABASE_URL": settings.database_url,
        "AKTSPAR_MAC_KEY": settings.mac_key.hex(),
        "AKTSPAR_SECRET_KEY": settings.secret_key,
        "PYTHONWARNINGS": "default",
    }
    command = [
        sys.executable,
        "-m",
        "archive",
        "user",
        "add",
        "anna",
        "--name",
        "Anna",
        "--role",
        "archivist",
    ]

    def piped(*lines: str) -> subprocess.CompletedProcess[str]:
        said = "".join(f"{line}\n" for line in lines)
        options: Any = {"input": said, "text": True, "capture_output": True, "start_new_session": True}
        return subprocess.run(command, env=environment, check=False, **options)

    other = piped(PASSWORD, "en annan mening än den")
    assert (other.returncode, "not the same" in other.stderr) == (2, True)
    added = piped(PASSWORD, PASSWORD)
    assert (added.returncode, added.stderr) == (0, "")
    assert sessions.who(archive, sessions.sign_in(archive, "anna", PASSWORD, "192.0.2.1"))
    command[5] = "bo"
    assert piped(PASSWORD).returncode == 0


def a_list_without_a_system(folder: Path) -> str:
    """Write a list that does not say which system its references belong to."""
    path = folder / "lista.csv"
    path.write_text("Aktnr;Personnummer;Avslutad\nP1;195005050512;2003\n", encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("command", ["import", "compare"])
def test_what_a_list_leaves_unsaid_is_asked_for_by_the_option_that_says_it(
    aktspar: Aktspar, archive: Archive, root: Actor, tmp_path: Path, command: str
) -> None:
    taking_in.prepared(archive)
    refused = aktspar(command, a_list_without_a_system(tmp_path))
    assert refused.exit_code == 2
    words = " ".join(refused.stderr.split())
    assert "Choose which system the references of the list belong to." in words
    assert "Say it with --source: AKTA, LINJE, PROVA, SOCIA" in words
    with archive.read(root) as work:  # nothing of it is kept
        assert work.session.scalar(select(func.count()).select_from(UploadChunk)) == 0


def test_a_list_is_compared_once_the_system_is_named(
    aktspar: Aktspar, archive: Archive, tmp_path: Path
) -> None:
    taking_in.prepared(archive)
    compared = aktspar("compare", a_list_without_a_system(tmp_path), "--source", "PROVA", "--json")
    assert json.loads(compared.stdout)["without_paper"] == 1


def test_duplicates_of_a_list_are_written_to_a_file(
    aktspar: Aktspar, archive: Archive, tmp_path: Path
) -> None:
    taking_in.prepared(archive)
    path, out = tmp_path / "lista.csv", tmp_path / "dubbletter.csv"
    rows = ["P1;195005050512;Ek, Anna;EB;2003-04-05", "P2;199710182396;Ek, Bo;EB;2003-04-06"]
    path.write_text(
        "\n".join(["Aktnr;Personnummer;Namn;Akttyp;Avslutad", *rows, rows[0]]) + "\n", encoding="utf-8"
    )
    said = ("--source", "PROVA", "--site", taking_in.OLD, "--protection", "none", "--duplicates", str(out))
    for more in (("--dry-run",), ()):
        told = aktspar("import", str(path), *said, "--json", *more)
        assert json.loads(told.stdout)["duplicates"] == 1
        written = out.read_text(encoding="utf-8-sig").splitlines()
        assert written[1].startswith(rows[0])
        assert "row 2" in written[1]
        assert len(written) == 2
        out.unlink()


def test_rows_that_are_refused_are_counted_with_the_reason(
    aktspar: Aktspar, archive: Archive, tmp_path: Path
) -> None:
    taking_in.prepared(archive)
    path = tmp_path / "lista.csv"
    rows = ["P1;195005050512;Ek, Anna;EB;2003-04-05", "P2;199710182396;Ek, Bo;?!;2003-04-06"]
    path.write_text("\n".join(["Aktnr;Personnummer;Namn;Akttyp;Avslutad", *rows]) + "\n", encoding="utf-8")
    said = ("--source", "PROVA", "--site", taking_in.OLD, "--protection", "none")
    told = aktspar("import", str(path), *said).stdout.splitlines()
    (at,) = (index for index, line in enumerate(told) if line.strip() == "1  rows not registered")
    assert told[at + 1].split() == ["1", "unknown", "kind", "of", "file"]


def test_a_list_without_headings_is_refused_or_reported_with_what_to_do(
    aktspar: Aktspar, archive: Archive, tmp_path: Path
) -> None:
    taking_in.prepared(archive)
    path = tmp_path / "lista.csv"
    said = ("--source", "PROVA", "--site", taking_in.OLD, "--protection", "none", "--kind", "EB")
    for rows, registered in (("3;4\n", False), ("195005050512;Ek, Anna\n", True)):
        path.write_text(rows * 3, encoding="utf-8")
        told = aktspar("import", str(path), *said, "--yes")
        assert (told.exit_code == 0) is registered
        assert "write headings above the rows" in " ".join((told.stdout + told.stderr).split())


def a_workbook(path: Path, sheets: dict[str, int]) -> str:
    """Write a workbook with so many rows on each sheet; the last one is hidden, an empty one beside them."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        book.create_sheet(name).append(["Aktnr", "Personnummer", "Namn", "Akttyp", "Avslutad"])
        for number in range(rows):
            book[name].append([f"{name}-{number}", "195005050512", "Ek, Anna", "EB", "2003-04-05"])
    book[name].sheet_state = "hidden"
    book.create_sheet("Tomt")
    book.save(path)
    return str(path)


def test_sheets_that_are_not_read_are_named_with_their_rows_and_one_can_be_chosen(
    aktspar: Aktspar, archive: Archive, tmp_path: Path
) -> None:
    taking_in.prepared(archive)
    path = a_workbook(tmp_path / "lista.xlsx", {"2003": 9, "2004": 3, "Gömt": 1})
    said = ("--source", "PROVA", "--site", taking_in.OLD, "--protection", "none")
    told = json.loads(aktspar("import", path, *said, "--dry-run", "--json").stdout)
    assert told["rows"] == 9
    assert told["unread_sheets"] == [
        {"name": "2004", "rows": 3, "hidden": False, "cells": 20},
        {"name": "Gömt", "rows": 1, "hidden": True, "cells": 10},
    ]
    words = aktspar("import", path, *said, "--sheet", "Gömt").stdout
    assert "The sheet “2003” with 9 rows was not read. Read it with --sheet, or every" in words
    assert "The sheet “Gömt”" not in words
    told = json.loads(aktspar("import", path, *said, "--sheet", "2004", "--json").stdout)
    assert (told["rows"], [one["name"] for one in told["unread_sheets"]]) == (3, ["2003", "Gömt"])
    hidden = aktspar("import", path, *said, "--dry-run").stdout
    assert "The sheet “Gömt” with 1 row was not read. It is hidden. Read it with --sheet, or" in hidden
    compared = json.loads(aktspar("compare", path, "--source", "PROVA", "--sheet", "2004", "--json").stdout)
    assert (compared["cases"], len(compared["unread_sheets"])) == (3, 2)


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(
    aktspar: Aktspar, archive: Archive, tmp_path: Path
) -> None:
    taking_in.prepared(archive)
    path = a_workbook(tmp_path / "lista.xlsx", {"2003": 2})
    refused = aktspar("import", path, "--sheet", "2005")
    assert refused.exit_code == 1
    assert "The workbook has no sheet named 2005. It has: 2003, Tomt." in " ".join(refused.stderr.split())
    only = json.loads(aktspar("compare", path, "--source", "PROVA", "--json").stdout)
    assert only["unread_sheets"] == []
    refused = aktspar("import", a_list_without_a_system(tmp_path), "--sheet", "2003")
    assert (refused.exit_code, "no sheet named 2003" in " ".join(refused.stderr.split())) == (1, True)


def test_a_reading_in_doubt_stops_with_what_is_in_doubt_until_it_is_confirmed(
    aktspar: Aktspar, archive: Archive, tmp_path: Path
) -> None:
    taking_in.prepared(archive)
    path = a_workbook(tmp_path / "lista.xlsx", {"2003": 2, "2004": 3, "Gömt": 1})
    said = ("--source", "PROVA", "--site", taking_in.OLD, "--protection", "none")
    stopped = aktspar("import", path, *said)
    told = " ".join(stopped.stderr.split())
    assert stopped.exit_code == 1
    assert "The sheet “2004” with 3 rows looks like a list and is not read." in told
    assert "“Aktnr” is registered as: reference" in told
    with archive.read(operator("tests")) as work:
        assert work.session.execute(select(func.count()).select_from(UploadChunk)).scalar_one() == 0
    looked = json.loads(aktspar("import", path, *said, "--dry-run", "--json").stdout)
    assert [one["code"] for one in looked["understood"]["doubts"]] == ["sheet_unread"] * 2
    assert aktspar("import", path, *said, "--yes").exit_code == 0
    every = json.loads(aktspar("import", path, *said, "--all-sheets", "--json").stdout)
    assert (every["rows"], every["unread_sheets"], every["understood"]["doubts"]) == (6, [], [])
    assert [one["added_to_rows"] for one in every["understood"]["sections"]] == [0, 1000, 2000]


def test_one_sheet_and_every_sheet_are_not_asked_for_together(aktspar: Aktspar, tmp_path: Path) -> None:
    path = a_workbook(tmp_path / "lista.xlsx", {"2003": 2})
    for command in ("import", "compare"):
        assert aktspar(command, path, "--sheet", "2003", "--all-sheets").exit_code == 2
