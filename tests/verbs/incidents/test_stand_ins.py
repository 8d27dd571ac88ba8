"""Who goes on where no head of unit may know of an incident, who is told, and whom a missed clock reaches."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlmodel import col

from archive.accounts import users
from archive.home import calendar_feed
from archive.incidents import nightly, reporting
from archive.incidents.reporting import MissReport
from archive.incidents.worklist import my_steps
from archive.kernel.errors import NotFound, NotPermitted
from archive.kernel.store import Actor, Archive
from archive.models import Message, User
from archive.notifications import deadlines
from archive.people import people
from archive.vocabulary import MessageKind, Protection, Role
from tests.builders import SetClock, a_box, a_file, a_person, a_shelf
from tests.remembering import remembering
from tests.verbs.incidents.incident_play import Play, a_colleague, a_unit

UNIT = "Barn och familj"
M = MessageKind
Staff = dict[str, Actor]


@pytest.fixture
def crew(archive: Archive, archivist: Actor) -> Staff:
    """Give two heads, neither of the unit that lost it, a delegate, a sealed keeper and an administrator."""
    roles = {
        "chef1": (Role.MANAGER, "Vuxen"),
        "chef2": (Role.MANAGER, "LSS"),
        "delegat": (Role.DELEGATE, ""),
        "kuvert": (Role.SEALED_KEEPER, ""),
        "system": (Role.ADMINISTRATOR, ""),
    }
    made = {login: a_colleague(archive, login, role, unit=unit) for login, (role, unit) in roles.items()}
    return {**made, "arkivarien": archivist}


@remembering
def missed(archive: Archive, archivist: Actor, *, protected: bool = True) -> tuple[Play, int]:
    """Report a file of one person; return the incident and the person, protected only since then if so."""
    with archive.write(archivist) as work:
        person = a_person(work)
        file = a_file(work, a_box(work, a_shelf(work)), person)
        file.unit_id = a_unit(work, UNIT)
        work.session.flush()
        number = reporting.report(work, MissReport(file_ids=(file.id,))).id
    if protected:
        protect(archive, archivist, person.id)
    return Play(archive, number), person.id


def protect(archive: Archive, archivist: Actor, person_id: int) -> None:
    """Protect whom the file is about."""
    with archive.write(archivist) as work:
        people.protect(work, people.get(work, person_id), Protection.MARKED, "Skatteverket")


def gone(archive: Archive, *logins: str) -> None:
    """Let somebody have left."""
    with archive.write(a_colleague(archive, "root", Role.ADMINISTRATOR)) as work:
        for login in logins:
            users.set_active(work, users.user_named(work, login), False)


def told(archive: Archive, archivist: Actor, *kinds: MessageKind, key: str = "") -> set[str]:
    """Return the log-ins of those who have a message of these kinds, about a step if one is named."""
    with archive.read(archivist) as work:
        found = select(col(User.login)).join(Message, col(Message.user_id) == User.id)
        return set(
            work.session.scalars(found.where(col(Message.kind).in_(kinds), col(Message.key).startswith(key)))
        )


def sees(archive: Archive, actor: Actor, number: int) -> bool:
    """Tell whether somebody may open the incident, and see that a refusal is that of one there is not."""
    answers = []
    with archive.read(actor) as work:
        for one in (number, 999):
            try:
                reporting.get(work, one)
                answers.append(None)
            except NotFound as refused:
                answers.append((refused.code, refused.say()))
    seen, absent = answers
    assert seen in (None, absent)
    return seen is None


def heads_steps(archive: Archive, actor: Actor) -> set[str]:
    """Return the steps of the head of the unit that wait for somebody."""
    with archive.read(actor) as work:
        return {one.step.id for one in my_steps(work) if "manager" in one.step.who}


def test_a_head_let_in_before_somebody_was_protected_is_no_head_who_may_know_until_let_in_anew(
    archive: Archive, crew: Staff
) -> None:
    play, person = missed(archive, crew["arkivarien"], protected=False)

    def let_in() -> None:
        with archive.write(crew["arkivarien"]) as work:
            incident = reporting.get(work, play.number)
            reporting.let_in(work, incident, crew["chef1"].user_id or 0, "leder enheten så länge")

    let_in()
    protect(archive, crew["arkivarien"], person)
    assert "decide_notification" in heads_steps(archive, crew["delegat"])
    let_in()
    assert heads_steps(archive, crew["delegat"]) == set()
    assert sees(archive, crew["chef1"], play.number)


def test_where_no_head_may_know_of_it_the_delegate_goes_on_and_is_told(archive: Archive, crew: Staff) -> None:
    play, person = missed(archive, crew["arkivarien"], protected=False)
    assert (sees(archive, crew["chef1"], play.number), heads_steps(archive, crew["delegat"])) == (True, set())
    protect(archive, crew["arkivarien"], person)
    nightly.sweep(archive)
    assert told(archive, crew["arkivarien"], M.INCIDENT_STANDS_IN) == {"delegat"}
    assert not sees(archive, crew["chef1"], play.number)
    assert not sees(archive, crew["chef2"], play.number)
    assert not sees(archive, crew["kuvert"], play.number)
    assert "decide_notification" in heads_steps(archive, crew["delegat"])
    play.do(crew["delegat"], "decide_notification", notify="yes")
    assert nightly.sweep(archive) == 0
    with archive.read(crew["delegat"]) as work:
        kinds = select(Message).where(col(Message.kind) == M.INCIDENT_STANDS_IN)
        assert len(work.session.scalars(kinds).all()) == 1


def test_without_a_delegate_those_cleared_for_sealed_files_go_on(archive: Archive, crew: Staff) -> None:
    play, _person = missed(archive, crew["arkivarien"])
    assert not sees(archive, crew["kuvert"], play.number)
    gone(archive, "delegat")
    nightly.sweep(archive)
    assert told(archive, crew["arkivarien"], M.INCIDENT_STANDS_IN) == {"kuvert"}
    assert sees(archive, crew["kuvert"], play.number)
    assert "decide_notification" in heads_steps(archive, crew["kuvert"])
    play.do(crew["kuvert"], "decide_notification", notify="yes")


def test_the_head_of_the_unit_that_lost_it_goes_on_and_nobody_stands_in(
    archive: Archive, crew: Staff
) -> None:
    head = a_colleague(archive, "egen", Role.MANAGER, unit=UNIT)
    play, _person = missed(archive, crew["arkivarien"])
    nightly.sweep(archive)
    assert told(archive, crew["arkivarien"], M.INCIDENT_STANDS_IN) == set()
    assert sees(archive, head, play.number)
    with pytest.raises(NotPermitted):
        play.do(crew["delegat"], "decide_notification", notify="yes")
    gone(archive, "egen")
    play.do(crew["delegat"], "decide_notification", notify="yes")


def test_a_head_let_in_by_name_goes_on_and_nobody_stands_in(archive: Archive, crew: Staff) -> None:
    play, _person = missed(archive, crew["arkivarien"])
    assert "decide_notification" in heads_steps(archive, crew["delegat"])
    with archive.write(crew["arkivarien"]) as work:
        incident = reporting.get(work, play.number)
        reporting.let_in(work, incident, crew["chef1"].user_id or 0, "Ansvarar för ärendet")
    assert heads_steps(archive, crew["delegat"]) == set()
    play.do(crew["chef1"], "decide_notification", notify="yes")


@pytest.mark.parametrize(
    ("left", "protected", "reached"),
    [
        ((), False, {"chef1", "chef2", "delegat"}),  # the routine takes what is late to the delegate too
        ((), True, {"delegat"}),
        (("delegat",), True, {"kuvert"}),
        (("delegat", "kuvert"), True, {"system"}),
    ],
)
def test_a_missed_clock_of_the_head_reaches_somebody_who_can_act(
    archive: Archive, crew: Staff, clock: SetClock, left: tuple[str, ...], protected: bool, reached: set[str]
) -> None:
    missed(archive, crew["arkivarien"], protected=protected)
    gone(archive, *left)
    with archive.read(crew["arkivarien"]) as work:
        heads = {one.key for one in deadlines.for_streams(work, "incident:1") if one.role is Role.MANAGER}
    assert "decide_notification 1" in heads
    clock.forward(days=4)
    deadlines.sweep(archive)
    kinds = (M.DEADLINE_PASSED, M.DEADLINE_ESCALATED, M.NOBODY_TO_TELL)
    heard = told(archive, crew["arkivarien"], *kinds, key="decide_notification")
    assert heard & {"chef1", "chef2", "delegat", "kuvert", "system"} == reached


@pytest.mark.parametrize(
    ("own", "protected", "reached"),
    [
        (True, False, {"egen"}),
        (False, False, {"chef1", "chef2"}),
        (True, True, {"egen"}),
        (False, True, {"delegat"}),
    ],
)
def test_that_something_is_missed_always_reaches_a_head_or_who_stands_in(
    archive: Archive, crew: Staff, own: bool, protected: bool, reached: set[str]
) -> None:
    if own:
        a_colleague(archive, "egen", Role.MANAGER, unit=UNIT)
    with archive.write(crew["arkivarien"]) as work:
        person = a_person(work, protection=Protection.MARKED if protected else Protection.NONE)
        file = a_file(work, a_box(work, a_shelf(work)), person)
        file.unit_id = a_unit(work, UNIT)
        work.session.flush()
        reporting.report(work, MissReport(file_ids=(file.id,)))
    assert told(archive, crew["arkivarien"], M.MISS_REPORTED) - {"arkivarie", "archivist"} == reached


def test_a_clock_whose_owner_has_left_reaches_the_heads(
    archive: Archive, crew: Staff, clock: SetClock, as_role: Callable[[Role], Actor]
) -> None:
    owner = a_colleague(archive, "agaren", Role.ARCHIVIST)
    play, _person = missed(archive, owner, protected=False)
    gone(archive, "agaren")
    clock.forward(days=30)
    deadlines.sweep(archive)
    with archive.read(crew["arkivarien"]) as work:
        clocks = [one.key for one in deadlines.for_streams(work, f"incident:{play.number}") if one.passed_at]
        rows = work.session.execute(select(col(Message.key), col(Message.user_id)))
        heard = [(key.rsplit(" ", 1)[0], user) for key, user in rows]
    able = {crew[login].user_id for login in ("arkivarien", "chef1", "chef2", "delegat")}
    assert clocks
    assert [key for key in clocks if not any(key == of and user in able for of, user in heard)] == []


def test_a_calendar_holds_the_clocks_of_the_head_for_whoever_may_open_the_incident_alone(
    archive: Archive, crew: Staff
) -> None:
    def due(login: str) -> int:
        with archive.read(crew[login]) as work:
            return len(calendar_feed.of_deadlines(work))

    _play, person = missed(archive, crew["arkivarien"], protected=False)
    assert (due("chef1") > 0, due("delegat")) == (True, 0)
    protect(archive, crew["arkivarien"], person)
    assert (due("chef1"), due("delegat") > 0) == (0, True)


def test_the_owners_steps_are_on_the_list_of_every_archivist_once_the_owner_is_gone(
    archive: Archive, archivist: Actor, crew: Staff
) -> None:
    owner, other = (a_colleague(archive, login, Role.ARCHIVIST) for login in ("ägaren", "kollegan"))
    missed(archive, owner, protected=False)

    def waits(actor: Actor) -> bool:
        with archive.read(actor) as work:
            return "tell_dpo" in {one.step.id for one in my_steps(work)}

    assert [waits(one) for one in (owner, other, crew["chef1"])] == [True, False, False]
    gone(archive, "ägaren")
    assert [waits(one) for one in (other, crew["chef1"])] == [True, False]
