"""Name what a cover check says: the check, what it confirms and finds, what follows from it."""

from archive.vocabulary.term import Term


class CheckState(Term):
    """Where the check of one cover is; a file in the queue can be asked for meanwhile."""

    WAITING = "waiting", "väntar på kontroll", "waiting", "blue"
    SET_ASIDE = "set_aside", "ställd åt sidan", "set aside", "red"
    CHECKED = "checked", "kontrollerad", "checked", "green"
    WITH_FINDINGS = "with_findings", "kontrollerad med anmärkning", "checked with findings", "yellow"
    WITHDRAWN = "withdrawn", "utgår", "withdrawn", "grey"


class CheckAction(Term):
    """What can be done with the check of a cover."""

    QUEUE = "queue", "ställ i kontrollkön", "queue"
    SET_ASIDE = "set_aside", "ställ åt sidan", "set aside"
    TAKE_UP = "take_up", "ta upp igen", "take up again"
    PASS = "pass", "godkänn", "pass"
    PASS_WITH_FINDINGS = "pass_with_findings", "avsluta med anmärkning", "pass with findings"
    REOPEN = "reopen", "öppna igen", "open again"
    WITHDRAW = "withdraw", "låt utgå", "withdraw"


class Confirmation(Term):
    """What a person says of a cover, each apart: one hasty yes to everything is a rubber stamp."""

    COVER = "cover", "Omslag rätt", "Cover right"
    CONTENTS = "contents", "Innehåll genombläddrat, hör hit", "Contents leafed through, belong here"
    SEAL = "seal", "Kod och försegling rätt", "Code and seal right"


class CheckCommand(Term):
    """What the printed command labels at a checking desk say."""

    COVER_RIGHT = "cover_right", "OMSLAG RÄTT", "COVER RIGHT", "green"
    CONTENTS_RIGHT = "contents_right", "INNEHÅLL RÄTT", "CONTENTS RIGHT", "green"
    SEAL_RIGHT = "seal_right", "FÖRSEGLING RÄTT", "SEAL RIGHT", "green"
    WRONG = "wrong", "FEL", "WRONG", "red"
    DAMAGED = "damaged", "SKADAD", "DAMAGED", "yellow"
    UNDO = "undo", "ÅNGRA", "UNDO", "grey"


class CheckWithdrawal(Term):
    """Why a cover need not be checked after all."""

    NOT_RECEIVED = "not_received", "mottagandet ångrat", "the receipt was undone"
    VOID = "void", "akten är makulerad", "the file is void"
    GONE = "gone", "akten finns inte längre i arkivet", "the file is no longer in the archive"
    IN_DELIVERY = "in_delivery", "kontrolleras i en senare leverans", "checked in a later delivery"
    FIRST_REOPENED = "first_reopened", "första kontrollen öppnades igen", "the first check was opened again"
    BY_MISTAKE = "by_mistake", "ställd i kön av misstag", "queued by mistake"


class FindingKind(Term):
    """What a cover check found wrong."""

    WRONG_ON_COVER = "wrong_on_cover", "fel på omslaget", "wrong on the cover", "yellow"
    REGISTER_WRONG = "register_wrong", "fel i registret", "wrong in the register", "yellow"
    DAMAGED = "damaged", "skadad", "damaged", "yellow"
    CONTENTS_MISSING = "contents_missing", "innehåll saknas", "contents missing", "red"
    LOOSE_PAPERS = "loose_papers", "lösa papper ur annan akt", "loose papers of another file", "red"
    FOREIGN_FILE = "foreign_file", "felinlagd akt", "another whole file", "red"
    SEAL_BROKEN = "seal_broken", "förseglingen bruten", "seal broken", "red"

    @property
    def foreign(self) -> bool:
        """Tell whether the cover held what belongs in another one."""
        return self in {FindingKind.LOOSE_PAPERS, FindingKind.FOREIGN_FILE}


class FindingState(Term):
    """Where a finding is in its life; it is listed until done."""

    FOUND = "found", "ej åtgärdad", "not yet corrected", "red"
    HANDED_ON = "handed_on", "lämnad vidare", "handed on", "yellow"
    CORRECTED = "corrected", "åtgärdad", "corrected", "green"
    WITHDRAWN = "withdrawn", "ångrad", "taken back", "grey"


class FindingAction(Term):
    """What can be done with a finding."""

    FIND = "find", "anmärk", "find"
    CORRECT = "correct", "åtgärda", "correct"
    HAND_ON = "hand_on", "lämna vidare", "hand on"
    WITHDRAW = "withdraw", "ångra", "take back"


class AssessmentState(Term):
    """Whether it has been judged who may have read papers that lay in another's cover."""

    OPEN = "open", "obesvarad", "not answered", "red"
    ANSWERED = "answered", "besvarad", "answered", "green"


class AssessmentAction(Term):
    """What can be done with an assessment."""

    OPEN = "open", "öppna", "open"
    PASS_ON = "pass_on", "överlämna", "pass on"
    ANSWER = "answer", "besvara", "answer"


class AssessmentAnswer(Term):
    """What was decided of the people who may have read papers of another."""

    NOBODY = "nobody", "ingen obehörig har kunnat läsa", "nobody unauthorised can have read them", "green"
    NO_RISK = "no_risk", "läst, ingen risk för den enskilde", "read, no risk to anybody", "yellow"
    RISK = "risk", "läst, risk för den enskilde", "read, a risk to somebody", "red"


class SampleDirection(Term):
    """Which way a sample looks."""

    TO_SHELF = "to_shelf", "från registret till hyllan", "from register to shelf"
    TO_REGISTER = "to_register", "från hyllan till registret", "from shelf to register"


class SampleAnswer(Term):
    """What a sample met."""

    RIGHT = "right", "står rätt", "in its right place", "green"
    ELSEWHERE = "elsewhere", "står på fel plats", "in a wrong place", "red"
    MISSING = "missing", "finns inte på platsen", "not at its place", "red"
    UNKNOWN = "unknown", "finns inte i registret", "not in the register", "red"
    MOVED = "moved", "flyttad eller utlånad efter dragningen", "moved or lent since it was drawn", "grey"
    NO_FILE = "no_file", "ingen akt där", "no file there", "grey"
