"""The wheel is whole: installed in an empty environment, it makes and serves an archive."""

import json
import os
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",  # what builds it is locked with the rest
        "--wheel-dir",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(command, check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module", params=["beside ours", pytest.param("alone", marks=pytest.mark.thorough)])
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """Install the wheel in an empty environment and return its `aktspar`.

    What it needs is installed with it, or taken from our own environment: `guards/test_layers.py` sees to it
    that all of that is declared.
    """
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder)
    python = folder / "bin" / "python"
    into = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-compile", "--quiet"]
    if request.param == "beside ours":
        (site,) = folder.glob("lib/python*/site-packages")
        (site / "ours.pth").write_text(sysconfig.get_path("purelib"))
        into.append("--no-deps")
    subprocess.run([*into, "--disable-pip-version-check", str(wheel)], check=True)
    return folder / "bin" / "aktspar"


def test_the_wheel_holds_no_tests_and_every_file_of_the_packages(wheel: Path) -> None:
    names = set(ZipFile(wheel).namelist())
    assert not [name for name in names if name.startswith("tests/")]
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    tracked = [name for name in listed.splitlines() if name.split("/")[0] in PACKAGES]
    expected = {
        name.replace("templates/", "archive/templates/", 1) if name.startswith("templates/") else name
        for name in tracked
    }
    assert expected - names == set()


PACKAGES = {"archive", "labels", "routines", "seed", "templates"}


def test_the_installed_program_makes_and_serves_an_archive(program: Path, tmp_path: Path) -> None:
    environment = _environment(tmp_path)
    for command in (["db", "upgrade", "--new"], ["demo", "--files", "12"], ["check", "--json"]):
        done = subprocess.run(
            [program, *command], env=environment, cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    with _served(program, environment, tmp_path) as url:
        page = urllib.request.urlopen(f"{url}/sign-in", timeout=10).read().decode()
        health = json.load(urllib.request.urlopen(f"{url}/health", timeout=10))
    assert "Logga in" in page
    assert health["database"]


def _environment(folder: Path) -> dict[str, str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return {
        "PATH": os.environ["PATH"],
        "AKTSPAR_DEMO": "1",
        "AKTSPAR_DATA_DIR": str(folder / "data"),
        "AKTSPAR_BIND": f"127.0.0.1:{port}",
        "AKTSPAR_BASE_URL": f"http://127.0.0.1:{port}",
    }


@contextmanager
def _served(program: Path, environment: dict[str, str], folder: Path) -> Iterator[str]:
    url = environment["AKTSPAR_BASE_URL"]
    with subprocess.Popen([program, "serve"], env=environment, cwd=folder) as server:
        try:
            _await(f"{url}/health")
            yield url
        finally:
            server.terminate()


def _await(url: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except OSError:
            time.sleep(0.2)  # the server is starting; nothing tells when it is up but an answer
        else:
            return
    pytest.fail(f"{url} did not answer")
