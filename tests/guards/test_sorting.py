"""Names are sorted by `vocabulary.collation.swedish` alone: no database has our order."""

import ast
from collections.abc import Iterator

from tests.guards.source import ROOT

FOLDERS = ("archive", "labels", "seed")
NAMES = {"name", "name_sv", "name_en", "family_name", "given_name", "title", "label"}
KEYS = {"RoutineVersion"}  # whose name is no word people read


def _wrong(source: str) -> Iterator[int]:
    """Yield the lines where a database or letters in the order of a code page sort what people read."""
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        words = [node for part in [*call.args, *call.keywords] for node in ast.walk(part)]
        attributes = [node for node in words if isinstance(node, ast.Attribute)]
        if called == "order_by" and any(
            one.attr in NAMES and getattr(one.value, "id", "") not in KEYS for one in attributes
        ):
            yield call.lineno
        if called in {"sorted", "sort", "min", "max"}:
            keys = [node for word in call.keywords if word.arg == "key" for node in ast.walk(word.value)]
            said = {node.attr for node in keys if isinstance(node, ast.Attribute)}
            by_swedish = any(isinstance(node, ast.Name) and node.id == "swedish" for node in keys)
            if said & {"casefold", "lower", *NAMES} and not by_swedish:
                yield call.lineno


def test_no_list_of_names_has_another_order() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line in _wrong(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_each_other_order_is_noticed() -> None:
    for source in (
        "select(Unit).order_by(col(Unit.name))",
        "sorted(kinds, key=lambda kind: shown_kind(kind).casefold())",
        "users.sort(key=lambda user: user.name)",
    ):
        assert list(_wrong(source)) == [1], source
    assert list(_wrong("sorted(units, key=lambda unit: swedish(unit.name))")) == []
