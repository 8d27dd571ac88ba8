"""Assessments in the browser: who may have read, judged within the clock by whom it is up to."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from archive.access_log import access_log
from archive.cover_checks import misfiled
from archive.cover_checks.misfiled import ForeignContent
from archive.kernel.store import Archive, operator
from archive.models import Assessment
from archive.vocabulary import AssessmentState, EventKind, Role
from tests.builders import SetClock, a_file, a_shelf, user_in_role
from tests.remembering import remembering
from tests.verbs.cover_checks.checking import a_check, lent_and_back

SignIn = Callable[[Role], FlaskClient]


@pytest.fixture
@remembering
def assessment(archive: Archive) -> Assessment:
    """Return an assessment the archivist owns: another's papers lay in a cover that had been lent."""
    archivist = user_in_role(archive, Role.ARCHIVIST)
    with archive.write(archivist) as work:
        holder, other = a_file(work, a_shelf(work, "Ett")), a_file(work, a_shelf(work, "Två"))
        lent_and_back(work, holder)
        misfiled.find(work, a_check(work, holder), "nothing_inside", ForeignContent(other, whole=True))
        return work.session.scalars(select(Assessment)).one()


@pytest.fixture
def judge(sign_in: SignIn, assessment: Assessment) -> FlaskClient:
    """Sign in the archivist."""
    return sign_in(Role.ARCHIVIST)


def now(archive: Archive) -> Assessment:
    """Return the assessment as it is."""
    with archive.read(user_in_role(archive, Role.ARCHIVIST)) as work:
        return work.session.scalars(select(Assessment)).one()


ANSWER = {"answer": "nobody", "readers": "Ingen: kuvertet var förseglat", "decision": "Inget mer görs"}


def test_it_is_listed_with_its_clock_and_shown_with_the_loans_to_judge(
    archive: Archive, judge: FlaskClient, assessment: Assessment
) -> None:
    assert "Bedömning 1" in judge.get("/covers/assessments").text
    page = judge.get("/covers/assessments/1").text
    assert "Karin Berg" in page
    assert "72 timmar" in page
    with archive.read(operator("tests")) as work:
        seen = access_log.about(work, f"file:{assessment.file_id}").looks[0]
    assert (seen.kind, seen.facts["list"]) == (EventKind.LOOKED_AT_LIST, "assessment")


def test_after_three_days_it_is_overdue(
    archive: Archive, sign_in: SignIn, assessment: Assessment, clock: SetClock
) -> None:
    assert "försenad" not in sign_in(Role.ARCHIVIST).get("/covers/assessments").text
    clock.forward(days=4)
    assert "försenad" in sign_in(Role.ARCHIVIST).get("/covers/assessments").text


def test_the_answer_ends_it_and_is_shown_afterwards(archive: Archive, judge: FlaskClient) -> None:
    assert judge.post("/covers/assessments/1/answer", data=ANSWER).status_code == 303
    assert now(archive).status is AssessmentState.ANSWERED
    assert "Inget väntar på bedömning" in judge.get("/covers/assessments").text
    assert "Bedömning 1" in judge.get("/covers/assessments?answered=yes").text
    assert "kuvertet var förseglat" in judge.get("/covers/assessments/1").text


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"answer": ""}, "answer"),
        ({"readers": " "}, "readers"),
        ({"decision": ""}, "decision"),
        ({"answer": "risk"}, "incident"),
        ({"incident": "tre"}, "incident"),
    ],
)
def test_an_answer_with_something_missing_is_refused_and_the_rest_stays(
    archive: Archive, judge: FlaskClient, changed: dict[str, str], field: str
) -> None:
    refused = judge.post("/covers/assessments/1/answer", data={**ANSWER, **changed})
    assert (refused.status_code, f'href="#{field}"' in refused.text) == (422, True)
    for name, text in ANSWER.items():
        if name not in {"answer", *changed}:
            assert text in refused.text
    assert now(archive).status is AssessmentState.OPEN


def test_it_is_passed_on_to_another_owner_and_never_to_nobody(archive: Archive, judge: FlaskClient) -> None:
    refused = judge.post("/covers/assessments/1/pass-on", data={"owner": ""})
    assert (refused.status_code, 'href="#owner"' in refused.text) == (422, True)
    manager = user_in_role(archive, Role.MANAGER)
    judge.post("/covers/assessments/1/pass-on", data={"owner": str(manager.user_id)})
    assert now(archive).owner_id == manager.user_id


def test_a_message_about_it_leads_to_it(judge: FlaskClient) -> None:
    page = judge.get("/messages").text
    assert "Bedömning 1" in page
    answer = judge.get("/messages/1")
    assert answer.location == "/covers/assessments/1"


@pytest.mark.parametrize(
    ("role", "listed", "shown"),
    [
        (Role.MANAGER, 200, 200),
        (Role.DATA_PROTECTION_OFFICER, 403, 200),
        (Role.ASSISTANT, 403, 404),
        (Role.CASE_WORKER, 403, 404),
        (Role.AUDITOR, 403, 404),
        (Role.ADMINISTRATOR, 403, 403),
    ],
)
def test_who_judges_or_checks_looks_sees_it_others_what_they_own(
    sign_in: SignIn, assessment: Assessment, role: Role, listed: int, shown: int
) -> None:
    client = sign_in(role)
    assert client.get("/covers/assessments").status_code == listed
    assert client.get("/covers/assessments/1").status_code == shown


def test_an_owner_without_the_right_to_judge_sees_it_and_passes_nothing(
    archive: Archive, judge: FlaskClient, sign_in: SignIn
) -> None:
    assistant = user_in_role(archive, Role.ASSISTANT)
    judge.post("/covers/assessments/1/pass-on", data={"owner": str(assistant.user_id)})
    client = sign_in(Role.ASSISTANT)
    assert "Bedömning 1" in client.get("/covers/assessments/mine").text
    assert "Besvara och stanna klockan" not in client.get("/covers/assessments/1").text
    assert client.post("/covers/assessments/1/answer", data=ANSWER).status_code == 403
