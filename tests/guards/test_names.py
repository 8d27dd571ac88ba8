"""A noun has one name: in the archive and its ways in, in templates and tests."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.guards.source import ROOT, Module, modules
from tests.guards.test_layers import NOUNS

# Folders that bear the names of nouns, and what else may stand in each.
ROOMS = {
    "archive/web": {"kit"},
    "archive/api": {"bodies"},
    "archive/commands": {"db", "demo", "serve", "worker"},
    "templates": {"_macros", "base", "errors", "mail"},
    "tests/verbs": {"demo"},
    "tests/web": {"kit"},
}


def named_otherwise(room: str, names: Iterable[str]) -> set[str]:
    """Return the folders of a room that are called as no noun is."""
    return set(names) - {*NOUNS, *ROOMS[room]}


def blueprints(found: Iterable[Module]) -> Iterator[tuple[Module, str]]:
    """Give the name of each blueprint and where it is made."""
    for module in found:
        for called, call in module.calls():
            if called == "Blueprint" and isinstance(call.args[0], ast.Constant):
                yield module, str(call.args[0].value)


def called_otherwise(found: Iterable[Module]) -> set[str]:
    """Return the blueprints that bear neither the name of their noun nor that of their module."""
    wrong = set()
    for module, name in blueprints(found):
        _archive, way_in, *own = module.name.split(".")
        if name.removeprefix("api_" if way_in == "api" else "") not in own:
            wrong.add(f"{module.name}: {name}")
    return wrong


@pytest.mark.parametrize("room", ROOMS)
def test_what_stands_in_a_way_in_or_among_its_tests_is_called_as_its_noun_is(room: str) -> None:
    folder = ROOT / room
    assert named_otherwise(room, _folders(folder)) == set()
    assert set(_folders(folder)) & set(NOUNS)


@pytest.mark.parametrize("room", ["archive/api", "archive/commands"])
def test_a_single_module_of_a_way_in_is_called_as_its_noun_is(room: str) -> None:
    found = {path.stem for path in (ROOT / room).glob("*.py")} - {"__init__"}
    assert named_otherwise(room, found) == set()


def test_endpoints_are_called_as_their_noun_or_their_module_is() -> None:
    assert called_otherwise(modules("archive")) == set()
    assert len({name for _module, name in blueprints(modules("archive"))}) > 40


def test_a_room_or_an_endpoint_called_otherwise_is_seen() -> None:
    assert named_otherwise("templates", ["access_log", "_macros", "looks"]) == {"looks"}
    made = [
        _module("archive.web.access_log.access_log", 'bp = Blueprint("looks", __name__)'),
        _module("archive.web.loans.loans", 'bp = Blueprint("loans", __name__)'),
        _module("archive.api.loans", 'bp = Blueprint("api_loans", __name__)'),
        _module("archive.api.places", 'bp = Blueprint("places", __name__)'),
        _module("archive.api.people", 'bp = Blueprint("api_persons", __name__)'),
    ]
    assert called_otherwise(made) == {
        "archive.web.access_log.access_log: looks",
        "archive.api.people: api_persons",
    }


def _folders(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.is_dir() and path.name != "__pycache__"]


def _module(name: str, text: str) -> Module:
    return Module(name, ROOT / f"{name.replace('.', '/')}.py", 1, ast.parse(text))
