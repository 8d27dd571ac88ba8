"""Where one can go: one table for menu and front page, shown by permission and once the page exists."""

from dataclasses import dataclass

from flask import current_app, request

from archive.kernel.store import Actor
from archive.vocabulary import Permission as P
from archive.vocabulary.wording import N_, _, locale
from archive.web.kit.addresses import url_for


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """Name a page people go to, and say on the front page what it is for."""

    endpoint: str
    permission: P
    text: str
    purpose: str
    # What is said instead to those who may not do the rest of it.
    otherwise: tuple[P, str] | None = None
    in_menu: bool = True
    alone: bool = False  # stands for one page and what it posts to, not for its whole blueprint
    also: tuple[str, ...] = ()  # blueprints of pages one goes to from here, which have no tab of their own


ENTRIES = (
    MenuEntry(
        "find.page",
        P.READ_FILES,
        N_("Find"),
        N_("Look up a file by code, reference, name or number"),
        (P.READ_NAMES, N_("Look up a file by code or reference")),
    ),
    MenuEntry(
        "scan.page", P.MOVE, N_("Scan"), N_("Scan a file to see it, or a place and then files to move them")
    ),
    MenuEntry(
        "deliveries.index",
        P.DELIVER,
        N_("Deliveries"),
        N_("Plan, pack, receive and close the weekly deliveries"),
        also=("unregistered", "boards", "paper_sheets", "transfer_notices", "programme", "emptying"),
    ),
    MenuEntry(
        "programme.index",
        P.DELIVER,
        N_("Programme"),
        N_("See what is left in the old rooms, how fast it leaves, and when the last file will have"),
        in_menu=False,
    ),
    MenuEntry(
        "covers.index",
        P.CHECK_COVERS,
        N_("Check covers"),
        N_("Check what was received, cover by cover"),
        also=("assessments", "samples", "second_checks"),
    ),
    MenuEntry(
        "samples.index",
        P.READ_FILES,
        N_("Samples"),
        N_("See how many files are misplaced, by samples of register and shelves"),
        in_menu=False,
    ),
    MenuEntry(
        "second_checks.index",
        P.READ_FILES,
        N_("Double checks"),
        N_("See how many findings cover checks miss, by checking a share again"),
        in_menu=False,
    ),
    MenuEntry(
        "assessments.index",
        P.ASSESS,
        N_("Assessments"),
        N_("Judge who may have read papers that lay in another file's cover"),
        in_menu=False,
    ),
    MenuEntry("files.register", P.REGISTER, N_("Register"), N_("Register a file by hand"), alone=True),
    MenuEntry(
        "places.index",
        P.READ_FILES,
        N_("Places"),
        N_("See what stands where, and create places"),
        (P.SHAPE_PLACES, N_("See what stands where")),
    ),
    MenuEntry("loans.index", P.LEND, N_("Loans"), N_("Hand out files, take them back, see who has what")),
    MenuEntry(
        "incidents.index",
        P.READ_INCIDENTS,
        N_("Missing files"),
        N_("See what is looked for, with its clocks"),
    ),
    MenuEntry(
        "incidents.new",
        P.REPORT_MISS,
        N_("Report a miss"),
        N_("Report at once that something cannot be found"),
        in_menu=False,
        alone=True,
    ),
    MenuEntry(
        "incidents.mine",
        P.ANYONE,
        N_("Waits for me"),
        N_("See the steps that are yours to do, and by when"),
        in_menu=False,
        alone=True,
    ),
    MenuEntry(
        "lost_register.index",
        P.READ_INCIDENTS,
        N_("Register of lost files"),
        N_("See everything that was ever missed, and what became of it"),
        in_menu=False,
    ),
    MenuEntry(
        "annual_report.index",
        P.READ_INCIDENTS,
        N_("Annual report"),
        N_("See a year in figures for the board: moves, checks, what was missed and found, deadlines"),
        in_menu=False,
    ),
    MenuEntry("routines.index", P.ANYONE, N_("Routines"), N_("Read how things are done here"), in_menu=False),
    MenuEntry(
        "quality.index", P.READ_INCIDENTS, N_("Matters"), N_("See deviations and self-checks"), in_menu=False
    ),
    MenuEntry("imports.index", P.IMPORT, N_("Imports"), N_("Read in the lists of the old archives")),
    MenuEntry(
        "same_persons.index",
        P.CHECK_SEALED,
        N_("Protected persons"),
        N_("Settle whether somebody just registered is a protected person"),
        in_menu=False,
    ),
    MenuEntry("worklist.index", P.SETTLE, N_("Worklist"), N_("Settle questions that imports have raised")),
    MenuEntry("comparison.index", P.COMPARE, N_("Compare"), N_("Compare closed cases with the register")),
    MenuEntry("labels.index", P.LABEL, N_("Labels"), N_("Print labels for files and places")),
    MenuEntry("access_log.index", P.READ_LOOKS, N_("Who looked"), N_("See who has looked at what")),
    MenuEntry(
        "organisation.index",
        P.SHAPE_ORGANISATION,
        N_("The organisation"),
        N_("Say which source systems, units and kinds of file the city has"),
        in_menu=False,
    ),
    MenuEntry("users.index", P.MANAGE_USERS, N_("Users"), N_("Create users, give them roles, shut them out")),
    MenuEntry(
        "messages.mail", P.MANAGE_USERS, N_("Mail"), N_("See mail that waits or did not arrive"), alone=True
    ),
    MenuEntry(
        "backups.index",
        P.MANAGE_USERS,
        N_("Backups"),
        N_("See when the register was last backed up, and when a backup was last tried"),
    ),
    MenuEntry("messages.index", P.ANYONE, N_("Inbox"), N_("Read what you have been told"), in_menu=False),
    MenuEntry(
        "account.page",
        P.ANYONE,
        N_("Your account"),
        N_("Change your password, get your calendar"),
        in_menu=False,
    ),
    MenuEntry(
        "help.page", P.ANYONE, N_("Help"), N_("What the states mean and who may do what"), in_menu=False
    ),
)


def open_to(actor: Actor | None) -> list[dict[str, object]]:
    """Return the pages an actor may go to, in order, as menus and tiles need them."""
    if actor is None:
        return []
    known: dict[object, list[dict[str, object]]] = current_app.extensions.setdefault("open to", {})
    key = actor.permissions, locale(), request.endpoint, request.script_root
    if key not in known:
        known[key] = _entries(actor, request.endpoint or "")
    return known[key]


def _entries(actor: Actor, here: str) -> list[dict[str, object]]:
    return [
        {
            "endpoint": entry.endpoint,
            "href": url_for(entry.endpoint),
            "text": _(entry.text),
            "purpose": _(_purpose(entry, actor)),
            "in_menu": entry.in_menu,
            "current": _leads_to(entry, here),
        }
        for entry in ENTRIES
        if entry.endpoint in current_app.view_functions and actor.may(entry.permission)
    ]


def _leads_to(entry: MenuEntry, here: str) -> bool:
    """Tell whether the page shown belongs to an entry, or is one that people go to from it."""
    blueprint = entry.endpoint.split(".")[0]
    if here.split(".")[0] in entry.also:
        return True
    return here.startswith(entry.endpoint if entry.alone else f"{blueprint}.")


def _purpose(entry: MenuEntry, actor: Actor) -> str:
    if entry.otherwise is None or actor.may(entry.otherwise[0]):
        return entry.purpose
    return entry.otherwise[1]
