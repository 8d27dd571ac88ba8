"""Name what happens when a file cannot be found, and the routines that lead people through it."""

from archive.vocabulary.term import Term


class IncidentState(Term):
    """Where the case of what cannot be found is; the outcome stands beside each file."""

    SUSPECTED = "suspected", "misstänkt", "suspected", "yellow"
    SEARCHING = "searching", "eftersöks", "being searched for", "yellow"
    ESCALATED = "escalated", "eskalerat", "escalated", "red"
    DECIDED = "decided", "beslutat", "decided", "blue"
    CLOSED = "closed", "avslutat", "closed", "grey"


class IncidentAction(Term):
    """What can be done with the case of what cannot be found."""

    REPORT = "report", "anmäl", "report"
    SEARCH = "search", "inled eftersökning", "begin the search"
    ESCALATE = "escalate", "eskalera", "escalate"
    DECIDE = "decide", "avgör", "decide"
    CLOSE = "close", "avsluta", "close"
    CLOSE_SHORT = "close_short", "avsluta den korta vägen", "close the short way"
    REOPEN = "reopen", "återuppta", "reopen"


class Missed(Term):
    """What is missed."""

    FILE = "file", "registrerad akt", "registered file"
    UNREGISTERED = "unregistered", "akt som inte är registrerad", "file that is not registered"
    OPEN_CASE = "open_case", "akt i pågående ärende", "file of an open case"
    DOCUMENT = "document", "lös handling", "loose document"
    MEDIUM = "medium", "datamedium", "storage medium"
    SEVERAL = "several", "flera akter eller en flyttlåda", "several files or a crate"


class Occasion(Term):
    """What was being done when the miss showed."""

    LOOKING = "looking", "akten söktes", "the file was looked for"
    HANDING_OUT = "handing_out", "utlåning", "handing out"
    RETURN = "return", "ej återlämnat lån", "loan not returned"
    PACKING = "packing", "packning", "packing"
    RECEIPT = "receipt", "mottagning", "receipt"
    COVER_CHECK = "cover_check", "omslagskontroll", "cover check"
    STOCKTAKE = "stocktake", "inventering", "stocktake"
    REQUEST = "request", "begäran om handlingen", "request for the document"
    OTHER = "other", "annat eller inte angivet", "other, or not stated"


class IncidentOutcome(Term):
    """How the case ended for one file."""

    FOUND = "found", "återfunnen", "found", "green"
    DECLARED_LOST = "declared_lost", "konstaterad förlorad", "declared lost", "red"
    MISTAKEN = "mistaken", "var inte borta", "was not missing", "grey"


class FoundWhere(Term):
    """Where it had been, derived from what was said and scanned; the kinds the search plan reckons with."""

    OWN_PLACE = "own_place", "på sin plats", "in its own place"
    NEIGHBOUR = "neighbour", "i närheten av sin plats", "near its own place"
    OTHER_COVER = "other_cover", "i en annan akts omslag", "in another file's cover"
    MISREAD = (
        "misread",
        "under ett förväxlat nummer eller namn",
        "under a number or name mistaken for its own",
    )
    SAME_PERSON = "same_person", "bland personens andra akter", "among the person's other files"
    LOAN = "loan", "hos låntagare", "with a borrower"
    DESK = "desk", "på ett skrivbord, en vagn eller i ett fack", "on a desk, a trolley or in a tray"
    TRANSPORT = "transport", "i en flyttlåda eller transport", "in a crate or transport"
    OLD_ROOM = "old_room", "i en tidigare lokal", "in a former room"
    SENT_OUT = "sent_out", "utlämnad eller skickad", "handed or sent out"
    OTHER = "other", "annanstans eller inte angivet", "elsewhere, or not stated"


class FoundState(Term):
    """In what state it was found, as whoever confirmed the find answered."""

    WHOLE = "whole", "hel", "whole", "green"
    DAMAGED = "damaged", "skadad", "damaged", "yellow"
    INCOMPLETE = "incomplete", "delar saknas", "parts are missing", "red"


class OthersRead(Term):
    """Whether somebody without the right to may have read it, as whoever found it answered."""

    NO = "no", "nej", "no", "green"
    POSSIBLE = "possible", "vet inte", "not known", "yellow"
    YES = "yes", "ja", "yes", "red"


class SearchResult(Term):
    """What a search led to."""

    NOT_FOUND = "not_found", "inte hittad", "not found", "grey"
    FOUND = "found", "hittad, enligt den som sökte", "found, according to whoever searched", "green"
    NOT_SEARCHED = "not_searched", "gick inte att söka igenom", "could not be searched", "yellow"


class SeenAnswer(Term):
    """What the owner found out when a wanted file had been seen."""

    FOUND = "found", "det är akten", "it is the file", "green"
    PART = "part", "en del av den", "a part of it", "yellow"
    ONLY_COVER = "only_cover", "bara omslag eller etikett", "only the cover or the label", "red"
    MISREAD = "misread", "det var en annan akt", "it was another file", "grey"
    GONE_AGAIN = "gone_again", "fanns inte kvar", "no longer there", "red"
    UNCONFIRMED = "unconfirmed", "inte bekräftat", "not confirmed", "grey"


class Escalation(Term):
    """Why a case was taken to the managers and the delegate."""

    WEEKS = "weeks", "veckor utan utfall", "weeks without an outcome", "red"
    BY_HAND = "by_hand", "på begäran", "on request", "red"


class StepState(Term):
    """Where a step of a routine is."""

    OPEN = "open", "att göra", "to do", "yellow"
    DONE = "done", "klart", "done", "green"
    NOT_NEEDED = "not_needed", "behövs inte", "not needed", "grey"
    LAPSED = "lapsed", "föll bort", "fell away", "grey"


class MatterState(Term):
    """Where the case of any other routine is."""

    OPEN = "open", "pågår", "in progress", "yellow"
    CLOSED = "closed", "avslutat", "closed", "grey"


class MatterAction(Term):
    """What can be done with the case of any other routine."""

    OPEN = "open", "påbörja", "begin"
    CLOSE = "close", "avsluta", "close"
    REOPEN = "reopen", "återuppta", "reopen"


class PaperKind(Term):
    """What a paper kept as evidence is, told from its content."""

    PDF = "pdf", "PDF", "PDF"
    PNG = "png", "bild (PNG)", "picture (PNG)"
    JPEG = "jpg", "bild (JPEG)", "picture (JPEG)"


class IncidentPaper(Term):
    """A paper made from an incident for somebody outside it; the value is what a routine calls it."""

    IMY_NOTIFICATION = "imy_notification", "anmälan till IMY", "notification to IMY"
    IMY_SUPPLEMENT = "imy_supplement", "komplettering till IMY", "supplement to IMY"
    LETTER = "letter_person", "brev till en berörd person", "letter to a person concerned"
    LEX_SARAH_REPORT = "lex_sarah_report", "rapport enligt lex Sarah", "report under lex Sarah"
    LEX_SARAH_INVESTIGATION = (
        "lex_sarah_investigation",
        "utredning enligt lex Sarah",
        "investigation under lex Sarah",
    )
    POLICE_REPORT = "police_report", "underlag för polisanmälan", "draft of a police report"
    ANSWER = "interim_answer", "svar till den som väntar", "answer to the person waiting"
    REFUSAL = (
        "refusal_decision",
        "beslut: handlingen kan inte lämnas ut",
        "decision: the document cannot be handed out",
    )


class RoutineState(Term):
    """Where a version of a routine is."""

    DRAFT = "draft", "utkast", "draft", "yellow"
    IN_FORCE = "in_force", "gäller", "in force", "green"
    REPLACED = "replaced", "ersatt", "replaced", "grey"
    DISCARDED = "discarded", "kasserad", "discarded", "grey"


class RoutineAction(Term):
    """What can be done with a version of a routine."""

    DRAFT = "draft", "gör utkast", "draft"
    PUT_IN_FORCE = "put_in_force", "sätt i kraft", "put in force"
    REPLACE = "replace", "ersätt", "replace"
    DISCARD = "discard", "kassera", "discard"
