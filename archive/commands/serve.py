"""`aktspar serve`: web and worker in one command."""

import click

from archive import logs
from archive.commands import opened
from archive.config import BadSettings, Settings
from archive.serving import Server
from archive.wording import _


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
    Server(
        settings, workers, lambda: click.echo(_("Aktspår answers at %(url)s", url=settings.base_url))
    ).run()
