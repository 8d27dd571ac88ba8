"""Archives that differ in one thing, whose answers must not: made beside each other, and read alike."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from flask import Flask
from sqlalchemy import select
from sqlmodel import col

from archive.kernel.store import Archive, operator
from archive.models import Label
from tests.builders import SetClock
from tests.databases import SqliteDatabases

Opened = Callable[[], AbstractContextManager[Archive]]


def opener(databases: SqliteDatabases, folder: Path, clock: SetClock, app: Flask) -> Opened:
    """Give what opens one fresh archive after the other, each served by the application while it is open."""
    made_so_far: list[Archive] = []

    @contextmanager
    def opened() -> Iterator[Archive]:
        place = folder / f"world-{len(made_so_far)}"
        place.mkdir()
        with databases.fresh(place) as settings:
            archive = Archive(settings, clock)
            made_so_far.append(archive)  # kept, so that no other one is taken for it
            app.extensions["archive"] = archive
            try:
                yield archive
            finally:
                archive.close()

    return opened


def plain(archive: Archive, said: bytes | str) -> str:
    """Make alike what is drawn: codes of labels, and the numbers a page draws for scripts and errors."""
    if isinstance(said, bytes):
        if said.startswith(b"PK"):  # a workbook, whose parts bear the time they were written at
            with ZipFile(BytesIO(said)) as book:
                said = b"\n".join(book.read(name) for name in book.namelist())
        said = said.decode("utf-8", "backslashreplace")
    with archive.read(operator("tests")) as work:
        drawn = work.session.scalars(select(col(Label.code))).all()
    for code in drawn:
        said = said.replace(code[:5], "CODE").replace(code[5:], "CODE")
    return re.sub(r'(nonce[-="]+|Nummer att uppge: )[\w+/=-]+', r"\1…", said)
