"""The search route on paper: the plan's places in walking order, to tick off, shared among searchers."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from archive.incidents import reporting
from archive.incidents.papers.search_route import Stop, shared
from archive.incidents.reporting import MissReport
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile
from archive.vocabulary import Protection, Role
from labels import codes
from tests.builders import a_box, a_file, a_person, a_shelf
from tests.remembering import remembering

pytestmark = pytest.mark.engines("sqlite")  # paper
SignIn = Callable[[Role], FlaskClient]


@pytest.fixture
@remembering
def missing(archive: Archive, archivist: Actor) -> list[CaseFile]:
    """Report a file between others, and in an incident of its own one of a protected person."""
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        for number in range(2, 7):
            a_file(work, a_box(work, shelf, f"Box {number}"), reference=f"P000200{number}")
        box = a_box(work, shelf)
        a_file(work, box, a_person(work, "Holm", "Per"), reference="P0001233")
        found = [
            a_file(work, box, a_person(work, "Åkerström", "Birgitta"), reference="P0001234"),
            a_file(work, box, a_person(work, protection=Protection.MARKED), reference="P0009999"),
        ]
        for file in found:
            reporting.report(work, MissReport(file_ids=(file.id,)))
        return found


def printed(answer_data: bytes, folder: Path) -> list[str]:
    """Return the text of each page."""
    source = folder / "route.pdf"
    source.write_bytes(answer_data)
    made = subprocess.run(["pdftotext", "-layout", source, "-"], capture_output=True, text=True, check=True)
    return made.stdout.split("\f")[:-1]


def test_the_route_says_what_to_look_for_where_and_why_with_boxes_to_tick(
    sign_in: SignIn, missing: list[CaseFile], tmp_path: Path
) -> None:
    client = sign_in(Role.ASSISTANT)
    assert "/incidents/1/plan/route.pdf?" in client.get("/incidents/1/plan").text.replace("&amp;", "&")
    whole = "\n".join(printed(client.get("/incidents/1/plan/route.pdf").data, tmp_path))
    for told in (
        "P0001234",
        codes.grouped(missing[0].code),
        "Inte här",
        "Hittad här",
        "Sökt av",
        "Läs varje",
    ):
        assert told in whole
    assert "Sökande 1 av 1" in whole
    assert "Uppskattning, ej mätt" in whole
    assert "Åkerström" not in whole


def test_each_searcher_gets_a_sheet_and_together_they_have_every_place_once(
    sign_in: SignIn, missing: list[CaseFile], tmp_path: Path
) -> None:
    pages = printed(sign_in(Role.ASSISTANT).get("/incidents/1/plan/route.pdf?searchers=3").data, tmp_path)
    heads = [page for page in pages if "Sökande " in page]
    assert [f"Sökande {number} av 3" in page for number, page in enumerate(heads, start=1)] == [True] * 3
    assert all("uppskattning, ej mätt" in page for page in pages)


@pytest.mark.parametrize("searchers", [1, 2, 3, 6])
@pytest.mark.parametrize("minutes", [[5], [1, 1], [30, 1, 1, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9]])
def test_a_route_is_cut_into_whole_places_in_their_order(minutes: list[int], searchers: int) -> None:
    stops = [Stop(str(number), "", (), "1 %", each, 0) for number, each in enumerate(minutes)]
    pieces = shared(stops, searchers)
    assert [stop for piece in pieces for stop in piece] == stops
    assert all(pieces)
    fair, longest = sum(minutes) / searchers, max(minutes)
    assert all(sum(stop.minutes for stop in piece) <= fair + longest for piece in pieces)


def test_the_route_of_a_protected_persons_file_is_for_those_who_may_walk_it_and_bears_its_code_alone(
    archive: Archive, sign_in: SignIn, missing: list[CaseFile], tmp_path: Path
) -> None:
    assert sign_in(Role.ASSISTANT).get("/incidents/2/plan/route.pdf").status_code == 404
    answer = sign_in(Role.ARCHIVIST).get("/incidents/2/plan/route.pdf")
    whole = "\n".join(printed(answer.data, tmp_path))
    assert codes.grouped(missing[1].code) in whole
    assert "P0009999" not in whole
