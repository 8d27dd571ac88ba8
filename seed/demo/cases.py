"""The list of closed cases that the case system gives: what paper there should be."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from seed.demo.pen import Pen
from seed.demo.population import DEMO_DAY
from seed.demo.world import World

CASES_FILE = "7 Avslutade ärenden.csv"
CASES_HEADERS = ("Ärendenummer", "System", "Personnummer", "Namn", "Ärendetyp", "Enhet", "Inlett", "Avslutat")
CASE_SYSTEMS = ("PROVA", "LINJE")
"""The systems still in use; the older numbers are on paper only."""


@dataclass(slots=True)
class CasesTruth:
    """Say what a truthful comparison of closed cases with the register must find, counted in cases.

    `without_paper`: closed long ago, no cover anywhere. `waiting`: the days on which cases were closed whose
    covers have not been delivered. `unknown_there`: cases of these systems with covers but not on the list.
    """

    rows: int = 0
    with_paper: int = 0
    without_paper: int = 0
    unknown_there: int = 0
    waiting: list[date] = field(default_factory=list)

    def overdue(self, weeks: int, on: date) -> int:
        """Count the cases closed longer ago than so many weeks and still not delivered."""
        return sum(closed < on - timedelta(weeks=weeks) for closed in self.waiting)


def case_rows(world: World, truth: CasesTruth, seed: int = 0) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the list and count them into the truth."""
    pen = Pen(f"cases:{seed}", world.city.kinds)
    for case in range(len(world.cases)):
        if world.cases.source(case).code not in CASE_SYSTEMS:
            continue
        if world.cases.waiting(case):
            truth.waiting.append(date.fromordinal(world.cases.closed[case]))
        elif pen.chance(0.005):
            truth.unknown_there += 1
            continue
        else:
            truth.with_paper += 1
        truth.rows += 1
        yield _line(world, case, world.cases.reference(case), date.fromordinal(world.cases.closed[case]))
        if pen.chance(0.01):
            truth.without_paper += 1
            truth.rows += 1
            reference = f"IFO-{DEMO_DAY.year - 2}-9{truth.without_paper:05d}"
            yield _line(world, case, reference, DEMO_DAY - timedelta(pen.random.randrange(400, 700)))


def _line(world: World, case: int, reference: str, closed: date) -> tuple[str, ...]:
    cases = world.cases
    person = world.person(cases.subject(case))
    system = "LINJE" if reference.startswith("IFO") else cases.source(case).code
    opened = min(date.fromordinal(cases.opened[case]), closed - timedelta(90))
    return (
        reference,
        system,
        f"{person.number[:8]}-{person.number[8:]}" if person.number else f"{person.born:%Y%m%d}",
        f"{person.family_name}, {person.given_name}",
        world.city.kinds[cases.kind[case]].name_sv,
        world.city.units[cases.unit[case]].name,
        opened.isoformat(),
        closed.isoformat(),
    )
