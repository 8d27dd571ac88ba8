"""Name what stands in the register: files, people, places, loans and labels."""

from archive.vocabulary.term import Term


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
    DISPATCH = "dispatch", "skicka", "dispatch"
    ARRIVE = "arrive", "ta emot", "receive"
    REHOME = "rehome", "byt hemplats", "give another home"
    DECLARE_LOST = "declare_lost", "konstatera förlorad", "declare lost"
    FIND = "find", "återfinn", "find"
    SEEK = "seek", "eftersök igen", "seek again"
    SEEK_LENT = "seek_lent", "eftersök hos låntagaren igen", "seek again where it was lent"
    UNFIND = "unfind", "ta tillbaka fyndet", "take the find back"
    UNFIND_LENT = "unfind_lent", "ta tillbaka fyndet av det utlånade", "take back the find of what was lent"


class LoanState(Term):
    """Where a loan is; overdue is computed, never stored."""

    REQUESTED = "requested", "beställd", "requested", "blue"
    PICKED = "picked", "framtagen", "picked", "blue"
    OUT = "out", "utlånad", "out", "yellow"
    RETURNED = "returned", "återlämnad", "returned", "green"
    REFUSED = "refused", "avslagen", "refused", "grey"
    CANCELLED = "cancelled", "avbruten", "cancelled", "grey"
    LOST = "lost", "förlorad under lånet", "lost on loan", "red"


class LoanAction(Term):
    """What can be done with a loan."""

    HAND_OUT = "hand_out", "lämna ut", "hand out"
    GIVE_BACK = "give_back", "återlämna", "give back"
    LOSE = "lose", "konstatera förlorad", "declare lost"
    SEEK = "seek", "eftersök igen", "seek again"
    FIND = "find", "återfinn", "find"
    UNFIND = "unfind", "ta tillbaka fyndet", "take the find back"


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


class PlaceNeed(Term):
    """Why a place a list made stays open when the list is withdrawn."""

    FILES = "files", "akter är registrerade där", "files are recorded there"
    PLACES = "places", "andra platser finns i den", "other places stand in it"
    LABEL = "label", "dess etikett är utskriven", "its label was printed"
    REFERRED = "referred", "annat i registret hänvisar till den", "something else in the register names it"
    LIST = "list", "en annan lista tog akter därifrån", "another list took files from there"
    CHANGED = "changed", "någon har ändrat den", "somebody has changed it"


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

    @property
    def strictness(self) -> int:
        """Return how much it hides, beside the others: what was never stated hides, but yields to a word."""
        order = ("none", "unknown", "marked", "protected_registration", "assumed_identity")
        return order.index(self.value)

    def lowers(self, before: "Protection") -> bool:
        """Tell whether less is hidden than by the one before."""
        return self.strictness < before.strictness


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
    # Stands where a missing file belongs: leads to the file, and is never taken for it.
    MARKER = "marker", "skylt för saknad handling", "marker of a missing document", "yellow"


class LabelReason(Term):
    """Why a label is printed again, which makes the older one void."""

    DAMAGED = "damaged", "skadad eller oläslig", "damaged or illegible"
    LOST = "lost", "har lossnat eller saknas", "came off or missing"
    NEW_COVER = "new_cover", "nytt omslag", "new cover"
    PRINT_FAILED = "print_failed", "utskriften misslyckades", "the print failed"
    BOUND = "bound", "förtryckt etikett bunden i stället", "a blank label was bound instead"
    MERGED = "merged", "akten var registrerad två gånger", "the file was registered twice"


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
    PACKED = "packed", "packad", "packed", "green"
    PACKED_UNLISTED = "packed_unlisted", "i hyllan, inte på listan", "on the shelf, not listed", "yellow"
    PACKED_ALREADY = "packed_already", "redan packad", "packed already", "grey"
    REPACKED = "repacked", "flyttad till den här lådan", "moved to this crate", "green"
    CRATE_CHOSEN = "crate_chosen", "låda vald", "crate chosen", "blue"
    CRATE_ARRIVED = "crate_arrived", "låda mottagen", "crate received", "green"
    RECEIVED = "received", "mottagen", "received", "green"
    RECEIVED_UNEXPECTED = "received_unexpected", "mottagen, inte väntad", "received, not expected", "yellow"
    RECEIVED_ALREADY = "received_already", "redan mottagen", "received already", "grey"
    RECEIVED_TWICE = "received_twice", "redan i en annan låda", "in another crate already", "red"
    TURNED_UP = "turned_up", "kom till rätta efter avslut", "turned up after closing", "yellow"
    SWEPT = "swept", "tom, genomgången", "empty, swept", "green"
    LEFT_OVER = "left_over", "kvar i lokalen", "left in the room", "red"
    CHECK_OPENED = "check_opened", "kontrollera omslaget", "check the cover", "blue"
    CHECK_CONFIRMED = "check_confirmed", "bekräftat", "confirmed", "green"
    CHECK_DONE = "check_done", "kontrollen klar", "check done", "green"
    CHECK_ASKED = "check_asked", "vad är fel?", "what is wrong?", "yellow"
    CHECK_FINDING = "check_finding", "anmärkning", "finding", "yellow"
    CHECK_SET_ASIDE = "check_set_aside", "ställ åt sidan", "set aside", "red"
    CHECK_UNDONE = "check_undone", "ångrat", "taken back", "grey"
    BLANK = "blank", "obunden etikett", "blank label", "yellow"
    VOID_LABEL = "void_label", "makulerad etikett", "void label", "red"
    SHELF_MARKER = "shelf_marker", "skylt: handlingen saknas", "marker: document missing", "yellow"
    UNKNOWN_CODE = "unknown_code", "okänd kod", "unknown code", "red"
    NOT_A_CODE = "not_a_code", "inte en av våra koder", "not one of our codes", "red"
    REFUSED = "refused", "går inte", "refused", "red"
    WANTED = "wanted", "efterlyst", "wanted", "red"
