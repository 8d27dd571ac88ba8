"""Run each test on SQLite, and on PostgreSQL those that send it a statement no other test sends.

`repeated.txt` names the tests whose every statement others send to PostgreSQL too: there they are thorough.
A whole run fails when a statement was sent to SQLite only, so that the list cannot grow stale unseen;
`make repeated` writes it anew.
"""

import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Set
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import CompileError
from sqlalchemy.sql.elements import TextClause

ENGINES = ("sqlite", "postgresql")
ENGINES_OF_FOLDER = {
    "postgres": ("postgresql",),
    **dict.fromkeys(("bench", "browser", "web"), ("sqlite",)),
}
NO_POSTGRESQL = "NOT RUN ON POSTGRESQL: no server; `make test` starts one (pg_virtualenv -t pytest …)"
ALWAYS = "always"  # every test whose engines its folder or marker says
REPEATED = Path(__file__).with_name("repeated.txt")
ROOT = REPEATED.parents[1]

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
_NUMBERED = re.compile(r"_\d+\b")
_OFTEN = re.compile(r"(\([^()]*\))(, \1)+")


def have_postgresql() -> bool:
    """Tell whether a PostgreSQL server to test on is named in the environment, as pg_virtualenv does."""
    return "PGHOST" in os.environ


def repeated() -> list[str]:
    """Return the tests, `path::function`, that only repeat on PostgreSQL what others send it."""
    return REPEATED.read_text().split()


class Sent:
    """What was sent in this process: of each engine every statement and the tests that sent it."""

    def __init__(self) -> None:
        self.tests: dict[str, dict[str, set[str]]] = {name: defaultdict(set) for name in ENGINES}
        self.seconds: dict[str, float] = defaultdict(float)
        self.test = ""  # none whose statements count
        self._known: dict[str, str] = {}

    def note(
        self, connection: Connection, _cursor: Any, text: str, _parameters: Any, context: Any, _many: bool
    ) -> None:
        """Note one statement that SQLAlchemy is about to send."""
        if not self.test or context is None or context.compiled is None:
            return
        if text not in self._known:
            self._known[text] = on_postgresql(context.compiled.statement)
        if statement := self._known[text]:
            self.tests[connection.dialect.name][statement].add(self.test)

    def dump(self) -> str:
        """Return all of it as JSON, to be read by `add`."""
        tests = {name: {said: sorted(by) for said, by in sent.items()} for name, sent in self.tests.items()}
        return json.dumps([tests, self.seconds])

    def add(self, dumped: str) -> None:
        """Add what another process sent."""
        tests, seconds = json.loads(dumped)
        for name, sent in tests.items():
            for statement, by in sent.items():
                self.tests[name][statement].update(by)
        for test, spent in seconds.items():
            self.seconds[test] += spent

    def only_on_sqlite(self, left_out: Set[str]) -> dict[str, set[str]]:
        """Return the statements which only tests sent to SQLite that are left out on PostgreSQL."""
        there = self.tests["postgresql"]
        return {said: by for said, by in self.tests["sqlite"].items() if said not in there and by <= left_out}

    def repeating(self) -> set[str]:
        """Return the tests that send PostgreSQL nothing which the quickest of the others do not send it.

        What only SQLite is sent, where the archive speaks to each in its own way, counts as well.
        """
        by_statement = {**self.tests["sqlite"], **self.tests["postgresql"]}
        every = set().union(*by_statement.values())
        needed = {ALWAYS}
        for tests in sorted(by_statement.values(), key=len):
            if not tests & needed:
                needed.add(min(tests, key=lambda test: (self.seconds[test], test)))
        return every - needed


def on_postgresql(statement: Any) -> str:
    """Write a statement as PostgreSQL gets it, whatever it was sent to; how many values go in is left out."""
    if statement is None or isinstance(statement, TextClause):
        return ""  # a test's own, or written for the one engine
    if isinstance(statement, postgresql.Insert | sqlite.Insert):
        return f"upsert {statement.table}"  # each has its own way to say it
    try:
        text = str(statement.compile(dialect=_DIALECT))
    except CompileError:
        return ""  # SQLite's own
    if "_alembic_tmp_" in text:
        return ""  # how SQLite changes a table: by another one made under this name
    return _OFTEN.sub(r"\1", _NUMBERED.sub("", " ".join(text.split())))


_sent = Sent()
_repeated = frozenset(repeated())


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `make repeated` ask which tests repeat what others send."""
    parser.addoption("--find-repeated", action="store_true", help=f"write {REPEATED.name} anew")


def pytest_configure(config: pytest.Config) -> None:
    """Name our markers; what is thorough is left out unless asked for by `-m`."""
    config.addinivalue_line("markers", "engines(*names): run only on these of sqlite, postgresql")
    config.addinivalue_line("markers", "thorough: takes minutes; `make test-thorough` runs it")
    config.addinivalue_line("markers", "drawn: its cases are drawn; `make test-thorough` draws others")
    config.option.markexpr = config.option.markexpr or "not thorough"
    event.listen(Engine, "before_cursor_execute", _sent.note)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what uses a database on both engines, unless its folder or marker says which."""
    if "engine" not in metafunc.fixturenames:
        return
    marker = metafunc.definition.get_closest_marker("engines")
    names = marker.args if marker else ENGINES_OF_FOLDER.get(_folder(metafunc.definition), ENGINES)
    marks = [] if have_postgresql() else [pytest.mark.skip(reason=NO_POSTGRESQL)]
    if metafunc.definition.nodeid in _repeated:
        marks.append(pytest.mark.thorough)
    parameters = [pytest.param(name, marks=marks if name == "postgresql" else ()) for name in names]
    metafunc.parametrize("engine", parameters, scope="session")


def _folder(item: Any) -> str:
    """Return in which folder of `tests` an item stands, however deep."""
    parts: tuple[str, ...] = item.path.relative_to(REPEATED.parent).parts
    return parts[0]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark the tests whose cases are drawn: of hypothesis and of state machines."""
    fixtures = getattr(item, "fixturenames", ())
    if getattr(getattr(item, "obj", None), "is_hypothesis_test", False) or "play" in fixtures:
        item.add_marker(pytest.mark.drawn)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Put what is sent down to the test that sends it, if it is one of both engines or PostgreSQL's."""
    engine = getattr(item, "callspec", None) and item.callspec.params.get("engine")
    alone = item.get_closest_marker("engines") or _folder(item) in ENGINES_OF_FOLDER
    drawn = item.get_closest_marker("drawn")  # a new version of hypothesis draws others
    counts = engine == "postgresql" or (engine == "sqlite" and not alone and not drawn)
    test = ALWAYS if alone else item.nodeid.partition("[")[0]
    _sent.test = test if counts else ""
    yield
    _sent.test = ""


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up how long each test takes on PostgreSQL."""
    if "postgresql" in report.nodeid.partition("[")[2]:
        _sent.seconds[report.nodeid.partition("[")[0]] += report.duration


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a process of xdist's has sent."""
    if hasattr(node, "workeroutput"):  # else it died
        _sent.add(node.workeroutput["sent"])


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand over what was sent; fail a whole run in which PostgreSQL got less than SQLite."""
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput["sent"] = _sent.dump()
    elif config.option.find_repeated:
        REPEATED.write_text("".join(f"{test}\n" for test in sorted(_sent.repeating())))
    elif _whole(config) and _sent.only_on_sqlite(_repeated) and not session.exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _whole(config: pytest.Config) -> bool:
    whole = config.args == config.getini("testpaths") and not config.option.keyword
    return whole and have_postgresql() and config.option.markexpr == "not thorough"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> Iterator[None]:
    """Say last and in red what was not run: half a test run must not look like a whole one."""
    yield
    skipped = terminalreporter.stats.get("skipped", [])
    left_out = [report.nodeid for report in skipped if NO_POSTGRESQL in str(report.longrepr)]
    if left_out:
        terminalreporter.section(f"{len(left_out)} tests {NO_POSTGRESQL}", sep="!", red=True, bold=True)
        for name, number in sorted(Counter(nodeid.split("::")[0] for nodeid in left_out).items()):
            terminalreporter.line(f"{number:5} in {name}", red=True)
    missed = _sent.only_on_sqlite(_repeated) if _whole(config) else {}
    if missed:
        title = f"{len(missed)} STATEMENTS WERE SENT TO SQLITE ONLY; `make repeated` finds who can send them"
        terminalreporter.section(title, sep="!", red=True, bold=True)
        for statement, tests in missed.items():
            terminalreporter.line(f"{min(tests)}: {statement[:300]}", red=True)
