"""What must be so before anybody works: the history's key, its fences, and whose register it is."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from archive import register
from archive.cli import main
from archive.commands import opened
from archive.kernel.errors import Conflict
from archive.kernel.store import Actor, Archive, make_engine
from archive.migrations import triggers
from archive.vocabulary import Role
from tests.builders import a_demo, a_shelf
from tests.databases import KEYS

Aktspar = Callable[..., Result]
OTHER_KEY = "7b" * 32
WORKING = (("user", "list"), ("serve",), ("worker",))


@pytest.fixture
def aktspar(archive: Archive) -> Aktspar:
    """Give the command line on the test's database: `aktspar("serve", DEMO="1")`."""

    def run(*words: str, **settings: str) -> Result:
        named = {f"AKTSPAR_{name}": value for name, value in settings.items()}
        return CliRunner().invoke(
            main, words, env={**KEYS, "AKTSPAR_DATABASE_URL": archive.settings.database_url, **named}
        )

    return run


def takes_a_fence_down(archive: Archive, name: str) -> None:
    """Drop one trigger as the database's owner, as a restore without it does."""
    engine = make_engine(archive.settings.owner_database_url)
    with engine.begin() as connection:
        of = "" if archive.settings.sqlite else triggers.POSTGRESQL_TRIGGERS[name].split(" ON ")[1].split()[0]
        connection.exec_driver_sql(f"DROP TRIGGER {name} {of and f'ON {of}'}")
    engine.dispose()


@pytest.mark.parametrize("words", WORKING)
def test_a_key_that_did_not_seal_the_history_is_refused_in_one_line(
    aktspar: Aktspar, archivist: Actor, words: tuple[str, ...]
) -> None:
    refused = aktspar(*words, MAC_KEY=OTHER_KEY)
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
    assert "AKTSPAR_MAC_KEY did not seal the newest event" in refused.stderr
    assert "aktspar check" in refused.stderr
    assert OTHER_KEY not in refused.stderr


def test_with_the_key_that_sealed_it_one_works(aktspar: Aktspar, archivist: Actor) -> None:
    assert aktspar("user", "list").exit_code == 0


def test_an_empty_register_takes_any_key(archive: Archive) -> None:
    with (
        opened(replace(archive.settings, mac_key=bytes.fromhex(OTHER_KEY))) as (other, actor),
        other.read(actor),
    ):
        pass


def test_a_check_opens_what_nobody_may_work_in_and_says_what_is_wrong(
    aktspar: Aktspar, archive: Archive, archivist: Actor
) -> None:
    takes_a_fence_down(archive, "head_stays")
    told = aktspar("check", MAC_KEY=OTHER_KEY)
    assert told.exit_code == 1
    assert "head_stays" in told.output
    assert "does not carry the archive's seal" in told.output


@pytest.mark.parametrize("words", WORKING)
def test_a_missing_fence_is_refused_in_one_line(
    aktspar: Aktspar, archive: Archive, archivist: Actor, words: tuple[str, ...]
) -> None:
    takes_a_fence_down(archive, "event_update_refused")
    refused = aktspar(*words)
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
    assert "event_update_refused" in refused.stderr
    assert "aktspar db upgrade" in refused.stderr


def test_every_fence_of_the_list_is_missed(aktspar: Aktspar, archive: Archive, archivist: Actor) -> None:
    names = triggers.SQLITE if archive.settings.sqlite else triggers.POSTGRESQL_TRIGGERS
    for name in names:
        takes_a_fence_down(archive, name)
        refused = aktspar("user", "list")
        assert (refused.exit_code, name in refused.stderr) == (2, True)
        assert aktspar("db", "upgrade").exit_code == 0
        assert aktspar("user", "list").exit_code == 0


def test_a_register_somebody_works_in_is_never_opened_as_a_demo(aktspar: Aktspar, archivist: Actor) -> None:
    for words in WORKING:
        refused = aktspar(*words, DEMO="1")
        assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
        assert "this database is not a demo" in refused.stderr
    assert aktspar("user", "list").exit_code == 0


def test_a_demo_is_opened_as_one_and_never_as_the_real_register(
    aktspar: Aktspar, archive: Archive, as_role: Callable[[Role], Actor]
) -> None:
    a_demo(archive)
    as_role(Role.ARCHIVIST)
    assert aktspar("user", "list", DEMO="1").exit_code == 0
    for words in WORKING:
        refused = aktspar(*words)
        assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
        assert "is a demo" in refused.stderr


def test_a_demo_stays_one_when_real_people_are_added(
    aktspar: Aktspar, archive: Archive, as_role: Callable[[Role], Actor], root: Actor
) -> None:
    a_demo(archive)
    as_role(Role.ARCHIVIST)
    with archive.read(root) as work:
        assert register.is_demo(work)
    assert aktspar("serve").exit_code == 2


def test_what_is_in_use_never_becomes_a_demo(archive: Archive, root: Actor) -> None:
    with archive.write(root) as work:
        a_shelf(work)
    with pytest.raises(Conflict), archive.write(root) as work:
        register.become_demo(work)
    with archive.read(root) as work:
        assert not register.is_demo(work)


@pytest.mark.parametrize(
    "sql",
    ["UPDATE register SET demo = (1 = 1)", "UPDATE register SET identity = 'x'", "DELETE FROM register"],
)
def test_the_database_itself_refuses_to_make_another_of_a_register_in_use(
    archive: Archive, archivist: Actor, sql: str
) -> None:
    with pytest.raises(DBAPIError, match="a register stays what it is"), archive.write(archivist) as work:
        work.session.execute(text(sql))


def test_each_database_has_a_name_of_its_own(archive: Archive, root: Actor) -> None:
    with archive.read(root) as work:
        assert len(work.session.execute(text("SELECT identity FROM register")).scalar_one()) == 36
