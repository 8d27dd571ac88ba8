"""Reference data that comes with the program: kinds of files, sources, units, mappings, routines."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from sqlmodel import SQLModel, col, select

from archive.domain import mappings, routine_versions
from archive.models import FileKind, SourceSystem, Unit
from archive.retention import KindRule
from archive.store import Archive, Work, operator
from seed import reference as packaged

MAPPINGS = Path(packaged.__file__).parent / "mappings"


def refresh(archive: Archive) -> None:
    """Put the packaged reference data in place; what is there already is brought up to date."""
    with archive.write(operator("db-upgrade")) as work:
        _refresh_kinds(work)
        routine_versions.refresh(work)
        words = kind_words(work)
        for path in sorted(MAPPINGS.glob("*.yaml")):
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
            columns = [{"header": header, "field": field} for header, field in data.pop("columns").items()]
            kinds = {**words, **data.pop("kinds", {})}
            mappings.package(work, data.pop("name"), {**data, "columns": columns, "kinds": kinds})


def kind_words(work: Work) -> dict[str, str]:
    """Return the words for kinds of files, with their codes: as the register and as old lists write them."""
    words: dict[str, str] = {}
    for kind in work.session.exec(select(FileKind)):
        words |= dict.fromkeys((kind.code, kind.letter, kind.name_sv, kind.name_en), kind.code)
    for known in packaged.load().kinds:
        words |= dict.fromkeys(known.also, known.code)
    return words


def _refresh_kinds(work: Work) -> None:
    data = packaged.load()
    for kind in data.kinds:
        rule = {"letter": kind.letter, "name_sv": kind.name_sv, "name_en": kind.name_en}
        rule |= {"retention_rule": str(kind.rule)}
        _put(work, FileKind, {"code": kind.code}, {**rule, "delicate": kind.delicate})
    for source in data.sources:
        _put(work, SourceSystem, {"code": source.code}, {"name": source.name})
    for unit in data.units:
        _put(work, Unit, {"name": unit.name}, {})
    work.session.flush()


def _put(work: Work, model: type[SQLModel], key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    ((column, value),) = key.items()
    found = work.session.exec(select(model).where(col(getattr(model, column)) == value)).one_or_none()
    if found is None:
        work.session.add(model(**key, **values))
        return
    for name, wanted in values.items():
        if getattr(found, name) != wanted:
            setattr(found, name, wanted)


def rule_of(kind: FileKind) -> KindRule:
    """Return the rule a kind of file is kept by."""
    return KindRule.parse(kind.retention_rule)
