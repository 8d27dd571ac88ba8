"""Places: what stands where, what came and went, and shaping the tree."""

from typing import Any

from flask import Blueprint, Response, request, url_for

from archive.access_log import access_log
from archive.codes import codes
from archive.files import masking
from archive.kernel.errors import Invalid
from archive.kernel.store import Work
from archive.models import Place
from archive.places import contents, paths, places
from archive.places.places import HOLDS, Level
from archive.timeline import timeline
from archive.vocabulary import OrderRule, Permission, PlaceKind
from archive.vocabulary.wording import N_, _, ngettext
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import Refusals, saw, see, show

bp = Blueprint("places", __name__, url_prefix="/places")

PAGE = 50
FOUND = 30
LEVELS = 3


@bp.get("/")
@requires(Permission.READ_FILES)
def index() -> Response:
    """Show the sites with what stands directly in them, or find a place by name or code."""
    term = request.args.get("term", "").strip()
    with archive.read(current_actor()) as work:
        found = contents.find(work, term, limit=FOUND) if term else []
        sites = [(site, places.children(work, site)) for site in places.roots(work)]
        counts = contents.counts(work, [room.id for _site, rooms in sites for room in rooms])
    return show(
        "places/index.html",
        None,
        sites=sites,
        counts=counts,
        most=contents.MOST_COUNTED,
        term=term,
        found=[(trail[-1], paths.name_of(trail)) for trail in found],
        full=len(found) == FOUND,
    )


@bp.get("/<code>")
@requires(Permission.READ_FILES)
def page(code: str) -> Response:
    """Show a place: where it is, what it holds and what stands in it, in shelf order."""
    after_place, mark = request.args.get("after_place", ""), _mark(request.args.get("after"))
    with archive.read(current_actor()) as work:
        place = places.by_code(work, codes.parse(code))
        below = places.children(work, place, after=after_place, limit=PAGE + 1)
        rows = contents.content(work, place, after=mark, limit=PAGE + 1)
        shown = masking.cards(work, [row[0] for row in rows[:PAGE]])
        counts = contents.counts(work, [place.id, *(child.id for child in below[:PAGE])])
        trail = paths.trails(work, [place.id])[place.id]
    next_places = next_files = None
    if len(below) > PAGE and not mark:
        next_places = url_for(".page", code=place.code, after_place=below[PAGE - 1].path)
    if len(rows) > PAGE and not after_place:
        next_files = url_for(".page", code=place.code, after=_mark_of(rows[PAGE - 1]))
    return show(
        "places/page.html",
        access_log.at_list("place", masking.subjects(shown), place=place.id),
        place=place,
        trail=trail,
        # A later page of the one list leaves out the other.
        below=[] if mark else below[:PAGE],
        counts=counts,
        most=contents.MOST_COUNTED,
        cards=[] if after_place else shown,
        first=not (mark or after_place),
        next_places=next_places,
        next=next_files,
        holds=bool(HOLDS[place.kind]),
        movable=_movable(place),
    )


def _mark(text: str | None) -> tuple[str, int, int] | None:
    """Read where the last page ended; anything else begins from the start."""
    path, _sep, rest = (text or "").partition("|")
    position, _sep, number = rest.partition("|")
    if not (path and all(part.isdecimal() and len(part) < 19 for part in (position, number))):
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
        place = places.by_code(work, codes.parse(code))
        trail = paths.trails(work, [place.id])[place.id]
        told = timeline.of_place(work, place, before=before, limit=PAGE)
    look = access_log.at_list("place_history", told.subjects, place=place.id)
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
        parent = places.by_code(work, codes.parse(code)) if code else None
        trail = paths.trails(work, [parent.id])[parent.id] if parent else []
    kinds = [HOLDS[parent.kind if parent else None]]
    for _level in range(1, LEVELS if parent else 1):
        kinds.append(frozenset().union(*(HOLDS[kind] for kind in kinds[-1])))
    return show(
        "places/new.html",
        None,
        refused=refused,
        parent=parent,
        trail=trail,
        form=request.form,
        kinds=[[kind for kind in PlaceKind if kind in level] for level in kinds if level],
        orders=list(OrderRule),
    )


def _create(code: str | None) -> Response:
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            parent = places.by_code(work, codes.parse(code)) if code else None
            made = places.create_many(
                work,
                parent,
                _levels(),
                order_rule=OrderRule.read(request.form.get("order_rule")),
                central=None if parent else request.form.get("central") == "yes",
            )
            target = url_for(".page", code=(parent or made[0]).code)
        said = ngettext("%(num)s place was created.", "%(num)s places were created.", len(made))
        return see(target, said)
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
        place = places.by_code(work, codes.parse(code))
        trail = paths.trails(work, [place.id])[place.id]
    values = {
        "name": place.name,
        "order_rule": place.order_rule.value,
        "capacity": place.capacity or "",
        "central": "yes" if place.central else "",
    }
    if "name" in request.form:
        values = {"central": "", **request.form}
    return show(
        "places/change.html",
        None,
        refused=refused,
        place=place,
        trail=trail,
        values=values,
        form=request.form,
        orders=list(OrderRule),
        movable=_movable(place),
    )


def _movable(place: Place) -> bool:
    """Tell whether the one who asks may move the place as it is now."""
    needed = Permission.MOVE if place.kind in places.CARRIED else Permission.SHAPE_PLACES
    return place.kind in places.MOVABLE and place.closed_at is None and current_actor().may(needed)


@bp.post("/<code>/change")
@requires(Permission.SHAPE_PLACES)
def change(code: str) -> Response:
    """Change name, order, capacity or belonging of a place."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            place = places.by_code(work, codes.parse(code))
            capacity = request.form.get("capacity", "").strip()
            if capacity and not (capacity.isascii() and capacity.isdigit() and len(capacity) < 7):
                raise Invalid("capacity", N_("Write the capacity as a whole number."), field="capacity")
            places.change(
                work,
                place,
                version=request.form.get("version", type=int),
                name=request.form.get("name", ""),
                order_rule=_order(),
                capacity=int(capacity) if capacity else None,
                # Asked for an address only: all below it belongs where it does.
                central=place.central if place.parent_id else request.form.get("central") == "yes",
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
            place = places.by_code(work, codes.parse(code))
            target = chosen_place(work, request.form.get("place", ""), "place")
            places.move(work, place, target, version=request.form.get("version", type=int))
        return see(url_for(".page", code=place.code), _("Moved, with everything in it."))
    return _edit(code, refused)


def chosen_place(work: Work, text: str, field: str) -> Place:
    """Return the one open place a text names, by code or by words; raises Invalid when it is not one."""
    found = contents.find(work, text, open_only=True)
    said = text.strip().casefold()
    for name in (paths.name_of, lambda trail: trail[-1].name):
        exact = [trail for trail in found if name(trail).casefold() == said]
        found = exact or found
    if len(found) != 1:
        sentence = N_("Several places match. Write more of the name, or scan the place.")
        none = N_("No open place matches. Scan it, or write part of its name.")
        raise Invalid("place_not_one", sentence if found else none, field=field)
    return found[0][-1]


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
            verb(work, places.by_code(work, codes.parse(code)))
        return see(url_for(".page", code=code), said)
    return _edit(code, refused)
