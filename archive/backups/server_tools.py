"""PostgreSQL's own tools, spoken to: the password goes by the environment, never by the command line."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from sqlalchemy import URL, make_url

from archive.backups.envelope import ByteSource
from archive.kernel.environment import environment_with
from archive.kernel.errors import Unavailable
from archive.vocabulary.wording import N_

_FRESH = "DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC;"


@contextmanager
def dumped(url: str, snapshot: str) -> Iterator[ByteSource]:
    """Give what pg_dump says of a database as of an exported snapshot; raises Unavailable."""
    command = [
        "pg_dump",
        "--format=custom",
        "--compress=0",
        f"--snapshot={snapshot}",
        f"--dbname={_plain(url)}",
    ]
    with _started(command, url, stdout=subprocess.PIPE) as running:
        yield cast("IO[bytes]", running.stdout)
        _finish(running, command)


def restore(dump: Path, url: str) -> None:
    """Put a dump in the place of all that is in a database, in one transaction; raises Unavailable."""
    reading = ["pg_restore", "--no-owner", "--no-privileges", "--file=-", str(dump)]
    writing = ["psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    writing += ["--output=/dev/null", f"--dbname={_plain(url)}", f"--command={_FRESH}", "--file=-"]
    with (
        _started(reading, url, stdout=subprocess.PIPE) as script,
        _started(writing, url, stdin=script.stdout) as running,
    ):
        cast("IO[bytes]", script.stdout).close()
        _finish(running, writing)
        _finish(script, reading)


@contextmanager
def _started(
    command: Sequence[str], url: str, *, stdin: IO[bytes] | None = None, stdout: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    environment = environment_with(
        **({"PGPASSWORD": password} if (password := make_url(url).password) else {})
    )
    try:
        running = subprocess.Popen(  # noqa: S603 - our own words, and addresses from the settings
            command, env=environment, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE
        )
    except OSError as error:
        raise Unavailable(
            "backup_tool_missing",
            N_(
                "%(tool)s of PostgreSQL is not here. Install its client programs (Debian: postgresql-client)."
            ),
            tool=command[0],
        ) from error
    with running:
        try:
            yield running
        except BaseException:
            running.kill()
            raise


def _finish(running: subprocess.Popen[bytes], command: Sequence[str]) -> None:
    said = cast("IO[bytes]", running.stderr).read().decode(errors="replace").strip().splitlines()
    if running.wait():
        raise Unavailable(
            "backup_tool_failed",
            N_("%(tool)s did not succeed: %(why)s"),
            tool=command[0],
            why=said[0] if said else running.returncode,
        )


def _plain(url: str) -> str:
    parts = make_url(url)
    bare = URL.create("postgresql", parts.username, None, parts.host, parts.port, parts.database, parts.query)
    return bare.render_as_string()
