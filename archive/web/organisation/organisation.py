"""The city's own source systems, units and kinds of file: what is offered, named, closed."""

from typing import NamedTuple

from flask import Blueprint, Response, request, url_for

from archive.kernel.errors import NotFound
from archive.models import FileKind
from archive.organisation import kinds, source_systems, things, units
from archive.timeline import timeline
from archive.vocabulary import Permission
from archive.vocabulary.wording import N_, _
from archive.web.files.forms import shown_kind
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import Refusals, see, show

bp = Blueprint("organisation", __name__, url_prefix="/organisation")


class Noun(NamedTuple):
    """Say what one of a kind is called on its page, and how one more is added, where one can be."""

    name: str
    add: str = ""
    added: str = ""


NOUNS = {
    "source": Noun(N_("Source system"), N_("Add a source system"), N_("The source system is added.")),
    "unit": Noun(N_("Unit"), N_("Add a unit"), N_("The unit is added.")),
    "kind": Noun(N_("Kind of file")),
}


def _called(noun: str, *, add: bool = False) -> Noun:
    """Return what an address is about; raises NotFound, also where none can be added."""
    called = NOUNS.get(noun)
    if called is None or (add and not called.add):
        raise NotFound("no_such_noun", things.NO_SUCH_NOUN)
    return called


@bp.get("")
@requires(Permission.SHAPE_ORGANISATION)
def index() -> Response:
    """Show what the city has."""
    with archive.read(current_actor()) as work:
        sources, of_city, in_law = source_systems.every(work), units.every(work), kinds.every(work)
    return show(
        "organisation/index.html", None, sources=sources, units=of_city, kinds=in_law, shown_kind=shown_kind
    )


@bp.get("/<noun>/new")
@requires(Permission.SHAPE_ORGANISATION)
def new(noun: str) -> Response:
    """Ask what is to be added."""
    return _new(noun)


def _new(noun: str, refused: Refusals | None = None) -> Response:
    return show(
        "organisation/new.html",
        None,
        refused=refused,
        noun=noun,
        called=_called(noun, add=True),
        form=request.form,
    )


@bp.post("/<noun>/new")
@requires(Permission.SHAPE_ORGANISATION)
def add(noun: str) -> Response:
    """Add a source system or a unit."""
    form, called = request.form, _called(noun, add=True)
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            if noun == "source":
                source_systems.add(work, form.get("code", ""), form.get("name", ""))
            else:
                units.add(work, form.get("name", ""))
        return see(url_for(".index"), _(called.added))
    return _new(noun, refused)


@bp.get("/<noun>/<int:thing_id>")
@requires(Permission.SHAPE_ORGANISATION)
def page(noun: str, thing_id: int) -> Response:
    """Show one of them with its history, to rename it, close it or open it again."""
    return _page(noun, thing_id)


def _page(noun: str, thing_id: int, refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        thing = things.get(work, noun, thing_id)
        told = timeline.of_stream(work, thing.stream)
    name = shown_kind(thing) if isinstance(thing, FileKind) else thing.name
    return show(
        "organisation/page.html",
        None,
        refused=refused,
        noun=noun,
        called=_called(noun),
        thing=thing,
        name=name,
        form=request.form if refused else {"name": name},
        told=told,
    )


@bp.post("/<noun>/<int:thing_id>/name")
@requires(Permission.SHAPE_ORGANISATION)
def rename(noun: str, thing_id: int) -> Response:
    """Give one of them another name."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            things.change(work, things.get(work, noun, thing_id), name=request.form.get("name", ""))
        return see(url_for(".page", noun=noun, thing_id=thing_id), _("Saved."))
    return _page(noun, thing_id, refused)


@bp.post("/<noun>/<int:thing_id>/active")
@requires(Permission.SHAPE_ORGANISATION)
def set_active(noun: str, thing_id: int) -> Response:
    """Close one of them, or open it again."""
    active = request.form.get("active") == "1"
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            things.change(work, things.get(work, noun, thing_id), active=active)
        said = _("It is offered again.") if active else _("It is closed, and no longer offered.")
        return see(url_for(".page", noun=noun, thing_id=thing_id), said)
    return _page(noun, thing_id, refused)
