"""Close an incident: what its report says is fixed beside the event that closes it, with a check value."""

from dataclasses import replace

from archive import history
from archive.domain import deadlines, incident_reports
from archive.domain.incident_report_data import check_value, encode
from archive.models import Incident
from archive.store import Work
from archive.vocabulary import IncidentAction, IncidentState


def close(work: Work, incident: Incident, action: IncidentAction) -> None:
    """Close an incident and fix what its report says from now on."""
    last = replace(
        incident_reports.build(work, incident),
        status=IncidentState.CLOSED,
        closed_at=work.now,
        short=action is IncidentAction.CLOSE_SHORT,
        fixed=True,
    )
    frozen = encode(last)
    digest = check_value(frozen)
    deadlines.withdraw_all(work, incident.stream)
    incident.frozen_event = history.advance(
        work,
        incident,
        action,
        changes={
            "closed_at": work.now,
            "frozen_sha256": digest,
            "short": action is IncidentAction.CLOSE_SHORT,
        },
        private={"report": frozen},
        sha256=digest,
    )
    work.session.flush()
