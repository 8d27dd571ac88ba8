"""ARCHITECTURE.md names what there is: every path, function and table, and on its map every noun in order.

So does CONTRIBUTING.md, and both are read in one go.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.guards.source import PACKAGES, ROOT, modules
from tests.guards.test_layers import NOUNS, ORDER

TEXT = ROOT / "ARCHITECTURE.md"
FOLDERS = {path.name for path in (ROOT / "archive").iterdir() if path.is_dir() and path.name != "__pycache__"}
MOST_LINES = 40  # of the map: one screen
MOST_WORDS = {"ARCHITECTURE.md": 2_500, "CONTRIBUTING.md": 2_800}  # ten minutes each

_DRAWING = re.compile(r"^```[a-z]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"`([^`\n]+)`")
_ROW = re.compile(r"^│ ([a-z_ ]+?) *│ [^│\n]+│$", re.MULTILINE)  # the nouns of one line of the map
_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def drawing(text: str) -> str:
    """Return the first block of the text drawn in plain letters: the map."""
    found = _DRAWING.search(text)
    return found.group(1) if found else ""


def named(text: str) -> Iterator[str]:
    """Give what the text names in backticks, but for what is drawn or quoted whole."""
    return iter(_NAMED.findall(_DRAWING.sub("", text)))


def unknown(names: Iterable[str]) -> set[str]:
    """Return what is no path, module, function, class, table or noun of ours."""
    return {name for name in names if not _is_there(name)}


def _is_there(name: str) -> bool:
    if "/" in name:
        return any(ROOT.glob(re.sub("<[a-z]+>", "*", name).rstrip("/")))
    if (ROOT / name).is_file():
        return True
    if not _DOTTED.fullmatch(name):
        return False
    return name in FOLDERS | _tables() or _in_a_module(name) or _in_a_class(_classes(), name.split("."))


def _in_a_module(name: str) -> bool:
    """Tell whether a dotted name is a module, or stands in the longest module it begins with."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        for root in ("archive.", ""):
            tree = _trees().get(root + ".".join(parts[:length]))
            if tree is not None:
                return length == len(parts) or _in_a_class(_defined(tree.body), parts[length:])
    return False


def _in_a_class(known: dict[str, ast.AST], parts: list[str]) -> bool:
    """Tell whether a name is known, and what follows it stands in that class."""
    found = known.get(parts[0])
    if found is None or len(parts) == 1:
        return found is not None
    return isinstance(found, ast.ClassDef) and len(parts) == 2 and parts[1] in _defined(found.body)


def _defined(body: list[ast.stmt]) -> dict[str, ast.AST]:
    found: dict[str, ast.AST] = {}
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign):
            found |= {one.id: node for one in node.targets if isinstance(one, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found[node.target.id] = node
    return found


@cache
def _trees() -> dict[str, ast.Module]:
    return {module.name: module.tree for module in modules(*PACKAGES)}


@cache
def _classes() -> dict[str, ast.AST]:
    """Return our classes by name: a public one is used once, another guard sees to it."""
    defined = (_defined(tree.body).items() for tree in _trees().values())
    return {name: node for those in defined for name, node in those if isinstance(node, ast.ClassDef)}


def swedish(text: str) -> list[str]:
    """Return the Swedish words of the glossary, each as it stands in its first column."""
    rows = text.partition("\n| Swedish |")[2].partition("\n\n")[0].splitlines()[2:]
    return [word.strip() for row in rows for word in row.split("|")[1].split(",")]


@cache
def _said() -> str:
    """Return all that is said in Swedish: the catalogue, the vocabulary, the common routines."""
    files = [ROOT / "archive/translations/sv.po"]
    files += [*ROOT.glob("archive/vocabulary/*.py"), *ROOT.glob("routines/*.yaml")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files).casefold()


@cache
def _tables() -> frozenset[str]:
    text = "".join(path.read_text(encoding="utf-8") for path in Path(ROOT, "archive/models").glob("*.py"))
    return frozenset(re.findall(r'__tablename__ = "(\w+)"', text))


def test_everything_named_is_there() -> None:
    found = list(named(TEXT.read_text(encoding="utf-8")))
    assert len(found) > 100
    assert unknown(found) == set()


def test_the_modules_and_paths_the_decisions_name_are_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = [name for name in named(text) if re.fullmatch(r"[\w./]*\w[./]\w[\w./]*", name)]
    assert len(found) > 20
    assert unknown(found) == set()


def test_the_map_has_the_nouns_line_by_line_as_the_order_has_them() -> None:
    rows = [" ".join(row.split()) for row in _ROW.findall(drawing(TEXT.read_text(encoding="utf-8")))]
    assert rows == list(ORDER)


def test_every_folder_of_the_archive_is_on_the_map_which_fits_one_screen() -> None:
    drawn = drawing(TEXT.read_text(encoding="utf-8"))
    assert {name for name in FOLDERS if not re.search(rf"\b{name}\b", drawn)} == set()
    assert len(FOLDERS & set(NOUNS)) > 25
    assert 0 < drawn.count("\n") <= MOST_LINES


def test_the_glossary_has_the_words_that_are_used() -> None:
    words = swedish(TEXT.read_text(encoding="utf-8"))
    assert len(words) >= 30
    assert [word for word in words if not re.search(rf"\b{word}", _said())] == []
    assert not re.search(r"\bfilpärm", _said())


@pytest.mark.parametrize(("name", "most"), MOST_WORDS.items())
def test_it_is_read_in_one_go(name: str, most: int) -> None:
    words = re.findall(r"\w+(?:[.'/-]\w+)*", (ROOT / name).read_text(encoding="utf-8"))
    assert most // 3 < len(words) <= most


@pytest.mark.parametrize(
    "name",
    [
        "archive/scanning/scans.py",
        "archive/web/<noun>/",
        "labels/",
        "scanning.scans",
        "scanning.scans.take",
        "routines.deadlines.deadline_after",
        "imports.check.Staging.step",
        "imports.rows.judging.judge",
        "Incident.clock_from",
        "Permission.LIFT_PROTECTION",
        "CaseFile",
        "delivery_line",
        "files",
        "kernel.lifecycle.FILE",
    ],
)
def test_what_there_is_is_known(name: str) -> None:
    assert unknown([name]) == set()


@pytest.mark.parametrize(
    "name",
    [
        "archive/scanning/gone.py",
        "archive/<noun>/gone.py",
        "scanning.gone",
        "scanning.scans.gone",
        "scanning.scans.take.gone",
        "imports.check.Staging.gone",
        "Incident.gone",
        "Gone",
        "gone_table",
        "a sentence",
    ],
)
def test_what_is_gone_is_seen(name: str) -> None:
    assert unknown([name]) == {name}
