"""No test reads the machine's clock: what depends on the day it runs fails on some day."""

import ast

import pytest

from tests.guards.source import ROOT, Module, modules

AMBIENT = {
    "system_clock",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
    "time.ctime",
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
}
# Who may, and why; nobody else.
MAY = {
    "tests.web.test_killed_server": "a server in a process of its own lives by the machine's clock",
    "tests.bench": "figures are measured on servers of their own, and are no tests",
}


def _read(module: Module) -> set[str]:
    """Return where a module reads a clock nobody set: by a name, or by an archive opened without a clock."""
    found = set()
    imported = {
        alias.asname or alias.name: f"{node.module.rpartition('.')[2]}.{alias.name}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Name | ast.Attribute):
            root, dot, rest = ast.unparse(node).partition(".")
            full = f"{imported.get(root, root)}{dot}{rest}"
            if any(full == one or full.endswith(f".{one}") for one in AMBIENT):
                found.add(module.at(node))
    unset = (call for name, call in module.calls() if name == "Archive")
    found |= {module.at(call) for call in unset if len(call.args) + len(call.keywords) < 2}
    return found


def _example(source: str) -> Module:
    return Module("tests.example", ROOT / "tests" / "example.py", source.count("\n"), ast.parse(source))


def _allowed(name: str) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in MAY)


def test_no_test_reads_the_machines_clock() -> None:
    found = [place for module in modules("tests") if not _allowed(module.name) for place in _read(module)]
    assert found == [], f"Set a clock (fixture `clock`, SetClock, RunningClock). Excepted: {MAY}"


def test_whoever_may_read_the_machines_clock_does() -> None:
    reading = {module.name for module in modules("tests") if _read(module)}
    assert [one for one in MAY if not any(f"{name}.".startswith(f"{one}.") for name in reading)] == []


@pytest.mark.parametrize(
    "source",
    [
        "from archive.kernel.clock import system_clock\nsystem_clock()",
        "from archive.kernel import clock\nclock.system_clock()",
        "import time\nclock = time.time",
        "from time import time\ntime()",
        "from datetime import datetime, UTC\ndatetime.now(UTC)",
        "import datetime\ndatetime.datetime.now()",
        "from datetime import date as day\nday.today()",
        "Archive(settings)",
    ],
)
def test_the_guard_sees_each_way_of_reading_a_clock(source: str) -> None:
    assert _read(_example(source))


@pytest.mark.parametrize(
    "source",
    ["Archive(settings, clock)", "clock.now = moment", "from time import perf_counter\nperf_counter()"],
)
def test_the_guard_leaves_set_clocks_and_spans_alone(source: str) -> None:
    assert not _read(_example(source))
