"""Send the mail that waits, by SMTP: each claimed, sent outside any transaction, marked."""

import logging
import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import cache
from pathlib import Path
from types import TracebackType

from jinja2 import Environment, FileSystemLoader, select_autoescape

from archive.kernel.config import Settings, Smtp
from archive.kernel.store import Archive, worker
from archive.notifications import outbox
from archive.notifications.outbox import OutgoingMail
from archive.vocabulary.wording import _, speaking

_log = logging.getLogger("aktspar.mail")

ROUTINE = "mail"
PATIENCE = 20.0  # seconds for each answer of the server
HERE = Path(__file__).parents[1]


def send_waiting(archive: Archive) -> int:
    """Send all that is due and return how many the server took; without a server it stays where it is."""
    smtp = archive.settings.smtp
    if smtp is None:
        return 0
    taken = 0
    with _Line(smtp) as line:
        while not line.dead:
            with archive.write(worker(ROUTINE)) as work:
                letter = outbox.claim(work)
            if letter is None:
                break
            taken += _send(archive, line, letter)
    return taken


def _send(archive: Archive, line: "_Line", letter: OutgoingMail) -> bool:
    try:
        line.send(compose(archive.settings, letter), letter.address)
    except (OSError, smtplib.SMTPException) as error:
        # One that answers can be asked for the next mail; one that does not would keep the worker for hours.
        answered = isinstance(error, (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused))
        line.dead = line.dead or not answered
        line.hang_up()
        name = _named(error)
        _log.warning("not sent", extra={"facts": {"mail": letter.id, "error": name}})
        with archive.write(worker(ROUTINE)) as work:
            outbox.failed(work, letter.id, name, final=_is_final(error))
        return False
    with archive.write(worker(ROUTINE)) as work:
        outbox.sent(work, letter.id)
    return True


def compose(settings: Settings, letter: OutgoingMail) -> EmailMessage:
    """Make the mail; made again it is the same, down to its Message-ID."""
    mail = EmailMessage()
    mail["Subject"] = f"Aktspår: {letter.subject}"
    mail["From"] = settings.smtp.sender if settings.smtp else ""
    mail["To"] = letter.address
    mail["Date"] = format_datetime(letter.created_at)
    mail["Message-ID"] = f"<{letter.ident}@{settings.host.partition(':')[0]}>"
    mail["Auto-Submitted"] = "auto-generated"  # no out-of-office answers, please
    mail["Content-Language"] = letter.language
    link = f"{settings.base_url}/messages/{letter.message_id}" if letter.message_id else ""
    with speaking(letter.language):
        text = _layout().render(body=letter.body, link=link, archive=settings.archive_name, _=_)
    mail.set_content(text, cte="quoted-printable")  # 7 bits: no server need be asked what it takes
    return mail


@cache
def _layout():  # type: ignore[no-untyped-def]
    # In a checkout the templates lie beside the package, in a wheel inside it.
    folders = FileSystemLoader([HERE.parent / "templates", HERE / "templates"])
    return Environment(loader=folders, autoescape=select_autoescape()).get_template("mail/message.txt")


class _Line:
    """Hold one connection to the server, made when it is first needed; `dead` once nobody answers us."""

    def __init__(self, smtp: Smtp) -> None:
        self._smtp = smtp
        self._server: smtplib.SMTP | None = None
        self.dead = False

    def __enter__(self) -> "_Line":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.hang_up()

    def send(self, mail: EmailMessage, address: str) -> None:
        """Hand one mail to the server; raises OSError or SMTPException unless it said that it has it."""
        if self._server is None:
            self.dead = True  # until it has let us in: a refused password must not be tried for every mail
            self._server = self._call()
            self.dead = False
        self._server.send_message(mail, parseaddr(self._smtp.sender)[1], [address])

    def hang_up(self) -> None:
        """End the connection, whatever state it is in."""
        server, self._server = self._server, None
        if server is not None:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    def _call(self) -> smtplib.SMTP:
        smtp = self._smtp
        trusted = ssl.create_default_context(cafile=smtp.ca_file)
        if smtp.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=PATIENCE, context=trusted)
        else:
            server = smtplib.SMTP(smtp.host, smtp.port, timeout=PATIENCE)
        try:
            if smtp.security == "starttls":
                server.starttls(context=trusted)
            if smtp.user:
                server.login(smtp.user, smtp.password)
        except BaseException:
            server.close()
            raise
        return server


def _named(error: Exception) -> str:
    """Return what went wrong without a word of the server's: those may quote an address."""
    code = _code(error)
    return f"{type(error).__name__} {code}" if code else type(error).__name__


def _code(error: Exception) -> int | None:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next((code for code, _said in error.recipients.values()), None)
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None


def _is_final(error: Exception) -> bool:
    """Tell whether the server will never take this mail: it knows no such recipient, or refuses the text."""
    refused = isinstance(error, (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError))
    return refused and 500 <= (_code(error) or 0) < 600
