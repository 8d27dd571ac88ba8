"""Questions of those cleared for sealed files: is somebody just registered a person the register protects?"""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, request, url_for

from archive.access_log import access_log
from archive.accounts import display_names
from archive.files import files, masking
from archive.files.masking import Card
from archive.imports import refused as import_refused
from archive.imports import worklist
from archive.kernel.store import Work
from archive.models import Person, Task
from archive.people import people, same_persons
from archive.vocabulary import Permission, TaskAnswer
from archive.vocabulary.wording import _
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import Refusals, see, show

bp = Blueprint("same_persons", __name__, url_prefix="/protected-persons")


@bp.get("/questions")
@requires(Permission.CHECK_SEALED)
def index() -> Response:
    """Show the open questions, each with both persons and their files as those cleared may see them."""
    return _index()


def _index(refused: Refusals | None = None, refused_task: int = 0) -> Response:
    after = request.args.get("after", 0, type=int)
    with archive.read(current_actor()) as work:
        found = same_persons.questions(work, after=after, limit=same_persons.PAGE + 1)
        tasks = found[: same_persons.PAGE]
        names = display_names.names(work, {task.facts["by"] for task in tasks})
        asked = [_asked(work, task, names[task.facts["by"]]) for task in tasks]
        lists = import_refused.lists_with_protected(work)
        of_files = worklist.about_masked(work)
    more = len(found) > len(tasks)
    return show(
        "people/same_persons.html",
        access_log.at_list("same_persons", dict.fromkeys(name for one in asked for name in one["subjects"])),
        refused=refused,
        refused_task=refused_task,
        asked=asked,
        lists=lists,
        of_files=of_files,
        answers=[{"value": answer.value, "label": answer.label} for answer in same_persons.ANSWERS],
        next=url_for(".index", after=tasks[-1].id) if more else None,
    )


def _asked(work: Work, task: Task, by: str) -> dict[str, Any]:
    both = [people.get(work, task.facts[name]) for name in ("person", "protected")]
    sides = [_side(work, person) for person in both]
    return {
        "task": task,
        "by": by,
        "sides": sides,
        "subjects": [
            *(person.stream for person in both),
            *masking.subjects(card for side in sides for card in side["cards"]),
        ],
    }


def _side(work: Work, person: Person) -> dict[str, Any]:
    viewer = work.actor
    numbers = people.numbers_of(work, [person.id]).get(person.id, [])
    return {
        "person": person,
        "name": people.shown_name(person, viewer, in_hand=True),
        "numbers": [people.shown_number(person, one, viewer, in_hand=True) for one in numbers],
        "cards": _cards(work, person),
    }


def _cards(work: Work, person: Person) -> Sequence[Card]:
    ids = sorted(people.files_of(work, person))[: same_persons.PAGE]
    return masking.cards(work, [files.get(work, file_id) for file_id in ids])


@bp.post("/questions/<int:task_id>")
@requires(Permission.CHECK_SEALED)
def settle(task_id: int) -> Response:
    """Settle a question and do what the answer says."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            same_persons.settle(work, task_id, TaskAnswer.read(request.form.get("answer")))
        return see(url_for(".index"), _("Settled."))
    for error in refused.errors:
        error["field"] = f"answer-{task_id}"  # each question has its own
    return _index(refused, task_id)
