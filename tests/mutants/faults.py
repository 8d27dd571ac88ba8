"""The mutants of `mutants.toml`: one place in one file, what to put there, and which tests must notice."""

import importlib.util
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


class DoesNotFit(Exception):
    """What a mutant replaces is not found exactly once: the code has changed, and the mutant must follow."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: in `file`, `old` (found there exactly once) becomes `new`.

    `tests` are its noun's, as paths; `killed_by` is the test that noticed when this was last run by hand.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    killed_by: str

    @contextmanager
    def put_into(self, tree: Path) -> Iterator[None]:
        """Put the fault into a copy of the code, and take it out again; raises DoesNotFit."""
        text = (tree / self.file).read_text(encoding="utf-8")
        if text.count(self.old) != 1 or self.new == self.old:
            raise DoesNotFit(f"{self.name}: found {text.count(self.old)} times in {self.file}:\n{self.old}")
        _write(tree / self.file, text.replace(self.old, self.new))
        try:
            yield
        finally:
            _write(tree / self.file, text)


def _write(path: Path, text: str) -> None:
    """Write a source file, and forget what Python compiled of it: it compares seconds and sizes only."""
    path.write_text(text, encoding="utf-8")
    Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)


def known() -> list[Mutant]:
    """Return the mutants in their order."""
    with (HERE / "mutants.toml").open("rb") as source:
        listed = tomllib.load(source)["mutant"]
    return [Mutant(**{**one, "tests": tuple(one["tests"].split())}) for one in listed]
