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


@pytest.mark.parametrize(
    ("text", "which", "offset"),
    [
        ("2026-10-25T02:30", "0", "+02:00"),
        ("2026-10-25T02:30", "1", "+01:00"),
        ("2026-10-25T02:30+01:00", "", "+01:00"),
        ("2026-10-25T03:00", "1", "+01:00"),  # there is one only
        ("2026-10-25T01:59", "", "+02:00"),
    ],
)
def test_of_a_time_that_clocks_show_twice_it_is_said_which_is_meant(
    text: str, which: str, offset: str
) -> None:
    assert moments.typed(text, which=which).isoformat().endswith(offset)


@pytest.mark.parametrize("text", ["2026-10-25T02:00", "2026-10-25T02:59"])
def test_a_time_that_clocks_show_twice_is_asked_about(text: str) -> None:
    with pytest.raises(Invalid, match="moment_twice"):
        moments.typed(text)
    assert moments.asks_which(text)
    assert not moments.asks_which("2026-10-25T03:00")
