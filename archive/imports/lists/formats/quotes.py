"""Tell a quotation mark that holds a cell together from a stray one that would swallow rows."""

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

    def sound(self, lines: Iterator[str]) -> Iterator[str]:
        """Iterate the lines, those with stray marks rewritten."""
        waiting = deque[str]()
        while (line := waiting.popleft() if waiting else next(lines, None)) is not None:
            if '"' not in line or self._sound.fullmatch(line):
                yield line
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
                return count if self._sound.fullmatch(text) else 0
        return 0

    def _plainly(self, line: str) -> str:
        """Write a line anew, each cell as it stands between two separators without the marks around it."""
        body = line.rstrip("\r\n")
        cells = (f'"{_bare(cell).replace(_MARK, _MARK * 2)}"' for cell in body.split(self._separator))
        return self._separator.join(cells) + (line[len(body) :] or "\n")


def _bare(cell: str) -> str:
    """Return a cell without the marks around it, doubled ones once."""
    if cell.startswith(_MARK):
        cell = cell[1:].removesuffix(_MARK)
    elif cell.endswith(_MARK) and cell.count(_MARK) == 1:
        cell = cell[:-1]
    return cell.replace(_MARK * 2, _MARK)
