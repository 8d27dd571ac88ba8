"""The worklist: questions that imports raised and rows that were not registered, until each is settled."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, request, url_for
from sqlalchemy import select
from sqlmodel import col

from archive.access_log import access_log
from archive.files import files, likeness, masking, place_claims
from archive.files.masking import Card
from archive.files.place_claims import Saying
from archive.imports import masking as import_masking
from archive.imports import questions, worklist
from archive.imports import runs as import_runs
from archive.imports.rows.agreeing import plain_person
from archive.imports.rows.judging import OTHER_ROW
from archive.imports.rows.near import BY
from archive.imports.rows.places import PLACE_MISSING
from archive.kernel.errors import Invalid
from archive.kernel.store import Work
from archive.models import CaseFile, ImportRow, Task
from archive.people import people
from archive.places import paths
from archive.timeline import event_texts
from archive.vocabulary import Permission, RowAnswer, RowReason, TaskAnswer, TaskKind
from archive.vocabulary.wording import N_, _, ngettext
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import Refusals, see, show

_NO_FILES = frozenset(
    one.value
    for one in (
        *(RowReason.NOT_A_FILE, RowReason.SUM, RowReason.PAGE_HEAD, RowReason.HEADER_AGAIN),
        *(RowReason.PLACE_LINE, RowReason.PERSON_LINE),
    )
)

bp = Blueprint("worklist", __name__, url_prefix="/tasks")

PAGE = 10
ROWS = 30
AT_ONCE = 500
ALIKE_AT_ONCE = 50  # each may move a file
MOST_DIGITS = 18  # more would be no number of a row
MOST_AT_ONCE = 10_000  # rows one press settles; more would make the browser wait


@bp.get("/")
@requires(Permission.SETTLE)
def index() -> Response:
    """Show the open questions of one kind, oldest first, and how many there are of each."""
    return _index()


def _index(refused: Refusals | None = None, refused_task: int = 0) -> Response:
    run_id, after = _number("run"), _number("after") or 0
    with archive.read(current_actor()) as work:
        facts = _waiting(work, run_id)
        kind = _kind(_first(facts["counts"]))
        of_others = worklist.asked_of_others(work, run_id).get(kind, 0)
        found = worklist.tasks(work, kind=kind, run_id=run_id, after=after, limit=PAGE + 1)
        tasks = list(found[:PAGE])
        shown = _cards(work, {task.file_id for task in tasks} | {task.other_id or 0 for task in tasks})
        runs = worklist.names_of_runs(work, {task.run_id for task in tasks if task.run_id})
        sides = place_claims.by_task(work, tasks, {number: card.file for number, card in shown.items()})
        lists = worklist.lists_of(work, kind)
        told = worklist.rows_in_question(work, tasks)
        offered = worklist.offered(work, tasks)
        texts = (text for one in told.values() for _column, text in one.cells)
        named = import_masking.known(work, import_masking.written(texts))
        kinds = {one.id: masking.shown_kind(one, work.actor) for one in files.kinds(work)}
    more = len(found) > PAGE
    many = next(one[1] for one in facts["counts"] if one[0] is kind) - of_others
    return show(
        "imports/worklist.html",
        access_log.at_list("tasks", dict.fromkeys([*masking.subjects(shown.values()), *named])),
        refused=refused,
        refused_task=refused_task,
        tasks=[
            _asked(task, shown, runs, sides.get(task.id), kinds, told.get(task.id), offered[task.id])
            for task in tasks
        ],
        kind=kind,
        after=after,
        alike=_alike(kind) if run_id and many > 1 else [],
        many=many,
        of_others=of_others,
        lists=lists,
        next=url_for(".index", after=tasks[-1].id, kind=kind.value, run=run_id) if more else None,
        **facts,
    )


def _number(name: str) -> int | None:
    """Return a number of the address or the form; what is none, or none of ours, filters nothing."""
    text = request.values.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


def _waiting(work: Work, run_id: int | None) -> dict[str, Any]:
    """Return what the head of every page of the worklist says: how much waits, and of which list."""
    counts = worklist.open_counts(work, run_id)
    corrects = work.actor.may(Permission.CORRECT)
    by_reason = worklist.reasons(work, run_id) if corrects else {}
    named = worklist.names_of_runs(work, {run_id}) if run_id else {}
    return {
        "run_id": run_id,
        "list_name": named.get(run_id or 0, ""),
        "counts": [(one, counts.get(one, 0)) for one in worklist.KINDS],
        "corrects": corrects,
        "rows_waiting": sum(by_reason.values()),
        "reasons": [
            {"code": code, "label": import_runs.reason(code), "many": many}
            for code, many in by_reason.items()
        ],
    }


def _alike(kind: TaskKind) -> list[dict[str, str]]:
    possible = worklist.possible(kind)
    return [{"value": one.value, "label": one.label} for one in possible if one in worklist.ALIKE]


def _kind(otherwise: TaskKind) -> TaskKind:
    kind = TaskKind.read(request.values.get("kind"))
    return kind if kind in worklist.KINDS else otherwise


def _first(counts: list[tuple[TaskKind, int]]) -> TaskKind:
    return next((kind for kind, many in counts if many), counts[0][0])


def _cards(work: Work, ids: set[int]) -> dict[int, Card]:
    found = work.session.execute(select(CaseFile).where(col(CaseFile.id).in_(ids))).scalars().all()
    return {card.file.id: card for card in masking.cards(work, found, in_hand=True)}


def _asked(
    task: Task,
    shown: Mapping[int, Card],
    runs: Mapping[int, str],
    sides: tuple[Saying, Saying] | None,
    kinds: Mapping[int, str],
    told: worklist.InQuestion | None,
    offered: Sequence[TaskAnswer],
) -> dict[str, Any]:
    card, other, why = shown[task.file_id], shown.get(task.other_id or 0), task.facts.get("why")
    masked = card.file.protected and not people.cleared(current_actor())
    hidden = masked or (told is not None and told.hidden)
    return {
        "id": task.id,
        "kind": task.kind,
        "card": card,
        "other": other,
        "pair": _pair(card, other) if other else [],
        "by": likeness.tell(task.facts.get(BY, ())),
        "run_id": task.run_id or 0,
        "list": runs.get(task.run_id or 0, ""),
        "sides": sides,
        "why": told.why if told else import_runs.problem_of(why).say() if why else "",
        "cells": told.cells if told else [],
        "said": [] if hidden else _said(task, card, kinds),
        "answers": [{"value": answer.value, "label": answer.label} for answer in offered],
        "lacks": "" if len(offered) == len(worklist.answers(task)) else _(PLACE_MISSING),
    }


def _pair(one: Card, other: Card) -> list[tuple[str, str, str]]:
    """Put what is known of two files side by side."""

    def facts(card: Card) -> list[tuple[str, str]]:
        return [
            (_("Part"), card.part),
            (_("Name"), card.name),
            (_("Number"), "; ".join(person.number for person in card.persons if person.number)),
            (_("Kind of file"), card.kind),
            (_("Opened"), str(card.file.opened_on or "")),
            (_("Case closed"), str(card.file.closed_on or "")),
            (_("Place"), card.place),
        ]

    both = zip(facts(one), facts(other), strict=True)
    return [(what, ours, theirs) for (what, ours), (_what, theirs) in both if ours or theirs]


def _said(task: Task, card: Card, kinds: Mapping[int, str]) -> list[dict[str, str]]:
    """Say what the list claims beside what the register has, where a field differs."""
    return [
        {
            "what": _what(name),
            "list": _listed(task, name, value, kinds),
            "register": task.facts.get(OTHER_ROW, {}).get(name) or _registered(name, card),
        }
        for name, value in task.facts.get("fields", {}).items()
    ]


def _listed(task: Task, name: str, value: Any, kinds: Mapping[int, str]) -> str:
    if name == "kind_id":
        return kinds.get(value, "–")
    if name == "person" and (listed := questions.kept_back(task)):
        return "; ".join(_plain(plain_person(one)) for one in listed)
    return _plain(value)


def _what(name: str) -> str:
    own = {"words": _("what else the row says"), "place": _("place"), "part": _("part")}
    return own.get(name) or event_texts.field_name(name, current_actor())


def _plain(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], list):
        return paths.name_as_written(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return ", ".join(filter(None, map(str, value))) if isinstance(value, list) else str(value)


def _registered(name: str, card: Card) -> str:
    if name in questions.NAMES:
        return "; ".join(f"{person.name} {person.number}".strip() for person in card.persons) or "–"
    shown = {"unit": card.unit, "kind_id": card.kind, "place": card.place, "part": card.part}
    value = getattr(card.file, name, None)
    return shown.get(name) or ("–" if value in (None, "") else _plain(value))


@bp.post("/<int:task_id>")
@requires(Permission.SETTLE)
def settle(task_id: int) -> Response:
    """Settle a question and do what the answer says."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            answer = TaskAnswer.read(request.form.get("answer"))
            task = worklist.get(work, task_id)
            # An answer not among those offered is refused by the verb.
            worklist.settle(work, task, answer or TaskAnswer.WITHDRAWN)
        form = request.form
        return see(
            url_for(".index", kind=form.get("kind") or None, run=form.get("run") or None), _("Settled.")
        )
    for error in refused.errors:
        error["field"] = f"answer-{task_id}"  # each question has its own
    return _index(refused, task_id)


@bp.post("/alike")
@requires(Permission.SETTLE)
def settle_alike() -> Response:
    """Settle every question one list raised with one answer; what cannot be carried out stays open."""
    kind = _kind(TaskKind.PLACE_CONFLICT)
    run_id = _number("run") or 0
    with Refusals() as refused:
        answer = TaskAnswer.read(request.form.get("answer")) or TaskAnswer.WITHDRAWN
        last, settled, left = -1, 0, 0
        while last and settled < MOST_AT_ONCE:
            with archive.write(current_actor()) as work:  # short ones, so that others can write in between
                found = worklist.settle_alike(
                    work, kind, run_id, answer, after=max(last, 0), limit=ALIKE_AT_ONCE
                )
            last, settled, left = found[0], settled + found[1], left + found[2]
        said = ngettext("%(num)s question settled.", "%(num)s questions settled.", settled)
        if left:
            said += " " + ngettext(
                "%(num)s stays, since its file cannot be moved or changed now: settle it by itself.",
                "%(num)s stay, since their files cannot be moved or changed now: settle them one by one.",
                left,
            )
        return see(url_for(".index", kind=kind.value, run=run_id if left else None), said)
    for error in refused.errors:
        error["field"] = "alike"
    return _index(refused)


@bp.get("/rows")
@requires(Permission.CORRECT)
def rows() -> Response:
    """Show the rows that were not registered, of one list or of all, for one reason or for all."""
    return _rows()


def _rows(refused: Refusals | None = None) -> Response:
    run_id, problem, after = _number("run"), request.values.get("problem", ""), _number("after") or 0
    with archive.read(current_actor()) as work:
        facts = _waiting(work, run_id)
        found = worklist.rejected(work, run_id=run_id, problem=problem, after=after, limit=ROWS + 1)
        shown = list(found[:ROWS])
        runs = worklist.names_of_runs(work, {row.run_id for row in shown})
        secret = {row.id: import_masking.by_list(row) for row in shown}
        cells = (cell for row in shown if not secret[row.id] for cell in row.cells)
        about = import_masking.known(work, import_masking.written(cells))
    more = len(found) > ROWS
    streams = sorted({f"import:{row.run_id}" for row in shown})
    return show(
        "imports/worklist_rows.html",
        access_log.at_list("rejected_rows", [*streams, *about]),
        refused=refused,
        rows=[_row(row, runs, hidden=secret[row.id]) for row in shown],
        problem=problem,
        after=after,
        all_of_them=next((one["many"] for one in facts["reasons"] if one["code"] == problem), 0),
        answers=[{"value": answer.value, "label": answer.label} for answer in worklist.ROW_ANSWERS],
        form=request.form,
        ticked=set(_ticked()),
        next=url_for(".rows", after=shown[-1].id, run=run_id, problem=problem or None) if more else None,
        **facts,
    )


def _row(row: ImportRow, runs: Mapping[int, str], *, hidden: bool) -> dict[str, Any]:
    return {
        "id": row.id,
        "row": row.row,
        "list": runs.get(row.run_id, ""),
        "reason": import_runs.problem_of(row.problem).say() if row.problem else "",
        "heading": (row.problem or {}).get("code") in _NO_FILES,
        "cells": _("Protected") if hidden else " · ".join(str(cell) for cell in row.cells if cell),
    }


def _ticked() -> list[int]:
    ticked = request.form.getlist("row")
    return [int(one) for one in ticked if one.isascii() and one.isdigit() and len(one) <= MOST_DIGITS]


@bp.post("/rows")
@requires(Permission.CORRECT)
def settle_rows() -> Response:
    """Settle rows with one answer: those chosen, or all that were not registered for the same reason."""
    run_id, problem = _number("run"), request.form.get("problem", "")
    with Refusals() as refused:
        everything = request.form.get("which") == "all" and problem
        count = _settle_all(run_id, problem) if everything else _settle_chosen()
        said = ngettext("%(num)s row settled.", "%(num)s rows settled.", count)
        if count >= MOST_AT_ONCE:
            said += " " + _("There are more: press again for the next.")
        # What is left of this reason; once nothing is, whatever else waits.
        left = problem if not everything or count >= MOST_AT_ONCE else None
        return see(url_for(".rows", run=run_id, problem=left or None), said)
    return _rows(refused)


def _answer() -> tuple[RowAnswer, str]:
    # An answer not among those offered is refused by the verb.
    return RowAnswer.read(request.form.get("answer")) or RowAnswer.WITHDRAWN, request.form.get("reason", "")


def _settle_chosen() -> int:
    wanted = _ticked()
    if not wanted:
        raise Invalid("no_rows", N_("Choose the rows the answer is for."), field="row")
    with archive.write(current_actor()) as work:
        return worklist.settle_rows(work, worklist.chosen(work, wanted), *_answer())


def _settle_all(run_id: int | None, problem: str) -> int:
    """Settle every row with a reason, some hundred at a time, so that others can write in between."""
    count = 0
    while count < MOST_AT_ONCE:
        with archive.write(current_actor()) as work:
            rows = worklist.rejected(work, run_id=run_id, problem=problem, limit=AT_ONCE, lock=True)
            count += worklist.settle_rows(work, rows, *_answer())
        if len(rows) < AT_ONCE:
            break
    return count
