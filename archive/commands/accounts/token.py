"""`aktspar token`: keys for other programs."""

from datetime import timedelta

import click

from archive.accounts import users
from archive.commands import opened
from archive.kernel.clock import local_date
from archive.vocabulary.wording import _


@click.group()
def command() -> None:
    """Manage the tokens by which other programs act in a user's name."""


@command.command()
@click.argument("login")
@click.option("--name", required=True, help="What the token is for.")
@click.option("--days", type=click.IntRange(1, 400), default=90, show_default=True, help="How long it lives.")
def issue(login: str, name: str, days: int) -> None:
    """Issue a token with a user's permissions; it is printed once and stored nowhere."""
    with opened() as (archive, actor), archive.write(actor) as work:
        user = users.user_named(work, login)
        token, secret = users.issue_token(work, user, name, work.now + timedelta(days=days))
    click.echo(secret)
    click.echo(_("Token %(number)s. Keep it now: it is not shown again.", number=token.id), err=True)


@command.command()
@click.argument("number", type=int)
def revoke(number: int) -> None:
    """Make a token stop working at once."""
    with opened() as (archive, actor), archive.write(actor) as work:
        users.revoke_token(work, number)
    click.echo(_("Token %(number)s is revoked.", number=number))


@command.command("list")
def list_() -> None:
    """List every token, newest first."""
    with opened() as (archive, actor), archive.read(actor) as work:
        for token, user in users.tokens(work):
            state = _("revoked") if token.revoked_at else _("until %(day)s", day=local_date(token.expires_at))
            click.echo(f"{token.id}\t{user.login}\t{token.name}\t{state}")
