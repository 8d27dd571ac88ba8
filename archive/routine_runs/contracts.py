"""What the program and a routine's text must agree on, whoever writes the text."""

from collections.abc import Iterator, Mapping

from routines.model import FactKind, Routine

SUSPECTED_LOST = "suspected_lost_file"
DEVIATION = "deviation"
SELF_CHECK = "self_check"

_MOMENTS = dict.fromkeys(("reported", "noticed", "started"), FactKind.MOMENT)
_OF_INCIDENTS: Mapping[str, FactKind] = {
    "missed": FactKind.MOMENT,
    "suspected": FactKind.MOMENT,
    "aware": FactKind.MOMENT,
    "reported": FactKind.MOMENT,
    "protected": FactKind.FLAG,
    "child": FactKind.FLAG,
    "ongoing": FactKind.FLAG,
    "missing": FactKind.COUNT,
    "to_confirm": FactKind.COUNT,
    "lost": FactKind.COUNT,
    "searchers": FactKind.COUNT,
    "losing_heads": FactKind.PEOPLE,
}
# What the program acts on: a version of the routine keeps these steps with these fields.
_ACTED_ON: Mapping[str, frozenset[str]] = {
    "report": frozenset(),
    "later_awareness": frozenset({"aware_at", "reason"}),
    "tell_manager": frozenset({"owner"}),
    "tell_case_worker": frozenset({"told"}),
    "screen_risk": frozenset({"protected", "child", "ongoing"}),
    "diary": frozenset({"number"}),
    "first_search": frozenset({"searched_by", "result", "outsiders", "cause", "found_where", "minutes"}),
    "second_search": frozenset({"searched_by", "result", "minutes"}),
    "wide_search": frozenset({"searched_by", "result", "minutes"}),
    "short_confirm": frozenset({"confirmed"}),
    "confirm_find": frozenset(
        {"files", "right", "found_at", "found_by", "how", "place", "where", "cover_file", "state", "exposed"}
    ),
    "decide": frozenset({"files", "outcome", "reason", "decided_with"}),
    "decide_mistaken": frozenset({"files", "reason"}),
    "escalate": frozenset(),
    # Counted for the board.
    "lessons": frozenset({"cause", "measures_needed"}),
    "follow_up": frozenset({"helped"}),
    "close": frozenset(),
}


def broken(routine: Routine, name: str) -> Iterator[str]:
    """Name the facts the program does not know, and the steps and fields it acts on that are not there."""
    known = _OF_INCIDENTS if name == SUSPECTED_LOST else _MOMENTS
    for fact in routine.facts:
        if known.get(fact.id) is not fact.kind:
            yield f"facts/{fact.id}"
    if name != SUSPECTED_LOST:
        return
    for step_id, fields in _ACTED_ON.items():
        step = routine.step_of.get(step_id)
        if step is None:
            yield f"steps/{step_id}"
            continue
        for field in sorted(fields - {one.id for one in step.fields}):
            yield f"steps/{step_id}/fields/{field}"
