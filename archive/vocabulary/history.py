"""Name everything that can happen."""

from archive.vocabulary.term import Term


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
