"""The page of a person: name, numbers, protection and files, each to be corrected."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request, url_for

from archive.access_log import access_log
from archive.files import lookup, masking
from archive.kernel.clock import local_date
from archive.kernel.config import DEMO_PASSWORD
from archive.kernel.errors import Invalid
from archive.kernel.store import Work
from archive.models import Person
from archive.people import lifting, people, same_persons
from archive.rules import identity
from archive.vocabulary import Permission, Protection
from archive.vocabulary.wording import N_, _
from archive.web.files.forms import Typed
from archive.web.kit.access import archive, current_actor, proof_given, requires
from archive.web.kit.answers import Refusals, saw, see, show

bp = Blueprint("people", __name__, url_prefix="/people")

PAGE = 50
NAMES = ("family_name", "given_name")


@bp.get("/<int:person_id>")
@requires(Permission.READ_NAMES)
def page(person_id: int) -> Response:
    """Show a person with numbers and files; of a protected one nothing that tells who it is."""
    return _page(person_id)


def _page(person_id: int, refused: Refusals | None = None) -> Response:
    after = request.args.get("after", 0, type=int)
    with archive.read(current_actor()) as work:
        person = people.get(work, person_id)
        hidden = person.protection.protected
        numbers = [] if hidden else people.numbers_of(work, [person.id]).get(person.id, [])
        found, more = ([], None) if hidden else lookup.of_person(work, person.id, after=after, limit=PAGE)
        shown = masking.cards(work, found)
        facts: dict[str, Any] = {
            "person": person,
            "hidden": hidden,
            "name": people.shown_name(person, work.actor),
            "numbers": [(number, people.shown_number(person, number, work.actor)) for number in numbers],
            "cards": shown,
            "more": url_for(".page", person_id=person.id, after=more) if more else None,
            "seen_version": people.version(work, person),
            "form": request.form or _as_typed(person, hidden=hidden),
            "stricter": [one for one in Protection if not one.lowers(person.protection)],
            "weaker": [one for one in Protection if one.lowers(person.protection)],
            "demo_password": DEMO_PASSWORD if archive.settings.demo else "",
        }
    look = access_log.at_person(person_id, "person", files=[card.file.id for card in shown])
    return show("people/page.html", look, refused=refused, **facts)


def _as_typed(person: Person, *, hidden: bool) -> dict[str, str]:
    """Return what the form starts from: blank for a protected person, whose name nobody is shown."""
    if hidden:
        return {"protection": person.protection.value}
    return {
        "family_name": person.family_name,
        "given_name": person.given_name,
        "birth_date": str(person.birth_date or ""),
        "protection": person.protection.value,
    }


def _change(person_id: int, verb: Callable[[Work, Person, Refusals], None], said: str) -> Response:
    with Refusals() as refused, archive.write(current_actor()) as work:
        person = people.get(work, person_id)
        people.lock(work, person, request.form.get("version", 0, type=int))
        verb(work, person, refused)
    if not refused.errors:
        return see(url_for(".page", person_id=person_id), said)
    return _page(person_id, refused)


@bp.post("/<int:person_id>/name")
@requires(Permission.CORRECT)
def name(person_id: int) -> Response:
    """Correct the name and the birth date."""

    def verb(work: Work, person: Person, refused: Refusals) -> None:
        typed = Typed(request.form, local_date(work.now), refused)
        values: dict[str, Any] = {
            key: " ".join(typed.text(key).split()) for key in ("family_name", "given_name")
        }
        values["birth_date"] = typed.date("birth_date")
        if person.protection.protected:  # the form showed nothing, so what is blank stays as it is
            values = {key: value for key, value in values.items() if value}
        if not refused.errors:
            people.correct(work, person, **values)

    return _change(person_id, verb, _("Corrected."))


@bp.post("/<int:person_id>/number")
@requires(Permission.CORRECT)
def number(person_id: int) -> Response:
    """Add a number: the present one, or one the person had before."""
    typed = request.form.get("number", "")
    with archive.read(current_actor()) as work:
        bearers = people.with_number(work, _typed_number(work, people.get(work, person_id), typed).number)
    # Whoever tries numbers here is seen to, whatever the answer.
    saw(access_log.looked_for("number", typed, [f"person:{one.id}" for one in bearers]))

    def verb(work: Work, person: Person, _refused: Refusals) -> None:
        read = _typed_number(work, person, typed)
        if identity.century_unclear(read):
            raise Invalid("century_unclear", people.CENTURY_UNCLEAR, field="number", number=read.raw.strip())
        source = request.form.get("source", "").strip()
        people.add_number(work, person, read, source, current=request.form.get("current") == "yes")
        same_persons.ask(work, [person.id])

    return _change(person_id, verb, _("The number is added."))


def _typed_number(work: Work, person: Person, typed: str) -> identity.Identity:
    # What is known of a protected person must not be told by how a number is read.
    born = None if person.protection.protected else person.birth_date
    return people.read_number(work, typed, born)


@bp.post("/<int:person_id>/protection")
@requires(Permission.CORRECT)
def protection(person_id: int) -> Response:
    """Protect the person's data at least as much as now; lifting a protection is another matter."""

    def verb(work: Work, person: Person, _refused: Refusals) -> None:
        people.protect(work, person, _chosen(), request.form.get("source", "").strip())

    return _change(person_id, verb, _("The protection is set."))


@bp.post("/<int:person_id>/protection/lift")
@requires(Permission.LIFT_PROTECTION)
def lift(person_id: int) -> Response:
    """Lift a protection, wholly or in part: with the password and grounds, and others are told at once."""
    with Refusals() as refused:
        proof = proof_given()

        def verb(work: Work, person: Person, _refused: Refusals) -> None:
            lifting.lift(work, person, _chosen("weaker"), request.form.get("grounds", ""), proof)

        return _change(person_id, verb, _("The protection is lifted. Others have been told."))
    return _page(person_id, refused)


def _chosen(name: str = "protection") -> Protection:
    chosen = Protection.read(request.form.get(name))
    if chosen is None:
        raise Invalid("protection", N_("Say whether the person's data are protected."), field=name)
    return chosen
