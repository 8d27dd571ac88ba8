"""Every name that people file is printed with its letters; what no typeface has is named, never lost."""

import re
import subprocess
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageFont

from archive.output.page import Column, Report, ReportHead
from labels import codes, scripts, typeface
from labels.designs import PlaceLabel
from labels.sheets import sheet_pdf
from labels.stock import stock
from tests.labels.paper import read_back

_FORMS = ("<isolated>", "<final>", "<initial>", "<medial>")
FACES = (typeface.REGULAR, typeface.BOLD, typeface.CODE)
LETTERS: dict[str, Sequence[str]] = {
    "Swedish": "abcåäöéüÅÄÖ",
    "Sámi": "áčđŋšŧžåäöÁČĐŊŠŦŽǥǧǩʒǯ",
    "Vietnamese": "ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđơưĐƠƯỄỨ",
    "Turkish and Azeri": "ıİğĞşŞçÇöüəƏ",
    "Polish, Czech, Romanian": "łŁńśźżąęřůďťňșțăâ",
    "African": (*"ɓɗƴɛɔŋƙẹọṣẸỌ", "ẹ\u0301", "Ẹ\u0301", "ọ\u0300", "Ọ\u0300"),
    "apostrophes": "a'’ʼʿʾʻ",
    "Greek": "αβγδεζηθικλμνξοπρστυφχψωάέίόύώΑΒΓ",
    "Cyrillic": "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґђћџАБВ",
    "Arabic": "ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأإؤئةى",
    "Persian and Kurdish": "اپچژکگیەێۆڕڵبسدر",
    "Hebrew": "אבגדהוזחטיכךלמםנןסעפףצץקרשת",
}
UNSEEN = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # what pdftotext puts round words


@st.composite
def names(draw: st.DrawFn) -> list[str]:
    """Draw a name of each kind, as one keyboard composes its letters or as another takes them apart."""
    filed = []
    for letters in LETTERS.values():
        word = st.lists(st.sampled_from(letters), min_size=2, max_size=8).map("".join)
        name = " ".join(draw(st.lists(word, min_size=1, max_size=3)))
        filed.append(unicodedata.normalize(draw(st.sampled_from(("NFC", "NFD"))), name))
    return filed


def _paper() -> Report:
    return Report(ReportHead("Brev", "Arkivet", "Socialnämnden", "2026-11-30 08:00", "Astrid"))


def _read(pdf: bytes) -> list[str]:
    """Return the lines of a paper without its foot."""
    out = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    lines = out.stdout.decode().replace("\f", "\n").splitlines()
    return [_same(line) for line in lines if line.strip() and "Sida" not in line]


def _same(text: str) -> str:
    """Return a text as a reader compares it: letters composed, no direction marks, no blanks."""
    return "".join(unicodedata.normalize("NFKC", UNSEEN.sub("", text)).split())


@settings(max_examples=12, deadline=None)
@given(names())
def test_a_name_of_any_kind_is_read_back_from_the_paper(filed: list[str]) -> None:
    report = _paper()
    for name in filed:
        report.paragraph(name)
        report.table([Column("", 90, bold=True)], [(name,)], "–")
        report.mark(name)
    assert _read(report.pdf())[3:] == [line for name in map(_same, filed) for line in (name, name, name)]


@pytest.mark.parametrize("face", FACES)
def test_every_letter_has_a_picture_of_its_own_and_none_is_a_question_mark_or_an_empty_box(face: str) -> None:
    font = ImageFont.truetype(typeface.file(face), 40, layout_engine=ImageFont.Layout.BASIC)
    seen = {
        mark: bytes(font.getmask(mark)) for mark in {*"?\uffff", *"".join(map("".join, LETTERS.values()))}
    }
    wrong = [
        mark for mark in seen if mark not in "?\uffff" and seen[mark] in (seen["?"], seen["\uffff"], b"")
    ]
    assert seen["?"] != seen["\uffff"] != b""
    assert wrong == []


def test_a_name_on_a_rendered_page_looks_like_itself_alone(tmp_path: Path) -> None:
    drawn = [_rendered(name, tmp_path) for name in ("Nguyễn", "Nguy?n", "Nguyen", "Nguyễn".replace("ễ", "ê"))]
    again = _rendered(unicodedata.normalize("NFD", "Nguyễn"), tmp_path)
    assert ImageChops.difference(drawn[0], again).getbbox() is None
    assert all(ImageChops.difference(drawn[0], other).getbbox() for other in drawn[1:])


def _rendered(name: str, folder: Path) -> Image.Image:
    report = _paper()
    report.paragraph(name)
    (folder / "page.pdf").write_bytes(report.pdf())
    subprocess.run(["pdftoppm", "-r", "80", "-gray", "page.pdf", "page"], cwd=folder, check=True)
    with Image.open(folder / "page-1.pgm") as image:
        return image.copy()


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(), max_size=20))
def test_a_letter_is_drawn_or_named_by_its_code_point_and_a_text_is_made_ready_once(text: str) -> None:
    drawn = typeface.drawable(text)
    assert typeface.drawable(drawn) == drawn
    assert drawn.count("?") == scripts.composed(text).count("?")
    for mark in scripts.composed(text):
        assert f"[U+{ord(mark):04X}]" in drawn or mark in typeface._glyphs()


def test_what_is_taken_for_a_usual_letter_has_a_picture_and_needs_no_composing() -> None:
    usual = "".join(mark for mark in map(chr, range(0x2100)) if typeface._USUAL.fullmatch(mark))
    assert len(usual) > 500
    assert set(usual) <= typeface._glyphs()
    assert scripts.composed(usual) == scripts.joined(usual, set()) == scripts.seen(usual) == usual


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Anna 😀", "Anna [U+1F600]"),
        ("王 Li", "[U+738B] Li"),
        ("A\ue000", "A[U+E000]"),
        ("é ❤️", "é [U+2764]"),
    ],
)
def test_what_no_typeface_has_is_printed_as_its_code_point(name: str, said: str) -> None:
    report = _paper()
    report.paragraph(name)
    assert _same(said) in _read(report.pdf())


def test_an_arabic_letter_joins_as_unicode_says_it_does() -> None:
    unicodes: dict[str, set[str]] = {}
    for code in range(0xFB50, 0xFEFD):
        form, _, letters = unicodedata.decomposition(chr(code)).partition(" ")
        if form in _FORMS and len(letters) == 4:
            unicodes.setdefault(chr(int(letters, 16)), set()).add(form)
    known = typeface._glyphs()
    ours = {
        letter: {"<isolated>"} | {form for at, form in enumerate(_FORMS) if chr(_place(letter) + at) in known}
        for letter in unicodes
    }
    assert len(ours) > 70
    # Unicode has no codes of their own for some forms of these two.
    assert {letter for letter in ours if ours[letter] != unicodes[letter] | {"<isolated>"}} == {"ٷ", "ں"}


def _place(letter: str) -> int:
    return scripts.FORMS + 4 * (ord(letter) - scripts.FIRST)


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("محمد", "2331"),
        ("سارا", "2100"),
        ("\u0628\u0650\u0646\u062a", "2031"),
        ("گل\u200cمحمد", "212331"),
        ("ب\u200d", "2"),
    ],
)
def test_letters_take_the_form_their_neighbours_give_them(name: str, forms: str) -> None:
    drawn = typeface.drawable(name)
    assert "".join(str((ord(mark) - scripts.FORMS) % 4 if mark > "\uffff" else 0) for mark in drawn) == forms


def test_lam_and_alef_are_tied_and_read_as_two() -> None:
    assert [scripts.written(mark) for mark in typeface.drawable("الأحلام")] == list("ا\ufef7ح\ufefcم")


def test_a_mark_stands_higher_over_a_capital_and_is_read_as_itself() -> None:
    capital, small = typeface.drawable("Ẹ́"), typeface.drawable("ẹ́")
    assert [scripts.written(mark) for mark in capital] == list("Ẹ\u0301")
    assert small == "ẹ\u0301"
    font = ImageFont.truetype(typeface.file(typeface.BOLD), 100, layout_engine=ImageFont.Layout.BASIC)
    tops = [font.getbbox(mark[-1], anchor="ls")[1] for mark in (capital, small)]
    assert tops[0] < tops[1] < -font.getbbox("x", anchor="ls")[3]


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("שרה כהן-לוי, 19900602-2397", "יול-ןהכ הרש, 19900602-2397"),
        ("(אב) och בג", "(בא) och גב"),
        ("אב 12-34 גד", "בא 12-34 דג"),
        ("אב ١٩٧٠-٠١ גד", "דג ١٩٧٠-٠١ בא"),
        ("Åsa Öst", "Åsa Öst"),
    ],
)
def test_words_from_the_right_are_turned_and_a_number_beside_them_never_is(line: str, seen: str) -> None:
    assert scripts.seen(line) == seen


def test_a_label_bears_such_a_name_and_its_symbol_is_read(tmp_path: Path) -> None:
    label, code = stock("avery-l7160"), codes.make()
    pdf = sheet_pdf([PlaceLabel(code, "Nguyễn Ŋŧ", above="محمد / Щука 😀")], label, host="ARKIV.EXEMPEL.SE")
    assert _read(pdf)[:3] == ["Nguyễn", "Ŋŧ", _same("محمد / Щука [U+1F600]")]
    assert read_back(pdf, label, tmp_path, 150, 1) == [f"HTTPS://ARKIV.EXEMPEL.SE/S/{code}"]
