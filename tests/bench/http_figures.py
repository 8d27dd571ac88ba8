"""Measure what people wait for, over HTTP, beside a route that does nothing on the same server."""

import json
import os
import random
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import func, select
from sqlmodel import col

from archive.config import Settings
from archive.domain import sessions, staff
from archive.models import CaseFile, Place
from archive.store import Archive, operator
from archive.vocabulary import PlaceKind, Role
from tests.bench import load, million
from tests.bench.load import Run

SECONDS = 8.0
CONNECTIONS = 8
SAMPLE = 20_000
PASSWORD = "en lång mening att mäta med"  # of the users this run makes in its own archive


def figures(files: int, url: str | None = None, processes: int = 1) -> Iterator[dict[str, object]]:
    """Yield the figures of recorded moves and look-ups in an archive of a size."""
    settings = million.built(files, url)
    cookies = _cookies(settings)
    file_codes, box_codes = _codes(settings)
    with _server(settings, processes) as (port, server):
        headers = [_headers(port, cookie) for cookie in cookies]
        nothing = [_always(load.get("/bench/nothing", one)) for one in headers]
        moves = [_move(one, file_codes, box_codes) for one in headers]
        pages = [_look("/files/", one, file_codes) for one in headers]
        answers = [_look("/api/files/", one, file_codes) for one in headers]
        engine = "PostgreSQL" if url else "SQLite"
        for name, makers, target in (
            ("recorded move", moves, 0.12 if url else 0.20),
            ("file page, look recorded", pages, 0.15),
            ("file as JSON, look recorded", answers, 0.20),
        ):
            ceiling = load.run(port, nothing, SECONDS / 2)
            many = load.run(port, makers, SECONDS)
            one_ceiling = load.run(port, nothing[:1], SECONDS / 4)
            one = load.run(port, makers[:1], SECONDS / 2)
            yield _line(f"{name}, {CONNECTIONS} connections", engine, files, many, ceiling, target)
            yield _single(f"{name}, 1 connection", engine, files, one, one_ceiling)
        yield {
            "figure": "memory of the web process",
            "engine": engine,
            "files": files,
            "unit": "MB",
            "value": _memory(server),
            "target": "≤ 150",
        }


def _line(name: str, engine: str, files: int, run: Run, ceiling: Run, target: float) -> dict[str, object]:
    return {
        "figure": name,
        "engine": engine,
        "files": files,
        "unit": "per second",
        "value": round(run.per_second),
        "peer": "a route that does nothing",
        "peer_value": round(ceiling.per_second),
        "ratio": round(run.per_second / ceiling.per_second, 3),
        "target": f"≥ {target}",
        "p50_ms": round(run.p50, 2),
        "p95_ms": round(run.p95, 2),
        "p99_ms": round(run.p99, 2),
        "p95_to_p50": round(run.p95 / run.p50, 2),
        "errors": run.errors,
    }


def _single(name: str, engine: str, files: int, run: Run, ceiling: Run) -> dict[str, object]:
    return {
        "figure": name,
        "engine": engine,
        "files": files,
        "unit": "ms p50",
        "value": round(run.p50, 2),
        "peer": "a route that does nothing",
        "peer_value": round(ceiling.p50, 2),
        "target": f"≤ {2.5 * ceiling.p50 + 1.5:.2f}",
        "errors": run.errors,
    }


def _always(request: bytes) -> Callable[[], bytes]:
    return lambda: request


def _headers(port: int, cookie: str) -> str:
    return f"Host: 127.0.0.1:{port}\r\nCookie: aktspar={cookie}\r\nSec-Fetch-Site: same-origin\r\n"


def _move(headers: str, files: list[str], boxes: list[str]) -> Callable[[], bytes]:
    def make() -> bytes:
        body = {"id": str(uuid4()), "text": random.choice(files), "context": random.choice(boxes)}
        return load.post("/api/scans", headers, json.dumps(body).encode())

    return make


def _look(path: str, headers: str, files: list[str]) -> Callable[[], bytes]:
    return lambda: load.get(path + random.choice(files), headers)


def _cookies(settings: Settings) -> list[str]:
    archive = Archive(settings)
    cookies = []
    for number in range(CONNECTIONS):
        login = f"bench{number}"
        with archive.write(operator("bench")) as work:
            known = next((user for user, _roles in staff.users(work) if user.login == login), None)
            user = known or staff.create_user(
                work,
                login,
                f"Mätare {number}",
                staff.hash_password("en lång mening att mäta med", login),
                [Role.ARCHIVIST],
            )
        cookies.append(sessions.sign_in(archive, user.login, PASSWORD, "127.0.0.1", old_token=None))
    archive.close()
    return cookies


def _codes(settings: Settings) -> tuple[list[str], list[str]]:
    archive = Archive(settings)
    with archive.read(operator("bench")) as work:
        most = work.session.execute(select(func.max(CaseFile.id))).scalar_one()
        step = max(1, most // SAMPLE)
        some = select(col(CaseFile.code)).where(col(CaseFile.id) % step == 0, ~col(CaseFile.protected))
        files = list(work.session.execute(some.limit(SAMPLE)).scalars())
        boxes = select(col(Place.code)).where(col(Place.kind) == PlaceKind.BOX).limit(5000)
        found = list(work.session.execute(boxes).scalars())
    archive.close()
    return files, found


@contextmanager
def _server(settings: Settings, processes: int) -> Iterator[tuple[int, int]]:
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
            yield port, server.pid
        finally:
            server.terminate()


def _memory(server: int) -> int:
    """Return the resident memory of the largest web process in MB."""
    listed = subprocess.run(["pgrep", "-P", str(server)], capture_output=True, text=True, check=True)
    states = [Path(f"/proc/{child}/status").read_text().splitlines() for child in listed.stdout.split()]
    sizes = [line.split()[1] for state in states for line in state if line.startswith("VmRSS")]
    return max(int(size) for size in sizes) // 1024
