"""Every paper prints what it is given whole, whatever its length: tables, running text, marks and feet."""

import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from archive.incidents.papers import shelf_marker
from archive.incidents.shelf_markers import Marker
from archive.kernel.config import Settings
from archive.output.page import Column, Report, ReportHead
from labels import typeface

WORDS = "Först " + "ett ord till " * 1600 + "sist"
ONE_WORD = "Först" + "ab" * 10_000 + "sist"
PARAGRAPHS = "\n".join(f"Stycke {number} av texten." for number in range(1, 401))
LONG = {"words": WORDS, "one word": ONE_WORD, "paragraphs": PARAGRAPHS}
Fill = Callable[[Report, str], None]


def _head(title: str = "Rapport", archive: str = "Centralarkivet", foot: str = "") -> ReportHead:
    return ReportHead(title, archive, "Socialnämnden", "2026-11-30 08:00", "Astrid", foot=foot)


def _said(pdf: bytes) -> str:
    """Return a paper's words without blanks and without its feet and repeated heads."""
    out = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return out.stdout.decode()


def _bare(text: str) -> str:
    kept = (line for line in text.replace("\f", "\n").splitlines() if "Sida" not in line)
    return re.sub(r"\s", "", "".join(kept))


def _cell(report: Report, text: str) -> None:
    report.table([Column("", 60), Column("", 100)], [("", text)], "–")


def _wide_fact(report: Report, text: str) -> None:
    report.facts([("", text)])


FILLS: dict[str, Fill] = {
    "paragraph": Report.paragraph,
    "heading": Report.heading,
    "subheading": Report.subheading,
    "mark": Report.mark,
    "a fact": _wide_fact,
    "a cell": _cell,
}


@pytest.mark.parametrize("length", LONG)
@pytest.mark.parametrize("where", FILLS)
def test_a_text_of_20_000_letters_is_printed_whole(where: str, length: str) -> None:
    report = Report(_head())
    FILLS[where](report, LONG[length])
    report.paragraph("SLUT")
    text = _bare(_said(report.pdf()))
    assert _bare(LONG[length]) + "SLUT" in text


def test_what_stands_beside_a_long_cell_is_printed_once_and_the_head_on_every_page() -> None:
    report = Report(_head())
    report.table(
        [Column("Fråga", 60), Column("Svar", 60), Column("Vem", 50)], [("Vad hände?", WORDS, "Eva")], "–"
    )
    text = _said(report.pdf())
    assert text.count("Vad hände?") == text.count("Eva") == 1
    assert text.count("Fråga") == text.count("\f") >= 3


def test_a_short_row_is_never_cut_in_two() -> None:
    report = Report(_head())
    rows = [(f"rad {number}", "\n".join(f"{number}-{line}" for line in range(7))) for number in range(60)]
    report.table([Column("", 60), Column("", 60)], rows, "–")
    pages = _said(report.pdf()).split("\f")
    for number in range(60):
        assert len([page for page in pages if re.search(rf"\b{number}-\d\b", page)]) == 1


def test_a_title_as_long_as_a_column_takes_lines_not_an_ellipsis() -> None:
    report = Report(_head())
    report.table([Column("Vad som har kontrollerats vid mottagningen", 30)], [("x",)], "–")
    assert "Vadsomharkontrolleratsvidmottagningen" in _bare(_said(report.pdf()))


@pytest.mark.parametrize("archive", ["Centralarkivet", "Centralarkivet för " + "socialförvaltningen " * 20])
def test_the_mark_of_a_draft_stands_on_every_page_however_long_the_names_are(archive: str) -> None:
    report = Report(_head("Anmälan", archive, foot="incident 12 · UTKAST"))
    report.paragraph(WORDS)
    text = _said(report.pdf())
    assert text.count("UTKAST") == text.count("\f") >= 3
    assert typeface.ELLIPSIS not in text


def test_a_short_foot_names_archive_and_paper() -> None:
    text = _said(Report(_head("Anmälan")).pdf())
    assert "Centralarkivet · Anmälan" in text


@pytest.mark.parametrize(
    "room", ["Rum 1", "en mycket lång benämning på ett rum, en hylla eller en låda " * 6]
)
def test_a_marker_bears_the_whole_name_of_the_place(room: str, settings: Settings) -> None:
    place = f"Centralarkivet / {room}"
    moment = datetime(2026, 11, 23, 8, tzinfo=UTC)
    marker = Marker("F9YEAZNGX3", "F9YEAZNGX3", 1, 1, 7, moment, place)
    text = _bare(_said(shelf_marker.pdf([marker], settings)))
    assert _bare(place) in text


def test_type_grows_smaller_until_a_text_fits_and_nothing_of_it_is_lost() -> None:
    lines, size = typeface.fitted(WORDS, typeface.REGULAR, 5.0, 80.0, 20.0)
    assert " ".join(lines).split() == WORDS.split()
    assert len(lines) * size * typeface.LEADING <= 20.0
    assert typeface.fitted("ord", typeface.REGULAR, 5.0, 80.0, 20.0) == (["ord"], 5.0)
