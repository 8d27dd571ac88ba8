"""The report under lex Sarah and its investigation on paper."""

from collections.abc import Iterator, Sequence

from archive.incidents.letters.cases import Heading
from archive.incidents.letters.reports import Investigation, LexSarah, ReportFinding
from archive.incidents.papers import frame
from archive.incidents.papers.frame import LINE, by_hand
from archive.kernel.config import Settings
from archive.output.page import Column, Report
from archive.vocabulary.wording import _


def report(told: LexSarah, settings: Settings) -> bytes:
    """Return the report to the board as PDF (27 kap. 2 § SoL)."""
    heading = told.heading
    paper = frame.begin(_("Report under lex Sarah"), heading, settings, address=_here(heading, settings))
    if heading.draft and not (told.happened and told.when_noticed):
        paper.mark(_("Lacking: %(what)s", what=", ".join(_lacking(told))))
    paper.paragraph(_("27 kap. 2 § socialtjänstlagen (2025:400): whoever learns of it reports at once."))
    frame.facts(
        paper,
        [
            (_("Reported by"), told.reporter),
            (_("Reported"), by_hand(told.reported)),
            (_("Unit"), by_hand(told.unit)),
            (_("Diary number"), by_hand(heading.diary_number)),
            (_("First missed"), told.happened or _("not stated")),
            (_("When and how it was noticed"), told.noticed or _("not stated")),
            (_("How it stands with the file"), told.stands),
            (_("Where"), by_hand(told.rooms)),
            (_("Files, by their codes"), by_hand(told.codes)),
            (_("Whom it concerns: only if the investigation needs it"), LINE),
        ],
    )
    _part(paper, _("What has happened?"), told.what)
    _part(paper, _("What it has meant or may mean for the person"), told.consequence)
    _part(paper, _("What was done at once"), told.at_once)
    paper.signatures([_("Reported by"), _("Received for the board")])
    return paper.pdf()


def _lacking(told: LexSarah) -> Iterator[str]:
    if not told.happened:
        yield _("the time it was first missed")
    if not told.when_noticed:
        yield _("the time it was noticed")


def investigation(told: Investigation, settings: Settings) -> bytes:
    """Return the investigation as PDF, with what SOSFS 2011:5, chapter 5, wants documented."""
    heading = told.heading
    title = _("Investigation under lex Sarah")
    paper = frame.begin(title, heading, settings, address=_here(heading, settings))
    if told.serious:
        paper.mark(_("Judged serious: to be reported to IVO as soon as possible (27 kap. 6 § SoL)."))
    paper.paragraph(
        _(
            "27 kap. 5 § socialtjänstlagen (2025:400) and SOSFS 2011:5, chapter 5. Each thing bears the day "
            "it was written down, where it comes from, and whether it is a fact or a judgement."
        )
    )
    frame.facts(paper, [(_("Diary number"), by_hand(heading.diary_number))])
    parts = (
        (_("What happened"), told.findings),
        (_("What was done"), told.measures),
        (_("What else came out, and how it ended"), told.other),
    )
    for name, findings in parts:
        paper.heading(name)
        _findings(paper, findings)
    paper.signatures([_("Investigated by"), _("Decided for the board")])
    return paper.pdf()


def _here(heading: Heading, settings: Settings) -> str:
    return f"{settings.base_url}/incidents/{heading.number}"


def _part(paper: Report, name: str, text: str) -> None:
    paper.heading(name)
    frame.text(paper, text)


def _findings(paper: Report, findings: Sequence[ReportFinding]) -> None:
    columns = [
        Column(_("Question"), 46),
        Column(_("What is known"), 70),
        Column(_("Written down"), 30),
        Column(_("Kind"), 28),
    ]
    rows = (
        (
            one.question,
            one.text or "_" * 36 + "\n" + "_" * 36,
            "\n".join(filter(None, (one.recorded, one.by))) or "_" * 13,
            one.kind,
        )
        for one in findings
    )
    paper.table(columns, rows, "–")
