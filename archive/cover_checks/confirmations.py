"""What people said of a cover, each apart: who still must say what, and how long each took."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select

from archive.accounts import display_names
from archive.history import history
from archive.kernel.store import Work
from archive.models import CaseFile, CoverCheck, CoverConfirmation
from archive.vocabulary import Confirmation, EventKind, Permission

# How many different people must say what: of a sealed envelope whoever checks it sees code and seal only, and
# two of those who may open it check the cover, each for themselves.
NEEDED: Mapping[bool, Mapping[Confirmation, int]] = {
    False: {Confirmation.COVER: 1, Confirmation.CONTENTS: 1},
    True: {Confirmation.SEAL: 1, Confirmation.COVER: 2, Confirmation.CONTENTS: 1},
}

_SAID = CoverConfirmation.__table__  # type: ignore[attr-defined]
_CONFIRMATIONS = (
    select(CoverConfirmation)
    .where(_SAID.c.check_id.in_(bindparam("checks", expanding=True)), ~_SAID.c.undone)
    .order_by(_SAID.c.id)
)


def by_check(work: Work, check_ids: Sequence[int]) -> dict[int, list[CoverConfirmation]]:
    """Return what was confirmed in each check and not taken back, oldest first."""
    found: dict[int, list[CoverConfirmation]] = {}
    if check_ids:
        for said in work.session.execute(_CONFIRMATIONS, {"checks": list(check_ids)}).scalars():
            found.setdefault(said.check_id, []).append(said)
    return found


def missing(file: CaseFile, said: Iterable[CoverConfirmation]) -> dict[Confirmation, int]:
    """Return what is still to be confirmed of a file, and by how many."""
    counted = [one.what for one in said if _counts(one, protected=file.protected)]
    open_ = {what: people - counted.count(what) for what, people in NEEDED[file.protected].items()}
    return {what: people for what, people in open_.items() if people > 0}


def _counts(said: CoverConfirmation, *, protected: bool) -> bool:
    """Tell whether a confirmation holds: the file may have become a protected person's since."""
    return not protected or said.cleared or said.what is Confirmation.SEAL


def needs(work: Work, file: CaseFile, said: Sequence[CoverConfirmation]) -> tuple[Confirmation, ...]:
    """Return what this person can still confirm of a file."""
    person = display_names.person(work.actor)
    own = {one.what for one in said if one.by == person and _counts(one, protected=file.protected)}
    cleared = not file.protected or work.actor.may(Permission.CHECK_SEALED)
    open_ = missing(file, said)
    if not open_:  # protected no more, so what was said of it is enough: any word more ends the check
        return tuple(NEEDED[file.protected])
    return tuple(what for what in open_ if what not in own and (cleared or what is Confirmation.SEAL))


def say(
    work: Work,
    check: CoverCheck,
    what: Confirmation,
    said: Sequence[CoverConfirmation],
    scan_id: str | None,
    moment: datetime,
) -> CoverConfirmation:
    """Write down what a person confirmed."""
    person = display_names.person(work.actor)
    for older in said:  # it did not count: the person was not cleared then
        if (older.what, older.by) == (what, person):
            unsay(work, check, older)
    made = CoverConfirmation(
        check_id=check.id,
        what=what,
        by=person,
        at=moment,
        seconds=_seconds(check, said, person, moment),
        cleared=work.actor.may(Permission.CHECK_SEALED),
        scan_id=scan_id,
    )
    work.session.add(made)
    work.session.flush()
    history.record(
        work,
        EventKind.CHECK_CONFIRMED,
        check,
        subjects=[f"file:{check.file_id}"],
        happened_at=moment,
        what=what.value,
        seconds=made.seconds,
    )
    return made


def _seconds(
    check: CoverCheck, said: Sequence[CoverConfirmation], person: str, moment: datetime
) -> int | None:
    """Return how long the person took since the file was opened or the last thing said; None if unknown."""
    if check.opened_at is None or check.opened_by != person:
        return None
    since = max([check.opened_at, *(one.at for one in said if one.by == person)])
    return max(0, round((moment - since).total_seconds()))


def unsay(work: Work, check: CoverCheck, said: CoverConfirmation) -> None:
    """Take back one confirmation of a check that is not done."""
    said.undone = True
    work.session.flush()
    history.record(work, EventKind.CHECK_UNDONE, check, what=said.what.value)
