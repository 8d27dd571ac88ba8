"""What every kind of event carries and how it is told; a body holds ids, codes and terms only."""

from dataclasses import dataclass

from archive.vocabulary import EventKind as E
from archive.vocabulary.wording import N_


@dataclass(frozen=True, slots=True)
class EventShape:
    """Name the facts of the body, those of the side row, and the sentence history tells."""

    facts: frozenset[str]
    private: frozenset[str]
    sentence: str


def _shape(sentence: str, facts: str = "", private: str = "") -> EventShape:
    return EventShape(frozenset(facts.split()), frozenset(private.split()), sentence)


# In a sentence %(place)s, %(origin)s, %(parent)s and %(file)s are shown by name, masked where they must be.
SHAPES: dict[E, EventShape] = {
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
    E.FILE_PERSON_ADDED: _shape(N_("A person was added (%(role)s)"), "person role run row"),
    E.FILE_PERSON_REMOVED: _shape(N_("A person was removed"), "person", "reason"),
    E.FILE_LABELLED: _shape(N_("New label %(code)s; %(old)s is void (%(reason)s)"), "code old reason"),
    E.FILE_CHECKED_EARLIER: _shape(
        N_("Checked before the system, according to a list"), "run", "checked_on sign"
    ),
    E.FILE_CHECKED: _shape(N_("Its cover was checked: %(outcome)s"), "check outcome"),
    E.FILE_HELD_FOREIGN: _shape(N_("In its cover lay what belongs to %(file)s"), "finding file"),
    E.FILE_FOUND_IN_COVER: _shape(N_("Found in the cover of %(file)s"), "finding file"),
    E.FILE_DECLARED_LOST: _shape(N_("Declared lost"), "to incident"),
    E.FILE_FOUND: _shape(N_("Found again at %(place)s"), "to incident place position"),
    E.FILE_SOUGHT_AGAIN: _shape(N_("Sought again: no longer declared lost"), "to incident"),
    E.FILE_FIND_TAKEN_BACK: _shape(
        N_("The find was none: recorded at %(place)s again"), "to incident place position"
    ),
    E.PERSON_REGISTERED: _shape(N_("Person registered"), "run protection", "name numbers birth_date"),
    E.PERSON_CORRECTED: _shape(N_("Person corrected: %(fields)s"), "fields run", "old new"),
    E.PERSON_PROTECTED: _shape(N_("Protection is now: %(protection)s"), "protection", "source"),
    E.PERSON_NUMBER_ADDED: _shape(N_("Number added"), "quality", "number"),
    E.PLACE_CREATED: _shape(N_("Created under %(parent)s"), "code parent kind position"),
    E.PLACE_MOVED: _shape(N_("Moved from %(origin)s to %(parent)s"), "origin parent position"),
    E.PLACE_CHANGED: _shape(N_("Changed: %(fields)s"), "fields", "old new"),
    E.PLACE_CLOSED: _shape(N_("Closed"), "run"),
    E.PLACE_REOPENED: _shape(N_("Opened again"), "listed"),
    E.PLACE_LABELLED: _shape(N_("New label %(code)s; %(old)s is void (%(reason)s)"), "code old reason"),
    E.LOAN_HANDED_OUT: _shape(
        N_("Handed out until %(due_on)s for %(purpose)s"), "to file purpose due_on", "borrower unit note"
    ),
    E.LOAN_GIVEN_BACK: _shape(N_("Given back"), "to file place"),
    E.CHECK_QUEUED: _shape(
        N_("Queued for the check of its cover"), "to file line delivery checklist second_of share"
    ),
    E.CHECK_CONFIRMED: _shape(N_("Confirmed: %(what)s"), "what seconds"),
    E.CHECK_UNDONE: _shape(N_("Taken back: %(what)s"), "what"),
    E.CHECK_SET_ASIDE: _shape(N_("Set aside"), "to finding"),
    E.CHECK_TAKEN_UP: _shape(N_("Taken up again"), "to"),
    E.CHECK_FINISHED: _shape(N_("Checked; findings: %(findings)s"), "to findings seconds"),
    E.CHECK_REOPENED: _shape(N_("Opened again"), "to"),
    E.CHECK_WITHDRAWN: _shape(N_("Withdrawn: %(reason)s"), "to reason"),
    E.FINDING_FOUND: _shape(N_("Found: %(finding)s"), "to check file point finding foreign", "note"),
    E.FINDING_IDENTIFIED: _shape(N_("What lay there belongs to %(file)s"), "file"),
    E.FINDING_HANDED_ON: _shape(N_("Handed on, to be done by %(due_on)s"), "to due_on user", "whom note"),
    E.FINDING_CORRECTED: _shape(N_("Put right"), "to", "note"),
    E.FINDING_WITHDRAWN: _shape(N_("Taken back"), "to"),
    E.ASSESSMENT_OPENED: _shape(
        N_("Who may have read it is to be judged"), "to finding file loans since due owner"
    ),
    E.ASSESSMENT_PASSED_ON: _shape(N_("Passed on to another person"), "to owner"),
    E.ASSESSMENT_ANSWERED: _shape(N_("Answered: %(answer)s"), "to answer incident", "readers decision"),
    E.SAMPLE_DRAWN: _shape(
        N_("A sample was drawn with the seed %(seed)s"), "seed place to_shelf to_register"
    ),
    E.SAMPLE_ANSWERED: _shape(N_("Answered: %(answer)s"), "item answer file"),
    E.LOAN_LOST: _shape(N_("Declared lost while on loan"), "to file incident"),
    E.LOAN_SOUGHT_AGAIN: _shape(N_("Sought again: no longer declared lost"), "to file incident"),
    E.LOAN_FIND_TAKEN_BACK: _shape(N_("The find was none: it is out still"), "to file incident"),
    E.FILE_DISPATCHED: _shape(N_("Dispatched in delivery %(delivery)s"), "to delivery line undo"),
    E.FILE_ARRIVED: _shape(
        N_("Received from delivery %(delivery)s at %(place)s (%(how)s)"),
        "to delivery line place position how undo",
    ),
    E.FILE_REHOMED: _shape(
        N_("%(origin)s is emptied; the place to return to is now %(place)s"), "to origin place position"
    ),
    E.DELIVERY_PLANNED: _shape(N_("Planned for %(day)s"), "to day week capacity reception"),
    E.DELIVERY_CHANGED: _shape(N_("Changed: %(fields)s"), "fields day capacity reception"),
    E.DELIVERY_PACKING: _shape(N_("Packing began"), "to"),
    E.DELIVERY_ON_THE_WAY: _shape(N_("On the way"), "to"),
    E.DELIVERY_RECALLED: _shape(N_("Called back before it arrived"), "to"),
    E.DELIVERY_RECEIVING: _shape(N_("Receiving began"), "to"),
    E.DELIVERY_RECEIVED: _shape(N_("Received: %(pieces)s files"), "to pieces differences"),
    E.DELIVERY_CLOSED: _shape(
        N_("Closed: %(pieces)s files, %(differences)s differences"), "to pieces differences losses"
    ),
    E.DELIVERY_CANCELLED: _shape(N_("Cancelled"), "to", "reason"),
    E.DELIVERY_PIECE_PACKED: _shape(N_("%(file)s packed (%(how)s)"), "line file crate how listed"),
    E.DELIVERY_PIECE_UNPACKED: _shape(N_("Packing of %(file)s undone"), "line file crate"),
    E.DELIVERY_PIECE_NOT_FOUND: _shape(N_("%(file)s looked for and not found"), "line file"),
    E.DELIVERY_PIECE_RECEIVED: _shape(N_("%(file)s received (%(how)s)"), "line file crate how"),
    E.DELIVERY_PIECE_RETURNED: _shape(N_("Receipt of %(file)s undone"), "line file crate"),
    E.DELIVERY_PIECE_TURNED_UP: _shape(N_("%(file)s turned up after closing"), "line file place how"),
    E.DELIVERY_PIECE_LABELLED: _shape(N_("%(file)s was given the label %(code)s"), "line file code"),
    E.DELIVERY_PIECE_REGISTERED: _shape(N_("%(file)s was registered"), "line file"),
    E.DELIVERY_CRATE_TAKEN: _shape(N_("Crate %(ordinal)s taken: %(place)s"), "crate ordinal sender place"),
    E.DELIVERY_CRATE_SEALED: _shape(N_("Crate %(ordinal)s sealed"), "crate ordinal seal"),
    E.DELIVERY_CRATE_LET_GO: _shape(N_("Crate %(ordinal)s let go"), "crate ordinal"),
    E.DELIVERY_CRATE_ARRIVED: _shape(N_("Crate %(ordinal)s arrived"), "crate ordinal seal whole"),
    E.DELIVERY_CRATE_EMPTIED: _shape(
        N_("Crate %(ordinal)s emptied: %(pieces)s files"), "crate ordinal pieces"
    ),
    E.DELIVERY_DIFFERENCE_FOUND: _shape(N_("Difference: %(difference)s"), "difference id line crate"),
    E.DELIVERY_DIFFERENCE_EXPLAINED: _shape(
        N_("%(difference)s: %(explanation)s"), "difference id explanation incident", "text"
    ),
    E.SENDER_ADDED: _shape(N_("%(place)s sends"), "to delivery ordinal place from_unit"),
    E.SENDER_LISTED: _shape(
        N_("Pick list: %(listed)s files, %(left_out)s left out"), "listed left_out files"
    ),
    E.SENDER_LEFT_OUT: _shape(N_("%(file)s left out (%(left_out)s)"), "line file left_out"),
    E.SENDER_LISTED_AGAIN: _shape(N_("%(file)s is on the list again"), "line file"),
    E.SENDER_PACKING: _shape(N_("Packing began"), "to"),
    E.SENDER_DISPATCHED: _shape(
        N_("Left with %(pieces)s files in %(crates)s crates"), "to pieces crates", "driver"
    ),
    E.SENDER_RECALLED: _shape(N_("Called back before it arrived"), "to pieces crates"),
    E.SENDER_SIGNED: _shape(N_("Receipt signed: %(pieces)s files received"), "to pieces"),
    E.SENDER_DROPPED: _shape(N_("Dropped from the delivery"), "to"),
    E.EMPTYING_ENTERED: _shape(N_("%(place)s entered into the programme"), "to place ordinal"),
    E.EMPTYING_ORDERED: _shape(N_("Moved to number %(ordinal)s of the programme"), "ordinal"),
    E.EMPTYING_SWEEPING: _shape(N_("Final sweep began"), "to sweep"),
    E.EMPTYING_PLACE_SWEPT: _shape(N_("%(place)s seen empty"), "place sweep"),
    E.EMPTYING_SWEPT: _shape(N_("Final sweep done"), "to places"),
    E.EMPTYING_STOPPED: _shape(N_("Final sweep broken off"), "to"),
    E.EMPTYING_WITNESSED: _shape(N_("Signed by the first")),
    E.EMPTYING_SIGNED: _shape(N_("Empty and closed, signed by two"), "to first rehomed"),
    E.ANNOUNCEMENT_MADE: _shape(N_("%(count)s files announced at %(place)s"), "from_unit place count"),
    E.ANNOUNCEMENT_TAKEN: _shape(N_("Taken up in delivery %(delivery)s"), "sender delivery"),
    E.ANNOUNCEMENT_WITHDRAWN: _shape(N_("Withdrawn")),
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
    E.SOURCE_ADDED: _shape(N_("Added"), "", "name"),
    E.SOURCE_CHANGED: _shape(N_("Changed: %(fields)s"), "fields", "old new"),
    E.UNIT_ADDED: _shape(N_("Added"), "", "name"),
    E.UNIT_CHANGED: _shape(N_("Changed: %(fields)s"), "fields", "old new"),
    E.KIND_CHANGED: _shape(N_("Changed: %(fields)s"), "fields", "old new"),
    E.MAPPING_SAVED: _shape(N_("Choice of columns saved"), "version", "name"),
    E.DEADLINE_SET: _shape(N_("To be done by %(due)s"), "key due remind owner role"),
    E.DEADLINE_MET: _shape(N_("Done; it was due %(due)s"), "key due"),
    E.DEADLINE_WITHDRAWN: _shape(N_("Need not be done any more"), "key due"),
    E.MESSAGE_SENT: _shape(N_("Told %(users)s: %(message)s"), "message key users"),
    E.INCIDENT_REPORTED: _shape(
        N_("Reported missing: %(missed)s (%(occasion)s)"),
        "to missed occasion pieces files routine losing_unit missed_at suspected_at entered_afterwards",
        "description purpose waiting circumstances form",
    ),
    E.INCIDENT_REPORTED_AGAIN: _shape(
        N_("Reported again: %(file)s (%(occasion)s)"),
        "file occasion",
        "purpose waiting circumstances missed_at suspected_at child ongoing_case form",
    ),
    E.INCIDENT_MISSED_SINCE: _shape(
        N_("Missed anew after the find, see incident %(incident)s: %(file)s"), "file incident"
    ),
    E.INCIDENT_FILE_ADDED: _shape(N_("Added: %(file)s"), "item file place", "description"),
    E.INCIDENT_CHANGED: _shape(N_("Changed: %(fields)s"), "fields", "old new reason"),
    E.INCIDENT_READER_ADDED: _shape(N_("Somebody was let in"), "user", "reason"),
    E.INCIDENT_AWARE: _shape(
        N_("Decided that the authority became aware %(aware_at)s"), "aware_at before", "reason"
    ),
    E.INCIDENT_MARKED: _shape(N_("Markers printed for the empty places"), "items codes"),
    E.INCIDENT_SEARCHING: _shape(N_("The search began"), "to"),
    E.INCIDENT_SEARCHED: _shape(
        N_("Searched: %(place)s (%(result)s)"), "search by place cover lead minutes result step", "remark"
    ),
    E.INCIDENT_FILE_SEEN: _shape(
        N_("The wanted file %(file)s was seen at %(place)s (%(how)s)"), "seen item file place how"
    ),
    E.INCIDENT_SEEN_ANSWERED: _shape(
        N_("What was seen turned out: %(answer)s"), "seen item answer", "remark"
    ),
    E.INCIDENT_FILE_FOUND: _shape(
        N_("Found: %(file)s (%(where)s)"), "item file where place cover state others_read", "circumstances"
    ),
    E.INCIDENT_PART_FOUND: _shape(
        N_("A part was found: %(file)s (%(where)s)"),
        "item file where place cover state others_read",
        "circumstances",
    ),
    E.INCIDENT_FILE_MISTAKEN: _shape(N_("Was not missing: %(file)s"), "item file", "reason"),
    E.INCIDENT_FILE_LOST: _shape(N_("Declared lost: %(file)s"), "item file", "reason"),
    E.INCIDENT_ESCALATED: _shape(N_("Escalated (%(why)s)"), "to why", "reason"),
    E.INCIDENT_DECIDED: _shape(N_("Every file has its outcome"), "to"),
    E.INCIDENT_CLOSED: _shape(N_("Closed; the data of the report are fixed"), "to sha256", "report"),
    E.INCIDENT_CLOSED_SHORT: _shape(
        N_("Closed the short way; the data of the report are fixed"), "to sha256", "report"
    ),
    E.INCIDENT_REOPENED: _shape(N_("Reopened"), "to items", "reason"),
    E.STEP_OPENED: _shape(N_("Step to do: %(step)s"), "step occurrence due_at"),
    E.STEP_DONE: _shape(N_("Step done: %(step)s"), "step occurrence performed_by", "answers"),
    E.STEP_PAPER_KEPT: _shape(
        N_("Evidence attached to: %(step)s"), "step occurrence evidence paper size sha256", "name content"
    ),
    E.STEP_NOT_NEEDED: _shape(N_("Step not needed: %(step)s"), "step occurrence by_itself", "reason"),
    E.MATTER_OPENED: _shape(N_("Begun"), "to routine about losing_unit", "description"),
    E.MATTER_CLOSED: _shape(N_("Closed"), "to"),
    E.MATTER_REOPENED: _shape(N_("Reopened"), "to", "reason"),
    E.ROUTINE_DRAFTED: _shape(N_("Drafted"), "to sha256 packaged"),
    E.ROUTINE_CHANGED: _shape(N_("Draft changed"), "sha256"),
    E.ROUTINE_IN_FORCE: _shape(
        N_("In force from %(in_force_from)s"), "to sha256 in_force_from decided_on", "decided_by diary_number"
    ),
    E.ROUTINE_REPLACED: _shape(N_("Replaced"), "to by_routine"),
    E.ROUTINE_DISCARDED: _shape(N_("Discarded"), "to"),
    E.ROUTINE_READ: _shape(N_("Confirmed that the routine has been read"), "routine"),
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
