"""`aktspar db`: the database itself."""

import click

from archive import migrations, reference_data
from archive.commands import opened
from archive.kernel.config import Settings
from archive.vocabulary.wording import _


@click.group()
def command() -> None:
    """Bring the database up to date."""


@command.command()
def upgrade() -> None:
    """Create or migrate the tables, put triggers and reference data in place."""
    migrations.upgrade(Settings.load())
    with opened() as (archive, _actor):
        reference_data.refresh(archive)
    click.echo(_("The database is up to date."))
