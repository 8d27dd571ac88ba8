"""What every kind of event carries and how it is told; a body holds ids, codes and terms only."""

from dataclasses import dataclass

from archive.vocabulary import EventKind as E
from archive.wording import N_


@dataclass(frozen=True, slots=True)
class Shape:
    """Name the facts of the body, those of the side row, and the sentence history tells."""

    facts: frozenset[str]
    private: frozenset[str]
    sentence: str


def _shape(sentence: str, facts: str = "", private: str = "") -> Shape:
    return Shape(frozenset(facts.split()), frozenset(private.split()), sentence)


# In a sentence %(place)s, %(origin)s, %(parent)s and %(file)s are shown by name, masked where they must be.
SHAPES: dict[E, Shape] = {
    E.FILE_REGISTERED: _shape(
        N_("Registered at %(place)s (%(how)s)"),
        "to code place position how part parts source kind run",
        "reference",
    ),
    E.FILE_MOVED: _shape(
        N_("Moved from %(origin)s to %(place)s (%(how)s)"), "to origin place position how undo"
    ),
    E.FILE_SEEN: _shape(N_("Seen at %(place)s (%(how)s)"), "place how"),
    E.FILE_LENT: _shape(N_("Handed out"), "to loan"),
    E.FILE_TAKEN_BACK: _shape(N_("Taken back to %(place)s"), "to loan place position"),
    E.FILE_CORRECTED: _shape(N_("Corrected: %(fields)s"), "fields run", "old new"),
    E.FILE_VOIDED: _shape(N_("Made void; the right one is %(file)s"), "to file run"),
    E.FILE_REINSTATED: _shape(N_("Reinstated"), "to"),
    E.FILE_PERSON_ADDED: _shape(N_("A person was added (%(role)s)"), "person role"),
    E.FILE_PERSON_REMOVED: _shape(N_("A person was removed"), "person"),
    E.FILE_LABELLED: _shape(N_("New label %(code)s; %(old)s is void (%(reason)s)"), "code old reason"),
    E.FILE_CHECKED_EARLIER: _shape(
        N_("Checked before the system, according to a list"), "run", "checked_on sign"
    ),
    E.PERSON_REGISTERED: _shape(N_("Person registered"), "run protection", "name numbers birth_date"),
    E.PERSON_CORRECTED: _shape(N_("Person corrected: %(fields)s"), "fields run", "old new"),
    E.PERSON_PROTECTED: _shape(N_("Protection is now: %(protection)s"), "protection", "source"),
    E.PERSON_NUMBER_ADDED: _shape(N_("Number added"), "quality", "number"),
    E.PLACE_CREATED: _shape(N_("Created under %(parent)s"), "code parent kind position"),
    E.PLACE_MOVED: _shape(N_("Moved from %(origin)s to %(parent)s"), "origin parent position"),
    E.PLACE_CHANGED: _shape(N_("Changed: %(fields)s"), "fields", "old new"),
    E.PLACE_CLOSED: _shape(N_("Closed")),
    E.PLACE_REOPENED: _shape(N_("Opened again")),
    E.PLACE_LABELLED: _shape(N_("New label %(code)s; %(old)s is void (%(reason)s)"), "code old reason"),
    E.LOAN_HANDED_OUT: _shape(
        N_("Handed out until %(due_on)s for %(purpose)s"), "to file purpose due_on", "borrower unit note"
    ),
    E.LOAN_GIVEN_BACK: _shape(N_("Given back"), "to file place"),
    E.LABELS_PRINTED: _shape(N_("%(count)s labels printed on %(stock)s"), "count stock what"),
    E.IMPORT_UPLOADED: _shape(N_("List uploaded"), "to sha256 size purpose", "name"),
    E.IMPORT_STAGING: _shape(N_("Reading the list began"), "to"),
    E.IMPORT_STAGED: _shape(N_("The list was read and checked"), "to counts"),
    E.IMPORT_STOPPED: _shape(N_("Reading the list stopped: %(problem)s"), "to problem"),
    E.IMPORT_APPLYING: _shape(N_("Registering began"), "to"),
    E.IMPORT_FINISHED: _shape(N_("Finished"), "to counts"),
    E.IMPORT_DISCARDED: _shape(N_("The list was discarded"), "to"),
    E.IMPORT_WITHDRAWING: _shape(N_("Withdrawing began"), "to", "reason"),
    E.ROW_SETTLED: _shape(N_("Row %(row)s settled: %(answer)s"), "row answer file", "reason"),
    E.TASK_OPENED: _shape(N_("A question was raised: %(task)s"), "task file run"),
    E.TASK_SETTLED: _shape(N_("The question was settled: %(answer)s"), "answer"),
    E.MAPPING_SAVED: _shape(N_("Choice of columns saved"), "version", "name"),
    E.USER_CREATED: _shape(N_("User created"), "roles", "login name"),
    E.USER_CHANGED: _shape(N_("User changed: %(fields)s"), "fields roles"),
    E.USER_SIGNED_IN: _shape(N_("Signed in")),
    E.USER_SIGNED_OUT: _shape(N_("Signed out")),
    E.USER_SIGN_IN_FAILED: _shape(N_("Sign-in failed")),
    E.USER_REFUSED: _shape(N_("Refused: %(permission)s"), "permission"),
    E.TOKEN_ISSUED: _shape(N_("Token issued"), "user expires", "name"),
    E.TOKEN_REVOKED: _shape(N_("Token revoked")),
    E.LOOKED_AT_FILE: _shape(N_("Looked at %(file)s"), "file page"),
    E.LOOKED_AT_PERSON: _shape(N_("Looked at a person"), "page"),
    E.LOOKED_AT_LIST: _shape(N_("Looked at a list (%(list)s)"), "list place"),
    E.LOOKED_FOR: _shape(N_("Looked something up by %(by)s"), "by hits", "term"),
    E.LOOKED_AT_LOOKS: _shape(N_("Looked at who had looked"), "about"),
}
