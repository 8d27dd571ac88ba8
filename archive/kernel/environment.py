"""Read AKTSPAR_* each as what it is; what is wrong is refused in one line that says what it may be."""

import os
import re
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "AKTSPAR_"
_LONGEST = 200
# What is called otherwise elsewhere, and is too far from our word to be found by its letters.
_KIN = {"MAIL": "SMTP_URL", "DB": "DATABASE_URL", "PORT": "BIND", "HOST": "BIND", "URL": "BASE_URL"}


class BadSettings(Exception):
    """Report settings the program must not start with."""


def environment_with(**more: str) -> dict[str, str]:
    """Return the environment for another maker's program, which reads it as we read ours."""
    return {**os.environ, **more}


class Environment:
    """Hold the variables given, and remember which were asked for: any other is misspelt."""

    def __init__(self, given: Mapping[str, str] | None = None) -> None:
        self._given = os.environ if given is None else given
        self._asked: set[str] = set()

    def text(self, name: str, default: str = "", *, longest: int = _LONGEST) -> str:
        """Return one line of text; an empty setting is one that was not given."""
        self._asked.add(name)
        text = self._given.get(PREFIX + name, "").strip()
        if not text.isprintable():
            raise BadSettings(f"{PREFIX}{name} is one line of printable signs")
        if len(text) > longest and not name.endswith(("_URL", "_DIR", "_FILE")):
            raise BadSettings(f"{PREFIX}{name} is at most {longest} signs long")
        return text or default

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """Return a whole number between two."""
        text = self.text(name, str(default))
        if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise BadSettings(f"{PREFIX}{name} is a whole number from {least} to {most}, not {shown(text)}")
        return int(text)

    def yes(self, name: str) -> bool:
        """Return whether something is switched on."""
        text = self.text(name, "0").lower()
        if text not in {"1", "true", "yes", "on", "ja", "0", "false", "no", "off", "nej"}:
            raise BadSettings(f"{PREFIX}{name} is 1 or 0, not {shown(text)}")
        return text in {"1", "true", "yes", "on", "ja"}

    def day(self, name: str) -> date | None:
        """Return a day, or none."""
        text = self.text(name)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            raise BadSettings(f"{PREFIX}{name} is a day such as 2026-12-31, not {shown(text)}") from None

    def one(self, name: str, default: str, among: tuple[str, ...]) -> str:
        """Return one of some words, in capitals."""
        text = self.text(name, default).upper()
        if text not in among:
            raise BadSettings(f"{PREFIX}{name} is one of {', '.join(among)}, not {shown(text)}")
        return text

    def folder(self, name: str, default: str) -> Path:
        """Return a folder that is there or can be made."""
        path = Path(self.text(name, default)).absolute()
        there = next(one for one in (path, *path.parents) if one.exists())
        if not there.is_dir():
            raise BadSettings(f"{PREFIX}{name} is a folder; {shown(str(there))} is none")
        return path

    def file(self, name: str) -> str | None:
        """Return the path of a file that is there, or none."""
        text = self.text(name)
        if text and not Path(text).is_file():
            raise BadSettings(f"{PREFIX}{name} is a file; there is none at {shown(text)}")
        return text or None

    def web_address(self, name: str, default: str) -> str:
        """Return an address of the web as it stands in QR symbols, without a slash at the end."""
        text = self.text(name, default).rstrip("/")
        parts = urlsplit(text)
        try:
            named = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            named = False
        if not named or not text.isascii() or parts.query or parts.fragment or " " in text:
            raise BadSettings(
                f"{PREFIX}{name} is an address such as https://arkiv.example.se, not {shown(text)}"
            )
        return text

    def listening(self, name: str, default: str) -> str:
        """Return host and port to listen at, or the path of a socket."""
        text = self.text(name, default)
        host, _colon, port = text.rpartition(":")
        a_port = re.fullmatch(r"[0-9]{1,5}", port) and int(port) < 2**16
        if not text.startswith("unix:/") and not (host and a_port):
            raise BadSettings(f"{PREFIX}{name} is host and port such as 127.0.0.1:8000, not {shown(text)}")
        return text

    def database(self, name: str, default: str) -> str:
        """Return the address of a database, of PostgreSQL with psycopg 3 as its driver."""
        text = self.text(name, default)
        for prefix in ("postgresql://", "postgres://"):
            if text.startswith(prefix):
                text = "postgresql+psycopg://" + text.removeprefix(prefix)
        if not _names_a_database(text):
            raise BadSettings(
                f"{PREFIX}{name} is sqlite:////folder/aktspar.db or postgresql://role:password@host/aktspar"
            )
        return text

    def refuse_misspelt(self) -> None:
        """Refuse a name nobody asked for, with the nearest one that somebody did."""
        for given in sorted(self._given):
            name = given.removeprefix(PREFIX)
            if name != given and name not in self._asked:
                raise BadSettings(f"{given} is no setting{self._nearest(name.upper())}")

    def _nearest(self, name: str) -> str:
        if name in self._asked:
            return f": names are in capitals, {PREFIX}{name}"
        parts = get_close_matches(name, sorted(self._asked), 1, 0.6)
        kin = next((ours for theirs, ours in _KIN.items() if theirs in name.split("_")), None)
        begun = next((one for one in sorted(self._asked) if one.startswith(f"{name}_")), None)
        nearest = parts[0] if parts else begun or kin
        return f". Did you mean {PREFIX}{nearest}?" if nearest else ". README lists them"


def shown(text: str) -> str:
    """Return a wrong value as it can stand within a line."""
    return repr(text if len(text) <= 60 else f"{text[:60]}…")


def _names_a_database(text: str) -> bool:
    if text.startswith("sqlite:///"):
        return len(text) > len("sqlite:///") and ":memory:" not in text
    parts = urlsplit(text)
    try:
        return parts.scheme == "postgresql+psycopg" and parts.port != 0 and len(parts.path) > 1
    except ValueError:
        return False
