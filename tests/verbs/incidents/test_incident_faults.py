"""What happens when the database breaks in the middle of an incident: all of a verb is there, or nothing."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import text

from archive.files import files
from archive.incidents import reporting
from archive.incidents.reporting import MissReport, StatedFind
from archive.integrity import checks
from archive.kernel.errors import Unavailable
from archive.kernel.store import Actor, Archive, Work
from archive.models import Incident
from archive.scanning import scans
from archive.vocabulary import FoundState, OthersRead
from tests.builders import a_box, a_file, a_shelf
from tests.remembering import remembering
from tests.statements import counted, failing

TABLES = (
    *("case_file", "event", "event_private", "head", "sighting", "scan", "deadline", "message"),
    *("incident", "incident_file", "wanted_sighting", "routine_step", "routine_version"),
)


def _scan(work: Work) -> None:
    scans.take(work, scans.Scanned(str(uuid4()), files.get(work, 1).code))


def _find(work: Work) -> None:
    incident = work.session.get_one(Incident, 1)
    (item,) = reporting.items(work, incident)
    reporting.found(
        work,
        incident,
        [item.id],
        StatedFind(work.now, "Här", state=FoundState.WHOLE, others_read=OthersRead.NO),
    )


DEEDS: dict[str, Callable[[Work], object]] = {
    "report another file": lambda work: reporting.report(work, MissReport((2,))),
    "scan a wanted file": _scan,
    "find it": _find,
}


@pytest.fixture
@remembering
def missing(archive: Archive, archivist: Actor) -> Archive:
    """Give two files, the first of them missed."""
    with archive.write(archivist) as work:
        box = a_box(work, a_shelf(work))
        first, _second = a_file(work, box), a_file(work, box)
        reporting.report(work, MissReport((first.id,)))
    return archive


def _state(archive: Archive, actor: Actor) -> list[object]:
    with archive.read(actor) as work:
        return [work.session.execute(text(f"SELECT * FROM {name} ORDER BY 1, 2")).all() for name in TABLES]


@pytest.mark.parametrize("deed", DEEDS)
def test_a_deed_that_breaks_in_the_middle_leaves_no_trace(
    missing: Archive, archivist: Actor, deed: str
) -> None:
    before = _state(missing, archivist)
    number, step, reached = 1, 1, 0
    statements: list[str] = []
    while True:
        with failing(missing.engine, number) as broken:
            try:
                with missing.write(archivist) as work, counted(missing.engine) as statements:
                    DEEDS[deed](work)
            except Unavailable:
                reached += 1
            else:
                assert not broken.reached, "it failed, and the answer was that all is well"
                break
        assert _state(missing, archivist) == before, f"statement {number}"
        step = max(step, len(statements) // 4)
        number += step
    assert reached > 2
    with missing.read(archivist) as work:
        assert checks.everything(work) == []
    assert _state(missing, archivist) != before
