"""Read our own source as syntax trees, for the guards."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("archive", "labels", "routines", "seed")


@dataclass(frozen=True)
class Module:
    """One module of ours: its dotted name, its file, its lines and its tree."""

    name: str
    path: Path
    lines: int
    tree: ast.Module

    def imports(self) -> Iterator[str]:
        """Return the dotted names it imports, wherever in it: of `from a import b` both `a` and `a.b`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

    def calls(self) -> Iterator[tuple[str, ast.Call]]:
        """Return every call with the last part of what is called."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                called = node.func
                yield called.attr if isinstance(called, ast.Attribute) else ast.unparse(called), node

    def at(self, node: ast.AST) -> str:
        """Return where a node stands."""
        return f"{self.path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def modules(*packages: str) -> tuple[Module, ...]:
    """Return the modules of our packages, of all when none is named."""
    return tuple(module for package in packages or PACKAGES for module in _modules(package))


@cache
def _modules(package: str) -> tuple[Module, ...]:
    found = []
    for path in sorted((ROOT / package).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        found.append(Module(name, path, text.count("\n"), ast.parse(text)))
    return tuple(found)


def is_there(test: str) -> bool:
    """Tell whether a test, `path::function`, stands in the source."""
    path, _colons, name = test.partition("[")[0].partition("::")
    if not (ROOT / path).is_file():
        return False
    return name in _functions(ROOT / path)


@cache
def _functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))
