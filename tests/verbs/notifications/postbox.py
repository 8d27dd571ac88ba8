"""A real SMTP server for tests, which can be told to refuse, to dawdle and to die."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

TAKEN = "250 OK"


@dataclass
class Postbox:
    """Take mail and answer as told: `answers` by recipient, `after_data` for all, `silence` in seconds."""

    received: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    after_data: str = TAKEN
    silence: float = 0.0
    dies: bool = False
    encrypted: list[bool] = field(default_factory=list)
    port: int = 0
    guesses: int = 0

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd looks for
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer for one recipient."""
        answer = self.answers.get(address, TAKEN)
        if answer == TAKEN:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take the mail, then answer, dawdle or drop the line before a word is said."""
        await asyncio.sleep(self.silence)
        if self.after_data == TAKEN:
            content = envelope.content
            assert isinstance(content, bytes)
            mail = message_from_bytes(content, policy=policy.default)
            self.received.append(mail)
            self.recipients += envelope.rcpt_tos
            self.encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        if self.dies:
            server.transport.abort()
        return self.after_data


@contextmanager
def serving(
    *,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    login: tuple[str, str] | None = None,
) -> Iterator[Postbox]:
    """Serve a postbox on a free port of this machine."""
    box = Postbox(port=free_port())

    def check(_server: SMTP, _session: Session, _envelope: Envelope, _way: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        box.guesses += 1
        right = (data.login.decode(), data.password.decode()) == login
        return AuthResult(success=right, handled=False)  # else who is refused gets no answer at all

    # aiosmtpd knows of no encryption but STARTTLS when it offers to take a password.
    options = (
        {"authenticator": check, "auth_required": True, "auth_require_tls": tls is None} if login else {}
    )
    controller = Controller(
        box,
        hostname="localhost",
        port=box.port,
        ssl_context=tls,
        tls_context=starttls,
        require_starttls=starttls is not None,
        **options,
    )
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number
