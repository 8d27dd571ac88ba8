"""`aktspar find`."""

import json

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlmodel import col

from archive.cli import main
from archive.kernel.config import Settings
from archive.kernel.store import Actor, Archive
from archive.models import Event
from archive.vocabulary import EventKind, Protection
from tests.builders import a_file, a_person, a_shelf


def run(settings: Settings, *words: str, asked: str | None = None) -> Result:
    """Run the command on the test's archive."""
    environment = {
        "AKTSPAR_DATABASE_URL": settings.database_url,
        "AKTSPAR_MAC_KEY": settings.mac_key.hex(),
        "AKTSPAR_SECRET_KEY": settings.secret_key,
    }
    return CliRunner().invoke(main, ["find", *words], env=environment, input=asked)


@pytest.fixture
def code(archive: Archive, archivist: Actor) -> str:
    """Register a file about Birgitta Åkerström and return its code."""
    with archive.write(archivist) as work:
        return a_file(work, a_shelf(work), a_person(work, "Åkerström", "Birgitta"), reference="P0001234").code


def test_a_file_is_told_in_one_line_and_the_look_recorded(
    archive: Archive, settings: Settings, archivist: Actor, code: str
) -> None:
    result = run(settings, "åkerström")
    assert result.exit_code == 0, result.output
    (line,) = result.stdout.splitlines()
    assert line.split("\t")[1::2][:2] == ["P0001234", "Åkerström, Birgitta"]
    with archive.read(archivist) as work:
        look = work.session.execute(
            select(col(Event.stream)).where(col(Event.kind) == EventKind.LOOKED_FOR.value)
        ).scalar_one()
    assert look.startswith("operator:")


def test_the_term_can_be_asked_for(settings: Settings, code: str) -> None:
    assert "P0001234" in run(settings, asked="Åkerström\n").stdout


def test_json_says_the_same(settings: Settings, code: str) -> None:
    told = json.loads(run(settings, "P0001234", "--json").stdout)
    assert (told["by"], told["files"][0]["code"], told["more"]) == ("reference", code, False)


def test_nothing_found_is_a_failure_in_words(settings: Settings, code: str) -> None:
    result = run(settings, "Nilsson")
    assert result.exit_code == 1
    assert "Nothing was found by name" in result.stderr


def test_a_protected_person_is_not_found(archive: Archive, settings: Settings, archivist: Actor) -> None:
    with archive.write(archivist) as work:
        hidden = a_person(work, "Hemlig", "Person", protection=Protection.MARKED)
        file = a_file(work, a_shelf(work), hidden, reference="P77")
    assert run(settings, "Hemlig").exit_code == 1
    assert "Hemlig" not in run(settings, file.code).stdout
