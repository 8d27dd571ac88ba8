"""`aktspar demo`: fill an empty archive with an invented one."""

import click

from archive import migrations
from archive.commands import opened
from archive.kernel.clock import system_clock
from archive.kernel.config import Settings
from archive.kernel.environment import BadSettings
from seed.demo.fill import fill


@click.command()
@click.option("--files", type=click.IntRange(10, 1_000_000), default=3000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same archive.")
def command(files: int, seed: int) -> None:
    """Fill an empty archive with invented files, through the same imports and verbs as a user would use.

    A database without tables gets them first.
    """
    settings = Settings.load()
    if not settings.demo:
        raise BadSettings("A demo archive is made in demo mode only. Set AKTSPAR_DEMO=1.")
    if migrations.is_empty(settings):
        migrations.upgrade(settings)
    with opened(settings):
        pass
    fill(settings, files, seed, lambda sentence: click.echo(sentence, err=True), now=system_clock())
