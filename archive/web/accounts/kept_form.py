"""A form sent after the session had ended: carried through the sign-in page, for the same person only.

It travels signed in a hidden field, never in an address; uploads and passwords never travel.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app, request
from itsdangerous import BadData, URLSafeSerializer

from archive.accounts import sessions
from archive.history.history import stamp
from archive.web.kit.access import archive, permission_of, session_token

LARGEST = 64 * 1024  # bytes of a form
LIFE = timedelta(hours=12)
FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
WITHOUT = {"session.sign_out", "language.choose"}  # nobody writes anything there


@dataclass(frozen=True, slots=True)
class Kept:
    """A form that waits to be sent again: where to, and its fields in their order."""

    path: str
    fields: list[tuple[str, str]]


def keep() -> str | None:
    """Seal the form of this request for whose session has ended; None when it cannot be carried."""
    token = session_token()
    if token is None or not _can_be_kept():
        return None
    owner = sessions.owner(archive, token)
    if owner is None:
        return None
    query = request.query_string.decode("ascii", "ignore")
    content = {
        "user": owner,
        "at": stamp(archive.clock()),
        "path": f"{request.path}?{query}" if query else request.path,
        "fields": list(request.form.items(multi=True)),
    }
    sealed = _seal().dumps(content)
    return str(sealed)


def restore(sealed: str, user_id: int | None) -> Kept | None:
    """Return the form sealed for this user not long ago, None for any other."""
    try:
        content = _seal().loads(sealed)
    except BadData:
        return None
    age = archive.clock() - datetime.fromisoformat(content["at"])
    if content["user"] != user_id or age > LIFE:
        return None
    return Kept(content["path"], [(name, value) for name, value in content["fields"]])


def _can_be_kept() -> bool:
    endpoint = request.endpoint or ""
    if request.method != "POST" or not endpoint or endpoint in WITHOUT:
        return False
    if permission_of(current_app, endpoint) is None or request.mimetype not in FORMS:
        return False
    if request.content_length is None or request.content_length > LARGEST:
        return False
    uploads = any(upload.filename for upload in request.files.values())
    return not uploads and bool(request.form) and not any("password" in name for name in request.form)


def _seal() -> URLSafeSerializer:
    return URLSafeSerializer(archive.settings.secret_key, salt="aktspar-kept-form")
