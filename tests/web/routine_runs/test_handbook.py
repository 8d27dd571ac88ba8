"""The handbook is the routine printed whole: every step with guidance, who, by when, law and questions."""

import re
import subprocess
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from archive.kernel.store import Actor, Archive
from archive.models import RoutineVersion
from archive.routine_runs import versions
from archive.vocabulary import Role, RoutineState
from routines.checklist import packaged_checklist
from routines.definition import as_yaml, packaged, packaged_routine
from routines.model import Routine
from routines.saying import condition_in_words, deadline_in_words
from routines.wording import Text

pytestmark = pytest.mark.engines("sqlite")  # papers of packaged texts
SignIn = Callable[[Role], FlaskClient]
ROUTINES = sorted({one.name for one in packaged()})


@pytest.fixture
def version(archive: Archive, root: Actor, request: pytest.FixtureRequest) -> RoutineVersion:
    """Put the shipped routines in place and return the one asked for."""
    with archive.write(root) as work:
        versions.refresh(work)
        return versions.in_force(work, request.param)


def squeezed(text: str) -> str:
    """Drop all space: lines are broken where the paper needs it."""
    return re.sub(r"\s+", "", text)


def printed(client: FlaskClient, address: str, folder: Path) -> list[str]:
    """Print a handbook and return the text of each page without any space."""
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    source = folder / "handbook.pdf"
    source.write_bytes(answer.data)
    made = subprocess.run(["pdftotext", "-raw", source, "-"], capture_output=True, text=True, check=True)
    return [squeezed(page) for page in made.stdout.split("\f")[:-1]]


def stands(text: str, pages: list[str]) -> bool:
    """Tell whether a text stands on a page, or begins on one and goes on on the next."""
    sought = squeezed(text)
    return any(sought in page for page in pages) or any(
        sought[:at] in one and sought[at:] in other
        for one, other in pairwise(pages)
        for at in range(1, len(sought))
    )


def said(routine: Routine) -> Iterator[Text]:
    """Iterate all a handbook has to say."""
    yield from (routine.title, *(party.duty for party in routine.parties))
    for step in routine.steps:
        yield from (step.title, *step.legal_basis, *(routine.party(who).title for who in step.who))
        parts = (step.guidance.say(language).split("\n\n") for language in ("sv", "en"))
        yield from (Text(sv, en) for sv, en in zip(*parts, strict=True))
        if step.deadline:
            yield deadline_in_words(routine, step.deadline)
        if step.when:
            yield condition_in_words(routine, step.when)
        for field in step.fields:
            yield from (field.label, *(option.label for option in field.options))


@pytest.mark.parametrize("version", ROUTINES, indirect=True)
def test_the_handbook_says_all_a_routine_says_in_both_languages(
    sign_in: SignIn, version: RoutineVersion, tmp_path: Path
) -> None:
    routine = packaged_routine(version.name)
    client = sign_in(Role.CASE_WORKER)
    page = client.get(f"/routines/{version.id}").text
    for language in ("sv", "en"):
        address = f"/routines/{version.id}/handbook.pdf?language={language}"
        assert address.split("?")[0] in page
        pages = printed(client, address, tmp_path)
        texts = [text.say(language) for text in said(routine)]
        assert [text for text in texts if not stands(text, pages)] == []
        assert not any(mark in page for page in pages for mark in ("UTKAST", "DRAFT"))


@pytest.mark.parametrize("version", ["deviation"], indirect=True)
def test_a_draft_says_on_every_page_that_it_is_one_and_only_to_who_shapes_routines(
    archive: Archive, archivist: Actor, sign_in: SignIn, version: RoutineVersion, tmp_path: Path
) -> None:
    text = as_yaml(versions.routine_of(version)).replace("version: 1\n", "version: 2\n", 1)
    with archive.write(archivist) as work:
        draft = versions.draft(work, "deviation", text)
    assert draft.status is RoutineState.DRAFT
    answer = sign_in(Role.ARCHIVIST).get(f"/routines/{draft.id}/handbook.pdf")
    source = tmp_path / "draft.pdf"
    source.write_bytes(answer.data)
    made = subprocess.run(["pdftotext", "-layout", source, "-"], capture_output=True, text=True, check=True)
    pages = made.stdout.split("\f")[:-1]
    assert len(pages) > 4
    assert all("UTKAST" in page for page in pages)
    assert sign_in(Role.CASE_WORKER).get(f"/routines/{draft.id}/handbook.pdf").status_code == 403


def test_the_checklist_of_the_cover_check_is_a_handbook_too(sign_in: SignIn, tmp_path: Path) -> None:
    client = sign_in(Role.ASSISTANT)
    assert "/routines/checklist/handbook.pdf?language=sv" in client.get("/routines/").text
    pages = printed(client, "/routines/checklist/handbook.pdf?language=sv", tmp_path)
    checklist = packaged_checklist("cover_check")
    texts = [point.title for point in checklist.points] + [point.guidance for point in checklist.points]
    texts += [one.guidance for one in checklist.findings] + [one.guidance for one in checklist.depths]
    assert [text.sv for text in texts if not stands(text.sv, pages)] == []
