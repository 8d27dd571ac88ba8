"""What was sent to IMY stays as it was sent: what came later stands in the supplement, and nowhere else."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from archive.incidents import finds, prefills, reporting
from archive.incidents.letters import cases, course, imy, reports
from archive.incidents.letters.cases import Case
from archive.kernel.store import Actor, Archive
from archive.search import searches
from archive.search.searches import Searched
from archive.vocabulary import IncidentPaper, Role, SearchResult
from archive.vocabulary.wording import LOCALES, speaking
from tests.builders import SetClock
from tests.verbs.incidents.incident_play import a_colleague
from tests.verbs.incidents.papers_play import Story, decided, reported

P = IncidentPaper


def asked(archive: Archive, story: Story, language: str = "sv") -> dict[str, str]:
    """Return what the notification answers, by question."""
    with archive.read(story.archivist) as work, speaking(language):
        case = Case(work, reporting.get(work, story.number), archive.settings)
        return {one.key: one.answer for one in imy.notification(case)}


def supplemented(archive: Archive, story: Story, language: str = "sv") -> dict[str, str]:
    """Return what the supplement answers, by the label of its question."""
    with archive.read(story.archivist) as work, speaking(language):
        case = Case(work, reporting.get(work, story.number), archive.settings)
        return {one.label: one.answer for one in imy.supplement(case)}


def drafts(archive: Archive, story: Story) -> set[IncidentPaper]:
    """Return the papers to IMY that are drafts."""
    with archive.read(story.archivist) as work:
        case = Case(work, reporting.get(work, story.number), archive.settings)
        papers = (P.IMY_NOTIFICATION, P.IMY_SUPPLEMENT)
        return {paper for paper in papers if cases.standing(case, paper).draft}


def notified(story: Story, clock: SetClock, **said: str) -> None:
    """Send the notification with these answers."""
    story.play.do(story.archivist, "notify_imy", part="first_part", ended="ongoing", **said)
    clock.forward(hours=1)


def searched(story: Story, result: str) -> None:
    """Let another make the second search."""
    other = a_colleague(story.play.archive, "sökaren", Role.ARCHIVIST)
    story.play.do(other, "second_search", result=result, searched="grannen")


def test_a_sent_notification_is_the_same_whatever_happens_later(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    story = reported(archive, archivist, clock)
    decided(story, clock)
    before = asked(archive, story)
    notified(story, clock, informed="coming")
    was = [asked(archive, story, language) for language in ("sv", "en")]
    other = a_colleague(archive, "nya", Role.ARCHIVIST)
    with archive.write(story.manager) as work:
        reporting.start(work, reporting.get(work, story.number), "later_awareness")
    with archive.write(archivist) as work:
        incident = reporting.get(work, story.number)
        reporting.hand_over(work, incident, other.user_id or 0)
        reporting.change(work, incident, "fel", diary_number="SN-2026/999")
    with archive.read(archivist) as work:
        known = reporting.get(work, story.number).reported_at.isoformat()
    story.play.do(story.manager, "later_awareness", reason="SENARE", aware_at=known)
    clock.forward(days=2)
    searched(story, "all_found")
    story.play.do(archivist, "confirm_find", right="yes", in_cover="no", exposed="unknown", readers="städare")
    story.play.do(story.manager, "inform_persons", persons=2)
    assert [asked(archive, story, language) for language in ("sv", "en")] == was
    assert before != was[0]  # what was a draft changed when it was sent
    news = supplemented(archive, story)
    assert news["Kontaktperson"] == "Nya"
    assert "SENARE" in news["När fick ni vetskap om den?"]
    assert "Återfunnen" in news[f"Vad som har hänt med {story.file.code}"]
    assert news["De registrerade har informerats"]


@pytest.mark.parametrize(
    ("informed", "more", "answers"),
    [
        ("done", {"informed_at": "2026-11-23"}, ("ja", "2026-11-23", "Inte aktuellt", "Inte aktuellt")),
        (
            "coming",
            {"will_be_informed": "2026-12-03"},
            ("De kommer att informeras, 2026-12-03", "Inte aktuellt", "2026-12-03", "Inte aktuellt"),
        ),
        ("not", {"why_not_informed": "RISK"}, ("nej", "Inte aktuellt", "Inte aktuellt", "RISK")),
    ],
)
@pytest.mark.engines("sqlite")
def test_the_sent_notification_says_of_the_persons_what_it_said_whatever_is_decided_since(
    archive: Archive,
    archivist: Actor,
    clock: SetClock,
    informed: str,
    more: Mapping[str, str],
    answers: tuple[str, ...],
) -> None:
    story = reported(archive, archivist, clock)
    decided(story, clock)
    notified(story, clock, informed=informed, **more)
    keys = ("informed", "informed_at", "will_be_informed", "why_not_informed")
    said = asked(archive, story)
    assert tuple(said[key] for key in keys) == answers


@pytest.mark.engines("sqlite")
def test_a_paper_to_imy_is_a_draft_until_it_is_sent(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    story = reported(archive, archivist, clock)
    decided(story, clock)
    told = [drafts(archive, story)]
    notified(story, clock)
    told.append(drafts(archive, story))
    story.play.do(archivist, "supplement_imy", news="MER", more="no")
    told.append(drafts(archive, story))
    assert told == [{P.IMY_NOTIFICATION, P.IMY_SUPPLEMENT}, {P.IMY_SUPPLEMENT}, set()]


@pytest.mark.engines("sqlite")
def test_a_sent_supplement_is_the_same_until_the_next_one_is_to_be_written(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    story = reported(archive, archivist, clock)
    decided(story, clock)
    notified(story, clock, receipt="IMY-2026-77")
    story.play.do(archivist, "supplement_imy", news="MER", more="no")
    was = supplemented(archive, story)
    clock.forward(days=2)
    searched(story, "all_found")
    assert supplemented(archive, story) == was
    story.play.do(archivist, "confirm_find", right="yes", in_cover="no", exposed="no")
    story.play.do(archivist, "after_find", away="två dygn")
    assert "Återfunnen" in supplemented(archive, story)[f"Vad som har hänt med {story.file.code}"]


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("first", "later", "number"),
    [
        ({}, {}, "inte angivet"),
        ({"imy_number": "IMY-2026-77"}, {}, "IMY-2026-77"),
        ({}, {"imy_number": "IMY-2026-78"}, "IMY-2026-78"),
    ],
)
def test_where_the_receipt_lies_is_not_said_to_be_the_number_imy_gave(
    archive: Archive,
    archivist: Actor,
    clock: SetClock,
    first: Mapping[str, str],
    later: Mapping[str, str],
    number: str,
) -> None:
    story = reported(archive, archivist, clock)
    decided(story, clock)
    notified(story, clock, receipt="mapp 1", **first)
    story.play.do(archivist, "supplement_imy", news="MER", more="no", **later)
    told = supplemented(archive, story)
    assert told["IMY:s nummer på anmälan"] == number
    assert told["Kvittot på anmälan"] == "mapp 1"


@pytest.mark.engines("sqlite")
def test_what_happened_between_the_sending_and_its_record_stands_in_the_supplement(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    story = reported(archive, archivist, clock)
    decided(story, clock)
    with archive.read(archivist) as work:
        sent_at = work.now.isoformat(timespec="minutes")
    clock.forward(hours=1)
    searched(story, "nothing")
    story.play.do(story.manager, "police_report", reported="yes", number="K-1", named="no")
    clock.forward(hours=1)
    notified(story, clock, sent_at=sent_at)
    news = supplemented(archive, story)
    assert news["Eftersökningar"] == "1 sökning till, av 1 person"
    assert news["Polisanmält"]


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(("days", "answer"), [(0, "Inte aktuellt"), (4, "SKÄL")])
def test_a_notification_is_late_by_when_it_was_sent_and_not_by_when_that_was_written_down(
    archive: Archive, archivist: Actor, clock: SetClock, days: int, answer: str
) -> None:
    story = reported(archive, archivist, clock)
    decided(story, clock)
    clock.forward(days=days)
    with archive.read(archivist) as work:
        sent_at = work.now.isoformat(timespec="minutes")
    clock.forward(days=5)
    notified(story, clock, sent_at=sent_at, late_reason="SKÄL")
    assert asked(archive, story)["late_reason"].startswith(answer)


@pytest.mark.engines("sqlite")
def test_what_was_filled_in_for_people_is_printed_in_the_language_of_the_paper(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    story = reported(archive, archivist, clock)
    decided(story, clock)
    notified(story, clock)
    clock.forward(days=2)
    searched(story, "all_found")
    story.play.do(archivist, "confirm_find", right="yes", in_cover="no", exposed="no")
    with archive.read(archivist) as work, speaking("sv"):
        incident = reporting.get(work, story.number)
        filled = prefills.for_step(work, incident, "after_find", archive.settings)["away"]
    story.play.do(archivist, "after_find", away=filled, consequences="FÖLJD")
    said = [
        supplemented(archive, story, one)[label]
        for one, label in (("sv", "Konsekvenser"), ("en", "Consequences"))
    ]
    assert said[0].startswith("2 dagar, från 2026-")
    assert said[1].startswith("2 days, from 2026-")


def printed(archive: Archive, story: Story) -> dict[IncidentPaper, tuple[object, ...]]:
    """Return all that the sent papers to IMY say, head and all, in both languages; when is left out."""
    asked = {P.IMY_NOTIFICATION: imy.notification}
    asked[P.IMY_SUPPLEMENT] = imy.supplement
    told: dict[IncidentPaper, tuple[object, ...]] = {}
    with archive.read(story.archivist) as work:
        case = Case(work, reporting.get(work, story.number), archive.settings)
        for paper, questions in asked.items():
            head = replace(cases.heading(case, paper), made_at=case.incident.reported_at)
            said = []
            for language in LOCALES:
                with speaking(language):
                    said.append([(one.label, one.answer) for one in questions(case)])
            if not head.draft:
                told[paper] = head, *said
    return told


def confirmed(story: Story, **said: str) -> None:
    """Say that the file was found, and confirm it."""
    with story.play.archive.write(story.archivist) as work:
        incident = reporting.get(work, story.number)
        finds.claim(work, reporting.items(work, incident), None, work.now)
        reporting.advance(work, incident)
    named = {"files": (story.file.stream,), "right": "yes", "how": "search", "in_cover": "no", **said}
    named["place"] = f"place:{story.file.place_id}"
    story.play.do(story.archivist, "confirm_find", **named)


def unlike(story: Story) -> None:
    """Take the case up again: it was another file."""
    with story.play.archive.write(story.archivist) as work:
        incident = reporting.get(work, story.number)
        reporting.reopen(work, incident, [one.id for one in reporting.items(work, incident)], "fel akt")


def handed_over(story: Story) -> None:
    """Give the case another owner and another number."""
    other = a_colleague(story.play.archive, "nya", Role.ARCHIVIST)
    with story.play.archive.write(story.archivist) as work:
        incident = reporting.get(work, story.number)
        reporting.hand_over(work, incident, other.user_id or 0)
        reporting.change(work, incident, "fel", diary_number="SN-2026/999")


def searched_before(story: Story) -> None:
    """Write down late that somebody searched days ago."""
    with story.play.archive.write(story.archivist) as work:
        at = work.now - timedelta(days=9)
        searches.record(work, reporting.get(work, story.number), Searched(SearchResult.FOUND, at=at))


def investigated(story: Story) -> None:
    """End the investigation under lex Sarah, and tell the persons."""
    lex = a_colleague(story.play.archive, "lexan", Role.LEX_SARAH_OFFICER)
    story.play.do(lex, "lex_sarah_investigation", findings="FUNNET")
    story.play.do(story.manager, "inform_persons", persons=2, how=("phone",))


def declared(story: Story) -> None:
    """Search with a third person, and decide that it is lost."""
    archive = story.play.archive
    story.play.do(a_colleague(archive, "tredje", Role.ARCHIVIST), "wide_search", result="nothing")
    story.play.do(a_colleague(archive, "delegaten", Role.DELEGATE), "decide", outcome="declared_lost")


def found_away(story: Story) -> None:
    """Find it where others can have read it, and judge what that means."""
    confirmed(story, state="damaged", exposed="yes", readers="städare")
    story.play.do(story.archivist, "after_find", away="två dygn", consequences="EFTERÅT")


def in_vain(story: Story) -> None:
    """Let another search in vain."""
    searched(story, "nothing")


def found_again(story: Story) -> None:
    """Find it, whole."""
    confirmed(story, state="whole", exposed="no")


LIVES: Mapping[str, tuple[tuple[Callable[[Story], None], ...], tuple[Callable[[Story], None], ...]]] = {
    "sent while it was missing": (
        (),
        (handed_over, in_vain, investigated, declared, found_again, unlike, found_again),
    ),
    "sent once it was found": ((found_away,), (handed_over, investigated, unlike, in_vain, declared)),
    "sent once it was lost": ((in_vain, declared), (searched_before, found_again, unlike, found_again)),
}


def changes(story: Story, clock: SetClock, later: tuple[Callable[[Story], None], ...]) -> Iterator[str]:
    """Return which later happenings change what was sent; a paper to be written anew is a draft."""
    was = printed(story.play.archive, story)
    assert was.keys() == {P.IMY_NOTIFICATION, P.IMY_SUPPLEMENT}
    for happens in later:
        clock.forward(days=3)
        happens(story)
        now = printed(story.play.archive, story)
        assert P.IMY_NOTIFICATION in now
        yield from (f"{happens.__name__}: {paper.value}" for paper in now if now[paper] != was[paper])


@pytest.mark.parametrize("life", LIVES)
def test_no_later_happening_changes_what_was_sent(
    archive: Archive, archivist: Actor, clock: SetClock, life: str
) -> None:
    before, later = LIVES[life]
    story = reported(archive, archivist, clock)
    decided(story, clock)
    if found_away not in before:
        notified(story, clock)
    for happens in before:
        clock.forward(days=1)
        happens(story)
    if found_away in before:
        notified(story, clock)
    story.play.do(archivist, "supplement_imy", news="MER", more="no")
    assert list(changes(story, clock, later)) == []


@pytest.mark.engines("sqlite")
def test_a_paper_of_a_step_that_is_done_says_what_was_known_when_it_was(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    def told() -> list[str]:
        with archive.read(archivist) as work, speaking("sv"):
            case = Case(work, reporting.get(work, story.number), archive.settings)
            lex, looked, police = reports.lex_sarah(case), reports.investigation(case), reports.police(case)
            found = [repr(replace(one, heading=None)) for one in (lex, looked)]  # type: ignore[type-var]
            return [*found, course.told(police.course), police.secured, police.searched]

    story = reported(archive, archivist, clock)
    draft = told()
    decided(story, clock, "HÄNT")
    lex = a_colleague(archive, "lexan", Role.LEX_SARAH_OFFICER)
    story.play.do(lex, "lex_sarah_investigation", findings="FUNNET", serious="none")
    story.play.do(story.manager, "police_report", reported="yes", number="K-1", named="no")
    was = told()
    assert draft[:2] != was[:2], "a draft says what is known"
    assert all("letar fortfarande" in one for one in was[:3])
    clock.forward(days=1)
    searched(story, "all_found")
    confirmed(story, exposed="no")
    story.play.do(archivist, "lift_stop")
    assert told() == was
    unlike(story)
    assert told()[0] == was[0], "what was reported before the find holds"
