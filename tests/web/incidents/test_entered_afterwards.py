"""Of an incident entered afterwards every page and paper says the same: no clock ran, nothing was late."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from archive.incidents import reporting
from archive.incidents.reporting import MissReport
from archive.kernel.clock import local
from archive.kernel.store import Actor, Archive
from archive.vocabulary import Role
from tests.builders import SetClock, a_box, a_file, a_shelf
from tests.verbs.incidents.incident_play import Play
from tests.web.incidents.test_letters import said

SignIn = Callable[[Role], FlaskClient]
pytestmark = pytest.mark.engines("sqlite")


@pytest.mark.parametrize("afterwards", [True, False])
def test_the_report_says_no_more_than_that_it_was_entered_afterwards_and_nothing_is_late(
    archive: Archive, archivist: Actor, clock: SetClock, sign_in: SignIn, *, afterwards: bool
) -> None:
    old = clock.now - timedelta(days=40)
    with archive.write(archivist) as work:
        file = a_file(work, a_box(work, a_shelf(work)))
        known = MissReport((file.id,), missed_at=old, suspected_at=old, entered_afterwards=afterwards)
        play = Play(archive, reporting.report(work, known).id)
    clock.forward(days=9)
    play.do(archivist, "tell_dpo")
    client, address = sign_in(Role.ARCHIVIST), f"/incidents/{play.number}"
    for bare in ("", "?bare=1"):
        report = " ".join(said(client.get(f"{address}/report.pdf{bare}").data).split())
        assert "systemet togs i bruk" not in report
        assert ("Infört i efterhand." in report) is afterwards
        assert ("infört i efterhand, ingen frist löper" in report) is afterwards
        assert ("för sent" in report) is not afterwards
        assert ("senast 2" in report) is not afterwards
    assert ("för sent" in client.get(address).text) is not afterwards


@pytest.mark.parametrize(
    ("ago", "more", "status"),
    [
        (timedelta(0), {}, 422),
        (timedelta(hours=71), {}, 422),
        (timedelta(hours=73), {}, 303),
        (timedelta(days=40), {"waiting": "Domstolen"}, 422),
        (timedelta(0), {"entered_afterwards": ""}, 303),
        (timedelta(days=40), {"waiting": "Domstolen", "entered_afterwards": ""}, 303),
    ],
)
def test_only_what_is_over_is_entered_as_over(
    archive: Archive,
    archivist: Actor,
    clock: SetClock,
    sign_in: SignIn,
    ago: timedelta,
    more: dict[str, str],
    status: int,
) -> None:
    with archive.write(archivist) as work:
        file = a_file(work, a_box(work, a_shelf(work)))
    missed = f"{local(clock.now - ago):%Y-%m-%dT%H:%M}"
    form = {
        "files": file.code,
        "missed_at": missed,
        "suspected_at": missed,
        "entered_afterwards": "yes",
        **more,
    }
    answer = sign_in(Role.ARCHIVIST).post("/incidents/new", data=form)
    assert answer.status_code == status
    if status == 422:
        assert 'href="#entered_afterwards"' in answer.text
        assert file.reference in answer.text  # nothing typed is lost
