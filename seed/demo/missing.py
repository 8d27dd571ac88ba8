"""The demo's missing files: one found again in another's cover, one looked for today, and a deviation."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlmodel import col

from archive.files import files
from archive.incidents import prefills, reporting, steps
from archive.incidents.decisions import said_moment
from archive.incidents.reporting import MissReport, StatedFind
from archive.kernel.clock import STOCKHOLM, add_working_days, local_date
from archive.kernel.config import DEMO_CONTROLLER
from archive.kernel.store import Actor, Archive, Work
from archive.models import CaseFile, CoverCheck, Place, Unit
from archive.notifications import inbox
from archive.places import places
from archive.quality import cases
from archive.routine_runs import versions
from archive.routine_runs.steps import RunCourse
from archive.search import searches
from archive.search.searches import Searched
from archive.vocabulary import Custody, FoundState, Occasion, OthersRead, PlaceKind, SearchResult
from archive.vocabulary.wording import DEFAULT_LOCALE, speaking
from routines import engine
from routines.conditions import Answer
from routines.model import FormField, RequiredPaper
from routines.progress import Record, State
from seed.demo.cast import ARCHIVIST, ASSISTANTS, CASE_WORKER, MANAGER, UNIT, DemoClock
from seed.demo.checkers import Checkers
from seed.demo.transports import Carriers, Transport

WORDS: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(
    Path(__file__).with_name("missing.yaml").read_text("utf-8")
)
MISSED_ON, GIVEN_UP_ON = 8, 18  # working days of the story
FOUND_IN = 3  # the delivery whose cover check finds it
LAST_MISS = 1.8  # hours before the end in which today's file is missed and searched for
LEARNED_AFTER, FOLLOWED_UP_AFTER = 3, 10  # working days after the find
NOT_BEFORE = {"lessons", "follow_up", "close"}  # these are done on a day of their own, not when they are due


@dataclass
class Missing:
    """What cannot be found in the demo archive, and who does what about it."""

    archive: Archive
    clock: DemoClock
    people: dict[str, Actor]
    checkers: Checkers
    carriers: Carriers
    earlier: int = 0
    sought: int = 0
    missed: datetime | None = None
    found: bool = False
    in_cover: bool = False
    closing: int = 0  # days since it was found
    deviation: int = 0

    def day(self, number: int) -> None:
        """Let the morning of a working day pass."""
        if number == MISSED_ON:
            self._miss_in_old_room()
        elif self.earlier and self.closing <= FOLLOWED_UP_AFTER:
            self.clock.at(9, 40)
            self._keep_clocks()
        if self.carriers.seal_broke_at is not None and not self.deviation:
            self._deviate(self.carriers.seal_broke_at)

    def evening(self, number: int) -> None:
        """Let the end of a working day pass: what is due before the next one is done."""
        if number == MISSED_ON and self.earlier:
            self._keep_clocks()
        elif number == GIVEN_UP_ON and self.earlier and not self.found:
            self._confirm(None)
        if self.found and self.closing <= FOLLOWED_UP_AFTER:
            self._keep_clocks()
            self.closing += 1

    def _keep_clocks(self) -> None:
        """Do the steps whose clock runs out before the next noon of work, and those whose day it is."""
        for _step in range(len(self._known)):
            with self.archive.read(self.people[ARCHIVIST]) as work:
                run = steps.course(work, reporting.get(work, self.earlier))
                records = engine.open_steps(run.progress)
                step = next((record.step for record in records if self._is_due(record)), None)
            if step is None:
                return
            self.clock.forward(minutes=4)
            if step in self._known:
                self._do(self.earlier, step, self._known[step])
            else:
                self._set_aside(step)

    def _is_due(self, record: Record) -> bool:
        if record.step in NOT_BEFORE:
            return self.closing >= (LEARNED_AFTER if record.step == "lessons" else FOLLOWED_UP_AFTER)
        if self.closing >= FOLLOWED_UP_AFTER:
            return True  # nothing is left open when the case is closed
        noon = noon_after(self.clock.now)
        return record.deadline is not None and record.deadline < noon

    @property
    def _known(self) -> dict[str, dict[str, Any]]:
        """Return what people write in the steps of the earlier case, before the find and after it."""
        if not self.found:
            return {**WORDS["at_once"], **WORDS["later"]}
        where = "in_cover" if self.in_cover else "on_shelf"
        known = {**WORDS["at_once"], **WORDS["later"], **WORDS["found"]}
        return {step: {**said, **WORDS[where].get(step, {})} for step, said in known.items()}

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
        self.missed = self.clock.now
        self.clock.forward(minutes=25)
        for step, said in WORDS["at_once"].items():
            self.clock.forward(minutes=3)
            self._do(self.earlier, step, said)

    def _report(self, file_id: int, purpose: str, waiting: str) -> int:
        with self.archive.write(self.people[CASE_WORKER]) as work:
            unit = work.session.scalars(select(Unit).where(col(Unit.name) == UNIT)).first()
            said = MissReport(
                (file_id,),
                occasion=Occasion.REQUEST,
                missed_at=work.now - timedelta(minutes=50),
                suspected_at=work.now - timedelta(minutes=10),
                purpose=purpose,
                waiting=waiting,
                circumstances="Boxen är framme men akten ligger inte i den. Kollegorna har inte haft den.",
                unit_id=unit.id if unit else None,
            )
            return reporting.report(work, said).id

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
        seen_at = self.clock.now
        self.clock.forward(minutes=20)
        with self.archive.write(self.people[ARCHIVIST]) as work:
            incident = reporting.get(work, self.earlier)
            items = [item.id for item in reporting.items(work, incident)]
            cover = work.session.get_one(CoverCheck, check_id).file_id if check_id else None
            place = files.get(work, cover or self.sought).place_id
            said = (
                "Hela akten låg sist i omslaget till en annan akt." if cover else "Felställd på hyllan under."
            )
            how = "delivery" if cover else "search"
            by = self.people[ASSISTANTS[1]].user_id
            found = StatedFind(
                seen_at, said, how, by, place, cover, state=FoundState.WHOLE, others_read=OthersRead.NO
            )
            reporting.found(work, incident, items, found)
        self.found, self.in_cover = True, check_id is not None

    def _set_aside(self, step: str) -> None:
        with self.archive.write(self.people[ARCHIVIST]) as work:
            incident = reporting.get(work, self.earlier)
            reporting.not_needed(work, incident, step, "Akten är återfunnen.")

    # Today's

    def today(self) -> None:
        """Report a file of the central archive that is not in its box; the first search finds nothing."""
        with self.archive.read(self.people[ARCHIVIST]) as work:
            file_id = _someones_file(work, central=True)
        if file_id is None:
            return
        self.clock.before_the_end(LAST_MISS)
        incident = self._report(file_id, "Vill läsa sin akt på plats.", "Den akten gäller")
        self.clock.forward(minutes=10)
        self._say(incident, "tell_manager", "tell_dpo", "screen_risk", "secure_room", "record_checks")
        self.clock.forward(minutes=20)
        self._say(incident, "lex_sarah_report", "first_search", "shelf_marker")
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
                searches.record(work, reporting.get(work, incident_id), said)

    # What else is going on

    def _deviate(self, broke_at: datetime) -> None:
        """Report the broken seal of a crate as a deviation, and judge it."""
        with self.archive.write(self.people[ASSISTANTS[1]]) as work:
            owner = self.people[MANAGER].user_id
            new = cases.New("En flyttlådas plombering var bruten.", owner_id=owner, noticed_at=broke_at)
            self.deviation = cases.begin(work, "deviation", new).id
        for step, said in WORDS["deviation"].items():
            self.clock.forward(minutes=20)
            with self.archive.write(self.people[said["who"]]) as work:
                matter = cases.get(work, self.deviation)
                answers = self.answers(work, cases.course(work, matter), step, said)
                cases.complete(work, matter, step, answers)

    def read_routines(self) -> None:
        """Let some confirm that they have read the routines."""
        with self.archive.read(self.people[ARCHIVIST]) as work:
            in_force = [version.id for version in versions.unread(work)]
        for login in (ARCHIVIST, ASSISTANTS[0], MANAGER):
            with self.archive.write(self.people[login]) as work:
                for version_id in in_force:
                    versions.confirm_read(work, versions.get(work, version_id))

    # The steps

    def _say(self, incident: int, *steps: str) -> None:
        for step in steps:
            self.clock.forward(minutes=3)
            self._do(incident, step, WORDS["at_once"][step])

    def _do(self, incident_id: int, step: str, said: dict[str, Any]) -> None:
        with self.archive.write(self.people[said["who"]]) as work:
            incident = reporting.get(work, incident_id)
            inbox.mark_read(work)
            answers = self.answers(work, steps.course(work, incident), step, said, incident_id)
            reporting.complete(work, incident, step, answers)

    def answers(
        self, work: Work, run: RunCourse, step: str, said: dict[str, Any], number: int = 0
    ) -> dict[str, Answer]:
        """Answer what the form of a step asks now, in the order it asks; raises LookupError without words."""
        given: dict[str, Answer] = {}
        form: tuple[FormField | RequiredPaper, ...] = (*run.step(step).fields, *run.step(step).evidence)
        for one in form:
            if not State(run.routine, run.progress, work.now, (step, given)).holds(one.when):
                continue
            if one.id in said:
                given[one.id] = self._answer(work, said[one.id], number)
            elif one.required:
                raise LookupError(f"missing.yaml has no words for {step}.{one.id}")
        return given

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
        if said == "broken":
            return said_moment(self.carriers.seal_broke_at or work.now)
        if said.startswith("day+"):
            return add_working_days(local_date(work.now), int(said.removeprefix("day+"))).isoformat()
        if said.startswith("="):
            name = said.removeprefix("=")
            return getattr(self.archive.settings, name) or DEMO_CONTROLLER[name]
        known = {}
        if number:
            incident = reporting.get(work, number)
            with speaking(DEFAULT_LOCALE):
                filled_in = prefills.for_step(work, incident, "after_find", self.archive.settings)
            registered = incident.diary_number or f"SN-{local_date(work.now).year}/0{number}17"
            known = {"{diary}": registered, "{away}": str(filled_in.get("away", ""))}
        text: str = said
        for name, value in known.items():
            text = text.replace(name, value)
        return text


def noon_after(moment: datetime) -> datetime:
    """Return noon of the next working day: what is due before it is done today."""
    day = add_working_days(local_date(moment), 1)
    return datetime.combine(day, time(12), STOCKHOLM)


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
