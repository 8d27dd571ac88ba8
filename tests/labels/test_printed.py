"""Every printed label can be read again, at the resolutions of bad, fair and good office printers."""

import dataclasses
from itertools import cycle, islice

import pytest
from PIL import Image, ImageDraw, ImageFilter

from labels import codes
from labels.designs import BlankLabel, CrateLabel, FileLabel, PlaceLabel
from labels.layout import lay_out
from labels.sheets import sheet_pdf
from labels.stock import stock, stocks
from labels.symbol import payload, symbol
from tests.labels.paper import crop, decode, rasterise, read_back

HOST = "ARKIV.EXEMPEL.SE"
SMALLEST = stock("avery-l7651")


def every_kind(count):
    kinds = cycle(
        (
            lambda code: FileLabel(code, 2, 3, "B", "Stadens centralarkiv"),
            lambda code: PlaceLabel(code, "Rum 2 / Hylla 14", "hyllplan", "Centralarkivet"),
            lambda code: CrateLabel(code, "17", "Stadens centralarkiv"),
            BlankLabel,
        )
    )
    return [make(code) for make, code in islice(zip(kinds, codes.make_many(count), strict=False), count)]


def expected(labels):
    return [payload(HOST, label.code) for label in labels]


@pytest.fixture(scope="module")
def printed_1200():
    labels = every_kind(1200)
    return labels, sheet_pdf(labels, SMALLEST, host=HOST)


@pytest.mark.parametrize("dpi", [150, 200, 300])
def test_1200_labels_of_the_smallest_stock_are_all_read(printed_1200, dpi, tmp_path):
    labels, pdf = printed_1200
    assert read_back(pdf, SMALLEST, tmp_path, dpi, 1200) == expected(labels)


@pytest.mark.parametrize(("key", "drawing"), list(zip(stocks(), cycle(["image", "vector"]), strict=False)))
def test_a_page_of_every_stock_is_read_at_150_dpi_from_a_start_and_with_an_offset(key, drawing, tmp_path):
    each = stock(key)
    start = 1 + each.per_page // 2
    labels = every_kind(min(12, each.per_page))
    pdf = sheet_pdf(labels, each, host=HOST, start=start, offset=(0.8, -0.8), drawing=drawing)
    assert read_back(pdf, each, tmp_path, 150, len(labels), start) == expected(labels)


@pytest.mark.parametrize("dpi", [150, 200, 300])
def test_vector_labels_are_read_at_every_resolution(dpi, tmp_path):
    labels = every_kind(195)
    pdf = sheet_pdf(labels, SMALLEST, host=HOST, drawing="vector")
    assert read_back(pdf, SMALLEST, tmp_path, dpi, 195) == expected(labels)


@pytest.mark.parametrize("drawing", ["image", "vector"])
@pytest.mark.parametrize(("height", "module"), [(13.7, 0.403), (15.1, 0.406)])
def test_the_smallest_symbols_we_print_are_read_at_150_dpi(height, module, drawing, tmp_path):
    label = (40.0, height)
    tiny = dataclasses.replace(stock("roll-57x32"), label=label, paper=label, pitch=label)
    labels = every_kind(24)
    edge = lay_out(labels[0], tiny.label, tiny.inset()).symbol_edge
    assert edge / (symbol(HOST, labels[0].code, edge).size + 8) == pytest.approx(module, abs=0.002)
    pdf = sheet_pdf(labels, tiny, host=HOST, drawing=drawing)
    assert read_back(pdf, tiny, tmp_path, 150, 24) == expected(labels)


def test_a_long_host_name_is_read_too(tmp_path):
    host = "ARKIVHOTELL.EXEMPELKOMMUN.SE"
    labels = every_kind(24)
    each = stock("permanent-70x37")
    pdf = sheet_pdf(labels, each, host=host)
    assert read_back(pdf, each, tmp_path, 150, 24) == [payload(host, label.code) for label in labels]


def test_a_label_that_was_scratched_smudged_and_blurred_is_still_read(tmp_path):
    each = stock("permanent-70x37")
    labels = every_kind(24)
    images = crop(rasterise(sheet_pdf(labels, each, host=HOST), tmp_path, 200), each, tmp_path, 24)
    for path in images:
        with Image.open(path) as clean:
            worn = clean.filter(ImageFilter.GaussianBlur(2))
        pen = ImageDraw.Draw(worn)
        across, down = worn.size
        pen.line([(0, down * 0.62), (across, down * 0.55)], fill=255, width=6)  # a scratch of 0.8 mm
        pen.ellipse([across * 0.28, down * 0.6, across * 0.33, down * 0.7], fill=0)  # a drop of ink
        worn.point(lambda grey: 90 + grey // 3).save(path)  # faded: the toner is low
    assert decode(images) == expected(labels)
