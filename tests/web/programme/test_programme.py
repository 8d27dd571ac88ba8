"""The programme in the browser: what is left, when it ends, a room that becomes empty and is signed for."""

import subprocess
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from archive.access_log import access_log
from archive.cover_checks import checks, findings
from archive.cover_checks.findings import SeenWrong
from archive.files import files
from archive.kernel.clock import local_date
from archive.kernel.store import Archive, Work
from archive.loans import loans
from archive.loans.loans import Request
from archive.places import places
from archive.programme import emptying, forecast
from archive.programme.forecast import Forecast
from archive.vocabulary import EventKind, FindingKind, LoanPurpose, PlaceKind, Role, SweepState
from archive.web.programme import line_chart
from tests.builders import SetClock, a_place
from tests.verbs.deliveries.delivering import Scene, a_scene

SignIn = Callable[[Role], FlaskClient]
MONDAY = date(2026, 11, 23)


@pytest.fixture
def scene(archive: Archive) -> Scene:
    """Return an archive with six files in an old room."""
    return a_scene(archive)


@pytest.fixture
def planner(sign_in: SignIn, scene: Scene) -> FlaskClient:
    """Sign in the archivist, who plans and signs as the second."""
    return sign_in(Role.ARCHIVIST)


@pytest.fixture
def sweeper(sign_in: SignIn, scene: Scene) -> FlaskClient:
    """Sign in the assistant, who sweeps and signs as the first."""
    return sign_in(Role.ASSISTANT)


def entered(scene: Scene, planner: FlaskClient) -> int:
    """Enter the room on the programme's page."""
    answer = planner.post("/programme/", data={"place": str(scene.room)})
    assert answer.status_code == 303
    return int(answer.location.rsplit("/", 1)[1])


def carried_away(scene: Scene, *numbers: int) -> None:
    """Move some of the files to the central archive."""
    home = scene.look(lambda work: places.get(work, scene.home).code)
    for number in numbers:
        scene.scan(scene.receiver, "", scene.code(number), home)


def scan(client: FlaskClient, number: int, code: str, place: str = "") -> Any:
    """Scan into the board of a final sweep, as a browser without scripts does."""
    address = f"/programme/rooms/{number}/sweep"
    form = {"id": str(uuid4()), "text": code, "context": place, "task": f"sweep:{number}", "page": address}
    return client.post("/scan", data=form, follow_redirects=True)


def swept(scene: Scene, planner: FlaskClient, sweeper: FlaskClient) -> int:
    """Let the room be emptied and swept."""
    number = entered(scene, planner)
    carried_away(scene, *range(6))
    sweeper.post(f"/programme/rooms/{number}/begin")
    scan(sweeper, number, scene.look(lambda work: places.get(work, scene.shelf).code))
    sweeper.post(f"/programme/rooms/{number}/finish")
    return number


def test_before_any_room_is_entered_the_page_says_what_to_do(planner: FlaskClient) -> None:
    page = planner.get("/programme/").text
    assert "Ingen lokal är med i programmet än" in page
    assert "Källare K1" in page


def test_a_room_must_be_chosen(planner: FlaskClient) -> None:
    refused = planner.post("/programme/", data={"place": ""})
    assert (refused.status_code, 'href="#place"' in refused.text) == (422, True)


def test_the_page_draws_what_is_left_and_says_it_in_a_table(
    scene: Scene, sign_in: SignIn, clock: SetClock
) -> None:
    scene.do(scene.receiver, lambda work: emptying.enter(work, places.get(work, scene.room)))
    forecast.count_all(scene.archive)
    clock.forward(days=7)
    carried_away(scene, 0, 1)
    forecast.count_all(scene.archive)
    page = sign_in(Role.ARCHIVIST).get("/programme/").text
    assert '<polyline class="ak-lines__line"' in page
    assert "4 akter är kvar." in page
    assert "från 6 till 4 akter" in page
    assert "Minst tre hela veckor" in page


def test_the_day_it_should_end_is_shown_as_passed_after_it(
    app: Flask, scene: Scene, planner: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered(scene, planner)
    settings = app.extensions["archive"].settings
    for day, words in ((date(2026, 12, 21), "måste 1,5 akter"), (date(2026, 6, 30), "dagen har passerats")):
        changed = type(settings)(**{**_values(settings), "programme_end": day})
        monkeypatch.setattr(app.extensions["archive"], "settings", changed)
        assert words in planner.get("/programme/").text


def _values(settings: Any) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in settings.__dataclass_fields__}


def test_rooms_change_their_order(scene: Scene, planner: FlaskClient) -> None:
    def second(work: Work) -> int:
        room = a_place(work, (PlaceKind.SITE, "Pildammsgränd 7"), (PlaceKind.ROOM, "Förråd"))
        return emptying.enter(work, room).id

    first = entered(scene, planner)
    other = scene.do(scene.receiver, second)
    planner.post(f"/programme/rooms/{other}/earlier")
    assert [one.id for one in scene.look(emptying.rooms)] == [other, first]


def test_findings_are_shown_by_sender_with_their_uncertainty(
    scene: Scene, planner: FlaskClient, sweeper: FlaskClient
) -> None:
    scene.plan(4)
    scene.pack_all(0, 1, 2, 3)
    scene.dispatch()
    scene.receive_all(0, 1, 2, 3)
    scene.sign()

    def damaged(work: Work) -> None:
        check = checks.waiting(work, delivery_id=scene.delivery)[0].check
        findings.find(work, check, SeenWrong(FindingKind.WRONG_ON_COVER, "name"))

    scene.do(scene.receiver, damaged)
    scene.check_covers()
    page = planner.get("/programme/").text
    assert "Ribbingsgatan 41 / Källare K1: 4 omslag kontrollerade" in page
    assert "250,0" in page
    told = planner.get("/programme/findings.csv").get_data(as_text=True)
    assert '"4";' in told
    assert '"250,0";"45,6";"699,4"' in told


@pytest.mark.parametrize(("table", "word"), [("rooms", "Källare K1"), ("counts", "2026-11-23")])
def test_tables_come_as_files(scene: Scene, planner: FlaskClient, table: str, word: str) -> None:
    entered(scene, planner)
    forecast.count_all(scene.archive)
    answer = planner.get(f"/programme/{table}.csv")
    assert answer.content_type.startswith("text/csv")
    assert word in answer.get_data(as_text=True)
    assert planner.get("/programme/secrets.csv").status_code == 404


# A room


def test_a_room_says_what_is_left_in_it_and_that_this_was_seen(scene: Scene, planner: FlaskClient) -> None:
    number = entered(scene, planner)

    def lend(work: Work) -> None:
        due = local_date(work.now) + timedelta(days=7)
        loans.hand_out(work, files.get(work, scene.files[5]), Request("Bo Borg", LoanPurpose.CASE_WORK, due))

    scene.do(scene.receiver, lend)
    page = planner.get(f"/programme/rooms/{number}").text
    assert "Står där: 5" in page
    assert "Utlånade: 1" in page
    assert "5 akter står kvar där" in page
    assert planner.post(f"/programme/rooms/{number}/begin").status_code == 409
    seen = scene.look(lambda work: access_log.about(work, f"file:{scene.files[5]}").looks[0])
    assert (seen.kind, seen.facts["list"]) == (EventKind.LOOKED_AT_LIST, "emptying")


def test_a_sweep_does_not_end_before_every_shelf_is_seen(
    scene: Scene, planner: FlaskClient, sweeper: FlaskClient
) -> None:
    number = entered(scene, planner)
    carried_away(scene, *range(6))
    sweeper.post(f"/programme/rooms/{number}/begin")
    page = sweeper.get(f"/programme/rooms/{number}/sweep").text
    assert "Inte sedda än: 1" in page
    refused = sweeper.post(f"/programme/rooms/{number}/finish")
    assert refused.status_code == 409
    assert "inte skannade tomma" in refused.text
    answer = scan(sweeper, number, scene.look(lambda work: places.get(work, scene.shelf).code))
    assert "Varje hylla är sedd" in answer.text
    assert sweeper.post(f"/programme/rooms/{number}/finish").status_code == 303


def test_what_is_left_behind_is_shown_beside_the_board(
    scene: Scene, planner: FlaskClient, sweeper: FlaskClient
) -> None:
    number = entered(scene, planner)
    carried_away(scene, *range(6))
    sweeper.post(f"/programme/rooms/{number}/begin")
    shelf = scene.look(lambda work: places.get(work, scene.shelf).code)
    scan(sweeper, number, shelf)
    scan(sweeper, number, scene.code(3), shelf)
    panel = sweeper.get(f"/programme/rooms/{number}/sweeping").text
    assert "Kvar i lokalen: 1" in panel
    assert scene.file(3).reference in panel


def test_a_sweep_can_be_broken_off(scene: Scene, planner: FlaskClient, sweeper: FlaskClient) -> None:
    number = swept(scene, planner, sweeper)
    sweeper.post(f"/programme/rooms/{number}/stop")
    assert scene.look(lambda work: emptying.get(work, number)).status is SweepState.WAITING
    assert "Ingen slutgenomgång" in sweeper.get(f"/programme/rooms/{number}/sweep").text


def test_two_people_sign_and_the_certificate_names_them(
    scene: Scene, planner: FlaskClient, sweeper: FlaskClient
) -> None:
    number = swept(scene, planner, sweeper)
    address = f"/programme/rooms/{number}"
    assert "Preliminärt" in text_of(sweeper.get(f"{address}/certificate.pdf").data)
    assert planner.post(f"{address}/countersign").status_code == 409
    sweeper.post(f"{address}/sign")
    assert "Du har undertecknat" in sweeper.get(address).text
    assert sweeper.post(f"{address}/countersign").status_code == 403
    assert planner.post(f"{address}/countersign").status_code == 303
    assert scene.look(lambda work: emptying.get(work, number)).status is SweepState.EMPTY
    said = text_of(planner.get(f"{address}/certificate.pdf").data)
    for word in ("Intyg: lokalen är tom", "Källare K1", "Arkivassistent", "Arkivarie"):
        assert word in said
    assert "Preliminärt" not in said


def test_there_is_no_certificate_before_the_sweep_is_finished(scene: Scene, planner: FlaskClient) -> None:
    number = entered(scene, planner)
    assert planner.get(f"/programme/rooms/{number}/certificate.pdf").status_code == 409


def test_what_is_lent_needs_a_place_to_come_back_to(
    scene: Scene, planner: FlaskClient, sweeper: FlaskClient
) -> None:
    def lend(work: Work) -> None:
        due = local_date(work.now) + timedelta(days=7)
        loans.hand_out(work, files.get(work, scene.files[5]), Request("Bo Borg", LoanPurpose.CASE_WORK, due))

    scene.do(scene.receiver, lend)
    number = entered(scene, planner)
    carried_away(scene, *range(5))
    sweeper.post(f"/programme/rooms/{number}/begin")
    scan(sweeper, number, scene.look(lambda work: places.get(work, scene.shelf).code))
    sweeper.post(f"/programme/rooms/{number}/finish")
    sweeper.post(f"/programme/rooms/{number}/sign")
    refused = planner.post(f"/programme/rooms/{number}/countersign", data={"home": ""})
    assert (refused.status_code, 'href="#home"' in refused.text) == (422, True)
    home = scene.look(lambda work: places.get(work, scene.home).code)
    planner.post(f"/programme/rooms/{number}/countersign", data={"home": home})
    assert scene.file(5).place_id == scene.home


@pytest.mark.parametrize("role", [Role.CASE_WORKER, Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_others_see_no_programme(sign_in: SignIn, scene: Scene, role: Role) -> None:
    assert sign_in(role).get("/programme/").status_code == 403


def test_a_room_keeper_sweeps_but_does_not_plan(sign_in: SignIn, scene: Scene, planner: FlaskClient) -> None:
    keeper = sign_in(Role.ROOM_KEEPER)
    number = entered(scene, planner)
    assert keeper.get(f"/programme/rooms/{number}/sweep").status_code == 200
    assert keeper.post("/programme/", data={"place": str(scene.room)}).status_code == 403
    assert keeper.post(f"/programme/rooms/{number}/earlier").status_code == 403


def text_of(pdf: bytes) -> str:
    """Return the text of a PDF."""
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()


# The picture


def test_the_picture_goes_down_to_nothing_on_the_likely_day() -> None:
    told = Forecast(100, MONDAY + timedelta(weeks=2), MONDAY, MONDAY + timedelta(weeks=4), None, passed=False)
    chart = line_chart.draw([(MONDAY - timedelta(weeks=4), 600)], 200, MONDAY, told, None)
    assert chart.likely.split(" ")[1] == "750.0,1000.0"
    assert chart.line.startswith("0.0,0.0 ")
    assert [level.value for level in chart.levels] == [0, 200, 400, 600]


@pytest.mark.parametrize(("most", "levels"), [(0, [0, 1]), (4, [0, 1, 2, 3, 4]), (11, [0, 5, 10, 15])])
def test_levels_are_round_and_few(most: int, levels: list[int]) -> None:
    told = Forecast(None, None, None, None, None, passed=False)
    chart = line_chart.draw([(MONDAY, most)], most, MONDAY, told, None)
    assert [level.value for level in chart.levels] == levels
