"""An old loss that is entered afterwards shows no time left, and where the file was at the time."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from archive.files import files
from archive.incidents import reporting, worklist
from archive.incidents import steps as incident_steps
from archive.incidents.letters import imy
from archive.incidents.letters.cases import Case
from archive.incidents.reporting import MissReport
from archive.kernel.store import Actor, Archive
from archive.loans import loans
from archive.loans.loans import Request
from archive.vocabulary import LoanPurpose, Role
from archive.vocabulary.wording import speaking
from archive.web.incidents import views
from tests.builders import SetClock, a_box, a_file, a_shelf

SignIn = Callable[[Role], FlaskClient]


@pytest.mark.parametrize("afterwards", [True, False])
def test_an_old_loss_entered_afterwards_shows_no_time_left_anywhere(
    archive: Archive, archivist: Actor, clock: SetClock, sign_in: SignIn, *, afterwards: bool
) -> None:
    old = clock.now - timedelta(days=900)
    with archive.write(archivist) as work:
        file = a_file(work, a_box(work, a_shelf(work)))
        said = MissReport((file.id,), missed_at=old, suspected_at=old, entered_afterwards=afterwards)
        number = reporting.report(work, said).id
    with archive.read(archivist) as work, speaking("sv"):
        incident = reporting.get(work, number)
        top = views.next_of(work, incident_steps.course(work, incident), work.now)
        mine = worklist.my_steps(work)
        aware = next(
            one for one in imy.notification(Case(work, incident, archive.settings)) if one.key == "aware"
        )
        assert top
        assert mine
        timed = (top.due is not None, top.left != "", any(one.due_at for one in mine))
        assert timed == (not afterwards,) * 3
        assert ("72 timmarna" in aware.answer) is not afterwards
    page = sign_in(Role.ARCHIVIST).get(f"/incidents/{number}").text
    assert ("tiden räknas från" in page) is not afterwards
    assert ("inget beslut: införd i efterhand, ingen frist löper" in page) is afterwards


def test_an_old_loss_names_the_loan_the_file_was_on_at_the_time(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    with archive.write(archivist) as work:
        file = a_file(work, a_box(work, a_shelf(work)))
    clock.forward(days=9)
    missed = clock.now + timedelta(days=1)
    with archive.write(archivist) as work:
        asked = Request("Eva Ek", due_on=clock.now.date(), purpose=LoanPurpose.CASE_WORK)
        loans.hand_out(work, files.held(work, file.id), asked)
    clock.forward(days=3)
    with archive.write(archivist) as work:
        loans.take_back(work, files.held(work, file.id), a_box(work, a_shelf(work, "Annexet")))
    clock.forward(days=30)
    with archive.write(archivist) as work:
        said = MissReport((file.id,), missed_at=missed, suspected_at=missed, entered_afterwards=True)
        number = reporting.report(work, said).id
    with archive.read(archivist) as work, speaking("sv"):
        (thing,) = reporting.report_data(work, reporting.get(work, number)).things
        assert "Eva Ek" in str(thing.recorded_at.name if thing.recorded_at else "")
