"""A city says itself which source systems, units and kinds of file it has."""

import pytest
from sqlalchemy import select
from sqlmodel import col

from archive import reference_data
from archive.accounts import users
from archive.accounts.users import PasswordHash
from archive.integrity import checks
from archive.kernel.errors import Conflict, DomainError, Invalid, NotPermitted
from archive.kernel.store import Actor, Archive, operator
from archive.models import Event
from archive.organisation import kinds, source_systems, things, units
from archive.vocabulary import EventKind, Role
from tests.builders import user_in_role


def test_a_fresh_register_knows_the_law_and_no_invented_city(archive: Archive, root: Actor) -> None:
    reference_data.refresh(archive)
    with archive.read(root) as work:
        assert len(kinds.every(work)) == 15
        assert source_systems.every(work) == []
        assert units.every(work) == []


def test_what_is_added_is_offered_until_it_is_closed_and_again_when_it_is_opened(
    archive: Archive, root: Actor
) -> None:
    with archive.write(root) as work:
        source, unit = source_systems.add(work, "TREA", " Treserva \u00a0A"), units.add(work, "Vuxen")
        for noun, thing in ((source_systems, source), (units, unit)):
            assert list(noun.in_use(work)) == [thing]
            things.change(work, thing, active=False)
            assert list(noun.in_use(work)) == []
            assert list(noun.in_use(work, also=thing.id)) == [thing]
            things.change(work, thing, active=True)
            assert list(noun.in_use(work)) == [thing]
        assert source.name == "Treserva A"
        written = work.session.scalars(select(Event.kind).order_by(col(Event.id))).all()
        assert written.count(EventKind.SOURCE_CHANGED) == written.count(EventKind.UNIT_CHANGED) == 2
        assert [finding.say() for finding in checks.everything(work)] == []


def test_what_is_changed_to_what_it_is_leaves_no_event(archive: Archive, root: Actor) -> None:
    with archive.write(root) as work:
        unit = units.add(work, "Vuxen")
        things.change(work, unit, name="Vuxen ", active=True)
        kinds_of_event = work.session.scalars(select(Event.kind)).all()
    assert list(kinds_of_event) == [EventKind.UNIT_ADDED]


@pytest.mark.parametrize(
    ("code", "name", "field"),
    [
        ("TREA", "Annan", "code"),  # a list could mean either by it
        ("treserva", "Annan", "code"),
        ("NY", "TREA", "name"),
        ("NY", "treserva", "name"),
        ("NY", "", "name"),
        ("NY", "x" * 101, "name"),
        ("", "Annan", "code"),
        ("två ord", "Annan", "code"),
        ("x" * 21, "Annan", "code"),
    ],
)
def test_a_source_system_has_words_of_its_own(
    archive: Archive, root: Actor, code: str, name: str, field: str
) -> None:
    with archive.write(root) as work:
        source_systems.add(work, "TREA", "Treserva")
        with pytest.raises(DomainError) as refused:
            source_systems.add(work, code, name)
        assert refused.value.field == field
        assert len(source_systems.every(work)) == 1


def test_a_source_system_takes_no_word_of_another_when_it_is_renamed(archive: Archive, root: Actor) -> None:
    with archive.write(root) as work:
        source_systems.add(work, "TREA", "Treserva")
        other = source_systems.add(work, "PROC", "Procapita")
        for word in ("treserva", "TREA"):
            with pytest.raises(Conflict):
                source_systems.change(work, other, name=word)
        source_systems.change(work, other, name="PROCAPITA")  # its own name is not another's
        assert other.name == "PROCAPITA"


def test_a_unit_stands_once_however_it_is_written(archive: Archive, root: Actor) -> None:
    with archive.write(root) as work:
        unit, other = units.add(work, "Enheten för Å"), units.add(work, "Annan")
        for text in ("enheten  för å", "Enheten fo\u0308r A\u030a"):
            with pytest.raises(Conflict):
                units.add(work, text)
            with pytest.raises(Conflict):
                units.change(work, other, name=text)
        units.change(work, unit, name="ENHETEN för Å")  # its own name is not another's
        assert unit.name == "ENHETEN för Å"


def test_those_who_work_in_a_unit_follow_its_new_name_and_nobody_else(archive: Archive, root: Actor) -> None:
    with archive.write(root) as work:
        unit = units.add(work, "Barn Norr")
        hashed = PasswordHash("$argon2id$not-used-here")
        there = users.create_user(work, "anna", "Anna", hashed, [Role.MANAGER], unit="Barn Norr")
        elsewhere = users.create_user(work, "bo", "Bo", hashed, [Role.MANAGER], unit="Barn Söder")
        units.change(work, unit, name="Barn och familj Norr")
        assert (there.unit, elsewhere.unit) == ("Barn och familj Norr", "Barn Söder")


def test_a_kind_no_longer_in_use_stays_so_when_the_program_is_upgraded(archive: Archive, root: Actor) -> None:
    reference_data.refresh(archive)
    with archive.write(root) as work:
        first, *others = kinds.every(work)
        for kind in others:
            things.change(work, kind, active=False)
        with pytest.raises(Conflict):
            things.change(work, first, active=False)
        with pytest.raises(Invalid):
            things.change(work, first, name="Annat")
    reference_data.refresh(archive)
    with archive.read(root) as work:
        assert [kind.code for kind in kinds.every(work) if kind.active] == [first.code]


@pytest.mark.parametrize("role", Role)
def test_the_organisation_is_changed_by_archivist_and_administrator_alone(
    archive: Archive, role: Role
) -> None:
    reference_data.refresh(archive)
    with archive.write(operator("tests")) as work:
        source, unit, kind = source_systems.add(work, "A", "Aa"), units.add(work, "B"), kinds.every(work)[0]
    verbs = (
        lambda work: source_systems.add(work, "C", "Cc"),
        lambda work: units.add(work, "D"),
        lambda work: source_systems.change(work, source_systems.get(work, source.id), active=False),
        lambda work: units.change(work, units.get(work, unit.id), active=False),
        lambda work: kinds.set_in_use(work, kinds.get(work, kind.id), False),
    )
    refused = 0
    for verb in verbs:
        try:
            with archive.write(user_in_role(archive, role)) as work:
                verb(work)
        except NotPermitted:
            refused += 1
    assert refused == (0 if role in {Role.ARCHIVIST, Role.ADMINISTRATOR} else len(verbs))
