"""The door what people wrote passes: nothing in it names somebody who is protected now.

A text stays as it was written; a mark may be set long after, and masks it from then on wherever it is told.
"""

from collections.abc import Callable
from dataclasses import replace

from archive.incidents.report import redaction, search_annex
from archive.incidents.report.data import IncidentReport, LeadLine, ReportLine, StepLine, Who
from archive.kernel.store import Work
from archive.models import Incident
from archive.vocabulary.wording import Both

Door = Callable[[str], str]


def for_everybody(work: Work, incident_id: int) -> Door | None:
    """Return the door to what travels: a report or a file; None where nobody is protected."""
    hidden = redaction.protected_in(work, incident_id)
    return hidden.out_of if hidden else None


def for_reader(work: Work, incident: Incident) -> Door | None:
    """Return the door to the actor's own pages: none for those who search for all of it, who know anyway."""
    return None if search_annex.may_walk_all(work, incident) else for_everybody(work, incident.id)


def past(door: Door | None, text: str) -> str:
    """Return a text as it is on the other side of a door, if there is one."""
    return door(text) if door else text


def out_of_report(report: IncidentReport, door: Door) -> IncidentReport:
    """Return a report whose every text that people wrote has passed a door."""
    return replace(
        report,
        purpose=_may_be(door, report.purpose),
        waiting=_may_be(door, report.waiting),
        circumstances=_may_be(door, report.circumstances),
        people=tuple(_who(door, one) for one in report.people),
        things=tuple(
            replace(one, description=_may_be(door, one.description), reason=_may_be(door, one.reason))
            for one in report.things
        ),
        timeline=tuple(_line(door, one) for one in report.timeline),
        custody=tuple(_line(door, one) for one in report.custody),
        searches=tuple(replace(one, remark=_may_be(door, one.remark)) for one in report.searches),
        steps=tuple(out_of_step(one, door) for one in report.steps),
        exposures=tuple(replace(one, whom=_may_be(door, one.whom)) for one in report.exposures),
        plans=tuple(
            replace(plan, leads=tuple(_lead(door, one) for one in plan.leads)) for plan in report.plans
        ),
    )


def out_of_step(line: StepLine, door: Door) -> StepLine:
    """Return a step whose answers in people's own words, and reason, have passed a door."""
    answers = (one if one.plain else replace(one, value=_both(door, one.value)) for one in line.answers)
    return replace(line, answers=tuple(answers), reason=_may_be(door, line.reason))


def _may_be(door: Door, text: str | None) -> str | None:
    return text and door(text)


def _both(door: Door, said: Both | None) -> Both | None:
    return said and Both(door(said.sv), door(said.en))


def _line(door: Door, line: ReportLine) -> ReportLine:
    return replace(line, text=_both(door, line.text), aside=_may_be(door, line.aside))


def _lead(door: Door, lead: LeadLine) -> LeadLine:
    return replace(lead, reasons=tuple(Both(door(one.sv), door(one.en)) for one in lead.reasons))


def _who(door: Door, who: Who) -> Who:
    """Return somebody who took part: whoever works here is named, others were named in people's own words."""
    return who if who.roles else replace(who, name=_may_be(door, who.name))
