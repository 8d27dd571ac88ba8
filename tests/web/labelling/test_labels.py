"""Labels through the pages: printed, decoded, printed again, bound."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlmodel import col

from archive.codes import codes
from archive.files import files
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, Label, LabelBatch, Place
from archive.places import places
from archive.vocabulary import LabelState, PlaceKind, Protection, Role
from labels.codes import parse
from labels.stock import stocks
from tests.builders import a_box, a_file, a_person, a_shelf
from tests.remembering import remembering

SignIn = Callable[[Role], FlaskClient]
SHEET = "permanent-70x37"
ROLL = next(key for key, stock in stocks().items() if stock.is_roll)


@pytest.fixture
@remembering
def shelf(archive: Archive, root: Actor) -> Place:
    """Give a shelf."""
    with archive.write(root) as work:
        return a_shelf(work)


@pytest.fixture
@remembering
def file(archive: Archive, root: Actor, shelf: Place) -> CaseFile:
    """Give a file on the shelf."""
    with archive.write(root) as work:
        return a_file(work, places.get(work, shelf.id), a_person(work, "Arkivsson", "Astrid"))


@pytest.fixture
def clerk(sign_in: SignIn) -> FlaskClient:
    """Give the archivist's browser."""
    return sign_in(Role.ARCHIVIST)


def decoded(pdf: bytes, folder: Path, stock: str = SHEET) -> list[str]:
    """Print a PDF at 200 dpi and read each label by itself, in the order of the sheet."""
    (folder / "labels.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", "200", "-gray", "-png", folder / "labels.pdf", folder / "sheet"]
    subprocess.run(command, check=True)
    found = []
    for sheet in sorted(folder.glob("sheet*.png")):
        image = Image.open(sheet)
        scale = 200 / 25.4
        width, height = stocks()[stock].label
        for number in range(1, stocks()[stock].per_page + 1):
            left, top = stocks()[stock].cell(number)
            box = tuple(round(side * scale) for side in (left, top, left + width, top + height))
            image.crop(box).save(folder / "label.png")
            read = subprocess.run(
                ["zbarimg", "-q", "--raw", folder / "label.png"], capture_output=True, text=True, check=False
            )
            if read.stdout:
                found.append(read.stdout.strip())
    return found


def text_of(pdf: bytes, folder: Path) -> str:
    """Return everything a PDF says."""
    (folder / "said.pdf").write_bytes(pdf)
    said = subprocess.run(
        ["pdftotext", "-layout", folder / "said.pdf", "-"], capture_output=True, text=True, check=True
    )
    return said.stdout


def test_blank_labels_decode_to_blank_codes(
    clerk: FlaskClient, archive: Archive, root: Actor, tmp_path: Path
) -> None:
    answer = clerk.post("/labels/blanks", data={"count": "5", "stock": SHEET, "start": "1"})
    assert answer.mimetype == "application/pdf"
    read = decoded(answer.data, tmp_path)
    assert len(read) == 5
    with archive.read(root) as work:
        for payload in read:
            assert re.fullmatch(r"HTTPS?://[^/]+/S/[0-9A-Z]{10}", payload)
            assert codes.find(work, parse(payload)).state is LabelState.BLANK


def test_printing_begins_at_the_label_chosen(clerk: FlaskClient, tmp_path: Path) -> None:
    answer = clerk.post("/labels/blanks", data={"count": "24", "stock": SHEET, "start": "23"})
    info = subprocess.run(["pdfinfo", "-"], input=answer.data, capture_output=True, check=True).stdout
    assert b"Pages:           2" in info
    assert len(decoded(answer.data, tmp_path)) == 24


def test_the_files_of_a_place_are_printed_in_shelf_order_and_then_wait_no_more(
    clerk: FlaskClient, shelf: Place, archive: Archive, root: Actor, tmp_path: Path
) -> None:
    with archive.write(root) as work:
        here = places.get(work, shelf.id)
        boxes = [a_box(work, here, name) for name in "12"]
        made = [a_file(work, boxes[number]) for number in (1, 0, 1)]
        a_file(work, boxes[0], a_person(work, protection=Protection.MARKED))
    assert "3 akter här utan utskriven etikett" in clerk.get(f"/labels/places/{shelf.code}").text
    answer = clerk.post(f"/labels/places/{shelf.code}", data={"what": "files", "stock": SHEET, "start": "1"})
    read = [parse(payload) for payload in decoded(answer.data, tmp_path)]
    assert read == [made[number].code for number in (1, 0, 2)]
    assert "utan utskriven etikett" not in clerk.get(f"/labels/places/{shelf.code}").text
    again = clerk.post(f"/labels/places/{shelf.code}", data={"what": "files", "stock": SHEET})
    assert again.status_code == 409


@pytest.mark.parametrize(("what", "count"), [("self", 1), ("children", 2), ("all", 6)])
def test_places_are_printed_by_themselves_or_with_what_is_in_them(
    clerk: FlaskClient, shelf: Place, archive: Archive, root: Actor, tmp_path: Path, what: str, count: int
) -> None:
    with archive.write(root) as work:
        rack = places.get(work, shelf.parent_id)
        places.create(work, rack, PlaceKind.SHELF, "2")
        for name in "1234":
            a_box(work, places.get(work, shelf.id), name)
    answer = clerk.post(f"/labels/places/{rack.code}", data={"what": what, "stock": SHEET})
    with archive.read(root) as work:
        expected = {"self": [rack], "children": places.children(work, rack)}.get(
            what, places.beneath(work, rack, limit=9)
        )
    assert [parse(payload) for payload in decoded(answer.data, tmp_path)] == [one.code for one in expected]
    assert len(expected) == count


def test_no_label_says_anything_about_a_person(
    clerk: FlaskClient, file: CaseFile, shelf: Place, tmp_path: Path
) -> None:
    for address, form in (
        (f"/labels/files/{file.code}", {}),
        (f"/labels/places/{shelf.code}", {"what": "self"}),
    ):
        said = text_of(clerk.post(address, data={"stock": SHEET, **form}).data, tmp_path)
        assert file.code[:5] in said or shelf.code[:5] in said
        for code in (
            file.code,
            shelf.code,
        ):  # printed in two groups; drawn by chance, it may hold any two digits
            said = said.replace(code[:5], "").replace(code[5:], "")
        for secret in ("Arkivsson", "Astrid", file.reference, "19"):
            assert secret not in said.replace("9706", "")


def test_a_label_printed_before_asks_why_and_voids_the_older(
    clerk: FlaskClient, file: CaseFile, archive: Archive, root: Actor, tmp_path: Path
) -> None:
    old = file.code
    clerk.post(f"/labels/files/{old}", data={"stock": SHEET})
    page = clerk.get(f"/labels/files/{old}").text
    assert "skrevs ut 2026-11-23" in page
    refused = clerk.post(f"/labels/files/{old}", data={"stock": SHEET})
    assert (refused.status_code, 'href="#reason"' in refused.text) == (422, True)
    answer = clerk.post(f"/labels/files/{old}", data={"stock": SHEET, "reason": "damaged"})
    (read,) = decoded(answer.data, tmp_path)
    with archive.read(root) as work:
        assert files.get(work, file.id).code == parse(read) != old
        assert codes.find(work, old).state is LabelState.VOID


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"count": "5"}, "stock"),
        ({"count": "5", "stock": "pergament"}, "stock"),
        ({"count": "0", "stock": SHEET}, "count"),
        ({"count": "5001", "stock": SHEET}, "count"),
        ({"count": "många", "stock": SHEET}, "count"),
        ({"count": "²", "stock": SHEET}, "count"),
        ({"count": "5", "stock": SHEET, "start": "25"}, "start"),
        ({"count": "5", "stock": SHEET, "start": "²"}, "start"),
        ({"count": "5", "stock": SHEET, "right": "11"}, "right"),
        ({"count": "5", "stock": SHEET, "down": "lite"}, "down"),
        ({"count": "5", "stock": SHEET, "down": "nan"}, "down"),
        ({"count": "5", "stock": SHEET, "format": "zpl"}, "stock"),
    ],
)
def test_a_refused_form_says_where_and_prints_nothing(
    clerk: FlaskClient, archive: Archive, root: Actor, form: dict[str, str], field: str
) -> None:
    refused = clerk.post("/labels/blanks", data=form)
    assert refused.status_code == 422
    assert f'href="#{field}"' in refused.text
    with archive.read(root) as work:
        assert work.session.execute(select(Label)).first() is None
        assert work.session.execute(select(LabelBatch)).first() is None


def test_the_browser_remembers_paper_and_shift(clerk: FlaskClient) -> None:
    clerk.post("/labels/blanks", data={"count": "1", "stock": SHEET, "right": "1,5", "down": "-0.5"})
    page = clerk.get("/labels/").text
    assert f'value="{SHEET}" selected' in page
    assert re.search(r'name="right"[^>]*value="1,5"', page)
    assert re.search(r'name="down"[^>]*value="-0,5"', page)


@pytest.mark.parametrize("kept", ["|||||", "x", "sheet|å|ö", '"><script>'])
def test_what_a_browser_remembers_wrongly_does_no_harm(clerk: FlaskClient, kept: str) -> None:
    clerk.set_cookie("aktspar-printer", kept)
    page = clerk.get("/labels/")
    assert page.status_code == 200
    assert "<script>" not in page.text.split("<main")[1]


def test_a_label_printer_gets_zpl(clerk: FlaskClient) -> None:
    answer = clerk.post("/labels/blanks", data={"count": "2", "stock": ROLL, "format": "zpl"})
    assert answer.mimetype == "text/plain"
    assert answer.text.count("^XA") == answer.text.count("^XZ") == 2
    assert ".zpl" in answer.headers["Content-Disposition"]


def test_the_calibration_page_is_for_the_paper_chosen(clerk: FlaskClient, tmp_path: Path) -> None:
    answer = clerk.post("/labels/calibration", data={"stock": SHEET, "right": "2", "down": "0"})
    assert answer.mimetype == "application/pdf"
    assert "i sidled 2 mm" in text_of(answer.data, tmp_path)
    assert clerk.post("/labels/calibration", data={}).status_code == 422


def test_a_name_no_label_can_carry_is_refused_before_anything_counts_as_printed(
    clerk: FlaskClient, shelf: Place, archive: Archive, root: Actor
) -> None:
    with archive.write(root) as work:
        a_box(work, places.get(work, shelf.id), "19860612-2385")
    refused = clerk.post(f"/labels/places/{shelf.code}", data={"what": "children", "stock": SHEET})
    assert refused.status_code == 422
    assert "kan inte stå på en etikett" in refused.text
    with archive.read(root) as work:
        printed = select(Label).where(col(Label.printed_at).is_not(None))
        assert work.session.execute(printed).first() is None


def blank(archive: Archive, root: Actor) -> str:
    """Issue a blank code."""
    with archive.write(root) as work:
        return codes.print_blanks(work, 1, "test").codes[0]


def test_a_blank_label_is_bound_to_the_file_found(
    clerk: FlaskClient, file: CaseFile, archive: Archive, root: Actor
) -> None:
    code = blank(archive, root)
    found = clerk.post(f"/labels/{code}/bind", data={"term": file.reference})
    assert f'name="file" value="{file.code}"' in found.text
    bound = clerk.post(f"/labels/{code}/bind", data={"file": file.code}, follow_redirects=True)
    assert "Etiketten är bunden till akten" in bound.text
    with archive.read(root) as work:
        assert files.get(work, file.id).code == code
    assert clerk.get(f"/labels/{code}/bind").status_code == 404


def test_binding_to_nothing_registered_offers_to_register(
    clerk: FlaskClient, archive: Archive, root: Actor
) -> None:
    code = blank(archive, root)
    page = clerk.post(f"/labels/{code}/bind", data={"term": "2099-4711"})
    assert "Ingen sådan akt är registrerad" in page.text
    assert f'href="/files/new?label={code}"' in page.text
    assert clerk.post(f"/labels/{code}/bind", data={"term": "x"}).status_code == 422


def test_a_label_somebody_bound_meanwhile_is_not_bound_again(
    clerk: FlaskClient, file: CaseFile, shelf: Place, archive: Archive, root: Actor
) -> None:
    code = blank(archive, root)
    with archive.write(root) as work:
        other = a_file(work, places.get(work, shelf.id))
        codes.bind(work, code, other)
    refused = clerk.post(f"/labels/{code}/bind", data={"file": file.code})
    assert refused.status_code in {404, 409}
    with archive.read(root) as work:
        assert codes.find(work, code).file_id == other.id


def test_print_outs_are_listed_with_who_what_and_on_what(clerk: FlaskClient) -> None:
    clerk.post("/labels/blanks", data={"count": "7", "stock": SHEET})
    page = re.sub(r"<[^>]+>", " ", clerk.get("/labels/").text.split("Senaste utskrifter")[1])
    assert "Arkivarie obundna Arkivetikett, 70 × 37 mm, 24 per ark 7" in " ".join(page.split())


@pytest.mark.parametrize("role", [Role.CASE_WORKER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_may_not_print_labels_sees_no_such_page(sign_in: SignIn, file: CaseFile, role: Role) -> None:
    client = sign_in(role)
    for address in ("/labels/", f"/labels/files/{file.code}"):
        assert client.get(address).status_code == 403
    assert client.post("/labels/blanks", data={}).status_code == 403


def test_labels_follow_ones_language(clerk: FlaskClient, shelf: Place, tmp_path: Path) -> None:
    clerk.post("/language", data={"language": "en", "next": "/"})
    page = clerk.get(f"/labels/places/{shelf.code}").text
    assert "this place itself" in page
    answer = clerk.post(f"/labels/places/{shelf.code}", data={"what": "self", "stock": SHEET})
    assert "shelf" in text_of(answer.data, tmp_path).lower()
