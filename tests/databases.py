"""Databases for tests: fresh ones copied from a template of each process, demos from one of the whole run."""

import gzip
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import psycopg
from filelock import FileLock
from sqlalchemy import URL, make_url

from archive import migrations
from archive.kernel.config import Settings
from seed.demo.fill import fill
from tests import remembering
from tests.builders import MONDAY_MORNING

KEYS = {"AKTSPAR_MAC_KEY": "5a" * 32, "AKTSPAR_SECRET_KEY": "c3" * 32}

KEPT = Path(__file__).parent / "packaging" / "kept"
"""Databases filled by earlier versions, sealed with the MAC key above; its README says how they were made."""
LAST_KEPT = "0.1.1"
"""The newest closed version that left a database."""

DEMO_NOW = MONDAY_MORNING + timedelta(days=7, hours=1)  # what the demo of the tests is told as of
DEMO_FILES, DEMO_SEED = 120, 3

_numbers = count(1)


def settings_for(url: str, folder: Path) -> Settings:
    """Return settings of an installation on one database."""
    named = {"AKTSPAR_DATABASE_URL": url, "AKTSPAR_DATA_DIR": str(folder), **KEYS}
    return Settings.load({**named, "AKTSPAR_LOCK_SECONDS": "600"})  # a busy machine must fail no test


def once(run: Path, name: str, make: Callable[[Path], None]) -> Path:
    """Return what the first process of a test run that needs it makes at the path it is given."""
    path = run / name
    with FileLock(run / f"{name}.lock"):
        if not path.exists():
            make(begun := run / f"{name}.begun")
            begun.rename(path)
    return path


class SqliteDatabases:
    """Make SQLite files by copying a migrated one; `run` is a folder that all processes of the run share."""

    def __init__(self, folder: Path, run: Path) -> None:
        self._run = run
        self._template = folder / "template.db"
        migrations.upgrade(settings_for(f"sqlite:///{self._template}", folder))

    @contextmanager
    def empty(self, folder: Path) -> Iterator[Settings]:
        """Give settings of a database without a single table."""
        yield settings_for(f"sqlite:///{folder / 'empty.db'}", folder)

    @contextmanager
    def fresh(self, folder: Path) -> Iterator[Settings]:
        """Give settings of a database nobody has used."""
        path = folder / f"aktspar{next(_numbers)}.db"
        shutil.copyfile(self._template, path)
        remembering.begin(path)
        yield settings_for(f"sqlite:///{path}", folder)

    def demo_file(self) -> Path:
        """Return the database of a demo archive, filled once a run; it is copied, never used itself."""
        return once(self._run, "demo.db", self._fill)

    def _fill(self, path: Path) -> None:
        shutil.copyfile(self._template, path)
        settings = replace(settings_for(f"sqlite:///{path}", path.parent), demo=True)
        fill(settings, DEMO_FILES, DEMO_SEED, lambda _line: None, now=DEMO_NOW)

    @contextmanager
    def demo(self, folder: Path) -> Iterator[Settings]:
        """Give settings of a demo archive as of `DEMO_NOW`."""
        path = folder / f"demo{next(_numbers)}.db"
        shutil.copyfile(self.demo_file(), path)
        yield replace(settings_for(f"sqlite:///{path}", folder), demo=True)

    @contextmanager
    def kept(self, folder: Path, version: str) -> Iterator[Settings]:
        """Give settings of a database that an earlier version filled, as it left it."""
        path = folder / f"kept{next(_numbers)}.db"
        path.write_bytes(gzip.decompress((KEPT / f"{version}-sqlite.db.gz").read_bytes()))
        yield settings_for(f"sqlite:///{path}", folder)


class PostgresqlDatabases:
    """Make PostgreSQL databases from a migrated template on the server the environment names."""

    def __init__(self, folder: Path) -> None:
        self._name = f"aktspar_test_{os.getpid()}"
        self._admin = psycopg.connect(dbname="postgres", autocommit=True)
        self._admin.execute(f"CREATE DATABASE {self._name}")
        migrations.upgrade(settings_for(url_of(self._name), folder))

    @contextmanager
    def empty(self, folder: Path) -> Iterator[Settings]:
        """Give settings of a database without a single table."""
        with self._created("template0", folder) as settings:
            yield settings

    @contextmanager
    def fresh(self, folder: Path) -> Iterator[Settings]:
        """Give settings of a database nobody has used."""
        with self._created(self._name, folder) as settings:
            yield settings

    @contextmanager
    def kept(self, folder: Path, version: str) -> Iterator[Settings]:
        """Give settings of a database that an earlier version filled, as it left it."""
        dump = gzip.decompress((KEPT / f"{version}-postgresql.sql.gz").read_bytes())
        with self._created("template0", folder) as settings:
            database = make_url(settings.database_url).database or ""
            psql = ["psql", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null", database]
            subprocess.run(psql, input=dump, check=True)
            yield settings

    @contextmanager
    def _created(self, template: str, folder: Path) -> Iterator[Settings]:
        name = f"{self._name}_{next(_numbers)}"
        self._admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield settings_for(url_of(name), folder)
        finally:
            self._admin.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        """Drop the template."""
        self._admin.execute(f"DROP DATABASE {self._name} WITH (FORCE)")
        self._admin.close()


def url_of(database: str, user: str = "", password: str = "") -> str:
    """Return the address of a database on the server the environment names."""
    env = os.environ
    url = URL.create(
        "postgresql+psycopg",
        user or env["PGUSER"],
        password or env["PGPASSWORD"],
        env["PGHOST"],
        int(env["PGPORT"]),
        database,
    )
    return url.render_as_string(hide_password=False)
