"""Walk a routine as people would: answers drawn at random, facts that follow from them, time that goes by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from routines import engine
from routines.conditions import Answer
from routines.model import FieldKind, FormField, RequiredPaper, Routine, Step
from routines.progress import Doer, Progress, Record, State
from routines.wording import Problem
from tests.routines.examples import CALENDAR, MONDAY

PEOPLE = ("user:1", "user:2", "user:3", "user:4", "user:5")
FREE = (FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.DIARY_NUMBER)
KEYS = (FieldKind.PERSON, FieldKind.PLACE, FieldKind.FILE)


def drawn(one: FormField, random: Random, now: datetime) -> Answer:
    """Draw an answer of a field's kind."""
    if one.kind in FREE:
        return "words"
    if one.kind in KEYS:
        several = tuple(random.sample(PEOPLE, random.randint(1, 2)))
        return several if one.several else several[0]
    simple: dict[FieldKind, Callable[[], Answer]] = {
        FieldKind.CHOICE: lambda: random.choice(one.options).id,
        FieldKind.CHOICES: lambda: tuple(
            option.id for option in random.sample(one.options, random.randint(1, len(one.options)))
        ),
        FieldKind.YES_NO: lambda: random.choice(("yes", "no")),
        FieldKind.DATE: lambda: (now - timedelta(days=random.randint(0, 3))).date().isoformat(),
        FieldKind.MOMENT: lambda: (now - timedelta(hours=random.randint(0, 30))).isoformat(),
        FieldKind.NUMBER: lambda: random.randint(one.at_least or 0, one.at_most or 10),
    }
    return simple[one.kind]()


@dataclass
class Walk:
    """One run of a routine; `react` lets the world answer to what was done."""

    routine: Routine
    random: Random
    facts: Mapping[str, Any]
    react: Callable[["Walk", str, Mapping[str, Answer]], None] = lambda *_: None
    now: datetime = MONDAY
    progress: Progress = field(init=False)
    deadlines: dict[tuple[str, int], datetime | None] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.progress = Progress(dict(self.facts))
        self.look()

    def look(self) -> None:
        """Let open what should, and check what must always be true."""
        turn = engine.advanced(self.routine, self.progress, CALENDAR, self.now)
        self.progress = turn.progress
        for record in turn.opened:
            self.deadlines[record.step, record.occurrence] = record.deadline
        again = engine.advanced(self.routine, self.progress, CALENDAR, self.now)
        assert (again.lapsed, again.opened) == ((), ()), "one look is enough"
        assert self.finished or engine.open_steps(self.progress), self.told()
        open_now = [record.step for record in engine.open_steps(self.progress)]
        assert len(open_now) == len(set(open_now))

    @property
    def finished(self) -> bool:
        """Tell whether the end is reached."""
        return engine.is_finished(self.routine, self.progress, self.now)

    def told(self) -> str:
        """Return what happened, for a failing test."""
        ends = [f"{one.step}.{one.occurrence} {one.end} {dict(one.answers)}" for one in self.progress.records]
        return "\n".join([f"facts {dict(self.progress.facts)}", *ends])

    def doer(self, step: Step) -> Doer:
        """Return somebody who may do a step."""
        return Doer(self.random.choice(PEOPLE), frozenset(step.who))

    def answers(self, step: Step, wanted: Mapping[str, Answer]) -> dict[str, Answer]:
        """Draw answers to a step's form, with those wanted where they are asked for."""
        given: dict[str, Answer] = {}

        def asked(one: FormField | RequiredPaper) -> bool:
            return State(self.routine, self.progress, self.now, (step.id, given)).holds(one.when)

        for one in step.fields:
            if asked(one) and (one.required or one.id in wanted or self.random.random() < 0.5):
                given[one.id] = wanted.get(one.id) or drawn(one, self.random, self.now)
        given |= {one.id: ("attachment:1",) for one in step.evidence if asked(one)}
        return given

    def try_to_do(self, record: Record, wanted: Mapping[str, Answer] = {}) -> tuple[Problem, ...]:
        """Do a step if it is not refused; return what stood against it."""
        step = self.routine.step(record.step)
        by, answers = self.doer(step), self.answers(step, wanted)
        refused = engine.may_complete(self.routine, self.progress, step.id, answers, by, self.now)
        if refused:
            return refused
        done = engine.complete(self.routine, self.progress, step.id, answers, by, self.now)
        outcome = engine.outcome_of(self.routine, self.progress, step.id, answers, self.now)
        self.progress = self.progress.with_records(done)
        self.done.append(step.id)
        if moved := engine.moved(self.routine, step.id, answers):
            self.progress = self.progress.with_facts(**{moved.fact: moved.moment})
            for one in engine.recounted(self.routine, self.progress, moved.steps, CALENDAR, self.now):
                self.progress = self.progress.with_records(one)
                self.deadlines[one.step, one.occurrence] = one.deadline
        self.react(self, f"outcome:{outcome.id}" if outcome else step.id, answers)
        self.look()
        self.check_stored()
        return ()

    def check_stored(self) -> None:
        """See that no deadline has moved by itself."""
        assert {(one.step, one.occurrence): one.deadline for one in self.progress.records} == self.deadlines

    def start_something(self) -> None:
        """Start one of the steps that are there to be started."""
        there = engine.startable(self.routine, self.progress, self.now)
        if there:
            step = self.random.choice(there)
            record = engine.start(self.routine, self.progress, step.id, CALENDAR, self.now)
            self.deadlines[record.step, record.occurrence] = record.deadline
            self.progress = self.progress.with_records(record)

    def step(self, wanted: Mapping[str, Answer] = {}) -> None:
        """Do one of the open steps that can be done now; there always is one."""
        records = list(engine.open_steps(self.progress))
        self.random.shuffle(records)
        refused: list[Problem] = []
        for record in records * 8:
            problems = self.try_to_do(record, wanted)
            if not problems:
                return
            refused += problems
        raise AssertionError(f"nothing can be done: {refused}\n{self.told()}")

    def sleep(self, hours: int) -> None:
        """Let time go by."""
        self.now += timedelta(hours=hours)
        self.look()


def to_the_end(walk: Walk, wanted: Mapping[str, Answer], most: int = 150) -> None:
    """Walk on with answers that lead to an end; it is reached."""
    for _ in range(most):
        if walk.finished:
            return
        walk.step(wanted)
    raise AssertionError(f"no end in sight\n{walk.told()}")


def moments(**given: Any) -> dict[str, Any]:
    """Return the facts of the routine for a lost file at its beginning."""
    names = ("missed", "suspected", "aware", "reported")
    return {
        **dict.fromkeys(names, datetime(2026, 11, 23, 7, tzinfo=UTC)),
        **dict.fromkeys(("protected", "child", "ongoing"), False),
        "missing": 1,
        "to_confirm": 0,
        "lost": 0,
        "searchers": 0,
        "losing_heads": frozenset({"user:3"}),
        **given,
    }


class Files:
    """Where the sought files stand, and who has searched: what the caller's register would know."""

    def __init__(self, walk_random: Random) -> None:
        self.random, self.searchers = walk_random, set[str]()

    def __call__(self, walk: Walk, event: str, answers: Mapping[str, Answer]) -> None:
        """Change the facts as the register would."""
        facts: dict[str, Any] = dict(walk.progress.facts)
        if searcher := answers.get("searched_by"):
            self.searchers.add(str(searcher))
            found = {"all_found": facts["missing"], "some_found": min(1, facts["missing"])}
            facts["to_confirm"] = max(facts["to_confirm"], found.get(str(answers["result"]), 0))
        elif event == "outcome:found":
            which = "missing" if facts["missing"] else "lost"
            facts[which] = max(0, facts[which] - 1)
            facts["to_confirm"] = max(0, facts["to_confirm"] - 1)
        elif event in ("confirm_find", "outcome:found_in_part"):
            facts["to_confirm"] = 0
        elif event in ("outcome:mistaken", "outcome:declared_lost"):
            facts["missing"] -= 1
            facts["lost"] += event == "outcome:declared_lost"
        facts["searchers"] = len(self.searchers)
        facts["to_confirm"] = min(facts["to_confirm"], facts["missing"] + facts["lost"])
        walk.progress = walk.progress.with_facts(**facts)

    def scan(self, walk: Walk) -> None:
        """See one of the sought files somewhere."""
        facts: dict[str, Any] = dict(walk.progress.facts)
        if facts["to_confirm"] < facts["missing"] + facts["lost"]:
            walk.progress = walk.progress.with_facts(to_confirm=facts["to_confirm"] + 1)
