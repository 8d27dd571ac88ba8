"""Write a routine down again, as data and as YAML, so that reading it gives the same routine."""

from dataclasses import fields, is_dataclass
from datetime import date
from enum import StrEnum
from typing import Any, cast

import yaml

from routines import conditions as c
from routines import model as m

_NAMES = {"start": "from"}
_CONDITIONS = (c.Answered, c.Known, c.Done, c.Passed, c.NamedReference, c.Every, c.Either, c.Not)


def as_data(routine: m.Routine) -> dict[str, object]:
    """Return a routine as plain data: what its file holds, without what is left at its default."""
    return plain(routine, "routine")


def plain(whole: Any, key: str) -> dict[str, object]:
    """Return any definition made of dataclasses as plain data; its name stands first, at this key."""
    data = cast("dict[str, object]", _plain(whole))
    return {key: data.pop("name"), **data}


def as_yaml(routine: m.Routine) -> str:
    """Return a routine as the text of its file."""
    return written(as_data(routine))


def written(data: object) -> str:
    """Return plain data as YAML that people can edit."""
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


def _plain(value: Any) -> object:
    match value:
        case m.TimeLimit():
            return _deadline(value)
        case m.RequiredPaper(required=required):
            return _of_fields(value, required=None) | ({} if required else {"optional": True})
        case StrEnum():
            return str(value)
        case date():
            return value.isoformat()
        case tuple():
            return [_plain(one) for one in value]
    if isinstance(value, _CONDITIONS):
        return c.as_data(value)
    return _of_fields(value) if is_dataclass(value) else value


def _of_fields(value: Any, **other: object) -> dict[str, object]:
    """Return the fields of a dataclass that say something."""
    found = {}
    for one in fields(value):
        said = other.get(one.name, getattr(value, one.name))
        if said is None or said is False or said == () or (said == one.default and one.name != "version"):
            continue
        found[_NAMES.get(one.name, one.name)] = _plain(said)
    return found


def _deadline(deadline: m.TimeLimit) -> dict[str, object]:
    rest = _of_fields(deadline, kind=None, amount=None)
    return {str(deadline.kind): deadline.amount, **rest}


class _Dumper(yaml.SafeDumper):
    """Writes lists below their key and long texts as blocks."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        """Indent lists below their key."""
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    if "\n" in value and all(line == line.rstrip() for line in value.split("\n")):
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|")
    return dumper.represent_scalar("tag:yaml.org,2002:str", value)


_Dumper.add_representer(str, _text)
