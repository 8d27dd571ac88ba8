"""Databases made by earlier versions are upgraded without losing a byte that mattered."""

import json
import re
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import MetaData, select, text
from sqlmodel import col

from archive import migrations, reference_data, register
from archive.cli import main
from archive.commands import opened
from archive.files import files, lookup
from archive.integrity import checks
from archive.kernel.config import Settings
from archive.kernel.environment import BadSettings
from archive.kernel.store import Archive, make_engine, operator
from archive.models import CaseFile, NameToken, Person
from archive.people import people
from archive.places import places
from archive.vocabulary import Protection
from tests.builders import SetClock
from tests.databases import KEPT, KEYS, LAST_KEPT

SCHEMAS = {"0.1.0": "0001", "0.1.1": "0003", "0.2.0.dev-0004": "0004"}
"""What is kept, and the last migration of each; `kept/README.md` tells how they were made."""
BEFORE_0005 = ("0.2.0.dev-0004",)
BEFORE_0004 = ("0.1.1",)  # for what one migration does: the last that is older than it
BEFORE_0002 = ("0.1.0",)

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(params=SCHEMAS)
def kept(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """Give a database as an earlier version left it."""
    with request.getfixturevalue(f"{engine}_databases").kept(tmp_path, request.param) as settings:
        yield settings


def _rows(settings: Settings, columns: dict[str, list[str]] | None = None) -> Rows:
    """Read every row of every table, of the named columns only where they are named."""
    engine, found, tables = make_engine(settings.owner_database_url), {}, MetaData()
    with engine.connect() as connection:
        tables.reflect(connection)  # all at once: table by table takes PostgreSQL many times as long
        for name, table in tables.tables.items():
            wanted = [table.c[one] for one in columns[name]] if columns and name in columns else list(table.c)
            found[name] = sorted(
                (dict(row) for row in connection.execute(select(*wanted)).mappings()), key=str
            )
    engine.dispose()
    return found


def test_every_closed_version_left_its_databases() -> None:
    changes = (Path(__file__).parents[2] / "CHANGELOG.md").read_text(encoding="utf-8")
    closed = re.findall(r"^## (\S+) \N{EN DASH} \d", changes, re.MULTILINE)
    assert closed[-1] == "0.1.0"
    assert [version for version in closed if version not in SCHEMAS] == []
    assert closed[0] == LAST_KEPT
    kept = {path.name for path in KEPT.glob("*.gz")}
    assert kept == {f"{name}-{end}.gz" for name in SCHEMAS for end in ("sqlite.db", "postgresql.sql")}


def test_no_value_of_an_older_database_is_lost_or_changed_by_its_upgrade(
    kept: Settings, request: pytest.FixtureRequest
) -> None:
    before = _rows(kept)
    assert before["alembic_version"] == [{"version_num": SCHEMAS[request.node.callspec.params["kept"]]}]
    assert len(before["case_file"]) > 60
    assert len(before["event"]) > 1500
    # Whom the program let in for reporting what was looked for already: nobody had said they might know.
    before["incident_reader"] = [row for row in before["incident_reader"] if not _let_in_by_self(row)]
    # Choices of columns for the lists of a city that is no more than invented.
    before["saved_mapping"] = [row for row in before["saved_mapping"] if row["name"] in CHOICES_KEPT]
    migrations.upgrade(kept)
    names = {table: list(rows[0]) for table, rows in before.items() if rows}
    after = _rows(kept, names)
    assert {row["person_id"] for row in after["name_token"]} == {
        row["person_id"] for row in before["name_token"]
    }
    for table in before.keys() - {"alembic_version", *MADE_ANEW}:
        composed = [{name: _composed(table, value) for name, value in row.items()} for row in before[table]]
        assert after[table] == sorted(composed, key=str), table


CHOICES_KEPT = ("Avslutade ärenden ur verksamhetssystemet",)


def test_what_was_invented_of_a_city_is_closed_unless_something_refers_to_it(kept: Settings) -> None:
    own = "INSERT INTO source_system (id, code, name) VALUES (90, 'EGEN', 'Vår egen')"
    _write(kept, own)
    _write(kept, "UPDATE case_file SET source_id = 1 WHERE source_id = 4")
    before = _rows(kept)
    units = {
        row["unit_id"]
        for table in ("case_file", "delivery_sender", "announcement", "incident", "matter")
        for row in before[table]
    }
    migrations.upgrade(kept)
    after = _rows(kept)
    active = {
        table: {row["id"] for row in after[table] if row["active"]} for table in ("source_system", "unit")
    }
    assert active["source_system"] == {1, 2, 3, 90}
    assert active["unit"] == units - {None} != {row["id"] for row in after["unit"]}


def _let_in_by_self(row: dict[str, Any]) -> bool:
    return bool(row["by"] == f"user:{row['user_id']}")


OPEN = """id = (SELECT min(p.id) FROM person p JOIN file_person r ON r.person_id = p.id
JOIN case_file f ON f.id = r.file_id WHERE f.protected IS FALSE AND f.status <> 'void')"""
MADE_ANEW = ("name_token", "name_word")  # by 0005, of the names; `checks` sees that it is right
COMPOSED = (
    "case_file",
    "person",
    "place",
    "unit",
    "source_system",
    "saved_mapping",
    "app_user",
    "import_row",
)


def _composed(table: str, value: Any) -> Any:
    """Return a text as 0003 left it, where it is compared with others: with å instead of a and a ring."""
    return unicodedata.normalize("NFC", value) if table in COMPOSED and isinstance(value, str) else value


def _mac(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def _write(settings: Settings, statement: str, **values: Any) -> None:
    engine = make_engine(settings.owner_database_url)
    with engine.begin() as connection:
        connection.execute(text(statement), values)
    engine.dispose()


@pytest.mark.parametrize("kept", BEFORE_0002, indirect=True)
def test_what_a_mac_wrote_into_an_older_database_is_found_today(kept: Settings) -> None:
    reference_of = "UPDATE case_file SET reference = :text, reference_key = :key WHERE id = :id"
    _write(kept, reference_of, text=_mac("Åkt 1"), key=_mac("ÅKT1"), id=63)
    _write(kept, reference_of, text=_mac("Öst 2"), key=_mac("ÖST2"), id=64)
    # Registered twice, since nobody saw that the two are one: that is for people to say.
    _write(kept, reference_of, text="Öst 2", key="ÖST2", id=65)
    _write(kept, reference_of, text="VR\u20131", key="VR\u20131", id=62)
    _write(kept, "UPDATE place SET name = :text WHERE id = 374", text=_mac("Övre\u00a0källaren"))
    migrations.upgrade(kept)
    with closing(Archive(kept, SetClock())) as archive:
        reference_data.refresh(archive)
        with archive.read(operator("tests")) as work:
            assert [finding.say() for finding in checks.everything(work)] == []
            rows = select(col(CaseFile.id), col(CaseFile.reference)).order_by(col(CaseFile.id))
            found = {
                key: work.session.execute(rows.where(col(CaseFile.reference_key) == key)).all()
                for key in map(files.reference_key, ("åkt 1", _mac("öst2"), "vr-1"))
            }
            assert found == {
                "ÅKT1": [(63, "Åkt 1")],
                "ÖST2": [(64, _mac("Öst 2")), (65, "Öst 2")],
                "VR-1": [(62, "VR\u20131")],
            }
            assert places.get(work, 374).name == "Övre källaren"
            person = people.get(work, 35)
            assert (person.family_name, person.given_name) == ("Ödman", "Åke")


@pytest.mark.engines("sqlite", "postgresql")  # a promise of each engine's database, so in every run
def test_an_upgraded_database_is_as_its_history_says(kept: Settings) -> None:
    assert _aktspar(kept, "db", "upgrade").exit_code == 0
    whole = _aktspar(kept, "check", "--json")
    assert (whole.exit_code, json.loads(whole.output)["findings"]) == (0, [])
    assert json.loads(whole.output)["events"] > 1500
    _write(kept, "UPDATE case_file SET status = 'lost' WHERE id = 63")
    wrong = _aktspar(kept, "check")
    assert wrong.exit_code == 1
    assert "file:63" in wrong.output


def _aktspar(settings: Settings, *words: str) -> Result:
    """Run the command line on a database, as whoever upgrades it does."""
    return CliRunner().invoke(main, words, env={**KEYS, "AKTSPAR_DATABASE_URL": settings.database_url})


@pytest.mark.parametrize("kept", BEFORE_0005, indirect=True)
def test_a_name_of_an_older_database_is_found_as_it_is_typed_today(kept: Settings) -> None:
    _write(kept, f"UPDATE person SET family_name = 'Yılmaz', given_name = 'Anna-Karin' WHERE {OPEN}")
    migrations.upgrade(kept)
    with opened(kept) as (archive, actor), archive.read(actor) as work:
        hidden = work.session.scalars(
            select(Person.id).where(col(Person.protection) != Protection.NONE)
        ).all()
        assert hidden
        for typed in ("Yilmaz", "Annakarin"):
            assert len(lookup.find(work, typed).files) > 0
        assert not work.session.scalars(select(NameToken).where(col(NameToken.person_id).in_(hidden))).all()


@pytest.mark.parametrize("kept", BEFORE_0002, indirect=True)
def test_an_upgraded_database_is_no_demo_whatever_it_holds(kept: Settings) -> None:
    migrations.upgrade(kept)
    with opened(kept) as (archive, actor), archive.read(actor) as work:
        assert not register.is_demo(work)
    with pytest.raises(BadSettings, match="AKTSPAR_DEMO=1"), opened(replace(kept, demo=True)):
        pass


@pytest.mark.parametrize("kept", BEFORE_0004, indirect=True)
def test_who_had_let_themselves_in_by_reporting_is_let_in_no_more_and_others_as_it_was_known(
    kept: Settings,
) -> None:
    before = _rows(kept)
    users = sorted(row["id"] for row in before["app_user"])
    open_, marked = before["incident"][0]["id"], before["incident"][-1]["id"]
    assert open_ != marked
    _write(kept, "DELETE FROM incident_reader")
    _write(kept, "UPDATE incident SET protected = (id = :id)", id=marked)
    let = 'INSERT INTO incident_reader (incident_id, user_id, at, "by") VALUES (:one, :user, :at, :by)'
    for one, user, by in ((open_, 0, 0), (open_, 1, 0), (marked, 1, 0)):
        when = "2026-11-23 08:00:00.000000"
        _write(kept, let, one=one, user=users[user], at=when, by=f"user:{users[by]}")
    migrations.upgrade(kept)
    found = [(row["incident_id"], row["user_id"], row["protected"]) for row in _rows(kept)["incident_reader"]]
    assert sorted(found) == sorted([(open_, users[1], False), (marked, users[1], True)])
