"""Cover checks in the browser: the queue, what one says of a cover, what becomes of a finding."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from archive.cover_checks import checks
from archive.files import files
from archive.kernel.store import Archive, Work, operator
from archive.places import places
from archive.vocabulary import CheckState, OrderRule, PlaceKind, Role
from labels.commands import COMMANDS
from tests.builders import a_file
from tests.remembering import remembering
from tests.verbs.deliveries.delivering import Scene, a_scene

SignIn = Callable[[Role], FlaskClient]


@pytest.fixture
@remembering
def scene(archive: Archive) -> Scene:
    """Return an archive that has received four files, whose covers wait."""
    scene = a_scene(archive, routines=True)
    scene.plan(4)
    scene.pack_all(0, 1)
    scene.pack_all(2, 3, crate=1)
    scene.dispatch()
    scene.receive_all(0, 1)
    scene.receive_all(2, 3, crate=1)
    scene.sign()
    return scene


@pytest.fixture
def checker(sign_in: SignIn, scene: Scene) -> FlaskClient:
    """Sign in the assistant, who checks."""
    return sign_in(Role.ASSISTANT)


def left(scene: Scene) -> int:
    """Count the covers that are not done."""
    return scene.look(lambda work: checks.left(work, scene.delivery)).total


def test_the_queue_lists_what_was_received(scene: Scene, checker: FlaskClient) -> None:
    page = checker.get("/covers/").text
    for number in range(4):
        assert scene.file(number).reference in page


def test_the_page_shows_what_the_cover_must_say(scene: Scene, checker: FlaskClient) -> None:
    file = scene.file(0)
    answer = checker.post("/covers/", data={"text": file.code})
    assert answer.location == f"/covers/{file.code}"
    page = checker.get(answer.location).text
    for word in (file.reference, "Testsson", "Bevaras eller gallras", "Forskningsdag", "Omslag rätt"):
        assert word in page


def test_two_confirmations_end_a_check(scene: Scene, checker: FlaskClient) -> None:
    code = scene.code(0)
    checker.post(f"/covers/{code}/confirm", data={"what": "cover"})
    assert left(scene) == 4
    answer = checker.post(f"/covers/{code}/confirm", data={"what": "contents"})
    assert answer.location == "/covers/"
    assert left(scene) == 3


def test_printed_commands_do_the_same(scene: Scene, checker: FlaskClient) -> None:
    code = scene.code(1)
    checker.post("/covers/", data={"text": code})
    for command in ("cover_right", "contents_right"):
        checker.post("/covers/", data={"text": COMMANDS[command], "holder": code})
    assert left(scene) == 3


def test_a_command_without_a_file_says_what_to_do(checker: FlaskClient) -> None:
    refused = checker.post("/covers/", data={"text": COMMANDS["cover_right"]})
    assert refused.status_code == 422
    assert "Skanna akten först" in refused.text


def test_what_was_said_last_can_be_taken_back(scene: Scene, checker: FlaskClient) -> None:
    code = scene.code(0)
    checker.post("/covers/", data={"text": code})
    for what in ("cover", "contents"):
        checker.post(f"/covers/{code}/confirm", data={"what": what})
    checker.post("/covers/", data={"text": COMMANDS["undo"], "holder": code})
    assert left(scene) == 4


def test_a_finding_is_listed_until_it_is_put_right(scene: Scene, checker: FlaskClient) -> None:
    code = scene.code(0)
    refused = checker.post(f"/covers/{code}/find", data={"point": "", "note": "hörnet rivet"})
    assert (refused.status_code, "hörnet rivet" in refused.text) == (422, True)
    checker.post(f"/covers/{code}/find", data={"point": "name|wrong_on_cover", "note": "felstavat"})
    assert scene.file(0).reference in checker.get("/covers/findings").text
    address = "/covers/findings/1"
    page = checker.get(address).text
    assert "felstavat" in page
    late = checker.post(address, data={"answer": "handed_on", "whom": "Registrator", "due_on": "2020-01-01"})
    assert (late.status_code, 'value="Registrator"' in late.text) == (422, True)
    checker.post(address, data={"answer": "corrected"})
    assert "Alla anmärkningar är åtgärdade" in checker.get("/covers/findings").text


def test_the_register_is_corrected_with_the_cover_in_hand(scene: Scene, checker: FlaskClient) -> None:
    code = scene.code(2)
    wrong = checker.post(f"/covers/{code}/register", data={"field": "closed_on", "value": "i våras"})
    assert (wrong.status_code, 'value="i våras"' in wrong.text) == (422, True)
    checker.post(f"/covers/{code}/register", data={"field": "closed_on", "value": "2003-04"})
    assert str(scene.file(2).closed_on) == "2003-04"


def test_a_foreign_file_sets_the_cover_aside_and_is_told_in_both_histories(
    scene: Scene, checker: FlaskClient
) -> None:
    holder, other = scene.code(0), scene.code(1)
    checker.post("/covers/", data={"text": holder})
    nothing = checker.post(f"/covers/{holder}/foreign", data={"other": "", "whole": "whole"})
    assert nothing.status_code == 422
    checker.post(f"/covers/{holder}/foreign", data={"other": other, "whole": "whole"})
    waiting = scene.look(lambda work: checks.waiting_of(work, scene.files[0]))
    assert waiting is not None
    assert waiting.status is CheckState.SET_ASIDE
    for code in (holder, other):
        assert "omslag" in checker.get(f"/files/{code}/history").text


def test_a_file_that_is_not_queued_can_be_checked_anyway(scene: Scene, checker: FlaskClient) -> None:
    code = scene.code(5)
    assert "väntar inte på kontroll" in checker.get(f"/covers/{code}").text
    checker.post(f"/covers/{code}/queue")
    assert scene.look(lambda work: checks.waiting_of(work, files.by_code(work, code).id)) is not None


@pytest.mark.parametrize("role", [Role.CASE_WORKER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_others_check_no_covers(sign_in: SignIn, scene: Scene, role: Role) -> None:
    assert sign_in(role).get("/covers/").status_code == 403


def test_a_file_in_its_crate_says_where_it_belongs_until_it_stands_there(
    scene: Scene, checker: FlaskClient
) -> None:
    def neighbour(work: Work) -> None:
        shelf = places.get(work, scene.home)
        (box,) = places.create_many(
            work, shelf, [places.Level(PlaceKind.BOX, ("7",))], order_rule=OrderRule.REFERENCE
        )
        first = files.get(work, scene.files[0])
        a_file(work, box, reference=first.reference[:-1])

    scene.do(operator("tests"), neighbour)
    code, belongs = scene.code(0), "Föreslagen plats: Centralarkivet / Magasin 1"
    assert belongs in checker.get(f"/files/{code}").text
    checker.post(f"/covers/{code}/confirm", data={"what": "cover"})
    answer = checker.post(f"/covers/{code}/confirm", data={"what": "contents"})
    assert belongs in checker.get(answer.location).text
    scene.shelve()
    assert belongs not in checker.get(f"/files/{code}").text
