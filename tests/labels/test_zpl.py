"""ZPL for label printers: the same symbol, the same words, and no text that becomes a command."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from labels import codes
from labels.designs import FileLabel, PlaceLabel, clean
from labels.layout import lay_out
from labels.stock import stock
from labels.symbol import payload, symbol
from labels.zpl import RESOLUTIONS, field, label_zpl
from tests.labels.paper import decode

HOST = "ARKIV.EXEMPEL.SE"
ROLL = stock("brother-dk-11209")


def one(label, each=ROLL, **options):
    (text,) = label_zpl([label], each, host=HOST, **options)
    return text


def dots_of(zpl):
    """Return the bitmap's rows as texts of 0 and 1, read as a printer reads ^GFA."""
    total, _, row_bytes, data = re.search(r"\^GFA,(\d+),(\d+),(\d+),([0-9A-F:]+)\^FS", zpl).groups()
    digits, rows, at = 2 * int(row_bytes), [], 0
    while at < len(data):
        if data[at] == ":":
            rows.append(rows[-1])
            at += 1
        else:
            rows.append(f"{int(data[at : at + digits], 16):0{4 * digits}b}")
            at += digits
    assert len(rows) * int(row_bytes) == int(total)
    return rows


@pytest.mark.parametrize(
    ("key", "dots"), list(zip(["roll-102x76", "brother-dk-11209", "roll-57x32"], RESOLUTIONS, strict=True))
)
def test_the_bitmap_is_the_symbol_of_the_pdf_and_is_read(key, dots, tmp_path):
    each, code = stock(key), codes.make()
    rows = dots_of(one(FileLabel(code), each, dots=dots))
    drawn = symbol(HOST, code, lay_out(FileLabel(code), each.label, each.inset()).symbol_edge)
    scale = len(rows) // drawn.size
    assert [row[: drawn.size * scale : scale] for row in rows[::scale]] == drawn.rows()
    image = Image.new("L", (len(rows[0]) + 8 * scale, len(rows) + 8 * scale), 255)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark == "1":
                image.putpixel((x + 4 * scale, y + 4 * scale), 0)
    image.save(tmp_path / "symbol.pgm")
    assert decode([tmp_path / "symbol.pgm"]) == [payload(HOST, code)]


def test_a_label_is_one_format_in_utf_8_of_its_own_size():
    text = one(FileLabel(codes.make(), 2, 3, "B", "Åäö"))
    assert text.startswith("^XA^CI28^PW496^LL232^LH0,0\n")
    assert text.endswith("^XZ\n")
    assert text.count("^XA") == text.count("^XZ") == 1
    assert "^FDÅäö^FS" in text
    assert "^FDDel 2 av 3^FS" in text
    assert "^GB" in text


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
def test_no_text_becomes_a_command(text):
    start, end = "^FH_^FD", "^FS"
    written = field(text)
    data = written.removeprefix(start).removesuffix(end)
    assert written == start + data + end
    assert not set("^~\\") & set(data)
    assert re.sub("_([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), data) == text


def test_a_place_called_like_a_command_prints_its_name():
    text = one(PlaceLabel(codes.make(), "^XZ~JA_5E"))
    assert "^FD_5EXZ_7EJA_5F5E^FS" in text
    assert text.count("^XZ") == 1
    assert clean("^XZ~JA_5E") == "^XZ~JA_5E"


def test_the_offset_moves_every_field_and_never_off_the_label():
    code = codes.make()
    plain, moved = one(FileLabel(code)), one(FileLabel(code), offset=(1.0, -10.0))
    at = [
        [tuple(map(int, spot)) for spot in re.findall(r"\^F[OT](\d+),(\d+)", text)] for text in (plain, moved)
    ]
    assert [x for x, _ in at[1]] == [x + 8 for x, _ in at[0]]
    assert [y for _, y in at[1]] == [max(0, y - 80) for _, y in at[0]]


def test_a_text_with_dashes_is_narrowed_since_printers_make_them_wide():
    height, width = re.search(
        r"\^A0N,(\d+),(\d+)\^FH_\^FD3-14-02", one(PlaceLabel(codes.make(), "3-14-02"))
    ).groups()
    assert int(width) < int(height)


def test_a_text_whose_letters_a_printer_may_lack_is_printed_as_a_picture_of_it():
    usual, rare = (one(PlaceLabel(codes.make(), text)) for text in ("Hylla Öst–1", "Hylla Ŋöst محمد"))
    assert usual.count("^GFA") == 1
    assert "Öst–1" in usual
    assert rare.count("^GFA") == 3
    assert rare.isascii()
    (mark,) = re.findall(r"\^FO(\d+),(\d+)\^GFA,\d+,\d+,(\d+),([0-9A-F]+)\^FS\n\^FT", rare)
    left, top, row_bytes, data = int(mark[0]), int(mark[1]), int(mark[2]), bytes.fromhex(mark[3])
    drawn = Image.frombytes("1", (8 * row_bytes, len(data) // row_bytes), data)
    assert left + drawn.getbbox()[2] <= 496
    assert top + drawn.height <= 232


def test_a_label_printer_needs_a_roll_and_a_resolution_it_has():
    with pytest.raises(ValueError, match="no roll"):
        list(label_zpl([FileLabel(codes.make())], stock("avery-l7160"), host=HOST))
    with pytest.raises(ValueError, match="dots per mm"):
        one(FileLabel(codes.make()), dots=10)
