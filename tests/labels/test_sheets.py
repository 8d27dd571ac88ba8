"""Sheets: the first label in the cell asked for, all moved as the printer needs."""

import subprocess

import pytest

from labels import codes
from labels.designs import FileLabel, PlaceLabel
from labels.sheets import sheet_pdf
from labels.stock import UNPRINTABLE, stock, stocks
from tests.labels.paper import text_places

HOST = "ARKIV.EXEMPEL.SE"
A4 = stock("avery-l7160")


def labels(count):
    return [FileLabel(code, archive="Stadens centralarkiv") for code in codes.make_many(count)]


def cell_of(pdf, code, sheet, folder):
    """Return page and cell in which the code's first group stands."""
    (where,) = [place for place in text_places(pdf, folder) if place[1] == code[:5]]
    page, _, left, top, right, bottom = where
    across, down = (left + right) / 2, (top + bottom) / 2
    for number in range(1, sheet.per_page + 1):
        x, y = sheet.cell(number)
        if x <= across <= x + sheet.label[0] and y <= down <= y + sheet.label[1]:
            return page, number
    return None


@pytest.mark.parametrize("start", [1, 2, 8, 21])
def test_start_at_label_n_puts_the_first_label_in_cell_n(start, tmp_path):
    (label,) = labels(1)
    pdf = sheet_pdf([label], A4, host=HOST, start=start)
    assert cell_of(pdf, label.code, A4, tmp_path) == (1, start)


def test_the_next_sheet_begins_at_its_first_label(tmp_path):
    printed = labels(4)
    pdf = sheet_pdf(iter(printed), A4, host=HOST, start=20)
    assert [cell_of(pdf, label.code, A4, tmp_path) for label in printed] == [(1, 20), (1, 21), (2, 1), (2, 2)]


@pytest.mark.parametrize("start", [0, 22])
def test_a_start_off_the_sheet_is_refused(start):
    with pytest.raises(ValueError, match="choose 1 to 21"):
        sheet_pdf(labels(1), A4, host=HOST, start=start)


def test_the_printers_offset_moves_everything_right_and_down(tmp_path):
    printed = labels(1)
    plain = text_places(sheet_pdf(printed, A4, host=HOST), tmp_path)[0]
    moved = text_places(sheet_pdf(printed, A4, host=HOST, offset=(1.5, -0.5)), tmp_path)[0]
    assert moved[2] - plain[2] == pytest.approx(1.5, abs=0.01)
    assert moved[3] - plain[3] == pytest.approx(-0.5, abs=0.01)


@pytest.mark.parametrize("offset", [(10.5, 0), (0, -11), (float("nan"), 0)])
def test_an_offset_no_printer_has_is_refused(offset):
    with pytest.raises(ValueError, match="check the paper"):
        sheet_pdf(labels(1), A4, host=HOST, offset=offset)


def test_no_labels_is_refused_rather_than_an_empty_paper_printed():
    with pytest.raises(ValueError, match="no labels"):
        sheet_pdf([], A4, host=HOST)


def test_the_document_says_title_author_and_language_and_carries_its_fonts(tmp_path):
    target = tmp_path / "labels.pdf"
    target.write_bytes(
        sheet_pdf(labels(2), A4, host=HOST, title="Rum 4, skåp (2)", author="Stadens centralarkiv")
    )
    info = subprocess.run(["pdfinfo", target], capture_output=True, text=True, check=True).stdout
    assert "Title:           Rum 4, skåp (2)" in info
    assert "Author:          Stadens centralarkiv" in info
    assert "Creator:         Aktspår" in info
    assert b"/Lang (sv)" in target.read_bytes()
    fonts = subprocess.run(
        ["pdffonts", target], capture_output=True, text=True, check=True
    ).stdout.splitlines()[2:]
    assert len(fonts) == 3
    assert all("Atkinson" in line and "yes yes" in line for line in fonts)


def test_the_footer_counts_sheets_and_labels_and_lies_on_no_label(tmp_path):
    pdf = sheet_pdf(labels(25), A4, host=HOST, start=10, title="Rum 4")
    last = A4.cell(21)[1] + A4.label[1]
    for page, text in ((1, "Ark 1 · etikett 1–12 · "), (2, "Ark 2 · etikett 13–25 · ")):
        words = [place for place in text_places(pdf, tmp_path) if place[0] == page]
        footer = [place for place in words if place[3] > last]
        assert " ".join(place[1] for place in footer) == f"{text}{A4.title()} · Rum 4"
        assert all(last < place[3] and place[5] < A4.paper[1] - UNPRINTABLE + 1.2 for place in footer)


def test_sheets_without_room_for_a_footer_have_none(tmp_path):
    for key in ("permanent-70x37", "roll-57x32"):
        pdf = sheet_pdf(labels(1), stock(key), host=HOST, title="Rum 4")
        assert not [place for place in text_places(pdf, tmp_path) if place[1] in ("Ark", "Rum")]


@pytest.mark.parametrize("key", stocks())
def test_every_stock_prints_pages_of_its_own_size(key, tmp_path):
    each = stock(key)
    target = tmp_path / "labels.pdf"
    target.write_bytes(sheet_pdf(labels(each.per_page + 1), each, host=HOST))
    info = subprocess.run(["pdfinfo", target], capture_output=True, text=True, check=True).stdout
    assert "Pages:           2\n" in info
    points = info.split("Page size:")[1].split("pts")[0].split(" x ")
    assert [float(side) / 72 * 25.4 for side in points] == pytest.approx(list(each.paper), abs=0.01)


def test_signs_that_mean_something_in_a_pdf_are_printed_as_they_are(tmp_path):
    pdf = sheet_pdf([PlaceLabel(codes.make(), r"(a\b) <i>&amp;")], stock("avery-l7165"), host=HOST)
    assert r"(a\b)" in [place[1] for place in text_places(pdf, tmp_path)]
    assert "&lt;i&gt;&amp;amp;" in [place[1] for place in text_places(pdf, tmp_path)]


def test_a_title_or_author_with_a_persons_number_is_refused():
    for field in ("title", "author"):
        with pytest.raises(ValueError, match="no personal data"):
            sheet_pdf(labels(1), A4, host=HOST, **{field: "Akt 19121212-1212"})


@pytest.mark.parametrize("drawing", ["image", "vector"])
def test_a_label_takes_at_most_700_bytes(drawing):
    for count, key in ((240, "avery-3474"), (130, "avery-l7651")):
        assert len(sheet_pdf(labels(count), stock(key), host=HOST, drawing=drawing)) / count <= 700
