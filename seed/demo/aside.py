"""Move a folder aside whose database is no demo, so that `make run` builds one and loses nothing."""

import sqlite3
import sys
from contextlib import closing
from itertools import count
from pathlib import Path


def move_aside(folder: Path) -> Path | None:
    """Rename the folder unless its database says that it is a demo, or there is none; return its new name."""
    database = folder / "aktspar.db"
    if not database.exists() or _is_demo(database):
        return None
    names = (folder.with_name(f"{folder.name}.0.1.0-{number}") for number in count(1))
    target = next(name for name in names if not name.exists())
    return folder.rename(target)


def _is_demo(database: Path) -> bool:
    try:
        with closing(sqlite3.connect(database)) as connection:
            return bool(connection.execute("SELECT demo FROM register").fetchone()[0])
    except (sqlite3.Error, TypeError):
        return False


def main() -> None:
    """Move the folder named on the command line aside and say so."""
    folder = Path(sys.argv[1])
    if moved := move_aside(folder):
        print(  # noqa: T201
            f"{folder} held a database that does not say it is a demo (0.1.0, or a real one). "
            f"It is kept as {moved}; a new demo is built."
        )


if __name__ == "__main__":
    main()
