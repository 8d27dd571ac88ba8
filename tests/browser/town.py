"""Two rooms of the demo archive that send, the crates, who works there, and what is wrong with some files."""

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from archive import reference_data
from archive.accounts import users
from archive.kernel.store import Archive, operator
from archive.models import Place
from archive.places import places
from archive.places.places import Level
from archive.vocabulary import PlaceKind, Role
from seed.demo import city
from seed.demo.cast import DemoClock
from seed.demo.fill import Population
from seed.demo.lists import FORMS, rows
from seed.demo.world import World
from seed.demo.write import write_list
from tests.builders import PASSWORD, user_in_role

ADDRESS = "Ribbingsgatan 41"


@dataclass
class Share:
    """What one room sends, as its pages and labels say it."""

    room: str
    crates: list[str]  # the codes on them
    per_crate: int
    number: int = 0
    codes: list[str] = field(default_factory=list)  # in the order of the pick list
    open_codes: list[str] = field(default_factory=list)  # those in no envelope
    seals: list[str] = field(default_factory=list)

    def in_crate(self, crate: int) -> list[str]:
        """Return the codes the list puts into a crate."""
        return self.codes[crate * self.per_crate : (crate + 1) * self.per_crate]


@dataclass
class Town:
    """Two rooms of the demo archive that send, the crates, and who works there."""

    shares: tuple[Share, Share]
    shelf: str  # the code of one in the central archive
    keepers: tuple[str, str]
    per_crate: int
    delivery: int = 0

    @property
    def each(self) -> int:
        """Return how many files a room sends, in three crates."""
        return 3 * self.per_crate


@dataclass(frozen=True)
class Faults:
    """The codes of the files something is wrong with; `extra` stands in the room and on no list."""

    missing: str
    extra: str
    elsewhere: str  # packed in the first crate, lies in the second
    relabelled: str
    old_label: str
    swapped: tuple[str, str]
    misregistered: str


def a_town(archive: Archive, folder: Path, per_crate: int) -> Town:
    """Build the demo archive and read in the list of one address, as the demo does."""
    reference_data.refresh(archive)
    city.place(archive)
    world = World(2300, 1)
    population = Population(archive, DemoClock.before(archive.clock(), 0), world, lambda _said: None)
    for role in (Role.ASSISTANT, Role.ROOM_KEEPER, Role.SEALED_KEEPER):
        user_in_role(archive, role)
    archivist = user_in_role(archive, Role.ARCHIVIST)
    population.build(archivist)
    form = next(one for one in FORMS if ADDRESS in one.file_name)
    write_list(folder / form.file_name, form, rows(world, form, 1))
    population.read_in(archivist, folder / form.file_name)
    with archive.write(operator("tests")) as work:
        keeper = users.create_user(
            work, "kuvert2", "Kim Kuvert", users.hash_password(PASSWORD, "kuvert2"), [Role.SEALED_KEEPER]
        )
        named = {place.name: place for place in work.session.scalars(select(Place))}
        made = places.create_many(
            work,
            places.get(work, named["Mottagningen"].id),
            [Level(PlaceKind.CRATE, tuple(f"Låda {number}" for number in range(1, 7)))],
        )
        room = places.get(work, named["Magasin 3"].id)
        shelf = select(col(Place.code)).where(
            col(Place.kind) == PlaceKind.SHELF, col(Place.path).startswith(room.path)
        )
        home = work.session.scalars(shelf.order_by(col(Place.path))).first()
    assert home is not None
    crates = [crate.code for crate in made]
    return Town(
        (Share("Valvet", crates[:3], per_crate), Share("Mellanarkiv", crates[3:], per_crate)),
        home,
        (Role.SEALED_KEEPER.value, keeper.login),
        per_crate,
    )
