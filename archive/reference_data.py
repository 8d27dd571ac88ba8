"""Reference data that comes with the program: kinds of files, choices of columns, routines."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from archive.imports import kind_words, mappings
from archive.kernel.store import Archive, Work, operator
from archive.models import FileKind
from archive.organisation import kinds
from archive.routine_runs import versions
from archive.rules.retention import KindRule
from seed import reference as packaged

MAPPINGS = Path(packaged.__file__).parent / "mappings"


def refresh(archive: Archive) -> None:
    """Put the packaged reference data in place; what is there already is brought up to date."""
    with archive.write(operator("db-upgrade")) as work:
        for kind in packaged.kinds():
            values = {"name_sv": kind.name_sv, "name_en": kind.name_en, "delicate": kind.delicate}
            kinds.package(work, kind.code, letter=kind.letter, retention_rule=str(kind.rule), **values)
        versions.refresh(work)
        package_mappings(work, _mappings())


def package_mappings(work: Work, packaged_ones: Iterable[Mapping[str, Any]]) -> None:
    """Put choices of columns in place, with every word for a kind of file that is known."""
    words = kind_words.known(work)
    for data in packaged_ones:
        columns = [{"header": header, "field": field} for header, field in data["columns"].items()]
        kinds = {**words, **data.get("kinds", {})}
        rest = {name: value for name, value in data.items() if name != "name"}
        mappings.package(work, data["name"], {**rest, "columns": columns, "kinds": kinds})


@cache
def _mappings() -> list[Mapping[str, Any]]:
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(MAPPINGS.glob("*.yaml"))]


def rule_of(kind: FileKind) -> KindRule:
    """Return the rule a kind of file is kept by."""
    return KindRule.parse(kind.retention_rule)
