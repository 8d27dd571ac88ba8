"""Places: what stands where, what came and went, and shaping the tree."""

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from archive.domain import cards, labels, looks, places, shelves, timelines
from archive.domain.places import HOLDS, Level
from archive.errors import Invalid
from archive.models import Place
from archive.store import Work
from archive.vocabulary import OrderRule, Permission, PlaceKind
from archive.web.access import archive, current_actor, requires
from archive.web.answers import Refusals, saw, see, show
from archive.wording import N_, _

bp = Blueprint("places", __name__, url_prefix="/places")

PAGE = 50
LEVELS = 3


@bp.get("/")
@requires(Permission.READ_FILES)
def index() -> Response:
    """Show the sites with their rooms, or find a place by name or code."""
    term = request.args.get("term", "").strip()
    with archive.read(current_actor()) as work:
        found = shelves.find(work, term, limit=30) if term else []
        sites = [(site, places.children(work, site)) for site in places.roots(work)]
    saw()
    return show("places/index.html", None, sites=sites, term=term, found=_named(found))


@bp.get("/choices")
@requires(Permission.READ_FILES)
def choices() -> str:
    """Offer places to choose among while one types, as options of a list."""
    with archive.read(current_actor()) as work:
        found = shelves.find(work, request.args.get("term", ""), open_only=True)
    saw()
    return render_template("places/_choices.html", found=_named(found))


def _named(trails: list[list[Place]]) -> list[tuple[Place, str]]:
    return [(trail[-1], places.name_of(trail)) for trail in trails]


@bp.get("/<code>")
@requires(Permission.READ_FILES)
def page(code: str) -> Response:
    """Show a place: where it is, what it holds and what stands in it, in shelf order."""
    with archive.read(current_actor()) as work:
        place = places.by_code(work, labels.parse(code))
        below = places.children(work, place, after=request.args.get("after_place", ""), limit=PAGE + 1)
        rows = shelves.content(work, place, after=_mark(request.args.get("after")), limit=PAGE + 1)
        shown = cards.of(work, [row[0] for row in rows[:PAGE]])
        facts: dict[str, Any] = {
            "place": place,
            "trail": places.trails(work, [place.id])[place.id],
            "below": below[:PAGE],
            "counts": shelves.counts(work, [child.id for child in below[:PAGE]]),
            "cards": shown,
            "next_places": url_for(".page", code=place.code, after_place=below[PAGE - 1].path)
            if len(below) > PAGE
            else None,
            "next": url_for(".page", code=place.code, after=_mark_of(rows[PAGE - 1]))
            if len(rows) > PAGE
            else None,
        }
    look = looks.at_list("place", cards.subjects(shown), place=place.id)
    return show("places/page.html", look, **facts)


def _mark(text: str | None) -> tuple[str, int, int] | None:
    """Read where the last page ended; anything else begins from the start."""
    path, _sep, rest = (text or "").partition("|")
    position, _sep, number = rest.partition("|")
    if not (path and position.isdigit() and number.isdigit()):
        return None
    return path, int(position), int(number)


def _mark_of(row: Any) -> str:
    file, place = row
    return f"{place.path}|{file.position}|{file.id}"


@bp.get("/<code>/history")
@requires(Permission.READ_FILES)
def history(code: str) -> Response:
    """Show what came to a place and went from it, and what became of the place itself."""
    before = request.args.get("before", type=int)
    with archive.read(current_actor()) as work:
        place = places.by_code(work, labels.parse(code))
        trail = places.trails(work, [place.id])[place.id]
        told = timelines.of_place(work, place, before=before, limit=PAGE)
    look = looks.at_list("place_history", told.subjects, place=place.id)
    return show("places/history.html", look, place=place, trail=trail, told=told)


@bp.get("/new")
@requires(Permission.SHAPE_PLACES)
def new_site() -> Response:
    """Ask for a new site."""
    saw()
    return _form(None)


@bp.post("/new")
@requires(Permission.SHAPE_PLACES)
def create_site() -> Response:
    """Create a site."""
    return _create(None)


@bp.get("/<code>/new")
@requires(Permission.SHAPE_PLACES)
def new(code: str) -> Response:
    """Ask for places to create here, one or a whole stretch at once."""
    saw()
    return _form(code)


@bp.post("/<code>/new")
@requires(Permission.SHAPE_PLACES)
def create(code: str) -> Response:
    """Create places here."""
    return _create(code)


def _form(code: str | None, refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        parent = places.by_code(work, labels.parse(code)) if code else None
        trail = places.trails(work, [parent.id])[parent.id] if parent else []
    first = HOLDS[parent.kind if parent else None]
    return show(
        "places/new.html",
        None,
        refused=refused,
        parent=parent,
        trail=trail,
        form=request.form,
        kinds=[[kind for kind in PlaceKind if kind in first], list(PlaceKind), list(PlaceKind)],
        levels=LEVELS if parent else 1,
        orders=list(OrderRule),
    )


def _create(code: str | None) -> Response:
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            parent = places.by_code(work, labels.parse(code)) if code else None
            made = places.create_many(
                work,
                parent,
                _levels(),
                order_rule=OrderRule.read(request.form.get("order_rule")),
                central=None if parent else request.form.get("central") == "yes",
            )
            target = url_for(".page", code=(parent or made[0]).code)
        return see(target, _("%(count)s places were created.", count=len(made)))
    return _form(code, refused)


def _levels() -> list[Level]:
    levels = []
    for number in range(LEVELS):
        kind = PlaceKind.read(request.form.get(f"kind{number}"))
        names = request.form.get(f"names{number}", "")
        if number and not (kind and names.strip()):
            continue
        if kind is None:
            raise Invalid("place_kind", N_("Choose what kind of place it is."), field=f"kind{number}")
        try:
            levels.append(Level(kind, places.names_from(names)))
        except Invalid as error:
            error.field = f"names{number}"
            raise
    return levels


@bp.get("/<code>/change")
@requires(Permission.READ_FILES)
def edit(code: str) -> Response:
    """Ask what to change about a place."""
    saw()
    return _edit(code)


def _edit(code: str, refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        place = places.by_code(work, labels.parse(code))
        trail = places.trails(work, [place.id])[place.id]
    values = request.form or {
        "name": place.name,
        "order_rule": place.order_rule.value,
        "capacity": place.capacity or "",
        "central": "yes" if place.central else "",
    }
    saw()
    return show(
        "places/change.html",
        None,
        refused=refused,
        place=place,
        trail=trail,
        form=values,
        orders=list(OrderRule),
        movable=place.kind in places.MOVABLE and current_actor().may(_needed(place)),
    )


def _needed(place: Place) -> Permission:
    return Permission.MOVE if place.kind in places.CARRIED else Permission.SHAPE_PLACES


@bp.post("/<code>/change")
@requires(Permission.SHAPE_PLACES)
def change(code: str) -> Response:
    """Change name, order, capacity or belonging of a place."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            place = places.by_code(work, labels.parse(code))
            capacity = request.form.get("capacity", "").strip()
            if capacity and not capacity.isdigit():
                raise Invalid("capacity", N_("Write the capacity as a whole number."), field="capacity")
            places.change(
                work,
                place,
                version=request.form.get("version", type=int),
                name=request.form.get("name", ""),
                order_rule=_order(),
                capacity=int(capacity) if capacity else None,
                central=request.form.get("central") == "yes",
            )
        return see(url_for(".page", code=place.code), _("Changed."))
    return _edit(code, refused)


def _order() -> OrderRule:
    order = OrderRule.read(request.form.get("order_rule"))
    if order is None:
        raise Invalid("order_rule", N_("Choose in which order files stand here."), field="order_rule")
    return order


@bp.post("/<code>/move")
@requires(Permission.MOVE)
def move(code: str) -> Response:
    """Move a place with all it holds to another."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            place = places.by_code(work, labels.parse(code))
            target = chosen_place(work, request.form.get("target", ""), "target")
            places.move(work, place, target, version=request.form.get("version", type=int))
        return see(url_for(".page", code=place.code), _("Moved, with everything in it."))
    return _edit(code, refused)


def chosen_place(work: Work, text: str, field: str) -> Place:
    """Return the one open place a text names, by code or by words; raises Invalid when it is not one."""
    found = shelves.find(work, text, limit=2, open_only=True)
    exact = [trail for trail in found if places.name_of(trail).casefold() == text.strip().casefold()]
    if len(exact or found) != 1:
        sentence = N_("Several places match. Write more of the name, or scan the place.")
        none = N_("No open place matches. Scan it, or write part of its name.")
        raise Invalid("place_not_one", sentence if found else none, field=field)
    return (exact or found)[0][-1]


@bp.post("/<code>/close")
@requires(Permission.SHAPE_PLACES)
def close(code: str) -> Response:
    """Close an empty place."""
    return _turn(code, places.close, _("Closed. Nothing can be recorded here until it is opened again."))


@bp.post("/<code>/reopen")
@requires(Permission.SHAPE_PLACES)
def reopen(code: str) -> Response:
    """Open a closed place."""
    return _turn(code, places.reopen, _("Open again."))


def _turn(code: str, verb: Any, said: str) -> Response:
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            verb(work, places.by_code(work, labels.parse(code)))
        return see(url_for(".page", code=code), said)
    return _edit(code, refused)
