"""A time that clocks showed twice, when they were set back, is asked about wherever a form takes one."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from archive.incidents import reporting
from archive.incidents.reporting import MissReport
from archive.kernel.store import Actor, Archive
from archive.vocabulary import Role
from tests.builders import SetClock, a_box, a_file, a_shelf

pytestmark = pytest.mark.engines("sqlite")
SignIn = Callable[[Role], FlaskClient]
TWICE = "2026-10-25T02:30"
MEANT = {"0": datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "1": datetime(2026, 10, 25, 1, 30, tzinfo=UTC)}


@pytest.mark.parametrize("which", ["0", "1"])
def test_a_report_asks_which_of_two_times_is_meant_and_takes_it(
    archive: Archive, archivist: Actor, sign_in: SignIn, which: str
) -> None:
    client, said = sign_in(Role.ARCHIVIST), {"description": "En pärm", "missed_at": TWICE}
    page = client.post("/incidents/new", data=said)
    assert page.status_code == 422
    for told in ("visade den här tiden två gånger", 'name="missed_at_fold"', "sommartid", "normaltid"):
        assert told in page.text
    assert 'name="suspected_at_fold"' not in page.text
    assert client.post("/incidents/new", data={**said, "missed_at_fold": which}).status_code == 303
    with archive.read(archivist) as work:
        assert reporting.get(work, 1).missed_at == MEANT[which]


def test_an_hour_apart_is_an_hour_apart_also_in_that_night(sign_in: SignIn) -> None:
    times = {"missed_at": TWICE, "missed_at_fold": "1", "suspected_at": TWICE, "suspected_at_fold": "0"}
    page = sign_in(Role.ARCHIVIST).post("/incidents/new", data={"description": "En pärm", **times})
    assert "innan den saknades" in page.text


@pytest.mark.parametrize("field", ["told_at", "_done_at"])
def test_the_form_of_a_step_asks_too(
    archive: Archive, archivist: Actor, sign_in: SignIn, clock: SetClock, field: str
) -> None:
    clock.now = datetime(2026, 10, 26, 10, tzinfo=UTC)
    with archive.write(archivist) as work:
        file = a_file(work, a_box(work, a_shelf(work)))
        moment = datetime(2026, 10, 24, 10, tzinfo=UTC)
        number = reporting.report(work, MissReport((file.id,), missed_at=moment)).id
    step = "tell_dpo" if field == "told_at" else "case_systems"
    client, address = sign_in(Role.ARCHIVIST), f"/incidents/{number}/steps/{step}"
    page = client.post(address, data={field: TWICE, "_shown": field})
    assert f'name="{field}_fold"' in page.text
    assert ("visade den här tiden två gånger" in page.text) is (
        field == "told_at"
    )  # answers are judged first
