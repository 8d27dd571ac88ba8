"""The fixtures every test shares; tests/README.md says which to use when."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine

from archive import wiring
from archive.accounts import users
from archive.kernel import store
from archive.kernel.config import Settings
from archive.kernel.store import Actor, Archive, Work, operator
from archive.vocabulary import Role
from tests import builders
from tests.builders import QUICK_HASHER, SetClock, user_in_role
from tests.databases import PostgresqlDatabases, SqliteDatabases

pytest_plugins = ["tests.engines"]
wiring.check()
gc.set_threshold(50_000, 20, 20)  # Python's own 700 costs a test a tenth of its time

_HYPOTHESIS: dict[str, Any] = {
    "deadline": None,
    "print_blob": True,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
}
# The same cases in every run: whoever lands a change is not stopped by what it has nothing to do with.
hypothesis_settings.register_profile("tests", max_examples=50, derandomize=True, **_HYPOTHESIS)
hypothesis_settings.register_profile("fresh", max_examples=200, **_HYPOTHESIS)  # make test-thorough
# pytest --hypothesis-profile=thorough tests/stateful
hypothesis_settings.register_profile("thorough", max_examples=2000, **_HYPOTHESIS)
hypothesis_settings.load_profile("tests")


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """Give the folder that all processes of this test run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if hasattr(request.config, "workerinput") else own


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory, run_folder: Path) -> SqliteDatabases:
    """Hold the migrated SQLite file the tests copy."""
    return SqliteDatabases(tmp_path_factory.mktemp("template"), run_folder)


@pytest.fixture(scope="session")
def postgresql_databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresqlDatabases]:
    """Hold the migrated PostgreSQL database the tests copy."""
    databases = PostgresqlDatabases(tmp_path_factory.mktemp("template"))
    yield databases
    databases.close()


@pytest.fixture
def settings(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """Give the settings of a fresh, migrated database on the engine of this test."""
    with request.getfixturevalue(f"{engine}_databases").fresh(tmp_path) as fresh:
        yield fresh


@pytest.fixture
def clock() -> SetClock:
    """Give a clock that stands still on a Monday morning until the test moves it."""
    return SetClock()


@pytest.fixture
def archive(settings: Settings, clock: SetClock) -> Iterator[Archive]:
    """Give an empty archive on a fresh database."""
    archive = Archive(settings, clock)
    yield archive
    archive.close()


@pytest.fixture
def as_role(archive: Archive) -> Callable[[Role], Actor]:
    """Give the user of a role: `with archive.write(as_role(Role.ARCHIVIST)) as work:`."""
    return lambda role: user_in_role(archive, role)


@pytest.fixture
def archivist(as_role: Callable[[Role], Actor]) -> Actor:
    """Give the archivist, who may do everything with files."""
    return as_role(Role.ARCHIVIST)


@pytest.fixture
def work(archive: Archive, archivist: Actor) -> Iterator[Work]:
    """Give one open transaction of the archivist's, committed when the test has passed through."""
    with archive.write(archivist) as work:
        yield work


@pytest.fixture(scope="session")
def applications() -> list[Flask]:
    """Hold the web application of this process: to make one takes longer than most tests."""
    return []


@pytest.fixture
def app(archive: Archive, applications: list[Flask]) -> Flask:
    """Give the web application on the archive of this test."""
    from archive.app import create_app  # only tests of pages pay for loading it

    app = applications[0] if applications else create_app(archive=archive)
    applications[:] = [app]
    app.extensions["archive"] = archive
    app.testing = True
    return app


@pytest.fixture(scope="session", autouse=True)
def shared_statements() -> Iterator[None]:
    """Let the engines of all tests share what SQLAlchemy compiles: a fifth of a test's time otherwise."""
    first: dict[str, Engine] = {}
    create = sqlalchemy.create_engine

    def created(*args: Any, **options: Any) -> Engine:
        engine = create(*args, **options)
        known = first.get(engine.dialect.name, engine)
        if getattr(known.dialect, "server_version_info", None) is None:  # it has not connected yet
            first[engine.dialect.name] = engine
        else:
            engine.dialect, engine._compiled_cache = known.dialect, known._compiled_cache
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "create_engine", created)
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hash passwords as cheaply as argon2id can: the archive's own take 250 ms each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(users, "_hasher", QUICK_HASHER)
        yield


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a browser nobody has signed in with; it says, as browsers do, that its forms are our own."""
    return _browser(app)


@pytest.fixture
def sign_in(app: Flask, archive: Archive) -> Callable[[Role], FlaskClient]:
    """Give a browser signed in as a role: `sign_in(Role.ARCHIVIST).get("/")`."""

    def sign_in(role: Role) -> FlaskClient:
        user_in_role(archive, role)
        client = _browser(app)
        builders.sign_in(archive, client, role.value)
        return client

    return sign_in


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """Serve the application on a free port and give its address."""
    from tests.serving import serving

    with serving(app) as address:
        yield address


def _browser(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return client


@pytest.fixture
def root() -> Actor:
    """Give the operator at the command line, who may do everything."""
    return operator("root")
