"""Label stock: every label lies on its paper, and label n is where a person counts to."""

import dataclasses

import pytest

from labels.stock import INSET, UNPRINTABLE, stock, stocks

SHEETS = [each for each in stocks().values() if not each.is_roll]


@pytest.mark.parametrize("each", stocks().values(), ids=stocks())
def test_every_label_lies_on_the_paper_and_on_no_other_label(each):
    cells = [each.cell(number) for number in range(1, each.per_page + 1)]
    width, height = each.label
    for left, top in cells:
        assert left >= 0
        assert top >= 0
        assert left + width <= each.paper[0] + 0.001
        assert top + height <= each.paper[1] + 0.001
    for number, (left, top) in enumerate(cells):
        for right, under in cells[number + 1 :]:
            assert (
                right - left >= width - 0.001
                or under - top >= height - 0.001
                or left - right >= width - 0.001
            )


@pytest.mark.parametrize("each", SHEETS, ids=lambda each: each.key)
def test_a_sheet_is_even_about_its_middle(each):
    last = each.cell(each.per_page)
    for axis in (0, 1):
        after = each.paper[axis] - last[axis] - each.label[axis]
        assert abs(after - each.margin[axis]) <= 1.1


@pytest.mark.parametrize("each", SHEETS, ids=lambda each: each.key)
def test_print_stays_off_what_an_office_printer_leaves_white(each):
    across, down = each.inset()
    assert min(across, down) >= INSET
    first, last = each.cell(1), each.cell(each.per_page)
    assert first[0] + across >= UNPRINTABLE
    assert first[1] + down >= UNPRINTABLE
    assert each.paper[0] - last[0] - each.label[0] + across >= UNPRINTABLE
    assert each.paper[1] - last[1] - each.label[1] + down >= UNPRINTABLE


def test_print_stays_off_the_narrower_of_two_uneven_margins():
    uneven = dataclasses.replace(
        stock("avery-3669"), margin=(2.0, 21.5), label=(65.0, 50.8), pitch=(65.0, 50.8)
    )
    assert uneven.inset() == (2.5, INSET)


def test_labels_are_counted_row_by_row():
    sheet = stock("avery-l7160")
    assert sheet.cell(1) == (7.2, 15.15)
    assert sheet.cell(2) == pytest.approx((73.24, 15.15))
    assert sheet.cell(4) == pytest.approx((7.2, 53.25))
    for outside in (0, 22, -1):
        with pytest.raises(ValueError, match="choose 1 to 21"):
            sheet.cell(outside)


@pytest.mark.parametrize(
    "wrong",
    [
        {"columns": 4},
        {"rows": 8},
        {"columns": 0},
        {"margin": (-1.0, 15.0)},
        {"margin": (30.0, 15.0)},
        {"pitch": (60.0, 38.1)},
        {"label": (0.0, 38.1)},
        {"corner": -1.0},
    ],
)
def test_measures_that_cannot_be_true_are_refused(wrong):
    with pytest.raises(ValueError, match="label stock avery-l7160"):
        dataclasses.replace(stock("avery-l7160"), **wrong)


def test_age_resistant_stock_comes_first_and_says_what_it_is():
    first = next(iter(stocks().values()))
    assert first.material.lasting
    assert "ISO 9706" in first.material.words("sv")
    assert "permanent paper" in first.material.words("en")
    assert not stock("brother-dk-11209").material.lasting


def test_a_stock_is_named_by_product_size_and_count_in_both_languages():
    assert stock("avery-l7160").title() == "Avery L7160 / HERMA 4677, 63,5 × 38,1 mm, 21 per ark"
    assert stock("avery-l7160").title("en") == "Avery L7160 / HERMA 4677, 63.5 × 38.1 mm, 21 per sheet"
    assert stock("permanent-70x37").title() == "Arkivetikett, 70 × 37 mm, 24 per ark"
    assert stock("roll-57x32").title("en") == "Archive label, 57 × 32 mm, roll"


def test_an_unknown_stock_is_refused_with_the_names_there_are():
    with pytest.raises(ValueError, match="permanent-70x37"):
        stock("avery-9999")
