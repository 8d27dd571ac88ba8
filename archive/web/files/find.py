"""Finding a file by code, reference, number or name: always posted, so that no term stands in an address."""

from flask import Blueprint, Response, make_response, render_template, request, url_for

from archive.access_log import access_log
from archive.files import lookup, masking, wanted
from archive.files.lookup import Hits
from archive.kernel.store import Work
from archive.models import Label
from archive.people import name_index
from archive.vocabulary import Permission
from archive.vocabulary.wording import _
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import Refusals, saw, see, show
from labels import codes

bp = Blueprint("find", __name__)


@bp.get("/find")
@requires(Permission.READ_FILES)
def page() -> Response:
    """Show the empty form."""
    return show("files/find.html", None, hits=None, term="")


@bp.post("/find")
@requires(Permission.READ_FILES)
def found() -> Response:
    """Answer a term: as a part of the page while one types, else as the page, or as the one file found."""
    term, after = request.form.get("term", "").strip(), request.form.get("after") or None
    typing = "HX-Request" in request.headers
    hits, shown, elsewhere, missing = None, [], None, {}
    with Refusals() as refused:
        _refuse_names(term, refused)
        if not refused.errors:
            with archive.read(current_actor()) as work:
                hits = lookup.find(work, term, after=after, typing=typing)
                shown = masking.cards(work, hits.files)
                missing = wanted.by_file(work, [card.file.id for card in shown])
                elsewhere = None if hits.files else _other_thing(work, term)
    if hits is not None:
        saw(access_log.looked_for(hits.by.value, term, masking.subjects(shown)))
    if not typing and (target := elsewhere or (_only_one(hits) if hits and not after else None)):
        return see(target)
    facts = {
        "hits": hits,
        "cards": shown,
        "term": term,
        "elsewhere": elsewhere,
        "first": after is None,
        "missing": missing,
    }
    # The next page is asked for by what the term was read as: a misspelt one would find nothing more.
    facts["next_term"] = " ".join(hits.read_as) if hits and hits.read_as else term
    names = [person.name for card in shown for person in card.persons]
    facts["meant"] = name_index.as_written(hits.read_as, term, names) if hits else ""
    if typing:
        saw()
        return make_response(render_template("files/_found.html", faults=refused.faults, **facts))
    return show("files/find.html", None, refused=refused, **facts)


def _refuse_names(term: str, refused: Refusals) -> None:
    letters_only = not any(sign.isdigit() for sign in term)
    if letters_only and codes.parse(term) is None and not current_actor().may(Permission.READ_NAMES):
        refused.refuse("term", _("Your role finds files by code and reference, not by name or number."))


def _only_one(hits: Hits) -> str | None:
    """Return the page of the file when nothing else can be meant; a guess or a question is shown as one."""
    if len(hits.files) != 1 or hits.next or hits.read_as or hits.asked:
        return None
    return url_for("files.page", code=hits.files[0].code)


def _other_thing(work: Work, term: str) -> str | None:
    """Return where a code leads that is no file's: a place, or a label nobody has bound."""
    code = codes.parse(term)
    if code is None or work.session.get(Label, code) is None:
        return None
    return url_for("scan.open_code", text=code)
