"""Play an incident through as people would: each step done by its people, with what its form asks for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from archive.accounts import display_names, users
from archive.incidents import changes, reporting, steps
from archive.kernel.store import Actor, Archive, Work, operator
from archive.models import Incident, Matter, Unit, User
from archive.quality import cases
from archive.routine_runs.steps import RunCourse
from archive.vocabulary import Role
from routines import engine
from routines.conditions import Answer
from routines.model import FieldKind, FormField, RequiredPaper
from routines.progress import State
from tests.builders import _quick_hash
from tests.remembering import remembering


@remembering
def a_colleague(archive: Archive, login: str, *roles: Role, unit: str = "") -> Actor:
    """Return a user of a name of one's own, made at first use."""
    with archive.write(operator("tests")) as work:
        user = work.session.scalar(select(User).where(col(User.login) == login))
        if user is None:
            user = users.create_user(work, login, login.capitalize(), _quick_hash(), roles, unit=unit)
        return users.actor(user.stream, user.name, user.id or 0, roles)


def a_unit(work: Work, name: str) -> int:
    """Return the id of the unit of a name, made at first use."""
    unit = work.session.scalar(select(Unit).where(col(Unit.name) == name))
    if unit is None:
        unit = Unit(name=name)
        work.session.add(unit)
        work.session.flush()
    return unit.id


@dataclass
class Play:
    """One incident, and who does what in it: `people` by the parties of the routine."""

    archive: Archive
    number: int
    people: Mapping[str, Actor] = field(default_factory=dict)

    def open(self, actor: Actor) -> list[str]:
        """Return the steps that are to be done, the most urgent first."""
        with self.archive.read(actor) as work:
            run = steps.course(work, work.session.get_one(Incident, self.number))
            return [record.step for record in engine.open_steps(run.progress)]

    def finish(self, *, but: Collection[str] = (), most: int = 60) -> None:
        """Do whatever is open, each step by its people, until nothing is left to do."""
        for _ in range(most):
            waiting = [step for step in self.open(self.people["owner"]) if step not in but]
            waiting.sort(key=lambda step: step == "close")
            if not waiting:
                return
            with self.archive.read(self.people["owner"]) as work:
                run = steps.course(work, work.session.get_one(Incident, self.number))
                able = [party for party in run.step(waiting[0]).who if party in self.people]
                who = "owner" if "owner" in able else able[0]
            self.do(self.people[who], waiting[0])
        raise AssertionError(f"still to do: {waiting}")

    def do(self, actor: Actor, step: str, **wanted: Answer) -> None:
        """Do a step with these answers, and what else its form asks for."""
        with self.archive.write(actor) as work:
            incident = reporting.get(work, self.number)
            reporting.complete(work, incident, step, self.answers(work, incident, actor, step, wanted))

    def answers(
        self, work: Work, incident: Incident, actor: Actor, step: str, wanted: Mapping[str, Answer]
    ) -> dict[str, Answer]:
        """Fill in a form: what is wanted, and the rest as plainly as can be."""
        items = [changes.key(item) for item in reporting.items(work, incident) if item.open]
        return filled(work, steps.course(work, incident), step, wanted, actor, items)


def matter_answers(work: Work, matter: Matter, step: str, **wanted: Answer) -> dict[str, Answer]:
    """Fill in a form of a matter as plainly as can be."""
    return filled(work, cases.course(work, matter), step, wanted, work.actor, [])


def filled(
    work: Work, run: RunCourse, step: str, wanted: Mapping[str, Answer], actor: Actor, items: list[str]
) -> dict[str, Answer]:
    """Fill in what a step's form asks for: what is wanted, and the rest as plainly as can be."""
    given: dict[str, Answer] = {}

    def asked(one: FormField | RequiredPaper) -> bool:
        return State(run.routine, run.progress, work.now, (step, given)).holds(one.when)

    for one in run.step(step).fields:
        if asked(one) and (one.required or one.id in wanted):
            given[one.id] = (
                wanted.get(one.id) or _RIGHT.get((step, one.id)) or _plain(one, work, actor, items)
            )
    for evidence in run.step(step).evidence:
        if asked(evidence) and (evidence.required or evidence.id in wanted):
            given[evidence.id] = wanted.get(evidence.id, "i akten")
    assert wanted.keys() <= given.keys(), f"not asked for: {wanted.keys() - given.keys()}"
    return given


# Nothing is closed by a report that is not right, nor refused without saying how to appeal.
_RIGHT = {("close", "read"): "yes", ("refusal_decision", "appeal"): "yes"}


def _plain(one: FormField, work: Work, actor: Actor, items: list[str]) -> Answer:
    simple: dict[FieldKind, Any] = {
        FieldKind.TEXT: "ord",
        FieldKind.LONG_TEXT: "några ord",
        FieldKind.DIARY_NUMBER: "SN-2026/117",
        FieldKind.YES_NO: "no",
        FieldKind.NUMBER: one.at_least or 1,
        FieldKind.MOMENT: work.now.isoformat(timespec="seconds"),
        FieldKind.DATE: (work.now + timedelta(days=1 if one.future else 0)).date().isoformat(),
    }
    if one.kind is FieldKind.CHOICE:
        return one.options[0].id
    if one.kind is FieldKind.CHOICES:
        return (one.options[0].id,)
    if one.kind in simple:
        answer: Answer = simple[one.kind]
        return answer
    keys = tuple(items) if one.kind is FieldKind.FILE else (display_names.person(actor),)
    return keys if one.several else keys[0]
