"""Serve every macro on one page, under the same strict policy as the real pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from flask import Flask, Response, make_response, request
from jinja2 import ChoiceLoader, FileSystemLoader

from archive.programme.forecast import Forecast
from archive.rules.rates import Rate
from archive.vocabulary import Custody
from archive.vocabulary.wording import _, ngettext, speaking
from archive.web.programme import line_chart
from tests.serving import serving

ROOT = Path(__file__).parents[3]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
MENU = ["Skanna", "Sök", "Akter", "Platser", "Etiketter", "Utlån", "Listor", "Kontroll"]
FILES = [
    {"reference": "1987-0412", "code": "A1B2C3D4EK", "place": "Box 7", "part": 1, "state": Custody.ON_PLACE},
    {"reference": "1991-1107", "code": "7ZK0M4Q2TX", "place": "Box 8", "part": 12, "state": Custody.LOST},
]
TODAY = date(2026, 11, 21)
TOLD = Forecast(24.2, date(2027, 5, 12), date(2027, 3, 30), date(2027, 7, 9), 30.0, passed=False)
COUNTS = [(date(2026, 9, 22), 900), (date(2026, 10, 20), 770)]
FACTS: dict[str, object] = {
    "version": "0.1.0",
    "demo": True,
    "organisation": "Exempelstads socialförvaltning",
    "signed_in": {"name": "Ingrid Ek", "role": "arkivarie"},
    "navigation": [{"href": f"/{n}", "text": text, "current": n == 1} for n, text in enumerate(MENU)],
    "home_url": "/",
    "sign_out_url": "/post",
    "language_url": "/post",
    "help_url": "/help",
    "here": "/",
    "terms": {term.value: term for term in Custody},
    "kinds": list(Custody),
    "files": FILES,
    "chart": line_chart.draw(COUNTS, 610, TODAY, TOLD, date(2027, 6, 30)),
    "found": Rate(4, 112),
    "nothing": Rate(0, 0),
}
VARIANTS: dict[str, dict[str, object]] = {
    "": {},
    "refused": {"errors": [{"field": "number", "text": "Skriv alla tolv siffror."}]},
    "message": {"messages": [{"text": "Akten är registrerad.", "tone": "success"}]},
}


@dataclass
class Site:
    """A served kit: where it is, what was posted to it, what was asked of it."""

    url: str = ""
    posted: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


def build(site: Site) -> Flask:
    """Make the application; what is posted and asked is noted in `site`."""
    app = Flask("kit", static_folder=str(ROOT / "archive/static"))
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(ROOT / "templates"), FileSystemLoader(Path(__file__).parent)]
    )
    app.jinja_env.globals.update(_=_, ngettext=ngettext)

    def show(template: str, **facts: object) -> str:
        language = request.args.get("language", "sv")
        with speaking(language):
            return app.jinja_env.get_template(template).render(FACTS | {"language": language} | facts)

    @app.get("/")
    @app.get("/<variant>")
    def kit(variant: str = "") -> str:
        return show("kitchen_sink.html", **VARIANTS.get(variant, {}))

    @app.get("/parts")
    def parts() -> str:
        return show("parts.html")

    @app.get("/unsafe")
    def unsafe() -> str:
        return '<!DOCTYPE html><html lang="sv"><title>x</title><p style="color: red">x</p>'

    @app.post("/post")
    def post() -> Response:
        site.posted.append(request.get_data(as_text=True))
        return make_response("", 204)

    @app.post("/part/<int:status>")
    def part(status: int) -> Response:
        response = make_response(show("_part.html"), status)
        response.headers["HX-Trigger"] = '{"outcome": "refused"}'
        return response

    @app.get("/S/<code>")
    def scanned(code: str) -> str:
        return f"<title>{code}</title>"

    @app.after_request
    def strict(response: Response) -> Response:
        site.asked.append(request.path)
        response.headers["Content-Security-Policy"] = POLICY
        return response

    return app


@contextmanager
def serving_kit() -> Iterator[Site]:
    """Serve the kit on a free port until the block ends."""
    site = Site()
    with serving(build(site)) as site.url:
        yield site
