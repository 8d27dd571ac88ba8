"""Write the same designs as ZPL II for label printers; the symbol goes as a bitmap, as in the PDF.

So does a text with letters that a printer may lack: its own type is only sure of Western Europe's.
"""

from collections.abc import Iterable, Iterator

from PIL import Image, ImageDraw, ImageFont

from labels import scripts, typeface
from labels.designs import Design
from labels.layout import Frame, Layout, TextLine, lay_out
from labels.stock import Pair, Stock
from labels.symbol import QUIET, Symbol, symbol

RESOLUTIONS = (8, 12, 24)  # dots per mm: 203, 300 and 600 dpi

_DASHES, _WIDE, _NARROW = "-–—−", 0.85, 0.53  # advance in font 0, of its height
_ESCAPES = str.maketrans({char: f"_{ord(char):02X}" for char in "_^~\\"})


def label_zpl(
    designs: Iterable[Design],
    stock: Stock,
    *,
    host: str,
    dots: int = 8,
    offset: Pair = (0.0, 0.0),
    language: str = "sv",
) -> Iterator[str]:
    """Yield each label of a roll as ZPL; `dots` per mm, offset is mm right and down; raise ValueError."""
    if not stock.is_roll:
        raise ValueError(f"{stock.title(language)} is no roll: a label printer needs one")
    if dots not in RESOLUTIONS:
        raise ValueError(f"a label printer has {', '.join(map(str, RESOLUTIONS))} dots per mm, not {dots}")
    for design in designs:
        laid = lay_out(design, stock.label, stock.inset(), language)
        yield _label(laid, symbol(host, design.code, laid.symbol_edge), stock, dots, offset)


def field(text: str) -> str:
    """Return a text as field data that no printer takes for a command."""
    return f"^FH_^FD{text.translate(_ESCAPES)}^FS"


def _label(laid: Layout, drawn: Symbol, stock: Stock, dots: int, offset: Pair) -> str:
    """Write one label: UTF-8, its size, then symbol, texts and frames."""

    def place(x: float, y: float) -> str:
        return f"{max(0, round((x + offset[0]) * dots))},{max(0, round((y + offset[1]) * dots))}"

    def line(text: TextLine) -> str:
        if _in_printer(text.text):
            return f"^FT{place(text.x, text.y)}{_font(text, dots)}{field(text.text)}"
        across, down, rows = _drawn(text, dots)
        return f"^FO{place(text.x + across / dots, text.y + down / dots)}{_bitmap(rows)}^FS"

    scale = int(laid.symbol_edge * dots) // (drawn.size + 2 * QUIET)
    corner = (laid.symbol_edge - scale * drawn.size / dots) / 2
    lines = [
        f"^XA^CI28^PW{round(stock.label[0] * dots)}^LL{round(stock.label[1] * dots)}^LH0,0",
        f"^FO{place(laid.symbol_x + corner, laid.symbol_y + corner)}{_bitmap(drawn.rows(), scale)}^FS",
        *map(line, laid.texts),
        *(f"^FO{place(frame.x, frame.y)}{_outline(frame, dots)}^FS" for frame in laid.frames),
        "^XZ",
    ]
    return "\n".join(lines) + "\n"


def _bitmap(pixels: list[str], scale: int = 1) -> str:
    """Write rows of 0 and 1 as ^GFA, each pixel `scale` dots; a colon repeats the row before."""
    row_bytes = -(-len(pixels[0]) * scale // 8)
    rows = []
    for row in pixels:
        dots = "".join([pixel * scale for pixel in row]).ljust(8 * row_bytes, "0")
        rows.append(f"{int(dots, 2):0{2 * row_bytes}X}" + ":" * (scale - 1))
    total = row_bytes * len(pixels) * scale
    return f"^GFA,{total},{total},{row_bytes},{''.join(rows)}"


def _in_printer(text: str) -> bool:
    """Tell whether a printer's own type surely has every letter of a text."""
    return text.encode("cp1252", "ignore").decode("cp1252") == text


def _drawn(text: TextLine, dots: int) -> tuple[int, int, list[str]]:
    """Draw a text in our type: how far right and down of its baseline's start it begins, and its rows."""
    face = ImageFont.truetype(
        typeface.file(text.face), round(text.size * dots), layout_engine=ImageFont.Layout.BASIC
    )
    words = scripts.seen(text.text)
    left, top, right, bottom = map(int, face.getbbox(words, anchor="ls"))
    image = Image.new("1", (right - left, bottom - top))
    ImageDraw.Draw(image).text((-left, -top), words, 1, face, anchor="ls")
    data, wide = image.tobytes(), -(-image.width // 8)
    rows = (int.from_bytes(data[start : start + wide]) for start in range(0, len(data), wide))
    return left, top, [f"{row:0{8 * wide}b}"[: image.width] for row in rows]


def _font(text: TextLine, dots: int) -> str:
    """Choose the printer's own scalable font, narrowed where it could be wider than ours (its dashes are)."""
    height = round(text.size * dots)
    theirs = sum(_WIDE if char in _DASHES else _NARROW for char in text.text)
    return f"^A0N,{height},{round(height * min(1.0, typeface.width(text.text, text.face, 1) / theirs))}"


def _outline(frame: Frame, dots: int) -> str:
    return f"^GB{round(frame.width * dots)},{round(frame.height * dots)},{max(2, dots // 4)}"
