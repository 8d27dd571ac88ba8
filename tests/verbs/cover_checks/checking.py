"""Build what tests of cover checks need: people at a checking desk, covers that wait, loans that were out."""

from datetime import timedelta

from sqlalchemy import select
from sqlmodel import col

from archive.accounts import users
from archive.cover_checks import checks
from archive.kernel.store import Actor, Archive, Work, operator
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import CaseFile, CoverCheck, Loan, Place
from archive.vocabulary import Confirmation, LoanPurpose, PlaceKind, Role
from tests.builders import _quick_hash, a_file, a_shelf
from tests.remembering import remembering

KEEPER = (Role.ASSISTANT, Role.SEALED_KEEPER)


@remembering
def somebody(archive: Archive, name: str, *roles: Role) -> Actor:
    """Return a new user in these roles, an archive assistant by default."""
    roles = roles or (Role.ASSISTANT,)
    with archive.write(operator("tests")) as work:
        user = users.create_user(work, name.lower(), name, _quick_hash(), list(roles))
        return users.actor(user.stream, user.name, user.id, list(roles))


def a_check(work: Work, file: CaseFile | None = None) -> CoverCheck:
    """Queue a file, or a new one, for the check of its cover."""
    return checks.queue_alone(work, file or a_file(work, _a_shelf(work)))


def _a_shelf(work: Work) -> Place:
    shelf = work.session.scalar(select(Place).where(col(Place.kind) == PlaceKind.SHELF))
    return shelf or a_shelf(work)


def checked(work: Work, file: CaseFile | None = None) -> CoverCheck:
    """Check a cover and find nothing wrong."""
    check = a_check(work, file)
    for what in (Confirmation.COVER, Confirmation.CONTENTS):
        checks.confirm(work, check, what)
    return check


def lent(work: Work, file: CaseFile) -> Loan:
    """Lend a file to somebody for a week."""
    due = work.now.date() + timedelta(days=7)
    return loans.hand_out(work, file, Request("Karin Berg", LoanPurpose.CASE_WORK, due))


def lent_and_back(work: Work, file: CaseFile) -> Loan:
    """Lend a file and take it back."""
    loan = lent(work, file)
    loans.take_back(work, file)
    return loan
