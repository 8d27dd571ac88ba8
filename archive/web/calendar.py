"""The calendar other programs read, by a secret address."""

from dataclasses import replace

from flask import Blueprint, Response, make_response

from archive.documents import calendar
from archive.domain import feeds, sessions
from archive.errors import NotFound
from archive.web.access import archive, public
from archive.wording import N_, speaking

bp = Blueprint("calendar", __name__)


@bp.get("/calendar/<secret>.ics")
@public
def feed(secret: str) -> Response:
    """Give the calendar of whoever the secret belongs to, in their language."""
    with archive.read(sessions.DOOR) as work:
        found = feeds.reader(work, secret)
        if found is None:
            raise NotFound("no_such_calendar", N_("This calendar address is not valid any more."))
        actor, language = found
        with speaking(language):
            content = calendar.of(replace(work, actor=actor), archive.settings.host)
    answer = make_response(content)
    answer.mimetype = "text/calendar"
    return answer
