"""The columns of a table are set in the package of its noun, those of a delivery's line in one module."""

import ast
from collections.abc import Iterable

import pytest

from tests.guards.columns import TABLES, settings
from tests.guards.source import ROOT, Module, modules

OWNED = {
    "accounts": "ApiToken CalendarFeed SignInAttempt User UserRole UserSession",
    "codes": "Label LabelBatch",
    "cover_checks": "Assessment CoverCheck CoverConfirmation Finding",
    "deliveries": "Announcement Delivery DeliveryCrate DeliveryLine DeliverySender Difference",
    "files": "CaseFile EarlierCheck Sighting",
    "heartbeat": "WorkerBeat",
    "history": "Event EventPrivate EventSubject Head Unsealed",
    "imports": "Gap ImportRow ImportRun SavedMapping Task Upload UploadChunk",
    "incidents": "Incident IncidentFile IncidentReader WantedSighting",
    "loans": "Loan",
    "notifications": "Deadline Mail Message",
    "organisation": "FileKind SourceSystem Unit",
    "people": "FilePerson NameToken NameWord Person PersonNumber",
    "places": "Place",
    "programme": "Emptying RoomCount SweptPlace",
    "quality": "Matter",
    "register": "Register",
    "routine_runs": "RoutineRead RoutineStep RoutineVersion",
    "scanning": "Scan",
    "search": "Search",
    "stocktakes": "Sample SampleItem",
}
OWNER = {table: noun for noun, tables in OWNED.items() for table in tables.split()}

# Who sets what of another noun's, and why. This list only shrinks.
EXCEPTIONS = {
    "codes > CaseFile|Place": "which code holds is known to codes alone; file and place carry it, for speed",
    "people > CaseFile": "whether a file is masked follows from its persons, who stand below it",
    "people > Task": "whether two are one person is asked where persons are, below the worklist",
    "files > WantedSighting": "who sees a wanted file is noted at the scan; the incident answers it later",
    "imports > Person": "made of the words of a list for the one masking function, and never stored",
}
NO_NOUNS = {"models", "migrations"}


def set_elsewhere(found: Iterable[Module]) -> dict[str, list[str]]:
    """Return which noun sets columns of tables that are none of its own, and where.

    Where nothing tells which table a row is of, it is taken for one of the noun's own if it may be.
    """
    found = tuple(found)
    said: dict[str, list[str]] = {}
    for module in found:
        noun = module.name.split(".")[1] if "." in module.name else ""
        if noun not in NO_NOUNS:
            for at, tables in settings(module, found):
                if tables and noun not in {OWNER[table] for table in tables}:
                    said.setdefault(f"{noun} > {'|'.join(sorted(tables))}", []).append(at)
    return said


def lines_set(found: Iterable[Module]) -> set[str]:
    """Return the places that may set columns of a delivery's line, other than in its one module."""
    found = tuple(found)
    return {
        at
        for module in found
        if module.name.startswith("archive.deliveries.") and module.name != "archive.deliveries.lines"
        for at, tables in settings(module, found)
        if "DeliveryLine" in tables
    }


def test_every_table_has_one_owner() -> None:
    assert set(OWNER) == set(TABLES)
    assert len(OWNER) == sum(len(tables.split()) for tables in OWNED.values())


def test_columns_are_set_in_the_package_of_their_noun_and_no_exception_is_kept_that_is_not_needed() -> None:
    found = set_elsewhere(modules("archive"))
    assert {name: where for name, where in found.items() if name not in EXCEPTIONS} == {}
    assert set(found) == set(EXCEPTIONS)


def test_columns_of_a_delivery_line_are_set_in_one_module() -> None:
    assert lines_set(modules("archive")) == set()


IMPORTS = "from archive.models import Loan\nfrom archive.loans import loans\n"


@pytest.mark.parametrize(
    "bad",
    [
        "def late(work, loan: Loan):\n    loan.due_on = None",
        "def late(work):\n    loan = loans.get(work, 1)\n    loan.note = ''",
        "def late(work):\n    for one in loans.all_of(work):\n        one.note, one.open = '', False",
        "def late(work):\n    some = select(Loan)\n    one = work.session.scalar(some)\n    one.note = ''",
        "def late(work):\n    work.session.get(Loan, 1).due_on = None",
        "def late(work, loan: Loan):\n    setattr(loan, 'note', '')",
        "def late(work, loan: Loan):\n    history.advance(work, loan, A.LOSE, changes={'open': False})",
        "def late(work, loan: Loan):\n    work.session.delete(loan)",
        "def late(work):\n    work.session.execute(update(Loan).values(note=''))",
        "_LOAN = Loan.__table__\ndef late(work):\n    work.insert(_LOAN, [])",
        "def late(work):\n    return Loan(open=True)",
        "def late(work):\n    history.begin_many(work, Loan, A.LEND, [])",
    ],
)
def test_a_column_set_by_another_noun_is_seen(bad: str) -> None:
    known = "def get(work, id) -> Loan: ...\ndef all_of(work) -> Sequence[Loan]: ..."
    loans = _module("archive.loans.loans", known)
    assert set(set_elsewhere([loans, _module("archive.places.places", IMPORTS + bad)])) == {"places > Loan"}
    assert set_elsewhere([loans, _module("archive.loans.more", IMPORTS + bad)]) == {}


@pytest.mark.parametrize(
    "good",
    [
        "def late(work, loan: Loan):\n    loan.status = None",  # the history's: another guard
        "def late(work, told: Told):\n    told.due_on = None",  # no row at all
        "def late(work, loan: Loan):\n    history.advance(work, loan, A.LOSE)",
    ],
)
def test_what_sets_no_column_of_another_noun_is_not_taken_for_it(good: str) -> None:
    assert set_elsewhere([_module("archive.places.places", IMPORTS + good)]) == {}


def test_a_line_set_beside_its_module_is_seen() -> None:
    bad = "def late(work, line: DeliveryLine, crate: DeliveryCrate):\n    line.open = crate.open = False"
    assert len(lines_set([_module("archive.deliveries.packing", bad)])) == 1
    assert lines_set([_module("archive.deliveries.lines", bad)]) == set()
    unclear = "def late(work, one):\n    one.packed_at = None"
    assert len(lines_set([_module("archive.deliveries.packing", unclear)])) == 1


def _module(name: str, text: str) -> Module:
    return Module(name, ROOT / f"{name.replace('.', '/')}.py", 1, ast.parse(text))
