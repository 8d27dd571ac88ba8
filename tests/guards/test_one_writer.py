"""One place writes events and status, one ends transactions, one reads the environment, one the clock."""

import ast
import re
from collections.abc import Iterator

import pytest

from archive.kernel.lifecycle import LIFECYCLES
from tests.guards.source import ROOT, Module, modules

EVENT_TABLES = {"Event", "EventPrivate", "EventSubject", "Head", "Unsealed"}
WRITING = {
    "insert",
    "update",
    "delete",
    "add",
    "add_all",
    "merge",
    "bulk_insert_mappings",
    "bulk_save_objects",
}
WITH_STATUS = {
    "Assessment",
    "CaseFile",
    "CoverCheck",
    "Delivery",
    "DeliverySender",
    "Emptying",
    "Finding",
    "ImportRun",
    "Incident",
    "Loan",
    "Matter",
    "RoutineVersion",
}
STANDING = {"placed_at", "placed_by", "placed_how"}
RAW_WRITE = re.compile(r"\b(insert\s+into|update|delete\s+from|replace\s+into)\s+(event|head|unsealed)", re.I)


def _of_archive(*except_for: str) -> Iterator[Module]:
    allowed = {f"archive.{name}" for name in except_for}
    return (
        module
        for module in modules("archive")
        if not any(module.name == name or module.name.startswith(f"{name}.") for name in allowed)
    )


def _event_names(module: Module) -> set[str]:
    """Return the names by which a module knows the event tables, aliases of their tables included."""
    names = {
        alias.asname or alias.name
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("archive.models")
        for alias in node.names
        if alias.name in EVENT_TABLES
    }
    for node in ast.walk(module.tree):
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Attribute):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            value = node.value
            if value.attr == "__table__" and isinstance(value.value, ast.Name) and value.value.id in names:
                names.add(ast.unparse(target))
    return names


def test_only_history_writes_events() -> None:
    found = set()
    for module in _of_archive("history.history"):
        names = _event_names(module)
        for called, call in module.calls():
            spoken = {node.id for node in ast.walk(call) if isinstance(node, ast.Name)}
            if (called in WRITING and spoken & names and not _is_query(call)) or called in names:
                found.add(module.at(call))
    assert found == set()


def _is_query(call: ast.Call) -> bool:
    """Tell whether what looks like a write only fills a set or a dict: `names.add`, `found.update`."""
    called = call.func
    named = isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name)
    return named and called.value.id not in {"work", "connection", "session"}


def test_no_statement_in_plain_sql_writes_events() -> None:
    found = {
        module.at(node)
        for module in _of_archive("migrations")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and RAW_WRITE.search(node.value)
    }
    assert found == set()


def test_only_history_sets_a_status() -> None:
    found = set()
    for module in _of_archive("history.history"):
        for node in ast.walk(module.tree):
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
                found |= {
                    module.at(node)
                    for target in targets
                    for part in ast.walk(target)
                    if isinstance(part, ast.Attribute) and part.attr == "status"
                    if ast.unparse(part.value) not in {"answer", "self"}  # of a request: another status
                }
        for called, call in module.calls():
            words = {word.arg for word in call.keywords}
            if called in {"insert", "update", "values"}:
                words |= {key.value for key in _keys(call) if isinstance(key, ast.Constant)}
            if "status" in words and called in {"insert", "update", "values", *WITH_STATUS}:
                found.add(module.at(call))
    assert found == set()


def _keys(call: ast.Call) -> Iterator[ast.expr]:
    for node in ast.walk(call):
        if isinstance(node, ast.Dict):
            yield from (key for key in node.keys if key is not None)


def _standing_set(module: Module) -> set[str]:
    """Return where a module says by itself since when a file stands somewhere."""
    found = {
        module.at(node)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Dict)
        if any(isinstance(key, ast.Constant) and key.value in STANDING for key in node.keys)
    }
    for node in ast.walk(module.tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if isinstance(node, (ast.Assign, ast.AugAssign)):
            parts = {part for target in targets for part in ast.walk(target)}
            if any(isinstance(part, ast.Attribute) and part.attr in STANDING for part in parts):
                found.add(module.at(node))
    return found


def test_one_function_makes_a_file_stand_at_a_place() -> None:
    elsewhere = {place for module in _of_archive("files.placing") for place in _standing_set(module)}
    # What programs are told of it is no column set.
    assert {place.partition(":")[0] for place in elsewhere} == {"archive/api/files.py"}


@pytest.mark.parametrize("bad", ['advance(changes={"placed_at": work.now})', "file.placed_how = how"])
def test_whoever_else_says_where_a_file_stands_is_seen(bad: str) -> None:
    assert _standing_set(Module("archive.loans.loans", ROOT / "archive/loans/loans.py", 1, ast.parse(bad)))


def test_only_the_store_ends_transactions() -> None:
    found = {
        module.at(call)
        for module in _of_archive("kernel.store", "migrations")
        for called, call in module.calls()
        if called in {"commit", "rollback", "begin_nested"}
    }
    assert found == set()


def _attributes(module: Module) -> Iterator[tuple[str, ast.AST]]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute):
            yield ast.unparse(node), node


@pytest.mark.parametrize(
    ("home", "ambient"),
    [
        (("kernel.clock",), {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}),
        (("kernel.environment",), {"os.environ", "os.getenv", "os.environb"}),
    ],
)
def test_time_and_settings_have_one_source(home: tuple[str, ...], ambient: set[str]) -> None:
    found = {
        module.at(node)
        for module in (*_of_archive(*home), *modules("labels", "routines"))
        for name, node in _attributes(module)
        if any(name == one or name.endswith(f".{one}") for one in ambient)
    }
    assert found == set()


def test_only_the_command_line_prints() -> None:
    found = {
        module.at(call)
        for module in modules("archive", "labels", "routines")
        for name, call in module.calls()
        if name == "print"
    }
    assert found == set()


def test_every_model_with_a_lifecycle_is_among_those_guarded() -> None:
    from archive import models

    guarded = {name for name in models.__all__ if hasattr(getattr(models, name), "lifecycle")}
    assert guarded == WITH_STATUS
    assert len(LIFECYCLES) >= len(guarded)
