"""The commands: a module per noun with a click `command`, listed in archive/cli.py."""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import make_url

from archive import migrations, wiring
from archive.integrity import starting
from archive.kernel.config import Settings
from archive.kernel.environment import BadSettings
from archive.kernel.errors import Unavailable
from archive.kernel.store import Actor, Archive, operator
from archive.vocabulary.wording import N_, _


@contextmanager
def opened(settings: Settings | None = None, *, unfit: bool = False) -> Iterator[tuple[Archive, Actor]]:
    """Open the archive and name who runs the command; raises Unavailable unless it is up to date.

    Raises BadSettings where nobody may work in it; `unfit` opens it all the same, to say what is wrong.
    """
    wiring.check()
    settings = settings or Settings.load()
    if migrations.is_empty(settings):
        raise no_register(settings)
    archive = Archive(settings)
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


def no_register(settings: Settings) -> BadSettings:
    """Return what to say where no register is: perhaps a new one is wanted, perhaps the place is mistyped."""
    where = make_url(settings.database_url).render_as_string(hide_password=True)
    return BadSettings(
        _(
            "There is no register at %(where)s. If it is to be a new one, make it: aktspar db upgrade --new. "
            "If not, AKTSPAR_DATA_DIR or AKTSPAR_DATABASE_URL names another place than before.",
            where=where,
        )
    )


def operator_here() -> Actor:
    """Return the actor of the command line: the account that runs it."""
    return operator(_account())


def _account() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's user without a name
        return f"uid-{os.getuid()}"
