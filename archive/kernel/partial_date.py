"""Dates as old covers carry them: a day, only a month, or only a year."""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import total_ordering

_TEXT = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@total_ordering
@dataclass(frozen=True, slots=True)
class PartialDate:
    """Hold a date whose month and day may be unknown; stored as `2003`, `2003-04` or `2003-04-05`."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.day is not None and self.month is None:
            raise ValueError("a day needs a month")
        date(self.year, self.month or 1, self.day or 1)

    @classmethod
    def parse(cls, text: str) -> "PartialDate":
        """Read the stored form; raises ValueError for any other."""
        match = _TEXT.fullmatch(text)
        if not match:
            raise ValueError(f"not a partial date: {text!r}")
        year, month, day = match.groups()
        return cls(int(year), int(month) if month else None, int(day) if day else None)

    @classmethod
    def from_date(cls, day: date) -> "PartialDate":
        """Make one from a whole date."""
        return cls(day.year, day.month, day.day)

    @property
    def whole(self) -> bool:
        """Tell whether the day is known."""
        return self.day is not None

    def earliest(self) -> date:
        """Return the first day it can mean."""
        return date(self.year, self.month or 1, self.day or 1)

    def latest(self) -> date:
        """Return the last day it can mean."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def __str__(self) -> str:
        parts = [f"{self.year:04d}"]
        parts += [f"{part:02d}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)

    def __lt__(self, other: "PartialDate") -> bool:
        return str(self) < str(other)
