"""The notification of a breach to IMY and its supplement on paper: the questions in the e-service's order."""

from collections.abc import Sequence

from archive.incidents.letters.cases import Heading
from archive.incidents.letters.imy import Question
from archive.incidents.papers import frame
from archive.incidents.papers.frame import LINE
from archive.kernel.config import Settings
from archive.output.page import Column
from archive.vocabulary import IncidentPaper
from archive.vocabulary.wording import N_, _

TITLES = {
    IncidentPaper.IMY_NOTIFICATION: N_("Notification of a personal data breach to IMY"),
    IncidentPaper.IMY_SUPPLEMENT: N_("Supplement to the notification to IMY"),
}
AS_SENT = {
    IncidentPaper.IMY_NOTIFICATION: N_("As it was sent %(when)s. What came later stands in the supplement."),
    IncidentPaper.IMY_SUPPLEMENT: N_("As it was sent %(when)s. What came later stands in the next one."),
}


def pdf(heading: Heading, questions: Sequence[Question], settings: Settings) -> bytes:
    """Return the questions and answers as PDF; what is not answered says where its answer comes from."""
    paper = frame.begin(_(TITLES[heading.paper]), heading, settings)
    if heading.sent:
        paper.mark(_(AS_SENT[heading.paper], when=heading.sent))
    paper.paragraph(
        _(
            "Sent in IMY's e-service, where it becomes a public document: name nobody the files are about. "
            "The numbers are those of the e-service as it was read in 2026; if they differ, go by "
            "the question."
        )
    )
    columns = [
        Column(_("No."), 10),
        Column(_("Question"), 60),
        Column(_("What you answer"), 104),
    ]
    rows = ((one.number, one.label, one.answer or not_answered(one)) for one in questions)
    paper.table(columns, rows, "–")
    paper.signatures([_("Read through and sent")])
    return paper.pdf()


def not_answered(question: Question) -> str:
    """Say that a question is not answered, where its answer comes from, and leave room for it."""
    lines = [_("Not answered yet")]
    if question.step_title:
        lines.append(_("Answered by the step: %(step)s", step=question.step_title))
    elif question.setting:
        lines.append(_("Not set in the system: %(setting)s", setting=question.setting))
    return "\n".join([*lines, LINE])
