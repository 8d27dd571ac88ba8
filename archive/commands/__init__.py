"""The commands: a module per noun with a click `command`, listed in archive/cli.py."""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager

from archive import migrations, wiring
from archive.integrity import starting
from archive.kernel.config import Settings
from archive.kernel.errors import Unavailable
from archive.kernel.store import Actor, Archive, operator
from archive.vocabulary.wording import N_


@contextmanager
def opened(settings: Settings | None = None, *, unfit: bool = False) -> Iterator[tuple[Archive, Actor]]:
    """Open the archive and name who runs the command; raises Unavailable unless it is up to date.

    Raises BadSettings where nobody may work in it; `unfit` opens it all the same, to say what is wrong.
    """
    wiring.check()
    archive = Archive(settings or Settings.load())
    try:
        actor = operator_here()
        with archive.read(actor) as work:
            if not migrations.is_current(work.connection):
                raise Unavailable(
                    "migrations_pending", N_("The database is not up to date. Run: aktspar db upgrade")
                )
            if not unfit:
                starting.refuse_unfit(archive, work)
        yield archive, actor
    finally:
        archive.close()


def operator_here() -> Actor:
    """Return the actor of the command line: the account that runs it."""
    return operator(_account())


def _account() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's user without a name
        return f"uid-{os.getuid()}"
