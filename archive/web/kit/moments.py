"""Days and moments in words, as people in Stockholm say them."""

from datetime import date, datetime

from archive.kernel.clock import local, local_date, shown_by_clocks, shown_twice
from archive.kernel.errors import Invalid
from archive.places.paths import spoken
from archive.vocabulary.wording import N_, _, locale, ngettext

_SV = "januari februari mars april maj juni juli augusti september oktober november december"
_EN = "January February March April May June July August September October November December"
_WEEKDAYS = {
    "sv": ["måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag"],
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
}
_MONTHS = {"sv": _SV.split(), "en": _EN.split()}
_DAYS_PER_MONTH = 30.44
_DAYS_PER_YEAR = 365.25


def day(value: date) -> str:
    """Say a day: 21 november 2026."""
    return f"{value.day} {_MONTHS[locale()][value.month - 1]} {value.year}"


def weekday(value: date) -> str:
    """Say a day with its weekday: måndag 21 december 2026."""
    return f"{_WEEKDAYS[locale()][value.weekday()]} {day(value)}"


def moment(value: datetime) -> str:
    """Say a moment: 21 november 2026 kl. 14.02."""
    there = local(value)
    clock = f"kl. {there:%H.%M}" if locale() == "sv" else f"at {there:%H:%M}"
    return f"{day(there)} {clock}"


def ago(value: datetime, now: datetime) -> str:
    """Say how long ago something was, in the unit that tells most."""
    days = (local_date(now) - local_date(value)).days
    if days <= 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    months = int(days / _DAYS_PER_MONTH)
    if months < 2:
        return ngettext("%(num)s day ago", "%(num)s days ago", days)
    if days < 2 * _DAYS_PER_YEAR:
        return ngettext("%(num)s month ago", "%(num)s months ago", months)
    return ngettext("%(num)s year ago", "%(num)s years ago", int(days / _DAYS_PER_YEAR))


def number(value: datetime) -> str:
    """Write the day of a moment in digits, for lists: 2026-11-21."""
    return local_date(value).isoformat()


FILTERS = {"day": day, "weekday": weekday, "moment": moment, "ago": ago, "date": number, "spoken": spoken}


def typed(text: str, field: str | None = None, which: str = "") -> datetime:
    """Return the moment somebody typed as clocks show it, or with its offset; `which` is 1 for the later.

    Raises Invalid for what is none, and for what clocks show twice until somebody says which is meant.
    """
    try:
        written = datetime.fromisoformat(text)
    except ValueError:
        sentence = N_("Write day and time, as 2026-11-22 09:30.")
        raise Invalid("moment_wrong", sentence, field=field) from None
    if written.tzinfo is not None:
        return written
    if shown_twice(written) and which not in {"0", "1"}:
        sentence = N_("Clocks showed this time twice, since they were set back. Say which of the two it was.")
        raise Invalid("moment_twice", sentence, field=field)
    try:
        moment = shown_by_clocks(written.replace(fold=int(which == "1" and shown_twice(written))))
    except ValueError:
        sentence = N_("There was no such time: clocks were set forward over it. Correct the time.")
        raise Invalid("no_such_moment", sentence, field=field) from None
    return datetime.fromisoformat(moment.isoformat())  # moments of one zone are compared without their fold


FOLD = "_fold"  # the field beside a time that says which of two it is


def asks_which(text: object) -> bool:
    """Tell whether what stands in a field of time is shown twice by clocks: its form asks which is meant."""
    try:
        written = datetime.fromisoformat(str(text))
    except ValueError:
        return False
    return written.tzinfo is None and shown_twice(written)
