"""Name what people are told, how a clock stands, and how far a mail has come."""

from archive.vocabulary.term import Term


class MessageKind(Term):
    """What a person is told; `archive/notifications/texts.py` says in which words."""

    DEADLINE_NEAR = "deadline_near", "påminnelse", "reminder", "yellow"
    DEADLINE_PASSED = "deadline_passed", "tiden är ute", "time is up", "red"
    DEADLINE_ESCALATED = "deadline_escalated", "inte gjort i tid", "not done in time", "red"
    NOBODY_TO_TELL = "nobody_to_tell", "ingen har uppgiften", "nobody has the task", "red"
    MISS_REPORTED = "miss_reported", "något saknas", "something is missing", "red"
    WANTED_SEEN = "wanted_seen", "efterlyst akt sedd", "wanted file seen", "red"
    INCIDENT_YOURS = "incident_yours", "du ansvarar för ett ärende", "you own an incident", "yellow"
    INCIDENT_STANDS_IN = (
        "incident_stands_in",
        "du går in i ett ärende",
        "you stand in in an incident",
        "yellow",
    )
    INCIDENT_ESCALATED = "incident_escalated", "ärende eskalerat", "incident escalated", "red"
    INCIDENT_DECIDED = "incident_decided", "ärende avgjort", "incident decided", "blue"
    INCIDENT_AGAIN = "incident_again", "ärende återupptaget", "incident taken up again", "red"
    INCIDENT_ROOMS = "incident_rooms", "bekräfta lokalen", "confirm the room", "red"
    INCIDENT_LOST_SEEN = "incident_lost_seen", "förlorad akt sedd", "lost file seen", "red"
    ASSESSMENT_YOURS = "assessment_yours", "bedömning krävs", "assessment needed", "red"
    DELIVERY_OPENED = "delivery_opened", "leverans planerad", "delivery planned", "blue"
    DELIVERY_COMES = "delivery_comes", "leverans kommer", "a delivery comes", "blue"
    DELIVERY_RECEIVED = "delivery_received", "leverans mottagen", "delivery received", "purple"
    DELIVERY_CLOSED = "delivery_closed", "leverans avslutad", "delivery closed", "green"
    PROTECTION_LIFTED = "protection_lifted", "skydd hävt", "protection lifted", "red"
    PERSON_IN_QUESTION = "person_in_question", "fråga om en person", "question about a person", "red"
    LIST_NAMED = "list_named", "lista namnger skyddade", "list names protected persons", "red"
    BACKUP_FAILED = "backup_failed", "säkerhetskopian misslyckades", "the backup failed", "red"
    MAIL_STUCK = "mail_stuck", "e-post kom inte fram", "mail did not arrive", "red"


class ClockState(Term):
    """How a deadline stands at a moment."""

    RUNNING = "running", "går", "running", "blue"
    NEAR = "near", "snart", "soon", "yellow"
    PASSED = "passed", "försenad", "overdue", "red"
    MET = "met", "klar i tid", "met", "green"
    MET_LATE = "met_late", "klar för sent", "met late", "purple"
    WITHDRAWN = "withdrawn", "behövs inte", "not needed", "grey"


class MailState(Term):
    """How far a mail has come."""

    WAITING = "waiting", "väntar", "waiting", "blue"
    SENT = "sent", "skickad", "sent", "green"
    GIVEN_UP = "given_up", "kom inte fram", "did not arrive", "red"
