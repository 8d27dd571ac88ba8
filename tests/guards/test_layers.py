"""Imports point downwards through one tuple of nouns; the ways in stand above them and stay thin."""

import ast
import sys
import tomllib
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.guards.source import PACKAGES, ROOT, Module, modules

# A noun imports from those that stand after it, never from one before. By the lines of the design, §3.
ORDER = (
    "home annual_report quality",
    "incidents programme",
    "deliveries",
    "cover_checks stocktakes",
    "scanning",
    "reference_data backups search imports loans",
    "files",
    "timeline integrity labelling",
    "routine_runs places access_log",
    "people organisation notifications",
    "accounts codes",
    "history output rules register heartbeat",
    "models migrations",
    "kernel",
    "vocabulary",
)
NOUNS = tuple(noun for line in ORDER for noun in line.split())
ABOVE = (
    "api",
    "app",
    "cli",
    "commands",
    "reading",
    "serving",
    "timetable",
    "web",
    "wiring",
    "worker",
    "__main__",
)
READ_BY_ALL = "models"

# Modules that know less than their noun may: nothing that stands above the noun named.
KNOW_LESS = {
    "history.shapes": "kernel",
    "imports.lists": "output",
    "integrity.chain": "history",
    "integrity.fences": "history",
    "integrity.findings": "history",
    "integrity.reading": "history",
    "integrity.replay": "history",
}
PAPERS = {"paper", "papers", "serializers", "calendar_feed", "sample_papers", "labelling"}
WAYS_IN = {"flask", "werkzeug", "click", "apscheduler", "gunicorn"}
DOORS = {*ABOVE, "kernel.logs", "notifications.smtp"}
VIEWS = PAPERS | {"views", "sample_views", "paper_data", "summaries", "figures", "lost_register", "todo"}
VIEWS |= {"comparison", "event_texts", "loan_texts", "lookup", "masking", "overview", "place_claims"}
VIEWS |= {"preview", "timeline"}
WRITES = {"add", "add_all", "merge", "flush", "delete", "insert", "update"}
RECORDS = {"record", "record_many", "advance", "advance_many", "begin_many", "write"}


def _own(name: str) -> str:
    """Return a module's name within the archive."""
    return name.removeprefix("archive.")


def _noun(name: str) -> str:
    return _own(name).partition(".")[0]


def _imports(module: Module, names: Iterable[str]) -> set[str]:
    """Return the modules of ours it imports; a package only where nothing is taken out of it."""
    known, said = set(names), set(module.imports())
    return {
        name
        for name in said & known
        if name != "archive" and not any(other.startswith(f"{name}.") for other in said & known)
    }


def _between_nouns(found: Iterable[Module]) -> Iterator[tuple[str, str]]:
    """Give who imports whom, from one noun to another; the ways in may know every noun."""
    found = tuple(found)
    for module in found:
        if module.name != "archive" and _noun(module.name) not in ABOVE:
            for name in _imports(module, {one.name for one in found}):
                if _noun(name) != _noun(module.name):
                    yield _own(module.name), _own(name)


def upwards(found: Iterable[Module]) -> set[str]:
    """Return the imports that run upwards through the nouns, or from a noun to a way in."""
    rank = {name: place for place, name in enumerate((*ABOVE, *NOUNS))}
    return {
        f"{own} > {other}"
        for own, other in _between_nouns(found)
        if _noun(other) != READ_BY_ALL and rank[_noun(other)] < rank[_noun(own)]
    }


def both_ways(found: Iterable[Module]) -> set[str]:
    """Return the pairs of nouns that know each other both ways."""
    pairs = {(_noun(own), _noun(other)) for own, other in _between_nouns(found)}
    return {f"{one} <> {other}" for one, other in pairs if one < other and (other, one) in pairs}


def private_used_outside(found: Iterable[Module]) -> set[str]:
    """Return the imports of a module whose name begins with `_` from outside its package."""
    found = tuple(found)
    return {
        f"{module.name} > {name}"
        for module in found
        for name in _imports(module, {one.name for one in found})
        if name.rpartition(".")[2].startswith("_") and not name.endswith("__")
        if not f"{module.name}.".startswith(f"{name.rpartition('.')[0]}.")
    }


def re_exporting(found: Iterable[Module]) -> set[str]:
    """Return the packages whose `__init__` takes names from within that it does not use itself."""
    return {
        module.name
        for module in found
        if module.path.name == "__init__.py"
        for node in module.tree.body
        if isinstance(node, ast.ImportFrom)
        if node.level or f"{node.module}.".startswith(f"{module.name}.")
        if {alias.asname or alias.name for alias in node.names} - _used(module)
    }


def _used(module: Module) -> set[str]:
    return {node.id for node in ast.walk(module.tree) if isinstance(node, ast.Name)}


def writing(found: Iterable[Module]) -> set[str]:
    """Return the places where a view module writes: rows, events, or a transaction that may."""
    return {
        module.at(call)
        for module in found
        if _noun(module.name) not in ABOVE and VIEWS & set(module.name.split("."))
        for called, call in module.calls()
        if called in WRITES | RECORDS and _of_the_store(call)
    }


def _of_the_store(call: ast.Call) -> bool:
    """Tell whether what is called is of the store or the history, not of a set or a dict."""
    if isinstance(call.func, ast.Name):
        return True
    spoken = ast.unparse(call.func).split(".")[:-1]
    return bool({"work", "session", "connection", "history", "archive", "store"} & set(spoken))


def _planted(**texts: str) -> list[Module]:
    """Make modules of some texts; `__` in a name stands for a dot."""
    return [
        Module(name, ROOT / f"{name.replace('.', '/')}.py", 1, ast.parse(text))
        for name, text in ((key.replace("__", "."), text) for key, text in texts.items())
    ]


FILES = {"archive__files__files": "", "archive__loans__loans": ""}


def test_every_module_of_the_archive_has_its_noun() -> None:
    homeless = {module.name for module in modules("archive") if _noun(module.name) not in {*ABOVE, *NOUNS}}
    assert homeless == {"archive"}


def test_nouns_import_downwards() -> None:
    assert upwards(modules("archive")) == set()


def test_two_nouns_never_know_each_other_both_ways() -> None:
    assert both_ways(modules("archive")) == set()


@pytest.mark.parametrize(
    "bad",
    [
        "from archive.loans import loans",
        "from archive.loans.loans import lend",
        "import archive.loans.loans",
        "def late():\n    from archive.loans import loans",
    ],
)
def test_an_import_upwards_is_seen_wherever_it_stands(bad: str) -> None:
    found = _planted(**{**FILES, "archive__files__files": bad})
    assert upwards(found) == {"files.files > loans.loans"}
    assert upwards(_planted(**{**FILES, "archive__loans__loans": "from archive.files import files"})) == set()


def test_nouns_that_know_each_other_are_seen_and_so_is_a_way_in_a_noun_imports() -> None:
    mutual = _planted(
        archive__files__files="from archive.loans import loans",
        archive__loans__loans="from archive.files import files",
    )
    assert both_ways(mutual) == {"files <> loans"}
    one_way = _planted(**{**FILES, "archive__loans__loans": "from archive.files import files"})
    assert both_ways(one_way) == set()
    door = _planted(archive__files__files="from archive.web import kit", archive__web__kit="")
    assert upwards(door) == {"files.files > web.kit"}


@pytest.mark.parametrize(("name", "lowest"), KNOW_LESS.items())
def test_what_knows_less_than_its_noun_imports_nothing_above_that(name: str, lowest: str) -> None:
    allowed = NOUNS[NOUNS.index(lowest) :]
    own = [one for one in modules("archive") if f"{_own(one.name)}.".startswith(f"{name}.")]
    known = {one.name for one in modules("archive")}
    found = {
        f"{module.name} > {other}"
        for module in own
        for other in _imports(module, known)
        if _noun(other) not in {*allowed, _noun(module.name)}
        or (_noun(other) == _noun(name) and not _knows_as_little(_own(other), lowest))
    }
    assert own, "name a module there is"
    assert found == set()


def _knows_as_little(own: str, lowest: str) -> bool:
    return any(f"{own}.".startswith(f"{name}.") and low == lowest for name, low in KNOW_LESS.items())


def test_lists_are_read_without_a_database() -> None:
    database = {"sqlalchemy", "sqlmodel", "archive.models", "archive.kernel.store"}
    by_name = {module.name: module for module in modules("archive")}
    waiting = [name for name in by_name if name.startswith("archive.imports.lists")]
    reached: set[str] = set()
    while waiting:
        if (name := waiting.pop()) not in reached:
            reached.add(name)
            waiting.extend(_imports(by_name[name], by_name))
    found = {
        f"{name} imports {other}"
        for name in reached
        for other in by_name[name].imports()
        if other in database or other.split(".")[0] in database
    }
    assert found == set()


def test_verbs_know_no_paper() -> None:
    def paper(name: str) -> bool:
        return bool(PAPERS & set(_own(name).split(".")))

    known = {module.name for module in modules("archive")}
    found = {
        f"{module.name} > {name}"
        for module in modules("archive")
        if _noun(module.name) not in ABOVE and not paper(module.name)
        for name in _imports(module, known)
        if paper(name)
    }
    assert found == set()


def test_a_module_with_an_underscore_is_used_in_its_package_only() -> None:
    assert private_used_outside(modules()) == set()


def test_a_private_module_used_outside_is_seen() -> None:
    found = _planted(
        archive__files___rows="",
        archive__files__files="from archive.files import _rows",
        archive__loans__loans="from archive.files._rows import row",
    )
    assert private_used_outside(found) == {"archive.loans.loans > archive.files._rows"}


def test_no_package_re_exports_what_its_modules_hold() -> None:
    kept = {"archive.models", "archive.vocabulary"}  # tables and words are read by everybody, by one name
    assert re_exporting(modules("archive", "labels", "routines")) <= kept


@pytest.mark.parametrize("bad", ["from archive.files.files import lend", "from .files import lend"])
def test_a_package_that_re_exports_is_seen(bad: str) -> None:
    package = Module("archive.files", Path("archive/files/__init__.py"), 1, ast.parse(bad))
    assert re_exporting([package]) == {"archive.files"}


def test_a_view_never_writes() -> None:
    assert writing(modules("archive")) == set()
    assert {one for one in VIEWS if any(one in m.name.split(".") for m in modules("archive"))} == VIEWS


@pytest.mark.parametrize(
    "bad",
    [
        "work.session.add(row)",
        "work.session.execute(update(T))",
        "history.record(work, kind, file)",
        "archive.write(actor)",
    ],
)
def test_a_view_that_writes_is_seen(bad: str) -> None:
    assert writing(_planted(archive__files__masking=bad)) != set()
    assert writing(_planted(archive__files__masking="seen.add(1); found.update(a=1)")) == set()


@pytest.mark.parametrize("package", ["labels", "routines"])
def test_a_leaf_package_imports_nothing_of_ours(package: str) -> None:
    ours = {"archive", "labels", "routines", "seed", "templates"} - {package}
    found = {
        f"{module.name} imports {name}"
        for module in modules(package)
        for name in module.imports()
        if name.split(".")[0] in ours
    }
    assert found == set()


def test_a_migration_imports_nothing_of_ours_that_could_change_under_it() -> None:
    steps = [module for module in modules("archive") if ".migrations.versions." in module.name]
    assert len(steps) > 0
    ours = {"archive", "labels", "routines", "seed"}
    found = {
        f"{step.name} imports {name}"
        for step in steps
        for name in step.imports()
        if name.split(".")[0] in ours
    }
    assert found == set()


def test_only_the_ways_in_know_flask_click_and_the_scheduler() -> None:
    found = {
        f"{module.name} imports {name}"
        for module in modules("archive")
        if module.name != "archive" and not {_noun(module.name), _own(module.name)} & DOORS
        for name in module.imports()
        if name.split(".")[0] in WAYS_IN
    }
    assert found == set()


def test_modules_import_each_other_in_no_ring() -> None:
    names = {module.name for module in modules()}
    packages = {name for name in names if any(other.startswith(f"{name}.") for other in names)}
    graph = {
        module.name: {name for name in module.imports() if name in names - packages - {module.name}}
        for module in modules()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def test_nothing_is_imported_that_the_project_does_not_declare() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {_plain(line) for line in project["dependencies"]}
    distributions = packages_distributions()
    undeclared = {
        f"{module.name} imports {name}"
        for module in modules()
        for name in module.imports()
        if (top := name.split(".")[0]) not in {*PACKAGES, *sys.stdlib_module_names}
        and not {_plain(one) for one in distributions.get(top, [top])} & (declared | BROUGHT_ALONG)
    }
    assert undeclared == set()


BROUGHT_ALONG = {
    "sqlalchemy",
    "werkzeug",
    "itsdangerous",
    "jinja2",
    "markupsafe",
}  # by sqlmodel and flask, which are built on them


def _plain(requirement: str) -> str:
    name = requirement.replace("_", "-").lower()
    for sign in "<>=[;! ~":
        name = name.split(sign)[0]
    return name
