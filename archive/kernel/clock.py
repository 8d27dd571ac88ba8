"""The system clock, working days and deadlines; UTC is stored, Europe/Stockholm is shown."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

STOCKHOLM = ZoneInfo("Europe/Stockholm")

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """Return a moment as clocks in Stockholm show it."""
    return moment.astimezone(STOCKHOLM)


def shown_by_clocks(written: datetime) -> datetime:
    """Return the moment at which clocks in Stockholm show this; raises ValueError where they never do.

    In spring they leave an hour out. Of the hour they show twice in autumn the `fold` says which is meant.
    """
    moment = written.replace(tzinfo=STOCKHOLM)
    if moment.astimezone(UTC).astimezone(STOCKHOLM).replace(tzinfo=None) != written.replace(tzinfo=None):
        raise ValueError(f"no clock in Stockholm shows {written}")
    return moment


def shown_twice(written: datetime) -> bool:
    """Tell whether clocks in Stockholm show this twice, since they are set back over it."""
    offsets = {written.replace(tzinfo=STOCKHOLM, fold=fold).utcoffset() for fold in (0, 1)}
    return len(offsets) == 2 and _comes(written)


def _comes(written: datetime) -> bool:
    try:
        shown_by_clocks(written)
    except ValueError:
        return False
    return True


def local_date(moment: datetime) -> date:
    """Return the day in Stockholm a moment belongs to: legal days are counted in these."""
    return local(moment).date()


@cache
def _holidays(year: int) -> frozenset[date]:
    # include_sundays defaults to True for Sweden; weekends are tested apart.
    return frozenset(holidays.country_holidays("SE", years=year))


def is_working_day(day: date) -> bool:
    """Tell whether a day is a working day in Sweden; midsummer, Christmas and New Year's eves are not."""
    eve = (day.month, day.day) in {(12, 24), (12, 31)} or (
        day.month == 6 and 19 <= day.day <= 25 and day.weekday() == 4
    )
    return day.weekday() < 5 and not eve and day not in _holidays(day.year)


def next_working_day(day: date) -> date:
    """Return the day itself if it is a working day, else the first one after it."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def add_working_days(day: date, count: int) -> date:
    """Return the working day that lies `count` working days after `day`."""
    for _ in range(count):
        day = next_working_day(day + timedelta(days=1))
    return day
