"""Every choice the system stores, with its Swedish and English word and its tone: one word per thing."""

from enum import StrEnum
from typing import Self

from archive.wording import locale


class Term(StrEnum):
    """Carry a stored value with its words; tone is a tag colour: grey, blue, green, yellow, red or purple."""

    sv: str
    en: str
    tone: str

    def __new__(cls, value: str, sv: str, en: str, tone: str = "grey") -> Self:
        term = str.__new__(cls, value)
        term._value_ = value
        term.sv, term.en, term.tone = sv, en, tone
        return term

    @classmethod
    def read(cls, value: str | None) -> Self | None:
        """Return the term of a stored or posted value, None for any other."""
        return next((term for term in cls if term.value == value), None)

    @property
    def label(self) -> str:
        """Return the word in the language in use."""
        return self.sv if locale() == "sv" else self.en


class Custody(Term):
    """Where a case file is in its life; wanted is not among them (it is an open incident row)."""

    ON_PLACE = "on_place", "på plats", "on its place", "green"
    IN_TRANSIT = "in_transit", "på väg", "in transit", "blue"
    ON_LOAN = "on_loan", "utlånad", "on loan", "yellow"
    LOST = "lost", "konstaterad förlorad", "declared lost", "red"
    DISPOSED = "disposed", "gallrad", "disposed of", "grey"
    HANDED_OVER = "handed_over", "överlämnad", "handed over", "grey"
    WITHDRAWN = "withdrawn", "återtagen", "withdrawn", "grey"
    VOID = "void", "makulerad", "void", "grey"


class FileAction(Term):
    """What can be done with a case file."""

    REGISTER = "register", "registrera", "register"
    MOVE = "move", "flytta", "move"
    LEND = "lend", "låna ut", "lend"
    TAKE_BACK = "take_back", "ta tillbaka", "take back"
    VOID = "void", "makulera", "make void"
    REINSTATE = "reinstate", "återinför", "reinstate"


class LoanState(Term):
    """Where a loan is; overdue is computed, never stored."""

    REQUESTED = "requested", "beställd", "requested", "blue"
    PICKED = "picked", "framtagen", "picked", "blue"
    OUT = "out", "utlånad", "out", "yellow"
    RETURNED = "returned", "återlämnad", "returned", "green"
    REFUSED = "refused", "avslagen", "refused", "grey"
    CANCELLED = "cancelled", "avbruten", "cancelled", "grey"


class LoanAction(Term):
    """What can be done with a loan."""

    HAND_OUT = "hand_out", "lämna ut", "hand out"
    GIVE_BACK = "give_back", "återlämna", "give back"


class LoanPurpose(Term):
    """Why a file leaves the archive."""

    CASE_WORK = "case_work", "handläggning", "case work"
    DISCLOSURE = "disclosure", "utlämnande av allmän handling", "disclosure of a public document"
    SUPERVISION = "supervision", "tillsyn", "supervision"
    COURT = "court", "domstol", "court"
    RESEARCH = "research", "forskning", "research"
    ARCHIVE_WORK = "archive_work", "arkivvård", "archive work"


class PlaceKind(Term):
    """What kind of holder a place is."""

    SITE = "site", "adress", "site"
    ROOM = "room", "arkivlokal", "room"
    RACK = "rack", "hyllsektion", "rack"
    SHELF = "shelf", "hyllplan", "shelf"
    BOX = "box", "arkivbox", "box"
    CRATE = "crate", "flyttlåda", "crate"
    DESK = "desk", "handläggare", "desk"


class OrderRule(Term):
    """In which order files stand in a place."""

    BIRTH_DATE = "birth_date", "födelsedatum", "birth date"
    REFERENCE = "reference", "aktnummer", "reference"
    CLOSING_YEAR = "closing_year", "avslutsår", "closing year"
    NAME = "name", "namn", "name"
    KIND = "kind", "akttyp", "kind of file"
    AS_PLACED = "as_placed", "som de ställts", "as placed"


class PersonRole(Term):
    """How a person figures in a case file."""

    SUBJECT = "subject", "huvudperson", "subject"
    CHILD = "child", "barn", "child"
    PARENT = "parent", "vårdnadshavare", "guardian"
    PARTNER = "partner", "make, maka eller sambo", "partner"
    OTHER = "other", "annan", "other"


class Protection(Term):
    """How a person's data are protected (OSL 21:3, 21:3 a, 22:2); unknown counts as protected."""

    NONE = "none", "ingen", "none", "grey"
    MARKED = "marked", "sekretessmarkering", "secrecy marking", "red"
    PROTECTED_REGISTRATION = (
        "protected_registration",
        "skyddad folkbokföring",
        "protected registration",
        "red",
    )
    ASSUMED_IDENTITY = "assumed_identity", "fingerade personuppgifter", "assumed identity", "red"
    UNKNOWN = "unknown", "ej uppgivet", "not stated", "yellow"

    @property
    def protected(self) -> bool:
        """Tell whether the person's name, number and place are hidden."""
        return self is not Protection.NONE


class NumberKind(Term):
    """What sort of identity number it is."""

    PERSONAL = "personal", "personnummer", "personal number"
    COORDINATION = "coordination", "samordningsnummer", "coordination number"
    TEMPORARY = "temporary", "T-nummer", "temporary number"
    OTHER = "other", "annat nummer", "other number"


class NumberQuality(Term):
    """How far an identity number can be trusted; all but sound are kept and flagged, never refused."""

    SOUND = "sound", "giltigt", "sound", "green"
    NO_CENTURY = "no_century", "århundrade saknas", "century missing", "yellow"
    NO_CHECK_DIGIT = "no_check_digit", "kontrollsiffra saknas", "check digit missing", "yellow"
    WRONG_CHECK_DIGIT = "wrong_check_digit", "kontrollsiffran stämmer inte", "wrong check digit", "yellow"
    IMPOSSIBLE_DATE = "impossible_date", "datumet finns inte", "impossible date", "yellow"
    UNREADABLE = "unreadable", "oläsligt", "unreadable", "yellow"


class Outcome(Term):
    """What is to become of a file when its time has come."""

    DISPOSE = "dispose", "gallras", "dispose", "grey"
    PRESERVE = "preserve", "bevaras", "preserve", "blue"
    PARTLY = "partly", "bevaras delvis", "partly preserve", "purple"
    WAIT = "wait", "får inte gallras ännu", "must not be disposed of yet", "yellow"
    UNKNOWN = "unknown", "kan inte beräknas", "cannot be computed", "yellow"


class Role(Term):
    """What a person does in the system."""

    ARCHIVIST = "archivist", "arkivarie", "archivist"
    ASSISTANT = "assistant", "arkivassistent", "archive assistant"
    ROOM_KEEPER = "room_keeper", "arkivredogörare", "room keeper"
    CASE_WORKER = "case_worker", "handläggare", "case worker"
    MANAGER = "manager", "enhetschef", "manager"
    DATA_PROTECTION_OFFICER = "data_protection_officer", "dataskyddsombud", "data protection officer"
    AUDITOR = "auditor", "revisor", "auditor"
    ADMINISTRATOR = "administrator", "systemförvaltare", "administrator"


class Evidence(Term):
    """How we know where a file is."""

    SCAN = "scan", "skannad", "scanned"
    HAND = "hand", "inmatad för hand", "entered by hand"
    LIST = "list", "enligt lista", "according to a list"


class LabelState(Term):
    """Where a code is in its life."""

    BLANK = "blank", "ej bunden", "blank", "blue"
    LIVE = "live", "gäller", "live", "green"
    VOID = "void", "makulerad", "void", "red"


class LabelReason(Term):
    """Why a label is printed again, which makes the older one void."""

    DAMAGED = "damaged", "skadad eller oläslig", "damaged or illegible"
    LOST = "lost", "har lossnat eller saknas", "came off or missing"
    NEW_COVER = "new_cover", "nytt omslag", "new cover"
    PRINT_FAILED = "print_failed", "utskriften misslyckades", "the print failed"
    BOUND = "bound", "förtryckt etikett bunden i stället", "a blank label was bound instead"
    MERGED = "merged", "akten var registrerad två gånger", "the file was registered twice"


class ImportPurpose(Term):
    """What a list is read for."""

    REGISTER = "register", "registrera", "register"
    COMPARE = "compare", "jämföra", "compare"


class ImportState(Term):
    """Where the import of a list is."""

    UPLOADED = "uploaded", "uppladdad", "uploaded", "grey"
    STAGING = "staging", "läses", "being read", "blue"
    STAGED = "staged", "kontrollerad", "checked", "yellow"
    APPLYING = "applying", "registreras", "being registered", "blue"
    APPLIED = "applied", "registrerad", "registered", "green"
    WITHDRAWING = "withdrawing", "återtas", "being withdrawn", "blue"
    WITHDRAWN = "withdrawn", "återtagen", "withdrawn", "grey"
    DISCARDED = "discarded", "kasserad", "discarded", "grey"


class ImportAction(Term):
    """What can be done with the import of a list."""

    UPLOAD = "upload", "ladda upp", "upload"
    STAGE = "stage", "läs och kontrollera", "read and check"
    FINISH_STAGING = "finish_staging", "avsluta kontrollen", "finish the check"
    STOP = "stop", "stanna", "stop"
    APPLY = "apply", "registrera", "register"
    FINISH = "finish", "avsluta", "finish"
    DISCARD = "discard", "kassera", "discard"
    WITHDRAW = "withdraw", "återta", "withdraw"


class RowState(Term):
    """What became of one row of a list."""

    READ = "read", "läst", "read", "grey"
    NEW = "new", "ny", "new", "blue"
    REGISTERED = "registered", "registrerad", "registered", "green"
    UNCHANGED = "unchanged", "oförändrad", "unchanged", "grey"
    CHANGED = "changed", "ändrad", "changed", "blue"
    DUPLICATE = "duplicate", "dubblett", "duplicate", "yellow"
    REJECTED = "rejected", "ej registrerad", "not registered", "red"
    SETTLED = "settled", "avgjord", "settled", "green"
    WITHDRAWN = "withdrawn", "återtagen", "withdrawn", "grey"


class TaskKind(Term):
    """What an item on the worklist asks somebody to settle."""

    PLACE_CONFLICT = "place_conflict", "två listor säger olika plats", "two lists name different places"
    NEAR_DUPLICATE = "near_duplicate", "kan vara samma akt", "may be the same file"
    FIELD_CONFLICT = "field_conflict", "listan säger annat än registret", "the list differs from the register"
    LEFT_BEHIND = "left_behind", "kvar efter återtagen inläsning", "left when an import was withdrawn"


class GapKind(Term):
    """How a list of closed cases and the register differ."""

    NO_PAPER = "no_paper", "avslutad där, ingen akt här", "closed there, no paper here", "red"
    UNKNOWN_THERE = "unknown_there", "akt här, okänd där", "paper here, unknown there", "yellow"
    NOT_DELIVERED = "not_delivered", "avslutad, ännu inte levererad", "closed, still not delivered", "red"


class TaskAnswer(Term):
    """How an item on the worklist was settled."""

    SAME = "same", "samma akt", "the same file", "green"
    DIFFERENT = "different", "olika akter", "different files", "green"
    REGISTER_RIGHT = "register_right", "registret stämmer", "the register is right", "green"
    LIST_RIGHT = "list_right", "listan stämmer", "the list is right", "green"
    CORRECTED = "corrected", "rättat i registret", "corrected in the register", "green"
    WITHDRAWN = "withdrawn", "importen återtagen", "the import was withdrawn", "grey"


class RowAnswer(Term):
    """How a row that was not registered was settled."""

    REGISTERED = "registered", "registrerad för hand", "registered by hand", "green"
    IN_NEW_LIST = "in_new_list", "rättad i en ny lista", "corrected in a new list", "green"
    ALREADY_THERE = "already_there", "finns redan i registret", "already in the register", "green"
    NO_SUCH_FILE = "no_such_file", "akten finns inte", "there is no such file", "grey"
    NOT_A_FILE = "not_a_file", "raden är ingen akt", "the row is no file", "grey"
    WITHDRAWN = "withdrawn", "importen återtagen", "the import was withdrawn", "grey"


class ScanOutcome(Term):
    """What a scan led to; tone is the colour of the whole screen."""

    FILE_SHOWN = "file_shown", "akt", "file", "blue"
    PLACE_CHOSEN = "place_chosen", "plats vald", "place chosen", "blue"
    MOVED = "moved", "flyttad", "moved", "green"
    RETURNED = "returned", "återlämnad", "returned", "green"
    CONFIRMED = "confirmed", "står redan här", "already here", "green"
    REPEATED = "repeated", "redan skannad", "already scanned", "grey"
    SEEN_LATE = "seen_late", "sedd tidigare, ej flyttad", "seen earlier, not moved", "yellow"
    PLACE_MOVED = "place_moved", "plats flyttad", "place moved", "green"
    BLANK = "blank", "obunden etikett", "blank label", "yellow"
    VOID_LABEL = "void_label", "makulerad etikett", "void label", "red"
    UNKNOWN_CODE = "unknown_code", "okänd kod", "unknown code", "red"
    NOT_A_CODE = "not_a_code", "inte en av våra koder", "not one of our codes", "red"
    REFUSED = "refused", "går inte", "refused", "red"


class Permission(Term):
    """What a role may do; every action and every endpoint names one."""

    READ_FILES = "read_files", "se akter", "see files"
    READ_NAMES = "read_names", "se namn", "see names"
    READ_KIND = "read_kind", "se akttyp och ömtåliga markeringar", "see kind of file and delicate flags"
    REGISTER = "register", "registrera akter", "register files"
    CORRECT = "correct", "rätta uppgifter", "correct data"
    MOVE = "move", "flytta akter", "move files"
    LEND = "lend", "lämna ut och ta tillbaka", "hand out and take back"
    LABEL = "label", "skriva ut etiketter", "print labels"
    SHAPE_PLACES = "shape_places", "skapa och ändra platser", "create and change places"
    IMPORT = "import", "läsa in listor", "import lists"
    COMPARE = "compare", "jämföra med verksamhetssystemet", "compare with the case system"
    READ_LOOKS = "read_looks", "se vem som har tittat", "see who looked"
    VERIFY = "verify", "kontrollera historiken", "verify the history"
    MANAGE_USERS = "manage_users", "hantera användare", "manage users"
    ANYONE = "anyone", "alla inloggade", "everyone signed in"


class EventKind(Term):
    """What can happen; `archive/events.py` says which facts each one carries."""

    FILE_REGISTERED = "file.registered", "registrerad", "registered", "green"
    FILE_MOVED = "file.moved", "flyttad", "moved", "blue"
    FILE_SEEN = "file.seen", "sedd", "seen", "green"
    FILE_LENT = "file.lent", "utlånad", "lent", "yellow"
    FILE_TAKEN_BACK = "file.taken_back", "återlämnad", "taken back", "green"
    FILE_CORRECTED = "file.corrected", "rättad", "corrected", "purple"
    FILE_VOIDED = "file.voided", "makulerad", "made void", "red"
    FILE_REINSTATED = "file.reinstated", "återinförd", "reinstated", "purple"
    FILE_PERSON_ADDED = "file.person_added", "person tillagd", "person added", "purple"
    FILE_PERSON_REMOVED = "file.person_removed", "person borttagen", "person removed", "purple"
    FILE_LABELLED = "file.labelled", "ny etikett", "labelled", "grey"
    FILE_CHECKED_EARLIER = (
        "file.checked_earlier",
        "kontrollerad före systemet",
        "checked before the system",
        "grey",
    )
    PERSON_REGISTERED = "person.registered", "person registrerad", "person registered"
    PERSON_CORRECTED = "person.corrected", "person rättad", "person corrected"
    PERSON_PROTECTED = "person.protected", "skydd ändrat", "protection changed", "red"
    PERSON_NUMBER_ADDED = "person.number_added", "nummer tillagt", "number added"
    PLACE_CREATED = "place.created", "plats skapad", "place created", "green"
    PLACE_MOVED = "place.moved", "plats flyttad", "place moved", "blue"
    PLACE_CHANGED = "place.changed", "plats ändrad", "place changed", "purple"
    PLACE_CLOSED = "place.closed", "plats stängd", "place closed", "grey"
    PLACE_REOPENED = "place.reopened", "plats öppnad", "place reopened", "green"
    PLACE_LABELLED = "place.labelled", "ny etikett", "labelled", "grey"
    LOAN_HANDED_OUT = "loan.handed_out", "utlämnad", "handed out", "yellow"
    LOAN_GIVEN_BACK = "loan.given_back", "återlämnad", "given back", "green"
    LABELS_PRINTED = "labels.printed", "etiketter utskrivna", "labels printed"
    IMPORT_UPLOADED = "import.uploaded", "lista uppladdad", "list uploaded"
    IMPORT_STAGING = "import.staging", "lista läses", "list being read"
    IMPORT_STAGED = "import.staged", "lista kontrollerad", "list checked"
    IMPORT_STOPPED = "import.stopped", "lista gick inte att läsa", "list could not be read", "red"
    IMPORT_APPLYING = "import.applying", "lista registreras", "list being registered"
    IMPORT_FINISHED = "import.finished", "klar", "finished", "green"
    IMPORT_DISCARDED = "import.discarded", "lista kasserad", "list discarded"
    IMPORT_WITHDRAWING = "import.withdrawing", "import återtas", "import being withdrawn", "red"
    ROW_SETTLED = "import.row_settled", "rad avgjord", "row settled"
    TASK_OPENED = "task.opened", "uppgift skapad", "task opened"
    TASK_SETTLED = "task.settled", "uppgift avgjord", "task settled", "green"
    MAPPING_SAVED = "mapping.saved", "kolumnval sparat", "mapping saved"
    USER_CREATED = "user.created", "användare skapad", "user created"
    USER_CHANGED = "user.changed", "användare ändrad", "user changed"
    USER_SIGNED_IN = "user.signed_in", "inloggad", "signed in"
    USER_SIGNED_OUT = "user.signed_out", "utloggad", "signed out"
    USER_SIGN_IN_FAILED = "user.sign_in_failed", "misslyckad inloggning", "failed sign-in", "red"
    USER_REFUSED = "user.refused", "nekad", "refused", "red"
    TOKEN_ISSUED = "token.issued", "nyckel utfärdad", "token issued"
    TOKEN_REVOKED = "token.revoked", "nyckel återkallad", "token revoked"
    LOOKED_AT_FILE = "look.file", "tittade på en akt", "looked at a file"
    LOOKED_AT_PERSON = "look.person", "tittade på en person", "looked at a person"
    LOOKED_AT_LIST = "look.list", "tittade på en lista", "looked at a list"
    LOOKED_FOR = "look.find", "sökte i registret", "looked something up"
    LOOKED_AT_LOOKS = "look.looks", "tittade på åtkomstlogg", "looked at who looked"
