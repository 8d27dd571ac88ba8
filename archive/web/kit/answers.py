"""Answers: a page after its look is recorded, the way on after a change, a refused form with its content."""

from collections.abc import Mapping
from functools import partial
from types import TracebackType
from typing import Any

from flask import Response, flash, g, make_response, redirect, render_template, request

from archive.access_log import access_log
from archive.access_log.access_log import Look
from archive.kernel.errors import Conflict, Invalid
from archive.web.kit.access import archive, current_actor


def saw(*shown: Look) -> None:
    """Commit the looks before anything is shown; with none, state that no file and no name is shown."""
    if shown:
        access_log.record(archive, current_actor(), *shown)
    g.looks_recorded = True


class Refusals:
    """Catch what a form's verb refuses, so that the page is shown again with what was typed.

    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            file = files.register(work, ...)
        return see(url_for(".file", code=file.code), _("Registered."))
    return show("files/register.html", None, refused=refused, form=request.form)
    """

    def __init__(self) -> None:
        self.status = 422
        self.errors: list[dict[str, str | None]] = []

    def refuse(self, field: str | None, sentence: str) -> None:
        """Add a refusal of our own, in the language in use."""
        self.errors.append({"field": field, "text": sentence})

    @property
    def faults(self) -> dict[str, str]:
        """Return the sentence for each field: faults["login"]."""
        return {error["field"]: error["text"] or "" for error in self.errors if error["field"]}

    def __enter__(self) -> "Refusals":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, (Invalid, Conflict)):
            return False
        self.status = error.status
        self.refuse(error.field, error.say())
        return True


def show(template: str, look: Look | None, *, refused: Refusals | None = None, **facts: Any) -> Response:
    """Record the look, then render; `look` is None only where no file and no name is shown.

    `refused` makes the answer a refused form: its status, the error summary, and `faults` for the fields.
    """
    saw(*(() if look is None else (look,)))
    errors, faults = (refused.errors, refused.faults) if refused else ([], {})
    text = render_template(template, errors=errors, faults=faults, **facts)
    if errors != (ordered := sorted(errors, key=partial(_position, text))):
        text = render_template(template, errors=ordered, faults=faults, **facts)
    page = make_response(text)
    if refused and refused.errors:
        page.status_code = refused.status
    return page


def _position(page: str, error: Mapping[str, str | None]) -> int:
    """Return where on a page the field of an error stands; what is about no field comes first."""
    return page.find(f'id="{error["field"]}"') if error["field"] else -1


def see(location: str, said: str | None = None, tone: str = "success") -> Response:
    """Send the browser to a page after a change (303), which then says what was done; no names in `said`."""
    if said:
        flash(said, tone)
    if request.headers.get("HX-Request"):
        answer = make_response("", 204)
        answer.headers["HX-Redirect"] = location
        return answer
    return make_response(redirect(location, 303))


def stop(incident_id: int | None, code: str) -> None:
    """Lay the notice of a wanted file over the next page of this browser; names no incident for None."""
    flash(f"{incident_id or 0} {code}", STOP)


STOP = "stop"


def safe_path(path: str | None, otherwise: str) -> str:
    """Return a path within this site to go on to, else the other one: an open redirect helps phishers."""
    if (
        path
        and path.startswith("/")
        and not path.startswith("//")
        and "\\" not in path
        and path.isprintable()
    ):
        return path
    return otherwise
