"""Tell a quotation mark that holds a cell together from a stray one, and one that repeats the row above."""

import csv
import re
from collections import deque
from collections.abc import Callable, Iterator

_MARK = '"'
_MOST_LINES = 200
"""Lines of one quoted cell; a mark that is open longer was never meant to be closed."""

_SURE = 3
"""Columns from which a line inside quotes that holds as many separators is taken for a row."""


class QuotedLines:
    """Give the lines of a text so that a CSV reader makes one row of each, or of a cell with line breaks.

    `strayed` is told of a line that was read plainly, since its marks hold no cell together.
    """

    def __init__(self, separator: str, most: int, strayed: Callable[[], None]) -> None:
        self.width = 0
        self._separator, self._most, self._strayed = separator, most, strayed
        mark = re.escape(separator)
        bare = rf'(?:[^"{mark}\r\n][^{mark}\r\n]*)?'
        quoted = '"[^"]*(?:""[^"]*)*"'
        cell = f"(?:{quoted}|{bare})"
        self._sound = re.compile(rf"{cell}(?:{mark}{cell})*(?:\r\n|\n|\r)?")
        self._open = re.compile(rf'(?:{cell}{mark})*"[^"]*(?:""[^"]*)*')
        self._repeats = re.compile(rf'(?:^|{mark})"[ {mark}]*{mark}[ {mark}]*"(?:{mark}|[\r\n]|$)')
        self._ends_alone = re.compile(rf'{mark}[ \t]*"[ \t]*(?:\r\n|\n|\r)?')

    def sound(self, lines: Iterator[str]) -> Iterator[str]:
        """Iterate the lines, those with stray marks rewritten."""
        waiting = deque[str]()
        while (line := waiting.popleft() if waiting else next(lines, None)) is not None:
            if '"' not in line:
                yield line
                continue
            if self._sound.fullmatch(line):
                yield self._repeated(line) if self._repeats.search(line) else line
                continue
            ahead = self._whole(line, lines, waiting) if self._open.fullmatch(line) else 0
            if not ahead:
                self._strayed()
                yield self._plainly(line)
                continue
            yield line
            for _number in range(ahead):
                yield waiting.popleft()

    def _whole(self, first: str, lines: Iterator[str], waiting: deque[str]) -> int:
        """Return how many of the following lines belong to a cell that begins in the first, 0 for none."""
        text, columns = first, self.width or first.count(self._separator) + 1
        whole = first.count(self._separator) == columns - 1  # every line so far may be a row of its own
        for count in range(1, _MOST_LINES):
            if len(waiting) < count:
                line = next(lines, None)
                if line is None:
                    return 0
                waiting.append(line)
            line = waiting[count - 1]
            text += line
            whole = whole and line.count(self._separator) == columns - 1
            inside = line.partition(_MARK)[0].count(self._separator)
            if columns >= _SURE and (inside >= columns - 1 or (whole and inside)):
                return 0
            if len(text) > self._most:
                return 0
            if _MARK in line and not self._open.fullmatch(text):
                if self._is_alone(first) and self._is_alone(line):
                    return 0
                return count if self._sound.fullmatch(text) else 0
        return 0

    def _is_alone(self, line: str) -> bool:
        """Tell whether the last cell of a line is a mark and no more."""
        return bool(self._ends_alone.fullmatch(line, max(line.rfind(self._separator), 0)))

    def _repeated(self, line: str) -> str:
        """Write a line of marks of repetition side by side as these, where its row lacks as many cells.

        Two in neighbouring cells look like the marks around a separator.
        """
        (cells,) = csv.reader([line], delimiter=self._separator)
        wanted = self.width - len(cells)
        parted = [
            [_MARK] * (cell.count(self._separator) + 1) if _is_separators(cell, self._separator) else [cell]
            for cell in cells
        ]
        apart = [cell for some in parted for cell in some]
        if len(apart) - len(cells) > wanted:
            return line
        self._strayed()
        return self._separator.join(map(_quoted, apart)) + (line[len(line.rstrip("\r\n")) :] or "\n")

    def _plainly(self, line: str) -> str:
        """Write a line anew, each cell as it stands between two separators without the marks around it."""
        body = line.rstrip("\r\n")
        cells = map(_bare, body.split(self._separator))
        return self._separator.join(map(_quoted, cells)) + (line[len(body) :] or "\n")


def _is_separators(cell: str, separator: str) -> bool:
    return separator in cell and not cell.strip(f" {separator}")


def _quoted(cell: str) -> str:
    return f'"{cell.replace(_MARK, _MARK * 2)}"'


def _bare(cell: str) -> str:
    """Return a cell without the marks around it, doubled ones once; one that is the whole cell stays."""
    if cell.strip() == _MARK:
        return _MARK
    if cell.startswith(_MARK):
        cell = cell[1:].removesuffix(_MARK)
    elif cell.endswith(_MARK) and cell.count(_MARK) == 1:
        cell = cell[:-1]
    return cell.replace(_MARK * 2, _MARK)
