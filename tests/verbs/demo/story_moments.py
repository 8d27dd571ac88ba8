"""The moments the demo's story is told as of: nights, weekends, holidays, clock changes, ends of days."""

from datetime import date, datetime, time, timedelta

from archive.kernel.clock import STOCKHOLM

MORNING, NIGHT, EVENING = time(8, 40), time(2), time(19, 30)
WEEK = [date(2026, 11, 30) + timedelta(days=day) for day in range(7)]


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


NASTIEST = (
    _at("2026-11-30 03:30"),  # a Monday before dawn: the day on which nothing could be filled
    _at("2026-10-25 02:30"),  # a Sunday night with an hour there is twice
    _at("2027-01-02 12:00"),  # the Saturday after New Year, with Christmas in the story
    _at("2028-02-29 10:59:59"),  # a leap day, a minute before it has had hours enough
)
ALL = (
    *NASTIEST,
    _at("2026-12-06 02:00"),
    _at("2027-03-25 23:59:59"),  # Maundy Thursday, the last second of the day
    *(datetime.combine(day, hour, STOCKHOLM) for day in WEEK for hour in (MORNING, NIGHT, EVENING)),
    _at("2027-03-28 02:30"),  # an hour there is not
    _at("2027-03-28 23:30"),
    _at("2027-03-29 11:00"),  # Easter Monday, a day after the clocks went forward
    _at("2026-10-26 11:00"),
    _at("2026-12-31 23:59:59"),
    _at("2027-01-01 00:00"),
    _at("2027-01-04 11:00"),
    _at("2027-01-08 16:00"),
    _at("2027-01-20 09:15"),
    _at("2027-03-26 12:00"),  # Good Friday
    _at("2027-03-30 10:30"),
    _at("2027-06-25 14:00"),  # Midsummer Eve
    _at("2027-06-28 07:00"),
    _at("2028-02-28 17:00"),
    _at("2028-03-01 00:00"),
    _at("2026-12-01 00:00"),
    _at("2026-12-01 23:59:59"),
    _at("2026-12-24 13:00"),
    _at("2027-05-07 15:30"),  # the Friday after Ascension Day
)
