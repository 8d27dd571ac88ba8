"""Write the workbooks of this folder: lists of tests/verbs/imports/given in old kinds, cells of all kinds.

Run it with LibreOffice (`soffice`) and, in a folder of their own, `npm install xlsx`:
python -m tests.unit.old_books.make FOLDER_WITH_NODE_MODULES
"""

import re
import subprocess
import sys
import tempfile
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
from openpyxl.comments import Comment

HERE = Path(__file__).parent
GIVEN = HERE.parents[1] / "verbs" / "imports" / "given"
LISTS = (
    "05_flik_per_bokstav",
    "06_dolda_rader_filter",
    "32_formler",
    "42_tva_tabeller_bredvid",
    "56_rubrik_med_radbrytning",
    "95_formel_datum",
)
_TO_XLSB = """
const xlsx = require('xlsx'), [from, to, bookType] = process.argv.slice(1);
xlsx.writeFile(xlsx.readFile(from, {cellNF: true, cellStyles: true}), to, {bookType});
"""


def values(path: Path, epoch: datetime) -> None:
    """Write a workbook with every kind of cell, hidden sheets, and a mark in a comment."""
    book = openpyxl.Workbook()
    book.epoch = epoch
    sheet = book.active
    sheet.title = "Lista"
    sheet.append(["Aktnr", "Personnummer", "Avslutad", "Tid", "Andel", "Klar", "Box", "Fel", "Anmärkning"])
    sheet.append([])
    first = [1234, 195005050511, date(1998, 6, 5), time(13, 5), 0.25, True, 12, "=1/0", "två\nrader"]
    second = [12.5, "19500505-0511", datetime(1998, 6, 5, 12, 30), 1e20, 1e-7, False, "", "=NA()", " Åsa "]  # noqa: DTZ001
    sheet.append(first)
    sheet.append(second)
    sheet["E3"].number_format, sheet["B3"].number_format = "0%", "00000000-0000"
    sheet["F3"].number_format = sheet["F4"].number_format = "BOOLEAN"
    sheet["A3"].comment = Comment("skyddade personuppgifter", "x")
    sheet["A7"] = "K 7"
    sheet.merge_cells("G7:G8")
    sheet["G7"], sheet["A8"] = 7, "K 8"
    sheet.row_dimensions[4].hidden = True
    for name, state in (("Gömd", "hidden"), ("Mycket gömd", "veryHidden")):
        hidden = book.create_sheet(name)
        hidden["C5"], hidden.sheet_state = name.lower(), state
    book.create_sheet("Tom")
    book.save(path)


def _office(kind: str, source: Path, folder: Path) -> Path:
    subprocess.run(
        ["soffice", "--headless", "--convert-to", kind, "--outdir", folder, source],
        check=True,
        capture_output=True,
    )
    return folder / f"{source.stem}.{kind}"


def _say_1904(target: Path) -> None:
    """Set the flag of the epoch, which npm's xlsx forgets while it writes the days as counted from it."""
    with zipfile.ZipFile(target) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    said = re.compile(rb"(?<=\x99\x01.)\x00", re.DOTALL)  # BrtWbProp, its size, the first of its flags
    parts["xl/workbook.bin"] = said.sub(b"\x01", parts["xl/workbook.bin"], count=1)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)


def main(modules: str) -> None:
    """Write every list in every kind."""
    made = {HERE / "celler.xlsx": datetime(1899, 12, 30), HERE / "celler_1904.xlsx": datetime(1904, 1, 1)}  # noqa: DTZ001
    for path, epoch in made.items():
        values(path, epoch)
    for source in (*made, *(GIVEN / f"{name}.xlsx" for name in LISTS)):
        told = _office("ods", source, HERE)
        if "form" in source.stem:
            # LibreOffice writes no XLS with what formulas came to when the list was saved last
            for kind, form in (("xls", "biff8"), ("xlsb", "xlsb")):
                target = HERE / f"{source.stem}.{kind}"
                subprocess.run(["node", "-e", _TO_XLSB, source, target, form], cwd=modules, check=True)
            continue
        _office("xls", told, HERE)
        with tempfile.TemporaryDirectory() as folder:
            worked_out = _office("xlsx", told, Path(folder))
            for form, ending in (("xlsb", ".xlsb"), ("biff5", "_95.xls")):
                if form == "biff5" and source.stem != "celler":
                    continue
                target = HERE / f"{source.stem}{ending}"
                subprocess.run(["node", "-e", _TO_XLSB, worked_out, target, form], cwd=modules, check=True)
                if "1904" in source.stem:
                    _say_1904(target)


if __name__ == "__main__":
    main(sys.argv[1])
