"""What cover checks found by sender: which, how often, per 1,000, with the uncertainty of few."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, func, select

from archive.kernel.store import Work
from archive.models import CaseFile, CoverCheck, DeliveryLine, DeliverySender, Finding
from archive.rules.rates import Rate
from archive.vocabulary import CheckState, FindingKind, FindingState, Permission

_FINDING = Finding.__table__  # type: ignore[attr-defined]
_CHECK = CoverCheck.__table__  # type: ignore[attr-defined]
_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_LINE = DeliveryLine.__table__  # type: ignore[attr-defined]
_SENDER = DeliverySender.__table__  # type: ignore[attr-defined]

# A number by sender that is one must not tell that a protected person's file came from there.
_SENT = (
    _CHECK.join(_LINE, _LINE.c.id == _CHECK.c.line_id)
    .join(_SENDER, _SENDER.c.id == _LINE.c.sender_id)
    .join(_FILE, _FILE.c.id == _CHECK.c.file_id)
)
_COUNTED = (
    _CHECK.c.second_of.is_(None),
    _CHECK.c.status.in_((CheckState.CHECKED, CheckState.WITH_FINDINGS)),
    _CHECK.c.done_at >= bindparam("since"),
    _CHECK.c.done_at < bindparam("until"),
    ~_FILE.c.protected,
)
_CHECKED_BY_SENDER = (
    select(_SENDER.c.place_id, _SENDER.c.unit_id, func.count())
    .select_from(_SENT)
    .where(*_COUNTED)
    .group_by(_SENDER.c.place_id, _SENDER.c.unit_id)
)
_FOUND_BY_SENDER = (
    select(_SENDER.c.place_id, _SENDER.c.unit_id, _FINDING.c.kind, func.count(_CHECK.c.id.distinct()))
    .select_from(_SENT.join(_FINDING, _FINDING.c.check_id == _CHECK.c.id))
    .where(*_COUNTED, _FINDING.c.status != FindingState.WITHDRAWN)
    .group_by(_SENDER.c.place_id, _SENDER.c.unit_id, _FINDING.c.kind)
)


@dataclass(frozen=True, slots=True)
class SenderFigures:
    """How many covers of one sender were checked, and in how many of them each kind of thing was wrong."""

    place_id: int
    unit_id: int | None
    checked: int
    found: Mapping[FindingKind, int] = field(default_factory=dict)

    def rate(self, kind: FindingKind) -> Rate:
        """Return in how many of the covers a kind of thing was wrong."""
        return Rate(self.found.get(kind, 0), self.checked)


def by_sender(work: Work, since: datetime, until: datetime) -> list[SenderFigures]:
    """Return the figures of each sender, the most checked first; protected persons' files are not counted."""
    work.require(Permission.READ_FILES)
    span = {"since": since, "until": until}
    found: dict[tuple[int, int | None], dict[FindingKind, int]] = {}
    for place_id, unit_id, kind, checks in work.connection.execute(_FOUND_BY_SENDER, span):
        found.setdefault((place_id, unit_id), {})[kind] = checks
    rows = work.connection.execute(_CHECKED_BY_SENDER, span)
    figures = [SenderFigures(place, unit, count, found.get((place, unit), {})) for place, unit, count in rows]
    return sorted(figures, key=lambda one: (-one.checked, one.place_id))
