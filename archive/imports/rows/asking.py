"""Rows that have the reference of a file but differ from it: what is asked of them, and what was answered."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, select

from archive.imports.lists.meaning.fields import RowProblem
from archive.imports.rows import matching
from archive.imports.rows.agreeing import another, same_person
from archive.imports.rows.items import PartVerdict, PersonChange, Terms, Verdict, fingerprint
from archive.imports.rows.judging import OTHER_ROW, hidden_by, mark, marked
from archive.kernel.store import Work
from archive.models import ImportRow, Task
from archive.people import doubts
from archive.vocabulary import NumberQuality, Protection, RowState, TaskAnswer, TaskKind
from archive.vocabulary.wording import N_

_TASK = Task.__table__  # type: ignore[attr-defined]
_ROW = ImportRow.__table__  # type: ignore[attr-defined]
_ANSWERED = (
    select(_TASK.c.facts)
    .join(_ROW, _ROW.c.id == _TASK.c.row_id)
    .where(
        _TASK.c.file_id.in_(bindparam("values", expanding=True)),
        _TASK.c.kind == TaskKind.IDENTITY.value,
        _TASK.c.answer.is_not(None),
        _TASK.c.answer != TaskAnswer.WITHDRAWN.value,
        _ROW.c.state != RowState.WITHDRAWN.value,
    )
    .order_by(_TASK.c.id)
)
ANSWERED = N_("Somebody has said before what this row is; nothing of it is changed again.")


def facts(verdict: Verdict, terms: Terms) -> dict[str, Any]:
    """Return what a question about a row keeps: what differs, and which row it is."""
    doubt = dict(next(part.doubt for part in verdict.parts if part.doubt))
    other = doubt.pop(OTHER_ROW, {})
    told: dict[str, Any] = {"fields": doubt, "said": fingerprint(verdict.item, terms.mac_key)}
    told |= {doubts.HELD: verdict.held} if verdict.held else {}
    return {**told, OTHER_ROW: other} if other else told


def settle_known(work: Work, verdicts: Sequence[Verdict], terms: Terms) -> None:
    """Let rows rest whose question was answered when their list was read before."""
    asked = [one for one in verdicts if one.state is RowState.ASKED]
    files = {part.known.id for one in asked for part in one.parts if part.known and part.known.id}
    if not files:
        return
    answered = {row.facts["said"] for row in matching.fetch(work, _ANSWERED, files)}
    for verdict in asked:
        if fingerprint(verdict.item, terms.mac_key) in answered:
            verdict.state = RowState.UNCHANGED
            verdict.parts = [PartVerdict(one.part, one.known) for one in verdict.parts if one.sealed]
            verdict.problem = RowProblem("answered", ANSWERED)


def hiding(work: Work, verdict: Verdict) -> list[PersonChange]:
    """Return whom a row in doubt says to protect: hiding waits for no answer, and may hide too many.

    Those are the bearers of its sound numbers, and everybody the file it may be about concerns. Where
    it names somebody else, these are hidden at once, but only until it is said to be another file.
    """
    item = verdict.item
    for part in verdict.parts:
        if part.known and part.doubt and marked(item.reading):
            mark(part.known, item.reading, part)
    changes = [change for part in verdict.parts for change in part.persons if change.protection]
    named = item.reading.persons  # who names nobody may mean anybody
    others = [
        one.person.id
        for one in changes
        if named
        and one.person.stated is Protection.NONE
        and all(another(one.person, said) and not same_person(one.person, said) for said in named)
    ]
    verdict.held = doubts.hold(work, others)
    changes = [one for one in changes if one.person.id not in others]
    numbers = {
        said.number.number
        for said in item.reading.persons
        if said.number and said.number.quality is NumberQuality.SOUND
    }
    if not numbers or not item.reading.protection.protected:
        return changes
    found = matching.bearers(work, numbers).values()
    levels = [(person, hidden_by(person.stated, item.reading)) for person in found]
    return changes + [PersonChange(person, protection=level) for person, level in levels if level]


def as_staged(verdict: Verdict, state: RowState, problem: dict[str, Any] | None) -> Verdict:
    """Keep a row in doubt that the check found to differ from another of its list, which alone can tell."""
    code = (problem or {}).get("code")
    if code == "answered":
        return Verdict(verdict.item, RowState.UNCHANGED, problem=RowProblem("answered", ANSWERED))
    known = next((part.known for part in verdict.parts if part.known), None)
    if state is not RowState.ASKED or known is None or problem is None:
        return verdict
    kept = RowProblem(problem["code"], problem["sentence"], tuple(problem["facts"].items()))
    if verdict.state is RowState.ASKED:
        verdict.problem = kept
        part = next(part for part in verdict.parts if part.doubt)
        part.doubt = problem["facts"]["doubt"] | part.doubt
        return verdict
    part = PartVerdict(known.part, replace(known), doubt=problem["facts"]["doubt"])
    return Verdict(verdict.item, RowState.ASKED, [part], kept)
