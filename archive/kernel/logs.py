"""Structured logs, one JSON object a line, with no personal data: no paths, queries, bodies, messages."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

from flask import Request, Response

_requests = logging.getLogger("aktspar.request")


class JsonLines(logging.Formatter):
    """Write a record as one line; of an error its kind and where it came from, never its message."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            # What would be filled in beside an error may be the path of the request.
            "message": str(record.msg) if record.exc_info else record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[1]:
            line["error"] = _trail(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def _trail(error: BaseException) -> list[str]:
    """Tell kinds of error and lines of code, from the cause down: a message may quote a name or a number."""
    trail = _trail(error.__cause__) if error.__cause__ else []
    frames = traceback.extract_tb(error.__traceback__)
    return [*trail, type(error).__qualname__, *(f"{f.filename}:{f.lineno} {f.name}" for f in frames)]


def configure(level: str) -> None:
    """Send every log of the process to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for talkative in ("alembic", "apscheduler"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


def request_log(request: Request, answer: Response, request_id: str, seconds: float) -> None:
    """Log one answered request by its rule: a path may hold what must not stand in a log."""
    facts = {
        "request_id": request_id,
        "method": request.method,
        "rule": str(request.url_rule) if request.url_rule else "–",
        "status": answer.status_code,
        "ms": round(seconds * 1000, 1),
    }
    _requests.info("request", extra={"facts": facts})
