"""Read the lines of a printed or terminal list, whose columns begin at the same place in every line."""

import re
from collections.abc import Callable, Sequence

_RULE = re.compile(r"[-=_]{2,}(?: +[-=_]+)+ *")
"""A line of strokes under the headings, one for each column."""

_FEWEST = 3
"""Headings known by their names that make such lines a list."""
_LINES = 4
_AGREE = 0.7
"""Fewest lines, and the share of them, that agree on where columns begin where no rule says it."""


def fixed_columns(lines: Sequence[str], known: Callable[[str], bool]) -> tuple[int, ...]:
    """Return where the columns of lines begin: where a rule says, or most have a blank; empty for none."""
    lines = [line.rstrip() for line in lines if line.strip("\x1a\x0c \t\r\n")]
    for number, line in enumerate(lines):
        if is_rule(line) and number:
            starts = tuple(match.start() for match in re.finditer(r"[-=_]+", line))
            return starts if _headings(lines[number - 1], starts, known) >= _FEWEST else ()
    for number, line in enumerate(lines[: -_LINES or None]):
        below = lines[number + 1 :]
        starts = tuple(
            match.start()
            for match in re.finditer(r"(?<!\S)\S", line)
            if not match.start() or _blank_before(match.start(), below) >= _AGREE * len(below)
        )
        if _headings(line, starts, known) >= _FEWEST:
            return starts
    return ()


def is_rule(line: str) -> bool:
    """Tell whether a line only rules off the headings."""
    return bool(_RULE.fullmatch(line.rstrip()))


def cut(line: str, starts: Sequence[int]) -> list[str]:
    """Return the cells of a line; one that does not keep to the columns is a single cell."""
    line = line.rstrip("\r\n\x0c")
    if any(start and line[start - 1 : start].strip() for start in starts):
        return [line.strip()]
    return [line[start:end].strip() for start, end in zip(starts, (*starts[1:], None), strict=True)]


def _blank_before(start: int, lines: Sequence[str]) -> int:
    return sum(line[start - 1 : start] in (" ", "") for line in lines)


def _headings(line: str, starts: Sequence[int], known: Callable[[str], bool]) -> int:
    return sum(map(known, cut(line, starts)))
