"""Load label stock from stock.yaml, check that every label lies on its paper, and tell where label n is."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from labels.words import decimal, say

UNPRINTABLE = 4.5  # mm at the paper's edges that an ordinary office printer leaves white
INSET = 1.5  # mm kept free inside a label, for a sheet that was fed a little askew

Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Material:
    """Describe what a label is made of; on what is to be kept it must be lasting (RA-FS 2006:4)."""

    key: str
    lasting: bool
    sv: str
    en: str

    def words(self, language: str = "sv") -> str:
        """Return what the material is and is good for."""
        return self.en if language == "en" else self.sv


@dataclass(frozen=True, slots=True)
class Stock:
    """Describe one kind of label sheet or roll; all measures in mm from the paper's upper left corner."""

    key: str
    products: tuple[str, ...]
    material: Material
    paper: Pair
    columns: int
    rows: int
    label: Pair
    margin: Pair
    pitch: Pair
    corner: float

    def __post_init__(self) -> None:
        """Refuse measures that cannot be true; raise ValueError."""
        for axis, count in ((0, self.columns), (1, self.rows)):
            reach = self.margin[axis] + (count - 1) * self.pitch[axis] + self.label[axis]
            if count < 1 or self.label[axis] <= 0 or self.margin[axis] < 0 or self.corner < 0:
                raise ValueError(f"label stock {self.key}: a measure is missing or negative")
            if count > 1 and self.pitch[axis] < self.label[axis] - 0.001:
                raise ValueError(f"label stock {self.key}: the labels overlap")
            if reach > self.paper[axis] + 0.001:
                raise ValueError(f"label stock {self.key}: the labels reach outside the paper")

    @property
    def per_page(self) -> int:
        """Return how many labels a page holds."""
        return self.columns * self.rows

    def title(self, language: str = "sv") -> str:
        """Return what the stock is called: its products, the size of a label and how many a page holds."""
        width, height = (decimal(side, language) for side in self.label)
        count = (
            say(language, "roll") if self.is_roll else say(language, "%(num)s per sheet", num=self.per_page)
        )
        named = " / ".join(self.products) or say(
            language, "Archive label" if self.material.lasting else "Label"
        )
        return f"{named}, {width} × {height} mm, {count}"

    @property
    def is_roll(self) -> bool:
        """Tell whether each page is one label."""
        return self.paper == self.label

    def cell(self, number: int) -> Pair:
        """Return left and top of a label, counted from 1 row by row; raise ValueError if off the page."""
        if not 1 <= number <= self.per_page:
            raise ValueError(f"there is no label {number} on the page: choose 1 to {self.per_page}")
        row, column = divmod(number - 1, self.columns)
        return self.margin[0] + column * self.pitch[0], self.margin[1] + row * self.pitch[1]

    def inset(self) -> Pair:
        """Return how far inside a label print must stay, across and down, for no printer to cut it off."""
        if self.is_roll:
            return INSET, INSET
        left, top = self.cell(1)
        last = self.cell(self.per_page)
        right, bottom = (self.paper[axis] - last[axis] - self.label[axis] for axis in (0, 1))
        return max(INSET, UNPRINTABLE - min(left, right)), max(INSET, UNPRINTABLE - min(top, bottom))


@cache
def stocks() -> Mapping[str, Stock]:
    """Return all label stock by key, in the file's order; raise ValueError if a measure cannot be true."""
    raw = yaml.safe_load(Path(__file__).with_name("stock.yaml").read_text(encoding="utf-8"))
    materials = {key: Material(key, **facts) for key, facts in raw["materials"].items()}
    return {key: _stock(key, facts, raw["papers"], materials) for key, facts in raw["stocks"].items()}


def stock(key: str) -> Stock:
    """Return one label stock; raise ValueError if there is none of that name."""
    if key not in stocks():
        raise ValueError(f"no label stock is called {key!r}: choose one of {', '.join(stocks())}")
    return stocks()[key]


def _stock(
    key: str, facts: dict[str, Any], papers: dict[str, list[float]], materials: dict[str, Material]
) -> Stock:
    label = (float(facts["label"][0]), float(facts["label"][1]))
    paper = papers[facts["paper"]] if "paper" in facts else label
    columns, rows = facts.get("grid", (1, 1))
    return Stock(
        key=key,
        products=tuple(facts["products"]),
        material=materials[facts["material"]],
        paper=(float(paper[0]), float(paper[1])),
        columns=columns,
        rows=rows,
        label=label,
        margin=_pair(facts.get("margin", (0, 0))),
        pitch=_pair(facts.get("pitch", label)),
        corner=float(facts["corner"]),
    )


def _pair(values: Any) -> Pair:
    across, down = values
    return float(across), float(down)
