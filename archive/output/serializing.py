"""Plain values for programs: what a thing is, as JSON has it."""

from datetime import date, datetime
from typing import Any

from archive.kernel.store import Work
from archive.vocabulary import Term


def plain(value: Any) -> Any:
    """Return a value as JSON has it: terms by their stored word, days and moments as ISO 8601."""
    if isinstance(value, Term):
        return value.value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {plain(key): plain(one) for key, one in value.items()}
    return value


def facts(thing: object, *names: str) -> dict[str, Any]:
    """Return some attributes of a thing."""
    return {name: plain(getattr(thing, name)) for name in names}


def allowed(thing: Any, work: Work) -> list[str]:
    """Return what may be done with a thing now, by this actor."""
    return [action.value for action in thing.lifecycle.actions(thing.status, work.actor.permissions)]
