"""Load what every city needs: the kinds of case files with the rule each is kept by."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from archive.rules.retention import KindRule
from seed.reference.entries import YamlEntry, entries, refuse_twice

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class FileKindRow:
    """Describe a kind of case file; `also` is how old lists write it."""

    code: str
    letter: str
    name_sv: str
    name_en: str
    delicate: bool
    rule: KindRule
    also: tuple[str, ...]


@cache
def kinds(folder: Path = FOLDER) -> tuple[FileKindRow, ...]:
    """Read and check the kinds of case files in a folder; raises BadReference."""
    found = tuple(_kind(entry) for entry in entries(folder / "file_kinds.yaml"))
    refuse_twice("file_kinds.yaml", "code", (kind.code for kind in found))
    refuse_twice("file_kinds.yaml", "letter", (kind.letter for kind in found))
    written = (word.casefold() for kind in found for word in (kind.name_sv, *kind.also))
    refuse_twice("file_kinds.yaml", "name", written)
    return found


def _kind(entry: YamlEntry) -> FileKindRow:
    entry.only("code", "letter", "sv", "en", "delicate", "rule", "also")
    letter = entry.get("letter", str)
    if len(letter) != 1:
        raise entry.bad("needs a single code letter")
    try:
        rule = KindRule.parse(entry.get("rule", str))
    except ValueError as error:
        raise entry.bad(f"has a bad rule: {error}") from error
    return FileKindRow(
        entry.get("code", str),
        letter,
        entry.get("sv", str),
        entry.get("en", str),
        entry.get("delicate", bool),
        rule,
        entry.texts("also", []),
    )
