"""Announcements: units say that they have newly closed files to send; the next delivery fetches them."""

from flask import Blueprint, Response, request, url_for

from archive.accounts import display_names, users
from archive.deliveries import transfer_notices
from archive.files import units
from archive.kernel.errors import Invalid
from archive.kernel.letters import is_number
from archive.places import paths
from archive.vocabulary import Permission
from archive.vocabulary.wording import N_, _
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import Refusals, see, show
from archive.web.places.places import chosen_place

bp = Blueprint("transfer_notices", __name__, url_prefix="/deliveries/announcements")


@bp.get("")
@requires(Permission.DELIVER)
def index() -> Response:
    """List what no delivery is to fetch yet, and ask what is to be announced; no file is named."""
    return _index()


def _index(refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        known_units = units.every(work)
        waiting = transfer_notices.waiting(work)
        known = paths.steps(work, {one.place_id for one in waiting})
        names = display_names.names(work, {one.announced_by for one in waiting})
    called = {unit.id: unit.name for unit in known_units}
    return show(
        "deliveries/transfer_notices.html",
        None,
        refused=refused,
        rows=[(one, called[one.unit_id], paths.name_of(known[one.place_id])) for one in waiting],
        names=names,
        units=[{"value": str(unit.id), "label": unit.name} for unit in known_units],
        form=request.form,
    )


@bp.post("")
@requires(Permission.DELIVER)
def announce() -> Response:
    """Announce the files of a unit; said again of the same place, the newer number counts."""
    form = request.form
    with Refusals() as refused:
        unit, files = form.get("unit", ""), form.get("files", "").strip()
        if not is_number(unit):
            raise Invalid("no_such_unit", N_("Choose one of the units."), field="unit")
        if not files.isdecimal() or len(files) > 6:
            raise Invalid("number_wrong", N_("Write a whole number."), field="files")
        with archive.write(current_actor()) as work:
            place = chosen_place(work, form.get("place", ""), "place")
            transfer_notices.announce(work, int(unit), place, int(files), contact=_contact())
        return see(url_for(".index"), _("Announced. The next delivery with room for it fetches it."))
    return _index(refused)


def _contact() -> str:
    """Return the address that was written; a refusal of it belongs to the field of this form."""
    try:
        return users.normal_email(request.form.get("contact", "")) or ""
    except Invalid as refused:
        refused.field = "contact"
        raise


@bp.post("/<int:announcement_id>/withdraw")
@requires(Permission.DELIVER)
def withdraw(announcement_id: int) -> Response:
    """Take an announcement back that no delivery fetches yet."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            transfer_notices.withdraw(work, transfer_notices.get(work, announcement_id))
        return see(url_for(".index"), _("Taken back."))
    return _index(refused)
