"""Search for what was lost in one invented world: by the plan, and by the two orders that need none."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlmodel import col

from archive.kernel.store import Work
from archive.models import Loan
from archive.search import plan, ranking
from archive.search.priors import GONE, Priors
from archive.search.ranking import FileEvidence, Lead, SearchPlan, VainSearch
from tests.bench.search_ground import Ground, Lie, Loss
from tests.bench.search_hunt import Hunt, Look, Orders, hunt
from tests.bench.search_rates import Slip

FIRST = 10
_KINDS = {"place": ranking.LOOSE, "cover": ranking.INSIDE}


@dataclass(frozen=True, slots=True)
class Trial:
    """One loss with what the register knows of it; `slip` is the last thing a hand did wrong with it."""

    ground: Ground
    loss: Loss
    slip: Slip | None
    seed: str
    evidence: FileEvidence
    borrowers: Mapping[int, str]

    @property
    def astray(self) -> bool:
        """Tell whether it can be found, and not in the recorded place."""
        return self.loss.findable and not self.loss.in_recorded_place

    @property
    def missed(self) -> VainSearch:
        """Return the look that found it missing."""
        return VainSearch(f"{ranking.READ}:{self.loss.recorded}", self.loss.missed_by)

    def by_plan(self, priors: Priors, evidence: FileEvidence | None = None, most: int = 0) -> "Course":
        """Search the first lead, tell the plan, and go on, for so many looks at most."""
        search = Hunt(self.ground, self.loss, self.seed)
        plan = ranking.make(evidence or self.evidence, priors, [self.missed], by=str(search.person))
        course = Course(search, plan)
        while True:
            lead, who, before = plan.leads[0], str(search.person), len(search.looks)
            if before < FIRST:
                course.stated, course.gone = course.stated + lead.chance, plan.gone
            if any(search.look(look) or search.given_up for look in self._looks(lead)):
                return course
            if most and len(search.looks) >= most:
                return course
            if len(search.looks) == before:  # nothing is there to look at
                search.minutes += 1
            plan = ranking.update(plan, [VainSearch(lead.key, who)], by=str(search.person))

    def _looks(self, lead: Lead) -> Iterator[Look]:
        """Turn a lead into what is looked at on the ground: racks and rooms box by box."""
        if lead.how in (ranking.READ, ranking.SWEEP, ranking.OPEN):
            how = "open" if lead.how == ranking.OPEN else "read"
            yield from (Look(how, box) for box in self._boxes(int(lead.at)))
        elif lead.how == ranking.DESK:
            yield Look("desk", self._desk(lead.at))
        elif lead.how == ranking.ASK:
            yield Look("away", "authority")
        else:
            yield Look(lead.how, int(lead.at))

    def _boxes(self, place: int) -> list[int]:
        if place in self.ground.boxes or place in self.ground.crates:
            return [place]
        below = [box for box in self.ground.boxes.values() if place in (box.room, box.rack, box.shelf)]
        below.sort(key=lambda box: (box.rack, box.shelf, box.slot))
        crates = [crate.id for crate in self.ground.crates.values() if crate.room == place]
        return [*(box.id for box in below), *crates]

    def _desk(self, at: str) -> str:
        """Return whose desk is meant: that of a user, or of whoever a loan names."""
        kind, _colon, number = at.partition(":")
        if kind == "user":
            return at
        names = {worker.actor.name: worker.actor.id for worker in self.ground.workers}
        return names.get(self.borrowers.get(int(number), ""), at)

    def true_cells(self) -> dict[str, float]:
        """Return the cells that speak for where it lies, the wide ones by the share of one box in them."""
        lie, outer = self.loss.lie, self.loss.outer
        found: dict[str, float] = {}
        if not self.loss.findable:
            found[GONE] = 1.0
        elif lie.kind == "place":
            found |= self._in_box(ranking.LOOSE, int(lie.at))
        elif lie.kind == "cover":
            found |= {f"{ranking.INSIDE}:{cover}": 1.0 for cover in self.ground.covers_of(self.loss.file)}
            if outer.kind == "place":
                covers = max(1, len(self.ground.loose[int(outer.at)]))
                inside = self._in_box(ranking.PAPERS, int(outer.at))
                found |= {cell: share / covers for cell, share in inside.items()}
        else:
            found |= dict.fromkeys((cell for cell in self.evidence.by_cell if self._means(cell, lie)), 1.0)
        return {cell: share for cell, share in found.items() if cell in self.evidence.by_cell}

    def _in_box(self, kind: str, place: int) -> dict[str, float]:
        found = {f"{kind}:{place}": 1.0}
        box = self.ground.boxes.get(place)
        if box is not None:
            row = self.ground.boxes_of_room(box.room)
            found[f"{kind}:{box.rack}"] = 1 / sum(one.rack == box.rack for one in row)
            found[f"{kind}:{box.room}"] = 1 / len(row)
        return found

    def _means(self, cell: str, lie: Lie) -> bool:
        kind, _colon, at = cell.partition(":")
        if kind != lie.kind:
            return False
        return kind == ranking.AWAY or (self._desk(at) if kind == "desk" else at) == str(lie.at)


@dataclass(slots=True)
class Course:
    """How one search by the plan went."""

    search: Hunt
    plan: SearchPlan  # as it was before the first lead
    stated: float = 0.0  # the chances the plan gave the first leads, each when its turn had come
    gone: float = 0.0  # the share it then gave to the file being gone

    @property
    def soon(self) -> bool:
        """Tell whether it was found within the first places."""
        return found_soon(self.search)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one loss in each order of searching."""

    trial: Trial
    plan: Course
    surroundings: Hunt
    archives: Hunt


def found_soon(search: Hunt) -> bool:
    """Tell whether a search found the file within the first places, each box of a room counted."""
    return search.found and len(search.looks) <= FIRST


def trials(
    work: Work, ground: Ground, losses: Sequence[Loss], slips: Mapping[int, Slip], seed: str
) -> list[Trial]:
    """Gather what the register knows of each loss."""
    rows = work.session.execute(select(col(Loan.id), col(Loan.borrower)))
    borrowers = {row.id: row.borrower for row in rows}
    return [
        Trial(ground, loss, slips.get(loss.file), seed, plan.evidence(work, loss.file), borrowers)
        for loss in losses
    ]


def searched(work: Work, trial: Trial, priors: Priors) -> Result:
    """Search for one loss in every order; what was made on the way is let go."""
    orders, ground, loss = Orders(trial.ground), trial.ground, trial.loss
    return Result(
        trial,
        trial.by_plan(priors),
        hunt(ground, loss, orders.by_surroundings(loss), trial.seed),
        hunt(ground, loss, orders.by_national_archives(work, loss), trial.seed),
    )


def taught(trial: Trial, plan: SearchPlan) -> Mapping[str, float]:
    """Return the kinds that finding it, or not, speaks for."""
    best = max(trial.true_cells().items(), key=lambda one: plan.cells[one[0]] * one[1], default=("", 0.0))
    return ranking.credit(plan, best[0])


def told(evidence: FileEvidence, reasons: frozenset[str], times: float) -> FileEvidence:
    """Return evidence in which some reasons weigh so many times as much."""
    clues = [
        replace(clue, weight=clue.weight * times) if clue.reason in reasons else clue
        for clue in evidence.clues
    ]
    return replace(evidence, clues=clues)
