"""What the papers of an incident tell, to whom, and that they name nobody the file is about."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.incidents import reporting
from archive.incidents.letters import cases, imy, reports
from archive.incidents.letters import letters as incident_letters
from archive.incidents.letters.cases import Case
from archive.incidents.report import redaction
from archive.incidents.report.redaction import LEFT_OUT, Concealed
from archive.incidents.reporting import MissReport
from archive.kernel.errors import NotFound, NotPermitted
from archive.kernel.store import Actor, Archive, Work
from archive.people import people
from archive.vocabulary import IncidentPaper, OthersRead, Protection, Role
from seed.numbers import many
from tests.builders import SetClock, a_box, a_file, a_person, a_shelf
from tests.statements import counted
from tests.verbs.incidents.incident_play import Play
from tests.verbs.incidents.papers_play import ASKER, decided, reported, sent, written

AsRole = Callable[[Role], Actor]
NAMES = ("Åkerström", "von Ödeblad-Quist", "Li", "Ångström", "O'Brien", "Per", "Łukaszewicz", "Çelik")


def a_case(work: Work, archive: Archive, number: int) -> Case:
    """Return an incident as its papers see it."""
    return Case(work, reporting.get(work, number), archive.settings)


@pytest.fixture
def named(work: Work) -> tuple[Concealed, list[tuple[str, str, str]]]:
    """Give what conceals persons of difficult names, and the names and number of each."""
    numbers = list(many(len(NAMES), seed=4))
    box = a_box(work, a_shelf(work))
    persons = [a_person(work, name, f"Z{name[::-1]}", number=numbers[at]) for at, name in enumerate(NAMES)]
    file = a_file(work, box, *persons, reference="P0001234")
    known = [(one.family_name, one.given_name, numbers[at]) for at, one in enumerate(persons)]
    return redaction.concealed(work, persons, [file]), known


@pytest.mark.engines("sqlite")
def test_no_name_number_or_reference_survives_however_it_is_written(
    named: tuple[Concealed, list[tuple[str, str, str]]],
) -> None:
    concealed, known = named
    before, after = st.text(max_size=12), st.text(max_size=12)
    turned = st.sampled_from([str, str.upper, str.lower, str.title])

    @given(st.sampled_from(known), before, after, turned)
    def holds(one: tuple[str, str, str], front: str, back: str, turn: Callable[[str], str]) -> None:
        family, given_name, digits = one
        text = f"{front} {turn(written(family, given_name, digits, 'P0001234'))} {back}"
        kept = concealed.out_of(text)
        words = set(people.tokens("".join(mark for mark in kept if category(mark) != "Cf")))
        assert not {word for word in people.tokens(family, given_name) if len(word) > 1} & words
        bare = re.sub(r"\W", "", kept)
        assert digits[2:] not in bare
        assert "0001234" not in bare
        assert LEFT_OUT in kept

    holds()


@pytest.mark.engines("sqlite")
def test_what_names_nobody_is_left_as_it_was_written(
    named: tuple[Concealed, list[tuple[str, str, str]]],
) -> None:
    text = "Boxen 12 stod öppen 2026-11-23 kl. 08.15; nyckel 4711, dnr SN-2026/117, ring 040-34 50 00."
    assert named[0].out_of(text) == text


MASKED = (
    "640823-3234",
    "19640823-3234",
    "196408233234",
    "6408233234",
    "640823 3234",
    "640823+3234",
    "640883-3235",  # a co-ordination number: the day and 60
    "20140331-2392",
    "140331-TF12",
    "19640823T123",
    "640823.3234",
    "640823 3235",
    "64 08 23 - 3234",
    "1964.08.23-3234",
)
LEFT = (
    "212000-0142",  # organisation numbers: a month of 20 or more
    "2120000142",
    "16212000-0142",
    "802002-4280",
    "556012-5790",
    "SN-2026/117",
    "SN 2026-000117",
    "2026/00117-4",
    "202611-0012",  # no date: the month would be 26
    "2026-11-23 0815",
    "2026.11.23 0815",
    "08 12 12 3456",
    "641323-3234",  # no such month
    "640832-3234",  # no such day, nor with 60 taken off
    "040-34 50 00",
    "070-123 45 67",
    "0701234567",
    "0701-234567",
    "+46701234567",
    "+46 70 123 45 67",
    "08-508 00 000",
    "5000-K123456-26",
)


@pytest.mark.parametrize("number", MASKED)
def test_whatever_may_be_a_persons_number_is_left_out(number: str) -> None:
    nobody = Concealed()
    assert nobody.out_of(f"se {number}, sedan") == f"se {LEFT_OUT}, sedan"


@pytest.mark.parametrize("number", LEFT)
def test_the_numbers_of_organisations_phones_and_diaries_stay(number: str) -> None:
    nobody = Concealed()
    assert nobody.out_of(f"se {number}, sedan") == f"se {number}, sedan"


def test_ten_digits_that_may_be_a_persons_or_a_phones_are_told_apart_by_the_words_before() -> None:
    nobody = Concealed()
    assert nobody.out_of("barnet 0701232399") == f"barnet {LEFT_OUT}"
    assert nobody.out_of("telefon: 0701232399") == "telefon: 0701232399"


def test_the_notification_prints_the_controllers_own_data_as_they_are_set(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    settings = replace(
        archive.settings,
        organisation_name="Socialnämnden i Åkerström",  # as the person concerned is called
        organisation_number="212000-0142",
        postal_address="Birgittagatan 1, 000 00 Provstad",
        contact_address="arkivet@provstad.example, 0701232399",
        dpo_contact="dso@provstad.example",
    )
    story = reported(archive, archivist, clock)
    decided(story, clock)
    story.play.do(
        archivist,
        "notify_imy",
        controller=settings.organisation_name,
        org_number=settings.organisation_number,
        postal_address=settings.postal_address,
        contact_address=settings.contact_address,
        dpo_contact=settings.dpo_contact,
    )
    with archive.read(archivist) as work:
        case = Case(work, reporting.get(work, story.number), settings)
        said = {one.key: one.answer for one in imy.notification(case)}
    assert said["controller"] == settings.organisation_name
    assert said["org_number"] == settings.organisation_number
    assert said["postal_address"] == settings.postal_address
    assert said["contact_address"] == settings.contact_address
    assert said["dpo_contact"] == settings.dpo_contact


@pytest.mark.parametrize(("written", "printed"), [("212000-0142", "212000-0142"), ("640823-3234", LEFT_OUT)])
def test_an_organisation_number_written_in_the_notification_is_printed_and_a_persons_is_not(
    archive: Archive, archivist: Actor, clock: SetClock, written: str, printed: str
) -> None:
    story = reported(archive, archivist, clock)
    decided(story, clock)
    story.play.do(archivist, "notify_imy", org_number=written, controller="Nämnden")
    with archive.read(archivist) as work:
        case = a_case(work, archive, story.number)
        said = {one.key: one.answer for one in imy.notification(case)}
    assert (said["org_number"], said["controller"]) == (printed, "Nämnden")


def test_a_name_somebody_had_before_is_left_out_too(work: Work) -> None:
    person = a_person(work, "Gammalnamn", "Eva")
    people.change(work, person, {"family_name": "Nynamn"}, by_hand=True)
    concealed = redaction.concealed(work, [person], [])
    assert concealed.out_of("Eva Gammalnamn, nu Nynamn") == f"{LEFT_OUT} {LEFT_OUT}, nu {LEFT_OUT}"


def test_the_papers_tell_an_incident_from_the_report_to_the_find(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    story = reported(archive, archivist, clock)
    with archive.read(archivist) as work:
        case = a_case(work, archive, story.number)
        drafts = {one.paper for one in cases.printable(case) if one.draft}
        assert drafts == set(IncidentPaper) - {IncidentPaper.ANSWER, IncidentPaper.REFUSAL}
        unanswered = {one.key: one for one in imy.notification(case) if not one.answer}
        assert (unanswered["nature"].step, unanswered["own_reference"].step) == (
            "decide_notification",
            "diary",
        )
        assert all(one.step in case.course.routine.step_of or one.setting for one in unanswered.values())
        with pytest.raises(NotFound, match="no_such_paper"):
            incident_letters.refusal(case)
    decided(story, clock)
    with archive.read(archivist) as work:
        case = a_case(work, archive, story.number)
        ready = {one.paper for one in cases.printable(case) if not one.draft}
        assert ready == {
            IncidentPaper.LETTER,
            IncidentPaper.LEX_SARAH_REPORT,
            IncidentPaper.ANSWER,
        }
        asked = {one.key: one.answer for one in imy.notification(case)}
        assert (asked["nature"].strip(), asked["ended"], asked["informed"]) == (
            "FAKTA",
            "Den pågår",
            "De kommer att informeras",
        )
        letter = incident_letters.letter(case, story.persons[0].id)
        assert (letter.addressee, letter.safe, letter.others_read) == ("Birgitta Åkerström", False, None)
        assert (letter.notified, letter.police) == (False, False)
        assert letter.secured == "sekretesskärl töms inte, nyckellistor sparade"
    sent(story, clock)
    with archive.read(archivist) as work:
        case = a_case(work, archive, story.number)
        drafts = [one.paper for one in cases.printable(case) if one.draft]
        assert drafts == [IncidentPaper.IMY_SUPPLEMENT, IncidentPaper.LETTER], "both are asked anew"
        asked = {one.key: one.answer for one in imy.notification(case)}
        assert (asked["persons"], asked["informed"], asked["will_be_informed"]) == (
            "3",
            "De kommer att informeras, 2026-11-24",
            "2026-11-24",
        )
        assert asked["ended"] == "Den pågår"  # as it was sent
        told = incident_letters.letter(case, story.persons[0].id)
        assert (told.others_read, told.notified, told.police) == (OthersRead.POSSIBLE, True, True)
        assert told.course.found_on
        refused = incident_letters.refusal(case)
        assert (refused.asker, refused.course.searches, refused.course.found_on) == (ASKER, 1, None)
        assert incident_letters.answer(case).course.searches == 2
        investigated = reports.investigation(case)
        assert investigated.serious
        assert [one.by for one in investigated.other if one.text] == ["Lexan", "Lexan"]


def test_the_numbers_of_the_e_service_stand_in_their_order(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    story = reported(archive, archivist, clock)
    with archive.read(archivist) as work:
        questions = imy.notification(a_case(work, archive, story.number))
    numbers = [int(one.number) for one in questions if one.number]
    assert numbers == sorted(numbers) == [1, 2, 3, 9, 13, 25, 26, 28, 30, 32, 34, 35]


def test_a_supplement_tells_what_is_new_since_the_notification_and_nothing_older(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    story = reported(archive, archivist, clock)
    decided(story, clock)
    with archive.read(archivist) as work:
        before = imy.supplement(a_case(work, archive, story.number))
        assert not any(one.key.startswith("news_") for one in before)
    sent(story, clock)
    with archive.read(archivist) as work:
        case = a_case(work, archive, story.number)
        news = {one.label: one.answer for one in imy.supplement(case)}
    assert news["Eftersökningar"] == "1 sökning till, av 1 person"
    assert "Återfunnen 2026-11-25" in news[f"Vad som har hänt med {story.file.code}"]
    assert "EFTERÅT" in news["Konsekvenser"]
    assert news["Vad kompletteringen gäller"] == ""
    story.play.do(archivist, "supplement_imy", news="HITTAD", more="yes")
    clock.forward(days=1)
    with archive.read(archivist) as work:
        case = a_case(work, archive, story.number)
        again = {one.key: one.answer for one in imy.supplement(case)}
    assert "HITTAD" in again["earlier"]
    assert again["news"] == ""


def test_a_notification_after_72_hours_says_why(archive: Archive, archivist: Actor, clock: SetClock) -> None:
    story = reported(archive, archivist, clock)
    clock.forward(hours=70, seconds=-1)
    with archive.read(archivist) as work:
        in_time = {one.key: one for one in imy.notification(a_case(work, archive, story.number))}
    clock.forward(seconds=2)
    with archive.read(archivist) as work:
        case = a_case(work, archive, story.number)
        assert case.now > case.incident.clock_from + timedelta(hours=72)
        late = {one.key: one for one in imy.notification(case)}
    assert in_time["late_reason"].answer.startswith("Inte aktuellt")
    assert (late["late_reason"].answer, late["late_reason"].step) == ("", "notify_imy")


def test_the_papers_of_protected_persons_bear_no_name_and_no_place(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    story = reported(archive, archivist, clock, Protection.MARKED)
    decided(story, clock)
    with archive.read(archivist) as work:
        case = a_case(work, archive, story.number)
        letters = [incident_letters.letter(case, person.id) for person in story.persons]
        assert [(one.addressee, one.safe) for one in letters] == [("", True), ("", True)]
        named = {f"Skyddad uppgift, {story.file.code}"}
        assert {name for _id, name, _safe in incident_letters.addressees(case)} == named
        draft = reports.police(case)
        assert (draft.description, draft.rooms) == ("", "")
        assert incident_letters.refusal(case).asker == ""


def test_each_letter_that_bears_no_name_says_which_it_is_and_of_which_files(
    archive: Archive, archivist: Actor
) -> None:
    with archive.write(archivist) as work:
        box, person = a_box(work, a_shelf(work)), a_person(work, protection=Protection.MARKED)
        made = [a_file(work, box, person, reference="P1", part=part, parts=2) for part in (1, 2)]
        made.append(a_file(work, box, a_person(work)))
        number = reporting.report(work, MissReport(tuple(file.id for file in made))).id
    with archive.read(archivist) as work:
        case = a_case(work, archive, number)
        listed = [name for _id, name, _safe in incident_letters.addressees(case)]
        letters = [incident_letters.letter(case, person.id) for person in case.persons]
    parts = ", ".join(f"{file.code} (del {file.part} av 2)" for file in made[:2])
    assert listed == [f"Skyddad uppgift, {parts}", f"Skyddad uppgift, {made[2].code}"]
    assert [one.label for one in letters] == [f"1: {parts}", f"2: {made[2].code}"]


def test_what_the_register_does_not_know_leaves_out_what_people_wrote_for_the_police(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    with archive.write(archivist) as work:
        known = a_file(work, a_box(work, a_shelf(work)), a_person(work)).id
        unknown = MissReport(description="En pärm om Karin", protected=False)
        numbers = [reporting.report(work, one).id for one in (unknown, MissReport((known,)))]
        for number in numbers:
            reporting.start(work, reporting.get(work, number), "suspect_crime")
    for number in numbers:
        Play(archive, number).do(archivist, "suspect_crime", what="Karins pärm är borta")
    with archive.read(archivist) as work:
        about = [a_case(work, archive, number) for number in numbers]
        assert [reports.police(case).description for case in about] == ["", "Karins pärm är borta"]
        assert incident_letters.letter(about[0]).addressee == ""
        assert incident_letters.letter(about[1], about[1].persons[0].id).addressee != ""


def test_papers_are_for_those_who_do_their_step_lead_or_watch_over_incidents(
    archive: Archive, archivist: Actor, as_role: AsRole, clock: SetClock
) -> None:
    story = reported(archive, archivist, clock)
    everything = set(IncidentPaper) - {IncidentPaper.REFUSAL}
    expected = {
        Role.ARCHIVIST: everything,
        Role.MANAGER: everything,
        Role.DELEGATE: everything,
        Role.DATA_PROTECTION_OFFICER: everything,
        Role.LEX_SARAH_OFFICER: everything,
        Role.ASSISTANT: set(),
        Role.ROOM_KEEPER: set(),
        Role.AUDITOR: set(),
        Role.REGISTRAR: set(),
        Role.CITY_ARCHIVE: set(),
    }
    for role, papers in expected.items():
        with archive.read(as_role(role)) as work:
            case = a_case(work, archive, story.number)
            assert {one.paper for one in cases.printable(case)} == papers, role
            if not papers:
                with pytest.raises(NotPermitted, match="paper_of_others"):
                    reports.lex_sarah(case)


def test_a_case_worker_who_reported_it_prints_what_her_steps_ask_for(
    archive: Archive, archivist: Actor, as_role: AsRole, clock: SetClock
) -> None:
    with archive.write(archivist) as work:
        file = a_file(work, a_box(work, a_shelf(work)))
    worker = as_role(Role.CASE_WORKER)
    with archive.write(worker) as work:
        number = reporting.report(work, MissReport(file_ids=(file.id,), waiting=ASKER)).id
    with archive.read(worker) as work:
        case = a_case(work, archive, number)
        own = {one.paper for one in cases.printable(case)}
        assert own == {IncidentPaper.LETTER, IncidentPaper.LEX_SARAH_REPORT, IncidentPaper.ANSWER}


def test_settings_that_are_not_set_are_named(archive: Archive, archivist: Actor, clock: SetClock) -> None:
    story = reported(archive, archivist, clock)
    named_ = replace(archive.settings, organisation_name="Socialnämnden", dpo_contact="dso@kommun.example")
    with archive.read(archivist) as work:
        questions = imy.notification(Case(work, reporting.get(work, story.number), named_))
    assert imy.missing_settings(questions) == [
        "AKTSPAR_ORGANISATION_NUMBER",
        "AKTSPAR_POSTAL_ADDRESS",
        "AKTSPAR_CONTACT_ADDRESS",
    ]


@pytest.mark.engines("sqlite")
def test_the_papers_of_a_lost_crate_ask_no_more_often_than_those_of_a_dozen(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    asked = []
    for many_files in (12, 40):
        with archive.write(archivist) as work:
            box = a_box(work, a_shelf(work, f"Annex {many_files}"))
            person = a_person(work)
            ids = tuple(a_file(work, box, person).id for _ in range(many_files))
            number = reporting.report(work, MissReport(file_ids=ids)).id
        with archive.read(archivist) as work, counted(archive.engine) as statements:
            case = a_case(work, archive, number)
            cases.printable(case)
            imy.notification(case)
            incident_letters.letter(case, person.id)
            reports.police(case)
            reports.investigation(case)
        asked.append(len(statements))
    assert asked[0] == asked[1]


def test_a_letter_is_a_draft_while_it_is_to_be_decided_anew_whether_it_is_sent(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    story = reported(archive, archivist, clock)

    def letter() -> tuple[bool, bool]:
        with archive.read(archivist) as work:
            how = cases.standing(a_case(work, archive, story.number), IncidentPaper.LETTER)
            return how.draft, how.done

    told = [letter()]
    decided(story, clock)
    told.append(letter())
    sent(story, clock)
    told.append(letter())
    story.play.do(story.manager, "decide_inform", high_risk="yes", inform="yes")
    told.append(letter())
    assert told == [(True, False), (False, False), (True, True), (False, False)]


@pytest.mark.parametrize(
    ("sources", "recovered", "collected"),
    [
        ("courts", "Domen och två beslut", True),
        ("courts", "Ingenjörens utlåtande", True),
        *(
            (("courts", one, False))
            for one in ("Inget", "inget alls", "Inga kopior fanns.", "-", "0", "None")
        ),
        ("none", "Domen", False),
    ],
)
def test_copies_were_collected_only_where_something_was_recovered(
    archive: Archive, archivist: Actor, clock: SetClock, sources: str, recovered: str, *, collected: bool
) -> None:
    story = reported(archive, archivist, clock)
    story.play.do(story.manager, "screen_risk", ongoing="yes", content_needed="yes")
    story.play.do(archivist, "reconstruct", sources=(sources,), recovered=recovered)
    with archive.read(archivist) as work:
        case = a_case(work, archive, story.number)
        told = incident_letters.letter(case).rebuilt, incident_letters.answer(case).rebuilt
        assert told == (collected, collected)
