"""Measure the search plan in the invented world beside two orders that need no plan, and a ceiling.

For each mixture at least 500 losses, in as many worlds as it takes, seeded 1, 2, 3 …; means are over what can
be found at all, and who gives up has searched for 50 hours. Intervals are of 95 %: Wilson's for shares, the
bootstrap over losses for ratios. The worlds are SQLite files in a folder of their own.
"""

import math
import random
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from archive.kernel.store import Archive, operator
from archive.search import priors as search_priors
from tests.bench import search_ceiling
from tests.bench.search_hunt import Hunt
from tests.bench.search_rates import MIXTURES, Mixture
from tests.bench.search_trials import FIRST, Result, found_soon, searched, taught, trials
from tests.bench.search_world import Life
from tests.builders import SetClock
from tests.databases import SqliteDatabases

LOSSES = 500
RESAMPLED = 1000
SEARCHER = operator("bench")

Line = dict[str, object]
Which = Callable[[Result], Hunt]


@dataclass
class Measured:
    """The results of one mixture."""

    mixture: Mixture
    seeds: list[int] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    learned: list[tuple[float, float]] = field(default_factory=list)  # minutes with packaged and own priors
    counts: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    @property
    def findable(self) -> list[Result]:
        """Return what can be found at all."""
        return [one for one in self.results if one.trial.loss.findable]

    @property
    def astray(self) -> list[Result]:
        """Return what can be found, and not in the recorded place."""
        return [one for one in self.results if one.trial.astray]


def figures() -> Iterator[Line]:
    """Yield for each mixture minutes, places, the ceilings and how true the plan's own estimate was."""
    with tempfile.TemporaryDirectory() as folder:
        databases = SqliteDatabases(Path(folder))
        for mixture in MIXTURES:
            measured = Measured(mixture)
            while len(measured.results) < LOSSES:
                _world(measured, len(measured.seeds) + 1, databases, Path(folder))
            yield from _lines(measured)


def _world(measured: Measured, seed: int, databases: SqliteDatabases, folder: Path) -> None:
    """Live and lose in one world, and search for all that is missed; later worlds learn from the earlier."""
    mixture, clock, packaged = measured.mixture, SetClock(), search_priors.packaged()
    own = search_priors.learned(packaged, measured.counts) if measured.counts else None
    with databases.fresh(folder) as settings:
        archive = Archive(settings, clock)
        life = Life(archive, clock, mixture, seed)
        life.live()
        slips = {file: slip for slip, file in life.slips}
        with archive.read(SEARCHER) as work:
            for trial in trials(work, life.ground, life.losses(), slips, f"{mixture.name}:{seed}"):
                result = searched(work, trial, packaged)
                measured.results.append(result)
                if own is not None and trial.astray:
                    measured.learned.append((result.plan.search.minutes, trial.by_plan(own).search.minutes))
                for kind, share in taught(trial, result.plan.plan).items():
                    measured.counts[kind] += share
        archive.close()
    measured.seeds.append(seed)


def _lines(measured: Measured) -> Iterator[Line]:
    astray, findable = measured.astray, measured.findable
    base: Line = {
        "mixture": measured.mixture.name,
        "held_out": measured.mixture.held_out,
        "seeds": measured.seeds,
        "losses": len(measured.results),
        "findable": len(findable),
        "not_in_recorded_place": len(astray),
    }
    elsewhere = "search: minutes, not in the recorded place"
    yield base | _against(elsewhere, astray, "surroundings", _by_surroundings, 0.25)
    yield base | _against(elsewhere, astray, "National Archives", _by_archives, 0.5)
    yield base | _places(astray) | _ceilings(measured)
    yield base | _against("search: minutes, all losses", findable, "surroundings", _by_surroundings, 1.1)
    yield base | _honesty(measured.results)
    if measured.learned:
        name = "search: minutes after learning from the worlds before, not in the recorded place"
        pairs = [(own, cold) for cold, own in measured.learned]
        yield base | _ratio(name, pairs, "packaged priors", 1.0)


def _by_plan(one: Result) -> Hunt:
    return one.plan.search


def _by_surroundings(one: Result) -> Hunt:
    return one.surroundings


def _by_archives(one: Result) -> Hunt:
    return one.archives


def _against(figure: str, results: Sequence[Result], peer: str, which: Which, most: float) -> Line:
    pairs = [(_by_plan(one).minutes, which(one).minutes) for one in results]
    return _ratio(figure, pairs, peer, most)


def _ratio(figure: str, pairs: Sequence[tuple[float, float]], peer: str, most: float) -> Line:
    """Compare two means over the same losses."""
    value, peer_value = (sum(pair[at] for pair in pairs) / len(pairs) for at in (0, 1))
    draw, ratios = random.Random(figure), []
    for _time in range(RESAMPLED):
        drawn = draw.choices(pairs, k=len(pairs))
        ratios.append(sum(one for one, _other in drawn) / sum(other for _one, other in drawn))
    ratios.sort()
    return {
        "figure": figure,
        "value": round(value, 1),
        "unit": "min mean",
        "peer": peer,
        "peer_value": round(peer_value, 1),
        "ratio": round(value / peer_value, 3),
        "interval": [round(ratios[int(RESAMPLED * at)], 3) for at in (0.025, 0.975)],
        "target": f"≤ {most:g}",
        "met": value <= most * peer_value,
    }


def _places(astray: Sequence[Result]) -> Line:
    """Count what each order found within the first places."""
    share, a, b = (
        sum(found_soon(which(one)) for one in astray) / len(astray)
        for which in (_by_plan, _by_surroundings, _by_archives)
    )
    return {
        "figure": f"search: found within the first {FIRST} places, not in the recorded place",
        "value": round(share, 3),
        "unit": "share",
        "interval": _wilson(share, len(astray)),
        "peer": "surroundings",
        "peer_value": round(a, 3),
        "peer_2": "National Archives",
        "peer_2_value": round(b, 3),
        "target": "≥ 0.8",
        "met": share >= 0.8,
    }


def _wilson(share: float, count: int) -> list[float]:
    z2 = 1.96**2
    middle = share + z2 / (2 * count)
    half = 1.96 * math.sqrt(share * (1 - share) / count + z2 / (4 * count**2))
    return [round((middle + side * half) / (1 + z2 / count), 3) for side in (-1, 1)]


def _ceilings(measured: Measured) -> Line:
    every, priors = [one.trial for one in measured.results], search_priors.packaged()
    return {
        "ceiling_told_the_mixture": round(search_ceiling.share(every, priors, slip_told=False), 3),
        "ceiling_told_each_slip": round(search_ceiling.share(every, priors, slip_told=True), 3),
    }


def _honesty(results: Sequence[Result]) -> Line:
    """Compare what the plan said it would find with its first leads with what it found, gone or not."""
    stated = sum(one.plan.stated for one in results) / len(results)
    real = sum(one.plan.soon for one in results) / len(results)
    gone: defaultdict[bool, list[float]] = defaultdict(list)
    for one in results:
        if not one.plan.soon:
            gone[one.trial.loss.findable].append(one.plan.gone)
    return {
        "figure": f"search: chance stated of finding it within the first {FIRST} places, all losses",
        "value": round(stated, 3),
        "unit": "share",
        "peer": "found there",
        "peer_value": round(real, 3),
        "ratio": round(stated / real, 3),
        "held_gone_when_gone": round(sum(gone[False]) / max(1, len(gone[False])), 3),
        "held_gone_when_not": round(sum(gone[True]) / max(1, len(gone[True])), 3),
        "gone": round(sum(not one.trial.loss.findable for one in results) / len(results), 3),
    }
