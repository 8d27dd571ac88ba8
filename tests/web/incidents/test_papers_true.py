"""Each paper of an incident says what is true when it is made: in every state, and in both languages.

A sentence a paper may say in some states only is forbidden in all others, so that each forbidden one has the
states in which it stands as its positive control.
"""

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from flask.testing import FlaskClient

from archive.incidents import finds, prefills, reporting
from archive.incidents.letters.cases import Case, day
from archive.incidents.reporting import MissReport
from archive.kernel.clock import local_date
from archive.kernel.errors import Conflict, Invalid
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile
from archive.vocabulary import IncidentPaper, Role
from archive.vocabulary.wording import LOCALES, speaking
from archive.web.routine_runs import step_form
from tests.builders import SetClock, a_box, a_file, a_person, a_shelf
from tests.verbs.incidents.incident_play import Play, a_colleague, a_unit

pytestmark = pytest.mark.engines("sqlite")
SignIn = Callable[[Role], FlaskClient]
P = IncidentPaper
UNIT = "Barn och familj"
EARLY, LATE = "TIDIGT SVAR", "SENT SVAR"
READING = (
    "Vi bedömer att ingen obehörig har läst den",
    "Någon obehörig kan ha läst den",
    "Det går inte att utesluta att någon obehörig",
    "Vi vet ännu inte om någon obehörig",
)


@dataclass
class Tale:
    """One incident that comes into a state, and who brings it there."""

    archive: Archive
    clock: SetClock
    archivist: Actor
    manager: Actor
    file: CaseFile = field(init=False)
    play: Play = field(init=False)

    def reported(self, files: int = 1) -> None:
        """Report files of one person each, for an advocate who waits."""
        with self.archive.write(self.archivist) as work:
            box = a_box(work, a_shelf(work))
            made = [a_file(work, box, a_person(work, f"Fam{n}", "Eva")) for n in range(files)]
            unit = a_unit(work, UNIT)
            for one in made:
                one.unit_id = unit
            work.session.flush()
            ids = tuple(one.id for one in made)
            number = reporting.report(work, MissReport(file_ids=ids, waiting="Advokat Nilsson")).id
        self.file, self.play = made[0], Play(self.archive, number)
        self.clock.forward(hours=1)

    def searched(self, result: str = "nothing", **more: str) -> None:
        """Make the first search."""
        found = {"found_where": "två lådor bort", "cause": "wrong_position", "outsiders": "no"}
        extra = {"searched": "boxen"} if result == "nothing" else {**found, **more}
        self.play.do(self.archivist, "first_search", result=result, **extra)

    def answered(self, text: str = EARLY, wanted: str = "no") -> None:
        """Answer the advocate."""
        self.play.do(self.archivist, "interim_answer", answer=text, decision_wanted=wanted)
        self.clock.forward(hours=1)

    def claimed(self) -> None:
        """Say that the file was found, as a scan does."""
        with self.archive.write(self.archivist) as work:
            incident = reporting.get(work, self.play.number)
            items = reporting.items(work, incident)[:1]
            finds.claim(work, items, None, work.now)
            reporting.advance(work, incident)

    def confirmed(self, state: str = "whole") -> None:
        """Find the file a day later and confirm it."""
        self.clock.forward(days=1)
        self.claimed()
        self.play.do(
            self.archivist,
            "confirm_find",
            files=(self.file.stream,),
            found_at=self.now(),
            place=f"place:{self.file.place_id}",
            exposed="no",
            **({"right": "yes", "state": state} if state else {"right": "part"}),
        )

    def other_confirmed(self, exposed: str, **right: str) -> None:
        """Find the other file the same day, and say whether others can have read it."""
        with self.archive.write(self.archivist) as work:
            items = reporting.items(work, reporting.get(work, self.play.number))
            finds.claim(work, items[1:], None, work.now)
            reporting.advance(work, reporting.get(work, self.play.number))
            key = f"file:{items[1].file_id}"
        more = {"readers": "städare"} if exposed == "yes" else {}
        said = {**(right or {"right": "yes", "state": "whole"}), **more}
        self.play.do(self.archivist, "confirm_find", files=(key,), exposed=exposed, **said)

    def concerned(self) -> list[int]:
        """Return whom letters go to."""
        with self.archive.read(self.archivist) as work:
            case = Case(work, reporting.get(work, self.play.number), self.archive.settings)
            return [person.id for person in case.persons]

    def reopened(self, most: int | None = None) -> None:
        """Take the case up again an hour later: it was the wrong file."""
        self.clock.forward(hours=1)
        with self.archive.write(self.archivist) as work:
            incident = reporting.get(work, self.play.number)
            ids = [item.id for item in reporting.items(work, incident)][:most]
            reporting.reopen(work, incident, ids, "Det var fel akt")

    def now(self) -> str:
        """Return this moment as forms hold it."""
        with self.archive.read(self.archivist) as work:
            return work.now.isoformat(timespec="seconds")

    def lost(self) -> None:
        """Search with three, and decide that it is lost."""
        self.searched()
        self.given_up()

    def given_up(self) -> None:
        """Search with two more, and decide that what is missing is lost."""
        do = self.play.do
        do(self.archivist, "record_checks")
        do(self.manager, "decide_notification", notify="yes")
        do(self.archivist, "notify_imy", ended="ongoing")
        for login, step in (("andra", "second_search"), ("tredje", "wide_search")):
            self.clock.forward(days=1)
            do(a_colleague(self.archive, login, Role.ARCHIVIST), step, result="nothing")
        do(a_colleague(self.archive, "delegaten", Role.DELEGATE), "decide", outcome="declared_lost")


def searching(tale: Tale) -> None:
    """Nothing is found."""
    tale.reported()
    tale.searched()
    tale.answered()


def wants_decision(tale: Tale) -> None:
    """Nothing is found, and the advocate wants a decision."""
    tale.reported()
    tale.searched()
    tale.answered(wanted="yes")


def waits_inside(tale: Tale) -> None:
    """Nothing is found, and whoever waits has not asked for the document."""
    tale.reported()
    tale.searched()
    tale.answered(wanted="none_asked")


def said_found(tale: Tale) -> None:
    """The first search found it and nobody has confirmed that; the advocate has had no answer."""
    tale.reported()
    tale.searched("all_found")


def seen_after_answer(tale: Tale) -> None:
    """It was scanned after the advocate was told that it is searched for."""
    tale.reported()
    tale.searched()
    tale.answered()
    tale.claimed()


def not_it(tale: Tale) -> None:
    """What was seen was not it."""
    seen_after_answer(tale)
    tale.play.do(tale.archivist, "confirm_find", files=(tale.file.stream,), right="no")


def closed_short(tale: Tale) -> None:
    """It was found at once, the advocate was told, and the case is closed the short way."""
    tale.reported()
    tale.searched("all_found")
    tale.answered(LATE)
    tale.play.do(tale.manager, "short_confirm", confirmed="yes")


def reopened_short(tale: Tale) -> None:
    """It was closed the short way, and taken up again since it was another file."""
    closed_short(tale)
    tale.reopened()


def reopened(tale: Tale) -> None:
    """It was found and confirmed, and taken up again since it was another file."""
    damaged(tale)
    tale.reopened()


def found_before_answer(tale: Tale) -> None:
    """It was found and confirmed before the advocate had any answer."""
    tale.reported()
    tale.searched()
    tale.confirmed()


def found_after_answer(tale: Tale) -> None:
    """It was found and confirmed after the advocate was told that it is searched for."""
    tale.reported()
    tale.searched()
    tale.answered(wanted="yes")
    tale.confirmed()


def damaged(tale: Tale) -> None:
    """It was found damaged."""
    tale.reported()
    tale.searched()
    tale.answered()
    tale.confirmed("damaged")


def incomplete(tale: Tale) -> None:
    """It was found in part: the rest is missing still."""
    tale.reported()
    tale.searched()
    tale.answered()
    tale.confirmed("")


def part_found(tale: Tale) -> None:
    """One of two was found."""
    tale.reported(files=2)
    tale.searched()
    tale.answered()
    tale.confirmed()


def mistaken(tale: Tale) -> None:
    """It never was missing: it had been destroyed according to plan."""
    tale.reported()
    tale.searched()
    tale.answered()
    tale.clock.forward(days=1)
    with tale.archive.write(tale.manager) as work:
        incident = reporting.get(work, tale.play.number)
        items = [item.id for item in reporting.items(work, incident)]
        reporting.mistaken(work, incident, items, "disposed", "gallringsprotokoll", "i akten")


def declared_lost(tale: Tale) -> None:
    """It was decided that it is lost."""
    tale.reported()
    tale.answered()
    tale.lost()


def rebuilt(tale: Tale) -> None:
    """It is lost, and copies of what it held were collected."""
    declared_lost(tale)
    tale.play.do(tale.archivist, "reconstruct", sources=("courts",))


def seen_after_lost(tale: Tale) -> None:
    """It was scanned after it was declared lost."""
    declared_lost(tale)
    tale.clock.forward(days=1)
    tale.claimed()


def found_after_lost(tale: Tale) -> None:
    """It was found after it was declared lost."""
    declared_lost(tale)
    tale.confirmed()


STATES = (
    searching,
    wants_decision,
    waits_inside,
    said_found,
    seen_after_answer,
    not_it,
    reopened_short,
    reopened,
    closed_short,
    found_before_answer,
    found_after_answer,
    damaged,
    incomplete,
    part_found,
    mistaken,
    declared_lost,
    rebuilt,
    seen_after_lost,
    found_after_lost,
)
SOUGHT = (searching, wants_decision, waits_inside, not_it, reopened_short, reopened)
SAID = (said_found, seen_after_answer, seen_after_lost)
SOME = (part_found, incomplete)
BACK = (closed_short, found_before_answer, found_after_answer, damaged, found_after_lost)
GONE = (declared_lost, rebuilt, seen_after_lost)
# What was sent to IMY stays as it was: of what came after it was declared lost the supplement tells.
NOTIFIED = (*SOUGHT, *SOME, *GONE, found_after_lost)
OFFERED = (*SOUGHT[:1], *SOUGHT[3:], said_found, seen_after_answer, *GONE, *SOME, mistaken)
EVERY = frozenset(P) - {P.IMY_SUPPLEMENT, P.REFUSAL}
TELLING = (P.ANSWER, P.LETTER, P.POLICE_REPORT, P.LEX_SARAH_REPORT, P.LEX_SARAH_INVESTIGATION)
OF_ALL = tuple(paper for paper in TELLING if paper is not P.LETTER)  # a letter without a name goes to any


@dataclass(frozen=True)
class Sentence:
    """What papers say in some states, in both languages, and in no other."""

    sv: str
    en: str
    papers: tuple[IncidentPaper, ...]
    states: tuple[Callable[[Tale], None], ...]


SENTENCES = (
    Sentence(
        "Vi letar fortfarande efter den", "We are still searching for it", OF_ALL, (*SOUGHT, part_found)
    ),
    Sentence("Vi letar fortfarande efter den", "We are still searching for it", (P.LETTER,), SOUGHT),
    Sentence(
        "Vi letar fortfarande efter resten", "We are still searching for the rest", TELLING, (incomplete,)
    ),
    Sentence("En del hittades igen den 24", "Some of it was found again on Nov", TELLING, (incomplete,)),
    Sentence(
        "Så står det till med din akt: _", "How it stands with your file: _", (P.LETTER,), (part_found,)
    ),
    Sentence("uppges den ha hittats", "it is said to have been found", TELLING, SAID),
    Sentence("Vi kontrollerar om det stämmer", "We are checking whether that is right", TELLING, SAID),
    Sentence("Den hittades igen den 2", "It was found again on November 2", OF_ALL, (*BACK, part_found)),
    Sentence("Den hittades igen den 2", "It was found again on November 2", (P.LETTER,), BACK),
    Sentence("Den är skadad.", "It is damaged.", TELLING, (damaged,)),
    Sentence("Delar av den saknas.", "Parts of it are missing.", TELLING, (incomplete,)),
    Sentence("ska anses förlorad", "is to be regarded as lost", TELLING, GONE),
    Sentence("aldrig var borta", "never was missing", TELLING, (mistaken,)),
    Sentence("Den var gallrad enligt plan", "It had been destroyed according to", TELLING, (mistaken,)),
    Sentence("Senast", "Not later than", (P.ANSWER,), (*SOUGHT, said_found, seen_after_answer, *SOME)),
    Sentence("När det är kontrollerat", "When that is checked", (P.ANSWER,), SAID),
    Sentence("Vi prövar vilka delar", "We judge which parts of it", (P.ANSWER,), BACK),
    Sentence("hör av oss om den hittas", "tell you if it is found", (P.ANSWER,), (declared_lost, rebuilt)),
    Sentence("De kan begäras ut", "They can be asked for", (P.ANSWER,), (rebuilt,)),
    Sentence("Vill du ha ett beslut", "If you want one", (P.ANSWER,), OFFERED),
    Sentence(
        "Du har begärt ett beslut",
        "You have asked for a decision",
        (P.ANSWER,),
        (wants_decision, found_after_answer),
    ),
    Sentence("Lämnar vi inte ut allt", "If we do not hand out all of it", (P.ANSWER,), BACK),
    Sentence(EARLY, EARLY, (P.ANSWER,), SOUGHT[:3]),
    Sentence(LATE, LATE, (P.ANSWER,), (closed_short,)),
    Sentence(
        "Vi hör av oss om akten hittas",
        "We tell you if the file is found",
        (P.LETTER,),
        (*SOUGHT, *GONE, incomplete),
    ),
    Sentence("Den pågår", "It is going on", (P.IMY_NOTIFICATION,), NOTIFIED),
    Sentence(
        "inte går att hitta",
        "that cannot be found",
        (P.IMY_NOTIFICATION,),
        NOTIFIED,
    ),
    Sentence("uppges vara hittad", "is said to have been found", (P.IMY_NOTIFICATION,), SAID[:2]),
    Sentence("Ingen incident", "There was no breach", (P.IMY_NOTIFICATION,), (mistaken,)),
    Sentence(
        "Vad som saknas, var",
        "What is missing, where",
        (P.POLICE_REPORT,),
        (*SOUGHT, *GONE, said_found, seen_after_answer, *SOME),
    ),
    Sentence("Vad som saknades, var", "What was missing, where", (P.POLICE_REPORT,), (*BACK, mistaken)),
)


@pytest.fixture
def tale(archive: Archive, archivist: Actor, clock: SetClock) -> Tale:
    """Give an incident that has not begun."""
    return Tale(archive, clock, archivist, a_colleague(archive, "chefen", Role.MANAGER, unit=UNIT))


def read(client: FlaskClient, tale: Tale, paper: IncidentPaper, language: str, **of: int) -> str:
    """Return the words of a paper."""
    more = "".join(f"&{name}={value}" for name, value in of.items())
    if paper in {P.ANSWER, P.REFUSAL}:  # to somebody who waits for all of it
        with tale.archive.read(tale.archivist) as work:
            items = reporting.items(work, reporting.get(work, tale.play.number))
        more += "".join(f"&item={item.id}" for item in items)
    got = client.get(f"/incidents/{tale.play.number}/papers/{paper.value}.pdf?language={language}{more}")
    assert got.status_code == 200, (paper, got.status_code)
    words = subprocess.run(["pdftotext", "-raw", "-", "-"], input=got.data, capture_output=True, check=True)
    return " ".join(words.stdout.decode().split())


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_no_paper_says_what_is_not_true_now_and_each_says_what_is(
    tale: Tale, sign_in: SignIn, state: Callable[[Tale], None]
) -> None:
    state(tale)
    client = sign_in(Role.ARCHIVIST)
    wrong = []
    # What was never decided on does not exist once the case is closed.
    made = {P.ANSWER} if state is closed_short else EVERY
    for language in LOCALES:
        papers = {paper: read(client, tale, paper, language) for paper in made}
        for one in SENTENCES:
            words = one.sv if language == "sv" else one.en
            wrong += [
                (paper.value, words, "missing" if state in one.states else "untrue")
                for paper in one.papers
                if paper in made and (words in papers[paper]) != (state in one.states)
            ]
    assert not wrong, "\n".join(map(str, wrong))


def test_every_sentence_is_true_in_some_state() -> None:
    assert [one.sv for one in SENTENCES if not set(one.states) & set(STATES)] == []


def test_a_refusal_is_not_made_of_what_was_found_or_never_missing(tale: Tale, sign_in: SignIn) -> None:
    wants_decision(tale)
    address = f"/incidents/{tale.play.number}/papers/refusal_decision.pdf"
    client = sign_in(Role.ARCHIVIST)
    assert client.get(address).status_code == 200
    tale.confirmed()
    said = "Handlingen finns, eller var aldrig borta"
    refused = sign_in(Role.ARCHIVIST).get(address)
    assert (refused.status_code, said in refused.text) == (409, True)
    step = f"/incidents/{tale.play.number}/steps/refusal_decision"
    said_there = {"decided_on": tale.now()[:10], "appeal": "yes", "decision": "i akten"}
    form = {**said_there, step_form.SHOWN: list(said_there)}
    delegate = sign_in(Role.DELEGATE)
    assert said not in delegate.get(step).text
    assert said in delegate.post(step, data=form).text
    assert "refusal_decision" in tale.play.open(tale.manager), "it is still to be done, or not needed"


def test_a_refusal_decided_before_the_find_may_be_written_down_after_it(tale: Tale, sign_in: SignIn) -> None:
    wants_decision(tale)
    tale.clock.forward(hours=1)
    decided_at = datetime.fromisoformat(tale.now())
    tale.confirmed()
    with tale.archive.read(tale.manager) as work:
        incident = reporting.get(work, tale.play.number)
        answers = tale.play.answers(work, incident, tale.manager, "refusal_decision", {"appeal": "yes"})

    def decide(done_at: datetime | None) -> None:
        with tale.archive.write(tale.manager) as work:
            incident = reporting.get(work, tale.play.number)
            reporting.complete(work, incident, "refusal_decision", answers, done_at=done_at)

    with pytest.raises(Conflict, match="nothing_to_refuse"):
        decide(None)
    decide(decided_at)
    words = "Beslutet fattades innan detta hände: Den hittades igen den 24 november 2026."
    assert words in read(sign_in(Role.ARCHIVIST), tale, P.REFUSAL, "sv")


def test_a_refusal_that_does_not_say_how_to_appeal_is_not_made(tale: Tale) -> None:
    wants_decision(tale)
    with pytest.raises(Invalid) as refused:
        tale.play.do(tale.manager, "refusal_decision", appeal="no")
    assert (refused.value.code, refused.value.field) == ("appeal_not_told", "appeal")
    assert "refusal_decision" in tale.play.open(tale.manager)
    tale.play.do(tale.manager, "refusal_decision", appeal="yes")
    assert "refusal_decision" not in tale.play.open(tale.manager)


def test_a_letter_offers_no_decision_that_is_made_already(tale: Tale, sign_in: SignIn) -> None:
    tale.reported()
    tale.answered(wanted="yes")
    tale.play.do(tale.manager, "refusal_decision")
    tale.clock.forward(hours=1)
    tale.lost()
    tale.play.do(tale.archivist, "final_answer", answer="Den är förlorad.", decision_wanted="no")
    letter = read(sign_in(Role.ARCHIVIST), tale, P.ANSWER, "sv")
    assert "Vi fattade beslut om din begäran" in letter
    assert "Vill du ha ett beslut" not in letter
    assert "refusal_decision" not in tale.play.open(tale.manager)


def test_a_refusal_made_before_the_find_says_that_it_was(tale: Tale, sign_in: SignIn) -> None:
    wants_decision(tale)
    tale.play.do(tale.manager, "refusal_decision", appeal="yes")
    before = read(sign_in(Role.ARCHIVIST), tale, P.REFUSAL, "sv")
    tale.confirmed()
    client = sign_in(Role.ARCHIVIST)
    after = read(client, tale, P.REFUSAL, "sv")
    words = "Beslutet fattades innan detta hände: Den hittades igen den 24 november 2026."
    assert (words in before, words in after) == (False, True)
    answer = read(client, tale, P.ANSWER, "sv")
    assert "Lämnar vi inte ut allt" in answer


def test_a_supplement_tells_imy_of_the_loss_then_of_what_is_said_to_be_found_then_of_the_find(
    tale: Tale, sign_in: SignIn
) -> None:
    words = ("konstaterad förlorad", "uppges den ha hittats", "Då upphörde incidenten")
    declared_lost(tale)
    told = [read(sign_in(Role.ARCHIVIST), tale, P.IMY_SUPPLEMENT, "sv")]
    tale.claimed()
    told.append(read(sign_in(Role.ARCHIVIST), tale, P.IMY_SUPPLEMENT, "sv"))
    tale.confirmed()
    told.append(read(sign_in(Role.ARCHIVIST), tale, P.IMY_SUPPLEMENT, "sv"))
    assert [[one in text for one in words] for text in told] == [
        [True, False, False],
        [True, True, False],
        [False, False, True],
    ]


def test_a_supplement_tells_imy_what_a_part_was_found_of_and_that_the_breach_goes_on(
    tale: Tale, sign_in: SignIn
) -> None:
    tale.reported()
    tale.searched()
    tale.play.do(tale.manager, "decide_notification", notify="yes")
    tale.play.do(tale.archivist, "notify_imy", ended="ongoing")
    tale.clock.forward(days=1)
    tale.claimed()
    told = {"found_part": "12 av 40 handlingar", "missing_part": "28 handlingar"}
    find = {"found_at": tale.now(), "exposed": "no", **told}
    tale.play.do(tale.archivist, "confirm_find", files=(tale.file.stream,), right="part", **find)
    text = read(sign_in(Role.ARCHIVIST), tale, P.IMY_SUPPLEMENT, "sv")
    of_part = "Kan andra ha läst det som hittats av den? nej"
    said = ["Incidenten har inte upphört: resten eftersöks", of_part, *told.values()]
    assert [one for one in said if one not in text] == []
    assert "Då upphörde incidenten" not in text  # as it says of a find of all of it
    assert tale.play.open(tale.archivist).count("after_find") == 1


def test_a_paper_that_is_decided_not_to_be_sent_says_so_and_not_that_it_is_a_draft(
    tale: Tale, sign_in: SignIn
) -> None:
    tale.reported()
    tale.searched()
    tale.play.do(tale.manager, "decide_notification", notify="yes")
    tale.play.do(tale.archivist, "screen_risk", crime="yes")
    papers = (P.LETTER, P.POLICE_REPORT)
    client = sign_in(Role.ARCHIVIST)
    before = [read(client, tale, paper, "sv") for paper in papers]
    tale.play.do(tale.manager, "decide_inform", high_risk="no", inform="no")
    tale.play.do(tale.manager, "police_report", reported="no")
    client = sign_in(Role.ARCHIVIST)
    after = [read(client, tale, paper, "sv") for paper in papers]
    assert [("UTKAST" in one, "SKICKAS INTE" in one) for one in (*before, *after)] == [
        *[(True, False)] * 2,
        *[(False, True)] * 2,
    ]


def test_a_report_tells_what_was_searched_at_once_and_a_letter_that_it_is_investigated(
    tale: Tale, sign_in: SignIn
) -> None:
    tale.reported()
    tale.searched()
    tale.play.do(tale.archivist, "lex_sarah_report")
    papers = (P.LEX_SARAH_REPORT, P.LETTER)
    client = sign_in(Role.ARCHIVIST)
    before = [read(client, tale, paper, "sv") for paper in papers]
    tale.clock.forward(days=2)
    other = a_colleague(tale.archive, "sökaren", Role.ARCHIVIST)
    tale.play.do(other, "second_search", result="nothing")
    lex = a_colleague(tale.archive, "lexan", Role.LEX_SARAH_OFFICER)
    tale.play.do(lex, "lex_sarah_investigation", serious="none")
    client = sign_in(Role.ARCHIVIST)
    after = [read(client, tale, paper, "sv") for paper in papers]
    once, twice = "1 sökning, av 1 person", "2 sökningar, av 2 personer"
    assert [(once in one[0], twice in one[0]) for one in (before, after)] == [(True, False)] * 2
    words = ("Vi utreder hur", "Vi har utrett hur", "en gång; 1 person deltog", "2 gånger; 2 personer deltog")
    said = [[one in letter for one in words] for letter in (before[1], after[1])]
    assert said == [[True, False, True, False], [False, True, False, True]]


def test_a_letter_after_the_find_tells_what_it_meant_as_judged_since(tale: Tale, sign_in: SignIn) -> None:
    absence, since = "Barnet får vänta så länge akten saknas", "Ingen har läst den"
    tale.reported()
    tale.searched()
    tale.play.do(tale.manager, "decide_notification", notify="yes", effects=absence)
    told = [read(sign_in(Role.ARCHIVIST), tale, P.LETTER, "sv")]
    tale.confirmed()
    told.append(read(sign_in(Role.ARCHIVIST), tale, P.LETTER, "sv"))
    tale.play.do(tale.archivist, "after_find", consequences=since)
    told.append(read(sign_in(Role.ARCHIVIST), tale, P.LETTER, "sv"))
    tale.reopened()
    told.append(read(sign_in(Role.ARCHIVIST), tale, P.LETTER, "sv"))
    assert [(absence in one, since in one) for one in told] == [
        (True, False),
        (False, False),
        (False, True),
        (True, False),
    ]


def test_a_supplement_tells_imy_that_it_is_searched_for_again(tale: Tale, sign_in: SignIn) -> None:
    tale.reported()
    tale.searched()
    tale.play.do(tale.manager, "decide_notification", notify="yes")
    tale.confirmed()
    tale.play.do(tale.archivist, "notify_imy", ended="ended", ended_at=tale.now())
    client, both = sign_in(Role.ARCHIVIST), (P.IMY_NOTIFICATION, P.IMY_SUPPLEMENT)
    before = [read(client, tale, paper, "sv") for paper in both]
    tale.reopened()
    client = sign_in(Role.ARCHIVIST)
    after = [read(client, tale, paper, "sv") for paper in both]
    words = "Den pågår", "Vi letar fortfarande efter den."
    assert [one in text for one, text in zip(words, before, strict=True)] == [False, False]
    assert [one in text for one, text in zip(words, after, strict=True)] == [False, True]  # sent is sent


def test_papers_for_all_that_is_missed_tell_each_file_where_one_is_lost_and_another_sought_again(
    tale: Tale, sign_in: SignIn
) -> None:
    tale.reported(files=2)
    tale.searched()
    tale.confirmed()
    tale.other_confirmed("no", right="part")
    tale.given_up()
    tale.reopened(most=1)
    with tale.archive.read(tale.archivist) as work:
        case = Case(work, reporting.get(work, tale.play.number), tale.archive.settings)
        first, other = (case.files[item.file_id or 0].code for item in case.items)
    said = {
        "sv": (
            f"{first}: Vi letar fortfarande efter den. {other}: En del hittades igen den 24 november 2026. "
            "Delar av den saknas. Den 26 november 2026 beslutades att resten ska anses förlorad."
        ),
        "en": (
            f"{first}: We are still searching for it. {other}: Some of it was found again on "
            "November 24, 2026. Parts of it are missing. On November 26, 2026 it was decided that the rest "
            "is to be regarded"
        ),
    }
    client = sign_in(Role.ARCHIVIST)
    papers = [(paper, language) for paper in OF_ALL for language in LOCALES]
    texts = {of: read(client, tale, *of) for of in papers}
    assert [of for of in papers if said[of[1]] not in texts[of]] == []
    until = [words in texts[P.ANSWER, "sv"] for words in ("Senast", "Vi hör av oss om den hittas")]
    assert until == [True, False]
    letters = [read(client, tale, P.LETTER, "sv", person=one) for one in tale.concerned()]
    assert ["ska anses förlorad" in one for one in letters] == [False, True]
    supplement = read(client, tale, P.IMY_SUPPLEMENT, "sv")
    assert said["sv"] in supplement


def test_a_letter_of_a_file_partly_missing_says_that_nobody_read_what_was_found_and_not_the_rest(
    tale: Tale, sign_in: SignIn
) -> None:
    tale.reported()
    tale.searched()
    tale.confirmed("")
    found, rest = "Vi bedömer att ingen obehörig har läst det som hittats", "Om resten vet vi inte"
    client = sign_in(Role.ARCHIVIST)
    told = [read(client, tale, P.LETTER, "sv", person=tale.concerned()[0])]
    told.append(read(client, tale, P.LETTER, "sv"))
    tale.confirmed()
    told.append(read(sign_in(Role.ARCHIVIST), tale, P.LETTER, "sv"))
    assert [[one in text for one in (READING[0], found, rest)] for text in told] == [
        *[[False, True, True]] * 2,
        [True, False, False],
    ]


def test_a_letter_tells_each_person_of_their_own_file(tale: Tale, sign_in: SignIn) -> None:
    part_found(tale)
    client = sign_in(Role.ARCHIVIST)
    told = [read(client, tale, P.LETTER, "sv", person=one) for one in tale.concerned()]
    assert ["Den hittades igen" in one for one in told] == [True, False]
    assert ["Vi letar fortfarande efter den" in one for one in told] == [False, True]


@pytest.mark.parametrize(("second", "of_all"), [("yes", []), ("no", READING[:1]), (None, [])])
def test_a_letter_without_a_name_says_of_reading_only_what_holds_for_every_file(
    tale: Tale, sign_in: SignIn, second: str | None, of_all: Sequence[str]
) -> None:
    tale.reported(files=2)
    tale.searched()
    tale.confirmed()
    if second:
        tale.other_confirmed(second)
    client = sign_in(Role.ARCHIVIST)
    general = read(client, tale, P.LETTER, "sv")
    assert [one for one in READING if one in general] == list(of_all)
    assert ("Så står det till med din akt" in general) == (second is None)
    told = [read(client, tale, P.LETTER, "sv", person=one) for one in tale.concerned()]
    assert all(any(one in text for one in READING) for text in told)
    assert [READING[0] in text for text in told] == [True, second == "no"]


@pytest.mark.parametrize(
    ("state", "standing"),
    [(found_after_answer, "Vi prövar vilka delar"), (declared_lost, "Vi hör av oss om den hittas")],
    ids=lambda one: one.__name__ if callable(one) else "",
)
def test_a_final_answer_is_the_last_word_and_bears_the_day_it_was_given(
    tale: Tale, sign_in: SignIn, state: Callable[[Tale], None], standing: str
) -> None:
    state(tale)
    papers = [read(sign_in(Role.ARCHIVIST), tale, P.ANSWER, "sv")]
    tale.clock.forward(hours=1)
    with speaking("sv"):
        given = "Dag " + day(local_date(tale.clock.now))
    tale.play.do(tale.archivist, "final_answer", answer="UTDRAGET SKICKAS I DAG", decision_wanted="no")
    tale.clock.forward(days=3)
    papers.append(read(sign_in(Role.ARCHIVIST), tale, P.ANSWER, "sv"))
    with tale.archive.write(tale.archivist) as work:
        reporting.start(work, reporting.get(work, tale.play.number), "new_request")
    tale.play.do(tale.archivist, "new_request", asker="Ny", answer="NYTT", decision_wanted="no")
    papers.append(read(sign_in(Role.ARCHIVIST), tale, P.ANSWER, "sv"))
    found = [
        [words in paper for words in (standing, "När du hör av oss igen", "UTDRAGET SKICKAS", given)]
        for paper in papers
    ]
    assert found[1:] == [[False, False, True, True], [True, True, False, False]]
    assert found[0][:3] == [True, True, False]


def test_a_final_answer_given_in_the_minute_of_another_is_printed_as_given_whatever_happens_later(
    tale: Tale, sign_in: SignIn
) -> None:
    tale.reported()
    tale.searched()
    do, minute = tale.play.do, tale.now()[:16] + tale.now()[19:]
    do(tale.archivist, "interim_answer", answer="Vi söker.", decision_wanted="no", answered_at=minute)
    tale.clock.forward(seconds=9)
    tale.claimed()
    do(tale.archivist, "confirm_find", right="yes", state="whole", exposed="no", found_at=tale.now())
    tale.clock.forward(seconds=9)
    do(tale.archivist, "final_answer", answer=LATE, decision_wanted="no", answered_at=minute)
    given = read(sign_in(Role.ARCHIVIST), tale, P.ANSWER, "sv")
    words = (LATE, "Vi söker.", "Vi prövar vilka delar", "Dag 23 november 2026")
    assert [one in given for one in words] == [True, False, False, True]
    tale.clock.forward(days=3)
    do(tale.archivist, "after_find")
    assert "final_answer" in tale.play.open(tale.archivist)
    assert read(sign_in(Role.ARCHIVIST), tale, P.ANSWER, "sv").split("Dag")[1] == given.split("Dag")[1]
    tale.reopened()
    again = read(sign_in(Role.ARCHIVIST), tale, P.ANSWER, "sv")
    assert [one in again for one in (LATE, "Vi letar fortfarande efter den")] == [False, True]


def test_what_was_written_of_a_find_that_was_none_is_neither_printed_nor_filled_in_any_more(
    tale: Tale, sign_in: SignIn
) -> None:
    facts, effects = "Akten var borta en kvart och är funnen", "Inga, akten är funnen"
    texts = {"facts": facts, "effects": effects, "measures": "Akten åter i boxen"}
    tale.reported()
    tale.claimed()
    found = {"state": "whole", "exposed": "no", "found_at": tale.now()}
    tale.play.do(tale.archivist, "confirm_find", right="yes", **found)
    tale.play.do(tale.manager, "decide_notification", notify="no", why_not="Funnen", **texts)
    lay, none = "Akten låg bakom boxen", "inget missförhållande"
    tale.play.do(tale.archivist, "lex_sarah_report", what=lay)
    lex = a_colleague(tale.archive, "lexan", Role.LEX_SARAH_OFFICER)
    tale.play.do(lex, "lex_sarah_investigation", findings=lay, serious="none")
    papers = {
        P.LETTER: [effects, texts["measures"]],
        P.LEX_SARAH_REPORT: [lay],
        P.LEX_SARAH_INVESTIGATION: [lay, none],
        P.IMY_NOTIFICATION: list(texts.values()),
    }

    def printed() -> list[bool]:
        client = sign_in(Role.ARCHIVIST)
        made = {paper: read(client, tale, paper, "sv") for paper in papers}
        return [words in made[paper] for paper, said in papers.items() for words in said]

    def drafts() -> list[bool]:
        client = sign_in(Role.ARCHIVIST)
        return ["UTKAST" in read(client, tale, paper, "sv") for paper in list(papers)[1:3]]

    def filled() -> set[object]:
        with tale.archive.read(tale.archivist) as work:
            incident = reporting.get(work, tale.play.number)
            return {*prefills.for_step(work, incident, "notify_imy", tale.archive.settings).values()}

    assert all(printed())
    assert drafts() == [False, False]
    assert filled() >= set(texts.values())
    tale.reopened()
    assert not any(printed())
    assert drafts() == [True, True]
    assert filled().isdisjoint(texts.values())
    tale.play.do(tale.archivist, "lex_sarah_report", what=lay)
    assert lay in read(sign_in(Role.ARCHIVIST), tale, P.LEX_SARAH_REPORT, "sv")
