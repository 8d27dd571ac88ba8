"""The real server with one more route that does nothing: the ceiling every request is held against."""

import sys
from typing import Any

from flask import Flask

from archive.app import create_app
from archive.kernel.config import Settings
from archive.serving import Server
from archive.web.kit.access import public


class Measured(Server):
    """Serve the application with the empty route, without the worker process beside it."""

    def load(self) -> Any:
        """Make the application."""
        app: Flask = create_app(self._settings)

        @app.get("/bench/nothing")
        @public
        def nothing() -> str:
            return "ok"

        return app

    def run(self) -> None:
        """Serve until told to stop."""
        from gunicorn.arbiter import Arbiter

        Arbiter(self).run()


if __name__ == "__main__":
    Measured(Settings.load(), int(sys.argv[1]), lambda _addresses: print("ready", flush=True)).run()  # noqa: T201
