"""Know when a step was done where one of its answers says so: that is not when it was written down."""

from collections.abc import Mapping
from datetime import datetime

from routines.answers import as_moment
from routines.conditions import Answer
from routines.progress import Record

_SAY_WHEN = ("sent_at", "answered_at", "reported_at", "told_at", "lifted_at")


def by_answers(answers: Mapping[str, Answer], now: datetime) -> datetime | None:
    """Return when a step was done by its answers, None where they do not say, or say this very minute."""
    moments = (as_moment(answers.get(name)) for name in _SAY_WHEN)
    said = next((moment for moment in moments if moment), None)
    return said if said and said < now.replace(second=0, microsecond=0) else None


def done_at(record: Record) -> datetime | None:
    """Return when a step was done: as was said apart, else by its answers, else when it was written down."""
    if record.ended_at is None or record.done_at != record.ended_at:
        return record.done_at
    return by_answers(record.answers, record.ended_at) or record.done_at
