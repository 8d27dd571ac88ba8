"""Name who uses the system and what they may do."""

from archive.vocabulary.term import Term


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
