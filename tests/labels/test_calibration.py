"""The calibration page: crosses where labels have their corners, and words on how to read them."""

import pytest

from labels.calibration import calibration_pdf
from labels.stock import stock, stocks
from tests.labels.paper import text_places


@pytest.mark.parametrize("key", stocks())
def test_every_stock_has_a_page_of_one_sheet_with_all_its_words_on_it(key, tmp_path):
    each = stock(key)
    words = text_places(calibration_pdf(each), tmp_path)
    assert {page for page, *_ in words} == {1}
    for _, word, left, top, right, bottom in words:
        assert left >= 0, word
        assert right <= each.paper[0]
        assert top >= 0
        assert bottom <= each.paper[1]


@pytest.mark.parametrize("offset", [(0.0, 0.0), (1.5, -0.5)])
def test_the_scales_stand_at_label_corners_moved_by_the_offset(offset, tmp_path):
    each = stock("avery-3474")
    words = text_places(calibration_pdf(each, offset=offset), tmp_path)
    ends = [(left, bottom) for _, word, left, _, _, bottom in words if word == "+10"]
    for number in (5, 24):
        x, y = each.cell(number)
        assert any(
            left == pytest.approx(x + 10.8 + offset[0], abs=0.1) and abs(bottom - y - offset[1]) < 2
            for left, bottom in ends
        )


def test_no_words_stand_where_a_scale_is_read(tmp_path):
    for each in stocks().values():
        if each.is_roll:
            continue
        words = text_places(calibration_pdf(each), tmp_path)
        scale_ends = [(left, top) for _, word, left, top, *_ in words if word in ("+10", "−10")]
        lines = [(top, bottom) for _, word, _, top, _, bottom in words if word.rstrip(".").isdigit()]
        assert len(scale_ends) in (4, 8)
        assert all(not top - 2 < y < bottom + 2 for _, y in scale_ends for top, bottom in lines)


def test_the_page_says_how_to_read_it_in_both_languages(tmp_path):
    each = stock("avery-l7160")
    swedish = " ".join(place[1] for place in text_places(calibration_pdf(each, offset=(1.5, 0)), tmp_path))
    assert "Kalibreringssida" in swedish
    assert "Skriv ut sidan i 100 %" in swedish
    assert "i sidled 1,5 mm, i höjdled 0 mm" in swedish
    english = " ".join(place[1] for place in text_places(calibration_pdf(each, language="en"), tmp_path))
    assert "Print this page at 100 %" in english
    assert "across 0 mm" in english


def test_an_offset_no_printer_has_is_refused():
    with pytest.raises(ValueError, match="check the paper"):
        calibration_pdf(stock("avery-l7160"), offset=(11, 0))
