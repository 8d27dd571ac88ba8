"""A time that somebody types is one that clocks in Stockholm have shown."""

import pytest

from archive.kernel.errors import Invalid
from archive.web.kit import moments


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-03-29T02:30", "no_such_moment"),
        ("2026-03-29T02:00", "no_such_moment"),
        ("2026-03-29T01:59", ""),
        ("2026-03-29T03:00", ""),
        ("2026-10-25T02:30", ""),  # shown twice: the first is meant
        ("snart", "moment_wrong"),
    ],
)
def test_a_time_that_no_clock_showed_is_refused(text: str, code: str) -> None:
    if code:
        with pytest.raises(Invalid, match=code) as wrong:
            moments.typed(text, "missed_at")
        assert wrong.value.field == "missed_at"
    else:
        assert moments.typed(text).replace(tzinfo=None).isoformat(timespec="minutes") == text
