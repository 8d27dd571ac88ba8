"""What `make run` finds in var/ and did not make is moved aside, never overwritten."""

import gzip
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from seed.demo.aside import move_aside
from tests.databases import KEPT


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """Give a var/ as 0.1.0 left it."""
    folder = tmp_path / "var"
    folder.mkdir()
    (folder / "aktspar.db").write_bytes(gzip.decompress((KEPT / "0.1.0-sqlite.db.gz").read_bytes()))
    return folder


def holding(folder: Path, sql: str) -> Path:
    """Make a var/ with a database of one table."""
    folder.mkdir()
    with closing(sqlite3.connect(folder / "aktspar.db")) as connection:
        connection.executescript(sql)
    return folder


def test_a_var_of_the_first_version_is_kept_under_another_name(var: Path) -> None:
    (var / "aktspar.db-wal").write_bytes(b"")
    content = {path.name: path.read_bytes() for path in var.iterdir()}
    moved = move_aside(var)
    assert moved == var.with_name("var.0.1.0-1")
    assert {path.name: path.read_bytes() for path in moved.iterdir()}["aktspar.db"] == content["aktspar.db"]
    assert not var.exists()


def test_one_moved_aside_earlier_is_not_overwritten(var: Path) -> None:
    var.with_name("var.0.1.0-1").mkdir()
    assert move_aside(var) == var.with_name("var.0.1.0-2")


def test_a_real_register_is_moved_aside_and_a_demo_stays(tmp_path: Path) -> None:
    table = "CREATE TABLE register (demo BOOLEAN); INSERT INTO register VALUES "
    assert move_aside(holding(tmp_path / "real", f"{table} (0)")) is not None
    assert move_aside(holding(tmp_path / "demo", f"{table} (1)")) is None


def test_where_there_is_nothing_nothing_is_moved(tmp_path: Path) -> None:
    assert move_aside(tmp_path / "var") is None
    (tmp_path / "var").mkdir()
    assert move_aside(tmp_path / "var") is None


def test_it_is_said_in_one_line_where_it_is_kept(var: Path) -> None:
    said = [
        subprocess.run(
            [sys.executable, "-m", "seed.demo.aside", str(var)], check=True, capture_output=True, text=True
        ).stdout
        for _ in range(2)
    ]
    assert "var.0.1.0-1" in said[0]
    assert (said[0].count("\n"), said[1]) == (1, "")
