"""One command for web and worker: gunicorn's master also keeps the worker process alive."""

import ctypes
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from time import monotonic
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger

from archive.accounts import sessions
from archive.app import create_app
from archive.integrity import starting
from archive.kernel.config import Settings
from archive.kernel.store import Archive
from archive.reading import Worker

RESTART_AFTER = 5.0  # seconds between two starts of a worker that keeps dying
PATIENCE = 30  # seconds for what is under way when told to stop
M_ARENA_MAX = -8  # of glibc's malloc.h


class Logs(Logger):  # type: ignore[misc]
    """Let gunicorn's messages go the way of all our logs."""

    def setup(self, cfg: Any) -> None:
        """Add no handler of gunicorn's own."""
        self.cfg = cfg
        self.error_log.propagate = True
        self.error_log.setLevel(logging.WARNING)

    def access(self, *_args: object) -> None:
        """Leave requests to the application, which logs them without personal data."""


class Master(Arbiter):  # type: ignore[misc]
    """Keep one worker process running beside the web processes, and stop it with them."""

    worker: subprocess.Popen[bytes] | None = None
    started = -RESTART_AFTER

    def manage_workers(self) -> None:
        """Start whatever should run and does not; gunicorn calls this every second."""
        super().manage_workers()
        if (
            self.worker is None or self.worker.poll() is not None
        ) and monotonic() - self.started >= RESTART_AFTER:
            self.started = monotonic()
            command = [sys.executable, "-m", "archive", "worker", f"--parent={os.getpid()}"]
            self.worker = subprocess.Popen(command)  # noqa: S603 - our own program

    def stop(self, graceful: bool = True) -> None:
        """Stop the web processes and the worker, letting what is under way finish."""
        if self.worker is not None:
            self.worker.terminate()
        super().stop(graceful)
        if self.worker is not None:
            try:
                self.worker.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.worker.kill()
            self.worker = None


def share_heaps() -> None:
    """Let all threads share two heaps where glibc would give each its own: that keeps 20 MB nobody uses."""
    tune = getattr(ctypes.CDLL(None), "mallopt", None)
    if tune is not None:
        tune(M_ARENA_MAX, 2)


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn, configured by our settings alone."""

    def __init__(self, settings: Settings, processes: int, ready: Callable[[list[str]], None]) -> None:
        share_heaps()  # before there are threads and processes, which take it over
        self._settings = settings
        self._options = {
            "bind": settings.bind,
            "workers": processes,
            "worker_class": type("Worker", (Worker,), {"seconds": float(settings.request_seconds)}),
            "threads": settings.threads,
            "graceful_timeout": PATIENCE,
            "keepalive": 15,
            "logger_class": Logs,
            "forwarded_allow_ips": "",  # ProxyFix alone decides, by the exact number of hops
            "control_socket_disable": True,
            "proc_name": "aktspar",
            "when_ready": lambda master: ready([str(listener) for listener in master.LISTENERS]),
            "worker_exit": lambda _master, worker: worker.app.archive and worker.app.archive.close(),
        }
        self.archive: Archive | None = None
        super().__init__()

    def load_config(self) -> None:
        """Hand over our options, those this gunicorn knows."""
        for name, value in self._options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        """Make the application, in each web process for itself, on a register that may be worked in."""
        self.archive = Archive(self._settings)
        with self.archive.read(sessions.DOOR) as work:
            starting.refuse_unfit(self.archive, work)
        return create_app(archive=self.archive)

    def run(self) -> None:
        """Serve until told to stop."""
        Master(self).run()
