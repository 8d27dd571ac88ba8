"""Whoever receives counts what comes: no page says how many there should be until the crates are empty."""

import html
import re
import subprocess
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from archive.kernel.store import Archive, operator
from archive.places import places
from archive.programme import emptying
from archive.vocabulary import Role
from tests.builders import user_in_role
from tests.verbs.deliveries.delivering import Scene, a_scene

pytestmark = pytest.mark.engines("sqlite")  # the same sentences on both

SignIn = Callable[[Role], FlaskClient]
# Counts that stand for nothing else on a page: listed, packed in all, packed in the crate not yet empty.
LISTED, PACKED, WAITING = 47, 41, 38
FIRST = PACKED - WAITING
BLUEPRINTS = {"deliveries", "boards", "paper_sheets", "programme", "emptying", "transfer_notices"}


def on_the_way(archive: Archive, packer: Role) -> Scene:
    """Give a delivery on its way, packed in such a role; one of its two crates is empty already."""
    scene = a_scene(archive, files_in_room=60)
    scene.packer = user_in_role(archive, packer)
    scene.plan(LISTED, crate_files=100)
    for number in range(PACKED):
        scene.pack(number, 0 if number < FIRST else 1)
    scene.dispatch()
    scene.receive_all(*range(FIRST))
    scene.arrive(1)
    with archive.write(operator("tests")) as work:
        emptying.enter(work, places.get(work, scene.room))
    return scene


def addresses(app: Flask, scene: Scene) -> Iterator[str]:
    """Iterate every page, part and paper about deliveries and the programme, of this delivery."""
    crate = scene.look(lambda work: scene.crate(work, 1)).id
    known = {"delivery_id": scene.delivery, "sender_id": scene.sender, "crate_id": crate, "emptying_id": 1}
    several: dict[str, tuple[str, ...]] = {
        "paper": ("pick-list", "note", "receipt"),
        "table": ("rooms", "counts", "findings"),
    }
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] in BLUEPRINTS and "GET" in (rule.methods or ()):
            yield from _filled(rule, known, several)


def _filled(rule: Rule, known: dict[str, int], several: dict[str, tuple[str, ...]]) -> Iterator[str]:
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: f"{{{found[1]}}}", rule.rule)
    wanted = set(re.findall(r"{(\w+)}", path))
    choice = wanted & several.keys()
    for value in several[choice.pop()] if choice else ("",):
        filled = {**dict.fromkeys(several, value), **known}
        if wanted <= filled.keys():
            yield path.format(**filled)


def numbers(client: FlaskClient, address: str) -> set[int]:
    """Return the whole numbers a person reads there; codes, times and days are none."""
    answer = client.get(address)
    assert answer.status_code in {200, 403, 404, 409}, address
    if answer.content_type == "application/pdf":
        said = subprocess.run(
            ["pdftotext", "-layout", "-", "-"], input=answer.data, capture_output=True, check=True
        ).stdout.decode()
    else:
        said = html.unescape(re.sub(r"<(script|style|svg)\b.*?</\1>|<[^>]*>", " ", answer.text, flags=re.S))
    said = re.sub(r"\d{4}-\d\d-\d\d|\d\d[:.]\d\d|\b[0-9A-Z]{5}\s?[0-9A-Z]{5}\b|Ribbingsgatan 41", " ", said)
    return {int(found) for found in re.findall(r"(?<![\w/.,–-])\d+(?![\w/–-])", said)}


def told(client: FlaskClient, app: Flask, scene: Scene) -> dict[str, set[int]]:
    """Return what each page tells of the counts."""
    secret = {LISTED, PACKED, WAITING}
    found = {address: numbers(client, address) & secret for address in addresses(app, scene)}
    return {address: said for address, said in found.items() if said}


def test_no_page_tells_who_may_receive_what_was_packed_until_the_crates_are_empty(
    app: Flask, archive: Archive, sign_in: SignIn
) -> None:
    scene = on_the_way(archive, Role.ROOM_KEEPER)
    assistant, archivist = sign_in(Role.ASSISTANT), sign_in(Role.ARCHIVIST)
    for client in (assistant, archivist):
        assert told(client, app, scene) == {}
        page = client.get(f"/deliveries/senders/{scene.sender}").text
        assert "visas när lådorna är tömda" in page
        assert client.get(f"/deliveries/senders/{scene.sender}/note.pdf").status_code == 409
    scene.empty(1)
    assert told(assistant, app, scene)[f"/deliveries/{scene.delivery}"] == {LISTED, PACKED}
    assert assistant.get(f"/deliveries/senders/{scene.sender}/note.pdf").status_code == 200


@pytest.mark.parametrize("role", [Role.ROOM_KEEPER, Role.ASSISTANT])
def test_those_who_never_receive_and_those_who_packed_are_told(
    app: Flask, archive: Archive, sign_in: SignIn, role: Role
) -> None:
    scene = on_the_way(archive, role)
    said = told(sign_in(role), app, scene)
    assert said[f"/deliveries/{scene.delivery}"] == {LISTED, PACKED}
    assert PACKED in said[f"/deliveries/senders/{scene.sender}/note.pdf"]
