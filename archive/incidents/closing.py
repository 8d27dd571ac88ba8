"""Close an incident: what its report says is fixed beside the event that closes it, with a check value."""

from dataclasses import replace

from archive.history import history
from archive.incidents.report import gather
from archive.incidents.report.data import check_value, encode
from archive.kernel.store import Work
from archive.models import Incident
from archive.notifications import deadlines
from archive.vocabulary import IncidentAction, IncidentState


def close(work: Work, incident: Incident, action: IncidentAction) -> None:
    """Close an incident and fix what its report says from now on."""
    last = replace(
        gather.build(work, incident),
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
