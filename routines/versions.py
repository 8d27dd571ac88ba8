"""Compare two versions of a routine, text by text, in the order a person reads them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from routines.model import Routine
from routines.wording import Text
from routines.writing import as_data, written


class ChangeKind(StrEnum):
    """What happened to a part between two versions."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: of which step or other part, which line of it, and both wordings."""

    kind: ChangeKind
    part: Text  # the step's title, or what else it is about
    path: str  # steps/notify_imy/guidance/sv
    old: str | None
    new: str | None


def difference(old: Routine, new: Routine) -> tuple[Change, ...]:
    """Return what differs between two versions; the order of steps counts, that of keys does not."""
    found = list(difference_of(as_data(old), as_data(new), Text("Rutinen", "The routine")))
    common = [name for name in old.step_of if name in new.step_of]
    order = [name for name in new.step_of if name in old.step_of]
    if common != order:
        moved = Text("Stegens ordning", "The order of the steps")
        found.append(Change(ChangeKind.MOVED, moved, "steps", ", ".join(common), ", ".join(order)))
    return tuple(found)


def difference_of(old: object, new: object, whole: Text) -> Iterator[Change]:
    """Return what differs between the data of two versions of anything whose parts have an id."""
    return _compare(_by_id(old), _by_id(new), (), whole)


def _by_id(value: object) -> object:
    """Turn lists of things with an id into mappings by it."""
    if isinstance(value, Mapping):
        return {key: _by_id(one) for key, one in value.items()}
    if isinstance(value, list) and value and all(isinstance(one, Mapping) and "id" in one for one in value):
        return {one["id"]: _by_id({key: of for key, of in one.items() if key != "id"}) for one in value}
    return value


def _compare(old: object, new: object, path: tuple[str, ...], part: Text) -> Iterator[Change]:
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping) and not _is_leaf(path):
        for key in dict.fromkeys((*old, *new)):
            inner = (*path, str(key))
            about = _title(old.get(key), new.get(key)) or part
            yield from _compare(old.get(key), new.get(key), inner, about)
        return
    kind = ChangeKind.ADDED if old is None else ChangeKind.REMOVED if new is None else ChangeKind.CHANGED
    yield Change(kind, part, "/".join(path), _said(old), _said(new))


_WHOLE = ("when", "until", "again", "condition", "given_by", "requires", "deadline", "moves", "ends")


def _is_leaf(path: tuple[str, ...]) -> bool:
    """Tell whether a part is shown whole: half a condition says nothing."""
    return bool(path) and path[-1] in _WHOLE


def _title(*values: object) -> Text | None:
    for value in values:
        title = value.get("title") if isinstance(value, Mapping) else None
        if isinstance(title, Mapping):
            said = cast("Mapping[str, str]", title)
            return Text(said["sv"], said["en"])
    return None


def _said(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return written(value).strip().removesuffix("...").strip()
