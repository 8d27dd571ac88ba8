"""Serve an application to a browser, as long as a test needs it."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wsgi import ClosingIterator


class Quiet(WSGIRequestHandler):
    """Answer requests without a line in the log for each."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the name it overrides
        pass


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve an application on a free port and give its address."""
    server = make_server("127.0.0.1", 0, _whole(app), threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _whole(app: Flask) -> Any:
    """Read each answer before it is sent: werkzeug leaves its file open when a browser goes away early."""

    def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        with closing(ClosingIterator(app(environ, start_response))) as parts:
            return [b"".join(parts)]

    return answer
