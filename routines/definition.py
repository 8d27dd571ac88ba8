"""Load a routine from YAML, check it, write it down again, and compare two versions of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from routines.checks import checked
from routines.loading import routine as _read
from routines.model import Routine
from routines.reading import Path, ReadingReport, parse
from routines.versions import Change, difference
from routines.wording import Problem, Refused
from routines.writing import as_data, as_yaml

__all__ = [
    "Change",
    "Packaged",
    "Routine",
    "as_data",
    "as_yaml",
    "difference",
    "from_data",
    "load",
    "packaged",
    "packaged_routine",
    "problems_in",
]


@dataclass(frozen=True, slots=True)
class Packaged:
    """A definition that ships with us: its name, version and YAML text."""

    name: str
    version: int
    text: str


def load(text: str) -> Routine:
    """Return the routine a YAML text describes; raises Refused with every problem there is."""
    data, lines = parse(text)
    return from_data(data, lines)


def problems_in(text: str) -> tuple[Problem, ...]:
    """Return every problem of a YAML text, none when it is a routine."""
    try:
        load(text)
    except Refused as refused:
        return refused.problems
    return ()


def from_data(data: object, lines: Mapping[Path, int] | None = None) -> Routine:
    """Return the routine that plain data describes; raises Refused with every problem there is."""
    report = ReadingReport(lines or {})
    routine = _read(data, report)
    checked(routine, report)
    if report.problems:
        raise Refused(sorted(report.problems, key=lambda one: one.line or 0))
    return routine


def shipped(key: str) -> Iterator[Packaged]:
    """Return what ships with us whose file begins with this key, by name and version."""
    for file in sorted(files("routines").iterdir(), key=lambda one: one.name):
        name, _, rest = file.name.partition(".v")
        if rest.endswith(".yaml") and (text := file.read_text(encoding="utf-8")).startswith(f"{key}: "):
            yield Packaged(name, int(rest.removesuffix(".yaml")), text)


@cache
def packaged() -> tuple[Packaged, ...]:
    """Return the routines that ship with us."""
    return tuple(shipped("routine"))


@cache
def packaged_routine(name: str) -> Routine:
    """Return the newest version of a routine that ships with us; raises KeyError."""
    found = [one for one in packaged() if one.name == name]
    if not found:
        raise KeyError(name)
    return load(max(found, key=lambda one: one.version).text)
