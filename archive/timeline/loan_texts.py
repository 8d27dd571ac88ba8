"""To whom and for what files were handed out, from the private side of history."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from archive.accounts import display_names
from archive.kernel.store import Work
from archive.models import Event, EventPrivate
from archive.vocabulary import EventKind, LoanPurpose
from archive.vocabulary.wording import _

_EVENT = Event.__table__  # type: ignore[attr-defined]
_PRIVATE = EventPrivate.__table__  # type: ignore[attr-defined]
_PURPOSES = {purpose.value: purpose for purpose in LoanPurpose}
_HANDED_OUT = (
    select(_EVENT.c.stream, _EVENT.c.body, _PRIVATE.c.payload)
    .select_from(_EVENT.outerjoin(_PRIVATE))
    .where(
        _EVENT.c.stream.in_(bindparam("streams", expanding=True)),
        _EVENT.c.kind == EventKind.LOAN_HANDED_OUT.value,
    )
)


@dataclass(frozen=True, slots=True)
class Lending:
    """One loan as a viewer may know it; the borrower is empty where that is hidden, or kept no longer."""

    purpose: LoanPurpose
    due_on: str
    borrower: str
    unit: str

    def say(self) -> str:
        """Return it as a sentence of history."""
        facts = {"purpose": self.purpose.label, "day": self.due_on}
        who = ", ".join(filter(None, (self.borrower, self.unit)))
        if not who:
            return _("Handed out for %(purpose)s, to be back %(day)s", **facts)
        return _("Handed out to %(who)s for %(purpose)s, to be back %(day)s", who=who, **facts)


def by_loan(work: Work, loan_ids: Collection[int]) -> dict[int, Lending]:
    """Return loans by id, in one statement."""
    if not loan_ids:
        return {}
    streams = [f"loan:{number}" for number in sorted(loan_ids)]
    nameless = display_names.nameless(work.actor)
    found = {}
    for row in work.connection.execute(_HANDED_OUT, {"streams": streams}):
        facts = json.loads(row.body)["facts"]
        private = json.loads(row.payload) if row.payload else {}
        found[int(row.stream.partition(":")[2])] = Lending(
            _PURPOSES[facts["purpose"]],
            facts["due_on"],
            "" if nameless else private.get("borrower", ""),
            private.get("unit", ""),
        )
    return found
