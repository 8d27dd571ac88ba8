"""The list of tests that only repeat on PostgreSQL names tests that are there; its count is for both."""

from sqlalchemy import Column, Integer, MetaData, Table
from sqlalchemy.schema import CreateTable

from tests.engines import on_postgresql, repeated
from tests.guards.source import is_there


def test_every_test_that_only_repeats_is_there() -> None:
    assert [test for test in repeated() if not is_there(test)] == []


def test_a_table_alembic_makes_to_change_another_on_sqlite_is_not_counted() -> None:
    def sent(name: str) -> str:
        return on_postgresql(CreateTable(Table(name, MetaData(), Column("id", Integer))))

    assert "CREATE TABLE let_in" in sent("let_in")
    assert sent("_alembic_tmp_let_in") == ""
