"""Who works in the demo archive, and the clock its story runs by."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from archive.clock import add_working_days, local, local_date, system_clock
from archive.domain import staff
from archive.store import Actor, Archive, operator
from archive.vocabulary import Role

DAYS = 60  # the demo's history reaches so far back
LAST_HOURS = 6  # of the last day: what is going on now began so long ago

ARCHIVIST = "astrid.lindqvist"
ASSISTANTS = ("ali.nordin", "elin.sandberg", "oskar.falk")
KEEPER, OTHER_KEEPER = "greta.holm", "sven.ahlgren"
CASE_WORKER, MANAGER = "jonas.ek", "mona.sjodin"
SEALED_KEEPERS = ("kerstin.nyberg", "hugo.claesson")
OFFICER, REGISTRAR, LEX_SARAH = "petra.vik", "inger.holmberg", "marie.arvidsson"
AUDITOR = "lars.adell"
UNIT = "Barn och familj Norr"
# The first of a role is whom one signs in as by a click.
STAFF = (
    (ARCHIVIST, "Astrid Lindqvist", Role.ARCHIVIST, "Centralarkivet"),
    (ASSISTANTS[0], "Ali Nordin", Role.ASSISTANT, "Centralarkivet"),
    (ASSISTANTS[1], "Elin Sandberg", Role.ASSISTANT, "Centralarkivet"),
    (ASSISTANTS[2], "Oskar Falk", Role.ASSISTANT, "Centralarkivet"),
    (KEEPER, "Greta Holm", Role.ROOM_KEEPER, "Ribbingsgatan 41"),
    (OTHER_KEEPER, "Sven Ahlgren", Role.ROOM_KEEPER, "Pildammsgränd 9"),
    (CASE_WORKER, "Jonas Ek", Role.CASE_WORKER, UNIT),
    (MANAGER, "Mona Sjödin", Role.MANAGER, UNIT),
    (OFFICER, "Petra Vik", Role.DATA_PROTECTION_OFFICER, "Stadskontoret"),
    (AUDITOR, "Lars Adell", Role.AUDITOR, "Stadsrevisionen"),
    (SEALED_KEEPERS[0], "Kerstin Nyberg", Role.SEALED_KEEPER, "Centralarkivet"),
    (SEALED_KEEPERS[1], "Hugo Claesson", Role.SEALED_KEEPER, "Centralarkivet"),
    (REGISTRAR, "Inger Holmberg", Role.REGISTRAR, "Socialförvaltningens registratur"),
    (LEX_SARAH, "Marie Arvidsson", Role.LEX_SARAH_OFFICER, "Kvalitetsenheten"),
    ("henrik.lundin", "Henrik Lundin", Role.DELEGATE, "Förvaltningsledningen"),
    ("torsten.rosen", "Torsten Rosén", Role.CITY_ARCHIVE, "Stadsarkivet"),
    ("sara.blom", "Sara Blom", Role.ADMINISTRATOR, "IT-avdelningen"),
)


def hire(archive: Archive) -> dict[str, Actor]:
    """Create the staff; in a demo one signs in by a click, so nobody needs the passwords."""
    password = staff.hash_password(secrets.token_urlsafe(18), ARCHIVIST)
    people = {}
    with archive.write(operator("demo")) as work:
        for login, name, role, unit in STAFF:
            user = staff.create_user(work, login, name, password, [role], unit=unit)
            people[login] = staff.actor(user.stream, user.name, user.id, [role])
    return people


def first_of_each(people: Mapping[str, Actor]) -> dict[Role, Actor]:
    """Return one person per role."""
    found: dict[Role, Actor] = {}
    for login, _name, role, _unit in STAFF:
        found.setdefault(role, people[login])
    return found


@dataclass(slots=True)
class DemoClock:
    """Tell a time that passes as the demo's story does, from two months ago until now."""

    now: datetime = field(default_factory=lambda: system_clock() - timedelta(days=DAYS))

    def __call__(self) -> datetime:
        """Return the moment; each reading is a little later than the one before."""
        self._go_on_to(self.now + timedelta(milliseconds=40))
        return self.now

    def next_morning(self, days: int = 1) -> None:
        """Go on to the morning of a later working day."""
        day = add_working_days(local_date(self.now), days)
        self._go_on_to(datetime(day.year, day.month, day.day, 7, 5, tzinfo=self.now.tzinfo))

    def at(self, hour: int, minute: int = 0) -> None:
        """Go on to an hour of the day as clocks in Stockholm show it, unless it has passed."""
        self._go_on_to(
            local(self.now).replace(hour=hour, minute=minute, second=0).astimezone(self.now.tzinfo)
        )

    def forward(self, *, minutes: float = 0, seconds: float = 0) -> None:
        """Let time pass."""
        self._go_on_to(self.now + timedelta(minutes=minutes, seconds=seconds))

    def to_the_end(self) -> bool:
        """Go on to the last hours of the story when its last day has come; tell whether it has."""
        end = system_clock()
        if add_working_days(local_date(self.now), 1) < local_date(end):
            return False
        self.before_the_end(LAST_HOURS)
        return True

    def before_the_end(self, hours: float) -> None:
        """Go on to so many hours before now."""
        self._go_on_to(system_clock() - timedelta(hours=hours))

    def _go_on_to(self, moment: datetime) -> None:
        self.now = min(max(self.now, moment), system_clock())
