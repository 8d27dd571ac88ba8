"""A delivery in the browser: planned, packed, received, explained and closed."""

import re
import subprocess
from collections.abc import Callable
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from archive.kernel.store import Archive
from archive.places import places
from archive.vocabulary import DeliveryState, DifferenceKind, Role
from tests.verbs.deliveries.delivering import Scene, a_scene

SignIn = Callable[[Role], FlaskClient]
DAY = "2026-11-30"


@pytest.fixture
def scene(archive: Archive) -> Scene:
    """Return an archive with six files in an old room and two crates there."""
    return a_scene(archive, routines=True)


@pytest.fixture
def packer(sign_in: SignIn, scene: Scene) -> FlaskClient:
    """Sign in the assistant, who packs."""
    return sign_in(Role.ASSISTANT)


@pytest.fixture
def receiver(sign_in: SignIn, scene: Scene) -> FlaskClient:
    """Sign in the archivist, who plans and receives."""
    return sign_in(Role.ARCHIVIST)


def planned(scene: Scene, planner: FlaskClient, files: int = 4) -> None:
    """Plan a delivery on its page, and let the room send with it."""
    form = {"day": DAY, "capacity": "10", "crate_files": "4", "alarm_hours": "8"}
    answer = planner.post("/deliveries/", data=form)
    scene.delivery = int(answer.location.rsplit("/", 1)[1])
    answer = planner.post(
        f"/deliveries/{scene.delivery}/senders", data={"place": str(scene.room), "files": str(files)}
    )
    scene.sender = int(answer.location.rsplit("/", 1)[1])


def scan(client: FlaskClient, address: str, task: str, code: str, crate: str = "") -> TestResponse:
    """Scan into the form of a board, as a browser without scripts does, and follow to the board."""
    form = {"id": str(uuid4()), "text": code, "context": crate, "task": task, "page": address}
    return client.post("/scan", data=form, follow_redirects=True)


def packed(scene: Scene, client: FlaskClient, *numbers: int, crate: int = 0) -> TestResponse:
    """Scan a crate and some of the files into it."""
    address, task = f"/deliveries/senders/{scene.sender}/pack", f"pack:{scene.sender}"
    answer = scan(client, address, task, scene.crates[crate])
    for number in numbers:
        answer = scan(client, address, task, scene.code(number), scene.crates[crate])
    return answer


def received(scene: Scene, client: FlaskClient, *numbers: int, crate: int = 0) -> TestResponse:
    """Scan a crate that came and some of the files out of it."""
    address, task = f"/deliveries/{scene.delivery}/receive", f"receive:{scene.delivery}"
    answer = scan(client, address, task, scene.crates[crate])
    for number in numbers:
        answer = scan(client, address, task, scene.code(number), scene.crates[crate])
    return answer


def test_the_list_says_what_to_do_when_there_is_no_delivery(receiver: FlaskClient) -> None:
    page = receiver.get("/deliveries/").text
    assert "Ingen leverans pågår" in page
    assert "Planera en leverans" in page


def test_a_wrong_day_is_refused_and_the_rest_stays(receiver: FlaskClient) -> None:
    form = {"day": "i morgon", "capacity": "7", "crate_files": "30", "alarm_hours": "5"}
    page = receiver.post("/deliveries/", data=form)
    assert page.status_code == 422
    for kept in ('value="i morgon"', 'value="7"', 'value="30"', 'value="5"'):
        assert kept in page.text


def test_a_room_that_sends_gets_its_pick_list_in_shelf_order(scene: Scene, receiver: FlaskClient) -> None:
    planned(scene, receiver)
    page = receiver.get(f"/deliveries/senders/{scene.sender}").text
    references = [scene.file(number).reference for number in range(4)]
    places_in_page = [page.index(f">{reference}<") for reference in references]
    assert places_in_page == sorted(places_in_page)
    assert scene.file(4).reference not in page


def test_packing_ticks_what_is_listed_and_takes_up_what_is_not(
    scene: Scene, receiver: FlaskClient, packer: FlaskClient
) -> None:
    planned(scene, receiver)
    assert "Packad: " in packed(scene, packer, 0).text
    page = packed(scene, packer, 5).text
    assert "Inte på listan: " in page
    assert "2 av 4 packade, 1 inte på listan" in page.replace("\n", " ")


def test_what_is_not_on_its_shelf_is_noted_with_who_looked(
    scene: Scene, receiver: FlaskClient, packer: FlaskClient
) -> None:
    planned(scene, receiver)
    packed(scene, packer, 0)
    line = scene.line(1)
    answer = packer.post(f"/deliveries/senders/{scene.sender}/lines/{line.id}/not-found")
    page = packer.get(answer.location).text
    assert "söktes av Arkivassistent" in page


def test_nothing_leaves_without_a_driver(scene: Scene, receiver: FlaskClient, packer: FlaskClient) -> None:
    planned(scene, receiver)
    packed(scene, packer, 0, 1)
    refused = packer.post(f"/deliveries/senders/{scene.sender}/dispatch", data={"driver": " "})
    assert (refused.status_code, 'href="#driver"' in refused.text) == (422, True)


def dispatched(scene: Scene, planner: FlaskClient, client: FlaskClient) -> None:
    """Let four files leave in two crates, the first one sealed."""
    planned(scene, planner)
    packed(scene, client, 0, 1)
    packed(scene, client, 2, 3, crate=1)
    first = scene.look(lambda work: scene.crate(work, 0)).id
    client.post(f"/deliveries/senders/{scene.sender}/crates/{first}/seal", data={"seal": "A17"})
    answer = client.post(f"/deliveries/senders/{scene.sender}/dispatch", data={"driver": "Kim Karlsson"})
    assert answer.status_code == 303


def test_whoever_receives_is_not_told_how_many_there_should_be(
    scene: Scene, receiver: FlaskClient, packer: FlaskClient
) -> None:
    dispatched(scene, receiver, packer)
    page = received(scene, receiver, crate=1).text
    assert "2 var packade" not in page
    assert scene.file(2).reference not in receiver.get(f"/deliveries/senders/{scene.sender}").text
    received(scene, receiver, 2, crate=1)
    crate = scene.look(lambda work: scene.crate(work, 1)).id
    answer = receiver.post(f"/deliveries/{scene.delivery}/crates/{crate}/empty")
    assert "1 kom, 2 var packade." in receiver.get(answer.location).text


def test_a_row_left_for_another_time_can_be_taken_after_all(scene: Scene, receiver: FlaskClient) -> None:
    planned(scene, receiver)
    address = f"/deliveries/senders/{scene.sender}"
    receiver.post(f"{address}/lines/{scene.line(1).id}/leave-out")
    assert "Ta med ändå" in receiver.get(address).text
    receiver.post(f"{address}/lines/{scene.line(1).id}/list-again")
    assert scene.line(1).open
    assert "Ta med ändå" not in receiver.get(address).text


def test_a_packer_cannot_receive_the_crate(scene: Scene, receiver: FlaskClient, packer: FlaskClient) -> None:
    dispatched(scene, receiver, packer)
    assert "Låt någon annan ta emot" in received(scene, packer).text


def test_a_broken_seal_is_a_difference_to_explain(
    scene: Scene, receiver: FlaskClient, packer: FlaskClient
) -> None:
    dispatched(scene, receiver, packer)
    received(scene, receiver)
    crate = scene.look(lambda work: scene.crate(work, 0)).id
    receiver.post(f"/deliveries/{scene.delivery}/crates/{crate}/seal", data={"whole": "no", "seal": "A17"})
    assert "plomberingen bruten" in receiver.get(f"/deliveries/senders/{scene.sender}").text


def test_a_delivery_refuses_to_close_until_all_is_explained_checked_and_shelved(
    scene: Scene, receiver: FlaskClient, packer: FlaskClient
) -> None:
    dispatched(scene, receiver, packer)
    received(scene, receiver)
    crates = [scene.look(lambda work, one=number: scene.crate(work, one)).id for number in (0, 1)]
    seal = {"whole": "yes", "seal": "A17"}
    receiver.post(f"/deliveries/{scene.delivery}/crates/{crates[0]}/seal", data=seal)
    received(scene, receiver, 0, 1)
    received(scene, receiver, 2, crate=1)
    for crate in crates:
        receiver.post(f"/deliveries/{scene.delivery}/crates/{crate}/empty")
    receiver.post(f"/deliveries/senders/{scene.sender}/sign")
    close = f"/deliveries/{scene.delivery}/close"
    assert "Skillnader som inte är förklarade ännu: 1." in receiver.post(close).text
    (missing,) = scene.look(scene.differences)
    assert missing.kind is DifferenceKind.PACKED_NOT_RECEIVED
    address = f"/deliveries/differences/{missing.id}"
    refused = receiver.post(address, data={"answer": "reason", "reason": ""})
    assert (refused.status_code, 'href="#reason"' in refused.text) == (422, True)
    receiver.post(address, data={"answer": "reason", "reason": "left_behind"})
    assert "Omslag som inte är kontrollerade ännu: " in receiver.post(close).text
    scene.check_covers()
    assert "Akter som står kvar i lådor: " in receiver.post(close).text
    scene.shelve()
    assert receiver.post(close).status_code == 303
    assert scene.look(scene.the_delivery).status is DeliveryState.CLOSED


def test_what_never_came_can_be_reported_as_suspected_lost(
    scene: Scene, receiver: FlaskClient, packer: FlaskClient
) -> None:
    dispatched(scene, receiver, packer)
    received(scene, receiver, 2, crate=1)
    crate = scene.look(lambda work: scene.crate(work, 1)).id
    receiver.post(f"/deliveries/{scene.delivery}/crates/{crate}/empty")
    receiver.post(f"/deliveries/senders/{scene.sender}/sign")
    missing = next(iter(scene.look(lambda work: scene.differences(work, DifferenceKind.PACKED_NOT_RECEIVED))))
    answer = receiver.post(
        f"/deliveries/differences/{missing.id}", data={"answer": "lost", "text": "Lådan var hel."}
    )
    assert "Anmäld som misstänkt förlorad: ärende 1" in receiver.get(answer.location).text


@pytest.mark.parametrize("role", [Role.CASE_WORKER, Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_others_see_no_deliveries(sign_in: SignIn, scene: Scene, role: Role) -> None:
    assert sign_in(role).get("/deliveries/").status_code == 403


def test_a_room_keeper_packs_but_neither_plans_nor_receives(sign_in: SignIn, scene: Scene) -> None:
    keeper = sign_in(Role.ROOM_KEEPER)
    planned(scene, sign_in(Role.ARCHIVIST))
    assert keeper.get(f"/deliveries/senders/{scene.sender}/pack").status_code == 200
    assert "Planera en leverans" not in keeper.get("/deliveries/").text
    assert keeper.get(f"/deliveries/{scene.delivery}/receive").status_code == 403


def test_a_cancelled_delivery_says_so_and_needs_a_reason(scene: Scene, receiver: FlaskClient) -> None:
    planned(scene, receiver)
    address = f"/deliveries/{scene.delivery}/cancel"
    assert receiver.post(address, data={"reason": ""}).status_code == 422
    receiver.post(address, data={"reason": "Bilen är trasig"})
    assert "inställd" in receiver.get(f"/deliveries/{scene.delivery}").text
    assert scene.look(lambda work: places.get(work, scene.room)).closed_at is None


def text_of(pdf: bytes) -> str:
    """Return the text of a PDF, as a reader of it sees the lines."""
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()


def test_the_pick_list_prints_with_room_to_tick(scene: Scene, receiver: FlaskClient) -> None:
    planned(scene, receiver)
    answer = receiver.get(f"/deliveries/senders/{scene.sender}/pick-list.pdf")
    said = text_of(answer.data)
    assert answer.content_type == "application/pdf"
    for word in ("Plocklista", scene.file(0).reference, "I hyllan, inte på listan", "Källare K1"):
        assert word in said


def test_the_note_says_that_the_responsibility_is_unchanged(
    scene: Scene, receiver: FlaskClient, packer: FlaskClient
) -> None:
    dispatched(scene, receiver, packer)
    said = text_of(packer.get(f"/deliveries/senders/{scene.sender}/note.pdf").data)
    for word in (
        "Följesedel",
        "Samma arkivbildare, ansvaret oförändrat",
        "Kim Karlsson",
        "A17",
        "26 kap. 1 §",
    ):
        assert word in said


def test_a_checklist_is_blind_until_the_crate_is_empty(
    scene: Scene, receiver: FlaskClient, packer: FlaskClient
) -> None:
    dispatched(scene, receiver, packer)
    crate = scene.look(lambda work: scene.crate(work, 1)).id
    address = f"/deliveries/crates/{crate}/checklist.pdf"
    assert scene.file(2).reference not in text_of(receiver.get(address).data)
    received(scene, receiver, 2, 3, crate=1)
    receiver.post(f"/deliveries/{scene.delivery}/crates/{crate}/empty")
    assert scene.file(2).reference in text_of(receiver.get(address).data)


def test_a_receipt_names_what_differs_and_is_preliminary_until_closed(
    scene: Scene, receiver: FlaskClient, packer: FlaskClient
) -> None:
    dispatched(scene, receiver, packer)
    received(scene, receiver, 2, crate=1)
    crate = scene.look(lambda work: scene.crate(work, 1)).id
    receiver.post(f"/deliveries/{scene.delivery}/crates/{crate}/empty")
    receiver.post(f"/deliveries/senders/{scene.sender}/sign")
    said = text_of(receiver.get(f"/deliveries/senders/{scene.sender}/receipt.pdf").data)
    for word in ("Leveranskvitto", "Preliminärt", "packad, inte", "lådan har inte", "inte förklarad"):
        assert word in said


def test_a_long_pick_list_goes_on_on_further_pages(
    scene: Scene, receiver: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.web.deliveries.deliveries.LIST_PAGE", 4)
    planned(scene, receiver, files=6)
    first = receiver.get(f"/deliveries/senders/{scene.sender}").text
    following = re.search(r'href="(/deliveries/senders/\d+\?after=4)" rel="next"', first)
    assert following is not None
    second = receiver.get(following[1]).text
    shown = [[scene.file(number).reference in page for page in (first, second)] for number in range(6)]
    assert shown == [[True, False]] * 4 + [[False, True]] * 2
    assert 'rel="next"' not in second
