"""What programs are told of the programme: rooms, counts, forecast, what checks found; counts only."""

from datetime import timedelta
from typing import Any

from archive.cover_checks import figures
from archive.cover_checks.figures import SenderFigures
from archive.kernel.store import Work
from archive.models import Unit
from archive.output.serializing import facts, plain
from archive.places import paths
from archive.programme.forecast import Programme, RoomFigures
from archive.rules.rates import Rate
from archive.vocabulary import FindingKind


def programme(read: Programme) -> dict[str, Any]:
    """Return the whole programme; counts only."""
    forecast = facts(read.forecast, "pace", "likely", "earliest", "latest", "needed", "passed")
    return {
        "left": read.left,
        "end": plain(read.end),
        "forecast": forecast,
        "counts": [{"day": plain(day), "files": files} for day, files in read.counts],
        "rooms": [room(one) for one in read.rooms],
    }


def room(one: RoomFigures) -> dict[str, Any]:
    """Return how one room stands."""
    return {
        **facts(one.emptying, "id", "number", "status", "empty_at"),
        "code": one.trail[-1].code,
        "name": paths.name_of(one.trail),
        **facts(one, "left", "at_first", "sent"),
        "counts": [{"day": plain(day), "files": files} for day, files in one.counts],
    }


def named_findings(work: Work, days: int) -> tuple[list[SenderFigures], dict[tuple[int, int | None], str]]:
    """Return the figures of each sender over the last days, the most checked first, with their names."""
    rows = figures.by_sender(work, work.now - timedelta(days=days), work.now + timedelta(days=1))
    known = paths.steps(work, [one.place_id for one in rows])
    named = {}
    for one in rows:
        unit = work.session.get(Unit, one.unit_id) if one.unit_id else None
        place = paths.name_of(known[one.place_id])
        named[one.place_id, one.unit_id] = f"{unit.name}, {place}" if unit else place
    return rows, named


def findings_by_sender(work: Work, days: int) -> list[dict[str, Any]]:
    """Return what was found of each sender: covers checked, and of each kind how many and per 1,000."""
    rows, named = named_findings(work, days)
    return [
        {
            "sender": named[one.place_id, one.unit_id],
            "checked": one.checked,
            "found": {kind.value: rate(one.rate(kind)) for kind in FindingKind if kind in one.found},
        }
        for one in rows
    ]


def rate(one: Rate) -> dict[str, Any]:
    """Return how many of how many, and per 1,000 with its interval at 95 %."""
    per = one.per_thousand
    return {
        "hits": one.hits,
        "total": one.total,
        "per_thousand": per and {"rate": per[0], "from": per[1], "to": per[2]},
    }
