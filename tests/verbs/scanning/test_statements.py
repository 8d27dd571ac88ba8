"""What a scan costs in statements: at hundreds of scans a second each one counts."""

from datetime import timedelta
from uuid import uuid4

import pytest

from archive.files import files
from archive.kernel.store import Actor, Archive
from archive.loans import loans
from archive.loans.loans import Request
from archive.scanning import scans
from archive.scanning.scans import Scanned
from archive.vocabulary import LoanPurpose, ScanOutcome
from tests.builders import SetClock, a_box, a_file, a_shelf
from tests.statements import counted

# Each as it was before tasks registered themselves, on SQLite; PostgreSQL is asked each time who it is.
COSTS = {
    ScanOutcome.MOVED: 12,
    ScanOutcome.CONFIRMED: 10,
    ScanOutcome.RETURNED: 19,
    ScanOutcome.SEEN_LATE: 9,
}


@pytest.mark.parametrize("outcome", COSTS)
def test_a_scan_costs_no_more_statements_than_it_did(
    archive: Archive, archivist: Actor, clock: SetClock, outcome: ScanOutcome
) -> None:
    with archive.write(archivist) as work:
        home = a_shelf(work)
        box, file = a_box(work, home, "1"), a_file(work, home)
        if outcome is ScanOutcome.RETURNED:
            request = Request(
                "Karin Berg", LoanPurpose.CASE_WORK, due_on=clock.now.date() + timedelta(days=7)
            )
            loans.hand_out(work, files.held(work, file.id), request)
    place = home if outcome is ScanOutcome.CONFIRMED else box
    made = clock.now - timedelta(hours=1) if outcome is ScanOutcome.SEEN_LATE else None
    clock.forward(minutes=1)
    with counted(archive.engine) as said, archive.write(archivist) as work:
        taken = scans.take(work, Scanned(str(uuid4()), file.code, place.code, made, made and clock.now))
    assert taken.outcome is outcome
    assert len(said) <= COSTS[outcome] + (0 if archive.engine.dialect.name == "sqlite" else 1), "\n".join(
        said
    )
