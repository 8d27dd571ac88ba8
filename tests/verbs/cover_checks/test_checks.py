"""The queue of covers and what people confirm."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from archive.cover_checks import checks, confirmations, cover_text
from archive.files import files
from archive.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from archive.kernel.store import Actor, Archive, Work
from archive.models import CoverCheck, CoverConfirmation, Event
from archive.people import people
from archive.places import places
from archive.vocabulary import (
    CheckState,
    CheckWithdrawal,
    Confirmation,
    EventKind,
    Outcome,
    Permission,
    Protection,
    Role,
)
from tests.builders import NUMBERS, SetClock, a_file, a_person, a_shelf, lift
from tests.remembering import remembering
from tests.verbs.cover_checks.checking import KEEPER, a_check, checked, lent, somebody

COVER, CONTENTS, SEAL = Confirmation.COVER, Confirmation.CONTENTS, Confirmation.SEAL


def kinds(work: Work, stream: str) -> list[str]:
    """Return the kinds of events of a stream, in their order."""
    statement = select(col(Event.kind)).where(col(Event.stream) == stream).order_by(col(Event.seq))
    return list(work.session.execute(statement).scalars())


def test_a_queued_cover_waits_until_cover_and_content_are_confirmed_apart(work: Work) -> None:
    check = a_check(work)
    assert check.status is CheckState.WAITING
    assert checks.confirm(work, check, COVER)
    assert check.status is CheckState.WAITING
    assert checks.confirm(work, check, CONTENTS)
    assert (check.status, check.open, check.done_by) == (CheckState.CHECKED, False, work.actor.id)


def test_the_order_of_the_two_confirmations_does_not_matter(work: Work) -> None:
    check = a_check(work)
    checks.confirm(work, check, CONTENTS)
    checks.confirm(work, check, COVER)
    assert check.status is CheckState.CHECKED


def test_confirming_twice_is_no_news_and_no_second_confirmation(work: Work) -> None:
    check = a_check(work)
    assert checks.confirm(work, check, COVER)
    assert not checks.confirm(work, check, COVER)
    assert work.session.scalar(select(func.count()).select_from(CoverConfirmation)) == 1


def test_two_people_may_share_a_check(archive: Archive, archivist: Actor) -> None:
    with archive.write(archivist) as work:
        check_id = a_check(work).id
    say(archive, archivist, check_id, COVER)
    assert say(archive, somebody(archive, "Kim"), check_id, COVER, CONTENTS).status is CheckState.CHECKED
    with archive.read(archivist) as work:
        assert [one.what for one in confirmations.by_check(work, [check_id])[check_id]] == [COVER, CONTENTS]


def test_a_check_that_is_done_cannot_be_confirmed_again(work: Work) -> None:
    with pytest.raises(Conflict):
        checks.confirm(work, checked(work), COVER)


def test_both_the_check_and_the_file_tell_of_it(work: Work) -> None:
    check = checked(work)
    assert kinds(work, check.stream) == [
        "check.queued",
        "check.confirmed",
        "check.confirmed",
        "check.finished",
    ]
    assert EventKind.FILE_CHECKED.value in kinds(work, f"file:{check.file_id}")


def test_a_file_waits_for_one_check_only(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    assert a_check(work, file).id == a_check(work, file).id
    assert work.session.scalar(select(func.count()).select_from(CoverCheck)) == 1


def test_a_file_may_be_checked_again_another_time(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    first = checked(work, file)
    assert a_check(work, file).id != first.id


def test_the_queue_is_in_the_order_it_was_queued_and_goes_on_by_its_last_row(work: Work) -> None:
    shelf = a_shelf(work)
    wanted = [a_check(work, a_file(work, shelf)).id for _ in range(5)]
    first = checks.waiting(work, limit=3)
    rest = checks.waiting(work, after=first[-1].check.id)
    assert [row.check.id for row in [*first, *rest]] == wanted
    assert first[0].needs == (COVER, CONTENTS)


def test_a_file_in_the_queue_can_be_lent_and_its_check_goes_on_waiting(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    check = a_check(work, file)
    lent(work, file)
    assert [row.check.id for row in checks.waiting(work)] == [check.id]
    with pytest.raises(Conflict) as refusal:
        checks.confirm(work, check, COVER)
    assert refusal.value.code == "not_at_hand"


def test_a_file_on_loan_is_not_queued(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    lent(work, file)
    with pytest.raises(Conflict):
        a_check(work, file)


def test_seconds_count_from_when_the_file_was_opened(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    with archive.write(archivist) as work:
        file = a_file(work, a_shelf(work))
        check = a_check(work, file)
        checks.begin(work, file)
    clock.forward(seconds=20)
    with archive.write(archivist) as work:
        checks.confirm(work, checks.get(work, check.id), COVER)
    clock.forward(seconds=70)
    with archive.write(archivist) as work:
        checks.confirm(work, checks.get(work, check.id), CONTENTS)
        done = checks.get(work, check.id)
        assert [one.seconds for one in confirmations.by_check(work, [done.id])[done.id]] == [20, 70]
        assert done.seconds == 90


def test_nobody_knows_how_long_it_took_who_never_opened_it(work: Work) -> None:
    done = checked(work)
    assert done.done_at is not None
    assert done.seconds is None


def test_a_file_that_does_not_wait_cannot_be_opened(work: Work) -> None:
    with pytest.raises(Conflict) as refusal:
        checks.begin(work, a_file(work, a_shelf(work)))
    assert refusal.value.code == "not_in_queue"


@pytest.mark.parametrize("role", [Role.ROOM_KEEPER, Role.CASE_WORKER, Role.AUDITOR])
def test_who_may_not_check_covers_confirms_nothing(
    archive: Archive, archivist: Actor, as_role: Callable[[Role], Actor], role: Role
) -> None:
    with archive.write(archivist) as work:
        check = a_check(work)
    with archive.write(as_role(role)) as work, pytest.raises(NotPermitted):
        checks.confirm(work, checks.get(work, check.id), COVER)
    with archive.read(as_role(role)) as work, pytest.raises(NotPermitted):
        checks.waiting(work)


# Sealed envelopes


@pytest.fixture
@remembering
def sealed(archive: Archive, archivist: Actor) -> int:
    """Give the check of a protected person's file."""
    with archive.write(archivist) as work:
        person = a_person(work, protection=Protection.MARKED)
        return a_check(work, a_file(work, a_shelf(work), person)).id


def say(archive: Archive, actor: Actor, check_id: int, *whats: Confirmation) -> CoverCheck:
    """Confirm as somebody, in a transaction of its own, and return the check."""
    with archive.write(actor) as work:
        for what in whats:
            checks.confirm(work, checks.get(work, check_id), what)
        return checks.get(work, check_id)


def test_of_a_sealed_envelope_anybody_confirms_code_and_seal_and_no_more(
    archive: Archive, archivist: Actor, sealed: int
) -> None:
    assert say(archive, archivist, sealed, SEAL).open
    with pytest.raises(NotPermitted):
        say(archive, archivist, sealed, COVER)
    with archive.read(archivist) as work:
        assert checks.waiting(work)[0].needs == ()


def test_a_sealed_cover_is_confirmed_by_two_of_the_named_group(
    archive: Archive, archivist: Actor, sealed: int
) -> None:
    one, two = (somebody(archive, name, *KEEPER) for name in ("Kim", "Robin"))
    say(archive, archivist, sealed, SEAL)
    assert say(archive, one, sealed, COVER, CONTENTS, COVER, CONTENTS).open
    with archive.read(one) as work:
        assert checks.waiting(work)[0].needs == ()
    assert say(archive, two, sealed, COVER).status is CheckState.CHECKED


def test_two_of_the_group_do_not_do_without_the_seal(archive: Archive, sealed: int) -> None:
    one, two = (somebody(archive, name, *KEEPER) for name in ("Kim", "Robin"))
    say(archive, one, sealed, COVER, CONTENTS)
    assert say(archive, two, sealed, COVER).open
    assert not say(archive, two, sealed, SEAL).open


def test_a_file_that_is_in_no_envelope_has_no_seal(work: Work) -> None:
    with pytest.raises(Invalid):
        checks.confirm(work, a_check(work), SEAL)


def test_what_was_confirmed_before_a_person_was_protected_does_not_count_any_more(
    archive: Archive, archivist: Actor
) -> None:
    with archive.write(archivist) as work:
        person = a_person(work)
        check = a_check(work, a_file(work, a_shelf(work), person))
        checks.confirm(work, check, COVER)
        people.protect(work, person, Protection.MARKED, "Skatteverket")
    one, two = (somebody(archive, name, *KEEPER) for name in ("Kim", "Robin"))
    say(archive, one, check.id, SEAL, COVER, CONTENTS)
    with archive.read(two) as work:
        assert checks.waiting(work)[0].needs == (COVER,)
    assert say(archive, two, check.id, COVER).status is CheckState.CHECKED


def test_a_check_does_not_stay_open_when_the_protection_ends_between_the_two(
    archive: Archive, archivist: Actor
) -> None:
    with archive.write(archivist) as work:
        person = a_person(work, protection=Protection.MARKED)
        check_id = a_check(work, a_file(work, a_shelf(work), person)).id
    say(archive, somebody(archive, "Kim", *KEEPER), check_id, COVER, CONTENTS)
    with archive.write(archivist) as work:
        lift(work, people.get(work, person.id))
        assert checks.waiting(work)[0].needs == (COVER, CONTENTS)
    assert say(archive, archivist, check_id, COVER).status is CheckState.CHECKED


# What the cover must say


def test_the_one_who_holds_a_cover_is_told_in_full_what_it_must_say(work: Work) -> None:
    person = a_person(work, "Åkerström", "Berit")
    file = a_file(work, a_shelf(work), person, part=2, parts=3, reference="2004-77")
    files.correct(work, file, file.version, placed_child=True)
    a_check(work, file)
    text = cover_text.for_file(work, file)
    assert (text.card.file.reference, text.card.name, text.card.part) == (
        "2004-77",
        "Åkerström, Berit",
        "del 2 av 3",
    )
    assert text.outcome is Outcome.PRESERVE
    assert not text.secrecy


def test_a_sealed_cover_is_told_to_the_named_group_alone(
    archive: Archive, archivist: Actor, sealed: int
) -> None:
    def told(actor: Actor) -> cover_text.CoverText:
        with archive.read(actor) as work:
            return cover_text.for_file(work, files.get(work, checks.get(work, sealed).file_id))

    hidden, shown = told(archivist), told(somebody(archive, "Kim", *KEEPER))
    assert (hidden.sealed, hidden.secrecy, hidden.retention) == (True, True, None)
    assert "Testsson" not in hidden.card.name
    assert "Testsson" in shown.card.name
    assert shown.card.persons[0].number.startswith("19")
    assert shown.secrecy


@pytest.mark.parametrize(("day", "marked"), [("05", True), ("15", True), ("06", False)])
def test_a_cover_bears_the_mark_of_the_research_sample_by_the_day_of_birth(
    work: Work, day: str, marked: bool
) -> None:
    number = next(number for number in NUMBERS if number[6:8] == day)
    file = a_file(work, a_shelf(work), a_person(work, number=number))
    assert cover_text.for_file(work, file).research_day is marked


# Out of the queue


def test_a_check_is_withdrawn_only_for_a_reason_that_is_true(work: Work) -> None:
    check = a_check(work)
    for reason in (CheckWithdrawal.VOID, CheckWithdrawal.GONE, CheckWithdrawal.NOT_RECEIVED):
        with pytest.raises(Invalid):
            checks.withdraw(work, check, reason)
    checks.withdraw(work, check, CheckWithdrawal.BY_MISTAKE)
    assert (check.status, check.open) == (CheckState.WITHDRAWN, False)
    assert checks.waiting(work) == []


def test_the_check_of_a_void_file_is_withdrawn(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    check = a_check(work, file)
    files.void(work, file, a_file(work, places.get(work, file.place_id)))
    checks.withdraw(work, check, CheckWithdrawal.VOID)
    assert check.status is CheckState.WITHDRAWN


def test_a_check_ended_by_mistake_is_opened_again(work: Work) -> None:
    check = checked(work)
    checks.reopen(work, check)
    assert (check.status, check.open, check.done_at, check.seconds) == (CheckState.WAITING, True, None, None)
    assert checks.waiting(work)[0].needs == (COVER, CONTENTS)


def test_a_check_is_not_opened_again_while_another_waits(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    first = checked(work, file)
    a_check(work, file)
    with pytest.raises(Conflict) as refusal:
        checks.reopen(work, first)
    assert refusal.value.code == "queued_again"


def test_there_is_no_check_nobody_queued(work: Work) -> None:
    with pytest.raises(NotFound):
        checks.get(work, 4711)


def test_the_named_group_is_a_role_beside_others(archive: Archive) -> None:
    assert somebody(archive, "Kim", *KEEPER).may(Permission.CHECK_SEALED)
    assert not somebody(archive, "Robin").may(Permission.CHECK_SEALED)
