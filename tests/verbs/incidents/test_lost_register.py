"""The register of lost files: whole, in order, filtered; sealed incidents are numbers, never answers."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from archive.annual_report.figures import annual
from archive.incidents import changes, lost_register, outcomes, reporting
from archive.incidents.lost_register import Filter, LastLine, LossEnd, LossLine, Order
from archive.incidents.papers import lost_register as paper
from archive.incidents.reporting import MissReport, StatedFind
from archive.kernel.clock import local_date
from archive.kernel.errors import NotPermitted
from archive.kernel.store import Actor, Archive, Work, operator
from archive.vocabulary import (
    FoundState,
    FoundWhere,
    IncidentOutcome,
    IncidentState,
    OthersRead,
    Protection,
    Role,
)
from tests.builders import SetClock, a_box, a_file, a_person, a_shelf
from tests.remembering import remembering
from tests.statements import counted
from tests.verbs.incidents.incident_play import Play, a_colleague, a_unit

AsRole = Callable[[Role], Actor]
UNIT = "Barn och familj"
EVERYTHING = Filter()


@pytest.fixture
@remembering
def missed(archive: Archive, archivist: Actor, clock: SetClock) -> list[int]:
    """Let four incidents be: found the short way, two files sought, a sealed one, an old loss in words."""
    manager = a_colleague(archive, "chefen", Role.MANAGER, unit=UNIT)
    with archive.write(archivist) as work:
        box = a_box(work, a_shelf(work))
        made = [a_file(work, box, a_person(work, f"Namnsson{number}")) for number in range(3)]
        made[0].unit_id = a_unit(work, UNIT)
        hidden = a_file(work, box, a_person(work, protection=Protection.MARKED))
        short = reporting.report(work, MissReport(file_ids=(made[0].id,))).id
    clock.forward(hours=49)
    play = Play(archive, short)
    found = {"found_where": "Hemligt", "cause": "misread", "outsiders": "no"}
    play.do(archivist, "first_search", result="all_found", minutes=7, **found)
    with archive.write(manager) as work:
        reporting.confirm_short(work, reporting.get(work, short), True)
    with archive.write(archivist) as work:
        sought = reporting.report(work, MissReport(file_ids=(made[1].id, made[2].id))).id
        sealed = reporting.report(work, MissReport(file_ids=(hidden.id,))).id
        long_ago = clock.now - timedelta(days=800)
        old = reporting.report(
            work,
            MissReport(
                description="=SUM(1) Lisas pärm", protected=False, missed_at=long_ago, suspected_at=long_ago
            ),
        ).id
    return [short, sought, sealed, old]


def numbers(work: Work, wanted: Filter = EVERYTHING, order: Order = Order.NEWEST) -> list[int]:
    """Return the incidents of the lines, in their order."""
    return [line.number for line in lost_register.page(work, wanted, order).lines]


def test_the_register_is_whole_in_order_and_filtered(
    archive: Archive, archivist: Actor, clock: SetClock, missed: list[int]
) -> None:
    short, sought, sealed, old = missed
    this, then = clock.now.year, (clock.now - timedelta(days=800)).year
    with archive.read(archivist) as work:
        assert numbers(work) == [old, sealed, sought, sought, short]
        assert numbers(work, order=Order.OLDEST) == [short, sought, sought, sealed, old]
        assert numbers(work, order=Order.MISSED)[-1] == old
        assert numbers(work, Filter(status=IncidentState.CLOSED)) == [short]
        assert numbers(work, Filter(year=then)) == [old]
        assert numbers(work, Filter(year=this, end=LossEnd.MISSING)) == [sealed, sought, sought]
        assert numbers(work, Filter(end=LossEnd.SHORT)) == [short]
        assert numbers(work, Filter(end=LossEnd.FOUND)) == numbers(work, Filter(end=LossEnd.LOST)) == []
        assert numbers(work, Filter(cause="misread")) == [short]
        assert numbers(work, Filter(cause="desk")) == []
        unit = next(unit for unit in lost_register.units(work) if unit.name == UNIT)
        assert numbers(work, Filter(unit_id=unit.id, where=FoundWhere.MISREAD)) == [short]
        assert lost_register.years(work) == list(range(this, then - 1, -1))
        counts = {end: count for end, count in lost_register.totals(work).items() if count}
        assert counts == {LossEnd.MISSING: 4, LossEnd.SHORT: 1}
        line = lost_register.page(work, order=Order.OLDEST).lines[0]
        assert (line.end, line.days_away, line.cause, line.unit) == (LossEnd.SHORT, 2, "misread", UNIT)
        assert str(lost_register.causes(work)[line.cause]) == "felläst nummer"


@pytest.mark.parametrize("order", Order)
def test_pages_put_together_are_the_whole_register_for_everybody(
    archive: Archive, archivist: Actor, as_role: AsRole, missed: list[int], order: Order
) -> None:
    for actor in (archivist, as_role(Role.AUDITOR)):
        with archive.read(actor) as work:
            whole, after = lost_register.page(work, order=order).lines, ""
            parts: list[LossLine] = []
            while True:
                found = lost_register.page(work, order=order, after=LastLine.read(after), limit=1)
                parts += found.lines
                if found.next is None:
                    break
                after = str(found.next)
            keys = [[(one.number, one.item and one.item.id) for one in lines] for lines in (parts, whole)]
            assert keys[0] == keys[1]
            assert [one.number for one in lost_register.everything(work, order=order)] == [
                number for number, _item in keys[0]
            ]


def test_an_incident_one_may_not_know_of_is_a_number_and_never_an_answer(
    archive: Archive, as_role: AsRole, clock: SetClock, missed: list[int]
) -> None:
    _short, _sought, sealed, _old = missed
    with archive.read(as_role(Role.ASSISTANT)) as work:
        line = next(line for line in lost_register.page(work).lines if line.number == sealed)
        assert line == LossLine(sealed, None, None)
        assert (line.subjects, line.end, line.days_away) == ([], None, None)
        asked = [
            Filter(year=clock.now.year),
            Filter(end=LossEnd.MISSING),
            Filter(status=IncidentState.SUSPECTED),
        ]
        assert not any(sealed in numbers(work, wanted) for wanted in asked)
        assert sealed not in numbers(work, order=Order.MISSED)  # where it stands would tell when
        assert lost_register.totals(work)[LossEnd.MISSING] == 3
    with archive.read(as_role(Role.CASE_WORKER)) as work, pytest.raises(NotPermitted):
        lost_register.page(work)


def test_the_auditor_reads_no_reference_and_no_word_people_wrote(
    archive: Archive, archivist: Actor, as_role: AsRole, missed: list[int]
) -> None:
    def said(actor: Actor) -> set[str]:
        with archive.read(actor) as work:
            lines = lost_register.page(work).lines
            return {one.reference for one in lines} | {one.description for one in lines}

    assert "=SUM(1) Lisas pärm" in said(archivist)
    assert said(as_role(Role.AUDITOR)) == {""}


def test_a_longer_page_takes_no_more_statements(
    archive: Archive, archivist: Actor, missed: list[int]
) -> None:
    def statements(limit: int) -> int:
        with archive.read(archivist) as work, counted(archive.engine) as count:
            lost_register.page(work, limit=limit)
        return len(count)

    assert statements(5) == statements(2)


def test_what_is_missing_again_has_no_cause(archive: Archive, archivist: Actor, missed: list[int]) -> None:
    with archive.write(archivist) as work:
        assert numbers(work, Filter(cause="misread")) == [missed[0]]
        reporting.reopen(work, reporting.get(work, missed[0]), [], "Det var fel akt")
    with archive.read(archivist) as work:
        assert numbers(work, Filter(cause="misread")) == []
        assert {line.cause for line in lost_register.page(work, Filter(), Order.NEWEST).lines} == {""}


@pytest.mark.engines("sqlite")
def test_pieces_described_in_words_are_counted_each(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    with archive.write(archivist) as work:
        file = a_file(work, a_box(work, a_shelf(work)))
        said = MissReport((file.id,), description="Två bruna pärmar", pieces=2, protected=False)
        incident = reporting.report(work, said)
        assert {line.pieces for line in lost_register.page(work).lines} == {1, 2}
        assert lost_register.totals(work)[LossEnd.MISSING] == 3
        words = next(item for item in reporting.items(work, incident) if item.file_id is None)
    with archive.write(operator("delegate")) as work:
        incident = reporting.get(work, incident.id)
        outcomes.declare_lost(work, incident, [changes.item(work, incident, words.id)], "Inte hittade")
        counts = {end: count for end, count in lost_register.totals(work).items() if count}
        assert counts == {LossEnd.MISSING: 1, LossEnd.LOST: 2}
        lost = lost_register.page(work, Filter(end=LossEnd.LOST)).lines
        assert paper.what(lost[0]).splitlines() == ["Två bruna pärmar", "2 handlingar"]
        today = local_date(clock.now)
        year = annual(work, date(today.year, 1, 1), date(today.year, 12, 31))
        assert (year.now.things_missed, year.now.still_missing, year.missing_at_end) == (3, 1, 1)
        assert year.now.outcomes == {IncidentOutcome.DECLARED_LOST: 2}
        assert sum(month.missed for month in year.months) == 3


@pytest.mark.engines("sqlite")
def test_where_the_rest_of_a_file_was_declared_lost_the_register_says_so(
    archive: Archive, archivist: Actor
) -> None:
    with archive.write(archivist) as work:
        box = a_box(work, a_shelf(work))
        ids = (a_file(work, box).id, a_file(work, box).id)
        incident = reporting.report(work, MissReport(ids, protected=False))
        state = {"state": FoundState.INCOMPLETE, "others_read": OthersRead.NO}
        parts = {"found_part": "38 av 40", "missing_part": "två handlingar"}
        said = StatedFind(work.now, "På golvet", place_id=box.id, **state, **parts)  # type: ignore[arg-type]
        reporting.found(work, incident, [1], said)
        number = incident.id
    with archive.write(operator("delegate")) as work:
        incident = reporting.get(work, number)
        outcomes.declare_lost(work, incident, reporting.items(work, incident), "Inte hittade")
        for end, file_id in ((LossEnd.REST, ids[0]), (LossEnd.LOST, ids[1])):
            lines = lost_register.page(work, Filter(end=end)).lines
            assert [(line.end, line.item and line.item.file_id) for line in lines] == [(end, file_id)]
            assert lost_register.totals(work)[end] == 1
        assert LossEnd.REST.sv == "återfunnen, resten konstaterad förlorad"
