"""What is sought again is called what it was: a find, a loss, a decision that it never was missing."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from archive.incidents import outcomes, reporting
from archive.incidents.reporting import MissReport, StatedFind
from archive.kernel.store import Actor, Archive, operator
from archive.vocabulary import FoundState, OthersRead, Role
from tests.builders import a_box, a_file, a_shelf

pytestmark = pytest.mark.engines("sqlite")
SignIn = Callable[[Role], FlaskClient]
FIND = ("Ta tillbaka ett fynd", "Varför var det inte den rätta?", "Ta tillbaka fyndet")
LOSS = ("Eftersök det förlorade igen", "Varför eftersöks det igen?", "Eftersök igen")
DECISION = ("Ta tillbaka att det inte saknades", "Varför saknas det ändå?", "Eftersök igen")
MIXED = ("Eftersök något igen", "Varför eftersöks det igen?", "Eftersök igen")


@pytest.mark.parametrize(
    ("ends", "words"),
    [("f", FIND), ("p", FIND), ("l", LOSS), ("m", DECISION), ("fl", MIXED), ("pl", MIXED), ("r", MIXED)],
)
def test_what_is_taken_back_is_called_what_it_was(
    archive: Archive, archivist: Actor, sign_in: SignIn, ends: str, words: tuple[str, str, str]
) -> None:
    with archive.write(operator("all")) as work:
        box = a_box(work, a_shelf(work))
        ids = tuple(a_file(work, box).id for _ in range(len(ends) + 1))  # one is sought still
        incident = reporting.report(work, MissReport(ids, protected=False))
        for item, end in zip(reporting.items(work, incident), ends, strict=False):
            if end in "fpr":
                whole = end == "f"
                said = StatedFind(
                    work.now,
                    "På golvet",
                    state=FoundState.WHOLE if whole else FoundState.INCOMPLETE,
                    others_read=OthersRead.NO,
                    found_part="" if whole else "en del",
                    missing_part="" if whole else "resten",
                )
                reporting.found(work, incident, [item.id], said)
            if end in "lr":
                outcomes.declare_lost(work, incident, [item], "Inte hittad")
            if end == "m":
                outcomes.mistaken(work, incident, [item], "Utlånad")
    page = sign_in(Role.ARCHIVIST).get("/incidents/1").text
    for said_ in words:
        assert said_ in page
    for other in {FIND, LOSS, DECISION, MIXED} - {words}:
        assert other[0] not in page


def test_over_it_is_taken_up_again(archive: Archive, archivist: Actor, sign_in: SignIn) -> None:
    with archive.write(operator("all")) as work:
        file = a_file(work, a_box(work, a_shelf(work)))
        incident = reporting.report(work, MissReport((file.id,), protected=False))
        items = reporting.items(work, incident)
        outcomes.declare_lost(work, incident, items, "Inte hittad")
        outcomes.settle(work, incident, items)
    page = sign_in(Role.ARCHIVIST).get("/incidents/1").text
    assert "Återuppta ärendet" in page
    assert LOSS[0] not in page
