"""The calendar other programs read, by a secret address."""

from dataclasses import replace

from flask import Blueprint, Response, make_response

from archive.accounts import calendar_tokens, sessions
from archive.home import calendar_feed
from archive.kernel.errors import NotFound
from archive.vocabulary.wording import N_, speaking
from archive.web.kit.access import archive, public

bp = Blueprint("calendar", __name__)


@bp.get("/calendar/<secret>.ics")
@public
def feed(secret: str) -> Response:
    """Give the calendar of whoever the secret belongs to, in their language."""
    with archive.read(sessions.DOOR) as work:
        found = calendar_tokens.reader(work, secret)
        if found is None:
            raise NotFound("no_such_calendar", N_("This calendar address is not valid any more."))
        actor, language = found
        with speaking(language):
            content = calendar_feed.build(replace(work, actor=actor), archive.settings.host)
    answer = make_response(content)
    answer.mimetype = "text/calendar"
    return answer
