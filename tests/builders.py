"""Build what a test needs, through the verbs: a set clock, users of every role, places, persons, files."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from time import perf_counter
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import func, select
from sqlmodel import col

from archive import register
from archive.accounts import users
from archive.accounts.sessions import Proof
from archive.accounts.users import PasswordHash
from archive.files import files
from archive.files.files import NewFile
from archive.kernel.store import Actor, Archive, Work, operator
from archive.models import CaseFile, EventPrivate, FileKind, Person, Place, SourceSystem, User
from archive.people import lifting, people
from archive.people.people import NewPerson
from archive.places import places
from archive.rules import identity
from archive.vocabulary import OrderRule, PersonRole, PlaceKind, Protection, Role
from seed.numbers import many
from tests.remembering import remembered, remembering

PASSWORD = "en mening som ingen gissar"  # of every user the tests make
MONDAY_MORNING = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


class SetClock:
    """Tell the time it was set to."""

    def __init__(self, now: datetime = MONDAY_MORNING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> datetime:
        """Let time pass, as `forward(days=1, minutes=5)`, and return the new moment."""
        self.now += timedelta(**span)
        return self.now


class RunningClock:
    """Tell a time that passes as time does, from a set moment on, for what has to wait or to race."""

    def __init__(self, start: datetime = MONDAY_MORNING) -> None:
        self._start, self._began = start, perf_counter()

    def __call__(self) -> datetime:
        return self._start + timedelta(seconds=perf_counter() - self._began)


def a_demo(archive: Archive) -> None:
    """Make an archive nobody has used a demo, with its door open."""
    with archive.write(operator("tests")) as work:
        register.become_demo(work)
    archive.settings = replace(archive.settings, demo=True)


@remembering
def user_in_role(archive: Archive, role: Role) -> Actor:
    """Return the one user of a role, made at first use, named by the role's Swedish word."""
    with archive.write(operator("tests")) as work:
        user = work.session.scalar(select(User).where(col(User.login) == role.value))
        if user is None:
            user = users.create_user(work, role.value, role.sv.capitalize(), _quick_hash(), [role])
        return users.actor(user.stream, user.name, user.id, [role])


def sign_in(archive: Archive, client: Any, login: str) -> None:
    """Let a browser sign in as somebody, whose password is everyone's."""

    def enter() -> object:
        answer = client.post("/sign-in", data={"login": login, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client._cookies

    client._cookies = remembered(archive, ("sign-in", login), enter)


def by_a_token(archive: Archive, actor: Actor) -> Actor:
    """Return the same person as a program acts for them, through a token of theirs."""
    with archive.write(operator("tests")) as work:
        user = users.user(work, actor.user_id or 0)
        _token, secret = users.issue_token(work, user, "program", work.now + timedelta(days=1))
        through = users.actor_of_token(work, secret)
    assert through is not None
    assert through.id != actor.id
    return through


QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@cache
def _quick_hash() -> PasswordHash:
    return PasswordHash(QUICK_HASHER.hash(PASSWORD))


NUMBERS = tuple(many(400, seed=1, first=date(1980, 1, 1)))  # only of Skatteverket's published series


def a_place(
    work: Work, *kinds_and_names: tuple[PlaceKind, str], order_rule: OrderRule | None = None
) -> Place:
    """Create a chain of places, each in the one before, and return the innermost."""
    parent: Place | None = None
    for kind, name in kinds_and_names:
        parent = places.create(work, parent, kind, name, order_rule=order_rule)
    assert parent is not None
    return parent


def a_room(work: Work, site: str = "Storgatan 1", room: str = "Rum 1") -> Place:
    """Create a site with one room and return the room."""
    return a_place(work, (PlaceKind.SITE, site), (PlaceKind.ROOM, room))


def a_shelf(work: Work, site: str = "Centralarkivet") -> Place:
    """Create a site with room, rack and one shelf and return the shelf."""
    chain = ((PlaceKind.SITE, site), (PlaceKind.ROOM, "Rum 1"), (PlaceKind.RACK, "A"), (PlaceKind.SHELF, "1"))
    return a_place(work, *chain)


def a_box(work: Work, holder: Place, name: str = "Box 1") -> Place:
    """Create a box in a place."""
    return places.create(work, holder, PlaceKind.BOX, name)


def a_kind(work: Work, code: str = "econ", *, delicate: bool = False) -> FileKind:
    """Return the kind of file with a code, made at first use."""
    kind = work.session.scalar(select(FileKind).where(col(FileKind.code) == code))
    if kind is None:
        kind = FileKind(
            code=code,
            letter=code[0].upper(),
            name_sv="Ekonomiskt bistånd",
            name_en="Income support",
            delicate=delicate,
            retention_rule="sol",
        )
        work.session.add(kind)
        work.session.flush()
    return kind


def a_source(work: Work, code: str = "sofia") -> SourceSystem:
    """Return the source system with a code, made at first use."""
    source = work.session.scalar(select(SourceSystem).where(col(SourceSystem.code) == code))
    if source is None:
        source = SourceSystem(code=code, name=code.capitalize())
        work.session.add(source)
        work.session.flush()
    return source


def a_person(
    work: Work,
    family_name: str = "Testsson",
    given_name: str = "Test",
    *,
    number: str = "",
    protection: Protection = Protection.NONE,
) -> Person:
    """Register a person, by default with the next unused number of the published series."""
    if not number:
        used = work.session.scalar(select(func.count()).select_from(Person)) or 0
        number = NUMBERS[used]
    read = identity.read(number, today=work.now.date())
    return people.register(work, NewPerson(family_name, given_name, read, protection=protection))


def a_witness(work: Work) -> None:
    """Let there be a head who is told when a protection is lifted."""
    if work.session.scalar(select(User).where(col(User.login) == Role.MANAGER.value)) is None:
        actor, work.actor = work.actor, operator("tests")
        users.create_user(work, Role.MANAGER.value, "Enhetschef", _quick_hash(), [Role.MANAGER])
        work.actor = actor


def lift(work: Work, person: Person, protection: Protection = Protection.NONE) -> None:
    """Lift a protection as the page does: freshly proven, with grounds, before a witness."""
    a_witness(work)
    lifting.lift(work, person, protection, "besked", Proof(work.actor, work.now))


def protect(work: Work, person: Person, protection: Protection, source: str) -> None:
    """Set a protection through the door it has to pass, upwards or downwards."""
    if protection.lowers(person.protection):
        lift(work, person, protection)
    else:
        people.protect(work, person, protection, source)


def a_file(
    work: Work, place: Place, *persons: Person, reference: str = "", part: int = 1, parts: int = 1
) -> CaseFile:
    """Register a file at a place, about the persons or about one made for it."""
    if not reference:
        count = work.session.scalar(select(func.count()).select_from(CaseFile)) or 0
        reference = f"2003-{count + 1}"
    concerned = persons or (a_person(work),)
    return files.register(
        work,
        NewFile(
            reference=reference,
            source_id=a_source(work).id,
            kind_id=a_kind(work).id,
            place=place,
            persons=tuple((person.id, PersonRole.SUBJECT) for person in concerned),
            part=part,
            parts=parts,
        ),
    )


def asides(work: Work) -> str:
    """Return all that is written beside events: where names and free text belong."""
    return repr([json.loads(payload) for payload in work.session.scalars(select(col(EventPrivate.payload)))])
