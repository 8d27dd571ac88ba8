"""What each kind of message says: neutral words only, since it goes into mail and stands on open screens.

A fact is a number, a day, a moment, a term or the title of a deadline: a name, a reference or a place cannot
be one, so no message can carry them. What it is about is shown after signing in, to those who may see it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel.dates import format_date, format_datetime

from archive.history.history import stamp
from archive.kernel.clock import local
from archive.vocabulary import MessageKind as K
from archive.vocabulary import Term
from archive.vocabulary.wording import LOCALES, N_, _, locale, translated

LARGEST_NUMBER = 10**9  # no personal number is as small


class Title:
    """Mark a fact that is the title of a deadline: a sentence of the catalogue, or its two languages."""


Fact = type[int] | type[date] | type[datetime] | type[Term] | type[Title]


@dataclass(frozen=True, slots=True)
class Notice:
    """Say one kind of message: subject, sentence and the facts in it; `mailed` when it also goes by mail."""

    subject: str
    sentence: str
    facts: Mapping[str, Fact]
    mailed: bool = True


_CLOCK: Mapping[str, Fact] = {"title": Title, "due": datetime}
_INCIDENT: Mapping[str, Fact] = {"incident": int}

NOTICES: dict[K, Notice] = {
    K.DEADLINE_NEAR: Notice(N_("Soon due"), N_("%(title)s. To be done by %(due)s."), _CLOCK),
    K.DEADLINE_PASSED: Notice(N_("Not done in time"), N_("%(title)s. It was to be done by %(due)s."), _CLOCK),
    K.DEADLINE_ESCALATED: Notice(
        N_("Others have not done in time what they must"),
        N_("%(title)s. It was to be done by %(due)s. See to it that somebody does it."),
        _CLOCK,
    ),
    K.NOBODY_TO_TELL: Notice(
        N_("Nobody has a task that is due"),
        N_("%(title)s. It was to be done by %(due)s, and no active user has the role that does it."),
        _CLOCK,
    ),
    K.MISS_REPORTED: Notice(
        N_("Something is missing"),
        N_("Incident %(incident)s has been reported. See what is to be done at once."),
        _INCIDENT,
    ),
    K.WANTED_SEEN: Notice(
        N_("A wanted file has been seen"),
        N_("A file wanted in incident %(incident)s has been seen. See where, and say what it was."),
        _INCIDENT,
    ),
    K.INCIDENT_YOURS: Notice(
        N_("You own an incident"),
        N_("You answer for incident %(incident)s from now on. See what is to be done."),
        _INCIDENT,
    ),
    K.INCIDENT_STANDS_IN: Notice(
        N_("An incident waits for you"),
        N_("You go on in place of the head of the unit in incident %(incident)s. See what is to be done."),
        _INCIDENT,
    ),
    K.INCIDENT_ESCALATED: Notice(
        N_("An incident has been escalated"),
        N_("Incident %(incident)s has been escalated. Decide how the search goes on, or how it ends."),
        _INCIDENT,
    ),
    K.INCIDENT_DECIDED: Notice(
        N_("An incident is decided"),
        N_("Incident %(incident)s has its outcome. See what is left to do before it is closed."),
        _INCIDENT,
    ),
    K.INCIDENT_AGAIN: Notice(
        N_("An incident is taken up again"),
        N_(
            "Incident %(incident)s is taken up again: its outcome does not hold. What IMY, the person "
            "concerned or whoever waits was told of it is no longer true: see to it that they are told."
        ),
        _INCIDENT,
    ),
    K.INCIDENT_ROOMS: Notice(
        N_("Confirm which room was secured"),
        N_(
            "In incident %(incident)s somebody secured rooms who may not know where the file stood. See "
            "which were named, have the right one secured, and do the step again."
        ),
        _INCIDENT,
    ),
    K.INCIDENT_LOST_SEEN: Notice(
        N_("A file declared lost was seen"),
        N_(
            "Incident %(incident)s is taken up again: what was declared lost is said to have been seen. "
            "Nobody has confirmed it yet. If it is found, those who were told of the loss are to be told of "
            "that too."
        ),
        _INCIDENT,
    ),
    K.ASSESSMENT_YOURS: Notice(
        N_("Papers lay in the wrong file"),
        N_("Papers lay in another file's cover while it was out. Judge by %(due)s who may have read them."),
        {"due": datetime},
    ),
    K.DELIVERY_OPENED: Notice(
        N_("The next delivery is planned"),
        N_(
            "Delivery %(delivery)s is planned for %(day)s with %(senders)s senders. Look at it and adjust it."
        ),
        {"delivery": int, "day": date, "senders": int},
    ),
    K.DELIVERY_COMES: Notice(
        N_("A delivery is fetched soon"),
        N_("Delivery %(delivery)s is fetched on %(day)s. Have what you send ready."),
        {"delivery": int, "day": date},
    ),
    K.DELIVERY_RECEIVED: Notice(
        N_("A delivery has been received"),
        N_("Delivery %(delivery)s has been received: %(pieces)s files, %(differences)s differences."),
        {"delivery": int, "pieces": int, "differences": int},
    ),
    K.DELIVERY_CLOSED: Notice(
        N_("A delivery is closed"),
        N_("Delivery %(delivery)s is closed: %(pieces)s files received. The receipt can be read."),
        {"delivery": int, "pieces": int},
    ),
    K.PROTECTION_LIFTED: Notice(
        N_("A protection of personal data has been lifted"),
        N_("The protection of person %(person)s has been lifted. See in the history by whom and why."),
        {"person": int},
    ),
    K.PERSON_IN_QUESTION: Notice(
        N_("A question for those cleared for sealed files"),
        N_("Question %(question)s waits for those cleared for sealed files. Settle it today."),
        {"question": int},
    ),
    K.LIST_NAMED: Notice(
        N_("A list named somebody protected"),
        N_("List %(run)s gave a protected person's number without a mark. See who read it in."),
        {"run": int},
    ),
    K.BACKUP_FAILED: Notice(
        N_("The register could not be backed up"),
        N_("Earlier backups stay, but what is done now is in none. See why on the page of backups."),
        {},
    ),
    K.MAIL_STUCK: Notice(
        N_("Mail does not arrive"),
        N_("Mail could not be delivered and is not tried again. See why in the list of mail."),
        {},
        mailed=False,
    ),
}


def pack(kind: K, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts as they are stored; raises TypeError for any the kind does not have or may not carry."""
    declared = NOTICES[kind].facts
    if facts.keys() != declared.keys():
        raise TypeError(f"{kind} carries {sorted(declared)}, not {sorted(facts)}")
    return {name: _plain(declared[name], value) for name, value in facts.items()}


def say(kind: K, facts: Mapping[str, Any]) -> tuple[str, str]:
    """Return subject and sentence of stored facts in the language in use."""
    notice = NOTICES[kind]
    words = {name: _word(notice.facts[name], facts[name]) for name in notice.facts}
    return _(notice.subject), _(notice.sentence, **words)


def title(value: str | Mapping[str, str]) -> str | dict[str, str]:
    """Return a title as it is stored; raises TypeError for a text that nobody has translated."""
    if isinstance(value, str):
        if not translated(value):
            raise TypeError("a title is a sentence of the catalogue, or a mapping of its Swedish and English")
        return value
    if value.keys() != set(LOCALES):
        raise TypeError("a title has its Swedish and English")
    return dict(value)


def said(stored: str | Mapping[str, str]) -> str:
    """Return a stored title in the language in use."""
    return _(stored) if isinstance(stored, str) else stored[locale()]


def moment(value: datetime) -> str:
    """Say a moment as clocks in Stockholm show it: tisdag 24 november 2026 kl. 14.02."""
    pattern = "EEEE d MMMM y 'kl.' HH.mm" if locale() == "sv" else "EEEE d MMMM y 'at' HH:mm"
    return format_datetime(local(value), pattern, locale=locale())


def _plain(kind: Fact, value: Any) -> Any:
    if kind is Title:
        return title(value)
    if (
        not isinstance(value, kind)
        or isinstance(value, bool)
        or (kind is date and isinstance(value, datetime))
    ):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    if isinstance(value, int) and abs(value) >= LARGEST_NUMBER:
        raise TypeError("a number in a message is a count or the number of a case")
    if isinstance(value, datetime):
        return stamp(value)
    return value.isoformat() if isinstance(value, date) else value.value if isinstance(value, Term) else value


def _word(kind: Fact, stored: Any) -> str:
    if kind is Title:
        return said(stored)
    if kind is datetime:
        return moment(datetime.fromisoformat(stored))
    if kind is date:
        return format_date(date.fromisoformat(stored), "EEEE d MMMM y", locale=locale())
    if issubclass(kind, Term):
        term = kind.read(stored)
        return term.label if term else str(stored)
    return str(stored)
