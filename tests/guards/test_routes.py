"""Every endpoint says whom it answers, and who may look at what stands in one reviewed list."""

import ast
from pathlib import Path

import pytest
from flask import Flask

from archive import web
from archive.app import create_app
from archive.kernel.config import Settings
from archive.kernel.permissions import permissions_of
from archive.kernel.store import Archive
from archive.vocabulary import Permission, Role
from archive.web.kit import navigation
from archive.web.kit.access import permission_of
from tests.builders import SetClock

PUBLIC = {
    "calendar.feed",  # by a secret address
    "health.health",
    "language.choose",
    "session.enter",
    "session.page",
    "session.sign_in",
    "static",
}
CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
# Users and settings; a number in the diary; what another authority is told: none of them needs a file.
SEE_NO_FILES = {Role.ADMINISTRATOR, Role.REGISTRAR, Role.CITY_ARCHIVE}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Give the application; no request is made, so its database is not there."""
    folder = tmp_path_factory.mktemp("routes")
    settings = Settings.load({"AKTSPAR_DEMO": "1", "AKTSPAR_DATA_DIR": str(folder)})
    return create_app(archive=Archive(settings, SetClock()))


def test_only_the_reviewed_endpoints_answer_without_sign_in(app: Flask) -> None:
    assert {name for name in app.view_functions if permission_of(app, name) is None} == PUBLIC


def test_nothing_is_changed_by_following_a_link(app: Flask) -> None:
    both = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods and rule.methods & CHANGING
    ]
    assert both == []


def test_no_address_takes_a_persons_number_or_name(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        assert not rule.arguments & {"number", "personnummer", "name", "term", "query"}, rule.rule


def test_every_entry_of_the_menu_asks_for_what_its_page_asks_for(app: Flask) -> None:
    for entry in navigation.ENTRIES:
        if entry.endpoint in app.view_functions:
            assert permission_of(app, entry.endpoint) is entry.permission, entry.endpoint


def test_every_role_has_somewhere_to_go_from_the_front_page() -> None:
    for role in Role:
        assert any(entry.permission in permissions_of([role]) for entry in navigation.ENTRIES), role


def test_every_page_module_is_listed() -> None:
    home = Path(web.__file__).parent
    modules = {
        ".".join(path.relative_to(home).with_suffix("").parts)
        for path in home.rglob("*.py")
        if any(
            isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "bp"
            for node in ast.parse(path.read_text()).body
        )
    }
    assert modules == set(web.PAGES)


def test_each_role_reaches_the_endpoints_its_permissions_open_and_no_other(app: Flask) -> None:
    reading = [name for name in app.view_functions if permission_of(app, name) is Permission.READ_FILES]
    for role in Role:
        may = Permission.READ_FILES in permissions_of([role])
        assert may == (role not in SEE_NO_FILES), (role, reading)
