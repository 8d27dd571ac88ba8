"""The mail on its way out: claimed, sent outside any transaction, marked; what does not arrive is seen.

A claim is a lease: it counts the try and sets the next one first, so that whoever dies while sending leaves
a mail that is tried again. At least once, then; its Message-ID never changes, so that a second copy is known.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlmodel import col

from archive.history.history import stamp
from archive.kernel.clock import local_date
from archive.kernel.errors import NotFound
from archive.kernel.store import Work
from archive.models import Mail, Message, User
from archive.notifications import inbox
from archive.vocabulary import MailState, MessageKind, Permission, Role
from archive.vocabulary.wording import N_

LEASE = timedelta(minutes=10)  # longer than sending one mail may take
LONGEST_WAIT = timedelta(hours=4)
TRIES = 30  # with waits of 1, 2, 4 … minutes up to the longest: nearly four days
KEPT = timedelta(days=90)  # address and text of what is settled
LATE = timedelta(hours=1)

NO_ADDRESS = "no_address"
READ = "read"  # in the inbox, before it could be sent


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """One mail as it is sent."""

    id: int
    ident: str
    address: str
    language: str
    subject: str
    body: str
    message_id: int | None
    created_at: datetime


def claim(work: Work) -> OutgoingMail | None:
    """Take the mail that has waited longest for a try, to be sent within the lease; None when none is due."""
    while True:
        mail = work.session.scalar(
            _waiting()
            .where(col(Mail.next_try_at) <= work.now)
            .order_by(col(Mail.next_try_at), col(Mail.id))
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if mail is None:
            return None
        address = _address(work, mail)
        if address and mail.tries < TRIES:
            mail.tries += 1
            mail.next_try_at = work.now + LEASE
            return OutgoingMail(
                mail.id,
                hashlib.sha256(f"{mail.key} {stamp(mail.created_at)}".encode()).hexdigest()[:32],
                address,
                mail.language,
                mail.subject,
                mail.body,
                mail.message_id,
                mail.created_at,
            )
        if mail.tries >= TRIES:
            _give_up(work, mail, mail.error or "unanswered")
        work.session.flush()


def sent(work: Work, mail_id: int) -> None:
    """Note that the server has taken a mail."""
    mail = work.session.get_one(Mail, mail_id, with_for_update=True)
    mail.sent_at, mail.error = work.now, ""


def failed(work: Work, mail_id: int, error: str, *, final: bool = False) -> None:
    """Note why a mail was not taken; try again later and later, or give up where it can never be taken."""
    mail = work.session.get_one(Mail, mail_id, with_for_update=True)
    mail.error = error
    if final or mail.tries >= TRIES:
        _give_up(work, mail, error)
    else:
        mail.next_try_at = work.now + min(timedelta(minutes=2.0 ** (mail.tries - 1)), LONGEST_WAIT)


def state(mail: Mail) -> MailState:
    """Return how far a mail has come."""
    if mail.sent_at is not None:
        return MailState.SENT
    return MailState.WAITING if mail.given_up_at is None else MailState.GIVEN_UP


def unsent(work: Work, *, after: int = 0, limit: int = 50) -> Sequence[tuple[Mail, User | None]]:
    """Return what waits or did not arrive, with its user, the oldest first."""
    work.require(Permission.MANAGE_USERS)
    statement = select(Mail, User).outerjoin(User, col(User.id) == col(Mail.user_id))
    unsettled = col(Mail.sent_at).is_(None) & col(Mail.error).not_in((NO_ADDRESS, READ))
    rows = work.session.execute(
        statement.where(unsettled, col(Mail.id) > after).order_by(col(Mail.id)).limit(limit)
    )
    return [(mail, user) for mail, user in rows]


def again(work: Work, mail_id: int) -> None:
    """Try a mail that did not arrive once more, from the beginning; raises NotFound."""
    work.require(Permission.MANAGE_USERS)
    mail = work.session.get(Mail, mail_id, with_for_update=True)
    if mail is None or mail.sent_at is not None:
        raise NotFound("no_such_mail", N_("This mail has been sent, or there is none."))
    mail.given_up_at, mail.tries, mail.next_try_at = None, 0, work.now


def drop(work: Work, mail_id: int) -> None:
    """Take a mail out of the list for good: nobody needs it any more; raises NotFound."""
    work.require(Permission.MANAGE_USERS)
    mail = work.session.get(Mail, mail_id, with_for_update=True)
    if mail is None or mail.sent_at is not None:
        raise NotFound("no_such_mail", N_("This mail has been sent, or there is none."))
    mail.given_up_at, mail.error = mail.given_up_at or work.now, READ


def condition(work: Work) -> str:
    """Return for the one on call how the mail fares: ok, late or stuck."""
    stuck = select(col(Mail.id)).where(
        col(Mail.given_up_at).is_not(None), col(Mail.error).not_in((NO_ADDRESS, READ))
    )
    if work.session.scalar(stuck.limit(1)) is not None:
        return "stuck"
    oldest = work.session.scalar(select(func.min(col(Mail.created_at))).where(*_WAITS))
    return "late" if oldest is not None and work.now - oldest > LATE else "ok"


def forget(work: Work) -> int:
    """Blank address and text of mail settled long ago; return how many. That it was sent, and when, stays."""
    settled = func.coalesce(col(Mail.sent_at), col(Mail.given_up_at))
    old = work.session.scalars(
        select(Mail).where(settled < work.now - KEPT, col(Mail.body) != "").limit(5000)
    ).all()
    for mail in old:
        mail.address = mail.subject = mail.body = ""
    return len(old)


_WAITS = (col(Mail.sent_at).is_(None), col(Mail.given_up_at).is_(None))


def _waiting() -> Select[Mail]:
    return select(Mail).where(*_WAITS)


def _address(work: Work, mail: Mail) -> str:
    """Return where a mail goes now; settle it quietly where nobody wants it any more."""
    if mail.user_id is None:
        return mail.address
    user = work.session.get_one(User, mail.user_id)
    message = work.session.get(Message, mail.message_id) if mail.message_id else None
    if message is not None and message.read_at is not None:
        mail.given_up_at, mail.error = work.now, READ
    elif not user.active or not user.email:
        mail.given_up_at, mail.error = work.now, NO_ADDRESS
    else:
        return user.email
    return ""


def _give_up(work: Work, mail: Mail, error: str) -> None:
    """Stop trying, and tell the administrators, once a day."""
    mail.given_up_at, mail.error = work.now, error
    work.session.flush()
    day = local_date(work.now).isoformat()
    inbox.tell(work, MessageKind.MAIL_STUCK, "mail", day, roles=(Role.ADMINISTRATOR,))
