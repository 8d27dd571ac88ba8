"""`aktspar user`: those who sign in."""

import json
import sys

import click

from archive.accounts import users
from archive.accounts.users import PasswordHash
from archive.commands import opened
from archive.vocabulary import Role
from archive.vocabulary.wording import LOCALES, _

ROLE = click.Choice(Role, case_sensitive=False)
from_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


@click.group()
def command() -> None:
    """Manage those who sign in, their passwords and roles."""


@command.command()
@click.argument("login")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", "roles", type=ROLE, multiple=True, required=True, help="May be given several times.")
@click.option("--unit", default="", help="Where the person works.")
@click.option("--email", default="", help="Where the person gets mail.")
@click.option(
    "--speaks", type=click.Choice(LOCALES), default="sv", show_default=True, help="Language of the pages."
)
@from_stdin
def add(
    login: str, name: str, roles: tuple[Role, ...], unit: str, email: str, speaks: str, password_stdin: bool
) -> None:
    """Create a user."""
    password = _new_password(login, password_stdin)
    with opened() as (archive, actor), archive.write(actor) as work:
        user = users.create_user(work, login, name, password, roles, unit=unit, email=email, language=speaks)
        click.echo(_("User “%(login)s” is created.", login=user.login))


@command.command()
@click.argument("login")
@from_stdin
def password(login: str, password_stdin: bool) -> None:
    """Give a user a new password; every session of theirs ends."""
    new = _new_password(login, password_stdin)
    with opened() as (archive, actor), archive.write(actor) as work:
        users.set_password(work, users.user_named(work, login), new)
        click.echo(_("The password is changed and every session of “%(login)s” has ended.", login=login))


@command.command()
@click.argument("login")
@click.argument("roles", type=ROLE, nargs=-1)
def roles(login: str, roles: tuple[Role, ...]) -> None:
    """Give a user exactly these roles; none takes all away."""
    with opened() as (archive, actor), archive.write(actor) as work:
        user = users.user_named(work, login)
        users.set_roles(work, user, roles)
        names = ", ".join(role.label for role in users.roles_of(work, user)) or "–"
        click.echo(_("“%(login)s” now has the roles: %(roles)s", login=user.login, roles=names))


@command.command()
@click.argument("login")
@click.argument("address", default="")
def email(login: str, address: str) -> None:
    """Set where a user gets mail; without an address none is sent."""
    with opened() as (archive, actor), archive.write(actor) as work:
        user = users.user_named(work, login)
        users.set_email(work, user, address)
        click.echo(_("“%(login)s” gets mail at: %(address)s", login=user.login, address=user.email or "–"))


@command.command()
@click.argument("login")
@click.argument("name", default="")
def unit(login: str, name: str) -> None:
    """Say where a user works."""
    with opened() as (archive, actor), archive.write(actor) as work:
        user = users.user_named(work, login)
        users.set_unit(work, user, name)
        click.echo(_("“%(login)s” works at: %(unit)s", login=user.login, unit=user.unit or "–"))


@command.command()
@click.argument("login")
def deactivate(login: str) -> None:
    """Shut a user out at once; what they did stays in the history."""
    _set_active(login, False)
    click.echo(_("“%(login)s” is shut out.", login=login))


@command.command()
@click.argument("login")
def activate(login: str) -> None:
    """Let a user in again."""
    _set_active(login, True)
    click.echo(_("“%(login)s” may sign in again.", login=login))


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_(as_json: bool) -> None:
    """List every user with roles."""
    with opened() as (archive, actor), archive.read(actor) as work:
        for user, held in users.users(work):
            if as_json:
                facts = {name: getattr(user, name) for name in ("login", "name", "unit", "email", "active")}
                click.echo(json.dumps({**facts, "roles": [role.value for role in held]}, ensure_ascii=False))
            else:
                state = "" if user.active else _("shut out")
                click.echo(
                    "\t".join((user.login, user.name, ", ".join(r.label for r in held), state)).rstrip()
                )


def _set_active(login: str, active: bool) -> None:
    with opened() as (archive, actor), archive.write(actor) as work:
        users.set_active(work, users.user_named(work, login), active)


def _new_password(login: str, from_stdin: bool) -> PasswordHash:
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif not sys.stdin.isatty():  # nothing to hide from; once will do, as twice
        password, again = (sys.stdin.readline().rstrip("\r\n") for _time in range(2))
        if again not in ("", password):
            raise click.UsageError(_("The two entries are not the same. Send the password twice."))
    else:
        password = click.prompt(_("New password"), hide_input=True, confirmation_prompt=True)
    return users.hash_password(password, login)
