"""Where to look next and why: what the register knows, weighed by Bayes' rule against what looking costs.

A *cell* is one way for the file to lie: loose in a place (`in:12`), in some cover there (`papers:12`), in one
named cover (`inside:345`), on a desk (`desk:user:7`), on the table of a room (`table:3`), behind a rack
(`behind:9`), with whom a loan sent it on to (`away:loan:8`), or gone. A *lead* is what one action searches;
it reaches one or several cells. Next is the largest chance of finding it per minute: with one cell to a lead
that is Blackwell's rule, which costs least in the mean (Chew 1967, Ann. Math. Stat. 38, 494). All of it is an
estimate, and whoever shows it says so.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from archive.search.priors import GONE, Priors

READ, OPEN, COVER, DESK, TABLE, BEHIND, ASK, SWEEP = (
    *("read", "open", "cover", "desk"),
    *("table", "behind", "ask", "sweep"),
)
LOOSE, PAPERS, INSIDE, AWAY = "in", "papers", "inside", "away"
MOST_REASONS = 3
_LEAST_SHARE = 0.05  # of a lead's chance: a reason that says less is not told


@dataclass(frozen=True, slots=True)
class Clue:
    """Something that speaks for a cell: reason, how many times its usual weight, and facts to tell it by."""

    reason: str
    cell: str
    weight: float = 1.0
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SearchSpot:
    """Where a place is: its site, its room (0 for none), its path, what holds it, how much is in it."""

    place: int
    site: int
    room: int
    path: str
    files: int
    holders: tuple[int, ...] = ()
    boxes: int = 0  # 0: one box or crate; else so many are gone through one by one


@dataclass(frozen=True)
class FileEvidence:
    """What the register knows of one lost file; `covers` says in which place each named cover stands."""

    clues: Sequence[Clue]
    spots: Mapping[int, SearchSpot] = field(default_factory=dict)
    covers: Mapping[int, int] = field(default_factory=dict)
    start: int | None = None  # the place where the search begins

    @cached_property
    def by_cell(self) -> Mapping[str, Sequence[Clue]]:
        """Return what speaks for each cell."""
        told: defaultdict[str, list[Clue]] = defaultdict(list)
        for clue in self.clues:
            told[clue.cell].append(clue)
        if GONE not in told:
            told[GONE].append(Clue(GONE, GONE))
        return told

    @cached_property
    def by_place(self) -> Mapping[int, Sequence[str]]:
        """Return the cells that lie in each place itself."""
        found: defaultdict[int, list[str]] = defaultdict(list)
        for cell in self.by_cell:
            kind, _colon, at = cell.partition(":")
            place = int(at) if kind in (LOOSE, PAPERS) else None
            place = self.covers.get(int(at)) if kind == INSIDE else place
            if place is not None:
                found[place].append(cell)
        return found

    @cached_property
    def below(self) -> Mapping[int, Sequence[int]]:
        """Return the places with cells in each place that holds others, itself first."""
        found: defaultdict[int, list[int]] = defaultdict(list)
        for place in self.by_place:
            spot = self.spots.get(place)
            for holder in (place, *(spot.holders if spot else ())):
                found[holder].append(place)
        return found

    def spot(self, how: str, at: str) -> SearchSpot | None:
        """Return where a lead is; nothing for what is asked from where one is."""
        if how in (DESK, ASK) or not at.isdecimal():
            return None
        place = self.covers.get(int(at)) if how == COVER else int(at)
        return None if place is None else self.spots.get(place)


@dataclass(frozen=True, slots=True)
class VainSearch:
    """One search that found nothing: of which lead, by whom."""

    key: str
    by: str


@dataclass(frozen=True, slots=True)
class Why:
    """One reason of a lead, with its part of the lead's chance."""

    reason: str
    share: float
    facts: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Lead:
    """One place to search: `key` is `how:at`, such as `read:12`, `cover:345` or `desk:user:7`.

    `share` is the chance that the file lies where this reaches, `chance` that this look finds it; `rate` is
    that chance per minute, the way there included.
    """

    key: str
    how: str
    at: str
    share: float
    chance: float
    minutes: float
    spot: SearchSpot | None
    searched: int
    rate: float


Reach = Mapping[str, float]  # of a lead: which cells it reaches, and how likely a look finds the file in each


@dataclass(frozen=True, slots=True)
class Way:
    """What of a lead no search changes: what it reaches, where it is and how long it takes."""

    reach: Reach
    spot: SearchSpot | None
    minutes: float


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """The leads, best first, the chance of each cell, and the chance that the file is gone."""

    evidence: FileEvidence
    priors: Priors
    searches: tuple[VainSearch, ...]
    cells: Mapping[str, float]
    leads: tuple[Lead, ...]
    ways: Mapping[str, Way]
    seen: Mapping[tuple[str, str], Counter[str]]  # how often whom in which manner looked into which cell

    @property
    def gone(self) -> float:
        """Return the chance that the file is nowhere to be found."""
        return self.cells[GONE]


def make(
    evidence: FileEvidence,
    priors: Priors,
    searches: Sequence[VainSearch] = (),
    *,
    by: str | None = None,
    at: int | None = None,
) -> SearchPlan:
    """Rank every lead for the one who searches next: who sees less where the same person looked before.

    `at` is the place the searcher is at, by default where the last search was.
    """
    masses = {
        cell: sum(priors.mass(clue.reason) * clue.weight for clue in clues)
        for cell, clues in evidence.by_cell.items()
    }
    ways = {key: _way(evidence, priors, key) for key in _keys(evidence)}
    return update(SearchPlan(evidence, priors, (), _normal(masses), (), ways, {}), searches, by=by, at=at)


def update(
    plan: SearchPlan, searches: Sequence[VainSearch], *, by: str | None = None, at: int | None = None
) -> SearchPlan:
    """Return the plan after more searches that found nothing, in the order they were made."""
    cells, seen = dict(plan.cells), dict(plan.seen)
    for search in searches:
        whose = (search.by, _manner(search.key))
        before = seen.get(whose, Counter())
        reach = _reach(plan, search.key)
        for cell, finds in reach.items():
            cells[cell] *= 1 - finds * plan.priors.again ** before[cell]
        seen[whose] = before + Counter(reach.keys())
        cells = _normal(cells)
    done = (*plan.searches, *searches)
    updated = replace(plan, searches=done, cells=cells, seen=seen)
    return replace(updated, leads=_ranked(updated, by, _standing(plan.evidence, done, at)))


def _normal(masses: Mapping[str, float]) -> dict[str, float]:
    total = sum(masses.values())
    return {cell: mass / total for cell, mass in masses.items()}


def _manner(key: str) -> str:
    how = key.partition(":")[0]
    return READ if how == SWEEP else how


def _reach(plan: SearchPlan, key: str) -> Reach:
    way = plan.ways.get(key)
    return _reached(plan.evidence, plan.priors, key) if way is None else way.reach


def _reached(evidence: FileEvidence, priors: Priors, key: str) -> Reach:
    how, _colon, at = key.partition(":")
    look = priors.looks.get(_manner(key))
    if look is None:
        return {}
    if how in (READ, OPEN, SWEEP) and at.isdecimal():
        return {
            cell: look.finds if cell.startswith(f"{LOOSE}:") else look.finds_papers
            for place in evidence.below.get(int(at), ())
            for cell in evidence.by_place.get(place, ())
        }
    cell = f"{({COVER: INSIDE, ASK: AWAY}).get(how, how)}:{at}"
    return {cell: look.finds} if cell in evidence.by_cell else {}


def _keys(evidence: FileEvidence) -> Iterator[str]:
    """Yield what can be searched to reach every cell."""
    ways = {PAPERS: OPEN, INSIDE: COVER, AWAY: ASK}
    for cell in evidence.by_cell:
        kind, _colon, at = cell.partition(":")
        if kind == LOOSE:
            spot = evidence.spots.get(int(at))
            yield f"{SWEEP if spot and spot.boxes else READ}:{at}"
        elif cell != GONE:
            yield f"{ways.get(kind, kind)}:{at}"


def _standing(evidence: FileEvidence, done: Sequence[VainSearch], at: int | None) -> SearchSpot | None:
    """Return where the searcher stands: as said, else at the last place searched, else at the start."""
    if at is not None:
        return evidence.spots.get(at)
    for search in reversed(done):
        how, _colon, where = search.key.partition(":")
        spot = evidence.spot(how, where)
        if spot is not None:
            return spot
    return None if evidence.start is None else evidence.spots.get(evidence.start)


def _way(evidence: FileEvidence, priors: Priors, key: str) -> Way:
    how, _colon, at = key.partition(":")
    spot = evidence.spot(how, at)
    look, files = priors.looks[_manner(key)], spot.files if spot else 0
    boxes = max(spot.boxes, 1) if spot and how in (OPEN, SWEEP) else 1
    minutes = priors.note + look.start * boxes + look.each * files
    return Way(_reached(evidence, priors, key), spot, minutes)


_HERE, _NOWHERE = (0, 0), (0, -1)
_Weighed = tuple[float, float, str]  # the chance per minute with the trip, without it, and of which lead


def _ranked(plan: SearchPlan, by: str | None, standing: SearchSpot | None) -> tuple[Lead, ...]:
    """Make the leads, the largest chance per minute first."""
    chances = {key: _chance(plan, key, way, by) for key, way in plan.ways.items()}
    trips: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    for key, way in plan.ways.items():
        trips[_trip(way.spot, standing)].append(key)
    order: list[_Weighed] = []
    for trip, keys in trips.items():
        order += _weighed(plan, trip, keys, chances)
    order.sort(key=lambda one: (-one[0], -one[1], one[2]))
    times = Counter(search.key for search in plan.searches)
    return tuple(_lead(plan, key, chances[key], rate, times[key]) for rate, _own, key in order)


def _chance(plan: SearchPlan, key: str, way: Way, by: str | None) -> float:
    """Return how likely one look finds the file, less where the same person looked before."""
    cells, again = plan.cells, plan.priors.again
    seen = plan.seen.get((by, _manner(key))) if by is not None else None
    if seen is None:
        return sum(cells[cell] * finds for cell, finds in way.reach.items())
    return sum(cells[cell] * finds * again ** seen[cell] for cell, finds in way.reach.items())


def _lead(plan: SearchPlan, key: str, chance: float, rate: float, searched: int) -> Lead:
    how, _colon, at = key.partition(":")
    way = plan.ways[key]
    share = sum(plan.cells[cell] for cell in way.reach)
    return Lead(key, how, at, share, chance, way.minutes, way.spot, searched, rate)


def _trip(spot: SearchSpot | None, standing: SearchSpot | None) -> tuple[int, int]:
    """Return the trip a lead needs: none at all, within the room, to another room, or to another site."""
    if spot is None or standing is None:
        return _NOWHERE
    if spot.site != standing.site:
        return spot.site, 0
    return _HERE if spot.room == standing.room else (0, spot.room)


def _weighed(
    plan: SearchPlan, trip: tuple[int, int], keys: Sequence[str], chances: Mapping[str, float]
) -> list[_Weighed]:
    """Weigh the leads of one trip.

    Going elsewhere pays once for all one does there: it is worth what as many of its leads, best first, as
    make the trip pay most are worth together.
    """
    walk, (site, room) = plan.priors.walk, trip
    step = 0.0 if trip == _NOWHERE else walk.room
    minutes = walk.elsewhere if site else walk.site if room > 0 else 0.0
    own = sorted(((chances[key] / (plan.ways[key].minutes + step), key) for key in keys), reverse=True)
    most = chance = 0.0
    for _rate, key in own:
        chance, minutes = chance + chances[key], minutes + plan.ways[key].minutes + step
        most = max(most, chance / minutes)
    return [(min(rate, most), rate, key) for rate, key in own]


def reasons(plan: SearchPlan, lead: Lead) -> tuple[Why, ...]:
    """Return what speaks for a lead, each reason once with its part of the chance, the strongest first."""
    parts: list[tuple[float, Clue]] = []
    for cell, finds in _reach(plan, lead.key).items():
        clues = plan.evidence.by_cell[cell]
        masses = [plan.priors.mass(clue.reason) * clue.weight for clue in clues]
        parts += [
            (plan.cells[cell] * finds * mass / sum(masses), clue)
            for mass, clue in zip(masses, clues, strict=True)
        ]
    parts.sort(key=lambda part: -part[0])
    total = sum(part for part, _clue in parts)
    shares: defaultdict[str, float] = defaultdict(float)
    facts: dict[str, Mapping[str, str | int]] = {}
    for part, clue in parts:
        shares[clue.reason] += part / total if total else 0.0
        facts.setdefault(clue.reason, clue.facts)
    order = sorted(shares, key=lambda reason: (-shares[reason], reason))
    return tuple(Why(reason, shares[reason], facts[reason]) for reason in order)


class _Facts(dict[str, str | int]):
    def __missing__(self, _name: str) -> str:
        return "–"


def explain(plan: SearchPlan, lead: Lead, language: str) -> list[str]:
    """Say why to look there, the strongest reason first, one sentence each and no name in any."""
    return [
        plan.priors.reasons[why.reason].words.say(language) % _Facts(why.facts)
        for number, why in enumerate(reasons(plan, lead)[:MOST_REASONS])
        if number == 0 or why.share >= _LEAST_SHARE
    ]


def credit(plan: SearchPlan, cell: str) -> dict[str, float]:
    """Return the kinds a find in a cell speaks for, as shares that sum to 1; nothing for an unknown cell."""
    masses: defaultdict[str, float] = defaultdict(float)
    for clue in plan.evidence.by_cell.get(cell, ()):
        masses[plan.priors.reasons[clue.reason].kind] += plan.priors.mass(clue.reason) * clue.weight
    return _normal(masses) if masses else {}


def route(leads: Iterable[Lead], start: SearchSpot | None = None) -> list[Lead]:
    """Put leads in the order one walks them: first what is asked from where one is, then by path."""

    def order(lead: Lead) -> tuple[bool, bool, int, bool, str, str]:
        spot = lead.spot
        if spot is None:
            return False, False, 0, False, "", lead.key
        there = start is not None and spot.site == start.site
        here = start is not None and spot.room == start.room
        return True, not there, spot.site, not here, spot.path, lead.key

    return sorted(leads, key=order)
