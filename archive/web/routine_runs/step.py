"""One step of a case on a page of its own: guidance, law, clock and form; done, not needed, or begun."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, request, url_for

from archive.access_log import access_log
from archive.incidents import prefills as incident_prefills
from archive.incidents import reporting
from archive.incidents import steps as incident_steps
from archive.kernel.errors import NotPermitted
from archive.kernel.store import Work
from archive.models import Incident, Matter
from archive.quality import cases
from archive.quality import prefills as quality_prefills
from archive.routine_runs import attachments, steps
from archive.routine_runs.attachments import ReceivedPaper
from archive.routine_runs.steps import RunCourse, StepRefused
from archive.vocabulary import IncidentPaper
from archive.vocabulary.wording import N_, _, locale
from archive.web.incidents import views
from archive.web.kit.access import archive, current_actor
from archive.web.kit.answers import Refusals, saw, see, show
from archive.web.routine_runs import step_form
from archive.web.routine_runs.step_form import StepQuery
from routines.conditions import Answer
from routines.model import FieldKind
from routines.saying import deadline_in_words

Run = Incident | Matter


@dataclass(frozen=True, slots=True)
class Steps:
    """The step pages of one noun: its verbs, and what its addresses are called."""

    noun: str  # of endpoints: incidents.step
    argument: str
    get: Callable[[Work, int], Any]
    course: Callable[[Work, Any], RunCourse]
    complete: Callable[..., RunCourse]
    not_needed: Callable[..., RunCourse]
    start: Callable[..., RunCourse]

    def address(self, page: str, number: int, **more: Any) -> str:
        """Return the address of a page of one case."""
        values: dict[str, Any] = {self.argument: number, **more}
        return url_for(f"{self.noun}.{page}", **values)

    def page(self, number: int, name: str) -> Response:
        """Show a step: what to do, why, until when, and its form."""
        return self._page(number, name, None)

    def do(self, number: int, name: str) -> Response:
        """Write down that a step is done; or only draw the form again for what was chosen in it."""
        if request.form.get("_again"):
            return self._page(number, name, None, typed=True)
        refused, done = Refusals(), False
        with refused:
            try:
                with archive.write(current_actor()) as work:
                    done = self._done(work, number, name, refused)
            except StepRefused as wrong:
                for problem in wrong.problems:
                    refused.refuse(problem.path or None, problem.say(locale()))
        if not done:
            for control, paper in request.files.items():
                if paper.filename:
                    refused.refuse(control, _("Choose the paper again: nothing of this form was kept."))
        if done:
            return see(self.address("page", number), _("Written down."))
        return self._page(number, name, refused, typed=True)

    def _done(self, work: Work, number: int, name: str, refused: Refusals) -> bool:
        run = self.get(work, number)
        asking = self._asking(work, run, name)
        answers, wrong, more = step_form.read(asking)
        for field, sentence in wrong:
            refused.refuse(field, sentence)
        if more and not wrong:
            refused.refuse(None, _("Your answers lead to further questions. Answer them as well."))
        if wrong or more:
            return False
        for evidence in asking.evidence(answers):
            if kept := _attached(work, asking, evidence.id):
                said = answers.get(evidence.id, "")
                own = () if said in {"", step_form.ATTACHED} else (str(said),)
                answers[evidence.id] = (*own, *kept)
        self.complete(work, run, name, answers, done_at=step_form.done_at())
        return True

    def _asking(self, work: Work, run: Run, name: str) -> StepQuery:
        course = self.course(work, run)
        return StepQuery(work, run, course, course.step(name), work.now)

    def _page(self, number: int, name: str, refused: Refusals | None, *, typed: bool = False) -> Response:
        with archive.read(current_actor()) as work:
            run = self.get(work, number)
            asking = self._asking(work, run, name)
            record = asking.course.progress.open_record(name)
            answers = step_form.read(asking)[0] if typed else _begun(work, run, name)
            by = steps.doer(work, asking.course.routine, run)
            facts: dict[str, Any] = {
                "controls": step_form.controls(asking, answers, typed) if record else [],
                "open": record is not None,
                "waits": "" if record else views.waits(asking.course, asking.step, work.now),
                "mine": steps.may_do(work.actor, asking.step, by),
                "clock": record and views.open_step(work, asking.course, record, by, work.now),
                "who": views.parties(work, asking.course, asking.step),
                "about": _subjects(work, run),
            }
            routine, step = asking.course.routine, asking.step
        return show(
            "incidents/step.html",
            access_log.at_list("incident_step", facts.pop("about")),
            refused=refused,
            steps=self,
            number=number,
            step=step,
            title=step.title.say(locale()),
            guidance=step.guidance.say(locale()),
            law=[one.say(locale()) for one in step.legal_basis],
            rule=deadline_in_words(routine, step.deadline).say(locale()) if step.deadline else "",
            form=request.form,
            done_at=step_form.DONE_AT,
            shown=step_form.SHOWN,
            name=step_form.NAME,
            paper=step_form.PAPER,
            papers=_papers(number, step.document) if facts["mine"] and isinstance(run, Incident) else "",
            **facts,
        )

    def paper(self, number: int, event_id: int) -> Response:
        """Give a paper that was attached as evidence, to save; to those who may read what people wrote."""
        with archive.read(current_actor()) as work:
            run = self.get(work, number)
            if not views.reads(work, run):
                raise NotPermitted("paper_of_others", N_("Ask whoever answers for the case."))
            kept, content = attachments.content(work, run.stream, event_id)
            about = _subjects(work, run)
        saw(access_log.at_list("incident_attachment", about))
        answer = make_response(content)
        answer.mimetype = kept.media
        answer.headers["Content-Disposition"] = f'attachment; filename="{kept.file_name}"'
        return answer

    def set_aside(self, number: int, name: str) -> Response:
        """Write down that an optional step is not needed, and why."""
        refused = Refusals()
        with refused:
            with archive.write(current_actor()) as work:
                self.not_needed(work, self.get(work, number), name, request.form.get("_reason", ""))
            return see(self.address("page", number), _("Written down: not needed."))
        for error in refused.errors:
            error["field"] = "not-needed-reason" if error["field"] == "reason" else None
        return self._page(number, name, refused)

    def begin(self, number: int, name: str) -> Response:
        """Start a step that waits to be chosen, and show its form."""
        with archive.write(current_actor()) as work:
            self.start(work, self.get(work, number), name)
        return see(self.address("step", number, step=name), _("Begun. Fill it in now or later."))


def _papers(number: int, document: str | None) -> str:
    """Return where the paper a step sends is printed, if it sends one."""
    return url_for("letters.index", incident_id=number) if IncidentPaper.read(document) else ""


def _attached(work: Work, asking: StepQuery, evidence: str) -> list[str]:
    """Keep the papers that came with the form; raises Invalid for one that cannot be kept."""
    record = asking.course.progress.open_record(asking.step.id)
    if record is None:
        return []  # the step is done already, and says so itself
    kept = []
    for paper in step_form.papers(evidence):
        content = paper.stream.read(attachments.LARGEST + 1)
        named = ReceivedPaper(evidence, paper.filename or "", content)
        kept.append(attachments.keep(work, asking.run.stream, record.step, record.occurrence, named))
    return kept


def _begun(work: Work, run: Run, name: str) -> dict[str, Answer]:
    """Return what a form begins with: what is known already."""
    if not isinstance(run, Incident):
        return quality_prefills.for_step(work, run, name)
    known = incident_prefills.for_step(work, run, name, archive.settings)
    if views.reads(work, run):
        return known
    # The registrar reads no names: what names nobody is filled in for her too.
    fields = incident_steps.course(work, run).step(name).fields
    plain = {one.id for one in fields if one.kind is FieldKind.DIARY_NUMBER or one.prefill in _NAMELESS}
    return {name: answer for name, answer in known.items() if name in plain}


_NAMELESS = frozenset({"register.neutral_title", "register.own_reference", "register.controller"})


def _subjects(work: Work, run: Run) -> list[str]:
    if isinstance(run, Matter):
        return [run.stream]
    return [run.stream, *(f"file:{item.file_id}" for item in reporting.items(work, run) if item.file_id)]


OF_INCIDENTS = Steps(
    "incidents",
    "incident_id",
    reporting.get,
    incident_steps.course,
    reporting.complete,
    reporting.not_needed,
    reporting.start,
)
OF_MATTERS = Steps(
    "quality", "matter_id", cases.get, cases.course, cases.complete, cases.not_needed, cases.start
)
