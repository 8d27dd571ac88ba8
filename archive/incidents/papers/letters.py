"""Letters about a file that cannot be found: to a person concerned, to whoever waits, and the refusal."""

from collections.abc import Iterator

from archive.incidents.letters import course as search_course
from archive.incidents.letters.cases import day
from archive.incidents.letters.letters import PersonLetter, Refusal, WaitingAnswer
from archive.incidents.papers import frame
from archive.incidents.papers.frame import LINE, by_hand, made_on
from archive.kernel.config import Settings
from archive.output.page import Report
from archive.vocabulary import OthersRead
from archive.vocabulary.wording import _, ngettext


def letter(told: PersonLetter, settings: Settings) -> bytes:
    """Return a letter to a person concerned as PDF, in plain words (GDPR art. 34)."""
    heading = told.heading
    paper = frame.begin(_("Information about your personal data"), heading, settings)
    if told.safe:
        paper.mark(
            _(
                "Protected personal data: handed over only in the safe way known from before. Never by post, "
                "never to the registered address, never through somebody else in the family. No address here."
            )
        )
    frame.facts(paper, _addressed(told))
    paper.heading(_("What has happened"))
    paper.paragraph(_happened(told))
    paper.heading(_("What it may mean for you"))
    for sentence in _read(told):
        paper.paragraph(sentence)
    frame.text(paper, told.effects)
    paper.heading(_("What we do"))
    frame.points(paper, _doing(told))
    if told.measures:
        paper.paragraph(told.measures)
    paper.heading(_("What you can do"))
    frame.points(paper, _yours())
    paper.heading(_("Whom to contact"))
    frame.facts(
        paper,
        [
            (_("Questions about what has happened"), by_hand(_contact(told))),
            (_("Our data protection officer"), by_hand(heading.dpo_contact)),
        ],
    )
    paper.signatures([_("Kind regards")])
    return paper.pdf()


def _addressed(told: PersonLetter) -> Iterator[tuple[str, object]]:
    yield _("To"), by_hand(told.addressee)
    if told.label:
        yield _("Letter"), told.label
    if not told.safe:
        yield _("Address"), LINE
        yield "", LINE
    yield _("Day"), made_on(told.heading)
    yield _("Our reference"), by_hand(told.heading.diary_number)


def _contact(told: PersonLetter) -> str:
    return ", ".join(filter(None, (told.heading.contact_person, told.heading.contact_address)))


def _happened(told: PersonLetter) -> str:
    course = told.course
    missed = _(
        "A paper file with information about you could not be found on %(missed)s.",
        missed=day(course.missed_on),
    )
    if not told.alike:
        return "\n".join((missed, _("How it stands with your file: %(line)s", line=LINE)))
    return f"{missed} {search_course.told(course)}"


def _read(told: PersonLetter) -> Iterator[str]:
    if not told.known:
        return
    match told.others_read:
        case OthersRead.NO if told.rest:
            yield _("We judge that nobody without the right to has read what was found of it.")
            yield _("Of the rest we do not know whether anybody has read it.")
        case OthersRead.NO:
            yield _("We judge that nobody without the right to has read it.")
        case OthersRead.YES:
            yield _("Somebody without the right to may have read it, or parts of it.")
        case OthersRead.POSSIBLE:
            yield _("It cannot be ruled out that somebody without the right to has read it.")
        case None if not told.course.over:
            yield _("We do not know yet whether somebody without the right to has read it.")


def _doing(told: PersonLetter) -> Iterator[str]:
    course = told.course
    if course.searches:
        made = ngettext("once", "%(num)s times", course.searches)
        by = ngettext("%(num)s person", "%(num)s persons", course.searchers)
        yield _("We have searched %(made)s; %(by)s took part.", made=made, by=by)
    if told.secured:
        yield _("Done in the room it stood in: %(done)s.", done=told.secured)
    yield from _reported(told)
    if told.rebuilt:
        yield _("We have collected copies of what the file held, where there were any.")
    if not told.alike:
        return
    if course.seen_on and course.sought:
        yield _("We tell you what it was that was found.")
    elif not course.over:
        yield _("We tell you if the file is found.")


def _reported(told: PersonLetter) -> Iterator[str]:
    if told.notified:
        yield _("We have told the Swedish Authority for Privacy Protection (IMY).")
    if told.investigated:
        yield _("We have investigated how it could happen (lex Sarah).")
    elif told.lex_sarah:
        yield _("We investigate how it could happen (lex Sarah).")
    if told.police:
        yield _("We have reported it to the police.")


def _yours() -> Iterator[str]:
    yield _("You need do nothing for us to go on.")
    yield _("Contact us if you wonder about anything, or need an interpreter.")
    yield _("Contact us at once if somebody knows things about you that only stand in the file.")
    yield _("If you are afraid for your safety, phone us or the police: 114 14, in an emergency 112.")
    yield _("You may complain to IMY about how we handle your data: imy.se.")


def answer(told: WaitingAnswer, settings: Settings) -> bytes:
    """Return the answer to whoever waits for a document as PDF; it says what one can ask for next."""
    heading = told.heading
    paper = frame.begin(_("Answer to your request"), heading, settings)
    frame.facts(
        paper,
        [
            (_("To"), by_hand(told.asker)),
            (_("Day"), day(told.ended_on) if told.ended_on else made_on(heading)),
            (_("Our reference"), by_hand(heading.diary_number)),
        ],
    )
    paper.heading(_("The document"))
    missed = _("The document could not be found on %(missed)s.", missed=day(told.course.missed_on))
    paper.paragraph(f"{missed} {search_course.told(told.course)}")
    if told.said:
        paper.paragraph(told.said)
    if not told.ended_on:
        paper.heading(_("When you hear from us again"))
        for sentence in _next(told):
            paper.paragraph(sentence)
    if decision := _decision(told):
        paper.heading(_("You can have a decision"))
        paper.paragraph(decision)
    frame.facts(paper, [(_("Contact"), by_hand(heading.contact_address))])
    paper.signatures([_("Kind regards")])
    return paper.pdf()


def _next(told: WaitingAnswer) -> Iterator[str]:
    course, until = told.course, day(told.next_word) if told.next_word else LINE
    if course.over:
        yield (
            _("We judge which parts of it may be handed out, and tell you.")
            if course.found_on
            else _("We go on with your request as usual, and tell you.")
        )
        return
    if course.seen_on:
        yield _("When that is checked.")
    elif not course.sought:
        yield _("We tell you if it is found.")
    if course.sought:
        yield _("Not later than %(day)s.", day=until)
    if told.rebuilt:
        yield _("Copies of what it held have been collected. They can be asked for.")


def _decision(told: WaitingAnswer) -> str:
    """Say how whoever asked can have a decision to appeal against; nothing to those who asked for nothing."""
    if told.wanted == "none_asked":
        return ""
    wanted, answer = told.wanted == "yes", _("This is an answer, not a decision.")
    if told.course.over and told.course.found_on:
        return " ".join(filter(None, (answer, *_of_the_rest(wanted))))
    if told.refused_on:
        decided = _(
            "We have decided on your request, on %(day)s. The decision says how you appeal against it.",
            day=day(told.refused_on),
        )
    elif wanted:
        decided = _("You have asked for a decision. You get it in writing, and can appeal against it.")
    else:
        decided = _(
            "If you want one, we decide in writing, and you can appeal against the decision. "
            "Say so to us; you need give no reason."
        )
    return f"{answer} {decided}"


def _of_the_rest(wanted: bool) -> Iterator[str]:
    if wanted:
        yield _("You have asked for a decision.")
        yield _("If we do not hand out all of it, you get one in writing, and can appeal against it.")
    else:
        yield _(
            "If we do not hand out all of it, you can have a decision in writing to appeal against. "
            "Say so to us; you need give no reason."
        )


def refusal(told: Refusal, settings: Settings) -> bytes:
    """Return the decision as PDF, with how to appeal on a page of its own (OSL 6:3, 6:7 and 6:8)."""
    heading = told.heading
    paper = frame.begin(_("Decision: the document cannot be handed out"), heading, settings)
    for mark in _marks(told):
        paper.mark(mark)
    frame.facts(
        paper,
        [
            (_("To"), by_hand(told.asker)),
            (_("Day of the decision"), by_hand(day(told.decided_on))),
            (_("Diary number"), by_hand(heading.diary_number)),
            (_("The document asked for"), LINE),
        ],
    )
    paper.heading(_("Decision"))
    paper.paragraph(
        _(
            "%(board)s refuses the request for the document, since the document cannot be found.",
            board=heading.organisation or settings.authority,
        )
    )
    paper.heading(_("Reasons"))
    for reason in _reasons(told):
        paper.paragraph(reason)
    paper.signatures([_("Decided for the board: %(name)s", name=told.decider or "")])
    _appeal(paper, told)
    return paper.pdf()


def _marks(told: Refusal) -> Iterator[str]:
    """Say to whoever prints it what has become otherwise since, or is about to."""
    if told.now.over and told.decided_on:
        yield _("Decided before this: %(told)s", told=search_course.told(told.now))
    elif told.now.seen_on:
        yield _("First see what was found: %(told)s", told=search_course.told(told.now))


def _reasons(told: Refusal) -> Iterator[str]:
    course = told.course
    yield _(
        "Whoever asks for a public document has the right to have it, or the part of it that may be handed "
        "out (2 kap. tryckfrihetsförordningen). That demands that the authority has it at hand."
    )
    if course.searches:
        made = ngettext("once", "%(num)s times", course.searches)
        by = ngettext("by %(num)s person", "by %(num)s persons", course.searchers)
        yield _(
            "The document was missed on %(missed)s. It has been searched for %(made)s, %(by)s, "
            "last on %(last)s.",
            missed=day(course.missed_on),
            made=made,
            by=by,
            last=day(course.last_search),
        )
    else:
        yield _("The document was missed on %(missed)s.", missed=day(course.missed_on))
        yield _("How it has been searched for: %(line)s", line=LINE)
    if told.checked:
        yield _("These records have been checked: %(records)s.", records=told.checked)
    if told.systems:
        yield _("The case systems have been asked.")
    if told.recovered:
        yield _("Copies of what it held have been collected. They can be asked for.")
    if course.each:
        yield search_course.told(course)
    elif course.lost_on:
        yield _("On %(day)s it was decided that it is to be regarded as lost.", day=day(course.lost_on))
    yield _("If the document is found, the request is tried again if you wish.")


def _appeal(paper: Report, told: Refusal) -> None:
    heading = told.heading
    paper.new_page()
    paper.heading(_("How to appeal"))
    paper.paragraph(
        _(
            "You can appeal against this decision (6 kap. 7 and 8 §§ offentlighets- och sekretesslagen). "
            "Write to %(court)s, but send or hand the letter to us:",
            court=told.appeal_court or _("the administrative court of appeal (kammarrätten)"),
        )
    )
    frame.facts(
        paper,
        [
            (
                _("Send it to"),
                by_hand(", ".join(filter(None, (heading.organisation, heading.postal_address)))),
            ),
            (_("Or hand it in, or mail it, at"), by_hand(heading.contact_address)),
        ],
    )
    paper.subheading(_("When"))
    paper.paragraph(
        _(
            "Your letter must have reached us within three weeks from the day you received the decision. "
            "If it comes later, it may not be tried."
        )
    )
    paper.subheading(_("What the letter says"))
    frame.points(paper, _of_appeal(heading.diary_number))
    paper.subheading(_("What happens then"))
    paper.paragraph(
        _(
            "We see whether the letter came in time, and whether the decision is to be changed. If it is not "
            "changed as you wish, we send your letter and the decision on to the court at once."
        )
    )
    frame.facts(paper, [(_("The decision was received on"), LINE)])


def _of_appeal(diary_number: str) -> Iterator[str]:
    yield _(
        "which decision you appeal against: its day and number %(number)s",
        number=diary_number or LINE[:20],
    )
    yield _("how you want it to be changed, and why")
    yield _("your name, personal number, address, phone and e-mail")
    yield _("your signature, or that of somebody you have given a power of attorney, which is sent along")
