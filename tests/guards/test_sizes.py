"""Modules and functions stay small enough to be read, and say what they do."""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.guards.source import Module, modules

LONGEST_MODULE = 500
LONGEST_FUNCTION = 40
MOST_MODULES = 25
EMPTY_NAMES = ("utils", "util", "helpers", "helper", "manager", "common", "misc")

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _definitions(module: Module) -> Iterator[Definition]:
    for node in ast.walk(module.tree):
        if isinstance(node, Definition):
            yield node


def _written_by_hand() -> Iterator[Module]:
    return (module for module in modules() if "migrations.versions" not in module.name)


def test_no_module_is_longer_than_can_be_read() -> None:
    long = {module.name: module.lines for module in _written_by_hand() if module.lines > LONGEST_MODULE}
    assert long == {}


def test_no_folder_holds_more_modules_than_can_be_looked_over() -> None:
    assert crowded(modules("archive")) == {}


def crowded(found: Iterable[Module]) -> dict[Path, int]:
    """Return the folders with too many modules, and how many they have."""
    folders = Counter(module.path.parent for module in found if "migrations.versions" not in module.name)
    return {folder: count for folder, count in folders.items() if count > MOST_MODULES}


def test_a_folder_with_one_module_too_many_is_seen() -> None:
    found = [_empty(f"archive/files/m{number}.py") for number in range(MOST_MODULES + 1)]
    assert crowded(found) == {Path("archive/files"): MOST_MODULES + 1}
    assert crowded([*found[1:], _empty("archive/files/deeper/m0.py")]) == {}


def _empty(path: str) -> Module:
    return Module(path.replace("/", ".").removesuffix(".py"), Path(path), 0, ast.parse(""))


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        module.at(node): length
        for module in _written_by_hand()
        for node in _definitions(module)
        if not isinstance(node, ast.ClassDef) and (length := _body_lines(node)) > LONGEST_FUNCTION
    }
    assert long == {}


def _body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count what is done, without the signature and the docstring."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return (node.end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_no_name_says_nothing() -> None:
    found = {
        f"{module.name}.{name}"
        for module in modules()
        for name in (module.name.split(".")[-1], *(node.name for node in _definitions(module)))
        if any(word in name.lower().split("_") or name.lower().endswith(word) for word in EMPTY_NAMES)
    }
    assert found == set()


def test_no_function_is_called_of() -> None:
    found = {module.at(node) for module in modules() for node in _definitions(module) if node.name == "of"}
    assert found == set()


def test_a_public_class_name_is_used_once() -> None:
    where = defaultdict(list)
    for module in modules():
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                where[node.name].append(module.name)
    assert {name: found for name, found in where.items() if len(found) > 1} == {}


def test_every_module_and_everything_public_in_it_says_what_it_does() -> None:
    silent = {module.name for module in modules() if module.tree.body and not ast.get_docstring(module.tree)}
    for module in modules():
        silent |= {f"{module.name}.{name}" for name in _undocumented(module.tree.body)}
    assert silent == set()


def _undocumented(body: list[ast.stmt], prefix: str = "") -> Iterator[str]:
    for node in body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            if not ast.get_docstring(node) and not _obvious(node):
                yield prefix + node.name
            if isinstance(node, ast.ClassDef):
                yield from _undocumented(node.body, f"{node.name}.")


def _obvious(node: Definition) -> bool:
    """A method of a protocol, or one that a library calls by a name of its own."""
    last = node.body[-1]
    bare = isinstance(last, ast.Expr) and isinstance(last.value, ast.Constant) and last.value.value is ...
    library = {
        "load_dialect_impl",
        "process_bind_param",
        "process_result_value",
        "result_processor",
        "list_commands",
        "get_command",
    }
    return bare or node.name in library
