"""An archive of a given size to measure in, made once through the verbs and kept under var/bench."""

import sys
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from sqlalchemy import func, select
from sqlmodel import col

from archive import migrations, reference_data
from archive.files import files
from archive.files.files import NewFile
from archive.kernel.config import Settings
from archive.kernel.partial_date import PartialDate
from archive.kernel.store import Archive, Work, operator
from archive.models import CaseFile, FileKind, Place, SourceSystem
from archive.people import people
from archive.people.people import NewPerson
from archive.places import places
from archive.places.places import Level
from archive.places.shelf_order import birth_key
from archive.rules import identity
from archive.vocabulary import OrderRule, PlaceKind, Protection
from seed.demo import city
from seed.demo.population import DEMO_DAY
from seed.demo.world import File, World

BENCH = Path(__file__).parents[2] / "var" / "bench"
BATCH = 2000
PER_BOX = 40
BUILDER = operator("bench")


def settings(files_wanted: int, url: str | None = None) -> Settings:
    """Return settings for a measured archive of a size; `url` names a PostgreSQL database."""
    folder = BENCH / str(files_wanted)
    folder.mkdir(parents=True, exist_ok=True)
    chosen = {"AKTSPAR_DATABASE_URL": url} if url else {}
    return Settings.load({"AKTSPAR_DEMO": "1", "AKTSPAR_DATA_DIR": str(folder), **chosen})


def built(files_wanted: int, url: str | None = None) -> Settings:
    """Return the settings of an archive with so many files, making it first where it is not whole."""
    chosen = settings(files_wanted, url)
    migrations.upgrade(chosen)
    archive = Archive(chosen)
    reference_data.refresh(archive)
    city.place(archive)
    with archive.read(BUILDER) as work:
        there = work.session.execute(select(func.count()).select_from(CaseFile)).scalar_one()
    if there < files_wanted:
        if there:
            raise SystemExit(f"an unfinished archive lies in {chosen.data_dir}: delete it and start again")
        _fill(archive, files_wanted)
    archive.close()
    return chosen


def _fill(archive: Archive, wanted: int) -> None:
    began = time.perf_counter()
    world = World(wanted, seed=1)
    with archive.write(BUILDER) as work:
        kinds = dict(work.session.execute(select(col(FileKind.code), col(FileKind.id))).tuples().all())
        sources = dict(
            work.session.execute(select(col(SourceSystem.code), col(SourceSystem.id))).tuples().all()
        )
    boxes = _boxes(archive, wanted // PER_BOX + 1)
    known: dict[int, int] = {}
    made = 0
    for batch in _batches(islice(world.files(), wanted)):
        with archive.write(BUILDER) as work:
            _register(work, batch, boxes, kinds, sources, known)
        made += len(batch)
        sys.stderr.write(f"\r{made} of {wanted} files, {made / (time.perf_counter() - began):.0f}/s")
    sys.stderr.write("\n")
    with archive.write(BUILDER) as work:
        work.connection.exec_driver_sql("ANALYZE")


def _batches(every: Iterator[File]) -> Iterator[list[File]]:
    while batch := list(islice(every, BATCH)):
        yield batch


def _boxes(archive: Archive, wanted: int) -> list[Place]:
    boxes: list[Place] = []
    with archive.write(BUILDER) as work:
        site = places.create(
            work, None, PlaceKind.SITE, "Centralarkivet", order_rule=OrderRule.BIRTH_DATE, central=True
        )
        rooms = places.create_many(work, site, [Level(PlaceKind.ROOM, places.names_from("1-10"))])
    rack = 0
    while len(boxes) < wanted:
        rack += 1
        levels = [
            Level(PlaceKind.RACK, (str(rack),)),
            Level(PlaceKind.SHELF, places.names_from("1-6")),
            Level(PlaceKind.BOX, places.names_from("1-10")),
        ]
        with archive.write(BUILDER) as work:
            room = places.get(work, rooms[rack % len(rooms)].id)
            made = places.create_many(work, room, levels)
        boxes += [place for place in made if place.kind is PlaceKind.BOX]
    return boxes


def _register(
    work: Work,
    batch: Sequence[File],
    boxes: list[Place],
    kinds: dict[str, int],
    sources: dict[str, int],
    known: dict[int, int],
) -> None:
    fresh = {
        person.index: person for file in batch for person, _role in file.persons if person.index not in known
    }
    registered = people.register_many(
        work,
        [
            NewPerson(
                person.family_name,
                person.given_name,
                identity.read(person.number, today=DEMO_DAY) if person.number else None,
                PartialDate.from_date(person.born),
                person.protection,
            )
            for person in fresh.values()
        ],
    )
    known.update({index: person.id for index, person in zip(fresh, registered, strict=True)})
    files.register_many(
        work,
        [
            NewFile(
                reference=file.reference,
                source_id=sources[file.source],
                kind_id=kinds[file.kind],
                place=boxes[file.index // PER_BOX],
                persons=tuple((known[person.index], role) for person, role in file.persons),
                part=file.part,
                parts=file.parts,
                opened_on=PartialDate.from_date(file.opened),
                closed_on=PartialDate.from_date(file.closed),
                last_note_on=PartialDate.from_date(file.last_note),
                protected=any(person.protection is not Protection.NONE for person, _role in file.persons),
                birth_key=birth_key(file.subject.number),
            )
            for file in batch
        ],
    )
