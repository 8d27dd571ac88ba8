"""The inbox: what each person is told; and for administrators the mail that did not go out."""

from typing import Any, NamedTuple

from flask import Blueprint, Response, current_app, request, url_for

from archive.kernel.store import APART
from archive.models import Message
from archive.notifications import inbox, outbox
from archive.vocabulary import Permission
from archive.vocabulary.wording import N_, _
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import see, show

bp = Blueprint("messages", __name__, url_prefix="/messages")

PAGE = 30


class NounPage(NamedTuple):
    """Say what a noun's things are called in a message, and where one is shown."""

    called: str
    endpoint: str
    argument: str = ""


# Only numbers: what a thing is about is said by its own page, to those who may see it. A message about a noun
# whose page is not here, or not yet on, stands in the inbox without a link.
PAGES = {
    "assessment": NounPage(N_("Assessment %(number)s"), "assessments.page", "assessment_id"),
    "delivery": NounPage(N_("Delivery %(number)s"), "deliveries.page", "delivery_id"),
    "finding": NounPage(N_("Finding %(number)s"), "covers.finding", "finding_id"),
    "import": NounPage(N_("List %(number)s"), "imports.page", "run_id"),
    "incident": NounPage(N_("Incident %(number)s"), "incidents.page", "incident_id"),
    "matter": NounPage(N_("Matter %(number)s"), "quality.page", "matter_id"),
    "person": NounPage(N_("Person %(number)s"), "people.page", "person_id"),
    "sender": NounPage(N_("What a sender sends"), "deliveries.sender", "sender_id"),
    "task": NounPage(N_("Question %(number)s"), "same_persons.index"),
    "backup": NounPage(N_("Backups"), "backups.index"),
    "mail": NounPage(N_("Mail that waits"), "messages.mail"),
}


@bp.get("")
@requires(Permission.ANYONE)
def index() -> Response:
    """List what the actor was told, newest first: neutral words that name no file and no person."""
    before = request.args.get("before", type=int)
    with archive.read(current_actor()) as work:
        found = inbox.inbox(work, before=before, limit=PAGE + 1)
        many = inbox.unread(work)
    shown = found[:PAGE]
    return show(
        "notifications/index.html",
        None,
        told=[_shown(message) for message in shown],
        unread=many,
        most=inbox.MANY,
        next=url_for(".index", before=shown[-1].id) if len(found) > PAGE else None,
    )


def _shown(message: Message) -> dict[str, Any]:
    subject, sentence = inbox.say(message)
    noun, _colon, number = message.about.partition(":")
    page = PAGES.get(noun)
    return {
        "id": message.id,
        "subject": subject,
        "sentence": sentence,
        "about": _(page.called, number=int(number or 0) % APART) if page else "",
        "goes": _address(message.about) is not None,
        "at": message.created_at,
        "unread": message.read_at is None,
    }


def _address(about: str) -> str | None:
    """Return where a thing is shown, None while it has no page."""
    noun, _colon, number = about.partition(":")
    page = PAGES.get(noun)
    if page is None or page.endpoint not in current_app.view_functions:
        return None
    values: dict[str, Any] = {page.argument: int(number)} if page.argument else {}
    return url_for(page.endpoint, **values)


@bp.get("/<int:message_id>")
@requires(Permission.ANYONE)
def open_(message_id: int) -> Response:
    """Note that a message is read and go to what it is about."""
    with archive.write(current_actor()) as work:
        message = inbox.get(work, message_id)
        inbox.mark_read(work, message)
    return see(_address(message.about) or url_for(".index"))


@bp.post("/read")
@requires(Permission.ANYONE)
def read() -> Response:
    """Note that one message, or every one, is read."""
    message_id = request.form.get("message", type=int)
    with archive.write(current_actor()) as work:
        inbox.mark_read(work, *((inbox.get(work, message_id),) if message_id else ()))
    return see(url_for(".index", before=request.form.get("before", type=int)), _("Marked as read."))


@bp.get("/mail")
@requires(Permission.MANAGE_USERS)
def mail() -> Response:
    """List the mail that waits or did not arrive."""
    after = request.args.get("after", 0, type=int)
    with archive.read(current_actor()) as work:
        found = outbox.unsent(work, after=after, limit=PAGE + 1)
        shown = [
            {"mail": one, "state": outbox.state(one), "to": user.name if user else one.address}
            for one, user in found[:PAGE]
        ]
    return show(
        "notifications/mail.html",
        None,
        mails=shown,
        server=archive.settings.smtp is not None,
        next=url_for(".mail", after=found[PAGE - 1][0].id) if len(found) > PAGE else None,
    )


@bp.post("/mail/<int:mail_id>/again")
@requires(Permission.MANAGE_USERS)
def again(mail_id: int) -> Response:
    """Try a mail once more."""
    with archive.write(current_actor()) as work:
        outbox.again(work, mail_id)
    return see(url_for(".mail"), _("It is tried again within a minute."))


@bp.post("/mail/<int:mail_id>/drop")
@requires(Permission.MANAGE_USERS)
def drop(mail_id: int) -> Response:
    """Take a mail out of the list."""
    with archive.write(current_actor()) as work:
        outbox.drop(work, mail_id)
    return see(url_for(".mail"), _("It is not sent. The message stays in the inbox of whom it was for."))
