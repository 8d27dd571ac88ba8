"""The draft of a police report on paper: what, where and when; never whom the file is about."""

from archive.incidents.letters import course
from archive.incidents.letters.reports import Police
from archive.incidents.papers import frame
from archive.incidents.papers.frame import LINE, by_hand
from archive.kernel.config import Settings
from archive.output.page import Report
from archive.vocabulary.wording import _, ngettext

# What may have been committed, with the sections of brottsbalken; the police decide what it is called.
CRIMES = "BrB 8:1, 14:4, 20:1, 20:3"


def pdf(told: Police, settings: Settings) -> bytes:
    """Return the draft as PDF."""
    heading = told.heading
    paper = frame.begin(_("Draft of a police report"), heading, settings)
    paper.mark(
        _(
            "Names nobody the file is about, and must not. If the police need to know, the secrecy is judged "
            "first (OSL 10:2, 10:21–24). Read it through before it is handed in."
        )
    )
    paper.heading(_("Who reports"))
    frame.facts(paper, frame.sender(heading))
    _missing(paper, told)
    _known(paper, told)
    paper.heading(_("What it may be"))
    paper.paragraph(
        _(
            "Theft, suppression of documents, misuse of office or breach of secrecy (%(sections)s). "
            "The police decide what it is called.",
            sections=CRIMES,
        )
    )
    frame.facts(paper, [(_("Handed in, and to whom"), LINE)])
    paper.signatures([_("Decided and handed in")])
    return paper.pdf()


def _missing(paper: Report, told: Police) -> None:
    paper.heading(
        _("What was missing, where and when") if told.course.over else _("What is missing, where and when")
    )
    pieces = ngettext("%(num)s piece", "%(num)s pieces", told.pieces)
    frame.facts(
        paper,
        [
            (
                _("What"),
                _("Paper of a public authority: %(what)s, %(pieces)s", what=told.missing, pieces=pieces),
            ),
            (_("Where it was kept, or with whom"), by_hand(told.rooms)),
            (_("Last seen in its place"), by_hand(told.last_seen)),
            (_("First missed"), told.missed or _("not stated")),
            (_("How it stands with the file"), course.told(told.course)),
            (_("When a crime was first suspected"), by_hand(told.noticed)),
            (_("Number at the police"), by_hand(told.number)),
        ],
    )


def _known(paper: Report, told: Police) -> None:
    paper.heading(_("What suggests a crime"))
    if told.signs:
        paper.paragraph(told.signs)
    frame.text(paper, told.description)
    paper.heading(_("What it looks like: cover, colour, thickness; nothing that is written on it"))
    frame.text(paper, "", 2)
    paper.heading(_("Who can have been there"))
    frame.text(paper, "", 2)
    paper.heading(_("What was secured, and where was searched"))
    frame.text(paper, "\n".join(filter(None, (told.secured, told.searched))), 2)
