"""The demo's missing files: one found again in another's cover, one looked for today, and a deviation."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlmodel import col

from archive.clock import add_working_days, local_date
from archive.domain import (
    files,
    incident_steps,
    incidents,
    matters,
    places,
    routine_versions,
    searches,
)
from archive.domain.incident_endings import said_moment
from archive.domain.incidents import Found, Report
from archive.domain.searches import Searched
from archive.models import CaseFile, CoverCheck, Place, Unit
from archive.store import Actor, Archive, Work
from archive.vocabulary import Custody, FoundState, Occasion, OthersRead, PlaceKind, SearchResult
from routines import engine
from routines.conditions import Answer
from seed.demo.cast import ARCHIVIST, ASSISTANTS, CASE_WORKER, MANAGER, UNIT, DemoClock
from seed.demo.checkers import Checkers
from seed.demo.transports import Transport

WORDS: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(
    Path(__file__).with_name("missing.yaml").read_text("utf-8")
)
MISSED_ON, SEARCHED_ON, JUDGED_ON, GIVEN_UP_ON = 8, 9, 12, 26  # working days of the story
FOUND_IN = 4  # the delivery whose cover check finds it
DEVIATION_ON = 10
COVER_LOG = "cover_log"  # asked for only where it lay in another's cover


@dataclass
class Missing:
    """What cannot be found in the demo archive, and who does what about it."""

    archive: Archive
    clock: DemoClock
    people: dict[str, Actor]
    checkers: Checkers
    earlier: int = 0
    sought: int = 0
    found: bool = False
    in_cover: bool = False
    closing: int = 0  # days since it was found

    def day(self, number: int) -> None:
        """Let a working day pass."""
        if number == MISSED_ON:
            self._miss_in_old_room()
        elif number == SEARCHED_ON and self.earlier:
            self._say(
                self.earlier, "later", "second_search", "dpo_advice", "decide_notification", "notify_imy"
            )
            self._say(self.earlier, "later", "decide_inform", "lift_stop")
        elif number == DEVIATION_ON:
            self._deviate()
        elif number == JUDGED_ON and self.earlier:
            self._say(self.earlier, "later", "lex_sarah_investigation")
        elif number == GIVEN_UP_ON and self.earlier and not self.found:
            self._confirm(None)
        if self.found:
            self.closing += 1
            if self.closing == 3:
                self._finish()

    # The earlier one

    def _miss_in_old_room(self) -> None:
        """Let a case worker miss a file of an old room, which nobody finds where it should stand."""
        with self.archive.read(self.people[ARCHIVIST]) as work:
            self.sought = _someones_file(work, central=False) or 0
        if not self.sought:
            return
        self.clock.at(9, 40)
        self.earlier = self._report(
            self.sought, "Begäran om utdrag ur akten.", "Den akten gäller, genom sitt ombud"
        )
        self.clock.forward(minutes=25)
        self._say(self.earlier, "at_once", *WORDS["at_once"])

    def _report(self, file_id: int, purpose: str, waiting: str) -> int:
        with self.archive.write(self.people[CASE_WORKER]) as work:
            unit = work.session.scalars(select(Unit).where(col(Unit.name) == UNIT)).first()
            said = Report(
                (file_id,),
                occasion=Occasion.REQUEST,
                missed_at=work.now - timedelta(minutes=50),
                suspected_at=work.now - timedelta(minutes=10),
                purpose=purpose,
                waiting=waiting,
                circumstances="Boxen är framme men akten ligger inte i den. Kollegorna har inte haft den.",
                unit_id=unit.id if unit else None,
            )
            return incidents.report(work, said).id

    def turns_up(self, transport: Transport) -> None:
        """Let the missing file lie in a cover of a delivery, where the check finds it."""
        waiting = [number for number, sealed in self.checkers.waiting(transport.id) if not sealed]
        if transport.number < FOUND_IN or not self.earlier or self.found or not waiting:
            return
        self.checkers.foreign(waiting[0], self.sought)
        self._confirm(waiting[0])
        self.checkers.set_right(waiting[0])

    def _confirm(self, check_id: int | None) -> None:
        """Confirm that what was seen is the missing file; without a check it stood in the wrong place."""
        self.clock.forward(minutes=20)
        with self.archive.write(self.people[ARCHIVIST]) as work:
            incident = incidents.get(work, self.earlier)
            items = [item.id for item in incidents.items(work, incident)]
            cover = work.session.get_one(CoverCheck, check_id).file_id if check_id else None
            place = files.get(work, cover or self.sought).place_id
            said = (
                "Hela akten låg sist i omslaget till en annan akt." if cover else "Felställd på hyllan under."
            )
            how = "delivery" if cover else "search"
            by = self.people[ASSISTANTS[1]].user_id
            found = Found(
                work.now, said, how, by, place, cover, state=FoundState.WHOLE, others_read=OthersRead.NO
            )
            incidents.found(work, incident, items, found)
        self.found, self.in_cover = True, check_id is not None

    def _finish(self) -> None:
        """Do what is left of the earlier case, to its end."""
        known = {**WORDS["at_once"], **WORDS["later"], **WORDS["found"]}
        if not self.in_cover:
            known["after_find"] = {
                name: said for name, said in known["after_find"].items() if name != COVER_LOG
            }
        for _step in range(len(known)):
            with self.archive.read(self.people[ARCHIVIST]) as work:
                run = incident_steps.course(work, incidents.get(work, self.earlier))
                left = [record.step for record in engine.open_steps(run.progress)]
            if not left:
                return
            step = next((one for one in left if one in known and one != "close"), left[0])
            self.clock.forward(minutes=4)
            if step in known:
                self._do(self.earlier, step, known[step])
            else:
                self._set_aside(step)

    def _set_aside(self, step: str) -> None:
        with self.archive.write(self.people[ARCHIVIST]) as work:
            incident = incidents.get(work, self.earlier)
            incidents.not_needed(work, incident, step, "Akten är återfunnen.")

    # Today's

    def today(self) -> None:
        """Report a file of the central archive that is not in its box; the first search finds nothing."""
        with self.archive.read(self.people[ARCHIVIST]) as work:
            file_id = _someones_file(work, central=True)
        if file_id is None:
            return
        self.clock.before_the_end(2.2)
        incident = self._report(file_id, "Underlag till ny utredning.", "Handläggaren i det nya ärendet")
        self.clock.forward(minutes=15)
        self._say(incident, "at_once", "tell_manager", "tell_dpo", "screen_risk", "secure_room")
        self.clock.forward(minutes=30)
        self._say(incident, "at_once", "first_search", "shelf_marker")
        self._search(incident, file_id)

    def _search(self, incident_id: int, file_id: int) -> None:
        """Go through the boxes beside its own, one after the other."""
        with self.archive.read(self.people[ARCHIVIST]) as work:
            box = places.get(work, files.get(work, file_id).place_id)
            beside = places.children(work, places.get(work, box.parent_id or 0))
            near = [place.id for place in beside if place.kind is PlaceKind.BOX][:3]
        for place_id in near:
            self.clock.forward(minutes=4)
            with self.archive.write(self.people[ASSISTANTS[0]]) as work:
                said = Searched(SearchResult.NOT_FOUND, lead=f"read:{place_id}", minutes=4)
                searches.record(work, incidents.get(work, incident_id), said)

    # What else is going on

    def _deviate(self) -> None:
        """Report the broken seal of a crate as a deviation, and judge it."""
        with self.archive.write(self.people[ASSISTANTS[1]]) as work:
            owner = self.people[MANAGER].user_id
            new = matters.New("En flyttlådas plombering var bruten.", owner_id=owner)
            number = matters.begin(work, "deviation", new).id
        for step, said in WORDS["deviation"].items():
            self.clock.forward(minutes=20)
            with self.archive.write(self.people[said["who"]]) as work:
                matters.complete(work, matters.get(work, number), step, self._answers(work, said))

    def read_routines(self) -> None:
        """Let some confirm that they have read the routines."""
        with self.archive.read(self.people[ARCHIVIST]) as work:
            in_force = [version.id for version in routine_versions.unread(work)]
        for login in (ARCHIVIST, ASSISTANTS[0], MANAGER):
            with self.archive.write(self.people[login]) as work:
                for version_id in in_force:
                    routine_versions.confirm_read(work, routine_versions.get(work, version_id))

    # The steps

    def _say(self, incident: int, part: str, *steps: str) -> None:
        for step in steps:
            self.clock.forward(minutes=3)
            self._do(incident, step, WORDS[part][step])

    def _do(self, incident_id: int, step: str, said: dict[str, Any]) -> None:
        with self.archive.write(self.people[said["who"]]) as work:
            incident = incidents.get(work, incident_id)
            incidents.complete(work, incident, step, self._answers(work, said, incident_id))

    def _answers(self, work: Work, said: dict[str, Any], number: int = 0) -> dict[str, Answer]:
        return {name: self._answer(work, text, number) for name, text in said.items() if name != "who"}

    def _answer(self, work: Work, said: Any, number: int) -> Answer:
        if isinstance(said, list):
            return tuple(said)
        if not isinstance(said, str):
            answer: Answer = said
            return answer
        if said.startswith("@"):
            return f"user:{self.people[said.removeprefix('@')].user_id}"
        if said == "now":
            return said_moment(work.now)
        if said.startswith("day+"):
            return add_working_days(local_date(work.now), int(said.removeprefix("day+"))).isoformat()
        return said.replace("{year}", str(local_date(work.now).year)).replace("{id}", str(number))


def _someones_file(work: Work, *, central: bool) -> int | None:
    """Return a file of a grown-up that stands at its place, of the case worker's unit if there is one."""
    unit = select(col(Unit.id)).where(col(Unit.name) == UNIT).scalar_subquery()
    statement = (
        select(col(CaseFile.id))
        .join(Place, col(Place.id) == CaseFile.place_id)
        .where(
            col(CaseFile.status) == Custody.ON_PLACE,
            col(Place.central) if central else ~col(Place.central),
            col(Place.kind) == PlaceKind.BOX,
            ~col(CaseFile.protected),
            ~col(CaseFile.child_investigation),
            ~col(CaseFile.placed_child),
        )
        .order_by((col(CaseFile.unit_id) == unit).desc(), col(Place.path).desc(), col(CaseFile.id))
    )
    return work.session.scalars(statement.limit(1)).first()
