"""The picture of how something dwindles: a line to this day, and the fan of what is foretold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from archive.programme.forecast import Forecast

EDGE = 1000  # the picture's own units, both ways
_FARTHEST = timedelta(days=3 * 365)  # what is foretold beyond is not drawn
_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class ChartMark:
    """A line across the picture with its value: `at` in percent from the left or the top."""

    at: float
    value: int | date


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn: lines as SVG points in thousandths of the picture, marks in percent."""

    line: str
    likely: str
    fan: str
    levels: Sequence[ChartMark]
    first: date
    last: date
    today: float
    end: float | None


def draw(
    counts: Sequence[tuple[date, int]], left: int, today: date, told: Forecast, end: date | None
) -> Chart:
    """Lay out counts by day, then what is foretold of what is left; days too far off are cut."""
    series = [*counts, *([(today, left)] if not counts or counts[-1][0] < today else [])]
    first = series[0][0]
    days = [day for day in (told.likely, told.latest, end) if day is not None]
    last = min(max([today, first + timedelta(days=28), *days]), today + _FARTHEST)
    levels = _levels(max(files for _day, files in series))
    top = levels[-1]

    def x(day: date) -> float:
        return min(EDGE * (day - first).days / (last - first).days, EDGE)

    def point(day: date, files: float) -> str:
        return f"{x(day):.1f},{EDGE * (1 - files / top):.1f}"

    def until(day: date) -> str:
        """Return where a straight way down to nothing on a day ends, or leaves the picture."""
        share = (min(day, last) - today).days / max((day - today).days, 1)
        return point(min(day, last), left * (1 - share) if day > today else 0)

    now = point(today, left)
    return Chart(
        line=" ".join(point(day, files) for day, files in series),
        likely=f"{now} {until(told.likely)}" if told.likely and left else "",
        fan=_fan(now, told, until, f"{EDGE},{now.split(',')[1]}") if left else "",
        levels=[ChartMark(100 * (1 - level / top), level) for level in levels],
        first=first,
        last=last,
        today=x(today) / 10,
        end=x(end) / 10 if end is not None and first <= end <= last else None,
    )


def _fan(now: str, told: Forecast, until: Callable[[date], str], level: str) -> str:
    """Return the corners between the earliest and the latest way down; level where there is no latest."""
    if told.earliest is None:
        return ""
    return f"{now} {until(told.earliest)} {until(told.latest) if told.latest else level}"


def _levels(most: int) -> list[int]:
    """Return from three to six round numbers from nothing up to at least the most."""
    unit = 1
    while True:
        for step in _STEPS:
            if most <= 5 * step * unit:
                size = step * unit
                return [size * number for number in range(max(-(-most // size), 1) + 1)]
        unit *= 10


def weekly(counts: Sequence[tuple[date, int]], most: int) -> list[tuple[date, int]]:
    """Return the last count of each week, the latest week first, at most so many."""
    weeks = {day - timedelta(days=day.weekday()): (day, files) for day, files in counts}
    return [weeks[monday] for monday in sorted(weeks, reverse=True)[:most]]
