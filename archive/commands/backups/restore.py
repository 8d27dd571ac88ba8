"""`aktspar restore`: put a backup in the register's place."""

import sys
from pathlib import Path

import click

from archive.backups import envelope, manifest, restoring
from archive.backups.manifest import Backup
from archive.commands import operator_here
from archive.commands.backups.backup import FOLDER, say_findings
from archive.kernel.clock import local, system_clock
from archive.kernel.config import Settings
from archive.vocabulary.wording import _


@click.command()
@click.argument("backup", type=FOLDER)
@click.option(
    "--identity",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    help="File of the secret key.",
)
@click.option("--over", is_flag=True, help="Replace the register that is there.")
@click.option("--unsound", is_flag=True, help="Restore though the check finds something wrong.")
def command(backup: Path, identity: Path, over: bool, unsound: bool) -> None:
    """Restore a backup once no server runs; it is checked before it takes the register's place."""
    found, keys = manifest.read(backup), envelope.identities(identity)
    restored = restoring.restore(
        Settings.load(), found, keys, operator_here(), system_clock, over=over, unsound=unsound
    )
    say_findings(restored)
    if restored.findings and not unsound:
        click.echo(_("Nothing was restored. Take another backup, or repeat with --unsound."))
        sys.exit(1)
    if restored.aside:
        click.echo(_("The register that was there is kept: %(path)s", path=restored.aside))
    click.echo(_("Restored and checked %(events)s events.", events=restored.events))
    click.echo(_missing(found))


def _missing(backup: Backup) -> str:
    """Say what a restored register cannot know."""
    newest = backup.manifest.newest_at
    return _(
        "The newest event is %(event)s, of %(at)s. What was done after that is missing: "
        "scan again what was moved since, and tell those who worked.",
        event=backup.manifest.newest_event,
        at=f"{local(newest):%Y-%m-%d %H:%M:%S}" if newest else "–",
    )
