"""Announcements in the browser: a unit says what it has to send, takes it back, and a delivery fetches it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from archive.deliveries import transfer_notices
from archive.home import calendar_feed
from archive.kernel.clock import local_date
from archive.kernel.store import Archive, Work, operator
from archive.models import Unit
from archive.programme import weekly_delivery
from archive.programme.weekly_delivery import Usual
from archive.vocabulary import PlaceKind, Role
from tests.builders import a_place, user_in_role
from tests.remembering import remembering
from tests.verbs.deliveries.delivering import Scene, a_scene

SignIn = Callable[[Role], FlaskClient]
ADDRESS = "/deliveries/announcements"


@pytest.fixture
@remembering
def scene(archive: Archive) -> Scene:
    """Return an archive with a unit that has a desk to fetch files at."""
    scene = a_scene(archive)

    def unit(work: Work) -> None:
        a_place(work, (PlaceKind.SITE, "Stadshuset"), (PlaceKind.DESK, "Postrummet"))
        work.session.add(Unit(name="Familjerätten"))

    scene.do(operator("tests"), unit)
    return scene


@pytest.fixture
def keeper(sign_in: SignIn, scene: Scene) -> FlaskClient:
    """Sign in the room keeper, who announces."""
    return sign_in(Role.ROOM_KEEPER)


FORM = {"unit": "1", "place": "Postrummet", "files": "30", "contact": "fr@malmo.example"}


def test_what_is_announced_waits_for_a_delivery(scene: Scene, keeper: FlaskClient) -> None:
    assert keeper.post(ADDRESS, data=FORM).status_code == 303
    page = keeper.get(ADDRESS).text
    assert "Stadshuset / Postrummet" in page
    assert "Ta tillbaka det som Familjerätten anmält" in page


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("unit", "", "unit"),
        ("place", "ingenstans", "place"),
        ("place", "Magasin 1", "place"),
        ("files", "många", "files"),
        ("files", "0", "files"),
        ("contact", "brev", "contact"),
    ],
)
def test_a_wrong_announcement_is_refused_and_the_rest_stays(
    scene: Scene, keeper: FlaskClient, name: str, value: str, field: str
) -> None:
    refused = keeper.post(ADDRESS, data={**FORM, name: value})
    assert (refused.status_code, f'href="#{field}"' in refused.text) == (422, True)
    for other, kept in FORM.items():
        if other not in {"unit", name}:
            assert f'value="{kept}"' in refused.text
    assert scene.look(transfer_notices.waiting) == []


def test_an_announcement_is_taken_back_until_a_delivery_fetches_it(scene: Scene, keeper: FlaskClient) -> None:
    for _turn in range(2):
        keeper.post(ADDRESS, data=FORM)
        (waiting,) = scene.look(transfer_notices.waiting)
        if _turn == 0:
            keeper.post(f"{ADDRESS}/{waiting.id}/withdraw")
            assert scene.look(transfer_notices.waiting) == []
    scene.do(
        operator("tests"),
        lambda work: weekly_delivery.open_week(work, local_date(work.now) + timedelta(days=7), Usual()),
    )
    assert keeper.post(f"{ADDRESS}/{waiting.id}/withdraw").status_code == 409


@pytest.mark.parametrize("role", [Role.CASE_WORKER, Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_others_announce_nothing(sign_in: SignIn, scene: Scene, role: Role) -> None:
    assert sign_in(role).get(ADDRESS).status_code == 403


def test_the_calendar_shows_deliveries_to_whom_they_concern(scene: Scene) -> None:
    scene.plan(1)
    for role, shown in ((Role.ROOM_KEEPER, True), (Role.CASE_WORKER, False)):
        with scene.archive.read(user_in_role(scene.archive, role)) as work:
            told = calendar_feed.build(work, "arkiv.example").decode()
        assert ("Leverans till centralarkivet" in told) is shown
        assert ("DTSTART;VALUE=DATE:20261130" in told) is shown
