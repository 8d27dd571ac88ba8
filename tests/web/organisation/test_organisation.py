"""The organisation on its pages, at the command line and for other programs."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from archive import reference_data
from archive.cli import main
from archive.kernel.config import Settings
from archive.kernel.store import Archive, operator
from archive.organisation import source_systems, units
from archive.vocabulary import Role
from tests.api.programs import Program
from tests.builders import user_in_role
from tests.databases import KEYS

SignIn = Callable[[Role], FlaskClient]


@pytest.fixture
def administrator(archive: Archive, sign_in: SignIn) -> FlaskClient:
    """Sign in the administrator of a register that is as installed."""
    reference_data.refresh(archive)
    return sign_in(Role.ADMINISTRATOR)


def test_an_empty_register_says_that_a_source_system_comes_first(administrator: FlaskClient) -> None:
    shown = administrator.get("/organisation").text
    assert "före det kan ingen akt registreras" in shown
    assert "Ekonomiskt bistånd" in shown  # the kinds, which the law knows


def test_a_source_system_is_added_renamed_closed_and_opened_with_its_history(
    administrator: FlaskClient,
) -> None:
    form = {"code": "TREA", "name": "Treserva"}
    assert administrator.post("/organisation/source/new", data=form).status_code == 303
    assert "före det kan ingen akt registreras" not in administrator.get("/organisation").text
    assert administrator.post("/organisation/source/1/name", data={"name": "Treserva A"}).status_code == 303
    assert administrator.post("/organisation/source/1/active", data={"active": "0"}).status_code == 303
    page = administrator.get("/organisation/source/1").text
    for words in ("Treserva A", "TREA", "Öppna igen", "Ändrad: namn", "Ändrad: aktiv", "Tillagd"):
        assert words in page, words
    assert administrator.post("/organisation/source/1/active", data={"active": "1"}).status_code == 303
    assert "Öppna igen" not in administrator.get("/organisation/source/1").text


@pytest.mark.parametrize(
    ("noun", "form"), [("source", {"code": "x y", "name": "Kvar"}), ("unit", {"name": " "})]
)
def test_what_is_refused_says_why_and_keeps_what_was_typed(
    administrator: FlaskClient, noun: str, form: dict[str, str]
) -> None:
    refused = administrator.post(f"/organisation/{noun}/new", data=form)
    assert refused.status_code == 422
    assert "govuk-error-summary" in refused.text
    assert ('value="Kvar"' in refused.text) == (noun == "source")


@pytest.mark.parametrize("address", ["kind/new", "place/new", "place/1", "source/99", "unit/99", "kind/99"])
def test_there_is_no_page_of_what_is_not_there(administrator: FlaskClient, address: str) -> None:
    assert administrator.get(f"/organisation/{address}").status_code == 404
    assert administrator.get("/organisation/kind/1").status_code == 200


def test_a_closed_unit_is_not_offered_where_a_miss_is_reported(archive: Archive, sign_in: SignIn) -> None:
    with archive.write(operator("tests")) as work:
        unit = units.add(work, "Enheten X")
    archivist = sign_in(Role.ARCHIVIST)
    assert "Enheten X" in archivist.get("/incidents/new").text
    with archive.write(operator("tests")) as work:
        units.change(work, units.get(work, unit.id), active=False)
    assert "Enheten X" not in archivist.get("/incidents/new").text


def test_the_command_line_tells_the_same(settings: Settings, archive: Archive) -> None:
    keys = {**KEYS, "AKTSPAR_DATABASE_URL": settings.database_url}

    def say(*words: str) -> str:
        done = CliRunner().invoke(main, ["--language", "sv", "organisation", *words], env=keys)
        assert done.exit_code == 0, done.output
        return done.output

    reference_data.refresh(archive)
    say("add-source", "TREA", "Treserva")
    say("add-unit", "Vuxen")
    say("rename", "unit", "1", "Vuxna")
    say("close", "source", "1")
    told = json.loads(say("list", "--json"))
    assert told["source"] == [{"id": 1, "code": "TREA", "name": "Treserva", "active": False}]
    assert told["unit"] == [{"id": 1, "name": "Vuxna", "active": True}]
    assert "Treserva\tstängd" in say("list")
    say("open", "source", "1")
    with archive.read(operator("tests")) as work:
        assert [source.code for source in source_systems.in_use(work)] == ["TREA"]


def test_another_program_adds_renames_and_closes_by_the_same_verbs(
    client: FlaskClient, archive: Archive
) -> None:
    reference_data.refresh(archive)
    program = Program(client, archive, user_in_role(archive, Role.ARCHIVIST))
    assert program.post("organisation/sources", code="TREA", name="Treserva")["code"] == "TREA"
    assert program.post("organisation/units", name="Vuxen")["active"] is True
    assert program.refused("organisation/sources", code="TREA", name="Annan") == (409, "source_taken")
    assert program.refused("organisation/kind/1", name="Annan") == (422, "kind_name")
    program.post("organisation/source/1", active=False)
    program.post("organisation/unit/1", name="Vuxna")
    told = program.get("organisation")
    assert told["sources"] == [{"id": 1, "code": "TREA", "name": "Treserva", "active": False}]
    assert told["units"] == [{"id": 1, "name": "Vuxna", "active": True}]
    assert len(told["kinds"]) == 15
