"""Samples in the browser: drawn, printed, walked with a scanner, and what they came to."""

import re
import subprocess
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from archive.files import files, wanted
from archive.incidents.reporting import MissReport, report
from archive.kernel.store import Archive, Work, operator
from archive.models import SampleItem
from archive.places import places
from archive.stocktakes import samples
from archive.vocabulary import PersonRole, Protection, Role, SampleAnswer, SampleDirection
from labels import codes
from tests.builders import a_box, a_file, a_person, a_shelf
from tests.remembering import remembering

pytestmark = pytest.mark.engines("sqlite")  # the verbs are tested on both

SignIn = Callable[[Role], FlaskClient]


@pytest.fixture
@remembering
def shelf(archive: Archive) -> str:
    """Give a shelf with two boxes of five files each; return its code."""
    with archive.write(operator("tests")) as work:
        shelf = a_shelf(work)
        for number in range(2):
            box = a_box(work, shelf, f"Box {number}")
            for _file in range(5):
                a_file(work, box)
        return shelf.code


def drawn(client: FlaskClient, shelf: str, to_shelf: int = 3, to_register: int = 3) -> str:
    """Draw a sample on its page; return the address of it."""
    form = {"place": shelf, "to_shelf": str(to_shelf), "to_register": str(to_register), "seed": "sedel 77"}
    answer = client.post("/samples/", data=form)
    assert answer.status_code == 303
    return str(answer.location)


def items(archive: Archive, direction: SampleDirection) -> list[tuple[SampleItem, str]]:
    """Return what is to be looked at one way, each with the code of the file to look for, if it is known."""

    def code(work: Work, item: SampleItem) -> str:
        return files.get(work, item.file_id).code if item.file_id else ""

    with archive.read(operator("tests")) as work:
        rows = [row.SampleItem for row in samples.items(work, samples.get(work, 1))]
        return [(item, code(work, item)) for item in rows if item.direction is direction]


def test_an_empty_page_says_what_to_do(sign_in: SignIn, shelf: str) -> None:
    page = sign_in(Role.ARCHIVIST).get("/samples/").text
    assert "Inget stickprov har dragits ännu" in page
    assert "Dra ett stickprov" in page
    assert "Dra ett stickprov" not in sign_in(Role.ASSISTANT).get("/samples/").text


def test_a_wrong_number_is_refused_and_the_rest_stays(sign_in: SignIn, shelf: str) -> None:
    client = sign_in(Role.ARCHIVIST)
    refused = client.post("/samples/", data={"place": shelf, "to_shelf": "många", "seed": "7"})
    assert refused.status_code == 422
    assert 'value="många"' in refused.text
    assert client.post("/samples/", data={"place": shelf, "to_shelf": "501"}).status_code == 422


def test_a_sample_is_drawn_printed_walked_and_told(sign_in: SignIn, archive: Archive, shelf: str) -> None:
    archivist, walker = sign_in(Role.ARCHIVIST), sign_in(Role.ASSISTANT)
    address = drawn(archivist, shelf)
    paper = archivist.get(f"{address}/list.pdf").data
    said = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=paper, capture_output=True, check=True
    ).stdout.decode()
    for word in ("sedel 77", "Från registret till hyllan", "Från hyllan till registret", "nr "):
        assert word in said
    assert "0 av 6 besvarade" in walker.get(f"{address}/walk").text
    (here, code), (gone, _code), (moved, elsewhere) = items(archive, SampleDirection.TO_SHELF)
    right = walker.post(f"{address}/walk/{here.id}", data={"text": code, "answer": "label"})
    assert "Antecknat: står rätt" in walker.get(right.location).text
    missed = walker.post(f"{address}/walk/{gone.id}", data={"answer": "missing"})
    assert "anmäld som saknad" in walker.get(missed.location).text
    walker.post(f"{address}/walk/{moved.id}", data={"text": elsewhere, "place": shelf, "answer": "label"})
    first, second, third = (item for item, _code in items(archive, SampleDirection.TO_REGISTER))
    walker.post(f"{address}/walk/{first.id}", data={"text": codes.make(), "answer": "label"})
    walker.post(f"{address}/walk/{second.id}", data={"text": "", "answer": "nothing"})
    assert walker.post(f"{address}/walk/{third.id}", data={"answer": "label"}).status_code == 422
    with archive.read(operator("tests")) as work:
        answers = [row.SampleItem.answer for row in samples.items(work, samples.get(work, 1))]
        assert gone.file_id in wanted.by_file(work, [gone.file_id or 0])
    known = {SampleAnswer.RIGHT, SampleAnswer.MISSING, SampleAnswer.ELSEWHERE, SampleAnswer.UNKNOWN}
    assert set(answers) == {*known, SampleAnswer.NO_FILE, None}
    page = archivist.get(address).text
    assert "5 av 6" in page
    assert '<circle class="ak-rates__dot"' in page
    assert "666,7 (207,7–938,5)" in page
    assert "666,7" in archivist.get("/samples/figures.csv").text
    assert "finns inte på platsen" in archivist.get(f"{address}/rows.csv").text


def test_another_file_than_the_one_looked_for_answers_nothing_and_is_seen(
    sign_in: SignIn, archive: Archive, shelf: str
) -> None:
    address = drawn(sign_in(Role.ARCHIVIST), shelf, 1, 0)
    ((item, _code),) = items(archive, SampleDirection.TO_SHELF)
    with archive.write(operator("tests")) as work:
        other = a_file(work, places.by_code(work, shelf))
        report(work, MissReport((other.id,)))
    client = sign_in(Role.ASSISTANT)
    answer = client.post(f"{address}/walk/{item.id}", data={"text": other.code, "answer": "label"})
    page = client.get(answer.location).text
    assert "Det är en annan akt" in page
    assert "0 av 1 besvarade" in page
    assert re.search(r"eftersök|efterlyst|EFTERLYST", page)  # a wanted file stops whoever scans it


def test_a_label_without_a_file_is_refused_where_a_file_is_looked_for(
    sign_in: SignIn, archive: Archive, shelf: str
) -> None:
    address = drawn(sign_in(Role.ARCHIVIST), shelf, 1, 0)
    ((item, _code),) = items(archive, SampleDirection.TO_SHELF)
    refused = sign_in(Role.ASSISTANT).post(
        f"{address}/walk/{item.id}", data={"text": codes.make(), "answer": "label"}
    )
    assert (refused.status_code, 'href="#text"' in refused.text) == (422, True)


def test_a_file_protected_since_it_was_drawn_is_no_longer_named(
    sign_in: SignIn, archive: Archive, shelf: str
) -> None:
    address = drawn(sign_in(Role.ARCHIVIST), shelf, 1, 0)
    ((item, _code),) = items(archive, SampleDirection.TO_SHELF)
    with archive.write(operator("tests")) as work:
        file = files.get(work, item.file_id or 0)
        reference, place = file.reference, places.get(work, item.place_id).name
    told = sign_in(Role.ASSISTANT).get(f"{address}/rows.csv").text
    assert reference in told
    assert place in told
    with archive.write(operator("tests")) as work:
        file = files.get(work, file.id)
        hidden = a_person(work, protection=Protection.MARKED)
        files.add_person(work, file, hidden, PersonRole.SUBJECT)
    for client in (sign_in(Role.ASSISTANT), sign_in(Role.AUDITOR)):
        for way in (address, f"{address}/rows.csv", f"{address}/walk"):
            said = client.get(way).text
            assert reference not in said
            assert place not in said


def test_the_auditor_draws_and_reads_and_does_not_walk(sign_in: SignIn, shelf: str) -> None:
    auditor = sign_in(Role.AUDITOR)
    address = drawn(auditor, shelf)
    assert auditor.get(f"{address}/walk").status_code == 403
    assert "Gå med skanner" not in auditor.get(address).text
    assert auditor.get(f"{address}/list.pdf").status_code == 200
