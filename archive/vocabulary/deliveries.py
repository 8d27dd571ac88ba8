"""Name what happens to files on their way from the old rooms to the central archive."""

from archive.vocabulary.term import Term


class DeliveryState(Term):
    """Where a weekly delivery is, from the plan to the signed receipts."""

    PLANNED = "planned", "planerad", "planned", "grey"
    PACKING = "packing", "packas", "being packed", "yellow"
    ON_THE_WAY = "on_the_way", "på väg", "on the way", "blue"
    RECEIVING = "receiving", "tas emot", "being received", "blue"
    RECEIVED = "received", "mottagen", "received", "purple"
    CLOSED = "closed", "avslutad", "closed", "green"
    CANCELLED = "cancelled", "inställd", "cancelled", "grey"


class DeliveryAction(Term):
    """What can be done with a delivery as a whole."""

    PLAN = "plan", "planera", "plan"
    PACK = "pack", "börja packa", "begin packing"
    DISPATCH = "dispatch", "skicka", "dispatch"
    RECALL = "recall", "återkalla", "call back"
    RECEIVE = "receive", "börja ta emot", "begin receiving"
    FINISH = "finish", "avsluta mottagningen", "finish receiving"
    CLOSE = "close", "avsluta", "close"
    CANCEL = "cancel", "ställ in", "cancel"


class SenderState(Term):
    """Where the share of one sender in a delivery is."""

    WAITING = "waiting", "väntar", "waiting", "grey"
    PACKING = "packing", "packas", "being packed", "yellow"
    ON_THE_WAY = "on_the_way", "på väg", "on the way", "blue"
    RECEIVED = "received", "kvitterad", "receipted", "green"
    DROPPED = "dropped", "utgår", "dropped", "grey"


class SenderAction(Term):
    """What can be done with the share of one sender."""

    ADD = "add", "lägg till", "add"
    PACK = "pack", "börja packa", "begin packing"
    DISPATCH = "dispatch", "skicka", "dispatch"
    RECALL = "recall", "återkalla", "call back"
    SIGN = "sign", "kvittera", "sign the receipt"
    DROP = "drop", "låt utgå", "drop"


class LeftOut(Term):
    """Why a file that stands in the room on paper is listed apart, not to be packed."""

    ON_LOAN = "on_loan", "utlånad", "on loan", "yellow"
    OTHER_DELIVERY = "other_delivery", "i en annan leverans", "in another delivery", "blue"
    OTHER_ROOM = "other_room", "står i en annan lokal", "stands in another room", "yellow"
    LOST = "lost", "konstaterad förlorad", "declared lost", "red"
    GONE = "gone", "finns inte kvar i arkivet", "no longer in the archive", "grey"
    NO_ROOM = "no_room", "ryms inte den här veckan", "no room this week", "grey"
    UNDONE = "undone", "skanningen ångrades", "the scan was undone", "grey"


class RowSense(Term):
    """What a row of a pick list written elsewhere comes to, before it is taken over."""

    LISTED = "listed", "packas", "to be packed", "green"
    LEFT_OUT = "left_out", "lämnas utanför", "left out", "yellow"
    REPEATED = "repeated", "står redan på listan", "listed above already", "grey"
    UNKNOWN = "unknown", "finns inte i registret", "not in the register", "red"
    SEVERAL = "several", "flera akter har numret", "several files have this number", "red"


class DifferenceKind(Term):
    """How what was listed, packed and received differ; every difference has a name."""

    LISTED_NOT_FOUND = "listed_not_found", "på listan, inte i hyllan", "listed, not on the shelf", "red"
    LISTED_NOT_PACKED = "listed_not_packed", "på listan, inte packad", "listed, not packed", "yellow"
    ON_SHELF_NOT_LISTED = "on_shelf_not_listed", "i hyllan, inte på listan", "on the shelf, not listed"
    TAKEN_OUT = "taken_out", "packad, uttagen före avfärd", "packed, taken out before dispatch", "yellow"
    PACKED_NOT_RECEIVED = "packed_not_received", "packad, inte mottagen", "packed, not received", "red"
    RECEIVED_NOT_PACKED = "received_not_packed", "mottagen, inte packad", "received, not packed", "yellow"
    NOT_IN_REGISTER = "not_in_register", "finns inte i registret", "not in the register", "red"
    IN_ANOTHER_CRATE = "in_another_crate", "i en annan låda", "in another crate", "yellow"
    OUTSIDE_CRATE = "outside_crate", "mottagen utanför lådorna", "received outside the crates", "yellow"
    OTHER_DELIVERY = "other_delivery", "hör till en annan leverans", "belongs to another delivery", "yellow"
    TWICE = "twice", "skannad i två lådor", "scanned in two crates", "red"
    VOID_LABEL = "void_label", "makulerad etikett", "void label", "yellow"
    SEAL_BROKEN = "seal_broken", "plomberingen bruten", "seal broken", "red"
    SEAL_DIFFERS = "seal_differs", "annat plomberingsnummer", "another seal number", "red"
    CRATE_MISSING = "crate_missing", "lådan har inte kommit", "crate has not arrived", "red"


class DifferenceReason(Term):
    """What a difference turned out to be; free text only for `other`."""

    LIST_OLD = "list_old", "listan var gammal", "the list was out of date"
    LENT = "lent", "utlånad under packningen", "lent while packing went on"
    LEFT_BEHIND = "left_behind", "kvar i lokalen, tas nästa gång", "left in the room, comes next time"
    PACKED_UNSCANNED = "packed_unscanned", "packad utan att skannas", "packed without a scan"
    SCANNED_LATE = "scanned_late", "skanningen kom in senare", "the scan came in later"
    WRONG_CRATE = "wrong_crate", "lagd i fel låda", "put into the wrong crate"
    REPACKED = "repacked", "omlastad på vägen", "repacked on the way"
    ARRIVED_LATER = "arrived_later", "kom senare", "arrived later"
    FOUND = "found", "hittad vid packningen", "found while packing"
    REGISTERED = "registered", "registrerad nu", "registered now"
    RELABELLED = "relabelled", "ny etikett satt", "labelled anew"
    NO_SUCH_FILE = "no_such_file", "akten finns inte", "there is no such file"
    COUNTED_TWICE = "counted_twice", "samma akt skannad två gånger", "the same file scanned twice"
    SEAL_LOOSE = "seal_loose", "plomberingen lossnade, inget saknas", "the seal came off, nothing missing"
    SEAL_MISWRITTEN = "seal_miswritten", "numret felskrivet", "the number was written wrongly"
    RETURNED = "returned", "tillbaka till rätt leverans", "returned to its own delivery"
    SUSPECTED_LOSS = "suspected_loss", "misstänkt förlorad", "suspected loss", "red"
    OTHER = "other", "annat", "other"


class SweepState(Term):
    """Where the emptying of a room is."""

    WAITING = "waiting", "väntar", "waiting", "grey"
    SWEEPING = "sweeping", "slutgenomgång pågår", "final sweep going on", "yellow"
    SWEPT = "swept", "genomgången", "swept", "blue"
    EMPTY = "empty", "tom och stängd", "empty and closed", "green"


class SweepAction(Term):
    """What can be done about the emptying of a room."""

    ENTER = "enter", "ta med i programmet", "enter into the programme"
    SWEEP = "sweep", "börja slutgenomgången", "begin the final sweep"
    FINISH = "finish", "avsluta slutgenomgången", "finish the final sweep"
    STOP = "stop", "avbryt slutgenomgången", "break off the final sweep"
    SIGN = "sign", "underteckna", "sign"
