"""Each who asked for what is missed has an answer of their own, with what was said to them alone."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from archive.incidents import reporting
from archive.incidents.reporting import MissReport
from archive.kernel.store import Actor, Archive
from archive.vocabulary import Role
from tests.builders import SetClock, a_box, a_file, a_shelf
from tests.verbs.incidents.incident_play import Play
from tests.web.incidents.test_letters import said

SignIn = Callable[[Role], FlaskClient]


@pytest.mark.engines("sqlite")
def test_a_letter_carries_no_promise_made_to_another_and_each_stays_reachable(
    archive: Archive, archivist: Actor, clock: SetClock, sign_in: SignIn
) -> None:
    with archive.write(archivist) as work:
        file = a_file(work, a_box(work, a_shelf(work)))
        play = Play(archive, reporting.report(work, MissReport((file.id,), waiting="Tolvan T.")).id)
    clock.forward(hours=1)
    word = clock.now.date().isoformat()
    play.do(archivist, "interim_answer", answer="Vi ringer dig", next_contact=word, decision_wanted="yes")
    clock.forward(minutes=5)
    with archive.write(archivist) as work:
        reporting.start(work, reporting.get(work, play.number), "new_request")
    play.do(archivist, "new_request", asker="Kronofogden Dag", answer="Vi hör av oss", decision_wanted="no")
    client, papers = sign_in(Role.ARCHIVIST), f"/incidents/{play.number}/papers/"

    def letter(query: str) -> str:
        answer = client.get(f"{papers}interim_answer.pdf?language=sv{query}")
        assert answer.status_code == 200
        return " ".join(said(answer.data).split())

    for later in (letter(""), letter("&asker=1")):
        assert "Kronofogden Dag" in later
        assert "Vi hör av oss" in later
        assert "Senast ___" in later
        assert "Vi ringer dig" not in later
        assert "Du har begärt ett beslut" not in later
    first = letter("&asker=0")
    assert "Tolvan T." in first
    assert "Vi ringer dig" in first
    assert "Senast ___" not in first
    assert "Du har begärt ett beslut" in first
    assert "Vi hör av oss" not in first
    page = client.get(papers).text
    assert all(f"asker={number}" in page for number in (0, 1))
    assert client.get(f"{papers}interim_answer.pdf?asker=7").status_code == 404
