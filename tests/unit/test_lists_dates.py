"""Dates as old lists write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.imports.lists.meaning.dates import DateReader
from archive.imports.lists.meaning.fields import FlagCode

LIMIT = date(2026, 11, 21)
AMBIGUOUS, CENTURY = FlagCode.DATE_AMBIGUOUS, FlagCode.DATE_CENTURY_MISSING


def read(text: str, **settings: object) -> tuple[str | None, FlagCode | None]:
    """Return what a single date is read as, and its flag."""
    found = DateReader(LIMIT, **settings).read(text)  # type: ignore[arg-type]
    assert found.first == found.last
    return (str(found.first) if found.first else None), found.flag


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2003-04-05", "2003-04-05"),
        ("2003-4-5", "2003-04-05"),
        ("2003.04.05", "2003-04-05"),
        ("2003/04/05", "2003-04-05"),
        ("2003-04-05 00:00:00", "2003-04-05"),
        ("2003-04-05T00:00", "2003-04-05"),
        (" 2003‑04‑05 ", "2003-04-05"),
        ("20030405", "2003-04-05"),
        ("5/4 2003", "2003-04-05"),
        ("5/4-2003", "2003-04-05"),
        ("5.4.2003", "2003-04-05"),
        ("13/4 2003", "2003-04-13"),
        ("5/4-03", "2003-04-05"),
        ("5.4.03", "2003-04-05"),
        ("03-04-05", "2003-04-05"),
        ("030405", "2003-04-05"),
        ("981231", "1998-12-31"),
        ("den 5 april 2003", "2003-04-05"),
        ("2003-04-05 13:45:10", "2003-04-05"),
        ("03-04-05 00:00", "2003-04-05"),
        ("5 apr 2003 kl 13.45", "2003-04-05"),
        ("2003", "2003"),
        ("98", "1998"),
        ("-98", "1998"),
        ("'98", "1998"),
        ("2003-04", "2003-04"),
        ("200313", "2020-03-13"),
        ("199804", "1998-04"),
        ("04/2003", "2003-04"),
        ("98-04", "1998-04"),
        ("apr 2003", "2003-04"),
        ("april 2003", "2003-04"),
        ("apr. -03", "2003-04"),
        ("maj-98", "1998-05"),
        ("5 april 2003", "2003-04-05"),
        ("5:e april 2003", "2003-04-05"),
        ("5 apr 03", "2003-04-05"),
        ("2003 april 5", "2003-04-05"),
        ("April 5, 2003", "2003-04-05"),
        ("2003-04-00", "2003-04"),
        ("2003-00-00", "2003"),
    ],
)
def test_a_date_in_any_form_is_read(text: str, expected: str) -> None:
    assert read(text) == (expected, None)


@pytest.mark.parametrize(
    "text", ["", "-", "saknas", "okänt", "0", "0000", "0000-00-00", "00:00:00", "n/a", " . "]
)
def test_nothing_is_no_date_and_not_odd(text: str) -> None:
    assert read(text) == (None, None)


@pytest.mark.parametrize(
    ("text", "expected", "flag"),
    [
        ("abc", None, FlagCode.DATE_UNREADABLE),
        ("??", None, FlagCode.DATE_UNREADABLE),
        ("se akten", None, FlagCode.DATE_UNREADABLE),
        ("våren -98", "1998", FlagCode.DATE_PARTLY_READ),
        ("ht 2003", "2003", FlagCode.DATE_PARTLY_READ),
        ("60", "1960", FlagCode.DATE_AMBIGUOUS),
        ("37716", "2003-04-05", FlagCode.DATE_WAS_SERIAL),
        ("37716,5", "2003-04-05", FlagCode.DATE_WAS_SERIAL),
        ("13:45", None, FlagCode.DATE_UNREADABLE),
        ("5/4", None, FlagCode.DATE_UNREADABLE),
        ("1 okt?", None, FlagCode.DATE_UNREADABLE),
        ("2203-01-01", None, FlagCode.DATE_UNREADABLE),
        ("2003-02-30", "2003-02", FlagCode.DATE_IMPOSSIBLE),
        ("2003-13-05", "2003", FlagCode.DATE_IMPOSSIBLE),
        ("2003/04", "2003-04", AMBIGUOUS),
        ("05/04/03", "2003-04-05", AMBIGUOUS),
        ("311298", "1998-12-31", AMBIGUOUS),
        ("200304", "2020-03-04", AMBIGUOUS),
        ("9804", "1998-04", AMBIGUOUS),
        ("30405", "1983-03-30", AMBIGUOUS),
        ("4/13 2003", "2003-04-13", AMBIGUOUS),
        ("ca 1998", "1998", FlagCode.DATE_UNCERTAIN),
        ("1998?", "1998", FlagCode.DATE_UNCERTAIN),
        ("före 2003-04-05", "2003-04-05", FlagCode.DATE_UNCERTAIN),
        ("ht 1998", "1998", FlagCode.DATE_PARTLY_READ),
        ("avsl 2003-04-05 av AB", "2003-04-05", FlagCode.DATE_PARTLY_READ),
        ("pågående", None, FlagCode.DATE_STILL_OPEN),
        ("2027-01-01", "2027-01-01", FlagCode.DATE_IN_FUTURE),
        ("261224", "1926-12-24", FlagCode.DATE_CENTURY_ASSUMED),
    ],
)
def test_what_is_odd_about_a_date_is_flagged(text: str, expected: str | None, flag: FlagCode) -> None:
    assert read(text) == (expected, flag)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("1998/99", "1998", "1999"),
        ("98/99", "1998", "1999"),
        ("1998-2003", "1998", "2003"),
        ("1998 – 2003", "1998", "2003"),
        ("1998-03 t.o.m. 2001-04", "1998-03", "2001-04"),
        ("1998-04-05--2003-05-06", "1998-04-05", "2003-05-06"),
        ("1998-", "1998", None),
        ("-2003", None, "2003"),
        ("1998, 1999 och 2001", "1998", "2001"),
    ],
)
def test_a_period_has_a_first_and_a_last_date(text: str, first: str | None, last: str | None) -> None:
    found = DateReader(LIMIT).read(text)
    assert (found.first and str(found.first), found.last and str(found.last)) == (first, last)
    assert found.flag is FlagCode.DATE_RANGE


def test_a_closing_date_does_not_lie_after_the_date_of_the_list() -> None:
    old = DateReader(date(1999, 12, 31))
    assert str(old.read("030405").first) == "1903-04-05"
    assert old.read("030405").flag is FlagCode.DATE_CENTURY_ASSUMED
    assert str(old.read("991230").first) == "1999-12-30"
    late = DateReader(date(2035, 1, 1))
    assert str(late.read("320405").first) == "2032-04-05"
    assert late.read("320405").flag is FlagCode.DATE_CENTURY_ASSUMED


@pytest.mark.parametrize("text", ["1985-01--12", "1985-01 - 12", "1985-01-05 - 12"])
def test_a_lone_number_behind_a_month_is_no_year_and_flagged(text: str) -> None:
    found = DateReader(LIMIT).read(text)
    assert (str(found.first)[:4], found.last, found.flag) == ("1985", None, FlagCode.DATE_AMBIGUOUS)
    assert str(DateReader(LIMIT).read("1985 - 12").last) == "2012"


@pytest.mark.parametrize(
    "text", ["640823", "64-08-23", "23/8-64", "23/8 64", "64", "aug -64", "640823-3234", "200304"]
)
def test_the_century_of_a_birth_is_never_guessed(text: str) -> None:
    assert read(text, births=True) == (None, CENTURY)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("19640823", "1964-08-23"),
        ("19640823-3234", "1964-08-23"),
        ("1964", "1964"),
        ("196408833231", "1964-08-23"),
    ],
)
def test_a_birth_date_with_its_century_is_read_also_from_a_number(text: str, expected: str) -> None:
    assert read(text, births=True) == (expected, None)


def test_serials_are_counted_from_the_epoch_of_the_workbook() -> None:
    assert read("37716", epoch=1900) == ("2003-04-05", FlagCode.DATE_WAS_SERIAL)
    assert read("36254", epoch=1904) == ("2003-04-05", FlagCode.DATE_WAS_SERIAL)


def test_a_list_of_serials_has_no_lost_zeros() -> None:
    assert read("30405", serials=True) == ("1983-03-30", None)


@pytest.mark.parametrize(
    ("order", "text", "expected"),
    [
        ("dmy", "050403", "2003-04-05"),
        ("dmy", "05-04-03", "2003-04-05"),
        ("ymd", "05/04/03", "2005-04-03"),
        ("ymd", "5/4-03", "2003-04-05"),
        ("ymd", "200304", "2020-03-04"),
        ("mdy", "04/05/2003", "2003-04-05"),
        ("mdy", "04/05/03", "2003-04-05"),
    ],
)
def test_the_order_of_the_list_decides_what_could_be_read_in_several_ways(
    order: str, text: str, expected: str
) -> None:
    assert read(text, order=order) == (expected, None)


ANY_TEXT = st.one_of(st.text(max_size=40), st.text("0123456789-/. ?åapr", max_size=14))


@given(ANY_TEXT, st.sampled_from(["auto", "ymd", "dmy", "mdy"]), st.booleans(), st.sampled_from([1900, 1904]))
def test_no_text_makes_the_reader_fail(text: str, order: str, births: bool, epoch: int) -> None:
    found = DateReader(LIMIT, order=order, births=births, epoch=epoch).read(text)  # type: ignore[arg-type]
    for day in (found.first, found.last):
        assert day is None or 1850 <= day.year <= 2150


@given(st.dates(date(1930, 1, 1), LIMIT))
def test_every_way_of_writing_a_day_reads_as_that_day(day: date) -> None:
    forms = (
        day.isoformat(),
        f"{day.year}-{day.month}-{day.day}",
        f"{day:%Y%m%d}",
        f"{day.day}/{day.month} {day.year}",
        str(day.toordinal() - date(1899, 12, 30).toordinal()),
    )
    for form in forms:
        assert str(DateReader(LIMIT).read(form).first) == day.isoformat()


@given(st.dates(date(1930, 1, 1), date(2025, 12, 31)))
def test_six_digits_with_a_known_order_read_as_the_latest_such_day(day: date) -> None:
    found = DateReader(date(2029, 12, 31), order="ymd").read(f"{day:%y%m%d}")
    assert str(found.first) == day.isoformat()
    assert found.flag is None
