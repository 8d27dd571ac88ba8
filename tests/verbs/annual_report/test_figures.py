"""The board's figures: what happened in the period and nothing else, and little that is few."""

from datetime import date, timedelta

import pytest

from archive.annual_report import figures, paper
from archive.annual_report.figures import FEWEST, divided
from archive.cover_checks import checks, findings
from archive.cover_checks.findings import SeenWrong
from archive.incidents import reporting
from archive.incidents.reporting import MissReport
from archive.kernel.errors import NotPermitted
from archive.kernel.store import Actor, Archive, Work
from archive.vocabulary import Confirmation, FindingKind, Role
from archive.vocabulary.wording import speaking
from tests.builders import SetClock, a_box, a_file, a_person, a_shelf
from tests.remembering import remembering
from tests.statements import counted
from tests.verbs.deliveries.delivering import a_scene
from tests.verbs.incidents.incident_play import Play, a_colleague, a_unit

UNIT = "Barn och familj"
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
NAME = SeenWrong(FindingKind.WRONG_ON_COVER, "name")


@remembering
def ended(archive: Archive, archivist: Actor, clock: SetClock, file_id: int, cause: str) -> None:
    """Take an incident the short way to its end after two hours."""
    manager = a_colleague(archive, "chefen", Role.MANAGER, unit=UNIT)
    with archive.write(archivist) as work:
        number = reporting.report(work, MissReport(file_ids=(file_id,), purpose="Syftet är Hemligt1")).id
    clock.forward(hours=2)
    found = {"found_where": "Hemligt2", "cause": cause, "outsiders": "no"}
    Play(archive, number).do(archivist, "first_search", result="all_found", minutes=30, **found)
    with archive.write(manager) as work:
        reporting.confirm_short(work, reporting.get(work, number), True)


@pytest.fixture
@remembering
def lived(archive: Archive, archivist: Actor, clock: SetClock) -> None:
    """Receive and check four files of a delivery, one with a finding; miss six files and find five."""
    scene = a_scene(archive)
    scene.plan(4)
    scene.pack_all(0, 1, 2, 3)
    scene.dispatch()
    scene.receive_all(0, 1, 2, 3)
    scene.sign()

    def check(work: Work) -> None:
        waiting = [row.check for row in checks.waiting(work, delivery_id=scene.delivery)]
        findings.find(work, waiting[0], NAME)
        for one in waiting[:3]:
            for what in (Confirmation.COVER, Confirmation.CONTENTS):
                checks.confirm(work, one, what)

    scene.do(scene.receiver, check)
    with archive.write(archivist) as work:
        box, unit = a_box(work, a_shelf(work, "Annat arkiv")), a_unit(work, UNIT)
        made = [a_file(work, box, a_person(work, f"Namnsson{number}")) for number in range(6)]
        for file in made:
            file.unit_id = unit
        ids = [file.id for file in made]
    for file_id in ids[:5]:
        ended(archive, archivist, clock, file_id, "misread")
    with archive.write(archivist) as work:
        reporting.report(work, MissReport(file_ids=(ids[5],), purpose="Hemligt3"))
    clock.forward(days=2)


def test_the_year_is_what_happened_in_it(archive: Archive, archivist: Actor, lived: None) -> None:
    with archive.read(archivist) as work:
        year = figures.annual(work, *YEAR)
        assert (year.deliveries, year.received, year.received_checked, year.waiting) == (1, 4, 3, 1)
        assert year.now.covers_checked == 3
        rates = {kind: rate.hits for kind, rate in year.findings.items() if rate.hits}
        assert rates == {FindingKind.WRONG_ON_COVER: 1}
        assert (year.now.incidents, year.now.short_way, year.missing_at_end) == (6, 5, 1)
        assert (year.spans, year.causes) == ([5, 0, 0, 0, 0], {"misread": 5})
        assert str(year.cause_names["misread"]) == "felläst nummer"
        assert sum(clock.kept for clock in year.clocks) == year.now.clocks_kept == year.kept.hits > 0
        assert sum(clock.missed for clock in year.clocks) == year.now.clocks_missed > 0
        november = next(month for month in year.months if month.first.month == 11)
        assert (november.received, november.checked, november.findings, november.missed) == (4, 3, 1, 6)
        assert [month.received for month in year.months].count(0) == 11
        assert sum(month.checked for month in year.months) == year.now.covers_checked
        assert year.routine is not None
        assert year.routine.edition == 2


def test_another_period_holds_nothing_of_it_and_stands_beside_the_time_before(
    archive: Archive, archivist: Actor, lived: None
) -> None:
    with archive.read(archivist) as work:
        december = figures.annual(work, date(2026, 12, 1), date(2026, 12, 31))
        assert (december.now.incidents, december.received, sum(december.spans)) == (0, 0, 0)
        assert december.missing_at_end == 1
        assert (december.before.since, december.before.until) == (date(2026, 11, 1), date(2026, 12, 1))
        assert december.before.incidents == 6
        next_year = figures.annual(work, date(2027, 1, 1), date(2028, 12, 31))
        assert (next_year.before.since, len(next_year.months)) == (date(2025, 1, 1), 24)


def test_what_is_few_is_told_as_a_sum_only_and_nothing_written_by_people_at_all(
    archive: Archive, archivist: Actor, lived: None
) -> None:
    assert divided({"a": FEWEST - 1}) is None
    assert divided({"a": 1, "b": FEWEST - 1}) is not None
    assert divided({}) == {}
    with archive.read(archivist) as work:
        year = figures.annual(work, *YEAR)
        whole = paper.sections(year)
        few = paper.sections(
            figures.Annual(
                **{
                    **{name: getattr(year, name) for name in year.__dataclass_fields__},
                    "spans": [1, 0, 0, 0, 3],
                    "causes": {"misread": 1, "crime": 3},
                }
            )
        )
    text = repr(whole)
    assert "felläst nummer" in text
    assert not any(secret in text for secret in ("Namnsson", "Hemligt", UNIT, "P00"))
    hidden = repr(few)
    assert "felläst nummer" not in hidden
    assert hidden.count("Färre än 5") == text.count("Färre än 5") + 2


def test_every_part_has_its_table_beside_its_picture_in_both_languages(
    archive: Archive, archivist: Actor, lived: None
) -> None:
    with archive.read(archivist) as work:
        year = figures.annual(work, *YEAR)
    for language in ("sv", "en"):
        with speaking(language):
            for section in paper.sections(year):
                labels = [bar.label for bar in section.bars]
                assert [row[0] for row in section.rows][: len(labels)] == labels
                assert all(len(row) == len(section.columns) for row in section.rows)


def test_more_files_and_incidents_take_no_more_statements(
    archive: Archive, archivist: Actor, clock: SetClock, lived: None
) -> None:
    def statements() -> int:
        with archive.read(archivist) as work, counted(archive.engine) as count:
            figures.annual(work, *YEAR)
        return len(count)

    before = statements()
    with archive.write(archivist) as work:
        shelf = a_shelf(work, "Tredje arkivet")
        more = [a_file(work, shelf).id for _ in range(3)]
    for file_id in more:
        ended(archive, archivist, clock, file_id, "desk")
    assert statements() == before


def test_who_may_not_read_incidents_gets_no_figures(archive: Archive, lived: None) -> None:
    worker = a_colleague(archive, "handlaggaren", Role.CASE_WORKER)
    with archive.read(worker) as work, pytest.raises(NotPermitted):
        figures.annual(work, *YEAR)


def test_in_january_the_report_is_about_the_year_that_is_over(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    with archive.read(archivist) as work:
        assert figures.usual(work) == YEAR
    clock.forward(days=60)
    with archive.read(archivist) as work:
        assert clock.now.date() - timedelta(days=31) < date(2027, 1, 1)
        assert figures.usual(work) == YEAR
