"""Report that something is missing: from any page where a miss shows, by anybody who may handle files."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from flask import Response, request, url_for
from sqlalchemy import select
from sqlmodel import col

from archive.access_log import access_log
from archive.codes import codes as label_codes
from archive.files import files, masking, units, wanted
from archive.files.parts import with_part
from archive.incidents import access, reporting
from archive.incidents.reporting import MissReport
from archive.kernel.clock import local
from archive.kernel.errors import DomainError, Invalid
from archive.kernel.store import Work
from archive.models import CaseFile, Incident
from archive.places import places
from archive.vocabulary import Missed, Occasion, Permission
from archive.vocabulary.wording import N_, _
from archive.web.kit import moments
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import Refusals, see, show
from labels import codes

LONGEST = 4000
MOST_NAMED = 200
_UNSURE = {"yes": True, "no": False}


@requires(Permission.REPORT_MISS)
def page() -> Response:
    """Ask what is missing; `file`, `crate` and `occasion` come from the page where the miss showed."""
    return _page()


def _page(refused: Refusals | None = None) -> Response:
    form = request.form if refused else request.args
    with archive.read(current_actor()) as work:
        named = _shown(work, form.get("files") or form.get("file", ""))
        shown = masking.cards(work, named)
        parts = _parts_named(work, form.get("files") or "") if refused else []
        known = wanted.by_file(work, [file.id for file in named])
        numbers = {one.incident_id for one in known.values()}
        open_ = set(
            work.session.scalars(
                select(col(Incident.id)).where(col(Incident.id).in_(numbers), access.seen_by(work.actor))
            )
        )
        choice = units.every(work)
        now, used = local(work.now), refused is not None and reporting.taken(work, _sent())
    return show(
        "incidents/new.html",
        access_log.at_list("incident_new", masking.subjects(shown)),
        refused=refused,
        form=form,
        cards=shown,
        parts=parts,
        parts_chosen=form.getlist("parts") if form.get("parts_asked") else [one["value"] for one in parts],
        known=[*sorted(open_), *([None] if numbers - open_ else [])],
        units=[{"value": str(unit.id), "label": unit.name} for unit in choice],
        occasions=list(Occasion),
        kinds=[kind for kind in Missed if kind is not Missed.FILE],
        now=f"{now:%Y-%m-%dT%H:%M}",
        longest=LONGEST,
        sent=(_sent() if refused and not used else None) or uuid4(),
    )


def _shown(work: Work, text: str) -> list[CaseFile]:
    """Return the files a page came with, for those who may see files."""
    if not work.actor.may(Permission.READ_FILES):
        return []
    found = []
    for part in _parts(text)[:MOST_NAMED]:
        code = codes.parse(part)
        try:
            found += [files.by_code(work, code)] if code else []
        except DomainError:
            continue  # said when the form is sent
    return found


def _parts(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


@requires(Permission.REPORT_MISS)
def save() -> Response:
    """Take the report down; what is looked for already is met, not begun again."""
    with Refusals() as refused:
        taken = _take_down()
        if isinstance(taken, Invalid):
            raise taken
        return taken
    return _page(refused)


def _take_down() -> Response | Invalid:
    """Take the report down, or return why not where what stands hidden in a box is sought all the same."""
    with archive.write(current_actor()) as work:
        said = _report(work)
        try:
            incident = reporting.report(work, said)
        except Invalid as refusal:
            if refusal.code != reporting.CRATE_EMPTY:
                raise
            reporting.seek_what_is_hidden(work, said)
            return refusal
        taken_at = reporting.taken_at(work, said.sent)
        met = incident.reported_at < taken_at
        number, open_ = incident.id, access.may_see(work, incident)
        clocks, doubted = incident.clocks, met and reporting.took_up(work, incident, taken_at)
    return _on(number, met=met, open_=open_, clocks=clocks, doubted=doubted)


# The same whoever the incident concerns: another sentence would tell that it is somebody protected.
HANDED_ON = N_("It is looked for already. What you wrote has been handed on to whoever leads the search.")


def _on(number: int, *, met: bool, open_: bool, clocks: bool, doubted: bool) -> Response:
    if not open_:
        return see(url_for("start.page"), _(HANDED_ON), "info")
    if met:
        said = (
            _(
                "It was said to be found in this incident, which now is taken up again: the find is in "
                "question and does not count. Its owner is told, and confirms the find anew if it was right."
            )
            if doubted
            else _(
                "It is looked for already. What you wrote is added to this incident, and its owner is told."
            )
        )
        return see(url_for("incidents.page", incident_id=number), said, "info")
    said = _("Reported. The clocks run.") if clocks else _("Entered with its own dates. No clock runs.")
    return see(url_for("incidents.page", incident_id=number), said)


def _report(work: Work) -> MissReport:
    form = request.form
    named = _parts(form.get("files", ""))
    if len(named) > MOST_NAMED:
        raise Invalid(
            "too_many",
            N_("Name at most %(most)s files; name the crate instead."),
            field="files",
            most=MOST_NAMED,
        )
    description = form.get("description", "").strip()
    ids = tuple(dict.fromkeys(number for part in named for number in _files_of(work, part)))
    return MissReport(
        file_ids=ids,
        crate_id=_crate(work, form.get("crate", "").strip()),
        description=description,
        what=Missed.read(form.get("what")) if description else None,
        pieces=_pieces(form.get("pieces", "").strip() or "1"),
        occasion=Occasion.read(form.get("occasion")) or Occasion.OTHER,
        missed_at=read_moment("missed_at"),
        suspected_at=read_moment("suspected_at"),
        purpose=form.get("purpose", ""),
        waiting=form.get("waiting", ""),
        circumstances=form.get("circumstances", ""),
        ongoing_case=form.get("ongoing_case") == "yes",
        child=form.get("child") == "yes",
        protected=_UNSURE.get(form.get("protected", "")),
        unit_id=form.get("unit", type=int),
        diary_number=form.get("diary_number", ""),
        entered_afterwards=form.get("entered_afterwards") == "yes",
        handed_on=_UNSURE.get(form.get("handed_on", "")),
        sent=_sent(),
    )


def _sent() -> UUID | None:
    """Return what the form is known by, made when it was first shown."""
    try:
        return UUID(request.form.get("sent", ""))
    except ValueError:
        return None


def _files_of(work: Work, text: str) -> Iterable[int]:
    """Return the files a line names: one by its code, of several parts by their reference those chosen."""
    code = codes.parse(text)
    if code:
        try:
            return [files.by_code(work, code).id]
        except DomainError as unknown:
            raise Invalid(
                "file_not_found", N_("No file has the code %(text)s."), field="files", text=text
            ) from unknown
    standing = {file.id for file in _by_reference(work, text)}
    if len(standing) > 1:
        return _chosen_parts(standing, text)
    if not standing:
        raise Invalid(
            "file_not_found",
            N_("No file is called %(text)s. Write its code or its whole reference, or describe it in words."),
            field="files",
            text=text,
        )
    return sorted(standing)


def _by_reference(work: Work, text: str) -> list[CaseFile]:
    """Return the files a reference names, its parts in their order."""
    key = files.reference_key(text)
    found = (
        work.session.scalars(select(CaseFile).where(col(CaseFile.reference_key) == key)).all() if key else []
    )
    standing = {right.id: right for file in found if (right := files.right_one(work, file)) is not None}
    return sorted(standing.values(), key=lambda file: (file.part, file.id))


def _chosen_parts(standing: Iterable[int], text: str) -> list[int]:
    """Return which of several parts are missing; raises Invalid until somebody has said."""
    ticked = request.form.getlist("parts")
    chosen = sorted(number for number in standing if str(number) in ticked)
    if not chosen or not request.form.get("parts_asked"):
        raise Invalid(
            "parts_not_chosen",
            N_("Several parts are called %(text)s. Say which of them are missing, and send again."),
            field="parts",
            text=text,
        )
    return chosen


def _parts_named(work: Work, text: str) -> list[dict[str, str]]:
    """Return the parts that references of a refused form name together, to choose among by what was typed."""
    found = []
    for line in _parts(text)[:MOST_NAMED]:
        own = [] if codes.parse(line) else _by_reference(work, line)
        if len(own) > 1:
            found += [
                {"value": str(file.id), "label": f"{with_part(line, file)}, {file.code}"} for file in own
            ]
    return found


def _crate(work: Work, text: str) -> int | None:
    if not text:
        return None
    try:
        return places.by_code(work, label_codes.parse(text)).id
    except DomainError as unknown:
        raise Invalid(
            "crate_unknown", N_("Scan the label of the crate or box that is missing."), field="crate"
        ) from unknown


def _pieces(text: str) -> int:
    if not text.isdecimal() or len(text) > 5:
        raise Invalid("pieces_wrong", N_("Say how many are missing: 1 to 1,000."), field="pieces")
    return int(text)


def read_moment(name: str) -> datetime | None:
    """Return the moment a field says, in Stockholm's time; raises Invalid for what is none."""
    text = request.form.get(name, "").strip()
    if not text:
        return None
    return moments.typed(text, name, request.form.get(name + moments.FOLD, ""))


def known_incident(work: Work, file_id: int) -> Incident | None:
    """Return the incident that looks for a file, if the actor may know of it."""
    found = wanted.by_file(work, [file_id]).get(file_id)
    incident = work.session.get(Incident, found.incident_id) if found else None
    return incident if incident is not None and access.may_see(work, incident) else None
