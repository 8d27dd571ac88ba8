"""Registering a file by hand: one form, checked as one goes, near-duplicates shown before it is saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from flask import Response, make_response, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from archive.access_log import access_log
from archive.codes import codes as label_codes
from archive.files import duplicates, files, masking, retention
from archive.files.duplicates import Alike
from archive.files.likeness import Somebody
from archive.files.masking import Card
from archive.imports import masking as import_masking
from archive.imports import worklist
from archive.kernel.clock import local_date
from archive.kernel.errors import DomainError
from archive.kernel.partial_date import PartialDate
from archive.kernel.store import Work
from archive.models import CaseFile, ImportRow
from archive.people import same_persons
from archive.places import paths
from archive.rules.retention import FLAGS, BirthDate, Retention
from archive.vocabulary import Permission, PersonRole, Protection, RowAnswer, RowState
from archive.vocabulary.wording import _
from archive.web.files.forms import (
    DATES,
    MOST_PERSONS,
    Choices,
    PersonRow,
    Typed,
    field_choices,
    person_rows,
    read_new,
    save_persons,
    tried,
)
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import Refusals, saw, see, show
from archive.web.labelling.labels import fresh_label
from labels import codes


@dataclass(frozen=True, slots=True)
class FormCheck:
    """What the register says of a form not yet saved."""

    rows: Sequence[PersonRow]
    alike: Sequence[tuple[Alike, Card]]
    retention: Retention | None
    dates: Mapping[str, PartialDate]

    @property
    def ids(self) -> str:
        """Return which near-duplicates are shown, for the form to send back."""
        return ",".join(sorted(str(one.file.id) for one, _card in self.alike))

    @property
    def looks(self) -> Sequence[access_log.Look]:
        """Return the looks: at the files that are shown, and at whoever has one of the numbers."""
        files_shown = masking.subjects(card for _one, card in self.alike)
        listed = [access_log.at_list("alike", dict.fromkeys(files_shown))] if files_shown else []
        return [*listed, *tried(self.rows)]


@requires(Permission.REGISTER)
def page() -> Response:
    """Show an empty form, or begin with what is known.

    What the file `like` has in common with it is kept, and where it was the one just `done`, its label is
    offered; `label` is a blank one; `row` is one of a list that could not be registered.
    """
    row = request.args.get("row", type=int)
    with archive.read(current_actor()) as work:
        known = _of_row(work, row) if row else _kept(work, request.args.get("like", ""))
        before = _before(work, request.args.get("like", "")) if request.args.get("done") else None
        fresh = fresh_label(work, before) if before else None
        look = _look_at_row(work, row, known) if row else None
    if label := codes.parse(request.args.get("label", "")):
        known["label"] = label
    if look:
        saw(look)
    return _form(None, known, fresh=fresh)


def _of_row(work: Work, row_id: int) -> MultiDict[str, str]:
    """Return what was understood of a row of a list, as it would have been typed."""
    row = work.session.get(ImportRow, row_id)  # worklist.row would lock it, which a page may not
    if row is None or row.state is not RowState.REJECTED:
        return MultiDict()
    reading = worklist.reading_of(row)
    # Of what the list marks neither persons nor place are shown: who has the cover reads them there.
    secret = reading.protection.protected or import_masking.by_list(row)
    choices = Choices.load(work)
    typed = {
        "row": str(row.id),
        "reference": reading.reference,
        "part": str(reading.part),
        "parts": str(reading.parts or ""),
        "kind": _id(choices.kinds, reading.kind, "code"),
        "source": _id(choices.sources, reading.source, "code", "name"),
        "unit": _id(choices.units, reading.unit, "name"),
        "opened_on": str(reading.opened or ""),
        "closed_on": str(reading.closed or ""),
        "last_note_on": str(reading.last_note or ""),
        "place": "" if secret else " ".join(step.name for step in reading.place),
    }
    shown = () if secret else reading.persons[:MOST_PERSONS]
    for index, person in enumerate(shown):
        typed |= {
            f"number{index}": person.number.raw if person.number else "",
            f"family_name{index}": person.family,
            f"given_name{index}": person.given,
            f"role{index}": person.role.value,
            f"protection{index}": reading.protection.value,
        }
    form = MultiDict(typed)
    form.setlist("flags", [flag for flag in FLAGS if getattr(reading, flag)])
    return form


def _look_at_row(work: Work, row_id: int, known: MultiDict[str, str]) -> access_log.Look:
    """Return the look at a row of a list: at its list, and at whoever has one of the numbers shown."""
    row = work.session.get(ImportRow, row_id)
    persons = import_masking.known(
        work, import_masking.written(text for _name, text in known.items(multi=True))
    )
    return access_log.at_list("import_row", [*([f"import:{row.run_id}"] if row else []), *persons])


def _id(among: Sequence[Any], written: str, *names: str) -> str:
    wanted = written.casefold()
    return next((str(one.id) for one in among if wanted in {getattr(one, n).casefold() for n in names}), "")


def _before(work: Work, code: str) -> CaseFile | None:
    try:
        return files.by_code(work, label_codes.parse(code)) if code else None
    except DomainError:
        return None


def _kept(work: Work, code: str) -> MultiDict[str, str]:
    before = _before(work, code)
    if before is None:
        return MultiDict()
    trail = [] if before.protected else paths.trails(work, [before.place_id])[before.place_id]
    kept = {"kind": before.kind_id, "source": before.source_id, "unit": before.unit_id or ""}
    return MultiDict({**{name: str(value) for name, value in kept.items()}, "place": paths.name_of(trail)})


def _form(
    refused: Refusals | None,
    form: MultiDict[str, str],
    rows: int = 1,
    fresh: dict[str, Any] | None = None,
) -> Response:
    with archive.read(current_actor()) as work:
        check = _check(work, form, rows)
        facts = field_choices(work)
    saw(*check.looks)
    return show(
        "files/register.html",
        None,
        refused=refused,
        check=check,
        form=form,
        ticked=form.getlist("flags"),
        more=len(check.rows) < MOST_PERSONS,
        added=bool(form.get("more")),
        fresh=fresh,
        sealed_contact=archive.settings.sealed_contact,
        **facts,
    )


@requires(Permission.REGISTER)
def check() -> Response:
    """Say what the register makes of the form so far: numbers, near-duplicates, retention."""
    with archive.read(current_actor()) as work:
        found = _check(work, request.form, 1)
    saw(*found.looks)
    contact = archive.settings.sealed_contact
    page = render_template("files/_check.html", check=found, form=request.form, sealed_contact=contact)
    return make_response(page)


@requires(Permission.REGISTER)
def save() -> Response:
    """Register the file; with near-duplicates only once somebody has said that it is another one."""
    if request.form.get("more"):
        return _form(None, request.form, len(_rows_sent()) + 1)
    file = None
    with Refusals() as refused, archive.write(current_actor()) as work:
        rows = person_rows(work, request.form)
        new = read_new(work, request.form, rows, refused)
        if new is not None and _is_another(work, refused):
            new = replace(new, persons=save_persons(work, rows))
            file = files.register(work, new)
            same_persons.ask(work, [person_id for person_id, _role in new.persons])
            if row := request.form.get("row", type=int):
                worklist.settle_row(work, worklist.row(work, row), RowAnswer.REGISTERED, file=file)
    if file is None:
        return _form(refused, request.form)
    if request.form.get("then") == "next":
        return see(url_for("files.register", like=file.code, done=1))
    return see(url_for("files.page", code=file.code, new=1))


def _rows_sent() -> list[str]:
    return [name for name in request.form if name.startswith("number")]


def _is_another(work: Work, refused: Refusals) -> bool:
    """Tell whether every near-duplicate has been seen and said to be another file."""
    found = _check(work, request.form, 1)
    seen = set(request.form.get("alike_seen", "").split(","))
    shown = {str(one.file.id) for one, _card in found.alike if not one.exact}
    if not shown or (request.form.get("anyway") == "yes" and shown <= seen):
        return True
    refused.refuse(
        "anyway", _("The register has files like this one. Look at them before you register another.")
    )
    return False


def _somebody(row: PersonRow) -> Somebody:
    named = row.known or row  # whoever is known by the number need not be named again
    return Somebody(named.family_name, named.given_name, row.read.number if row.read else "")


def _check(work: Work, form: Mapping[str, Any], least: int) -> FormCheck:
    rows = person_rows(work, form, least)
    typed = Typed(form, local_date(work.now), Refusals())
    choices = Choices.load(work)
    source = typed.chosen("source", choices.sources, None)
    kind = typed.chosen("kind", choices.kinds, None)
    part = typed.whole("part", 1)
    numbers = [row.read.number for row in rows if row.read]
    dates = {name: typed.date(name) for name in DATES}
    alike = duplicates.alike(
        work,
        reference=typed.text("reference"),
        source_id=source or 0,
        part=part,
        kind_id=kind,
        numbers=numbers,
        opened=dates["opened_on"],
        closed=dates["closed_on"],
        persons=[_somebody(row) for row in rows if not row.blank],
    )
    shown = masking.cards(work, [one.file for one in alike])
    described = SimpleNamespace(
        reference_key=files.reference_key(typed.text("reference")),
        source_id=source,
        part=part,
        partly=typed.text("partly") == "yes",
        kept=None,
        **{flag: flag in typed.flags() for flag in FLAGS},
        **dates,
    )
    rule = next((one.retention_rule for one in choices.kinds if one.id == kind), None)
    return FormCheck(
        rows,
        list(zip(alike, shown, strict=True)),
        _retention(work, described, rule, rows) if rule else None,
        {name: value for name, value in dates.items() if value},
    )


def _retention(work: Work, described: Any, rule: str, rows: Sequence[PersonRow]) -> Retention:
    """Compute what the form leads to; of protected persons only what was typed is used."""
    today = local_date(work.now)
    births = [_birth(row, today) for row in rows if not row.blank]
    known = {p.id for row in rows if (p := row.known) and not p.protection.protected}
    others = retention.related(work, known, key=described.reference_key, source_id=described.source_id or 0)
    return retention.compute(work, described, rule, births, others)


def _birth(row: PersonRow, today: Any) -> BirthDate:
    number = row.read.number if row.read else ""
    open_ = row.known if row.known and row.known.protection is Protection.NONE else None
    return retention.birth(row.role or PersonRole.SUBJECT, open_.birth_date if open_ else None, number, today)
