"""Those who send slowly, or hold what others wait for, stop nobody else."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

import pytest

from archive.kernel.config import Settings
from archive.kernel.store import Archive
from archive.reading import GATHERED_AT_ONCE
from tests.databases import SqliteDatabases
from tests.web.test_killed_server import Clerk, clerks
from tests.web.test_restored_server import scan
from tests.web.test_serving import address, free_address, health, serving, soon

__all__ = ["address", "clerks"]
pytestmark = pytest.mark.engines("sqlite")  # it is the server that is tried here
MANY = 40  # senders, at a server of eight threads
LONGEST = 60  # seconds for an answer: a server that gives none must fail a test, not hold it
SLOWLY = (
    "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\nContent-Type: {kind}\r\n\r\nlogin="
)


def dial(address: str) -> socket.socket:
    """Open a connection."""
    host, port = address.split(":")
    return socket.create_connection((host, int(port)), LONGEST)


def begun(address: str, length: int, path: str = "/sign-in", more: str = "") -> socket.socket:
    """Begin a request and send no more of it than its first bytes."""
    connection = dial(address)
    kind = "application/json" if path.startswith("/api/") else "application/x-www-form-urlencoded"
    head = SLOWLY.format(path=path, host=address, length=length, kind=kind)
    connection.sendall(head.replace("\r\n\r\n", f"\r\n{more}\r\n").encode())
    return connection


def answer(connection: socket.socket) -> str:
    """Return all the server says until it closes; a reset, since some of ours lay unread, ends it too."""
    said = b""
    with connection, suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            said += piece
    return said.decode()


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server lose its patience after a second."""
    monkeypatch.setenv("AKTSPAR_REQUEST_SECONDS", "1")
    monkeypatch.setenv("AKTSPAR_LOCK_SECONDS", "1")


@pytest.fixture(scope="module")
def patient(sqlite_databases: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve with more patience than any test has: only what holds no thread lets others be served."""
    with (
        sqlite_databases.fresh(tmp_path_factory.mktemp("patient")) as settings,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("AKTSPAR_REQUEST_SECONDS", "3600")
        address = free_address()
        with serving(settings, address):
            soon(lambda: health(address))
            yield address


def served(address: str) -> bool:
    """Tell whether the page of the sign-in is there, for more requests than there are threads."""
    return all(urlopen(f"http://{address}/sign-in", timeout=LONGEST).status == 200 for _ in range(20))


@pytest.mark.parametrize("length", [20, 60_000])
def test_while_many_forms_come_slowly_everybody_else_is_served(patient: str, length: int) -> None:
    with ExitStack() as senders:
        for _ in range(MANY):
            senders.enter_context(begun(patient, length))
        assert served(patient)


@pytest.mark.parametrize("sent", [b"", b"P", b"POST /sign-in HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_while_many_heads_come_slowly_everybody_else_is_served(patient: str, sent: bytes) -> None:
    with ExitStack() as senders:
        for _ in range(MANY):
            senders.enter_context(dial(patient)).sendall(sent)
        assert served(patient)


def test_more_senders_than_there_is_room_for_shut_nobody_out(patient: str) -> None:
    with ExitStack() as senders:
        for _ in range(GATHERED_AT_ONCE + MANY):
            senders.enter_context(begun(patient, 20))
        assert served(patient)


def test_a_large_body_before_sign_in_is_refused_unread_and_holds_no_thread(patient: str) -> None:
    own = "Sec-Fetch-Site: same-origin\r\n"
    with ExitStack() as senders:
        for _ in range(MANY):
            senders.enter_context(begun(patient, 2_000_000, more=own))
        assert served(patient)
    assert "HTTP/1.1 413 " in answer(begun(patient, 2_000_000, more=own))


@pytest.mark.parametrize(("length", "kept"), [(200_000, "close"), (2_000, "keep-alive")])
def test_that_a_connection_ends_after_a_large_request_stands_in_its_answer(
    patient: str, length: int, kept: str
) -> None:
    own = "Sec-Fetch-Site: same-origin\r\n"
    with begun(patient, length, more=own) as connection:
        connection.sendall(b"x" * (length - len("login=")))
        head = b""
        while b"\r\n\r\n" not in head and (piece := connection.recv(65536)):
            head += piece
    assert f"\r\nConnection: {kept}\r\n" in head.decode()


def test_a_form_that_comes_in_pieces_is_taken_as_if_whole(patient: str) -> None:
    with begun(patient, 26, more="Sec-Fetch-Site: same-origin\r\nConnection: close\r\n") as connection:
        for piece in (b"anna", b"&password=", b"xx", b"xxxx"):
            connection.sendall(piece)
        said = answer(connection)
    assert said.startswith("HTTP/1.1 422 ")
    assert 'value="anna"' in said


def test_requests_sent_in_one_breath_are_answered_one_after_the_other(patient: str) -> None:
    asked = f"GET /health HTTP/1.1\r\nHost: {patient}\r\n\r\n"
    last = asked.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")
    with dial(patient) as connection:
        connection.sendall((asked * 3 + last[:10]).encode())
        connection.sendall(last[10:].encode())
        assert answer(connection).count("HTTP/1.1 200") == 4


def test_a_form_that_does_not_come_whole_is_answered_408(
    settings: Settings, address: str, hurried: None
) -> None:
    with serving(settings, address):
        soon(lambda: health(address))
        said = answer(begun(address, 20))
        assert said.startswith("HTTP/1.1 408 ")
        assert "Inget har sparats" in said


def test_a_list_sent_slowly_by_somebody_signed_in_ends_in_408_and_others_are_served(
    settings: Settings, archive: Archive, address: str, hurried: None, clerks: list[Clerk]
) -> None:
    bearer = f"Authorization: Bearer {clerks[0].token}\r\nExpect: 100-continue\r\n"
    with serving(settings, address):
        soon(lambda: health(address))
        sending = [begun(address, 1_500_000, "/api/scans", bearer) for _ in range(MANY)]
        assert urlopen(f"http://{address}/sign-in", timeout=LONGEST).status == 200
        said = [answer(one) for one in sending]
    answered = [one.replace("HTTP/1.1 100 Continue\r\n\r\n", "") for one in said]
    assert {one.split(" ")[1] for one in answered if one} <= {"408", "503"}
    assert any(" 408 " in one for one in said)


@contextmanager
def paused_writer(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """Stop a process in the middle of a transaction, as a debugger or a sleeping laptop does."""
    ready = tmp_path / "ready"
    code = (
        "import sys, time, pathlib\n"
        "from archive.kernel.config import Settings\nfrom archive.kernel.store import Archive, operator\n"
        "with Archive(Settings.load()).write(operator('paused')):\n"
        f"    pathlib.Path({str(ready)!r}).touch()\n    time.sleep(3600)\n"
    )
    environment = os.environ | {
        "AKTSPAR_DATABASE_URL": settings.database_url,
        "AKTSPAR_MAC_KEY": settings.mac_key.hex(),
        "AKTSPAR_SECRET_KEY": settings.secret_key,
        "AKTSPAR_LOCK_SECONDS": "600",
    }
    with subprocess.Popen([sys.executable, "-c", code], env=environment) as writer:
        soon(ready.exists)
        writer.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            writer.kill()


def test_a_writer_that_was_paused_stops_nobody_for_good(
    settings: Settings, archive: Archive, address: str, hurried: None, clerks: list[Clerk], tmp_path: Path
) -> None:
    with serving(settings, address):
        soon(lambda: health(address))
        assert scan(clerks[0], 0) == 200
        with paused_writer(settings, tmp_path):
            assert [scan(clerks[0], box) for box in (1, 0)] == [503, 503]
            assert urlopen(f"http://{address}/sign-in", timeout=LONGEST).status == 200
        assert scan(clerks[0], 1) == 200
