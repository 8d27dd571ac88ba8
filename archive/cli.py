"""The command line: each command is a module in archive/commands with a click `command`, listed here."""

import os
from contextlib import ExitStack
from importlib import import_module

import click

from archive import __version__
from archive.kernel.environment import BadSettings
from archive.kernel.errors import DomainError
from archive.kernel.letters import one_form
from archive.vocabulary.wording import LOCALES, speaking

COMMANDS = {
    "backup": "backups.backup",
    "check": "integrity",
    "compare": "imports.comparison",
    "covers": "cover_checks",
    "db": "db",
    "deliveries": "deliveries",
    "find": "files",
    "import": "imports.imports",
    "demo": "demo",
    "labels": "labelling",
    "near": "imports.near",
    "organisation": "organisation",
    "programme": "programme.programme",
    "restore": "backups.restore",
    "rooms": "programme.rooms",
    "serve": "serve",
    "token": "accounts.token",
    "user": "accounts.user",
    "worker": "worker",
}


def _tidy(word: str) -> str:
    _option, _sign, value = word.rpartition("=")
    return word if os.path.lexists(word) or os.path.lexists(value) else one_form(word)


class Unusable(click.ClickException):
    """Report settings the program must not start with."""

    exit_code = 2


class Commands(click.Group):
    """Load a command's module only when it is asked for; say refusals as plain sentences."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names."""
        return sorted(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load the module of one command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"archive.commands.{COMMANDS[cmd_name]}").command
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take in what was typed in its one form; the name of a file stays as the disk has it."""
        return super().parse_args(ctx, [_tidy(word) for word in args])

    def invoke(self, ctx: click.Context) -> object:
        """Run; a refusal ends with exit code 1, unusable settings with 2."""
        with ExitStack() as language:
            language.enter_context(speaking(ctx.params["language"]))
            try:
                return super().invoke(ctx)
            except DomainError as refusal:
                raise click.ClickException(refusal.say()) from refusal
            except BadSettings as bad:
                raise Unusable(str(bad)) from bad


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--language", type=click.Choice(LOCALES), default="en", show_default=True, help="Language of the answers."
)
@click.version_option(__version__, prog_name="aktspar")
def main(language: str) -> None:
    """Track closed case files. Settings come from AKTSPAR_* in the environment."""
