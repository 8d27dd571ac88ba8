"""Routines are read, confirmed, redrafted and put in force; matters of the other routines run by them."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from archive.kernel.permissions import permissions_of
from archive.kernel.store import Actor, Archive
from archive.models import Matter, RoutineRead, RoutineVersion
from archive.routine_runs import versions
from archive.vocabulary import Permission, Role, RoutineState
from routines.definition import as_yaml
from tests.remembering import remembering

SignIn = Callable[[Role], FlaskClient]


@pytest.fixture
@remembering
def deviation(archive: Archive, root: Actor) -> RoutineVersion:
    """Put the shipped routines in place and return that of deviations."""
    with archive.write(root) as work:
        versions.refresh(work)
        return versions.in_force(work, "deviation")


def next_text(version: RoutineVersion, **words: str) -> str:
    """Return the text of the next version, with some words changed."""
    text = as_yaml(versions.routine_of(version)).replace("version: 1\n", "version: 2\n", 1)
    for old, new in words.items():
        assert old in text
        text = text.replace(old, new)
    return text


def test_everybody_reads_what_is_in_force_and_confirms_it(
    archive: Archive, root: Actor, sign_in: SignIn, deviation: RoutineVersion
) -> None:
    client = sign_in(Role.CASE_WORKER)
    assert "inte läst av dig" in client.get("/routines/").text
    page = client.get(f"/routines/{deviation.id}").text
    assert page.count("<polyline") > 3
    assert "Jag har läst den" in page
    client.post(f"/routines/{deviation.id}/read")
    assert "Jag har läst den" not in client.get(f"/routines/{deviation.id}").text
    with archive.read(root) as work:
        assert work.session.scalars(select(RoutineRead)).one().routine_id == deviation.id


def test_every_step_of_the_routine_stands_in_words_beside_its_picture(
    sign_in: SignIn, deviation: RoutineVersion
) -> None:
    page = sign_in(Role.ASSISTANT).get(f"/routines/{deviation.id}").text
    for step in versions.routine_of(deviation).steps:
        assert f'<span class="govuk-details__summary-text">{step.title.sv}</span>' in page


def test_a_wrong_text_is_shown_again_with_every_problem_in_plain_words(
    archive: Archive, root: Actor, sign_in: SignIn, deviation: RoutineVersion
) -> None:
    text = next_text(deviation).replace("after:", "efter:", 1) + "okänt: 1\n"
    answer = sign_in(Role.ARCHIVIST).post(f"/routines/{deviation.id}/draft", data={"content": text})
    assert answer.status_code == 422
    assert "Det som är fel i texten" in answer.text
    assert "okänt: 1" in answer.text
    with archive.read(root) as work:
        assert len(versions.versions(work, "deviation")) == 1


def test_a_draft_is_compared_and_put_in_force(
    archive: Archive, root: Actor, sign_in: SignIn, deviation: RoutineVersion
) -> None:
    client = sign_in(Role.ARCHIVIST)
    first = versions.routine_of(deviation).steps[0].title.sv
    text = next_text(deviation, **{first: "Skriv ner vad som hände"})
    kept = client.post(f"/routines/{deviation.id}/draft", data={"content": text})
    assert kept.status_code == 303
    page = client.get(kept.location).text
    assert first in page
    assert "Skriv ner vad som hände" in page
    address = kept.location.replace("/difference", "/in-force")
    form = {"decided_by": "", "decided_on": "2026-11-20", "in_force_from": "2026-11-23"}
    refused = client.post(address, data=form)
    assert (refused.status_code, 'href="#decided_by"' in refused.text) == (422, True)
    client.post(address, data={**form, "decided_by": "Förvaltningschefen"})
    with archive.read(root) as work:
        found = versions.in_force(work, "deviation")
        assert (found.edition, found.decided_by) == (2, "Förvaltningschefen")
        assert versions.get(work, deviation.id).status is RoutineState.REPLACED


def test_a_draft_is_shown_to_those_who_shape_routines_only(
    archive: Archive, archivist: Actor, sign_in: SignIn, deviation: RoutineVersion
) -> None:
    with archive.write(archivist) as work:
        draft = versions.draft(work, "deviation", next_text(deviation)).id
    assert sign_in(Role.ARCHIVIST).get(f"/routines/{draft}").status_code == 200
    assert sign_in(Role.ASSISTANT).get(f"/routines/{draft}").status_code == 403


@pytest.mark.parametrize("role", list(Role))
def test_each_role_reads_routines_and_only_their_shapers_change_them(
    sign_in: SignIn, deviation: RoutineVersion, role: Role
) -> None:
    client, may = sign_in(role), permissions_of([role])
    assert client.get("/routines/").status_code == 200
    assert client.get(f"/routines/{deviation.id}").status_code == 200
    shapes = client.get(f"/routines/{deviation.id}/draft").status_code
    assert shapes == (200 if Permission.SHAPE_ROUTINES in may else 403)
    begins = client.get("/matters/new/deviation").status_code
    assert begins == (200 if Permission.REPORT_MISS in may else 403)
    lists = client.get("/matters/").status_code
    assert lists == (200 if Permission.READ_INCIDENTS in may else 403)


def test_a_matter_is_begun_and_its_steps_are_led_on_the_same_pages(
    archive: Archive, root: Actor, sign_in: SignIn, deviation: RoutineVersion
) -> None:
    client = sign_in(Role.ARCHIVIST)
    refused = client.post("/matters/new/deviation", data={"description": "Fel låda", "noticed_at": "i går"})
    assert (refused.status_code, "Fel låda" in refused.text) == (422, True)
    begun = client.post("/matters/new/deviation", data={"description": "Fel låda på vagnen"})
    page = client.get(begun.location).text
    assert "Fel låda på vagnen" in page
    with archive.read(root) as work:
        matter = work.session.scalars(select(Matter)).one()
    step = page.split(f"/matters/{matter.id}/steps/")[1].split('"')[0]
    assert "Hur det går till" in client.get(f"/matters/{matter.id}/steps/{step}").text
    assert client.post(f"/matters/{matter.id}/steps/{step}", data={}).status_code == 422


def test_a_missing_file_is_not_begun_as_a_matter(sign_in: SignIn, deviation: RoutineVersion) -> None:
    assert sign_in(Role.ARCHIVIST).get("/matters/new/suspected_lost_file").status_code == 404
