"""The real server as a process of its own for as long as it is measured, and people signed in at it."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive.accounts import sessions, users
from archive.kernel.config import Settings
from archive.kernel.store import Archive, operator
from archive.vocabulary import Role

PASSWORD = "en lång mening att mäta med"  # of the users a run makes in its own archive
ROLES = (Role.ARCHIVIST, Role.DATA_PROTECTION_OFFICER)


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: its port, and the process above those that answer."""

    port: int
    process: int

    def spent(self) -> float:
        """Return for how many seconds processors have worked for its web processes."""
        return sum(_worked(child) for child in self._children())

    def memory(self) -> int:
        """Return the resident memory of the largest web process in MB."""
        states = [Path(f"/proc/{child}/status").read_text().splitlines() for child in self._children()]
        sizes = [line.split()[1] for state in states for line in state if line.startswith("VmRSS")]
        return max(int(size) for size in sizes) // 1024

    def headers(self, cookie: str) -> str:
        """Return what a browser of our own pages sends with each request."""
        return f"Host: 127.0.0.1:{self.port}\r\nCookie: aktspar={cookie}\r\nSec-Fetch-Site: same-origin\r\n"

    def _children(self) -> list[str]:
        command = ["pgrep", "-P", str(self.process)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def _worked(process: str) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody signed in: who the history says it was, and the session's cookie."""

    actor: str
    cookie: str


def signed_in(settings: Settings, count: int) -> list[Person]:
    """Sign so many people in, made at first use."""
    archive = Archive(settings)
    people = []
    for number in range(count):
        login = f"bench{number}"
        with archive.write(operator("bench")) as work:
            known = next((user for user, _roles in users.users(work) if user.login == login), None)
            user = known or users.create_user(
                work, login, f"Mätare {number}", users.hash_password(PASSWORD, login), ROLES
            )
            actor = user.stream
        cookie = sessions.sign_in(archive, login, PASSWORD, "127.0.0.1", old_token=None)
        people.append(Person(actor, cookie))
    archive.close()
    return people


@contextmanager
def serving(settings: Settings, processes: int) -> Iterator[Served]:
    """Run the server with its route that does nothing until the block is left."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "AKTSPAR_DEMO": "1",
        "AKTSPAR_DATA_DIR": str(settings.data_dir),
        "AKTSPAR_DATABASE_URL": settings.database_url,
        "AKTSPAR_BIND": f"127.0.0.1:{port}",
        "AKTSPAR_BASE_URL": f"http://127.0.0.1:{port}",
        "AKTSPAR_LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "tests.bench.server", str(processes)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline().strip() == "ready"
        try:
            yield Served(port, server.pid)
        finally:
            server.terminate()
