"""Name what happens to lists that are read in, and what they leave to settle."""

from archive.vocabulary.term import Term


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
    ASKED = "asked", "i fråga", "in question", "yellow"
    REJECTED = "rejected", "ej registrerad", "not registered", "red"
    SETTLED = "settled", "avgjord", "settled", "green"
    WITHDRAWN = "withdrawn", "återtagen", "withdrawn", "grey"


class TaskKind(Term):
    """What an item on the worklist asks somebody to settle."""

    PLACE_CONFLICT = "place_conflict", "två listor säger olika plats", "two lists name different places"
    NEAR_DUPLICATE = "near_duplicate", "kan vara samma akt", "may be the same file"
    FIELD_CONFLICT = "field_conflict", "listan säger annat än registret", "the list differs from the register"
    IDENTITY = "identity", "samma aktnummer, något skiljer", "the same reference, something differs"
    LEFT_BEHIND = "left_behind", "kvar efter återtagen inläsning", "left when an import was withdrawn"
    # Asked of those cleared for sealed files, and told to nobody else.
    SAME_PERSON = "same_person", "kan vara en skyddad person", "may be a protected person"


class Likeness(Term):
    """By what two files may be one: first in what they may agree, then in what they may differ."""

    NUMBER = "number", "personnummer", "personal number"
    NAME = "name", "namn", "name"
    BIRTH = "birth", "födelsedatum", "birth date"
    DATES = "dates", "datum", "dates"
    REFERENCE_DIGIT = "reference_digit", "aktnumret skiljer en siffra", "one digit of the reference differs"
    REFERENCE_SWAPPED = (
        "reference_swapped",
        "två tecken i aktnumret har bytt plats",
        "two signs of the reference swapped",
    )
    REFERENCE_TWICE = (
        "reference_twice",
        "ett tecken i aktnumret står två gånger",
        "a sign of the reference typed twice",
    )
    REFERENCE_WRITTEN = (
        "reference_written",
        "aktnumret är skrivet på annat sätt",
        "the reference is written otherwise",
    )
    REFERENCE_MISSING = "reference_missing", "aktnummer saknas", "a reference is missing"
    REFERENCE_OTHER = "reference_other", "aktnumret är ett annat", "another reference"
    OTHER_SOURCE = (
        "other_source",
        "samma aktnummer i ett annat system",
        "the same reference in another source",
    )
    PART_OTHER = "part_other", "en annan del", "another part"
    NAME_SPELT = "name_spelt", "namnet är stavat på annat sätt", "the name is spelt otherwise"
    NAME_TURNED = "name_turned", "för- och efternamn har bytt plats", "given name and surname changed places"
    NAME_LONGER = "name_longer", "ett efternamn till", "one more surname"
    SURNAME_OTHER = "surname_other", "ett annat efternamn", "another surname"
    NAME_OTHER = "name_other", "ett annat namn", "another name"
    NUMBER_MISSING = "number_missing", "personnummer saknas i den ena", "one has no personal number"
    NUMBER_DIGIT = "number_digit", "personnumret skiljer en siffra", "one digit of the number differs"
    NUMBER_SWAPPED = (
        "number_swapped",
        "två siffror i personnumret har bytt plats",
        "two digits of the number swapped",
    )
    NUMBER_WRITTEN = "number_written", "dagen i personnumret skiljer 60", "the day in the number is 60 off"
    NUMBER_OTHER = "number_other", "ett annat personnummer", "another personal number"
    BIRTH_SLIP = "birth_slip", "födelsedatumet skiljer sig lite", "the birth date differs a little"
    BIRTH_OTHER = "birth_other", "ett annat födelsedatum", "another birth date"
    DATE_A_DAY_OFF = "date_a_day_off", "ett datum skiljer en dag", "a date is a day off"
    DATE_TURNED = "date_turned", "dag och månad har bytt plats", "day and month changed places"
    DATE_DIGIT = "date_digit", "ett datum skiljer en siffra", "one digit of a date differs"
    DATES_OTHER = "dates_other", "andra datum", "other dates"


class GapKind(Term):
    """How a list of closed cases and the register differ."""

    NO_PAPER = "no_paper", "avslutad där, ingen akt här", "closed there, no paper here", "red"
    UNKNOWN_THERE = "unknown_there", "akt här, okänd där", "paper here, unknown there", "yellow"
    NOT_DELIVERED = "not_delivered", "avslutad, ännu inte levererad", "closed, still not delivered", "red"


class TaskAnswer(Term):
    """How an item on the worklist was settled."""

    SAME = "same", "samma akt", "the same file", "green"
    DIFFERENT = "different", "olika akter", "different files", "green"
    ANOTHER_PERSON = (
        "another_person",
        "samma akt, den gäller också den här personen",
        "the same file, it is about this person too",
        "green",
    )
    ROW_WRONG = "row_wrong", "raden i listan är fel", "the row of the list is wrong", "grey"
    REGISTER_RIGHT = "register_right", "registret stämmer", "the register is right", "green"
    LIST_RIGHT = "list_right", "listan stämmer", "the list is right", "green"
    CORRECTED = "corrected", "rättat i registret", "corrected in the register", "green"
    ONE_PERSON = "one_person", "samma person", "the same person", "green"
    TWO_PERSONS = "two_persons", "olika personer", "different persons", "green"
    WITHDRAWN = "withdrawn", "importen återtagen", "the import was withdrawn", "grey"


class RowAnswer(Term):
    """How a row that was not registered was settled."""

    REGISTERED = "registered", "registrerad för hand", "registered by hand", "green"
    IN_NEW_LIST = "in_new_list", "rättad i en ny lista", "corrected in a new list", "green"
    ALREADY_THERE = "already_there", "finns redan i registret", "already in the register", "green"
    NO_SUCH_FILE = "no_such_file", "akten finns inte", "there is no such file", "grey"
    NOT_A_FILE = "not_a_file", "raden är ingen akt", "the row is no file", "grey"
    ROW_WRONG = "row_wrong", "raden i listan är fel", "the row of the list is wrong", "grey"
    WITHDRAWN = "withdrawn", "importen återtagen", "the import was withdrawn", "grey"


class RowReason(Term):
    """Why a row of a list was not registered, in few words; the row's own sentence says what to do."""

    NOT_A_FILE = "not_a_file", "rubrik eller summa", "a heading or a sum"
    SUM = "sum", "summa eller transport", "a sum or what is carried over"
    PAGE_HEAD = "page_head", "sidhuvud eller sidfot", "the head or foot of a page"
    HEADER_AGAIN = "header_again", "kolumnrubrikerna igen", "the headings of the columns again"
    PLACE_LINE = "place_line", "rad om platsen för raderna under", "a line on the place of the rows below"
    PERSON_LINE = "person_line", "rad om personen för raderna under", "a line on the person of the rows below"
    SEPARATOR_CHANGED = (
        "separator_changed",
        "annat skiljetecken än i listan",
        "another separator than the list's",
    )
    NOTHING_IDENTIFIES = (
        "nothing_identifies",
        "varken aktnummer eller person",
        "neither a reference nor a person",
    )
    KIND_UNKNOWN = "kind_unknown", "okänd akttyp", "unknown kind of file"
    PLACE_UNKNOWN = "place_unknown", "ingen plats angiven", "no place stated"
    PLACE_CLOSED = "place_closed", "platsen är stängd", "the place is closed"
    SOURCE_MISSING = "source_missing", "aktnumrets källa är inte angiven", "no source system stated"
    SOURCE_UNKNOWN = "source_unknown", "okänd källa till aktnumret", "unknown source system"
    PART_BEYOND_PARTS = (
        "part_beyond_parts",
        "delen är större än antalet delar",
        "the part is beyond the number of parts",
    )
    TOO_MANY_CELLS = "too_many_cells", "fler celler än kolumner", "more cells than columns"
    NAME_SPLIT = "name_split", "namnet kan vara delat av ett komma", "the name may be split by a comma"
    FORMULA = "formula", "en formel i stället för ett värde", "a formula in place of a value"
    CELL_TOO_LONG = "cell_too_long", "en cell är för lång", "a cell is too long"


class CellFate(Term):
    """What became of a cell of a list."""

    FIELD = "field", "registreras som", "registered as"
    UNREAD = "unread", "kan inte läsas, flaggad", "cannot be read, flagged"
    DIFFERS = "differs", "skiljer sig från registret, fråga", "differs from the register, a question"
    NOTE = "note", "fritext, läst efter märkning", "free text, read for marks of protection"
    IGNORED = "ignored", "ignorerad kolumn", "an ignored column"
    BESIDE = "beside", "bredvid listans kolumner", "beside the columns of the list"
    OWN = "own", "radnummer och orsak från förra inläsningen", "row number and reason of the reading before"
    TITLE = "title", "ovanför rubrikraden", "above the headings"
    HEADING = "heading", "rubrik", "a heading"
    SUM = "sum", "summa eller sidhuvud", "a sum or the head of a page"
    LINE = "line", "rad om raderna under den", "a line on the rows below it"
    REFUSED = "refused", "rad som inte registreras", "a row that is not registered"
    DUPLICATE = "duplicate", "rad som upprepar en annan", "a row that repeats another"
    QUESTION = "question", "rad i fråga", "a row in question"
    WRONG = "wrong", "rad som sagts vara fel", "a row that was said to be wrong"
    SHEET = "sheet", "blad som inte läses", "a sheet that is not read"
