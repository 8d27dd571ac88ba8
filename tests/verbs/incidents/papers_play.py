"""An incident told as far as its papers need it: what people wrote names those the file is about."""

from dataclasses import dataclass, replace
from datetime import datetime
from unicodedata import normalize

from archive.incidents import reporting
from archive.incidents.reporting import MissReport
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, Person
from archive.vocabulary import Protection, Role
from tests.builders import SetClock, a_box, a_file, a_person, a_shelf
from tests.remembering import remembered, remembering
from tests.verbs.incidents.incident_play import Play, a_colleague, a_unit

UNIT = "Barn och familj"
ASKER = "Advokat Nilsson"
# However a name, number or reference is written among other words.
WRITTEN = (
    "Hos {family}s kollega låg {given} {family}, {number}, nr {reference}; {FAMILY}-ärendet och {spaced}, "
    "även {decomposed} och {hidden}."
)


@dataclass
class Story:
    """One incident, whom its file is about, and who works on it."""

    play: Play
    file: CaseFile
    persons: list[Person]
    archivist: Actor
    manager: Actor
    number: int

    def written(self, person: Person, digits: str) -> str:
        """Return a text that names a person in every way we know."""
        return written(person.family_name, person.given_name, digits, self.file.reference)


def written(family: str, given: str, digits: str, reference: str) -> str:
    """Return a text that names somebody in every way we know."""
    return WRITTEN.format(
        family=family,
        given=given,
        FAMILY=family.upper(),
        number=f"{digits[2:8]}-{digits[8:]}",
        spaced=f"{digits[:8]} {digits[8:]}",
        reference=f"{reference[:1].lower()} {reference[1:]}",
        decomposed=normalize("NFD", family),
        hidden=f"{family[:2]}\u00ad{family[2:]}",
    )


@remembering
def reported(
    archive: Archive,
    archivist: Actor,
    clock: SetClock,
    protection: Protection = Protection.NONE,
    **moments: datetime | None,
) -> Story:
    """Report a file of two persons, the second with this protection, for somebody who waits."""
    manager = a_colleague(archive, "chefen", Role.MANAGER, unit=UNIT)
    with archive.write(archivist) as work:
        persons = [
            a_person(work, "Åkerström", "Birgitta"),
            a_person(work, "von Ödeblad-Quist", "Zäta", protection=protection),
        ]
        file = a_file(work, a_box(work, a_shelf(work)), *persons, reference="P0001234")
        file.unit_id = a_unit(work, UNIT)
        work.session.flush()
        said = MissReport(file_ids=(file.id,), waiting=ASKER, circumstances="Zätas akt")
        said = replace(said, **moments)  # type: ignore[arg-type]
        number = reporting.report(work, said).id
    clock.forward(hours=2)
    return Story(Play(archive, number), file, persons, archivist, manager, number)


def decided(story: Story, clock: SetClock, about: str = "") -> None:
    """Take the steps that decide: IMY, those concerned, the police, lex Sarah; each text says `about`."""
    remembered(story.play.archive, ("decided", about), lambda: _decide(story, clock, about))


def _decide(story: Story, clock: SetClock, about: str) -> None:
    do, archivist, manager = story.play.do, story.archivist, story.manager
    protected = "no" if story.persons[1].protection is Protection.NONE else "yes"
    do(manager, "screen_risk", protected=protected, child="no", crime="yes", risk=about or "röjs")
    do(archivist, "secure_room", stopped=("bins", "keys"), signs="yes")
    do(archivist, "first_search", result="nothing", searched=about or "boxen", minutes=20)
    do(archivist, "record_checks", checked=("aliases", "loans"), traces=about or "inga")
    texts = {"facts": f"FAKTA {about}", "effects": f"FÖLJDER {about}", "measures": f"ÅTGÄRDER {about}"}
    do(manager, "decide_notification", notify="yes", risk="high", **texts)
    do(archivist, "lex_sarah_report", what=f"HÄNDELSEN {about}", consequence=f"BETYDELSEN {about}")
    do(archivist, "interim_answer", decision_wanted="yes", answer=f"SVARET {about}")
    with story.play.archive.write(archivist) as work:
        reporting.start(work, reporting.get(work, story.number), "suspect_crime")
    do(archivist, "suspect_crime", what=f"LÅSET {about}")
    do(manager, "decide_inform", high_risk="yes", inform="yes", reason=about or "hög risk")
    clock.forward(hours=1)


def sent(story: Story, clock: SetClock, about: str = "") -> None:
    """Send what was decided, refuse the document, then find it two days later."""
    remembered(story.play.archive, ("sent", about), lambda: _send(story, clock, about))


def _send(story: Story, clock: SetClock, about: str) -> None:
    do, archivist, manager = story.play.do, story.archivist, story.manager
    lex = a_colleague(story.play.archive, "lexan", Role.LEX_SARAH_OFFICER)
    do(
        archivist,
        "notify_imy",
        part="first_part",
        nature=f"FAKTA {about}",
        consequences=f"FÖLJDER {about}",
        actions=f"ÅTGÄRDER {about}",
        groups=("clients",),
        kinds=("health",),
        persons=3,
        ended="ongoing",
        informed="coming",
    )
    do(manager, "refusal_decision", appeal="yes")
    do(manager, "police_report", reported="yes", number="K-123", named="no")
    clock.forward(days=2)
    other = a_colleague(story.play.archive, "sökaren", Role.ARCHIVIST)
    do(other, "second_search", result="all_found", searched=about or "grannen", minutes=40)
    do(
        archivist,
        "confirm_find",
        right="yes",
        how="search",
        where=about or "i boxen bredvid",
        in_cover="no",
        state="whole",
        exposed="unknown",
        readers=about or "städare",
    )
    do(archivist, "after_find", away="två dygn", consequences=f"EFTERÅT {about}")
    do(
        lex,
        "lex_sarah_investigation",
        findings=f"FUNNET {about}",
        serious="serious",
        reason=about or "känsligt",
    )
    do(manager, "inform_persons", persons=2, how=("phone",))
