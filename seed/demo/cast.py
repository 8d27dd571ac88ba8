"""Who works in the demo archive, and the clock its story runs by."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Self

from archive.accounts import users
from archive.kernel.clock import STOCKHOLM, add_working_days, is_working_day, local, local_date
from archive.kernel.store import Actor, Archive, operator
from archive.vocabulary import Role

OPENS, BEGINS, CLOSES = time(7), time(7, 5), time(17)
"""Nobody is in the archive before or after these, nor on a day that is no working day."""
ENOUGH = time(11)  # from then on a day has had hours enough for what is going on today
LAST_HOURS = 6  # of the last day: what is going on now began so long ago at most

ARCHIVIST = "astrid.lindqvist"
ASSISTANTS = ("ali.nordin", "elin.sandberg", "oskar.falk")
KEEPER, OTHER_KEEPER = "greta.holm", "sven.ahlgren"
CASE_WORKER, MANAGER = "jonas.ek", "mona.sjodin"
SEALED_KEEPERS = ("kerstin.nyberg", "hugo.claesson")
OFFICER, REGISTRAR, LEX_SARAH = "petra.vik", "inger.holmberg", "marie.arvidsson"
AUDITOR = "lars.adell"
UNIT, OTHER_UNIT = "Barn och familj Norr", "Ekonomiskt bistånd Söder"
# The first of a role is who acts in the story; the others are there to check, decide and sign beside them.
STAFF = (
    (ARCHIVIST, "Astrid Lindqvist", Role.ARCHIVIST, "Centralarkivet"),
    ("bengt.dahl", "Bengt Dahl", Role.ARCHIVIST, "Centralarkivet"),
    (ASSISTANTS[0], "Ali Nordin", Role.ASSISTANT, "Centralarkivet"),
    (ASSISTANTS[1], "Elin Sandberg", Role.ASSISTANT, "Centralarkivet"),
    (ASSISTANTS[2], "Oskar Falk", Role.ASSISTANT, "Centralarkivet"),
    (KEEPER, "Greta Holm", Role.ROOM_KEEPER, "Ribbingsgatan 41"),
    (OTHER_KEEPER, "Sven Ahlgren", Role.ROOM_KEEPER, "Pildammsgränd 9"),
    (CASE_WORKER, "Jonas Ek", Role.CASE_WORKER, UNIT),
    ("linnea.berg", "Linnea Berg", Role.CASE_WORKER, OTHER_UNIT),
    (MANAGER, "Mona Sjödin", Role.MANAGER, UNIT),
    ("peter.lindgren", "Peter Lindgren", Role.MANAGER, OTHER_UNIT),
    (OFFICER, "Petra Vik", Role.DATA_PROTECTION_OFFICER, "Stadskontoret"),
    ("goran.wallin", "Göran Wallin", Role.DATA_PROTECTION_OFFICER, "Stadskontoret"),
    (AUDITOR, "Lars Adell", Role.AUDITOR, "Stadsrevisionen"),
    ("ulla.bergman", "Ulla Bergman", Role.AUDITOR, "Stadsrevisionen"),
    (SEALED_KEEPERS[0], "Kerstin Nyberg", Role.SEALED_KEEPER, "Centralarkivet"),
    (SEALED_KEEPERS[1], "Hugo Claesson", Role.SEALED_KEEPER, "Centralarkivet"),
    (REGISTRAR, "Inger Holmberg", Role.REGISTRAR, "Socialförvaltningens registratur"),
    ("maria.olofsson", "Maria Olofsson", Role.REGISTRAR, "Socialförvaltningens registratur"),
    (LEX_SARAH, "Marie Arvidsson", Role.LEX_SARAH_OFFICER, "Kvalitetsenheten"),
    ("jan.soderberg", "Jan Söderberg", Role.LEX_SARAH_OFFICER, "Kvalitetsenheten"),
    ("henrik.lundin", "Henrik Lundin", Role.DELEGATE, "Förvaltningsledningen"),
    ("cecilia.strom", "Cecilia Ström", Role.DELEGATE, "Förvaltningsledningen"),
    ("torsten.rosen", "Torsten Rosén", Role.CITY_ARCHIVE, "Stadsarkivet"),
    ("birgitta.engstrom", "Birgitta Engström", Role.CITY_ARCHIVE, "Stadsarkivet"),
    ("sara.blom", "Sara Blom", Role.ADMINISTRATOR, "IT-avdelningen"),
    ("mats.viklund", "Mats Viklund", Role.ADMINISTRATOR, "IT-avdelningen"),
)


def hire(archive: Archive) -> dict[str, Actor]:
    """Create the staff; in a demo one signs in by a click, so nobody needs the passwords."""
    password = users.hash_password(secrets.token_urlsafe(18), ARCHIVIST)
    people = {}
    with archive.write(operator("demo")) as work:
        for login, name, role, unit in STAFF:
            user = users.create_user(work, login, name, password, [role], unit=unit)
            people[login] = users.actor(user.stream, user.name, user.id, [role])
    return people


def at_work(archive: Archive) -> dict[str, Actor]:
    """Return the staff of a populated archive, by user name."""
    with archive.read(operator("demo")) as work:
        return {
            user.login: users.actor(user.stream, user.name, user.id, roles)
            for user, roles in users.users(work)
        }


def first_of_each(people: Mapping[str, Actor]) -> dict[Role, Actor]:
    """Return one person per role."""
    found: dict[Role, Actor] = {}
    for login, _name, role, _unit in STAFF:
        found.setdefault(role, people[login])
    return found


def last_moment(now: datetime) -> datetime:
    """Return the last moment of work at or before now, of a day that has had hours enough of it."""
    here = local(now)
    if is_working_day(here.date()) and here.time() >= ENOUGH:
        return min(now, _at(here.date(), CLOSES))
    return _at(days_before(here.date(), 1), CLOSES)


def days_before(day: date, count: int) -> date:
    """Return the working day that lies so many working days before a day."""
    while count:
        day -= timedelta(days=1)
        count -= is_working_day(day)
    return day


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, STOCKHOLM).astimezone(UTC)


@dataclass(slots=True)
class DemoClock:
    """Tell a time that passes as the demo's story does: only in working hours, until its last moment.

    What takes longer than the time left goes quicker and quicker: nothing is ever later than `until`.
    """

    now: datetime
    ends: datetime
    until: datetime = field(init=False)

    def __post_init__(self) -> None:
        """Let the first day end when the archive closes."""
        self.until = min(_at(local_date(self.now), CLOSES), self.ends)

    @classmethod
    def before(cls, now: datetime, days: int) -> Self:
        """Return a clock that stands on a morning so many working days before the last one."""
        ends = last_moment(now)
        return cls(_at(days_before(local_date(ends), days), BEGINS), ends)

    def __call__(self) -> datetime:
        """Return the moment; each reading is a little later than the one before."""
        self._pass(timedelta(milliseconds=40))
        return self.now

    @property
    def last_day(self) -> date:
        """Return the day the story ends."""
        return local_date(self.ends)

    def next_morning(self) -> None:
        """Go on to the morning of the next working day."""
        day = add_working_days(local_date(self.now), 1)
        self.now = max(self.now, min(_at(day, BEGINS), self.ends))
        self.until = min(_at(day, CLOSES), self.ends)

    def at(self, hour: int, minute: int = 0) -> None:
        """Go on to an hour of the day as clocks in Stockholm show it, unless it has passed."""
        moment = _at(local_date(self.now), time(hour, minute))
        if self.now < moment < self.until:
            self.now = moment

    def forward(self, *, minutes: float = 0, seconds: float = 0) -> None:
        """Let time pass."""
        self._pass(timedelta(minutes=minutes, seconds=seconds))

    def on_the_last_day(self) -> bool:
        """Tell whether the story's last day has come."""
        return local_date(self.now) >= self.last_day

    def before_the_end(self, hours: float, *, leaving: float = 0) -> None:
        """Go on to so many hours before the end; what happens then leaves the last ones to others."""
        morning = _at(self.last_day, BEGINS)
        self.now = max(self.now, morning, self.ends - timedelta(hours=hours))
        self.until = self.ends - timedelta(hours=leaving)

    def _pass(self, span: timedelta) -> None:
        self.now += max(min(span, (self.until - self.now) / 16), timedelta())
