"""Pieces nobody can tell by their label, on their pages."""

from flask.testing import FlaskClient

from archive.codes import codes
from archive.vocabulary import DifferenceKind, Role
from tests.builders import a_kind, a_source
from tests.verbs.deliveries.delivering import Scene
from tests.web.deliveries.test_deliveries import (
    SignIn,
    packed,
    packer,
    planned,
    received,
    receiver,
    scan,
    scene,
)

__all__ = ("packer", "receiver", "scene")  # fixtures


def blank(scene: Scene) -> str:
    """Print a blank label."""
    return scene.do(scene.packer, lambda work: codes.print_blanks(work, 1, "permanent-70x37").codes[0])


def unknown(scene: Scene, receiver: FlaskClient, packer: FlaskClient, code: str) -> str:
    """Receive a piece with a blank label on it, and return where its difference is explained."""
    planned(scene, receiver)
    packed(scene, packer, 0, 1)
    packer.post(f"/deliveries/senders/{scene.sender}/dispatch", data={"driver": "Kim"})
    received(scene, receiver, 0)
    address, task = f"/deliveries/{scene.delivery}/receive", f"receive:{scene.delivery}"
    scan(receiver, address, task, code, scene.crates[0])
    found = scene.look(lambda work: scene.differences(work, DifferenceKind.NOT_IN_REGISTER))
    return f"/deliveries/differences/{found[0].id}"


def test_a_piece_without_a_label_gets_a_blank_one_and_is_packed_by_it(
    scene: Scene, receiver: FlaskClient, packer: FlaskClient
) -> None:
    planned(scene, receiver)
    board = packed(scene, packer).text
    line, code = scene.line(0).id, blank(scene)
    assert f"/deliveries/pieces/{line}/label" in board
    page = packer.post(f"/deliveries/pieces/{line}/label", data={"code": "halv"})
    assert page.status_code == 422
    assert 'value="halv"' in page.text
    page = packer.post(f"/deliveries/pieces/{line}/label", data={"code": code}, follow_redirects=True)
    assert "Skanna den ner i lådan." in page.text
    address, task = f"/deliveries/senders/{scene.sender}/pack", f"pack:{scene.sender}"
    assert "Packad: " in scan(packer, address, task, code, scene.crates[0]).text
    assert scene.code(0) == code


def test_an_unknown_piece_is_told_to_be_the_file_it_is(
    scene: Scene, receiver: FlaskClient, packer: FlaskClient
) -> None:
    code = blank(scene)
    address = unknown(scene, receiver, packer, code)
    assert "Den finns i registret" in receiver.get(address).text
    wrong = receiver.post(f"{address}/file", data={"file": "AAAA"})
    assert wrong.status_code == 422
    assert 'value="AAAA"' in wrong.text
    answer = receiver.post(f"{address}/file", data={"file": scene.code(1)}, follow_redirects=True)
    assert "Förklarat." in answer.text
    assert scene.code(1) == code
    assert scene.named().get(DifferenceKind.NOT_IN_REGISTER) is None


def test_a_piece_in_no_register_is_registered_with_the_label_stuck_on_it(
    scene: Scene, receiver: FlaskClient, packer: FlaskClient
) -> None:
    code = blank(scene)
    address = unknown(scene, receiver, packer, code)
    kind, source = scene.do(scene.receiver, lambda work: (a_kind(work).id, a_source(work).id))
    form = {"reference": "P0009999", "source": str(source), "kind": "", "part": "2", "parts": "3"}
    refused = receiver.post(f"{address}/register", data=form)
    assert refused.status_code == 422
    assert 'value="P0009999"' in refused.text
    answer = receiver.post(f"{address}/register", data=form | {"kind": str(kind)})
    assert answer.location == f"/files/{code}"
    assert "del 2 av 3" in receiver.get(answer.location).text
    assert scene.named().get(DifferenceKind.NOT_IN_REGISTER) is None


def test_who_may_not_register_is_not_offered_to(
    sign_in: SignIn, scene: Scene, receiver: FlaskClient, packer: FlaskClient
) -> None:
    address = unknown(scene, receiver, packer, blank(scene))
    keeper = sign_in(Role.ROOM_KEEPER)
    assert keeper.post(f"{address}/register", data={}).status_code == 403
