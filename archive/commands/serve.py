"""`aktspar serve`: web and worker in one command."""

from collections.abc import Sequence
from contextlib import closing
from urllib.parse import urlsplit

import click

from archive.accounts import sessions
from archive.accounts import users as user_accounts
from archive.commands import opened
from archive.kernel import logs
from archive.kernel.config import Settings
from archive.kernel.environment import BadSettings
from archive.kernel.store import Archive
from archive.serving import Server
from archive.vocabulary import Role
from archive.vocabulary.wording import N_, _

EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - recognised, not bound to


@click.command()
@click.option(
    "--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Web processes (PostgreSQL)."
)
def command(workers: int) -> None:
    """Serve the pages, and run the worker beside them, until stopped."""
    settings = Settings.load()
    if settings.sqlite and workers > 1:
        raise BadSettings("SQLite serves from one web process. Leave out --workers, or use PostgreSQL.")
    with opened(settings):
        pass
    logs.configure(settings.log_level)
    Server(settings, workers, lambda bound: _say(settings, bound)).run()


def _say(settings: Settings, bound: Sequence[str]) -> None:
    """Name every address it is bound to, the one that stands on labels, and whom a demo offers."""
    for address in bound:
        everywhere = urlsplit(address).hostname in EVERYWHERE
        known = N_("Aktspår answers at %(url)s, on every address of this machine")
        click.echo(_(known if everywhere else N_("Aktspår answers at %(url)s"), url=address))
    if settings.base_url not in bound:
        click.echo(_("Labels and mail lead to %(url)s (AKTSPAR_BASE_URL)", url=settings.base_url))
    if settings.demo and (first := _first_archivist(settings)):
        click.echo(
            _("Open %(url)s and sign in by a click: begin as %(name)s.", url=settings.base_url, name=first)
        )


def _first_archivist(settings: Settings) -> str:
    with closing(Archive(settings)) as archive, archive.read(sessions.DOOR) as work:
        users = dict(user_accounts.by_role(work)).get(Role.ARCHIVIST, [])
    return f"{users[0].name} ({Role.ARCHIVIST.label})" if users else ""
