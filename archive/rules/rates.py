"""Rates with their uncertainty: a share of few is a guess, and says so."""

from dataclasses import dataclass
from math import sqrt

_Z = 1.959964  # 95 %


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of how many, with Wilson's interval at 95 %: sound for few and for none."""

    hits: int
    total: int

    def __post_init__(self) -> None:
        if not 0 <= self.hits <= self.total:
            raise ValueError(f"{self.hits} of {self.total} is no share")

    @property
    def share(self) -> float | None:
        """Return the share, None of nothing."""
        return self.hits / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float]:
        """Return between which shares the true one lies, as far as so many can tell; 0 to 1 of nothing."""
        if not self.total:
            return 0.0, 1.0
        total, share = self.total, self.hits / self.total
        spread = _Z**2 / total
        centre = (share + spread / 2) / (1 + spread)
        half = _Z / (1 + spread) * sqrt(share * (1 - share) / total + spread / (4 * total))
        low = 0.0 if self.hits == 0 else max(0.0, centre - half)
        return low, 1.0 if self.hits == total else min(1.0, centre + half)

    @property
    def per_thousand(self) -> tuple[float, float, float] | None:
        """Return the share and its interval per 1,000, None of nothing."""
        if not self.total:
            return None
        low, high = self.interval
        return 1000 * self.hits / self.total, 1000 * low, 1000 * high
