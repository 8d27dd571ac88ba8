"""What stands on a label: no person, nothing outside its edges, nothing that disturbs the symbol."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labels import codes, typeface
from labels.designs import BlankLabel, CrateLabel, FileLabel, PlaceLabel, clean
from labels.layout import SMALLEST_TEXT, lay_out
from labels.stock import stocks
from labels.typeface import CAP_HEIGHT

CODE = codes.make()
PERSONAL = (
    "191212121212",
    "19121212-1212",
    "121212-1212",
    "121212+1212",
    "1912 12 12 – 1212",
    "1912.12.12-1212",
    "19121272-1219",
    "19121212-T123",
    "19121212-TF10",
    "121212-R12B",
    "Box för 189001019802",
    "19121212\u200b1212",
    "\uff11\uff19\uff11\uff12\uff11\uff12\uff11\uff12-1212",  # fullwidth digits
)
NEUTRAL = (
    "Rum 2 / Hylla 14 / Plan 3",
    "3-14-02",
    "01-02-03-0456",
    "14-02-07-11-12",
    "1998–2003",
    "Box 2003-0001",
    "Hylla 12, plan 1–6",
    "2024-05-17",
)


@pytest.mark.parametrize("text", PERSONAL)
def test_a_persons_number_is_refused_in_every_free_field(text):
    for make in (
        lambda: BlankLabel(CODE, archive=text),
        lambda: FileLabel(CODE, archive=text),
        lambda: PlaceLabel(CODE, text),
        lambda: PlaceLabel(CODE, "3", kind=text),
        lambda: PlaceLabel(CODE, "3", above=text),
        lambda: CrateLabel(CODE, text),
        lambda: CrateLabel(CODE, "3", archive=text),
    ):
        with pytest.raises(ValueError, match="no personal data"):
            make()


@pytest.mark.parametrize("text", NEUTRAL)
def test_shelf_numbers_years_and_dates_are_not_taken_for_persons(text):
    assert PlaceLabel(CODE, text).text == text


def test_a_file_label_has_no_field_for_a_person_a_reference_or_a_year_of_disposal():
    assert set(FileLabel.__slots__) == {"code", "part", "parts", "kind", "archive"}


def test_a_label_needs_a_code_with_the_right_check_character():
    for make in (BlankLabel, FileLabel):
        with pytest.raises(ValueError, match="not a code"):
            make(CODE[:-1] + ("0" if CODE[-1] != "0" else "1"))


@pytest.mark.parametrize(("part", "parts"), [(0, 1), (3, 2), (-1, None), (100, None), (1, 100), (1, 0)])
def test_a_part_that_cannot_be_is_refused(part, parts):
    with pytest.raises(ValueError, match="part"):
        FileLabel(CODE, part, parts)


@pytest.mark.parametrize("kind", ["b", "Barn", "B ", "^", "ABC"])
def test_the_kind_is_a_code_letter(kind):
    with pytest.raises(ValueError, match="capitals"):
        FileLabel(CODE, kind=kind)


@pytest.mark.parametrize("make", [lambda: PlaceLabel(CODE, " \u202e"), lambda: CrateLabel(CODE, "")])
def test_a_place_or_crate_without_its_text_is_refused(make):
    with pytest.raises(ValueError, match="needs"):
        make()


def test_control_bidi_and_invisible_characters_are_taken_away():
    assert clean(" Rum\u00a0\t2\n\u202eplan\u2066 \u200b3\ud800\x07 ") == "Rum 2 plan 3"
    assert clean("A\u030angra") == "Ångra"


def test_a_text_of_more_than_a_line_of_paper_is_refused():
    with pytest.raises(ValueError, match="longer"):
        PlaceLabel(CODE, "plan " * 30)


def test_part_and_kind_stand_on_a_file_label_in_the_language_asked_for():
    label = FileLabel(CODE, 2, 3, "B", "Stadens centralarkiv")
    assert _texts(label) == [CODE[:5], CODE[5:], "B", "Del 2 av 3", "Stadens centralarkiv"]
    assert "Part 2 of 3" in _texts(label, language="en")
    assert "Del 2" in _texts(FileLabel(CODE, 2, None))


def test_a_place_label_shows_kind_path_and_code_in_groups():
    texts = _texts(PlaceLabel(CODE, "3-14-02", "arkivbox", "Centralarkivet"))
    assert texts == ["Arkivbox", "3-14-02", "Centralarkivet", codes.grouped(CODE)]


def test_a_crate_label_says_what_it_is_in_the_language_asked_for():
    assert _texts(CrateLabel(CODE, "17"))[:2] == ["Flyttlåda", "17"]
    assert _texts(CrateLabel(CODE, "17"), language="en")[0] == "Crate"


def test_a_path_too_long_for_the_label_keeps_its_end_in_whole_steps():
    above = "Stadens centralarkiv › Källaren › Rum 2 › Hylla 14 › Plan 3"
    assert "… Hylla 14 › Plan 3" in _texts(PlaceLabel(CODE, "7", "arkivbox", above), key="avery-l7651")


def test_a_text_too_long_for_the_label_is_cut_with_an_ellipsis():
    texts = _texts(PlaceLabel(CODE, "Konstgalleribyggnadens" * 4), key="avery-l7651")
    assert texts[0].startswith("Konst")
    assert texts[0].endswith("…")


def test_a_small_label_leaves_out_the_path_rather_than_print_the_place_too_small():
    label = PlaceLabel(CODE, "Rum 2 / Hylla 14 / Plan 3 / Låda 4", "låda", "Centralarkivet")
    assert "Centralarkivet" in _texts(label)
    assert "Centralarkivet" not in _texts(label, key="avery-l7651")


def test_a_character_the_fonts_lack_becomes_its_code_point():
    assert "Rum [U+2713]" in " ".join(_texts(PlaceLabel(CODE, "Rum ✓")))


any_line = st.text(st.characters(codec="utf-8"), max_size=60)
any_label = st.one_of(
    st.builds(BlankLabel, st.just(CODE), any_line),
    st.builds(
        FileLabel,
        st.just(CODE),
        st.integers(1, 9),
        st.integers(9, 99) | st.none(),
        st.sampled_from(["", "B", "ÖÄ"]),
        any_line,
    ),
    st.builds(PlaceLabel, st.just(CODE), any_line.map(lambda text: text + "-7"), any_line, any_line),
    st.builds(CrateLabel, st.just(CODE), any_line.map(lambda text: "7 " + text), any_line),
)


@settings(max_examples=150, deadline=None)
@given(any_label, st.sampled_from(list(stocks().values())))
def test_all_print_stays_inside_the_label_and_clear_of_the_symbol_whatever_is_written(label, stock):
    width, height = stock.label
    across, down = stock.inset()
    laid = lay_out(label, stock.label, stock.inset())
    edge = laid.symbol_edge
    assert laid.symbol_x >= 0
    assert laid.symbol_y >= -0.001
    assert laid.symbol_x + edge <= width
    assert laid.symbol_y + edge <= height + 0.001
    boxes = [
        (t.x, t.y - CAP_HEIGHT * t.size, t.x + typeface.width(t.text, t.face, t.size), t.y)
        for t in laid.texts
    ] + [(f.x, f.y, f.x + f.width, f.y + f.height) for f in laid.frames]
    for left, top, right, bottom in boxes:
        assert left >= across - 0.01
        assert top >= down - 0.01
        assert right <= width - across + 0.01
        assert bottom <= height - down + 0.01
        assert left >= laid.symbol_x + edge - 0.01 or top >= laid.symbol_y + edge - 0.01
    assert all(t.size >= SMALLEST_TEXT - 0.01 for t in laid.texts)


def _texts(label, language="sv", key="avery-l7163"):
    stock = stocks()[key]
    return [text.text for text in lay_out(label, stock.label, stock.inset(), language).texts]
