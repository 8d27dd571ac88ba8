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
    SEALED_KEEPER = "sealed_keeper", "behörig för förseglade akter", "cleared for sealed files"
    ADMINISTRATOR = "administrator", "systemförvaltare", "administrator"
    REGISTRAR = "registrar", "registrator", "registrar"
    LEX_SARAH_OFFICER = "lex_sarah_officer", "lex Sarah-ansvarig", "Lex Sarah officer"
    DELEGATE = "delegate", "delegat", "delegate"
    CITY_ARCHIVE = "city_archive", "kontakt på stadsarkivet", "contact at the city archive"


class Permission(Term):
    """What a role may do; every action and every endpoint names one."""

    READ_FILES = "read_files", "se akter", "see files"
    READ_NAMES = "read_names", "se namn", "see names"
    READ_KIND = "read_kind", "se akttyp och ömtåliga markeringar", "see kind of file and delicate flags"
    REGISTER = "register", "registrera akter", "register files"
    CORRECT = "correct", "rätta uppgifter", "correct data"
    SETTLE = "settle", "avgöra frågor från listor", "settle questions of lists"
    LIFT_PROTECTION = "lift_protection", "häva skydd av uppgifter", "lift a protection"
    MOVE = "move", "flytta akter", "move files"
    LEND = "lend", "lämna ut och ta tillbaka", "hand out and take back"
    LABEL = "label", "skriva ut etiketter", "print labels"
    SHAPE_PLACES = "shape_places", "skapa och ändra platser", "create and change places"
    CHECK_COVERS = "check_covers", "kontrollera omslag", "check covers"
    CHECK_SEALED = "check_sealed", "kontrollera förseglade akter", "check sealed files"
    ASSESS = "assess", "bedöma vem som kan ha läst", "assess who may have read"
    IMPORT = "import", "läsa in listor", "import lists"
    COMPARE = "compare", "jämföra med verksamhetssystemet", "compare with the case system"
    REPORT_MISS = "report_miss", "anmäla att något saknas", "report that something is missing"
    READ_INCIDENTS = "read_incidents", "se ärenden om saknade akter", "see incidents"
    WORK_ON_INCIDENTS = "work_on_incidents", "söka och utreda saknade akter", "search and investigate"
    LEAD_INCIDENTS = "lead_incidents", "leda ärenden om saknade akter", "lead incidents"
    DECIDE_LOST = "decide_lost", "konstatera att en akt är förlorad", "declare a file lost"
    SHAPE_ROUTINES = "shape_routines", "ändra rutiner", "change routines"
    PLAN_DELIVERIES = "plan_deliveries", "planera och avsluta leveranser", "plan and close deliveries"
    DELIVER = "deliver", "packa och skicka leveranser", "pack and dispatch deliveries"
    RECEIVE = "receive", "ta emot leveranser", "receive deliveries"
    READ_LOOKS = "read_looks", "se vem som har tittat", "see who looked"
    VERIFY = "verify", "kontrollera historiken", "verify the history"
    SHAPE_ORGANISATION = (
        "shape_organisation",
        "ändra verksamhetens uppgifter",
        "change the organisation's details",
    )
    MANAGE_USERS = "manage_users", "hantera användare", "manage users"
    ANYONE = "anyone", "alla inloggade", "everyone signed in"
