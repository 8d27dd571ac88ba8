"""The front page: what waits, and what one may do here."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response

from archive.home import first_steps, todo
from archive.home.first_steps import Beginning, FirstStep
from archive.vocabulary import Permission
from archive.vocabulary.wording import N_, _, ngettext
from archive.web.kit import navigation
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.addresses import url_for
from archive.web.kit.answers import show

bp = Blueprint("start", __name__)

# What waits, the most pressing first: where it is done, how it looks, and what it is called.
WAITING: tuple[tuple[str, str, dict[str, str], str, Callable[[int], str]], ...] = (
    (
        "steps",
        "incidents.mine",
        {},
        "red",
        lambda n: ngettext("step waits for you", "steps wait for you", n),
    ),
    ("wanted", "incidents.index", {}, "red", lambda n: ngettext("file is missing", "files are missing", n)),
    (
        "overdue",
        "loans.index",
        {"overdue": "1"},
        "yellow",
        lambda n: ngettext("loan overdue", "loans overdue", n),
    ),
    (
        "assessments",
        "assessments.index",
        {},
        "yellow",
        lambda n: ngettext("assessment to make", "assessments to make", n),
    ),
    (
        "deliveries",
        "deliveries.index",
        {},
        "blue",
        lambda n: ngettext("delivery under way", "deliveries under way", n),
    ),
    ("covers", "covers.index", {}, "purple", lambda n: ngettext("cover to check", "covers to check", n)),
    ("findings", "covers.found", {}, "purple", lambda n: ngettext("finding open", "findings open", n)),
    (
        "protected_persons",
        "same_persons.index",
        {},
        "red",
        lambda n: ngettext("question about a protected person", "questions about protected persons", n),
    ),
    (
        "questions",
        "worklist.index",
        {},
        "grey",
        lambda n: ngettext("question of a list", "questions of lists", n),
    ),
)
# What a new register needs first: where it is said, and what for.
FIRST: dict[Beginning, tuple[str, str, str]] = {
    Beginning.PEOPLE: (
        "users.index",
        N_("The people"),
        N_("Create the archivist, and at least two of each role, so that one is there when the other is not"),
    ),
    Beginning.SOURCE: (
        "organisation.index",
        N_("The source systems"),
        N_("Add the case system or paper register in which the files have their numbers"),
    ),
    Beginning.CENTRAL: (
        "places.index",
        N_("The central archive"),
        N_("Create its address as the central archive, its rooms and racks"),
    ),
    Beginning.ROOM: (
        "places.index",
        N_("The old rooms"),
        N_("Create the old addresses and their archive rooms"),
    ),
    Beginning.FILES: ("imports.index", N_("The first list"), N_("Read in the list of an old room")),
}
GROUPS = (
    (N_("Files"), ("find", "scan", "files", "places", "loans", "labels")),
    (
        N_("The weekly delivery"),
        ("deliveries", "covers", "assessments", "samples", "second_checks", "programme"),
    ),
    (N_("Missing files"), ("incidents", "lost_register")),
    (N_("The lists of the old archives"), ("imports", "worklist", "same_persons", "comparison")),
    (
        N_("Oversight"),
        (
            "access_log",
            "annual_report",
            "users",
            "organisation",
            "messages.mail",
            "backups",
            "routines",
            "quality",
        ),
    ),
)
REST = N_("For you")


@bp.get("/")
@requires(Permission.ANYONE)
def page() -> Response:
    """Say what waits for the actor, and offer every page their roles open, each with its purpose."""
    with archive.read(current_actor()) as work:
        counts = todo.count(work)
        first = first_steps.steps(work)
    return show(
        "home/start.html",
        None,
        first=[_told(one) for one in first],
        waiting=[
            {
                "value": counts[name],
                "label": said(counts[name]),
                "href": url_for(endpoint, **more),
                "tone": tone,
            }
            for name, endpoint, more, tone, said in WAITING
            if name in counts
        ],
        groups=_grouped(navigation.open_to(current_actor())),
    )


def _told(one: FirstStep) -> dict[str, Any]:
    endpoint, text, hint = FIRST[one.step]
    mine = current_actor().may(one.permission)
    return {
        "text": _(text),
        "hint": _(hint),
        "href": url_for(endpoint) if mine else None,
        "status": _("Done") if one.done else _("To do") if mine else _("To do by somebody else"),
    }


def _grouped(tiles: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    taken: dict[str, list[dict[str, Any]]] = {}
    for tile in tiles:
        endpoint = str(tile["endpoint"])
        names = endpoint, endpoint.split(".")[0]
        title = next((title for title, known in GROUPS if set(names) & set(known)), REST)
        taken.setdefault(title, []).append(tile)
    return [
        (_(title), taken[title]) for title in (*(title for title, _known in GROUPS), REST) if title in taken
    ]
