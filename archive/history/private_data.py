"""Read back what was written beside events: names and free text, while they are kept."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam, select

from archive.kernel.store import Work
from archive.models import EventPrivate

_ASIDE = EventPrivate.__table__  # type: ignore[attr-defined]
_ASIDES = select(_ASIDE.c.event_id, _ASIDE.c.payload).where(
    _ASIDE.c.event_id.in_(bindparam("ids", expanding=True))
)
_AT_ONCE = 500  # parameters of one statement


def by_event(work: Work, event_ids: Iterable[int | None]) -> dict[int, Mapping[str, Any]]:
    """Return what stands beside some events; nothing for those whose side row was shredded.

    Whoever calls this has made sure that the actor may see it.
    """
    ids = sorted({event_id for event_id in event_ids if event_id is not None})
    found: dict[int, Mapping[str, Any]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        rows = work.connection.execute(_ASIDES, {"ids": ids[start : start + _AT_ONCE]})
        found.update((row.event_id, json.loads(row.payload)) for row in rows)
    return found
