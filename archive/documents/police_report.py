"""The draft of a police report on paper: what, where and when; never whom the file is about."""

from archive.config import Settings
from archive.documents import incident_paper
from archive.documents.incident_paper import LINE, by_hand
from archive.documents.page import Report
from archive.domain import incident_papers_course
from archive.domain.incident_papers_reports import Police
from archive.wording import _, ngettext

# What may have been committed, with the sections of brottsbalken; the police decide what it is called.
CRIMES = "BrB 8:1, 14:4, 20:1, 20:3"


def pdf(told: Police, settings: Settings) -> bytes:
    """Return the draft as PDF."""
    heading = told.heading
    paper = incident_paper.begin(_("Draft of a police report"), heading, settings)
    paper.mark(
        _(
            "Names nobody the file is about, and must not. If the police need to know, the secrecy is judged "
            "first (OSL 10:2, 10:21–24). Read it through before it is handed in."
        )
    )
    paper.heading(_("Who reports"))
    incident_paper.facts(paper, incident_paper.sender(heading))
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
    incident_paper.facts(paper, [(_("Handed in, and to whom"), LINE)])
    paper.signatures([_("Decided and handed in")])
    return paper.pdf()


def _missing(paper: Report, told: Police) -> None:
    paper.heading(
        _("What was missing, where and when") if told.course.over else _("What is missing, where and when")
    )
    pieces = ngettext("%(num)s piece", "%(num)s pieces", told.pieces)
    incident_paper.facts(
        paper,
        [
            (
                _("What"),
                _("Paper of a public authority: %(what)s, %(pieces)s", what=told.missing, pieces=pieces),
            ),
            (_("Where it was kept"), by_hand(told.rooms)),
            (_("Last seen in its place"), by_hand(told.last_seen)),
            (_("First missed"), told.missed or _("not stated")),
            (_("How it stands with the file"), incident_papers_course.told(told.course)),
            (_("When a crime was first suspected"), by_hand(told.noticed)),
            (_("Number at the police"), by_hand(told.number)),
        ],
    )


def _known(paper: Report, told: Police) -> None:
    paper.heading(_("What suggests a crime"))
    if told.signs:
        paper.paragraph(told.signs)
    incident_paper.text(paper, told.description)
    paper.heading(_("What it looks like: cover, colour, thickness; nothing that is written on it"))
    incident_paper.text(paper, "", 2)
    paper.heading(_("Who can have been there"))
    incident_paper.text(paper, "", 2)
    paper.heading(_("What was secured, and where was searched"))
    incident_paper.text(paper, "\n".join(filter(None, (told.secured, told.searched))), 2)
