"""`aktspar serve` as an operating system sees it: started, asked, killed, stopped."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from archive.kernel.config import Settings
from archive.kernel.store import Archive
from archive.vocabulary import Role
from tests.builders import a_demo
from tests.verbs.incidents.incident_play import a_colleague

pytestmark = pytest.mark.engines("sqlite")  # it is processes that are tried here, not a database

LONG = 60.0  # seconds; a busy machine takes ten to start two Pythons


def soon(question: Callable[[], object]) -> object:
    """Ask until the answer is true, and return it."""
    until = time.monotonic() + LONG
    while not (answer := question()):
        assert time.monotonic() < until, "not within time"
        time.sleep(0.1)
    return answer


def children(pid: int) -> list[tuple[int, str]]:
    """Return the processes a process has started, with their command lines."""
    numbers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [(int(n), Path(f"/proc/{n}/cmdline").read_text().replace("\0", " ")) for n in numbers]


def workers(pid: int) -> list[int]:
    """Return the worker processes a server has started."""
    return [number for number, line in children(pid) if " worker --parent=" in line]


def alive(pid: int) -> bool:
    """Tell whether a process is there and no zombie."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


@pytest.fixture
def address(settings: Settings) -> str:
    """Give a free address."""
    return free_address()


def free_address() -> str:
    """Return an address nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


@contextmanager
def serving(settings: Settings, address: str, **more: str) -> Iterator[subprocess.Popen[str]]:
    """Run the server and its worker until the block ends."""
    environment = os.environ | {
        "AKTSPAR_DATABASE_URL": settings.database_url,
        "AKTSPAR_MAC_KEY": settings.mac_key.hex(),
        "AKTSPAR_SECRET_KEY": settings.secret_key,
        "AKTSPAR_BIND": address,
        "AKTSPAR_BASE_URL": f"http://{address}",
        **more,
    }
    command = [sys.executable, "-m", "archive", "serve"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True) as server:
        try:
            yield server
        finally:
            server.kill()


def health(address: str) -> dict[str, str]:
    """Return what the server says of itself, nothing while it does not answer."""
    try:
        with urlopen(f"http://{address}/health", timeout=5) as answer:
            facts: dict[str, str] = json.load(answer)
    except OSError:  # not listening yet, or too busy to answer
        return {}
    return facts


def test_one_command_serves_web_and_worker_and_stops_both(settings: Settings, address: str) -> None:
    with serving(settings, address) as server:
        soon(lambda: health(address).get("worker") == "ok")
        (worker,) = workers(server.pid)
        server.send_signal(signal.SIGTERM)
        out, err = server.communicate(timeout=20)
    assert (server.returncode, out) == (0, f"Aktspår answers at http://{address}\n")
    assert not alive(worker)
    assert all(json.loads(line)["logger"] for line in err.splitlines())


def _said(server: subprocess.Popen[str], lines: int) -> list[str]:
    """Return the first lines a server says of itself."""
    assert server.stdout is not None
    return [server.stdout.readline().strip() for _line in range(lines)]


def test_a_server_on_every_address_and_a_port_the_machine_chooses_says_where_it_is(
    settings: Settings,
) -> None:
    base = "http://127.0.0.1:8000"
    with serving(settings, "0.0.0.0:0", AKTSPAR_BASE_URL=base) as server:
        bound, labels = _said(server, 2)
        address, _comma, everywhere = bound.removeprefix("Aktspår answers at http://").partition(", ")
        port = address.removeprefix("0.0.0.0:")
        assert soon(lambda: health(f"127.0.0.1:{port}"))
    assert int(port) > 0
    assert everywhere == "on every address of this machine"
    assert labels == f"Labels and mail lead to {base} (AKTSPAR_BASE_URL)"


def test_the_server_of_a_demo_says_whom_to_sign_in_as(
    settings: Settings, address: str, archive: Archive
) -> None:
    a_demo(archive)
    a_colleague(archive, "astrid", Role.ARCHIVIST)
    with serving(settings, address, AKTSPAR_DEMO="1") as server:
        said = _said(server, 2)
    assert said[1] == f"Open http://{address} and sign in by a click: begin as Astrid (archivist)."


def test_a_worker_that_dies_is_started_again(settings: Settings, address: str) -> None:
    with serving(settings, address) as server:
        (worker,) = soon(lambda: workers(server.pid))
        os.kill(worker, signal.SIGKILL)
        (other,) = soon(lambda: [pid for pid in workers(server.pid) if pid != worker])
        assert other != worker


def test_nothing_is_left_running_when_the_server_is_killed(settings: Settings, address: str) -> None:
    with serving(settings, address) as server:
        soon(lambda: health(address).get("worker") == "ok")
        started = [pid for pid, _line in children(server.pid)]
        server.kill()
        assert len(started) == 2
        soon(lambda: not any(alive(pid) for pid in started))
