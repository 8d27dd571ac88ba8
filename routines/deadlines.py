"""Count deadlines: hours run on over nights, weekends and clock changes; days end when offices close."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from routines.model import DeadlineKind, TimeLimit

OFFICE_CLOSES = time(17)  # local time; never one that a clock change skips or repeats


class Calendar(Protocol):
    """Local time and working days; `archive.kernel.clock` is one."""

    def local(self, moment: datetime, /) -> datetime: ...

    def next_working_day(self, day: date, /) -> date: ...

    def add_working_days(self, day: date, count: int, /) -> date: ...


def deadline_after(rule: TimeLimit, start: datetime, calendar: Calendar) -> datetime:
    """Return when a deadline that counts from `start` ends, in UTC; raises ValueError for a naive moment.

    At once and hours are running hours. A working day ends at 17:00 local time; 0 working days is the same
    one, or the next when it has ended already. Days and weeks are counted in local dates and end at 17:00 on
    the last, moved to the next working day.
    """
    if start.tzinfo is None:
        raise ValueError("a moment without time zone")
    if rule.kind in (DeadlineKind.AT_ONCE, DeadlineKind.HOURS):
        return start.astimezone(UTC) + timedelta(hours=rule.amount)
    local = calendar.local(start)
    today = local.date()
    if rule.kind is DeadlineKind.WORKING_DAYS:
        first = today + timedelta(days=1) if local.time() > OFFICE_CLOSES and not rule.amount else today
        day = (
            calendar.add_working_days(today, rule.amount) if rule.amount else calendar.next_working_day(first)
        )
    else:
        days = rule.amount * (7 if rule.kind is DeadlineKind.WEEKS else 1)
        day = calendar.next_working_day(today + timedelta(days=days))
    return datetime.combine(day, OFFICE_CLOSES, local.tzinfo).astimezone(UTC)
