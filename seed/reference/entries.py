"""Read YAML entry by entry, so that a mistake is named by file and entry."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from archive.vocabulary import OrderRule


class BadReference(Exception):
    """Report reference data that cannot be used, by file and entry."""


def read_yaml(path: Path) -> Any:
    """Read a file; raises BadReference."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise BadReference(f"{path.name}: {error}") from error


@dataclass(slots=True)
class YamlEntry:
    """One mapping of a file; whatever is not asked for in the end is a misspelling."""

    path: Path
    fields: Mapping[str, Any]
    where: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.fields, dict):
            raise self.bad("is no list of names and values")

    def bad(self, what: str) -> BadReference:
        """Return the mistake, by file and entry."""
        return BadReference(f"{self.path.name}{self.where} {what}")

    def only(self, *names: str) -> None:
        """Refuse fields of other names; raises BadReference."""
        if unknown := set(self.fields) - set(names):
            raise self.bad(f"has an unknown field: {', '.join(sorted(unknown))}")

    def get(self, name: str, kind: type, default: Any = None) -> Any:
        """Return a field of a kind; raises BadReference."""
        value = self.fields.get(name, default)
        if not isinstance(value, kind):
            raise self.bad(f"needs {name}: {kind.__name__}")
        return value

    def texts(self, name: str, default: Any = None) -> tuple[str, ...]:
        """Return a list of texts; raises BadReference."""
        values = self.get(name, list, default)
        if not all(isinstance(value, str) for value in values):
            raise self.bad(f"needs texts in {name}")
        return tuple(values)

    def order(self) -> OrderRule:
        """Return a rule by which files stand; raises BadReference."""
        rule = {rule.value: rule for rule in OrderRule}.get(self.get("order", str))
        if rule is None:
            raise self.bad(f"has an unknown order: {self.fields['order']}")
        return rule

    def inner(self, name: str) -> list["YamlEntry"]:
        """Return the entries within a field."""
        return [
            YamlEntry(self.path, entry, f"{self.where}, {name} {number}")
            for number, entry in enumerate(self.get(name, list), start=1)
        ]


def entries(path: Path) -> list[YamlEntry]:
    """Return the entries of a file that is a list; raises BadReference."""
    found = read_yaml(path)
    if not isinstance(found, list) or not found:
        raise BadReference(f"{path.name} is no list")
    return [YamlEntry(path, entry, f", entry {number}") for number, entry in enumerate(found, start=1)]


def refuse_twice(path: str, what: str, values: Iterable[str]) -> None:
    """Refuse a value that stands twice; raises BadReference."""
    twice = [value for value, count in Counter(values).items() if count > 1]
    if twice:
        raise BadReference(f"{path}: the same {what} stands twice: {', '.join(twice)}")
