"""Turn the data of a routine's file into the routine, reporting all that cannot be read."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from routines import conditions as c
from routines import model as m
from routines.conditions import Condition
from routines.reading import Node, ReadingReport, each
from routines.wording import Refused, Text

E = TypeVar("E", bound=StrEnum)

_PARTY, _FACT, _TRACK = Text("Rollen", "Party"), Text("Uppgiften", "Fact"), Text("Spåret", "Track")
_CONDITION, _STEP = Text("Villkoret", "Condition"), Text("Steget", "Step")
_OUTCOME, _FIELD = Text("Utfallet", "Outcome"), Text("Fältet", "Field")
_EVIDENCE, _OPTION = Text("Underlaget", "Evidence"), Text("Svaret", "Option")

_FREE = (m.FieldKind.TEXT, m.FieldKind.LONG_TEXT, m.FieldKind.PERSON)
_KINDS_OF_CONDITION = ("field", "fact", "done", "since", "condition", "all", "any", "not")


def routine(data: object, report: ReadingReport) -> m.Routine:
    """Read a whole routine; what cannot be read is reported and left out, raises Refused if nothing can."""
    node = Node(data, (), Text("", ""), report)
    if not node.readable:
        raise Refused(report.problems)
    read = m.Routine(
        name=node.word("routine") or "",
        version=node.number("version", 1, 1) or 1,
        title=node.must_text("title"),
        purpose=node.must_text("purpose"),
        decided_by=node.line("decided_by"),
        decided_on=node.day("decided_on"),
        diary_number=node.line("diary_number"),
        in_force_from=node.day("in_force_from"),
        revise_by=node.day("revise_by"),
        parties=each(node, "parties", _PARTY, _party),
        facts=each(node, "facts", _FACT, _fact),
        tracks=each(node, "tracks", _TRACK, lambda one, name: m.Track(name, one.must_text("title"))),
        conditions=each(node, "conditions", _CONDITION, _named),
        steps=each(node, "steps", _STEP, _step),
        outcomes=each(node, "outcomes", _OUTCOME, _outcome),
    )
    node.finish()
    return read


def _party(node: Node, name: str) -> m.Party:
    return m.Party(name, node.must_text("title"), node.must_text("duty"))


def _fact(node: Node, name: str) -> m.Fact:
    return m.Fact(name, _enum(node, "kind", m.FactKind, m.FactKind.FLAG), node.must_text("title"))


def _named(node: Node, name: str) -> m.Named:
    return m.Named(name, node.must_text("title"), condition(node, "condition") or c.Every(()))


def _enum(node: Node, key: str, kinds: type[E], default: E) -> E:
    value = node.one_of(key, [str(kind) for kind in kinds])
    return kinds(value) if value else default


def _step(node: Node, name: str) -> m.Step:
    kind = _enum(node, "kind", m.StepKind, m.StepKind.TASK) if "kind" in node else m.StepKind.TASK
    return m.Step(
        id=name,
        track=node.word("track") or "",
        title=node.must_text("title"),
        guidance=node.must_text("guidance"),
        who=node.words("who"),
        kind=kind,
        reserved=node.flag("reserved"),
        deadline=_deadline(node),
        fields=each(node, "fields", _FIELD, _field, "label"),
        evidence=each(node, "evidence", _EVIDENCE, _evidence, "label"),
        after=node.words("after"),
        when=condition(node, "when"),
        until=condition(node, "until"),
        again=condition(node, "again"),
        pauses_for=node.words("pauses_for"),
        on_demand=node.flag("on_demand"),
        optional=node.flag("optional"),
        reopens=node.flag("reopens"),
        performed_by=node.word("performed_by", required=False),
        distinct_from=node.words("distinct_from"),
        legal_basis=_texts(node, "legal_basis"),
        document=node.word("document", required=False),
        moves=_moves(node),
        ends=_ending(node),
    )


def _texts(node: Node, key: str) -> tuple[Text, ...]:
    return tuple(one.both() for one in node.nodes(key))


def _field(node: Node, name: str) -> m.FormField:
    kind = _enum(node, "kind", m.FieldKind, m.FieldKind.TEXT)
    return m.FormField(
        id=name,
        kind=kind,
        label=node.must_text("label"),
        hint=node.text("hint"),
        required=node.flag("required"),
        personal=node.flag("personal") or kind in _FREE,
        several=node.flag("several"),
        options=each(node, "options", _OPTION, _option, "label"),
        when=condition(node, "when"),
        at_least=node.number("at_least"),
        at_most=node.number("at_most"),
        future=node.flag("future"),
        prefill=node.reference("prefill"),
    )


def _option(node: Node, name: str) -> m.Option:
    return m.Option(name, node.must_text("label"))


def _evidence(node: Node, name: str) -> m.RequiredPaper:
    optional = node.flag("optional")
    return m.RequiredPaper(name, node.must_text("label"), not optional, condition(node, "when"))


def _deadline(step: Node) -> m.TimeLimit | None:
    if (node := step.node("deadline")) is None:
        return None
    given = [kind for kind in m.DeadlineKind if kind in node]
    if len(given) != 1:
        kinds = ", ".join(m.DeadlineKind)
        step.wrong("deadline", f"skriv ett slag av frist: {kinds}", f"write one kind of deadline: {kinds}")
    kind = given[0] if given else m.DeadlineKind.DAYS
    lowest = 0 if kind is m.DeadlineKind.WORKING_DAYS else 1
    amounts = [node.number(one, 1, lowest, 1000) for one in given]
    deadline = m.TimeLimit(
        kind=kind,
        amount=amounts[0] or 0 if amounts else 1,
        start=node.word("from", required=False) or m.OPENING,
        remind_before=node.number("remind_before", 0) or 0,
        escalate_after=node.number("escalate_after", 0) or 0,
        escalate_to=node.word("escalate_to", required=False),
    )
    node.finish()
    return deadline


def _moves(step: Node) -> m.Moves | None:
    if (node := step.node("moves")) is None:
        return None
    moves = m.Moves(node.word("fact") or "", node.word("field") or "", node.words("steps"))
    node.finish()
    return moves


def _ending(step: Node) -> m.Ending | None:
    if (node := step.node("ends")) is None:
        return None
    ending = m.Ending(_enum(node, "rest", m.Rest, m.Rest.DONE), condition(node, "when"))
    node.finish()
    return ending


def _outcome(node: Node, name: str) -> m.CaseOutcome:
    given = condition(node, "given_by")
    if given is None:
        node.wrong(None, "raden ”given_by” saknas", "the key “given_by” is missing")
    deciders = node.take("deciders")
    references = deciders if isinstance(deciders, list) else [deciders] if deciders else []
    return m.CaseOutcome(
        id=name,
        title=node.must_text("title"),
        given_by=given or c.Either(()),
        requires=tuple(_requirement(one) for one in node.nodes("requires")),
        deciders=tuple(ref for one in references if (ref := node.as_reference("deciders", one)) is not None),
        not_only=node.word("not_only", required=False),
    )


def _requirement(node: Node) -> m.Requirement:
    required = m.Requirement(condition(node, "condition") or c.Every(()), node.must_text("message"))
    node.finish()
    return required


def condition(parent: Node, key: str) -> Condition | None:
    """Read the condition below a key, None when there is none or it cannot be read."""
    return None if (node := parent.node(key)) is None else _condition(node)


def _condition(node: Node) -> Condition | None:
    kind = next((kind for kind in _KINDS_OF_CONDITION if kind in node), None)
    if kind is None:
        kinds = ", ".join(_KINDS_OF_CONDITION)
        node.wrong(None, f"ett villkor börjar med {kinds}", f"a condition begins with {kinds}")
        return None
    read = _READERS[kind](node)
    node.finish()
    return read


def _test(node: Node) -> c.Test:
    if "at_least" in node:
        return c.Test(at_least=node.number("at_least"))
    key = "in" if "in" in node else "is"
    said = node.take(key)
    given = said if isinstance(said, list) and key == "in" else [] if said is None else [said]
    values = tuple(one for one in given if isinstance(one, str | int | bool))
    if len(values) < len(given) or (key == "in" and not isinstance(said, list)):
        node.wrong(
            key, "skriv is: och ett värde, eller in: och en lista", "write is: and a value, or in: and a list"
        )
    return c.Test(one_of=values)


def _answered(node: Node) -> Condition | None:
    reference = node.reference("field")
    test = _test(node)
    if reference is None:
        return None
    step, _, name = reference.partition(".")
    return c.Answered(step, name, test)


def _known(node: Node) -> Condition | None:
    fact = node.word("fact")
    test = _test(node)
    return c.Known(fact, test) if fact else None


def _done(node: Node) -> Condition | None:
    step, since = node.word("done"), node.word("since", required=False)
    return c.Done(step, since) if step else None


def _passed(node: Node) -> Condition | None:
    since = node.word("since")
    units = [unit for unit in c.UNITS if unit in node]
    if len(units) != 1:
        node.wrong(
            None, "skriv hours, days eller weeks och ett tal", "write hours, days or weeks and a number"
        )
        return None
    amount = node.number(units[0], 1, 1, 1000)
    return c.Passed(since, amount or 1, units[0]) if since else None


def _of(node: Node, key: str) -> tuple[Condition, ...]:
    read = tuple(one for inner in node.nodes(key) if (one := _condition(inner)))
    if not read and not isinstance(node.take(key), list):
        return ()
    if not read:
        node.wrong(key, "skriv minst ett villkor", "write at least one condition")
    return read


def _not(node: Node) -> Condition | None:
    inner = condition(node, "not")
    return c.Not(inner) if inner else None


def _named_condition(node: Node) -> Condition | None:
    name = node.word("condition")
    return c.NamedReference(name) if name else None


_READERS: dict[str, Callable[[Node], Condition | None]] = {
    "field": _answered,
    "fact": _known,
    "done": _done,
    "since": _passed,
    "condition": _named_condition,
    "all": lambda node: c.Every(_of(node, "all")),
    "any": lambda node: c.Either(_of(node, "any")),
    "not": _not,
}
