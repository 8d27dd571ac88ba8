"""A share of what was checked is checked again by another person, not told what the first one found."""

from datetime import timedelta

import pytest

from archive.cover_checks import checks, findings, second_checks
from archive.cover_checks.findings import SeenWrong
from archive.files import files
from archive.kernel.errors import Conflict
from archive.kernel.store import Actor, Archive
from archive.models import CoverCheck
from archive.vocabulary import CheckState, Confirmation, FindingKind
from tests.builders import SetClock, by_a_token
from tests.verbs.cover_checks.checking import a_check, checked, somebody

COVER, CONTENTS = Confirmation.COVER, Confirmation.CONTENTS
KEY = bytes.fromhex("61" * 32)


def done(archive: Archive, actor: Actor, *wrong: SeenWrong) -> int:
    """Check a new cover and return the id of its check."""
    with archive.write(actor) as work:
        check = a_check(work)
        for seen in wrong:
            findings.correct(work, findings.find(work, check, seen))
        for what in (COVER, CONTENTS):
            checks.confirm(work, check, what)
        return check.id


def again(archive: Archive, root: Actor, percent: int = 100) -> list[int]:
    """Draw, and return the ids of the second checks."""
    with archive.write(root) as work:
        return list(second_checks.draw(work, percent).seconds)


def repeat(archive: Archive, actor: Actor, check_id: int, *wrong: SeenWrong) -> CoverCheck:
    """Check a cover a second time."""
    with archive.write(actor) as work:
        check = checks.get(work, check_id)
        for seen in wrong:
            findings.find(work, check, seen)
        for what in (COVER, CONTENTS):
            checks.confirm(work, check, what)
        return check


def test_everything_is_repeated_at_a_hundred_percent_and_nothing_at_none(
    archive: Archive, archivist: Actor, root: Actor
) -> None:
    first = done(archive, archivist)
    (second,) = again(archive, root)
    with archive.read(archivist) as work:
        check = checks.get(work, second)
        assert (check.second_of, check.status) == (first, CheckState.WAITING)
    done(archive, archivist)
    assert again(archive, root, 0) == []


def test_each_check_is_drawn_once_and_second_checks_are_not_repeated(
    archive: Archive, archivist: Actor, root: Actor
) -> None:
    done(archive, archivist)
    (second,) = again(archive, root)
    repeat(archive, somebody(archive, "Kim"), second)
    assert again(archive, root) == []


def test_what_waits_is_not_drawn(archive: Archive, archivist: Actor, root: Actor) -> None:
    with archive.write(archivist) as work:
        waiting = a_check(work).id
    assert again(archive, root) == []
    with archive.write(archivist) as work:
        checks.confirm(work, checks.get(work, waiting), COVER)
        checks.confirm(work, checks.get(work, waiting), CONTENTS)
    assert len(again(archive, root)) == 1


def test_the_lot_is_the_same_each_time_and_another_with_another_key() -> None:
    lots = [second_checks.lot(KEY, number) for number in range(1, 2001)]
    assert lots == [second_checks.lot(KEY, number) for number in range(1, 2001)]
    assert all(0 <= lot < 100 for lot in lots)
    assert lots[0] != second_checks.lot(bytes(32), 1)


@pytest.mark.parametrize("percent", [5, 20, 50])
def test_the_lot_draws_about_the_share(percent: int) -> None:
    drawn = sum(second_checks.lot(KEY, number) < percent for number in range(1, 10_001))
    assert abs(drawn / 100 - percent) < 2  # four standard deviations at 50 %


def test_another_person_repeats_it(archive: Archive, archivist: Actor, root: Actor) -> None:
    done(archive, archivist)
    (second,) = again(archive, root)
    with archive.write(archivist) as work:
        assert checks.waiting(work) == []
        check = checks.get(work, second)
        for deed in (
            lambda: checks.confirm(work, check, COVER),
            lambda: checks.begin(work, files.get(work, check.file_id)),
            lambda: findings.find(work, check, SeenWrong(FindingKind.DAMAGED, "whole")),
        ):
            with pytest.raises(Conflict) as refusal:
                deed()
            assert refusal.value.code == "second_by_another"
    other = somebody(archive, "Kim")
    with archive.read(other) as work:
        assert [row.check.id for row in checks.waiting(work)] == [second]
    assert repeat(archive, other, second).status is CheckState.CHECKED


def test_no_token_of_ones_own_repeats_what_one_has_checked(
    archive: Archive, archivist: Actor, root: Actor
) -> None:
    done(archive, by_a_token(archive, archivist))
    (second,) = again(archive, root)
    for same in (archivist, by_a_token(archive, archivist)):
        with pytest.raises(Conflict, match="second_by_another"):
            repeat(archive, same, second)
    assert repeat(archive, by_a_token(archive, somebody(archive, "Kim")), second).status is CheckState.CHECKED


def test_a_second_check_holds_up_no_delivery(archive: Archive, archivist: Actor, root: Actor) -> None:
    done(archive, archivist)
    (second,) = again(archive, root)
    with archive.read(archivist) as work:
        assert checks.get(work, second).open
        assert checks.left(work, 1).total == 0


def test_a_check_opened_again_takes_its_second_check_with_it_and_is_drawn_anew(
    archive: Archive, archivist: Actor, root: Actor
) -> None:
    first = done(archive, archivist)
    (second,) = again(archive, root)
    with archive.write(archivist) as work:
        checks.reopen(work, checks.get(work, first))
        assert checks.get(work, second).status is CheckState.WITHDRAWN
        for what in (COVER, CONTENTS):
            checks.confirm(work, checks.get(work, first), what)
    (third,) = again(archive, root)
    with archive.read(archivist) as work:
        assert checks.get(work, third).second_of == first


def test_a_check_is_not_opened_again_once_somebody_repeats_it(
    archive: Archive, archivist: Actor, root: Actor
) -> None:
    first = done(archive, archivist)
    (second,) = again(archive, root)
    with archive.write(somebody(archive, "Kim")) as work:
        checks.confirm(work, checks.get(work, second), COVER)
    with archive.write(archivist) as work, pytest.raises(Conflict) as refusal:
        checks.reopen(work, checks.get(work, first))
    assert refusal.value.code == "second_check_begun"


def fast(archive: Archive, actor: Actor, clock: SetClock, seconds: int, times: int) -> list[int]:
    """Check covers one after the other, each in so many seconds."""
    ids = []
    for _ in range(times):
        with archive.write(actor) as work:
            check = a_check(work)
            ids.append(check.id)
            checks.begin(work, files.get(work, check.file_id))
        clock.forward(seconds=seconds)
        with archive.write(actor) as work:
            for what in (COVER, CONTENTS):
                checks.confirm(work, checks.get(work, ids[-1]), what)
    return ids


def test_a_run_too_fast_to_be_true_is_marked_and_drawn_from_more(
    archive: Archive, archivist: Actor, root: Actor, clock: SetClock
) -> None:
    ids = fast(archive, archivist, clock, 5, second_checks.RUN + 20)
    repeated = again(archive, root, 1)
    with archive.read(archivist) as work:
        hasty = [number for number in ids if checks.get(work, number).hasty]
        assert hasty == ids[second_checks.RUN - 1 :]
        expected = {
            number
            for number in ids
            if second_checks.lot(work.mac_key, number)
            < (second_checks.HASTY_PERCENT if number in hasty else 1)
        }
        assert {checks.get(work, number).second_of for number in repeated} == expected
        assert expected


def test_one_quick_check_among_slow_ones_is_no_run(
    archive: Archive, archivist: Actor, root: Actor, clock: SetClock
) -> None:
    fast(archive, archivist, clock, 60, second_checks.RUN)
    (quick,) = fast(archive, archivist, clock, 3, 1)
    again(archive, root)
    with archive.read(archivist) as work:
        assert not checks.get(work, quick).hasty


def test_the_worker_draws_by_the_share_in_the_settings(archive: Archive, archivist: Actor) -> None:
    for _ in range(3):
        done(archive, archivist)
    drawn = second_checks.draw_all(archive)
    with archive.read(archivist) as work:
        share = archive.settings.double_check_percent
        assert drawn == sum(second_checks.lot(work.mac_key, number) < share for number in (1, 2, 3))
        assert all(checks.get(work, number).drawn for number in (1, 2, 3))


def test_what_the_second_found_and_the_first_did_not_is_a_miss(
    archive: Archive, archivist: Actor, root: Actor
) -> None:
    name, torn = SeenWrong(FindingKind.WRONG_ON_COVER, "name"), SeenWrong(FindingKind.DAMAGED, "whole")
    done(archive, archivist, name)
    done(archive, archivist)
    done(archive, archivist)
    one, two, _three = again(archive, root)
    other = somebody(archive, "Kim")
    repeat(archive, other, one, name)  # the first found that too
    repeat(archive, other, two, name, torn)
    with archive.read(archivist) as work:
        figures = second_checks.figures(work, work.now - timedelta(days=1), work.now + timedelta(days=1))
    assert (figures.repeated.hits, figures.repeated.total) == (2, 3)
    assert (figures.missed.hits, figures.missed.total) == (1, 2)


def test_figures_are_of_their_span_of_time(archive: Archive, archivist: Actor, clock: SetClock) -> None:
    with archive.write(archivist) as work:
        checked(work)
        since = work.now + timedelta(seconds=1)
    clock.forward(days=1)
    done(archive, archivist)
    with archive.read(archivist) as work:
        figures = second_checks.figures(work, since, work.now + timedelta(days=1))
    assert figures.repeated.total == 1
