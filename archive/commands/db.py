"""`aktspar db`: the database itself."""

import click

from archive import migrations, reference_data
from archive.commands import no_register, opened
from archive.kernel.config import Settings
from archive.vocabulary.wording import _


@click.group()
def command() -> None:
    """Bring the database up to date."""


@command.command()
@click.option("--new", is_flag=True, help="Make a new register where there is none.")
def upgrade(new: bool) -> None:
    """Migrate the tables, put triggers and reference data in place."""
    settings = Settings.load()
    if not new and migrations.is_empty(settings):
        raise no_register(settings)
    migrations.upgrade(settings)
    with opened() as (archive, _actor):
        reference_data.refresh(archive)
    click.echo(_("The database is up to date."))
