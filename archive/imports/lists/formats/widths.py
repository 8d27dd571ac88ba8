"""How many cells the rows of a list have, where they do not agree."""

import re

TORN_OFF = re.compile(r"\s+[^\W\d_]")


def usual_width(header: list[str], rows: list[list[str]]) -> int:
    """Return how many cells a row has: as many as the header, or as most rows where they are more."""
    if not rows:
        return len(header)
    usual = sorted(map(len, rows))[(len(rows) - 1) // 2]
    wide = [cells for cells in rows if len(cells) > len(header)]
    torn = sum(any(map(TORN_OFF.match, cells[1:])) for cells in wide)
    if 2 * torn > len(wide) and not any(map(TORN_OFF.match, header[1:])):
        return len(header)  # it is the cells that are split, not a heading that is missing
    return max(len(header), usual)


def filled_width(cells: list[str]) -> int:
    """Return how many cells a row has up to its last that is not empty."""
    return next((index for index in range(len(cells), 0, -1) if cells[index - 1].strip()), 0)
