"""Lifting what protects a person: by few, who prove who they are once more, and before witnesses."""

from datetime import timedelta

from sqlalchemy import select
from sqlmodel import col

from archive.accounts.sessions import Proof
from archive.kernel.errors import Conflict, Invalid, NotPermitted
from archive.kernel.store import Work
from archive.models import CaseFile, Person, User, UserRole
from archive.notifications import inbox
from archive.people import file_links, people
from archive.vocabulary import MessageKind, Permission, Protection, Role
from archive.vocabulary.wording import N_

FRESH = timedelta(minutes=5)
WITNESSES = (Role.MANAGER, Role.DATA_PROTECTION_OFFICER)


def lift(work: Work, person: Person, protection: Protection, grounds: str, proof: Proof | None) -> None:
    """Set a weaker protection, and tell the heads and the data protection officer at once."""
    _require(work, grounds, proof)
    people.lock(work, person)
    if not protection.lowers(person.protection):
        raise Conflict(
            "nothing_to_lift", N_("This is no weaker protection than the present one."), field="protection"
        )
    people.reset_protection(work, person, protection, grounds)
    _tell(work, person)


def take_off(work: Work, file: CaseFile, person: Person, grounds: str, proof: Proof | None) -> None:
    """Say that a file does not concern a protected person, which may show the file to everybody."""
    _require(work, grounds, proof)
    file_links.refuse_last(work, file)
    file_links.unlink(work, file, person, grounds)
    _tell(work, person)


def _require(work: Work, grounds: str, proof: Proof | None) -> None:
    work.require(Permission.LIFT_PROTECTION)
    if proof is None or proof.actor.id != work.actor.id or not work.now - FRESH <= proof.at <= work.now:
        raise NotPermitted(
            "proof_needed",
            N_("Give your password again on the page: a protection is lifted by a person, not by a program."),
        )
    if not grounds.strip():
        raise Invalid(
            "protection_source",
            N_("Say on what grounds the protection is lifted, such as the notice and its date."),
            field="grounds",
        )


def _tell(work: Work, person: Person) -> None:
    """Tell the witnesses; raises Conflict where there is none beside the actor."""
    holders = select(col(UserRole.user_id)).where(col(UserRole.role).in_(WITNESSES))
    told = list(
        work.session.execute(
            select(col(User.id)).where(
                col(User.active), col(User.id).in_(holders), col(User.id) != (work.actor.user_id or 0)
            )
        ).scalars()
    )
    if not told:
        raise Conflict(
            "no_witness",
            N_(
                "A protection is lifted only when a manager or the data protection officer is told, and "
                "there is none among the users. Ask the administrator."
            ),
        )
    key = f"lifted {people.version(work, person)}"
    inbox.tell(work, MessageKind.PROTECTION_LIFTED, person.stream, key, users=told, person=person.id)
