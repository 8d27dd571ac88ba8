"""What IMY's e-service asks about a breach, in its order, with what is known of an incident by now.

Questions with a number have it from the e-service as it was read in 2026 (e-tjanster.imy.se/sv/anmalan); the
others stand where GDPR art. 33(3) and the order of the form put them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from archive.incidents import prefills
from archive.incidents.letters import course as search_course
from archive.incidents.letters.cases import Case, day, first_known, when
from archive.incidents.report import stated
from archive.models import IncidentFile
from archive.vocabulary import FoundWhere, IncidentOutcome, OthersRead
from archive.vocabulary.wording import _, ngettext
from routines.answers import as_moment

LIMIT = timedelta(hours=72)
NOTIFY, DECIDE, SUPPLEMENT = "notify_imy", "decide_notification", "supplement_imy"


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the form: its answer, or where the answer will come from.

    `step` is the step of the routine that answers it, `setting` what has to be set for it.
    """

    key: str
    number: str
    label: str
    answer: str
    step: str = ""
    step_title: str = ""
    setting: str = ""


def notification(case: Case) -> list[Question]:
    """Return the questions of the notification in the order of the e-service; once it is sent, as it was."""
    sent = case.ended_at(NOTIFY)
    if sent is None:
        return [*_organisation(case), *_moments(case), *_what(case), *_concerned(case), *_told(case)]
    then = case.at(sent)
    found = [*_organisation(then), *_moments(then), *_what(then), *_concerned(then), *_told_then(then)]
    return [replace(one, answer=one.answer or _("not stated")) for one in found]


def _sent(case: Case) -> datetime | None:
    """Return until when the notification tells: forms ask for the minute it was sent, and no more."""
    record = case.record(NOTIFY)
    if record is None or record.ended_at is None:
        return None
    said = as_moment(record.answers.get("sent_at"))
    return min(record.ended_at, said.replace(second=59, microsecond=999_999)) if said else record.ended_at


def supplement(case: Case) -> list[Question]:
    """Return what a supplement says: which notification it belongs to, and what is new since."""
    case = case.as_done(SUPPLEMENT)  # once it is sent, as it was
    sent = _sent(case)
    return [
        *(one for one in _organisation(case) if one.key in _OF_SUPPLEMENT),
        Question("imy_number", "", _("IMY's number of the notification"), _number(case) or _("not stated")),
        *(_receipt(case)),
        _asked(
            case, "notified", "", _("When the notification was sent"), case.said(NOTIFY, "sent_at"), NOTIFY
        ),
        *(_earlier(case)),
        _asked(case, "news", "", _("What a supplement is about"), _own(case, "news"), SUPPLEMENT),
        *(_news(case, sent) if sent else ()),
        _asked(case, "more", "", _("Will there be more?"), _own(case, "more"), SUPPLEMENT),
    ]


def _number(case: Case) -> str:
    """Return the number IMY gave the notification, which may have come after it was sent."""
    return case.said(SUPPLEMENT, "imy_number") or case.said(NOTIFY, "imy_number")


def _receipt(case: Case) -> Iterator[Question]:
    """Say of the receipt what the step asked of it: where it lies, which need not be a number."""
    said = case.said(NOTIFY, "receipt")
    if said:
        yield Question("receipt", "", _("The receipt of the notification"), said)


_OF_SUPPLEMENT = {"controller", "org_number", "own_reference", "contact_person", "contact_address"}


def missing_settings(questions: Iterable[Question]) -> list[str]:
    """Return the settings that would answer what is not answered."""
    return list(dict.fromkeys(one.setting for one in questions if one.setting and not one.answer))


def _asked(case: Case, key: str, number: str, label: str, answer: str, step: str) -> Question:
    title = "" if answer else case.title(step)
    return Question(key, number, label, answer, step if title else "", title)


def _set(case: Case, key: str, number: str, label: str, value: str, setting: str) -> Question:
    return Question(key, number, label, _ours(case, key, value), setting=f"AKTSPAR_{setting}")


def _ours(case: Case, key: str, known: str) -> str:
    """Return what is set of the controller as it is; what somebody wrote instead, without names."""
    written = case.raw(NOTIFY, key)
    return known if written in (None, "", known) else case.said(NOTIFY, key)


def _organisation(case: Case) -> Iterator[Question]:
    settings = case.settings
    named = settings.organisation_name
    yield _set(case, "controller", "1", _("Controller"), named, "ORGANISATION_NAME")
    number = settings.organisation_number
    yield _set(case, "org_number", "2", _("Organisation number"), number, "ORGANISATION_NUMBER")
    address = settings.postal_address
    yield _set(
        case, "postal_address", "3", _("Postal address of the organisation"), address, "POSTAL_ADDRESS"
    )
    own = _ours(case, "own_reference", case.diary_number)
    yield _asked(case, "own_reference", "", _("Your own reference number"), own, "diary")
    yield _asked(case, "contact_person", "", _("Contact person"), case.owner, "tell_manager")
    contact = settings.contact_address
    yield _set(case, "contact_address", "9", _("The address to be contacted at"), contact, "CONTACT_ADDRESS")
    label = _("Contact details of the data protection officer")
    yield _set(case, "dpo_contact", "", label, settings.dpo_contact, "DPO_CONTACT")


def _moments(case: Case) -> Iterator[Question]:
    yield _asked(case, "began", "", _("When did the breach begin?"), _began(case), "report")
    yield _asked(case, "aware", "", _("When did you become aware of it?"), _aware(case), "report")
    yield _asked(
        case, "late_reason", "", _("Why does the notification come after 72 hours?"), _late(case), NOTIFY
    )
    yield _asked(case, "ended", "13", _("When did the breach end?"), _ended(case), "confirm_find")


def _began(case: Case) -> str:
    moment, what = first_known(case)
    return _("Not later than %(when)s, %(what)s", when=moment, what=what)


def _decided_aware(case: Case) -> datetime | None:
    return as_moment(case.raw("later_awareness", "aware_at"))


def _aware(case: Case) -> str:
    """Say when the board became aware: nobody is asked for it but in a decision."""
    decided, (moment, what) = _decided_aware(case), first_known(case)
    if case.incident.learnt_since:
        moment, what = when(case.incident.learnt_since), _("when the old loss was taken up again")
    if decided is None and case.incident.over_when_entered:
        return _(
            "Not decided. Entered afterwards: no deadline runs. Known since %(when)s, %(what)s",
            when=moment,
            what=what,
        )
    if decided is None:
        return _("Not decided. The 72 hours are counted from %(when)s, %(what)s", when=moment, what=what)
    reason = case.said("later_awareness", "reason")
    return "\n".join(filter(None, (_("%(when)s, by decision", when=when(decided)), reason)))


def _late(case: Case) -> str:
    sent = _sent(case) or case.until
    if sent <= (_decided_aware(case) or case.incident.learnt_since or case.incident.missed_at) + LIMIT:
        return _("Does not apply: it comes within 72 hours")
    return case.said(NOTIFY, "late_reason")


def _ended(case: Case) -> str:
    said, course = case.raw(NOTIFY, "ended"), search_course.trace(case, _sent(case))
    if said == "ended":
        return case.said(NOTIFY, "ended_at")
    if said:
        return _("It is going on")
    if case.ended:
        return when(case.ended)
    if course.over:
        return _("There was no breach: %(told)s", told=search_course.told(course))
    if course.seen_on and not course.part:
        return _("It is said to have been found on %(day)s; that is being checked", day=day(course.seen_on))
    more = search_course.told(course) if course.lost_on or course.part or course.each else ""
    return "\n".join(filter(None, (_("It is going on"), more)))


def _what(case: Case) -> Iterator[Question]:
    yield _asked(case, "type", "", _("What kind of breach is it?"), _kind(case), "")
    nature = case.said(NOTIFY, "nature") or case.said(DECIDE, "facts")
    yield _asked(case, "nature", "", _("What has happened?"), nature, DECIDE)
    cause = "\n".join(filter(None, (case.said("lessons", "cause"), case.said("lessons", "how"))))
    yield _asked(case, "cause", "", _("Why did it happen?"), cause, "lessons")


def _kind(case: Case) -> str:
    until = _sent(case) or case.until
    course = search_course.trace(case, until)
    if course.over and not course.found_on:
        return _("None: nothing was missing")
    away = course.over or (course.seen_on and not course.part)
    kinds = [
        _("Loss of personal data: paper that could not be found")
        if away
        else _("Loss of personal data: paper that cannot be found")
    ]
    known = (item.others_read for item in case.items if (moment := case.written_at(item)) and moment <= until)
    if {OthersRead.YES, OthersRead.POSSIBLE} & set(known):
        kinds.append(_("Somebody unauthorised may have read it"))
    return "\n".join(kinds)


def _concerned(case: Case) -> Iterator[Question]:
    yield _asked(
        case, "groups", "25", _("Which groups do the persons belong to?"), case.said(NOTIFY, "groups"), NOTIFY
    )
    persons = case.said(NOTIFY, "persons") or _at_least(case)
    yield _asked(case, "persons", "", _("Approximately how many persons?"), persons, NOTIFY)
    records = case.said(NOTIFY, "records") or str(case.incident.pieces)
    yield _asked(case, "records", "", _("Approximately how many files or documents?"), records, NOTIFY)
    yield _asked(
        case, "kinds", "26", _("Which kinds of data are concerned?"), case.said(NOTIFY, "kinds"), NOTIFY
    )
    effects = case.said(NOTIFY, "consequences") or case.said(DECIDE, "effects")
    yield _asked(case, "consequences", "28", _("What may the consequences be?"), effects, DECIDE)
    severity = case.said(NOTIFY, "severity")
    yield _asked(case, "severity", "", _("How serious is the breach for the persons?"), severity, NOTIFY)
    actions = case.said(NOTIFY, "actions") or case.said(DECIDE, "measures")
    yield _asked(case, "actions", "30", _("What have you done after the breach?"), actions, DECIDE)


def _at_least(case: Case) -> str:
    if not case.known:
        return ""
    count = len(case.persons)
    return ngettext(
        "at least %(num)s, according to the register", "at least %(num)s, according to the register", count
    )


def _told(case: Case) -> Iterator[Question]:
    """Return what a draft answers of whether the persons have been told: what is decided and done by now."""
    told, decided = case.said("inform_persons", "told_at"), case.raw("decide_inform", "inform")
    refused, never = decided == "no" and not told, _("Does not apply")
    coming = _("They will be told") if decided == "yes" else ""
    yield from _of_persons(
        case,
        _("yes") if told else _("no") if refused else coming,
        told or (never if refused else ""),
        never if told or refused else "",
        case.said("decide_inform", "reason") if refused else never if told or coming else "",
    )


def _told_then(case: Case) -> Iterator[Question]:
    """Return what the notification that was sent answered of it."""
    never, coming = _("Does not apply"), case.said(NOTIFY, "will_be_informed")
    answers = {
        "done": _("yes"),
        "coming": _("They will be told, on %(day)s", day=coming),
        "not": _("no"),
    }
    yield from _of_persons(
        case,
        answers.get(str(case.raw(NOTIFY, "informed")), ""),
        case.said(NOTIFY, "informed_at") or never,
        coming or never,
        case.said(NOTIFY, "why_not_informed") or never,
    )


def _of_persons(case: Case, told: str, at: str, until: str, why: str) -> Iterator[Question]:
    yield _asked(case, "informed", "", _("Have the persons been told?"), told, "decide_inform")
    yield _asked(case, "informed_at", "32", _("When did you tell the persons?"), at, "inform_persons")
    yield _asked(case, "will_be_informed", "34", _("When will you tell the persons?"), until, NOTIFY)
    label = _("Why will you not tell the persons?")
    yield _asked(case, "why_not_informed", "35", label, why, "decide_inform")


def _own(case: Case, field: str) -> str:
    """Return what was answered in this supplement, nothing while one is still to be written."""
    return "" if case.waits(SUPPLEMENT) else case.said(SUPPLEMENT, field)


def _earlier(case: Case) -> Iterator[Question]:
    before = case.all_done(SUPPLEMENT)
    if not case.waits(SUPPLEMENT):
        before = before[:-1]  # the last one is this
    sent = [f"{case.told(one, 'sent_at')}: {case.told(one, 'news')}" for one in before]
    if sent:
        yield Question("earlier", "", _("Supplements sent before"), "\n".join(sent))


def _news(case: Case, since: datetime) -> list[Question]:
    """Return what has come since the notification was sent; a line that says so where nothing has."""
    course = search_course.trace(case, case.until)
    found = [
        (_("When did the breach end?"), _ended_otherwise(case, since)),
        *(
            [(_("How it stands with the file"), search_course.told(course))]
            if course.seen_on or _again(case, since)
            else ()
        ),
        *(
            _settled(case, item)
            for item in case.items
            if (moment := case.written_at(item)) and since <= moment <= case.until
        ),
        *_steps_since(case, since),
    ]
    known = [
        Question(f"news_{at}", "", label, text) for at, (label, text) in enumerate(found, start=1) if text
    ]
    return known or [Question("news_0", "", _("What is new"), _("Nothing since the notification"))]


def _ended_otherwise(case: Case, since: datetime) -> str:
    """Contradict the notification where it said that the breach ended, and it did not, or later."""
    if case.raw(NOTIFY, "ended") != "ended":
        return ""
    said, told = as_moment(case.raw(NOTIFY, "ended_at")), case.said(NOTIFY, "ended_at")
    if case.ended:
        if said is None or said >= case.ended.replace(second=0, microsecond=0):
            return ""
        now = _("It ended %(when)s.", when=when(case.ended))
    elif any(
        item.open or (item in case.lost and (case.written_at(item) or since) >= since) for item in case.items
    ):
        now = _("It has not ended.")
    else:
        return ""
    return " ".join(
        (_("The notification said that the breach ended %(when)s. That was wrong.", when=told), now)
    )


def _again(case: Case, since: datetime) -> bool:
    """Tell whether it turned out since that what was found was not it."""
    return case.missed_again is not None and since <= case.missed_again <= case.until


def _settled(case: Case, item: IncidentFile) -> tuple[str, str]:
    label = _("What became of %(thing)s", thing=search_course.called(case, item))
    if item.found_at is None or item.outcome not in (None, IncidentOutcome.FOUND):
        return label, f"{stated.outcome(item.outcome, part=item.part_found)}, {when(item.outcome_at)}"
    days = (item.found_at - case.incident.missed_at).days
    place, cover = item.found_place_id is not None, item.found_in_id is not None
    state = stated.state(item.found_state, short=case.incident.short, place=place, cover=cover)
    read = item.others_read.label if item.others_read else _("not stated")
    lines = [
        _again_at(case, item.found_at, item),
        _("It lay: %(where)s", where=stated.lay(item.found_where, place=place, cover=cover)),
        _("State: %(state)s", state=state),
        "" if item.part_found else _("It was away for %(time)s", time=stated.away(days)),
        _("May others have read what was found of it? %(answer)s", answer=read)
        if item.part_found
        else _("May others have read it? %(answer)s", answer=read),
        _("Whether the cover it lay in was lent or sent meanwhile: not stated")
        if item.found_where is FoundWhere.OTHER_COVER and not case.said("after_find", "cover_log")
        else "",
    ]
    return label, "\n".join(filter(None, lines))


def _again_at(case: Case, at: datetime, item: IncidentFile) -> str:
    """Say when something was found again, and whether the breach ended by that."""
    if item.part_found:
        return _(
            "A part of it was found %(when)s. The breach has not ended: the rest is sought.", when=when(at)
        )
    if at == case.ended:
        return _("Found again %(when)s. The breach ended then.", when=when(at))
    return _("Found again %(when)s.", when=when(at))


def _steps_since(case: Case, since: datetime) -> Iterator[tuple[str, str]]:
    """Return what the steps done since the notification answered, by question."""

    def said(step: str, *fields: str) -> str:
        record = case.true(step, fields[0])
        if record is None or record.ended_at is None or record.ended_at < since:
            return ""
        return "\n".join(filter(None, (case.said(step, field) for field in fields)))

    yield _("What is found of it"), said("confirm_find", "found_part")
    yield _("What is still missing of it"), said("confirm_find", "missing_part")
    yield _("When did you become aware of it?"), said("later_awareness", "aware_at", "reason")
    away = prefills.time_away(case.incident, case.items, said("after_find", "away"))
    yield _("Consequences"), "\n".join(filter(None, (away, said("after_find", "consequences"))))
    searched = [one for one in case.searches if since <= one.at <= case.until]
    if searched:
        count = len({one.by for one in searched})
        by = ngettext("by %(num)s person", "by %(num)s persons", count)
        made = ngettext("%(num)s more search", "%(num)s more searches", len(searched))
        yield _("Searches"), f"{made}, {by}"
    yield _("The persons have been told"), said("inform_persons", "told_at", "how")
    yield (
        _("They are not told, because"),
        (said("decide_inform", "reason") if case.raw("decide_inform", "inform") == "no" else ""),
    )
    yield _("Reported to the police"), said("police_report", "reported_at")
    yield _("Reported to IVO"), said("report_ivo", "sent_at")
    yield _("Reconstructed"), said("reconstruct", "recovered")
    yield _("Could not be reconstructed"), said("reconstruct", "not_recovered")
    yield _("Cause"), said("lessons", "cause", "how")
    yield _("Measures against it happening again"), said("lessons", "measures")
