"""`aktspar worker`: run the timetable."""

import os
import signal
import threading

import click

from archive import worker
from archive.commands import opened
from archive.kernel import logs
from archive.kernel.config import Settings


@click.command()
@click.option("--parent", type=int, hidden=True, help="Stop when this is no longer the parent process.")
@click.pass_context
def command(context: click.Context, parent: int | None) -> None:
    """Run the timetable; a second worker stands by until the first one ends."""
    settings = Settings.load()
    logs.configure(settings.log_level)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if parent is not None:
        threading.Thread(target=_watch, args=(parent, stop), daemon=True).start()
    with opened(settings) as (archive, _actor):
        if not worker.run(archive, stop):
            context.exit(1)


def _watch(parent: int, stop: threading.Event) -> None:
    while os.getppid() == parent and not stop.wait(1.0):
        pass
    stop.set()
