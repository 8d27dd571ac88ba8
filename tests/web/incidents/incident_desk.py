"""Play an incident through its pages: forms are read from the page, filled in as a person would, and sent."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from archive.kernel.clock import local
from archive.kernel.store import Actor, Archive
from archive.vocabulary import Role
from tests.builders import PASSWORD, sign_in
from tests.verbs.incidents.incident_play import a_colleague

MOST_STEPS = 40
ROUNDS = 4  # of further questions one form may lead to
A_PDF = b"%PDF-1.7 the receipt"


@dataclass
class Control:
    """One question of a form: how it is drawn, what it says already, what can be chosen."""

    name: str
    kind: str
    label: str = ""
    value: str = ""
    options: list[str] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)

    @property
    def optional(self) -> bool:
        return "(frivilligt)" in self.label or self.name.startswith("_")


class Form(HTMLParser):
    """The questions of the form that sends to an address."""

    def __init__(self, page: str, action: str) -> None:
        super().__init__()
        self.controls: dict[str, Control] = {}
        self._action, self._inside = action, False
        self._text: list[str] = []
        self._labels: dict[str, str] = {}
        self._for = self._legend = ""
        self._area: Control | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._inside = said.get("action") == self._action
        elif not self._inside:
            return
        elif tag in {"label", "legend"}:
            self._text, self._for = [], said.get("for", "")
        elif tag in {"input", "select", "textarea"} and said.get("name"):
            self._control(tag, said)
        elif tag == "option" and self._area is not None:
            self._area.options.append(said.get("value", ""))
            if "selected" in said:
                self._area.value = said.get("value", "")

    def _control(self, tag: str, said: Mapping[str, str]) -> None:
        kind = said.get("type", "text") if tag == "input" else tag
        one = self.controls.setdefault(said["name"], Control(said["name"], kind))
        if kind in {"radio", "checkbox"}:
            one.label = one.label or self._legend
            one.options.append(said.get("value", ""))
            if "checked" in said:
                one.chosen.append(said.get("value", ""))
        elif kind == "hidden":
            one.chosen.append(said.get("value", ""))
        else:
            one.label, one.value = self._labels.get(said.get("id", ""), ""), said.get("value", "")
            self._area = one if tag != "input" else None
            self._text = [] if tag == "textarea" else self._text

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "label":
            self._labels[self._for] = "".join(self._text)
        elif tag == "legend":
            self._legend = "".join(self._text)
        elif tag == "textarea" and self._area is not None:
            self._area.value = "".join(self._text).removeprefix("\n")


@dataclass
class Person:
    """Somebody at a screen of their own."""

    name: str
    actor: Actor
    client: FlaskClient

    @property
    def key(self) -> str:
        """Return how forms call this person."""
        return self.actor.id

    def sign_in(self) -> None:
        """Sign in, again after a night."""
        said = {"login": self.name, "password": PASSWORD}
        assert self.client.post("/sign-in", data=said).status_code == 303

    def post(self, address: str, **said: Any) -> str:
        """Send a form, and return the address it leads to."""
        answer = self.client.post(address, data=said)
        assert answer.status_code == 303, (address, [*errors(answer.text)])
        return answer.location

    def refused(self, address: str, **said: Any) -> str:
        """Send a form that is refused, and return what the page says."""
        answer = self.client.post(address, data=said)
        assert answer.status_code in {403, 404, 409, 422}, answer.status_code
        return answer.text

    def get(self, address: str) -> str:
        answer = self.client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        return answer.text


def hired(app: Flask, archive: Archive, login: str, *roles: Role, unit: str = "") -> Person:
    """Give somebody an account and sign in."""
    actor = a_colleague(archive, login, *roles, unit=unit)
    client = app.test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    sign_in(archive, client, login)
    return Person(login, actor, client)


@dataclass
class Case:
    """One incident, or matter of another routine, as its pages show it."""

    archive: Archive
    number: int
    noun: str = "incidents"

    @property
    def address(self) -> str:
        return f"/{self.noun}/{self.number}"

    def open(self, person: Person) -> list[str]:
        """Return the steps the page shows as open."""
        page = person.get(self.address)
        links = page.split(f'ak-listing__link" href="{self.address}/steps/')[1:]
        return [link.split('"')[0] for link in links]

    def do(self, person: Person, step: str, **wanted: Any) -> None:
        """Do a step with these answers, and the rest of its form as plainly as can be."""
        status, page = self.say(person, step, **wanted)
        assert status == 303, (step, status, [*errors(page)])

    def say(self, person: Person, step: str, **wanted: Any) -> tuple[int, str]:
        """Send the form of a step until it asks for nothing more; return the last answer."""
        address, asked = f"{self.address}/steps/{step}", set[str]()
        page = person.get(address)
        for _round in range(ROUNDS):
            form = Form(page, address)
            assert form.controls, f"{person.name} finds no form of {step}"
            shown = set(form.controls["_shown"].chosen) if "_shown" in form.controls else set()
            answer = person.client.post(address, data=self.filled(form, wanted), buffered=True)
            if answer.status_code != 422 or shown <= asked:
                break
            asked, page = shown, answer.text
        if answer.status_code == 303:
            left = {name for name in wanted if name.removesuffix("-paper") not in asked | shown}
            assert not {name.removesuffix("-name") for name in left} - asked - shown, left
        return answer.status_code, answer.text

    def finish(self, people: Sequence[Person], answers: Mapping[str, Mapping[str, Any]], last: str) -> None:
        """Do whatever is open, each step by the first who finds its form, until nothing is left to do."""
        for _step in range(MOST_STEPS):
            waiting = sorted(self.open(people[0]), key=lambda step: step == last)
            if not waiting:
                return
            address = f"{self.address}/steps/{waiting[0]}"
            able = next(one for one in people if 'id="step-fields"' in one.get(address))
            self.do(able, waiting[0], **answers.get(waiting[0], {}))
        raise AssertionError(f"still to do: {waiting}")

    def filled(self, form: Form, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answers to a form: those wanted, the rest as plainly as can be."""
        data: dict[str, Any] = {}
        for one in form.controls.values():
            if one.kind == "file" and one.name in wanted:
                data[one.name] = [(BytesIO(A_PDF), wanted[one.name])]
            elif one.name in wanted:
                data[one.name] = wanted[one.name]
            elif one.kind == "hidden" or one.kind == "file" or (one.kind == "checkbox" and one.chosen):
                data[one.name] = one.chosen
            elif one.name == "_again" or f"{one.name}-name" in wanted:
                continue
            elif one.optional:
                data[one.name] = one.chosen or one.value
            else:
                data[one.name] = one.value or self._plain(one)
        return {name: value for name, value in data.items() if value not in ("", [])}

    def _plain(self, one: Control) -> str:
        now = local(self.archive.clock())
        if one.kind == "radio":
            return one.chosen[0] if one.chosen else "no" if "no" in one.options else one.options[0]
        if one.kind in {"select", "checkbox"}:
            return next(option for option in one.options if option)
        plain = {
            "datetime-local": f"{now:%Y-%m-%dT%H:%M}",
            "date": f"{now:%Y-%m-%d}",
            "textarea": "några ord",
        }
        return plain.get(one.kind, "1")


def errors(page: str) -> Iterator[str]:
    """Return the sentences a refused form begins with."""
    if "govuk-error-summary" in page:
        summary = page.split("govuk-error-summary__body")[1].split("</ul>")[0]
        yield from (" ".join(re.sub("<[^>]*>", " ", part).split()) for part in summary.split("<li>")[1:])
