"""The papers of an incident as pages and PDF: listed, copied from, printed, and for whom."""

import re
import subprocess
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from archive.access_log import access_log
from archive.incidents import reporting
from archive.incidents.reporting import MissReport, StatedFind
from archive.kernel.config import Settings
from archive.kernel.store import Actor, Archive
from archive.models import PersonNumber
from archive.people import people
from archive.vocabulary import FoundState, IncidentPaper, OthersRead, Protection, Role
from archive.vocabulary.wording import LOCALES
from tests.builders import SetClock, a_box, a_file, a_shelf
from tests.verbs.incidents.incident_play import Play
from tests.verbs.incidents.papers_play import Story, decided, reported, sent

pytestmark = pytest.mark.engines("sqlite")
SignIn = Callable[[Role], FlaskClient]
ALL = tuple(IncidentPaper)
ENGLISH = {
    IncidentPaper.IMY_NOTIFICATION: "What have you done after the breach?",
    IncidentPaper.IMY_SUPPLEMENT: "Found again 2026-11-25",
    IncidentPaper.LETTER: "It was found again on November 25, 2026",
    IncidentPaper.LEX_SARAH_REPORT: "whoever learns of it reports at once",
    IncidentPaper.LEX_SARAH_INVESTIGATION: "to be reported to IVO as soon as possible",
    IncidentPaper.POLICE_REPORT: "Names nobody the file is about",
    IncidentPaper.ANSWER: "This is an answer, not a decision",
    IncidentPaper.REFUSAL: "within three weeks from the day you received the decision",
}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Say who the controller is, but for its organisation number."""
    return replace(
        settings,
        organisation_name="Socialnämnden i Provstad",
        postal_address="Box 1, 000 00 Provstad",
        contact_address="arkivet@provstad.example",
        dpo_contact="dso@provstad.example",
        appeal_court="Kammarrätten i Provstad",
    )


def printed(
    client: FlaskClient, story: Story, paper: IncidentPaper, language: str = "sv", **more: int
) -> str:
    """Return the words of a paper, and see that it is a PDF with numbered pages and nothing half said."""
    extra = "".join(f"&{name}={value}" for name, value in more.items())
    answer = client.get(f"/incidents/{story.number}/papers/{paper.value}.pdf?language={language}{extra}")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf"), paper
    text = said(answer.data)
    assert ("Sida 1 av" if language == "sv" else "Page 1 of") in text
    for half in ("None", "%(", "[]", "Ellipsis"):
        assert half not in text, (paper, half)
    return text


def said(pdf: bytes) -> str:
    """Return the words of a PDF, each line break and gap as one space."""
    command = ["pdftotext", "-layout", "-", "-"]
    text = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
    return " ".join(text.decode().split())


def digits_of(archive: Archive, story: Story) -> list[str]:
    """Return the identity number of each person of a story."""
    with archive.read(story.archivist) as work:
        known = people.numbers_of(work, [person.id for person in story.persons])
    return [_digits(known[person.id][0]) for person in story.persons]


def _digits(number: PersonNumber) -> str:
    return re.sub(r"\D", "", number.number)


def betrayed(text: str, archive: Archive, story: Story) -> list[str]:
    """Return whatever in a text tells whom the file is about: words of names, numbers, the reference."""
    words = set(people.tokens(text))
    names = {word for one in story.persons for word in people.tokens(one.family_name, one.given_name)}
    bare = re.sub(r"\W", "", text)
    marks = [*(digits[2:] for digits in digits_of(archive, story)), "0001234"]
    return [*sorted(names & words), *(mark for mark in marks if mark in bare)]


def about(archive: Archive, story: Story) -> str:
    """Return a text that names everybody the file is about in every way."""
    pairs = zip(story.persons, digits_of(archive, story), strict=True)
    return " ".join(story.written(person, digits) for person, digits in pairs)


def test_every_paper_is_a_draft_until_it_is_decided_and_then_tells_what_was(
    archive: Archive, archivist: Actor, clock: SetClock, sign_in: SignIn
) -> None:
    story = reported(archive, archivist, clock)
    client = sign_in(Role.ARCHIVIST)
    for paper in set(ALL) - {IncidentPaper.REFUSAL}:
        text = printed(client, story, paper)
        assert ("UTKAST" in text) == (paper is not IncidentPaper.ANSWER), paper
        assert "____" in text, paper
    assert client.get(f"/incidents/{story.number}/papers/refusal_decision.pdf").status_code == 404
    draft = printed(client, story, IncidentPaper.IMY_NOTIFICATION)
    assert "dso@provstad.example" in draft
    assert "Ej besvarat än Besvaras i steget: Besluta om anmälan till IMY" in draft
    decided(story, clock)
    sent(story, clock)
    told = {
        IncidentPaper.IMY_NOTIFICATION: ("Socialnämnden i Provstad", "FAKTA", "klienter och brukare"),
        IncidentPaper.IMY_SUPPLEMENT: ("Återfunnen 2026-11-25", "EFTERÅT", "1 sökning till, av 1 person"),
        IncidentPaper.LETTER: ("hittades igen den 25 november 2026", "EFTERÅT", "dso@", "imy.se"),
        IncidentPaper.LEX_SARAH_REPORT: ("HÄNDELSEN", "BETYDELSEN", "27 kap. 2 §", story.file.code),
        IncidentPaper.LEX_SARAH_INVESTIGATION: ("FUNNET", "SOSFS 2011:5", "anmälas till IVO", "Lexan"),
        IncidentPaper.POLICE_REPORT: ("LÅSET", "K-123", "nyckellistor sparade", "Rum 1"),
        IncidentPaper.ANSWER: ("Den hittades igen", "Advokat Nilsson", "inte ett beslut"),
        IncidentPaper.REFUSAL: (
            *("avslår begäran", "eftersökts en gång, av 1 person", "Kammarrätten i Provstad"),
            *("inom tre veckor", "Box 1, 000 00 Provstad", "Chefen", "23 november 2026"),
        ),
    }
    assert told.keys() == set(ALL)
    client = sign_in(Role.ARCHIVIST)  # the session before ended long ago
    for paper, facts in told.items():
        text = printed(client, story, paper)
        assert [fact for fact in facts if fact not in text] == [], paper
        anew = {IncidentPaper.IMY_SUPPLEMENT, IncidentPaper.LETTER}  # asked anew since the find
        assert ("UTKAST" in text) == (paper in anew), paper
        assert ENGLISH[paper] in printed(client, story, paper, "en"), paper


def test_only_the_letter_names_a_person_and_only_the_one_it_is_to(
    archive: Archive, archivist: Actor, clock: SetClock, sign_in: SignIn
) -> None:
    story = reported(archive, archivist, clock)
    named = about(archive, story)
    decided(story, clock, named)
    sent(story, clock, named)
    client = sign_in(Role.ARCHIVIST)
    for paper in ALL:
        for language in LOCALES:
            assert betrayed(printed(client, story, paper, language), archive, story) == [], paper
    to = printed(client, story, IncidentPaper.LETTER, person=story.persons[0].id)
    assert "Birgitta Åkerström" in to
    assert betrayed(to, archive, story) == ["akerstrom", "birgitta"]
    for page in ("imy_notification", "imy_supplement"):
        shown = client.get(f"/incidents/{story.number}/papers/{page}").text
        assert betrayed(re.sub(r"<[^>]+>", " ", shown), archive, story) == []


def test_no_paper_or_page_tells_of_a_protected_person_or_the_family(
    archive: Archive, archivist: Actor, clock: SetClock, sign_in: SignIn
) -> None:
    story = reported(archive, archivist, clock, Protection.MARKED)
    named = about(archive, story)
    decided(story, clock, named)
    sent(story, clock, named)
    client = sign_in(Role.ARCHIVIST)
    for paper in ALL:
        for person in story.persons if paper is IncidentPaper.LETTER else [None]:
            more = {"person": person.id} if person else {}
            text = printed(client, story, paper, **more)
            assert betrayed(text, archive, story) == [], paper
            assert "Nilsson" not in text, paper
            assert "Rum 1" not in text, paper
            assert ("lämnas bara genom den säkra väg" in text) == (paper is IncidentPaper.LETTER)
    letter = printed(client, story, IncidentPaper.LETTER, person=story.persons[1].id)
    assert "Adress" not in letter.replace("adressen", "")
    for page in ("", "imy_notification", "imy_supplement"):
        shown = client.get(f"/incidents/{story.number}/papers/{page}").text
        assert betrayed(re.sub(r"<[^>]+>", " ", shown), archive, story) == [], page


def test_the_page_to_copy_from_has_a_button_for_each_answer_and_says_what_is_lacking(
    archive: Archive, archivist: Actor, clock: SetClock, sign_in: SignIn
) -> None:
    story = reported(archive, archivist, clock)
    decided(story, clock)
    page = sign_in(Role.ARCHIVIST).get(f"/incidents/{story.number}/papers/imy_notification").text
    answers = re.findall(r'id="answer-(\w+)"', page)
    assert len(answers) > 12
    assert re.findall(r'data-copy="answer-(\w+)"', page) == answers
    assert len(re.findall(r'<button type="button"[^>]* hidden>', page)) == len(
        answers
    )  # until the script runs
    assert "AKTSPAR_ORGANISATION_NUMBER" in page
    assert "AKTSPAR_POSTAL_ADDRESS" not in page
    assert f'href="/incidents/{story.number}/steps/notify_imy"' in page
    assert re.search(r"13\. När upphörde incidenten\?", page)
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL)
    assert scripts
    assert not any(script.strip() for script in scripts)
    assert not re.search(r'\son\w+="', page)


def test_the_list_leads_from_the_incident_to_each_paper_in_both_languages(
    archive: Archive, archivist: Actor, clock: SetClock, sign_in: SignIn
) -> None:
    story = reported(archive, archivist, clock)
    client = sign_in(Role.ARCHIVIST)
    address = f"/incidents/{story.number}/papers/"
    assert f'href="{address}"' in client.get(f"/incidents/{story.number}").text
    page = client.get(address).text
    for paper in set(ALL) - {IncidentPaper.REFUSAL}:
        for language in LOCALES:
            assert f'href="{address}{paper.value}.pdf?language={language}' in page, paper
    assert page.count(">utkast<") == len(ALL) - 2
    assert "Åkerström, Birgitta" in page
    assert f"person={story.persons[1].id}" in page


def test_who_may_not_have_a_paper_is_told_so_and_who_may_not_know_of_it_nothing(
    archive: Archive, archivist: Actor, clock: SetClock, sign_in: SignIn
) -> None:
    story = reported(archive, archivist, clock)
    statuses = {
        Role.ARCHIVIST: 200,
        Role.DATA_PROTECTION_OFFICER: 200,
        Role.ASSISTANT: 403,
        Role.AUDITOR: 403,
        Role.REGISTRAR: 403,
        Role.CASE_WORKER: 404,
        Role.ADMINISTRATOR: 404,
    }
    for role, status in statuses.items():
        client = sign_in(role)
        for name in ("imy_notification", "imy_notification.pdf", "police_report.pdf", "letter_person.pdf"):
            answer = client.get(f"/incidents/{story.number}/papers/{name}")
            assert answer.status_code == status, (role, name)
        listed = client.get(f"/incidents/{story.number}/papers/")
        assert listed.status_code == (404 if status == 404 else 200), role
        assert (".pdf?" in listed.text) == (status == 200), role
    client = sign_in(Role.ARCHIVIST)
    for wrong in ("ordbok", "ordbok.pdf", "police_report", "letter_person.pdf?person=99"):
        assert client.get(f"/incidents/{story.number}/papers/{wrong}").status_code == 404, wrong


def test_each_print_is_recorded_with_whom_it_concerns(
    archive: Archive, archivist: Actor, as_role: Callable[[Role], Actor], clock: SetClock, sign_in: SignIn
) -> None:
    story = reported(archive, archivist, clock)
    client = sign_in(Role.ARCHIVIST)
    person = story.persons[0].id
    client.get(f"/incidents/{story.number}/papers/letter_person.pdf?person={person}")
    client.get(f"/incidents/{story.number}/papers/police_report.pdf")
    officer = as_role(Role.DATA_PROTECTION_OFFICER)
    with archive.read(officer) as work:
        at_file = access_log.about(work, story.file.stream).looks
        at_person = access_log.about(work, f"person:{person}").looks
    assert [one.facts["list"] for one in at_file] == ["incident_paper", "incident_letter"]
    assert [one.facts["list"] for one in at_person] == ["incident_letter"]


def test_a_step_of_imy_begins_with_what_is_set(
    archive: Archive, archivist: Actor, clock: SetClock, sign_in: SignIn
) -> None:
    story = reported(archive, archivist, clock)
    decided(story, clock)
    form = sign_in(Role.ARCHIVIST).get(f"/incidents/{story.number}/steps/notify_imy").text
    for known in ("Socialnämnden i Provstad", "Box 1, 000 00 Provstad", "dso@provstad.example"):
        assert known in form
    assert f'href="/incidents/{story.number}/papers/"' in form


def test_a_letter_is_only_to_somebody_the_files_are_about(
    archive: Archive, archivist: Actor, clock: SetClock, sign_in: SignIn
) -> None:
    story = reported(archive, archivist, clock)
    with archive.write(archivist) as work:
        other = a_file(work, a_box(work, a_shelf(work, "Annex")))
        number = reporting.report(work, MissReport(file_ids=(other.id,))).id
    client = sign_in(Role.ARCHIVIST)
    address = f"/incidents/{number}/papers/letter_person.pdf?person={story.persons[0].id}"
    assert client.get(address).status_code == 404


def test_what_one_person_waits_for_is_asked_and_their_paper_tells_of_no_other(
    archive: Archive, archivist: Actor, clock: SetClock, sign_in: SignIn
) -> None:
    with archive.write(archivist) as work:
        box = a_box(work, a_shelf(work))
        hers, other = a_file(work, box), a_file(work, box, reference="P9", part=2, parts=4)
        waits = MissReport((hers.id, other.id), waiting="Advokat Nilsson")
        number = reporting.report(work, waits).id
        item, found = (one.id for one in reporting.items(work, reporting.get(work, number)))
    clock.forward(hours=1)
    with archive.write(archivist) as work:
        whole = StatedFind(work.now, "HÄR", state=FoundState.WHOLE, others_read=OthersRead.NO)
        reporting.found(work, reporting.get(work, number), [found], whole)
    play = Play(archive, number)
    play.do(archivist, "interim_answer", decision_wanted="yes", answer="DEN ANDRA ÄR HITTAD")
    client, papers = sign_in(Role.ARCHIVIST), f"/incidents/{number}/papers"
    page = client.get(f"{papers}/").text
    assert "Vad väntar personen på?" in page
    assert f"{other.code} (del 2 av 4)" in page
    for paper in (IncidentPaper.ANSWER, IncidentPaper.REFUSAL):
        address = f"{papers}/{paper.value}.pdf"
        assert client.get(address).status_code == 422, paper
        own = said(client.get(f"{address}?item={item}").data)
        both = said(client.get(f"{address}?item={item}&item={found}").data)
        for told in (other.code, "Nilsson"):
            assert (told in own, told in both) == (False, True), (paper, told)
    assert "DEN ANDRA" in said(client.get(f"{papers}/interim_answer.pdf?item={item}&item={found}").data)
    assert "DEN ANDRA" not in said(client.get(f"{papers}/interim_answer.pdf?item={item}").data)
