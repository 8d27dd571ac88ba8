"""Logs: a JSON object a line, and never what a person typed."""

import json
import logging

from archive.kernel.logs import JsonLines


def line(
    message: str, *arguments: object, error: BaseException | None = None, **facts: object
) -> dict[str, object]:
    """Return how a record is written."""
    trail = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("aktspar", logging.INFO, __file__, 1, message, arguments, trail)
    record.facts = facts
    written: dict[str, object] = json.loads(JsonLines().format(record))
    return written


def raised() -> BaseException:
    """Return an error that quotes a person in its message and in its cause's."""
    try:
        try:
            raise KeyError("199006022397")
        except KeyError as cause:
            raise ValueError("Anna Arkivsson finns redan") from cause
    except ValueError as error:
        return error


def test_facts_stand_beside_the_message() -> None:
    written = line("request", status=200)
    assert (written["message"], written["status"], written["level"]) == ("request", 200, "info")
    assert str(written["at"]).endswith("+00:00")


def test_of_an_error_its_kind_and_place_are_kept_and_never_its_words() -> None:
    written = line("Exception on %s [%s]", "/files/ABC?name=Anna", "GET", error=raised())
    text = json.dumps(written)
    assert "Anna" not in text
    assert "199006022397" not in text
    trail = written["error"]
    assert isinstance(trail, list)
    assert [part for part in trail if " " not in part] == ["KeyError", "ValueError"]
    assert any(part.endswith(" raised") for part in trail)
