"""Load what the search plan reckons with before it knows anything, and learn from own closed incidents."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from routines.wording import Text

PACKAGED = Path(__file__).with_name("priors.yaml")
GONE = "gone"


@dataclass(frozen=True, slots=True)
class SearchReason:
    """A reason to look somewhere: its kind, its weight beside the others of that kind, its words."""

    code: str
    kind: str
    weight: float
    words: Text


@dataclass(frozen=True, slots=True)
class LookRule:
    """What one way of looking finds of what lies there, loose or inside a cover, and its minutes."""

    finds: float
    finds_papers: float
    start: float
    each: float


@dataclass(frozen=True, slots=True)
class Walk:
    """Minutes to get from one place to the next."""

    room: float
    site: float
    elsewhere: float


@dataclass(frozen=True, slots=True)
class Priors:
    """Shares of kinds, weights of reasons, what looks find and cost; `learned` incidents are counted in."""

    strength: float
    shares: Mapping[str, float]
    sources: Mapping[str, str]
    reasons: Mapping[str, SearchReason]
    looks: Mapping[str, LookRule]
    again: float
    note: float
    walk: Walk
    learned: float = 0.0

    def mass(self, reason: str) -> float:
        """Return how much one clue of a reason weighs."""
        rule = self.reasons[reason]
        return self.shares[rule.kind] * rule.weight


def learned(priors: Priors, found: Mapping[str, float]) -> Priors:
    """Return priors with the counts of own closed incidents added, by `found_where` or gone.

    The shares are the mean of a Dirichlet distribution of so many incidents as `strength` says; counts are
    added to it. Kinds that are not ours are left out.
    """
    counts = {kind: float(found.get(kind, 0)) for kind in priors.shares}
    if min(counts.values()) < 0:
        raise ValueError("counts of incidents are not negative")
    total = sum(counts.values())
    weight = priors.strength + total
    shares = {
        kind: (priors.strength * share + counts[kind]) / weight for kind, share in priors.shares.items()
    }
    return replace(priors, shares=shares, strength=weight, learned=priors.learned + total)


@cache
def packaged() -> Priors:
    """Return the priors this package ships with."""
    return read(PACKAGED.read_text(encoding="utf-8"))


def read(text: str) -> Priors:
    """Read priors from YAML; raises ValueError naming what is wrong."""
    data = yaml.safe_load(text)
    try:
        kinds = data["kinds"]
        total = sum(float(kind["share"]) for kind in kinds.values())
        priors = Priors(
            strength=float(data["strength"]),
            shares={name: float(kind["share"]) / total for name, kind in kinds.items()},
            sources={name: str(kind["source"]) for name, kind in kinds.items()},
            reasons={code: _reason(code, rule) for code, rule in data["reasons"].items()},
            looks={how: _look(rule) for how, rule in data["looks"].items()},
            again=float(data["again"]),
            note=float(data["note"]),
            walk=Walk(**{name: float(minutes) for name, minutes in data["walk"].items()}),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"search priors: missing or misplaced: {error}") from error
    _refuse_wrong(priors)
    return priors


def _reason(code: str, rule: Mapping[str, Any]) -> SearchReason:
    return SearchReason(code, rule["kind"], float(rule["weight"]), Text(rule["sv"], rule["en"]))


def _look(rule: Mapping[str, Any]) -> LookRule:
    papers, each = float(rule.get("finds_papers", 0)), float(rule.get("each", 0))
    return LookRule(float(rule["finds"]), papers, float(rule["start"]), each)


def _refuse_wrong(priors: Priors) -> None:
    for name, share in priors.shares.items():
        if share <= 0:
            raise ValueError(f"search priors: the share of {name} is not above 0")
    if GONE not in priors.shares:
        raise ValueError("search priors: the kind “gone” is missing: nothing is ever certain to be found")
    for reason in priors.reasons.values():
        if (
            reason.kind not in priors.shares
            or reason.weight <= 0
            or not (reason.words.sv and reason.words.en)
        ):
            raise ValueError(f"search priors: the reason {reason.code} lacks a known kind, a weight or words")
    for how, look in priors.looks.items():
        if not (0 < look.finds < 1 and 0 <= look.finds_papers < 1 and look.start > 0 and look.each >= 0):
            raise ValueError(f"search priors: a look ({how}) finds something, never all, and takes time")
    if not 0 <= priors.again <= 1 or priors.strength <= 0 or priors.note < 0:
        raise ValueError("search priors: “again” lies between 0 and 1, “strength” above 0, “note” not below")
