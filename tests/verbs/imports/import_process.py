"""Drive an import in a process of its own, telling each step, so that a test can kill it in the middle."""

import sys

import click

from archive import wiring
from archive.imports import batching
from archive.imports.driver import drive
from archive.kernel.config import Settings
from archive.kernel.store import Archive, worker
from tests.builders import RunningClock


def main() -> None:
    """Drive the run named on the command line, in steps of at most so many rows."""
    wiring.check()
    batching.MOST = batching.FIRST = int(sys.argv[2])
    archive = Archive(Settings.load(), RunningClock())
    run = drive(
        archive,
        worker("imports"),
        int(sys.argv[1]),
        lambda run: click.echo(f"{run.status.value} {run.next_row}"),
    )
    click.echo(f"stopped at {run.status.value}")


if __name__ == "__main__":
    main()
