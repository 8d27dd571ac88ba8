"""Deadlines hold over nights, weekends, holidays and clock changes; the calendar is the archive's own."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.kernel import clock
from routines.deadlines import OFFICE_CLOSES, Calendar, deadline_after
from routines.model import DeadlineKind, TimeLimit

CALENDAR: Calendar = clock
STOCKHOLM = ZoneInfo("Europe/Stockholm")

EIGHT_YEARS = 8 * 366 * 24 * 3600
MOMENTS = st.integers(0, EIGHT_YEARS).map(lambda s: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
CHANGES = (
    datetime(2026, 3, 29, 0, 30, tzinfo=UTC),  # the night clocks go forward
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # the night an hour comes twice
    datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    datetime(2026, 12, 23, 23, 30, tzinfo=UTC),  # Christmas Eve has begun in Stockholm
    datetime(2026, 6, 18, 21, 59, tzinfo=UTC),  # the night before Midsummer's Eve
)
IN_DAYS = st.builds(
    TimeLimit,
    st.sampled_from([DeadlineKind.WORKING_DAYS, DeadlineKind.DAYS, DeadlineKind.WEEKS]),
    st.integers(1, 40),
) | st.just(TimeLimit(DeadlineKind.WORKING_DAYS, 0))
IN_HOURS = st.builds(
    TimeLimit, st.sampled_from([DeadlineKind.HOURS, DeadlineKind.AT_ONCE]), st.integers(1, 200)
)


def local(*numbers: int) -> datetime:
    """Return a moment by the clocks of Stockholm."""
    return datetime(*numbers, tzinfo=STOCKHOLM)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("kind", "amount", "start", "end"),
    [
        ("hours", 72, local(2026, 11, 20, 16, 0), local(2026, 11, 23, 16, 0)),
        ("hours", 72, local(2026, 10, 23, 12, 0), local(2026, 10, 26, 11, 0)),
        ("hours", 72, local(2026, 3, 27, 12, 0), local(2026, 3, 30, 13, 0)),
        ("hours", 72, local(2026, 12, 23, 12, 0), local(2026, 12, 26, 12, 0)),
        ("at_once", 2, local(2026, 11, 20, 16, 30), local(2026, 11, 20, 18, 30)),
        ("working_days", 0, local(2026, 11, 20, 16, 59), local(2026, 11, 20, 17, 0)),
        ("working_days", 0, local(2026, 11, 20, 17, 1), local(2026, 11, 23, 17, 0)),
        ("working_days", 1, local(2026, 11, 20, 8, 0), local(2026, 11, 23, 17, 0)),
        ("working_days", 1, local(2026, 11, 21, 8, 0), local(2026, 11, 23, 17, 0)),
        ("working_days", 1, local(2026, 11, 22, 23, 30), local(2026, 11, 23, 17, 0)),
        ("working_days", 1, local(2026, 12, 23, 12, 0), local(2026, 12, 28, 17, 0)),
        ("working_days", 2, local(2026, 4, 2, 9, 0), local(2026, 4, 8, 17, 0)),  # Easter
        ("weeks", 1, local(2026, 11, 23, 8, 0), local(2026, 11, 30, 17, 0)),
        ("weeks", 1, local(2026, 10, 23, 8, 0), local(2026, 10, 30, 17, 0)),
        ("weeks", 4, local(2026, 11, 27, 8, 0), local(2026, 12, 28, 17, 0)),  # the day is Christmas
        ("days", 2, local(2026, 6, 17, 8, 0), local(2026, 6, 22, 17, 0)),  # Midsummer
    ],
)
def test_a_deadline_ends_when_people_expect(kind: str, amount: int, start: datetime, end: datetime) -> None:
    assert deadline_after(TimeLimit(DeadlineKind(kind), amount), start, CALENDAR) == end.astimezone(UTC)


@given(IN_HOURS, MOMENTS)
@example(TimeLimit(DeadlineKind.HOURS, 72), CHANGES[0])
@example(TimeLimit(DeadlineKind.HOURS, 72), CHANGES[1])
def test_hours_are_running_hours_exactly(rule: TimeLimit, start: datetime) -> None:
    end = deadline_after(rule, start, CALENDAR)
    assert end - start == timedelta(hours=rule.amount)
    # by whichever clock the start was said
    assert deadline_after(rule, start.astimezone(STOCKHOLM), CALENDAR) == end


@given(IN_DAYS, st.sampled_from(CHANGES) | MOMENTS)
def test_all_else_ends_when_the_office_closes_on_a_working_day_and_never_before_it_starts(
    rule: TimeLimit, start: datetime
) -> None:
    end = deadline_after(rule, start, CALENDAR)
    shown = end.astimezone(STOCKHOLM)
    assert shown.time() == OFFICE_CLOSES
    assert clock.is_working_day(shown.date())
    assert end >= start
    assert end.tzinfo is UTC


@given(IN_DAYS | IN_HOURS, MOMENTS, st.integers(0, 10**7))
def test_who_starts_later_ends_no_earlier(rule: TimeLimit, start: datetime, seconds: int) -> None:
    later = start + timedelta(seconds=seconds)
    assert deadline_after(rule, start, CALENDAR) <= deadline_after(rule, later, CALENDAR)


@given(st.sampled_from(list(DeadlineKind)), st.integers(1, 40), MOMENTS)
def test_more_of_the_same_ends_no_earlier(kind: DeadlineKind, amount: int, start: datetime) -> None:
    ends = [deadline_after(TimeLimit(kind, amount + more), start, CALENDAR) for more in (0, 1)]
    assert ends[0] <= ends[1]


@given(st.integers(0, 20), MOMENTS)
def test_working_days_between_start_and_end_are_counted_one_by_one(amount: int, start: datetime) -> None:
    end = deadline_after(TimeLimit(DeadlineKind.WORKING_DAYS, amount), start, CALENDAR)
    first, last = start.astimezone(STOCKHOLM), end.astimezone(STOCKHOLM).date()
    days = [first.date() + timedelta(days=n) for n in range(1, (last - first.date()).days + 1)]
    between = sum(clock.is_working_day(day) for day in days)
    today_counts = clock.is_working_day(first.date()) and first.time() <= OFFICE_CLOSES
    assert between == (amount or (0 if today_counts else 1))


@given(st.integers(1, 30), MOMENTS)
def test_weeks_end_on_the_same_weekday_or_on_the_next_working_day(amount: int, start: datetime) -> None:
    end = deadline_after(TimeLimit(DeadlineKind.WEEKS, amount), start, CALENDAR).astimezone(STOCKHOLM).date()
    wanted: date = start.astimezone(STOCKHOLM).date() + timedelta(weeks=amount)
    assert end == clock.next_working_day(wanted)


def test_a_moment_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        deadline_after(TimeLimit(DeadlineKind.HOURS, 72), datetime(2026, 1, 1), CALENDAR)  # noqa: DTZ001
