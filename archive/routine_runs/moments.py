"""Take a moment somebody states, by a clock that is not quite ours."""

from datetime import datetime

from archive.kernel.errors import Invalid
from archive.vocabulary.wording import N_
from routines.answers import not_yet


def by_now(moment: datetime | None, now: datetime, field: str) -> datetime | None:
    """Return a stated moment, one ahead by what clocks differ as now; raises Invalid for the future."""
    if moment is None:
        return None
    if not_yet(moment, now):
        raise Invalid("moment_in_future", N_("That moment has not come yet."), field=field)
    return min(moment, now)
