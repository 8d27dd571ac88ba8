"""`aktspar backup`: make one, verify one, make a key."""

import sys
from pathlib import Path

import click

from archive.backups import envelope, making, manifest, restoring
from archive.commands import opened, operator_here
from archive.kernel.clock import system_clock
from archive.kernel.config import Settings
from archive.vocabulary.wording import _, ngettext

FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
IDENTITY = click.option(
    "--identity", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="File of the secret key."
)


class TargetFirst(click.Group):
    """Take a first word that is no subcommand for the folder to back up to."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Put the subcommand before a folder."""
        return super().resolve_command(ctx, args if args[0] in self.commands else ["to", *args])


@click.group(cls=TargetFirst)
def command() -> None:
    """Back up the register: aktspar backup TARGET, while people work."""


@command.command("to")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--recipient", multiple=True, help="Public key, age1…; default AKTSPAR_BACKUP_RECIPIENT.")
@click.option("--keep", type=click.IntRange(1), help="Remove all but so many of the newest there.")
def to(target: Path, recipient: tuple[str, ...], keep: int | None) -> None:
    """Make an encrypted backup in a folder that is there already."""
    settings = Settings.load()
    with opened(settings, unfit=True) as (archive, actor):
        made = making.make(archive, actor, target, recipient or settings.backups.recipients, keep or 0)
    click.echo(made.path)
    click.echo(
        _(
            "Backed up as of event %(event)s: %(size)s MB, encrypted.",
            event=made.manifest.newest_event,
            size=f"{made.manifest.sealed.bytes / 1e6:.1f}",
        )
    )


@command.command()
@click.argument("backup", type=FOLDER)
@IDENTITY
def verify(backup: Path, identity: Path | None) -> None:
    """Restore a backup into a scratch place and check everything; exit code 1 if anything is wrong."""
    found = manifest.read(backup)
    if identity is None:
        whole = restoring.is_whole(found)
        click.echo(
            _("Whole as it was made, but not tried: only --identity can restore it.")
            if whole
            else _("The backup is damaged, or not what its manifest says. Take another one.")
        )
        sys.exit(not whole)
    keys = envelope.identities(identity)
    restored = restoring.verify(Settings.load(), found, keys, operator_here(), system_clock)
    say_findings(restored)
    if restored.findings:
        sys.exit(1)
    click.echo(_("Restored and checked %(events)s events: the backup is good.", events=restored.events))


@command.command("new-key")
@click.argument("file", type=click.Path(path_type=Path))
def new_key(file: Path) -> None:
    """Write a new secret key to FILE and print its public key; keep the file away from the server."""
    if file.exists():
        raise click.ClickException(_("%(file)s is there already.", file=file))
    click.echo(envelope.new_key(file))


def say_findings(restored: restoring.Restored) -> None:
    """Name what is wrong with a restored register."""
    for finding in restored.findings:
        click.echo(f"{finding.rule}: {finding.say()}")
    if count := len(restored.findings):
        click.echo(ngettext("%(num)s thing is wrong.", "%(num)s things are wrong.", count))
