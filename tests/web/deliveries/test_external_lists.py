"""Taking over a written pick list in the browser: upload, look, confirm; what was typed stays."""

import io
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook

from archive.kernel.store import Archive, Work
from archive.places import places
from archive.vocabulary import Protection, Role
from tests.builders import a_file, a_person, a_room
from tests.remembering import remembering
from tests.verbs.deliveries.delivering import Scene, a_scene

pytestmark = pytest.mark.engines("sqlite")  # the verbs are tested on both; these are pages


@pytest.fixture
@remembering
def scene(archive: Archive) -> Scene:
    """Give a planned delivery from a room with six files."""
    scene = a_scene(archive)
    scene.plan()
    return scene


@pytest.fixture
def archivist(sign_in: Callable[[Role], FlaskClient], scene: Scene) -> FlaskClient:
    """Sign in who plans."""
    return sign_in(Role.ARCHIVIST)


def address(scene: Scene) -> str:
    """Return the page's address."""
    return f"/deliveries/senders/{scene.sender}/written-list"


def kept(page: str) -> str:
    """Return what stands in the field for lines."""
    found = re.search(r'<textarea[^>]*name="lines"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert found is not None
    return found[1].strip()


def workbook(*rows: tuple[str, ...]) -> tuple[io.BytesIO, str]:
    """Return a workbook as a browser sends it."""
    book, content = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(content)
    content.seek(0)
    return content, "plocklista.xlsx"


def test_a_workbook_is_looked_at_row_by_row_and_then_taken_over(scene: Scene, archivist: FlaskClient) -> None:
    def elsewhere(work: Work) -> None:
        scene.files.append(a_file(work, a_room(work), reference="1999-8").id)

    scene.do(scene.receiver, elsewhere)
    assert "Ta över en skriven plocklista" in archivist.get(f"/deliveries/senders/{scene.sender}").text
    first, second = scene.file(0).reference, scene.file(1).reference
    rows = [
        ("Aktnummer", "Namn"),
        *((text, "Testsson, Test") for text in (first, second, first, "1999-8", "0000-1")),
    ]
    page = archivist.post(address(scene), data={"list": workbook(*rows)}).text
    for said in (
        "står redan på listan",
        "Står redan längre upp",
        "Står i en annan lokal",
        "finns inte i registret",
        "Ingen akt har det här numret",
    ):
        assert said in page
    assert "Testsson" not in page
    assert scene.look(scene.lines) == []
    taken = archivist.post(
        address(scene), data={"lines": kept(page), "take": "yes"}, follow_redirects=True
    ).text
    assert "3 akter står på listan. 1 lämnas utanför" in taken
    assert [(line.file_id, line.reference) for line in scene.look(scene.lines)] == [
        (scene.files[0], ""),
        (scene.files[1], ""),
        (scene.files[6], ""),
        (None, "0000-1"),
    ]
    assert "Listan som finns nu ersätts" in archivist.post(address(scene), data={"lines": first}).text


def test_wrong_input_loses_nothing(scene: Scene, archivist: FlaskClient) -> None:
    empty = archivist.post(address(scene), data={"lines": " "})
    assert (empty.status_code, 'href="#list"' in empty.text) == (422, True)
    picture = (io.BytesIO(b"\x89PNG\r\n\x1a\n" + bytes(200)), "bild.png")
    refused = archivist.post(address(scene), data={"list": picture, "lines": "2003-1\n2003-2"})
    assert (refused.status_code, kept(refused.text)) == (422, "2003-1\n2003-2")
    persons = archivist.post(address(scene), data={"lines": "Testsson\nTestdotter"})
    assert (persons.status_code, kept(persons.text)) == (422, "Testsson\nTestdotter")


def test_a_file_chosen_at_the_last_moment_is_looked_at_first(scene: Scene, archivist: FlaskClient) -> None:
    form = {"lines": scene.file(0).reference, "take": "yes"}
    page = archivist.post(
        address(scene), data={**form, "list": workbook(("Aktnummer",), (scene.file(1).reference,))}
    )
    assert scene.file(1).reference in kept(page.text)
    assert scene.look(scene.lines) == []


def test_a_sealed_envelope_is_told_by_its_code_only(scene: Scene, archivist: FlaskClient) -> None:
    def hide(work: Work) -> str:
        person = a_person(work, "Hemligsson", "Hanna", protection=Protection.MARKED)
        return a_file(work, places.get(work, scene.shelf), person, reference="S77-1").code

    code = scene.do(scene.receiver, hide)
    page = archivist.post(address(scene), data={"lines": code}).text
    assert "förseglat kuvert" in page
    assert not [secret for secret in ("Hemligsson", "S77-1", "hyllplan") if secret in page]


def test_once_packing_has_begun_the_list_stands(scene: Scene, archivist: FlaskClient) -> None:
    scene.pack(0)
    lines = scene.file(1).reference
    refused = archivist.post(address(scene), data={"lines": lines, "take": "yes"})
    assert (refused.status_code, kept(refused.text)) == (409, lines)
    assert "Ta över en skriven plocklista" not in archivist.get(f"/deliveries/senders/{scene.sender}").text


def test_only_who_plans_takes_lists_over(scene: Scene, sign_in: Callable[[Role], FlaskClient]) -> None:
    assert sign_in(Role.ASSISTANT).get(address(scene)).status_code == 403
