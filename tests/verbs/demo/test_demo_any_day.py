"""The demo's story holds together whatever moment it is told as of; where it begins is built once."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text

from archive.kernel.clock import STOCKHOLM
from archive.kernel.config import Settings
from archive.kernel.store import Archive, Work, operator
from seed.demo.cast import DemoClock
from seed.demo.fill import populate, tell
from seed.demo.world import World
from tests.builders import SetClock
from tests.databases import SqliteDatabases, settings_for
from tests.verbs.demo import story_rules
from tests.verbs.demo.story_moments import ALL, NASTIEST

SEED = 1
WORLD = World(40, SEED)
READ_IN = datetime(2025, 11, 20, 12, tzinfo=STOCKHOLM)  # long before any story, and the same for all
pytestmark = pytest.mark.engines("sqlite")
_numbers = count(1)


@pytest.fixture(scope="session")
def populated(sqlite_databases: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Hold the smallest archive with its lists read in, before its story."""
    with sqlite_databases.fresh(tmp_path_factory.mktemp("populated")) as settings:
        populate(settings, WORLD, SEED, lambda _line: None, DemoClock.before(READ_IN, 9))
        yield Path(settings.database_url.removeprefix("sqlite:///"))


@contextmanager
def _read(settings: Settings, now: datetime) -> Iterator[Work]:
    with closing(Archive(settings, SetClock(now))) as archive, archive.read(operator("tests")) as work:
        yield work


def _copy(original: Path, folder: Path) -> Settings:
    path = folder / f"told{next(_numbers)}.db"
    shutil.copyfile(original, path)
    return replace(settings_for(f"sqlite:///{path}", folder), demo=True)


def _broken(populated: Path, folder: Path, moment: datetime) -> dict[str, list[str]]:
    settings = _copy(populated, folder)
    tell(settings, WORLD, SEED, lambda _line: None, moment)
    with _read(settings, moment) as work:
        return story_rules.broken(work)


@pytest.mark.parametrize("moment", NASTIEST, ids=lambda moment: moment.strftime("%a-%F-%H%M"))
def test_the_story_told_on_the_nastiest_of_days_breaks_no_rule(
    populated: Path, tmp_path: Path, moment: datetime
) -> None:
    assert _broken(populated, tmp_path, moment) == {}


@pytest.mark.thorough
@pytest.mark.parametrize("moment", ALL, ids=lambda moment: moment.strftime("%a-%F-%H%M"))
def test_the_story_told_as_of_any_moment_breaks_no_rule(
    populated: Path, tmp_path: Path, moment: datetime
) -> None:
    assert _broken(populated, tmp_path, moment) == {}


def test_at_least_forty_moments_are_told_and_six_of_them_always() -> None:
    assert len(set(ALL)) >= 40
    assert len(NASTIEST) == 4
    assert set(NASTIEST) <= set(ALL)


@pytest.fixture(scope="session")
def told(populated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hold one archive with its story told."""
    settings = _copy(populated, tmp_path_factory.mktemp("told"))
    tell(settings, WORLD, SEED, lambda _line: None, NASTIEST[0])
    return Path(settings.database_url.removeprefix("sqlite:///"))


LONG_AFTER, LONG_BEFORE = "'2027-01-08 09:00:00.000000'", "'2026-01-08 09:00:00.000000'"
FAULTS: dict[Callable[[Work], Iterator[str]], str] = {
    story_rules.history: "case_file SET status = 'lost' WHERE id = 1",
    story_rules.working_hours: "loan SET out_at = '2026-11-28 09:00:00.000000' WHERE id = 1",
    story_rules.order: f"cover_check SET done_at = {LONG_BEFORE} WHERE done_at IS NOT NULL",
    story_rules.clocks: f"routine_step SET ended_at = {LONG_AFTER} WHERE step = 'notify_imy'",
    story_rules.one_case_is_closed_and_one_runs: "incident SET status = 'suspected' WHERE id = 1",
    story_rules.causes: f"incident_file SET outcome_at = {LONG_AFTER} WHERE incident_id = 1",
    story_rules.measures: (
        "routine_step SET ended_at = (SELECT ended_at FROM routine_step WHERE step = 'lessons')"
        " WHERE step = 'follow_up'"
    ),
    story_rules.broken_seals: f"matter SET noticed_at = {LONG_BEFORE}",
    story_rules.finds: f"incident_file SET found_at = {LONG_AFTER} WHERE incident_id = 1",
    story_rules.inboxes: "message SET read_at = NULL",
}


@pytest.mark.parametrize("rule", story_rules.RULES, ids=lambda rule: rule.__name__)
def test_each_rule_of_the_story_finds_what_breaks_it(
    told: Path, tmp_path: Path, rule: Callable[[Work], Iterator[str]]
) -> None:
    settings = _copy(told, tmp_path)
    archive = Archive(settings, SetClock(NASTIEST[0]))
    with closing(archive), archive.write(operator("intruder")) as work:
        assert work.connection.execute(text(f"UPDATE {FAULTS[rule]}")).rowcount
    with _read(settings, NASTIEST[0]) as work:
        assert list(rule(work))
