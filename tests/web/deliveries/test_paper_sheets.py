"""Filled-in sheets in the browser: what was ticked on paper is entered row by row, or not at all."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from archive.deliveries import lines, packing
from archive.kernel.store import Archive, Work
from archive.places import places
from archive.vocabulary import Evidence, Role
from tests.remembering import remembering
from tests.verbs.deliveries.delivering import Scene, a_scene

SignIn = Callable[[Role], FlaskClient]


@pytest.fixture
@remembering
def scene(archive: Archive) -> Scene:
    """Return a delivery planned of four files, with one crate in use at the sender."""
    scene = a_scene(archive)
    scene.plan(4)

    def take(work: Work) -> None:
        packing.take_crate(work, lines.sender(work, scene.sender), places.by_code(work, scene.crates[0]))

    scene.do(scene.packer, take)
    return scene


@pytest.fixture
def packer(sign_in: SignIn, scene: Scene) -> FlaskClient:
    """Sign in the assistant."""
    return sign_in(Role.ASSISTANT)


def sheet(scene: Scene) -> str:
    """Return the address of the tick sheet."""
    return f"/deliveries/senders/{scene.sender}/sheet"


def test_rows_are_packed_or_not_there_as_the_paper_says(scene: Scene, packer: FlaskClient) -> None:
    form = {"crate1": "1", "gone2": "yes", "xcode1": scene.code(5), "xcrate1": "1"}
    answer = packer.post(sheet(scene), data=form)
    assert "3 rader på bladet är införda" in packer.get(answer.location).text
    assert scene.line(0).packed_how is Evidence.HAND
    assert scene.line(1).not_found_at is not None
    assert scene.line(5).listed is False
    assert scene.line(2).packed_at is None
    assert scene.file(2).reference in packer.get(sheet(scene)).text
    assert 'name="crate1"' not in packer.get(sheet(scene)).text


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"crate1": "1", "crate2": "9"}, "row2"),
        ({"crate1": "1", "crate2": "x"}, "row2"),
        ({"crate1": "1", "code2": "ABC"}, "row2"),
        ({"crate1": "1", "xcode3": "FEL", "xcrate3": "1"}, "xcode3"),
        ({"crate1": "1", "xreference2": "okänd"}, "xcode2"),
    ],
)
def test_one_wrong_row_is_named_and_none_is_entered(
    scene: Scene, packer: FlaskClient, form: dict[str, str], field: str
) -> None:
    refused = packer.post(sheet(scene), data=form)
    assert (refused.status_code, f'href="#{field}"' in refused.text) == (422, True)
    for value in form.values():
        assert f'value="{value}"' in refused.text
    assert scene.line(0).packed_at is None


def test_an_empty_sheet_is_refused(scene: Scene, packer: FlaskClient) -> None:
    assert packer.post(sheet(scene), data={}).status_code == 422


def test_a_crate_is_taken_by_its_code(scene: Scene, packer: FlaskClient) -> None:
    answer = packer.post(f"{sheet(scene)}/crate", data={"code": scene.crates[1]})
    assert "Det är avsändarens låda 2" in packer.get(answer.location).text


def test_a_checklist_is_entered_blind(scene: Scene, sign_in: SignIn) -> None:
    scene.pack_all(0, 1)
    scene.dispatch()
    scene.arrive()
    address = f"/deliveries/crates/{scene.look(lambda work: scene.crate(work, 0)).id}/sheet"
    receiver = sign_in(Role.ARCHIVIST)
    assert f'href="{address}"' in receiver.get(f"/deliveries/senders/{scene.sender}").text
    assert scene.file(0).reference not in receiver.get(address).text
    wrong = receiver.post(address, data={"xcode1": scene.code(0), "xrow2": "99"})
    assert (wrong.status_code, 'href="#xcode2"' in wrong.text) == (422, True)
    assert scene.line(0).received_at is None
    receiver.post(address, data={"xcode1": scene.code(0), "xrow2": "2"})
    assert scene.line(0).received_how is Evidence.HAND
    assert scene.line(1).received_at is not None


def test_a_room_keeper_enters_packing_but_no_receipt_others_nothing(scene: Scene, sign_in: SignIn) -> None:
    crate = scene.look(lambda work: scene.crate(work, 0)).id
    keeper = sign_in(Role.ROOM_KEEPER)
    assert keeper.get(sheet(scene)).status_code == 200
    assert keeper.get(f"/deliveries/crates/{crate}/sheet").status_code == 403
    assert sign_in(Role.CASE_WORKER).get(sheet(scene)).status_code == 403
