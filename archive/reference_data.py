"""Reference data that comes with the program: kinds of files, sources, units, mappings, routines."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlmodel import SQLModel, select

from archive.imports import kind_words, mappings
from archive.kernel.store import Archive, Work, operator
from archive.models import FileKind, SourceSystem, Unit
from archive.routine_runs import versions
from archive.rules.retention import KindRule
from seed import reference as packaged

MAPPINGS = Path(packaged.__file__).parent / "mappings"


def refresh(archive: Archive) -> None:
    """Put the packaged reference data in place; what is there already is brought up to date."""
    with archive.write(operator("db-upgrade")) as work:
        _refresh_kinds(work)
        versions.refresh(work)
        words = kind_words.known(work)
        for data in _mappings():
            columns = [{"header": header, "field": field} for header, field in data["columns"].items()]
            kinds = {**words, **data.get("kinds", {})}
            rest = {name: value for name, value in data.items() if name != "name"}
            mappings.package(work, data["name"], {**rest, "columns": columns, "kinds": kinds})


@cache
def _mappings() -> list[Mapping[str, Any]]:
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(MAPPINGS.glob("*.yaml"))]


def _refresh_kinds(work: Work) -> None:
    data = packaged.load()
    kinds = (
        {
            "code": kind.code,
            "letter": kind.letter,
            "name_sv": kind.name_sv,
            "name_en": kind.name_en,
            "retention_rule": str(kind.rule),
            "delicate": kind.delicate,
        }
        for kind in data.kinds
    )
    _put(work, FileKind, "code", kinds)
    _put(work, SourceSystem, "code", ({"code": one.code, "name": one.name} for one in data.sources))
    _put(work, Unit, "name", ({"name": unit.name} for unit in data.units))
    work.session.flush()


def _put(work: Work, model: type[SQLModel], key: str, rows: Iterable[Mapping[str, Any]]) -> None:
    known = {getattr(one, key): one for one in work.session.exec(select(model))}
    for values in rows:
        found = known.get(values[key])
        if found is None:
            work.session.add(model(**values))
            continue
        for name, wanted in values.items():
            if getattr(found, name) != wanted:
                setattr(found, name, wanted)


def rule_of(kind: FileKind) -> KindRule:
    """Return the rule a kind of file is kept by."""
    return KindRule.parse(kind.retention_rule)
