"""The world the search plan is measured in: fixed by a seed, unseen by the register, unknown to the plan."""

import ast
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.kernel.store import Archive, operator
from archive.models import CaseFile
from archive.vocabulary import Custody
from tests.bench import search_rates as rates
from tests.bench.search_ground import Box, Ground, Lie, Loss, Paper
from tests.bench.search_hunt import Hunt, Look, Orders, hunt
from tests.bench.search_rates import MIXTURES
from tests.bench.search_world import Life
from tests.builders import SetClock

pytestmark = pytest.mark.engines("sqlite")  # the hands are the same on both
ROOT = Path(__file__).parents[2]
EVEN = next(mixture for mixture in MIXTURES if mixture.name == "even")


def _imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_the_world_knows_nothing_of_the_plan() -> None:
    world = [ROOT / "tests" / "bench" / f"search_{name}.py" for name in ("rates", "ground", "world", "hunt")]
    known = set().union(*map(_imports, world))
    assert not {name for name in known if name.startswith(("routines", "archive.search"))}


def test_the_plan_knows_nothing_of_the_world() -> None:
    plan = list((ROOT / "archive" / "search").glob("*.py"))
    known = set().union(*map(_imports, plan)) if plan else set()
    assert not {name for name in known if name.startswith("tests")}


def test_half_of_the_mixtures_are_held_out() -> None:
    assert sum(mixture.held_out for mixture in MIXTURES) * 2 == len(MIXTURES) >= 6


def _lived(archive: Archive, clock: SetClock, seed: int = 1, weeks: int = 1) -> Life:
    life = Life(archive, clock, EVEN, seed, count=150)
    life.live(weeks)
    return life


def test_the_register_was_told_what_the_hands_believe_and_not_where_things_lie(
    archive: Archive, clock: SetClock
) -> None:
    life = _lived(archive, clock, weeks=2)
    with archive.read(operator("tests")) as work:
        rows = {file.id: file for file in work.session.execute(select(CaseFile)).scalars()}
    believed = {file: -1 if row.status is Custody.ON_LOAN else row.place_id for file, row in rows.items()}
    assert believed == life.recorded
    astray = {
        file
        for file, lie in life.ground.lies.items()
        if believed[file] != -1 and lie != Lie("place", believed[file])
    }
    assert astray & {file for _slip, file in life.slips}


def test_the_same_seed_gives_the_same_losses_and_another_seed_others(
    archive: Archive, clock: SetClock, tmp_path: Path, sqlite_databases: object
) -> None:
    def losses(seed: int) -> list[Loss]:
        with sqlite_databases.fresh(tmp_path) as settings:  # type: ignore[attr-defined]
            again = Archive(settings, clock)
            found = _lived(again, clock, seed).losses()
            again.close()
        return found

    first = _lived(archive, clock).losses()
    assert first
    assert losses(1) == first
    assert losses(2) != first


def _two_boxes() -> Ground:
    """Build a room with two boxes of twenty files each."""
    ground = Ground(site_of={1: "A"})
    for box in (10, 11):
        ground.boxes[box] = Box(box, str(box), 1, rack=2, shelf=3, slot=box)
        for number in range(20):
            file = box * 100 + number
            ground.papers[file] = Paper(file, str(file), f"{file}", f"{file}", (file,))
            ground.homes[file] = box
            ground.put_in_order(file, box)
    return ground


def _loss(ground: Ground, lie: Lie, file: int = 1000) -> Loss:
    ground.put(file, lie)
    return Loss(file, 10, lie, ground.outer(file), "user:1", datetime(2026, 5, 4, tzinfo=UTC))


@pytest.mark.parametrize(
    ("lie", "look", "share"),
    [
        (Lie("place", 11), Look("read", 11), rates.READ),
        (Lie("place", 11), Look("read", 10), 0),
        (Lie("cover", 1105), Look("read", 11), rates.READ_FINDS_IN_COVER),
        (Lie("cover", 1105), Look("open", 11), rates.OPEN),
        (Lie("cover", 1105), Look("cover", 1105), rates.ONE_COVER),
        (Lie("cover", 1105), Look("cover", 1106), 0),
        (Lie("desk", "user:3"), Look("desk", "user:3"), rates.DESK),
        (Lie("behind", 2), Look("behind", 2), rates.BEHIND),
        (Lie("gone"), Look("open", 10), 0),
    ],
)
def test_a_look_finds_what_is_there_as_often_as_was_set(lie: Lie, look: Look, share: float) -> None:
    ground = _two_boxes()
    loss = _loss(ground, lie)
    found = Counter(Hunt(ground, loss, str(seed)).look(look) for seed in range(400))
    assert found[True] / 400 == pytest.approx(share, abs=0.07)


def test_what_lies_in_a_cover_is_found_where_that_cover_lies() -> None:
    ground = _two_boxes()
    ground.put(1105, Lie("desk", "user:3"))
    loss = _loss(ground, Lie("cover", 1105))
    found = Counter(Hunt(ground, loss, str(seed)).look(Look("desk", "user:3")) for seed in range(400))
    assert found[True] / 400 == pytest.approx(rates.DESK * rates.IN_COVER_THERE, abs=0.07)
    assert not any(Hunt(ground, loss, str(seed)).look(Look("open", 11)) for seed in range(50))
    ground.put(1105, Lie("gone"))
    assert not _loss(ground, Lie("cover", 1105)).findable


def test_no_two_files_lie_inside_each_other() -> None:
    ground = _two_boxes()
    ground.put(1001, Lie("cover", 1002))
    ground.put(1003, Lie("cover", 1001))
    ground.put(1002, Lie("cover", 1003))
    assert ground.lies[1002] == Lie("place", 10)
    assert ground.covers_of(1003) == [1001, 1002]


def test_the_same_person_looking_again_sees_less_than_another() -> None:
    ground = _two_boxes()
    loss = _loss(ground, Lie("desk", "user:3"))
    found: Counter[str] = Counter()
    for seed in range(800):
        for later, who in ((0.0, "same"), (rates.SHIFT, "other")):
            search = Hunt(ground, loss, str(seed))
            if not search.look(Look("desk", "user:3")):
                found[f"missed before {who}"] += 1
                search.minutes += later
                found[who] += search.look(Look("desk", "user:3"))
    assert found["same"] / found["missed before same"] < found["other"] / found["missed before other"] - 0.2


def test_opening_takes_longer_than_reading_and_walking_counts() -> None:
    ground = _two_boxes()
    loss = _loss(ground, Lie("gone"))
    read, opened = Hunt(ground, loss, "1"), Hunt(ground, loss, "1")
    read.look(Look("read", 11))
    opened.look(Look("open", 11))
    assert read.minutes == pytest.approx(rates.SAME_ROOM + rates.START + 20 * rates.PER_COVER_READ)
    assert opened.minutes == pytest.approx(rates.SAME_ROOM + rates.START + 20 * rates.PER_COVER_OPENED)


def test_the_first_order_begins_where_the_file_is_recorded_and_comes_everywhere() -> None:
    ground = _two_boxes()
    loss = _loss(ground, Lie("gone"))
    search = hunt(ground, loss, Orders(ground).by_surroundings(loss), "1")
    looks = [look for look, _who in search.looks]
    assert looks[:2] == [Look("read", 10), Look("read", 11)]
    assert {Look("table", 1), Look("behind", 2), Look("open", 10), Look("open", 11)} <= set(looks)
    assert search.given_up
    assert not search.found
