"""Measure labels per second and bytes per label beside bare text, reportlab's own QR widget and pylabels.

pylabels installs a package that is called `labels` like ours, so it is run in a process of its own:
`pip install --target DIR pylabels`, then PYLABELS=DIR in the environment. Without it that line is left out.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from labels import codes, typeface
from labels.designs import FileLabel
from labels.layout import lay_out
from labels.sheets import sheet_pdf
from labels.stock import stock
from labels.symbol import payload, symbol

COUNT = 1200
SLOW_COUNT = 96  # for peers a hundred times slower
ROUNDS = 3
HOST = "ARKIV.EXEMPEL.SE"
STOCK = stock("permanent-70x37")

Draw = Callable[[Canvas, str, float, float], None]


def figures() -> Iterator[dict[str, object]]:
    """Yield one line per figure, each with its ceiling or peer in the same run."""
    drawn = codes.make_many(COUNT)
    labels = [FileLabel(code, 2, 3, "B", "Stadens centralarkiv") for code in drawn]
    text = _rate(COUNT, lambda: _bare(drawn, _text))
    image = _rate(COUNT, lambda: sheet_pdf(labels, STOCK, host=HOST))
    vector = _rate(COUNT, lambda: sheet_pdf(labels, STOCK, host=HOST, drawing="vector"))
    widget = _rate(SLOW_COUNT, lambda: _bare(drawn[:SLOW_COUNT], _widget))
    yield _line("labels to PDF, 1-bit symbols", image, "labels/s", "the same texts only", text, "≥ 0.2")
    yield _line("labels to PDF, vector symbols", vector, "labels/s", "reportlab's QR widget", widget, "≥ 5")
    if folder := os.environ.get("PYLABELS"):
        peer = _pylabels(folder, [payload(HOST, code) for code in drawn[:SLOW_COUNT]])
        yield _line("labels to PDF, vector symbols", vector, "labels/s", "pylabels", peer, "≥ 5")
    symbols = _rate(COUNT, lambda: [symbol(HOST, code, 31.5) for code in drawn])
    yield _line("QR symbols", symbols, "symbols/s", "labels to PDF, 1-bit symbols", image, "≥ 1")
    for drawing in ("image", "vector"):
        size = len(sheet_pdf(labels, STOCK, host=HOST, drawing=drawing)) / COUNT
        yield _line(f"bytes per label, {drawing}", size, "bytes", "limit", 700, "≤ 1")


def _line(
    figure: str, value: float, unit: str, peer: str, peer_value: float, target: str
) -> dict[str, object]:
    return {
        "figure": figure,
        "value": round(value, 1),
        "unit": unit,
        "peer": peer,
        "peer_value": round(peer_value, 1),
        "ratio": round(value / peer_value, 3),
        "target": target,
    }


def _rate(count: int, work: Callable[[], object]) -> float:
    """Return how many are done a second, in the best of a few rounds: the machine is shared."""
    best = 0.0
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        best = max(best, count / (time.perf_counter() - begun))
    return best


def _bare(drawn: list[str], draw: Draw) -> bytes:
    """Write sheets with reportlab and nothing of ours in the loop."""
    typeface.register()
    out = BytesIO()
    canvas = Canvas(out, pagesize=(STOCK.paper[0] * mm, STOCK.paper[1] * mm), pageCompression=1)
    for number, code in enumerate(drawn):
        left, top = STOCK.cell(number % STOCK.per_page + 1)
        draw(canvas, code, left * mm, (STOCK.paper[1] - top) * mm)
        if (number + 1) % STOCK.per_page == 0:
            canvas.showPage()
    canvas.save()
    return out.getvalue()


def _text(canvas: Canvas, code: str, left: float, top: float) -> None:
    """Draw the five texts of a file label at fixed places."""
    for part, x, y, size, face in (
        (code[:5], 92, 30, 26.0, typeface.CODE),
        (code[5:], 92, 55, 26.0, typeface.CODE),
        ("B", 170, 74, 13.0, typeface.BOLD),
        ("Del 2 av 3", 92, 74, 11.0, typeface.BOLD),
        ("Stadens centralarkiv", 92, 86, 7.0, typeface.REGULAR),
    ):
        canvas.setFont(face, size)
        canvas.drawString(left + x, top - y, part)


def _widget(canvas: Canvas, code: str, left: float, top: float) -> None:
    """Draw reportlab's own QR symbol and the texts."""
    edge = lay_out(FileLabel(code), STOCK.label, STOCK.inset()).symbol_edge * mm
    drawing = Drawing(edge, edge)
    drawing.add(QrCodeWidget(payload(HOST, code), barLevel="Q", barWidth=edge, barHeight=edge))
    renderPDF.draw(drawing, canvas, left, top - edge)
    _text(canvas, code, left, top)


_PEER = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
import labels
from reportlab.graphics import shapes
from reportlab.graphics.barcode.qr import QrCodeWidget
assert hasattr(labels, "Specification"), labels.__file__
payloads = json.load(sys.stdin)
margins = {"left_margin": 0, "top_margin": 0.5, "row_gap": 0, "column_gap": 0}
specification = labels.Specification(210, 297, 3, 8, 70, 37, **margins)
def draw(label, width, height, text):
    label.add(QrCodeWidget(text, barLevel="Q", barWidth=85, barHeight=85, y=10))
    for y, part in enumerate((text[-10:-5], text[-5:], "Del 2 av 3", "Stadens centralarkiv", "B")):
        label.add(shapes.String(92, 80 - 15 * y, part, fontName="Helvetica-Bold", fontSize=14))
best = 0
for _ in range(3):
    begun = time.perf_counter()
    sheet = labels.Sheet(specification, draw)
    sheet.add_labels(payloads)
    sheet.save(sys.argv[2])
    best = max(best, len(payloads) / (time.perf_counter() - begun))
print(best)
"""


def _pylabels(folder: str, payloads: list[str]) -> float:
    """Return how many labels a second pylabels writes."""
    command = [sys.executable, "-c", _PEER, str(Path(folder).resolve()), os.devnull]
    done = subprocess.run(
        command, input=json.dumps(payloads), capture_output=True, text=True, check=True, cwd="/"
    )
    return float(done.stdout)
