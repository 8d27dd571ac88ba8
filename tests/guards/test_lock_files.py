"""The lock files hold what pyproject.toml asks for, each with the hashes of its files, and nothing else."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.guards.source import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
BUILDING = PROJECT["build-system"]["requires"]
RUNNING = PROJECT["project"]["dependencies"]
TESTING = PROJECT["project"]["optional-dependencies"]["dev"]
ASKED_FOR = {
    "requirements.lock": [*BUILDING, *RUNNING],
    "requirements-dev.lock": [*BUILDING, *RUNNING, *TESTING],
}
PIN = re.compile(
    r"(?P<name>[a-z0-9-]+)==(?P<version>[^ ;]+)(?P<marker> ; .+?)?"
    r"(?P<hashes>(?: --hash=sha256:[0-9a-f]{64})+)"
)


@dataclass(frozen=True)
class Pin:
    """One package as a lock file fixes it: its version, the machines it is for, the hashes of its files."""

    version: str
    marker: str
    hashes: frozenset[str]


def _read(lock: str) -> tuple[dict[str, Pin], list[str]]:
    """Return the packages of a lock file, and the lines that fix none or one that was fixed before."""
    pins: dict[str, Pin] = {}
    loose = []
    told = re.sub(r"^ *#.*\n", "", lock, flags=re.MULTILINE)
    for line in re.sub(r" *\\\n *", " ", told).splitlines():
        pin = PIN.fullmatch(line)
        if pin is None or pin["name"] in pins:
            loose.append(line)
        else:
            pins[pin["name"]] = Pin(pin["version"], pin["marker"] or "", frozenset(pin["hashes"].split()))
    return pins, loose


def _lock(name: str) -> tuple[dict[str, Pin], list[str]]:
    return _read((ROOT / name).read_text(encoding="utf-8"))


def _unmet(pins: Mapping[str, Pin], asked_for: Iterable[str]) -> list[str]:
    """Return the requirements whose package is not fixed, or only for some machines, or out of range."""
    unmet = []
    for line in asked_for:
        asked = Requirement(line)
        pin = pins.get(canonicalize_name(asked.name))
        if pin is None or pin.marker or not asked.specifier.contains(pin.version):
            unmet.append(line)
    return unmet


@pytest.mark.parametrize("name", ASKED_FOR)
def test_every_line_of_a_lock_file_is_a_package_with_its_hashes(name: str) -> None:
    _pins, loose = _lock(name)
    assert loose == []


@pytest.mark.parametrize("name", ASKED_FOR)
def test_a_lock_file_meets_every_requirement_of_the_project(name: str) -> None:
    pins, _loose = _lock(name)
    assert _unmet(pins, ASKED_FOR[name]) == [], "run: make lock"


def test_what_runs_is_what_is_tested() -> None:
    (running, _), (testing, _) = _lock("requirements.lock"), _lock("requirements-dev.lock")
    assert running.items() < testing.items(), "run: make lock"


HASH = "--hash=sha256:" + "0" * 64
GOOD = f"""# as uv writes it
click==8.5.1 ; sys_platform == 'win32' \\
    {HASH} \\
    {HASH}
    # via flask
"""


def test_a_line_that_fixes_a_package_is_read() -> None:
    assert _read(GOOD) == ({"click": Pin("8.5.1", " ; sys_platform == 'win32'", frozenset({HASH}))}, [])


@pytest.mark.parametrize(
    "bad",
    [
        "flask==3.1.3",
        "flask==3.1.3 --hash=sha256:0",
        f"flask>=3 {HASH}",
        "--index-url https://packages.example/simple",
        "-e .",
        f"flask @ https://packages.example/flask.whl {HASH}",
        f"click==8.5.2 {HASH}",
    ],
    ids=["no hash", "half a hash", "a range", "an index", "a folder", "an address", "twice"],
)
def test_a_line_that_fixes_nothing_is_seen(bad: str) -> None:
    _pins, loose = _read(f"{GOOD}{bad}\n")
    assert loose == [bad]


@pytest.mark.parametrize("asked", ["flask>=4", "flask<3", "Flask-Login", "psycopg[binary]>=3"])
def test_a_requirement_that_is_not_met_is_seen(asked: str) -> None:
    pins, _loose = _read(f"flask==3.1.3 {HASH}\npsycopg==3.2 ; sys_platform == 'win32' {HASH}\n")
    assert _unmet(pins, ["Flask>=3.1.2,<4", asked]) == [asked]
