"""Check that a routine holds together: every name known, no ring, every step reachable, an end for all."""

from collections import Counter
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter

from routines import conditions as c
from routines.asking import Asking, can_hold
from routines.conditions import Condition, steps_named
from routines.model import (
    OPENING,
    CaseOutcome,
    Fact,
    FactKind,
    FieldKind,
    FormField,
    Named,
    Option,
    Party,
    RequiredPaper,
    Rest,
    Routine,
    Step,
    Track,
)
from routines.reading import Path, ReadingReport
from routines.wording import Text, listed, suggested

_Part = Party | Fact | Track | Named | Step | CaseOutcome | FormField | RequiredPaper | Option

_WITH_OPTIONS = (FieldKind.CHOICE, FieldKind.CHOICES)
_SEVERAL = (FieldKind.PERSON, FieldKind.PLACE, FieldKind.FILE)
_IN_TIME = (FieldKind.DATE, FieldKind.MOMENT)


def checked(routine: Routine, report: ReadingReport) -> None:
    """Report all that does not hold together in a routine that has been read."""
    _duplicates(routine, report)
    _whole(routine, report)
    asking = Asking(routine, report)
    for number, one in enumerate(routine.conditions):
        where = Text(f"Villkoret ”{one.title.sv}”", f"Condition “{one.title.en}”")
        asking.check(one.condition, ("conditions", number), where)
    endless = asking.ring_of_names()
    for number, step in enumerate(routine.steps):
        _StepCheck(routine, report, asking, step, number).run()
    for number, outcome in enumerate(routine.outcomes):
        _outcome(routine, report, asking, outcome, number)
    pauses = {step.id: set(step.pauses_for) & routine.step_of.keys() for step in routine.steps}
    if endless or _ring(routine, report, pauses, ("pauses_for",)):
        return
    if not _ring(routine, report, before(routine), ("after", "when")):
        _order(routine, report)
        if not report.problems:
            _reachable(routine, report)


def _where(step: Step) -> Text:
    return Text(f"Steget ”{step.title.sv or step.id}”", f"Step “{step.title.en or step.id}”")


def _duplicates(routine: Routine, report: ReadingReport) -> None:
    lists: list[tuple[Path, Text, Iterable[_Part]]] = [
        ((name,), Text(name, name), getattr(routine, name))
        for name in ("parties", "tracks", "conditions", "outcomes")
    ]
    # A deadline and a condition may name a step or a fact at the same place: they share their names.
    lists.append(
        (("steps",), Text("Steg och uppgifter", "Steps and facts"), (*routine.steps, *routine.facts))
    )
    for number, step in enumerate(routine.steps):
        place = ("steps", number, "fields")
        lists.append((place, _where(step), (*step.fields, *step.evidence)))
        lists += [((*place, index), _where(step), field.options) for index, field in enumerate(step.fields)]
    for path, where, parts in lists:
        for name, count in Counter(part.id for part in parts).items():
            if count > 1:
                sv, en = f"namnet ”{name}” används {count} gånger", f"the name “{name}” is used {count} times"
                report.add(path, where, Text(f"{sv}. Byt ett av dem.", f"{en}. Change one of them."))


def _whole(routine: Routine, report: ReadingReport) -> None:
    """Report what the routine as a whole lacks."""
    nothing = Text("", "")
    start, end = routine.in_force_from, routine.revise_by
    if start and end and end <= start:
        sv, en = "ska ligga efter in_force_from", "must lie after in_force_from"
        report.add(("revise_by",), Text("revise_by", "revise_by"), Text(f"{sv}.", f"{en}."))
    if not any(step.when is None and not step.after and not step.on_demand for step in routine.steps):
        sv = "Inget steg kan börja. Minst ett steg får inte ha after, when eller on_demand."
        en = "No step can begin. At least one step must not have after, when or on_demand."
        report.add(("steps",), nothing, Text(sv, en))
    if not any(_always_ends(step) for step in routine.steps):
        sv = "Rutinen har inget slut. Ett steg ska ha ends med rest: done, utan when, until och optional."
        en = (
            "The routine has no end. One step must have ends with rest: done, and no when, until or optional."
        )
        report.add(("steps",), nothing, Text(sv, en))
    if any(fact.id == OPENING for fact in routine.facts):
        sv, en = "En uppgift kan inte heta opening.", "A fact cannot be called opening."
        report.add(("facts",), nothing, Text(sv, en))


def _always_ends(step: Step) -> bool:
    ends = step.ends is not None and step.ends.rest is Rest.DONE and step.ends.when is None
    return ends and not (step.when or step.until or step.optional or step.on_demand)


class _StepCheck:
    """The checks of one step by itself."""

    def __init__(
        self, routine: Routine, report: ReadingReport, asking: Asking, step: Step, number: int
    ) -> None:
        self.routine, self.report, self.asking, self.step = routine, report, asking, step
        self.path: Path = ("steps", number)
        self.facts = {one.id: one.kind for one in routine.facts}

    def run(self) -> None:
        """Report all that is wrong with the step."""
        self._names()
        self._relations()
        self._deadline()
        for key in ("when", "until", "again"):
            self._condition(getattr(self.step, key), (key,))
        if self.step.ends:
            self._condition(self.step.ends.when, ("ends", "when"))
        for number, evidence in enumerate(self.step.evidence):
            self._condition(evidence.when, ("evidence", number, "when"), evidence.label)
        for number, field in enumerate(self.step.fields):
            self._field(field, number)

    def _wrong(self, key: Path, sv: str, en: str, field: Text | None = None) -> None:
        where = _where(self.step)
        if field is not None:
            where = Text(f"{where.sv}, fältet ”{field.sv}”", f"{where.en}, field “{field.en}”")
        if key and isinstance(key[-1], str):
            where = Text(f"{where.sv}, raden ”{key[-1]}”", f"{where.en}, the key “{key[-1]}”")
        self.report.add((*self.path, *key), where, Text(f"{sv}.", f"{en}."))

    def _condition(self, condition: Condition | None, key: Path, label: Text | None = None) -> None:
        where = _where(self.step)
        if label is not None:
            where = Text(f"{where.sv}, ”{label.sv}”", f"{where.en}, “{label.en}”")
        where = Text(f"{where.sv}, raden ”{key[-1]}”", f"{where.en}, the key “{key[-1]}”")
        self.asking.check(condition, (*self.path, *key), where)

    def _known(self, key: str, names: Iterable[str], among: Iterable[str], sv: str, en: str) -> None:
        there = sorted(set(among))
        for name in names:
            if name and name not in there:
                self._wrong(
                    (key,),
                    f"{sv} ”{name}” finns inte{suggested(name, there, 'eller')}",
                    f"there is no {en} “{name}”{suggested(name, there, 'or')}",
                )

    def _names(self) -> None:
        step, steps, parties = self.step, self.routine.step_of, [one.id for one in self.routine.parties]
        self._known("track", [step.track], [one.id for one in self.routine.tracks], "spåret", "track")
        self._known("who", step.who, parties, "rollen", "party")
        self._known("after", step.after, steps, "steget", "step")
        self._known("pauses_for", step.pauses_for, steps, "steget", "step")
        self._known("distinct_from", step.distinct_from, steps, "steget", "step")
        if not step.who:
            self._wrong(("who",), "skriv vem som gör steget", "write who does the step")
        if step.performed_by:
            field = step.field(step.performed_by)
            if field is None or field.kind is not FieldKind.PERSON or field.several:
                sv, en = (
                    "ska vara ett fält av slaget person i steget",
                    "must be a field of kind person in the step",
                )
                self._wrong(("performed_by",), sv, en)
        for other in step.after:
            if other in steps and steps[other].on_demand:
                sv = f"”{other}” görs bara när någon vill. Skriv when: {{done: {other}}}"
                en = f"“{other}” is only done on demand. Write when: {{done: {other}}}"
                self._wrong(("after",), sv, en)

    def _relations(self) -> None:
        step = self.step
        if step.id in steps_named(step.when, self.routine.named):
            sv, en = (
                "frågar efter steget självt, som då inte är gjort",
                "asks about the step itself, not done then",
            )
            self._wrong(("when",), sv, en)
        if step.on_demand and step.again:
            sv, en = "on_demand och again går inte ihop", "on_demand and again do not go together"
            self._wrong(("again",), sv, en)
        if (moves := step.moves) is None:
            return
        field = step.field(moves.field)
        if self.facts.get(moves.fact) is not FactKind.MOMENT:
            self._wrong(
                ("moves", "fact"), f"”{moves.fact}” är ingen tidpunkt", f"“{moves.fact}” is no moment"
            )
        if field is None or field.kind is not FieldKind.MOMENT or not field.required:
            sv, en = (
                "ska vara ett fält av slaget moment som måste fyllas i",
                "must be a required field of kind moment",
            )
            self._wrong(("moves", "field"), sv, en)
        for name in moves.steps:
            other = self.routine.step_of.get(name)
            if other is None or other.deadline is None or other.deadline.start != moves.fact:
                sv, en = f"”{name}” har ingen frist från", f"“{name}” has no deadline from"
                self._wrong(("moves", "steps"), f"{sv} ”{moves.fact}”", f"{en} “{moves.fact}”")

    def _deadline(self) -> None:
        if (rule := self.step.deadline) is None:
            return
        if rule.start != OPENING and self.facts.get(rule.start) is not FactKind.MOMENT:
            moments = [name for name, kind in self.facts.items() if kind is FactKind.MOMENT] + [OPENING]
            self._wrong(
                ("deadline", "from"),
                f"”{rule.start}” är ingen tidpunkt bland uppgifterna. Skriv {listed(moments, 'eller')}",
                f"“{rule.start}” is no moment among the facts. Write {listed(moments, 'or')}",
            )
        parties = [one.id for one in self.routine.parties]
        self._known("deadline", [rule.escalate_to or ""], parties, "rollen", "party")

    def _field(self, field: FormField, number: int) -> None:
        key: Path = ("fields", number)
        for sv, en in _field_wrong(field):
            self._wrong(key, sv, en, field.label)
        self._condition(field.when, (*key, "when"), field.label)
        before = {one.id for one in self.step.fields[:number]}
        for part in c.parts(field.when, self.routine.named):
            if isinstance(part, c.Answered) and part.step == self.step.id and part.field not in before:
                sv, en = (
                    f"”{part.field}” fylls i först efteråt",
                    f"“{part.field}” is filled in only afterwards",
                )
                self._wrong((*key, "when"), sv, en, field.label)
        self._prefill(field, key)

    def _prefill(self, field: FormField, key: Path) -> None:
        origin, _, name = (field.prefill or "register.").partition(".")
        other = self.routine.step_of.get(origin)
        known = (
            origin == "register" or (origin == "fact" and name in self.facts) or (other and other.field(name))
        )
        if not known:
            sv, en = f"”{field.prefill}” finns inte", f"there is no “{field.prefill}”"
            self._wrong((*key, "prefill"), sv, en, field.label)


def _field_wrong(field: FormField) -> Iterator[tuple[str, str]]:
    if field.kind in _WITH_OPTIONS and len(field.options) < 2:
        yield (
            "ett val behöver minst två svar under options",
            "a choice needs at least two answers below options",
        )
    if field.kind not in _WITH_OPTIONS and field.options:
        yield f"slaget {field.kind} har inga options", f"the kind {field.kind} has no options"
    if field.several and field.kind not in _SEVERAL:
        yield f"slaget {field.kind} kan inte ha several", f"the kind {field.kind} cannot have several"
    if field.future and field.kind not in _IN_TIME:
        yield f"slaget {field.kind} kan inte ha future", f"the kind {field.kind} cannot have future"
    low, high = field.at_least, field.at_most
    if field.kind is not FieldKind.NUMBER and (low, high) != (None, None):
        yield f"slaget {field.kind} har ingen gräns", f"the kind {field.kind} has no bounds"
    if low is not None and high is not None and low > high:
        yield "at_least är större än at_most", "at_least is larger than at_most"


def _outcome(
    routine: Routine, report: ReadingReport, asking: Asking, outcome: CaseOutcome, number: int
) -> None:
    path, where = (
        ("outcomes", number),
        Text(f"Utfallet ”{outcome.title.sv}”", f"Outcome “{outcome.title.en}”"),
    )
    asking.check(outcome.given_by, (*path, "given_by"), where)
    for one in outcome.requires:
        asking.check(one.condition, (*path, "requires"), where)
    facts = {one.id: one.kind for one in routine.facts}
    if outcome.not_only and facts.get(outcome.not_only) is not FactKind.PEOPLE:
        sv, en = (
            f"”{outcome.not_only}” är ingen grupp av personer",
            f"“{outcome.not_only}” is no group of persons",
        )
        report.add((*path, "not_only"), where, Text(f"{sv}.", f"{en}."))
    for reference in outcome.deciders:
        of, _, name = reference.partition(".")
        step = routine.step_of.get(of)
        field = step.field(name) if step else None
        if field is None or field.kind is not FieldKind.PERSON:
            sv, en = (
                f"”{reference}” är inget fält av slaget person",
                f"“{reference}” is no field of kind person",
            )
            report.add((*path, "deciders"), where, Text(f"{sv}.", f"{en}."))


def before(routine: Routine) -> dict[str, set[str]]:
    """Return of each step those settled before it: what it comes after and what its condition asks."""
    steps = routine.step_of
    return {
        step.id: (set(step.after) | (steps_named(step.when, routine.named) - {step.id})) & steps.keys()
        for step in routine.steps
    }


def _ring(routine: Routine, report: ReadingReport, graph: dict[str, set[str]], keys: tuple[str, ...]) -> bool:
    """Report steps that wait for each other, tell whether there are any."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        ring = [routine.step(name).title for name in reversed(error.args[1])]
        sv = " → ".join(f"”{title.sv}”" for title in ring)
        en = " → ".join(f"“{title.en}”" for title in ring)
        what = Text(
            f"Stegen väntar på varandra: {sv}. Ta bort en hänvisning ur {listed(keys, 'eller')}.",
            f"The steps wait for each other: {en}. Take one reference out of {listed(keys, 'or')}.",
        )
        report.add(("steps",), Text("", ""), what)
        return True
    return False


def _order(routine: Routine, report: ReadingReport) -> None:
    """Report what asks for an answer that is not given yet, and steps that would come after the end."""
    earlier: dict[str, set[str]] = {}
    direct = before(routine)
    for name in TopologicalSorter(direct).static_order():
        earlier[name] = direct[name].union(*(earlier[other] for other in direct[name]))
    on_demand = {step.id for step in routine.steps if step.on_demand}
    ends = {step.id for step in routine.steps if step.ends and step.ends.rest is Rest.DONE}
    for number, step in enumerate(routine.steps):
        for label, asked in _asked_in_form(routine, step, earlier[step.id] | on_demand | {step.id}):
            title = routine.step(asked).title
            what = Text(
                f"”{label.sv}” frågar efter ”{title.sv}”, som kanske inte är gjort då. Skriv den i after.",
                f"“{label.en}” asks about “{title.en}”, which may not be done then. Write it in after.",
            )
            report.add(("steps", number), _where(step), what)
        for end in sorted(earlier[step.id] & ends):
            what = Text(
                f"kommer efter slutet ”{routine.step(end).title.sv}” och öppnas aldrig. Ta bort after.",
                f"comes after the end “{routine.step(end).title.en}” and never opens. Take after away.",
            )
            report.add(("steps", number), _where(step), what)


def _asked_in_form(routine: Routine, step: Step, may_ask: set[str]) -> Iterator[tuple[Text, str]]:
    """Return what of a step's form asks about which step that it may not ask about."""
    forms: list[tuple[Text, Condition | None, str]] = [
        *((field.label, field.when, (field.prefill or "").partition(".")[0]) for field in step.fields),
        *((evidence.label, evidence.when, "") for evidence in step.evidence),
        (Text("ends", "ends"), step.ends.when if step.ends else None, ""),
    ]
    for label, condition, origin in forms:
        asked = (steps_named(condition, routine.named) | {origin}) & routine.step_of.keys()
        yield from ((label, name) for name in sorted(asked - may_ask))


def _reachable(routine: Routine, report: ReadingReport) -> None:
    """Report steps whose conditions can never come true."""
    for number, step in enumerate(routine.steps):
        wanted = tuple(one for one in (step.when, c.Not(step.until) if step.until else None) if one)
        if not can_hold(c.Every(wanted), routine):
            what = Text(
                "kan aldrig öppnas: when och until går inte ihop. Ändra ett av dem.",
                "can never open: when and until contradict each other. Change one.",
            )
            report.add(("steps", number), _where(step), what)
