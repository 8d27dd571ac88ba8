"""The page of an incident no head of unit may know of says which role goes on, and is none to the heads."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from archive.accounts import users
from archive.kernel.store import Actor, Archive
from archive.vocabulary import Protection, Role
from tests.builders import SetClock
from tests.verbs.incidents.papers_play import reported

pytestmark = pytest.mark.engines("sqlite")
SignIn = Callable[[Role], FlaskClient]
AsRole = Callable[[Role], Actor]
SAID = "i enhetschefens ställe: delegat"


def text(page: str) -> str:
    """Return the words of a page, without its marks and without what differs at every answer."""
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    return re.sub(r"Nummer att uppge: \w+", "", words)


def test_the_page_says_which_role_goes_on_and_not_who(
    archive: Archive, archivist: Actor, clock: SetClock, sign_in: SignIn, as_role: AsRole, root: Actor
) -> None:
    as_role(Role.DELEGATE)
    story = reported(archive, archivist, clock, Protection.MARKED)
    page = text(sign_in(Role.ARCHIVIST).get(f"/incidents/{story.number}").text)
    assert SAID not in page  # the head of its unit may open it
    with archive.write(root) as work:
        users.set_active(work, users.user_named(work, "chefen"), False)
    page = text(sign_in(Role.ARCHIVIST).get(f"/incidents/{story.number}").text)
    assert SAID in page
    step = text(sign_in(Role.ARCHIVIST).get(f"/incidents/{story.number}/steps/decide_notification").text)
    assert SAID in step
    assert as_role(Role.DELEGATE).name not in step.replace(SAID, "")


def test_to_the_heads_of_other_units_it_is_as_one_there_is_not(
    archive: Archive, archivist: Actor, clock: SetClock, sign_in: SignIn
) -> None:
    story = reported(archive, archivist, clock, Protection.MARKED)
    client = sign_in(Role.MANAGER)
    for page in ("", "/steps/decide_notification", "/papers/", "/papers/letter_person.pdf", "/report.pdf"):
        hidden, absent = (client.get(f"/incidents/{one}{page}") for one in (story.number, 999))
        assert (hidden.status_code, text(hidden.text)) == (404, text(absent.text)), page
    assert "Ärende 1" not in client.get("/incidents/mine").text
    assert sign_in(Role.ARCHIVIST).get(f"/incidents/{story.number}").status_code == 200
