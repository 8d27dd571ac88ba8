"""Place what stands on a label: symbol, texts and frames in mm from the label's upper left corner."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise

from labels import codes, commands, typeface
from labels.designs import BlankLabel, CommandLabel, CrateLabel, Design, FileLabel, PlaceLabel
from labels.stock import Pair
from labels.symbol import QUIET
from labels.typeface import BOLD, CAP_HEIGHT, CODE, CODE_ADVANCE, REGULAR
from labels.words import say

SMALLEST_TEXT = 1.9  # mm of type size: 5.4 points
SMALLEST_PLACE = 2.8  # mm of type size
LARGEST_SYMBOL = 64.0  # mm
_QUIET_SHARE = QUIET / (33 + 2 * QUIET)  # of the edge, on each side, at the largest usual version
_MOST_LINES = 3
_SEPARATORS = (re.compile(r"(?<=[/·›,])"), re.compile(r"(?<= )"))
_HYPHENS = (re.compile(r"(?<=-)"),)  # only where the text would be illegible on one line


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text with its baseline; `size` is the type size in mm."""

    text: str
    x: float
    y: float
    size: float
    face: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle drawn as an outline."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything on one label; the symbol's edge includes its quiet zone."""

    symbol_x: float
    symbol_y: float
    symbol_edge: float
    texts: tuple[TextLine, ...]
    frames: tuple[Frame, ...] = ()


@dataclass(frozen=True, slots=True)
class Panel:
    """The symbol's x, y and edge, quiet zone included, and the room for text beside or below it."""

    symbol: tuple[float, float, float]
    x: float
    y: float
    width: float
    height: float
    upright: bool = False
    spare: float = 0.0  # mm above and below that large text may use too

    def left(self, block: float) -> float:
        """Return where a block of text that wide begins: at the symbol, or centred under it."""
        return self.x + (max(0.0, self.width - block) / 2 if self.upright else 0.0)


def lay_out(design: Design, size: Pair, inset: Pair, language: str = "sv") -> Layout:
    """Return what stands where on a label of that size, keeping print inside the inset."""
    panel = _panel(size, inset)
    match design:
        case PlaceLabel():
            return _place(panel, design.code, design.text, design.kind, design.above)
        case CrateLabel():
            return _place(panel, design.code, design.number, say(language, "crate"), design.archive)
        case FileLabel():
            of = "Part %(part)s" if design.parts is None else "Part %(part)s of %(parts)s"
            part = say(language, of, part=design.part, parts=design.parts)
            return _file(panel, design.code, design.archive, part, design.kind)
        case CommandLabel():
            text = say(language, commands.WORDS[design.command])
            return _place(panel, design.code, text, say(language, "command"), "")
        case BlankLabel():
            return _file(panel, design.code, design.archive, "", "")


@lru_cache(maxsize=64)
def _panel(size: Pair, inset: Pair) -> Panel:
    """Divide a label: the symbol to the left, on an upright label above."""
    width, height = size
    across, down = inset
    inside = 1 - 2 * _QUIET_SHARE
    if height < 0.9 * width:
        edge = min(height, (height - 2 * down) / inside, 0.45 * width, LARGEST_SYMBOL)
        left = max(0.0, across - edge * _QUIET_SHARE)
        x, y = left + edge, (height - edge * inside) / 2
        square = (left, (height - edge) / 2, edge)
        return Panel(square, x, y, width - across - x, edge * inside, spare=min(y - down, 0.2 * edge))
    edge = min(0.66 * width, 0.52 * height, LARGEST_SYMBOL)
    top = max(0.0, down - edge * _QUIET_SHARE)
    y = top + edge
    return Panel(
        ((width - edge) / 2, top, edge), across, y, width - 2 * across, height - down - y, upright=True
    )


def _file(panel: Panel, code: str, archive: str, part: str, kind: str) -> Layout:
    """Set the code in two large groups, part and kind below, the archive's name last."""
    has_part = bool(part or kind)
    below = (
        0.42 if archive else 0.1 if kind else 0
    )  # the archive's name, or the lower edge of the kind's frame
    rows = CAP_HEIGHT + 0.95 + (0.72 if has_part else 0) + below  # of the code's size
    size = min(panel.width / (5 * CODE_ADVANCE), panel.height / rows)
    block = 5 * CODE_ADVANCE * size
    x = panel.left(block)
    y = panel.y + (panel.height - rows * size) / 2 + CAP_HEIGHT * size
    texts = [TextLine(code[:5], x, y, size, CODE), TextLine(code[5:], x, y + 0.95 * size, size, CODE)]
    frames: tuple[Frame, ...] = ()
    y += 0.95 * size
    if has_part:
        y += 0.72 * size
        room = block
        if kind:
            letter = _kind(kind, x + block, y, 0.52 * size)
            texts.append(letter[0])
            frames = (letter[1],)
            room = letter[1].x - 0.12 * size - x
        if part:
            texts.append(TextLine(part, x, y, min(0.44 * size, room / typeface.width(part, BOLD, 1)), BOLD))
    if archive:
        room = block if panel.upright else panel.width
        texts.append(_small(archive, x, y + 0.42 * size, max(SMALLEST_TEXT, min(0.27 * size, 4.5)), room))
    return Layout(*panel.symbol, tuple(texts), frames)


def _kind(kind: str, right: float, y: float, size: float) -> tuple[TextLine, Frame]:
    """Set the kind's code letter in a frame that ends at the right."""
    side = typeface.width(kind, BOLD, size) + 0.3 * size
    frame = Frame(right - side, y - (CAP_HEIGHT + 0.18) * size, side, (CAP_HEIGHT + 0.36) * size)
    return TextLine(kind, right - side + 0.15 * size, y, size, BOLD), frame


def _place(panel: Panel, code: str, text: str, kind: str, above: str) -> Layout:
    """Set the place's text as large as up to three lines allow, its kind over it, path and code under it."""
    small = max(SMALLEST_TEXT, min(panel.height * 0.125, 6.0))
    written = codes.grouped(code)
    code_size = min(small * 1.4, panel.width / (len(written) * CODE_ADVANCE))
    taken = (1.55 * small if kind else 0) + (1.45 * small if above else 0) + 1.35 * code_size
    height = panel.height + 2 * panel.spare - taken
    lines, size = _fill(text, panel.width, height)
    if size < SMALLEST_PLACE and above:  # the place itself matters more than what it lies in
        return _place(panel, code, text, kind, "")
    if size < SMALLEST_PLACE:
        lines, size = _cut(lines, panel.width, height)
    y = panel.y - panel.spare + max(0.0, (height - (CAP_HEIGHT + len(lines) - 1) * size) / 2)
    x = panel.left(max(typeface.width(line, BOLD, size) for line in lines))
    texts = []
    if kind:
        texts.append(_small(kind[0].upper() + kind[1:], x, y + CAP_HEIGHT * small, small, panel.width))
        y += 1.55 * small
    for number, line in enumerate(lines):
        texts.append(TextLine(line, x, y + (CAP_HEIGHT + number) * size, size, BOLD))
    y += (CAP_HEIGHT + len(lines) - 1) * size
    if above:
        y += 1.45 * small
        texts.append(_small(above, x, y, small, panel.x + panel.width - x, keep_end=True))
    texts.append(TextLine(written, x, y + 1.35 * code_size, code_size, CODE))
    return Layout(*panel.symbol, tuple(texts))


@lru_cache(maxsize=1024)
def _fill(text: str, width: float, height: float) -> tuple[tuple[str, ...], float]:
    """Return the lines and the largest size at which they fill the room."""
    best: tuple[tuple[str, ...], float] = ((), 0.0)
    text = typeface.drawable(text)
    for lines in (*_breaks(text, _SEPARATORS), *_breaks(text, _HYPHENS)):
        widest = max(typeface.width(line, BOLD, 1) for line in lines)
        size = min(width / widest, height / (CAP_HEIGHT + len(lines) - 1))
        hyphenated = any(line.endswith("-") for line in lines)
        if size > best[1] and not (hyphenated and best[1] >= SMALLEST_PLACE):
            best = (lines, size)
    return best


def _cut(lines: tuple[str, ...], width: float, height: float) -> tuple[tuple[str, ...], float]:
    """Return as many lines as can be read in the room, cut to its width."""
    fitting = lines[: max(1, int(height / SMALLEST_PLACE - CAP_HEIGHT + 1))]
    return tuple(typeface.shorten(line, BOLD, SMALLEST_PLACE, width) for line in fitting), SMALLEST_PLACE


def _breaks(text: str, splits: tuple[re.Pattern[str], ...]) -> list[tuple[str, ...]]:
    """Return the ways to write a text on up to three lines, cut where the first split that occurs says."""
    pieces = next((cut for split in splits if len(cut := split.split(text, maxsplit=9)) > 1), [text])
    ways = []
    for count in range(min(_MOST_LINES, len(pieces))):
        for cuts in combinations(range(1, len(pieces)), count):
            spans = pairwise((0, *cuts, len(pieces)))
            lines = tuple("".join(pieces[start:end]).strip(" /·›,") for start, end in spans)
            ways.append(lines if all(lines) else (text,))
    return ways


@lru_cache(maxsize=4096)
def _small(text: str, x: float, y: float, size: float, room: float, keep_end: bool = False) -> TextLine:
    """Set a line of small text: a little smaller before it is cut."""
    text = typeface.drawable(text)
    size = max(SMALLEST_TEXT, 0.8 * size, min(size, room / typeface.width(text, REGULAR, 1)))
    cut = typeface.shorten(text, REGULAR, size, room, keep_end=keep_end)
    return TextLine(cut, x, y, size, REGULAR)
