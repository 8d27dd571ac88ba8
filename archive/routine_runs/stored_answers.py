"""What was answered at a step of an incident's routine, as SQL: counted and filtered without reading rows."""

from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col

from archive.kernel.store import Work
from archive.models import EventPrivate, Incident, RoutineStep
from archive.routine_runs import versions
from archive.routine_runs.contracts import SUSPECTED_LOST
from archive.vocabulary import StepState
from archive.vocabulary.wording import Both

# Why something was gone: by the lessons, or where it took the short way by its first search.
CAUSES = (("lessons", "cause"), ("first_search", "cause"))


def value(work: Work, field: str) -> ColumnElement[Any]:
    """Return the answer to a field in the side row of a step's event; nothing where it was shredded."""
    payload = col(EventPrivate.payload)
    if work.sqlite:
        return func.json_extract(payload, f"$.answers.{field}")
    answer: ColumnElement[Any] = cast(payload, JSONB)["answers"][field].astext
    return answer


def of_incident(work: Work, step: str, field: str) -> ColumnElement[Any]:
    """Return the latest answer to a field of a step done in `Incident`."""
    return (
        select(value(work, field))
        .join(RoutineStep, col(RoutineStep.told_event) == EventPrivate.event_id)
        .where(
            col(RoutineStep.run) == literal("incident:").concat(cast(col(Incident.id), Text)),
            col(RoutineStep.step) == step,
            col(RoutineStep.state) == StepState.DONE,
        )
        .order_by(col(RoutineStep.occurrence).desc())
        .limit(1)
        .correlate(Incident)
        .scalar_subquery()
    )


def cause(work: Work) -> ColumnElement[Any]:
    """Return why what an `Incident` is about was gone, as the routine's option."""
    return func.coalesce(*(of_incident(work, step, field) for step, field in CAUSES))


def options(work: Work, *fields: tuple[str, str]) -> dict[str, Both]:
    """Return what the options of some fields are called in any version of the routine, the newest wording."""
    found: dict[str, Both] = {}
    for version in versions.versions(work, SUSPECTED_LOST):
        routine = versions.routine_of(version)
        for step, name in fields:
            field = routine.step_of[step].field(name) if step in routine.step_of else None
            for option in field.options if field else ():
                found.setdefault(option.id, Both(option.label.sv, option.label.en))
    return found
