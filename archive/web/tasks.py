"""The worklist: questions that imports raised and rows that were not registered, until each is settled."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request, url_for
from sqlalchemy import select
from sqlmodel import col

from archive.domain import cards, imports, looks, sentences, trails, worklists
from archive.domain.cards import Card
from archive.models import CaseFile, ImportRow, Place, Task
from archive.store import Work
from archive.vocabulary import Permission, RowAnswer, TaskAnswer, TaskKind
from archive.web.access import archive, current_actor, requires
from archive.web.answers import Refusals, see, show
from archive.wording import _, ngettext

bp = Blueprint("tasks", __name__, url_prefix="/tasks")

PAGE = 20


@bp.get("/")
@requires(Permission.CORRECT)
def index() -> Response:
    """Show the open questions, oldest first, and how many rows wait."""
    return _index()


def _index(refused: Refusals | None = None) -> Response:
    kind = TaskKind.read(request.args.get("kind"))
    run_id = request.args.get("run", type=int)
    after = request.args.get("after", 0, type=int)
    with archive.read(current_actor()) as work:
        found = worklists.tasks(work, kind=kind, run_id=run_id, after=after, limit=PAGE + 1)
        tasks = list(found[:PAGE])
        shown = _cards(work, {task.file_id for task in tasks} | {task.other_id or 0 for task in tasks})
        runs = worklists.names_of_runs(work, {task.run_id for task in tasks if task.run_id})
        counts = worklists.open_counts(work)
        left = trails.trails(work, {task.facts["was"] for task in tasks if "was" in task.facts})
        rows = len(worklists.rejected(work, limit=PAGE + 1))
    more = len(found) > PAGE
    return show(
        "tasks/index.html",
        looks.at_list("tasks", cards.subjects(shown.values())),
        refused=refused,
        tasks=[_asked(task, shown, runs, left) for task in tasks],
        counts=[(one, counts.get(one, 0)) for one in TaskKind],
        kind=kind,
        rows=rows,
        most=PAGE,
        next=url_for(".index", after=tasks[-1].id, kind=kind and kind.value, run=run_id) if more else None,
    )


def _cards(work: Work, ids: set[int]) -> dict[int, Card]:
    files = work.session.execute(select(CaseFile).where(col(CaseFile.id).in_(ids))).scalars().all()
    return {card.file.id: card for card in cards.of(work, files)}


def _asked(
    task: Task, shown: dict[int, Card], runs: Mapping[int, str], left: Mapping[int, list[Place]]
) -> dict[str, Any]:
    card = shown[task.file_id]
    return {
        "id": task.id,
        "kind": task.kind,
        "card": card,
        "other": shown.get(task.other_id or 0),
        "list": runs.get(task.run_id or 0, ""),
        "said": [] if card.file.protected else _said(task, card, left),
        "answers": [{"value": answer.value, "label": answer.label} for answer in worklists.answers(task)],
    }


def _said(task: Task, card: Card, left: Mapping[int, list[Place]]) -> list[dict[str, str]]:
    """Say what the list claims beside what the register has, where a field or the place differs."""
    if place := task.facts.get("place"):
        named = " / ".join(name for _kind, name in place)
        if "was" not in task.facts:
            return [{"what": _("Place"), "list": named, "register": card.place}]
        # The central archive's list won, though another list named the place the file had until then.
        other = trails.name_of(left[task.facts["was"]])
        return [{"what": _("Place"), "list": named, "register": _("%(place)s, until this list", place=other)}]
    fields = task.facts.get("fields", {})
    return [
        {
            "what": sentences.field_name(name, current_actor()),
            "list": str(value),
            "register": str(getattr(card.file, name, "") or "–"),
        }
        for name, value in fields.items()
    ]


@bp.post("/<int:task_id>")
@requires(Permission.CORRECT)
def settle(task_id: int) -> Response:
    """Settle a question and do what the answer says."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            answer = TaskAnswer.read(request.form.get("answer"))
            task = worklists.get(work, task_id)
            # An answer not among those offered is refused by the verb.
            worklists.settle(work, task, answer or TaskAnswer.WITHDRAWN)
        return see(url_for(".index", kind=request.form.get("kind") or None), _("Settled."))
    return _index(refused)


@bp.get("/rows")
@requires(Permission.CORRECT)
def rows() -> Response:
    """Show the rows that were not registered, of one list or of all."""
    return _rows()


def _rows(refused: Refusals | None = None) -> Response:
    run_id = request.args.get("run", type=int)
    after = request.args.get("after", 0, type=int)
    with archive.read(current_actor()) as work:
        found = worklists.rejected(work, run_id=run_id, after=after, limit=PAGE + 1)
        shown = list(found[:PAGE])
        runs = worklists.names_of_runs(work, {row.run_id for row in shown})
    more = len(found) > PAGE
    streams = sorted({f"import:{row.run_id}" for row in shown})
    return show(
        "tasks/rows.html",
        looks.at_list("rejected_rows", streams),
        refused=refused,
        rows=[_row(row, runs) for row in shown],
        run_id=run_id,
        headings=any(worklists.is_heading(row) for row in shown),
        answers=[{"value": answer.value, "label": answer.label} for answer in worklists.ROW_ANSWERS],
        next=url_for(".rows", after=shown[-1].id, run=run_id) if more else None,
    )


def _row(row: ImportRow, runs: Mapping[int, str]) -> dict[str, Any]:
    reading = worklists.reading_of(row)
    # What names nobody (a heading, a sum) hides nothing, and must be seen to be judged.
    hidden = bool(reading.persons) and reading.protection.protected
    return {
        "id": row.id,
        "row": row.row,
        "run_id": row.run_id,
        "list": runs.get(row.run_id, ""),
        "reason": imports.problem_of(row.problem).say() if row.problem else "",
        "cells": _("Protected") if hidden else " · ".join(str(cell) for cell in row.cells if cell),
    }


@bp.post("/rows/<int:row_id>")
@requires(Permission.CORRECT)
def settle_row(row_id: int) -> Response:
    """Settle a row that was not registered, with a reason why not."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            answer = RowAnswer.read(request.form.get("answer")) or RowAnswer.WITHDRAWN
            row = worklists.row(work, row_id)
            worklists.settle_row(work, row, answer, request.form.get("reason", ""))
        return see(url_for(".rows", run=request.form.get("run") or None), _("Settled."))
    return _rows(refused)


@bp.post("/rows/headings")
@requires(Permission.CORRECT)
def settle_headings() -> Response:
    """Settle the rows that are headings and sums of a list, all at once."""
    run_id = request.form.get("run", type=int)
    with archive.write(current_actor()) as work:
        count = worklists.settle_headings(work, run_id)
    said = ngettext("%(num)s row settled.", "%(num)s rows settled.", count)
    return see(url_for(".rows", run=run_id), said)
