"""Identity numbers: every written form, honest quality, no guess (Skatteverket's published test numbers)."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from stdnum.se import personnummer as peer

from archive.kernel.partial_date import PartialDate
from archive.rules.identity import (
    Written,
    carried_date,
    century_unclear,
    check_digit,
    look_alikes,
    read,
    shown,
)
from archive.vocabulary import NumberKind, NumberQuality

TODAY = date(2026, 11, 21)
LISTED = Written.by_dates(listed=TODAY)

PUBLISHED = [
    "200001052380", "195005050512", "199006022397", "190104132386", "199710182396",
    "191212121212", "196408233234", "189001019802", "200002292399", "202412312387",
]  # fmt: skip
PUBLISHED_COORDINATION = ["197010632391", "196408833231", "202601612381", "202601912393"]

births = st.one_of(
    st.dates(date(1890, 1, 1), date(1909, 12, 31)).map(lambda day: (day, "98")),
    st.dates(date(1980, 1, 1), date(2024, 12, 31)).map(lambda day: (day, "23")),
)


@st.composite
def numbers(draw, coordination=False):
    """Numbers in the published series: 980-981 for the oldest, 238-239 for those born from 1980 on."""
    day, start = draw(births)
    last = draw(st.sampled_from("01" if start == "98" else "89"))
    six = f"{day:%y%m}{day.day + 60 * coordination:02d}"
    nine = f"{six}{start}{last}"
    return f"{day:%Y}"[:2] + nine + check_digit(nine), day


@pytest.mark.parametrize("number", PUBLISHED)
def test_a_published_test_number_is_sound_and_tells_its_birth_date(number):
    identity = read(number, today=TODAY)
    assert (identity.number, identity.kind, identity.quality) == (
        number, NumberKind.PERSONAL, NumberQuality.SOUND,
    )  # fmt: skip
    assert identity.birth_date == date(int(number[:4]), int(number[4:6]), int(number[6:8]))


@pytest.mark.parametrize("number", PUBLISHED_COORDINATION)
def test_a_coordination_number_tells_its_birth_date_without_the_sixty(number):
    identity = read(number, today=TODAY)
    assert (identity.number, identity.kind, identity.quality) == (
        number, NumberKind.COORDINATION, NumberQuality.SOUND,
    )  # fmt: skip
    assert identity.birth_date == date(int(number[:4]), int(number[4:6]), int(number[6:8]) - 60)


@pytest.mark.parametrize("number", ["191500722390", "191711602399"])
def test_a_coordination_number_of_a_person_with_unknown_birth_date_is_sound_but_tells_no_date(number):
    identity = read(number, today=TODAY)
    assert (identity.kind, identity.quality) == (NumberKind.COORDINATION, NumberQuality.SOUND)
    assert identity.birth_date is None


@pytest.mark.parametrize(
    "text",
    [
        "199006022397", "19900602-2397", " 19900602 2397 ", "1990 06 02 2397", "1990-06-02-2397",
        "1990.06.02-2397", "19900602\u00a02397", "19900602\u20132397", "900602-2397", "900602\u22122397",
        "900602 - 2397", "199006022397.0", "\ufeff19900602-2397", "19900602\u2009-\u20092397",
    ],
)  # fmt: skip
def test_every_written_form_of_a_number_is_the_same_number(text):
    identity = read(text, today=TODAY, written=LISTED)
    assert (identity.raw, identity.number, identity.quality) == (text, "199006022397", NumberQuality.SOUND)


@pytest.mark.parametrize(
    ("text", "today", "number"),
    [
        ("121212+1212", TODAY, "191212121212"),
        ("121212+1212", date(2012, 1, 1), "191212121212"),
        ("121212+1212", date(2011, 12, 31), "181212121212"),
        ("121212-1212", date(1995, 3, 1), "191212121212"),
        ("000105-2380", TODAY, "200001052380"),
        ("010413+2386", date(2001, 1, 1), "190104132386"),
        ("900101+9802", TODAY, "189001019802"),
        ("900602-2397", date(1991, 1, 1), "199006022397"),
    ],
)
def test_the_sign_tells_the_century_as_seen_from_the_day_of_the_list(text, today, number):
    assert read(text, today=TODAY, written=Written.by_dates(listed=today)).number == number


def days(opened="", closed="", last_note="", **more):
    """Tell when a number was written by the dates of a file."""
    return Written.by_dates(
        *(PartialDate.parse(day) if day else None for day in (opened, closed, last_note)), **more
    )


@pytest.mark.parametrize(
    ("text", "written", "number"),
    [
        ("090308-9993", days(closed="1984-05-01"), "190903089993"),
        ("090308-9993", days(closed="1984"), "190903089993"),
        ("090308-9993", days(opened="1984-05-01"), "190903089993"),
        ("090308-9993", days(last_note="1984-05"), "190903089993"),
        ("090308-9993", days(closed="2019-05-01"), "200903089993"),
        ("090308-9993", days("2011", "2019-05-01"), "200903089993"),
        # The day of the list does not outweigh what the row says.
        ("090308-9993", days(closed="1984", listed=TODAY), "190903089993"),
        ("090308-9993", days(closed="2019", listed=date(1990, 1, 1)), "200903089993"),
        # Whom the file is about was born when it was opened, or soon after.
        ("090308-9993", days("1995", "2008"), "190903089993"),
        # Or it was opened before, of a family; then somebody of a hundred would have had another sign.
        ("090308-9993", days("1995", "2012"), "0903089993"),
        # Another person may be born while it goes on, so nothing tells.
        ("090308-9993", days("1995", "2012", subject=False), "0903089993"),
        # A child investigated before it was born, or somebody of ninety-nine.
        ("090708-9999", days("2009-01-05", "2019"), "0907089999"),
        ("090308-9993", days(), "0903089993"),
        ("090308-9993", days("2003-04-05", "1998"), "0903089993"),
        ("090308+9993", days(closed="1984"), "0903089993"),
        ("090308+9993", days(closed="1984", listed=date(2015, 6, 1)), "190903089993"),
        ("090308+9993", days("2001", "2010"), "190903089993"),
        ("890308+9996", days(closed="1990"), "188903089996"),
        ("000128-9966", days(closed="1999-12-31"), "190001289966"),
        ("000128-9966", days(closed="2000"), "0001289966"),
        ("007108-9991", days(closed="1984"), "0071089991"),
    ],
)
def test_the_sign_is_counted_from_the_day_it_was_written_never_from_today(text, written, number):
    for today in (TODAY, date(2056, 1, 1)):
        read_then = read(text, today=today, written=written)
        assert read_then.number == number
        assert (len(number) == 12) or read_then.quality is not NumberQuality.SOUND


@pytest.mark.parametrize(
    ("written", "sound"),
    [
        (days(closed="1984-05-01"), False),
        (days(last_note="2009-03-07"), False),
        (days(closed="2009-03-08"), True),
        (days(closed="2009"), True),
        (days("1984", ""), False),
        (days("2008-06", "2019"), True),  # an investigation may begin before the child is born
        (days("1984", "2019", subject=False), True),
        (days("1984", "2001", subject=False), False),
        (days(), True),
    ],
)
def test_a_birth_after_the_file_was_closed_is_never_sound(written, sound):
    for text in ("20090308-2386", "200903082386"):
        number = read(text, today=TODAY, written=written)
        assert number.number == "200903082386"
        assert number.quality is (NumberQuality.SOUND if sound else NumberQuality.IMPOSSIBLE_DATE)
        assert (number.birth_date is None) is not sound


@given(
    numbers(),
    st.sampled_from("-+"),
    st.lists(st.one_of(st.none(), st.dates(date(1947, 1, 1), date(2026, 11, 1))), min_size=4, max_size=4),
    st.booleans(),
)
def test_what_is_sound_today_is_read_alike_on_any_later_day(pair, sign, known, subject):
    number, _born = pair
    assume(_born <= date(2026, 11, 1))
    *own, listed = known
    written = Written.by_dates(
        *(day and PartialDate.from_date(day) for day in own), listed=listed, subject=subject
    )
    text = number[2:8] + sign + number[8:]
    assert read(text, today=TODAY, written=written) == read(text, today=date(2056, 11, 21), written=written)


@given(numbers(), st.dates(date(1947, 1, 1), date(2026, 11, 1)), st.integers(0, 40))
def test_a_number_with_the_sign_of_its_day_gives_its_century_or_none(pair, opened, years):
    number, born = pair
    assume(born <= opened)
    closed = PartialDate(opened.year + years)
    sign = "+" if opened.year - born.year >= 100 else "-"
    written = Written.by_dates(PartialDate.from_date(opened), closed)
    assert read(number[2:8] + sign + number[8:], today=TODAY, written=written).number in (number, number[2:])


@pytest.mark.parametrize(
    ("closed", "century"), [(PartialDate(1994), "18"), (PartialDate(1997), ""), (None, "18")]
)
def test_a_hyphen_that_was_a_plus_before_the_file_was_closed_tells_no_century(closed, century):
    written = Written.by_dates(PartialDate(1991, 3, 8), closed)
    found = read("950608-9854", today=TODAY, written=written)
    assert found.number == f"{century}9506089854"
    assert (found.quality is NumberQuality.NO_CENTURY) is (century == "")


def test_a_number_that_claims_a_century_nothing_shows_is_known_as_one():
    assert century_unclear(read("090308-9993", today=TODAY))
    assert century_unclear(read(" 090308 \u2013 9993", today=TODAY))
    for text in ("0903089993", "19090308-9993", "556601-6399", "900230-2397", "okänd"):
        assert not century_unclear(read(text, today=TODAY))
    assert not century_unclear(read("090308-9993", today=TODAY, written=days(closed="1984")))


def test_in_the_year_a_person_turns_a_hundred_both_signs_mean_the_same_person():
    before_the_birthday = date(2001, 1, 2)
    assert (
        read("010413+2386", today=TODAY, written=Written.by_dates(listed=before_the_birthday)).number
        == "190104132386"
    )
    assert (
        read("010413-2386", today=TODAY, written=Written.by_dates(listed=before_the_birthday)).number
        == "190104132386"
    )


def test_ten_digits_without_a_sign_get_no_century():
    identity = read("9006022397", today=TODAY)
    assert (identity.number, identity.quality, identity.birth_date) == (
        "9006022397", NumberQuality.NO_CENTURY, None,
    )  # fmt: skip


@pytest.mark.parametrize("born", ["1990-06-02", "1990-06", "1990"])
def test_ten_digits_take_the_century_from_the_birth_date_in_the_list(born):
    identity = read("9006022397", today=TODAY, born=PartialDate.parse(born))
    assert (identity.number, identity.quality, identity.birth_date) == (
        "199006022397", NumberQuality.SOUND, date(1990, 6, 2),
    )  # fmt: skip


def test_a_birth_date_of_another_year_gives_no_century():
    identity = read("9006022397", today=TODAY, born=PartialDate(1991, 6, 2))
    assert (identity.number, identity.quality) == ("9006022397", NumberQuality.NO_CENTURY)


def test_a_sign_and_a_birth_date_that_disagree_on_the_century_leave_it_open():
    identity = read("121212-1212", today=TODAY, written=LISTED, born=PartialDate(1912))
    assert (identity.number, identity.quality) == ("1212121212", NumberQuality.NO_CENTURY)


def test_a_birth_date_one_day_beside_the_number_leaves_the_number_and_makes_the_date_unsure():
    identity = read("199006022397", today=TODAY, born=PartialDate(1990, 6, 1))
    assert (identity.number, identity.quality) == ("199006022397", NumberQuality.SOUND)
    assert identity.birth_date is None


@pytest.mark.parametrize(
    ("text", "number", "born"),
    [
        ("19500505", "19500505", date(1950, 5, 5)),
        ("1950-05-05", "19500505", date(1950, 5, 5)),
        ("500505", "500505", None),
        ("500505-", "19500505", date(1950, 5, 5)),
        ("500505 051", "500505051", None),
        ("500505-051", "19500505051", date(1950, 5, 5)),
        ("19500505-051", "19500505051", date(1950, 5, 5)),
    ],
)
def test_a_number_from_before_the_check_digit_is_kept(text, number, born):
    identity = read(text, today=TODAY, written=LISTED)
    assert (identity.number, identity.quality, identity.birth_date) == (
        number, NumberQuality.NO_CHECK_DIGIT, born,
    )  # fmt: skip


@pytest.mark.parametrize("text", ["19900602-2398", "199006022379", "19900602-0000", "196408833224"])
def test_a_wrong_check_digit_is_kept_and_flagged_and_its_date_is_not_trusted(text):
    identity = read(text, today=TODAY)
    assert identity.number == text.replace("-", "")
    assert (identity.quality, identity.birth_date) == (NumberQuality.WRONG_CHECK_DIGIT, None)


def test_birth_number_000_is_never_sound_even_when_the_check_digit_fits():
    nine = "900602000"
    assert read("19" + nine + check_digit(nine), today=TODAY).quality is NumberQuality.WRONG_CHECK_DIGIT


def test_a_birth_date_in_the_list_confirms_the_date_of_a_number_with_a_wrong_check_digit():
    identity = read("19900602-2398", today=TODAY, born=PartialDate(1990, 6, 2))
    assert (identity.quality, identity.birth_date) == (NumberQuality.WRONG_CHECK_DIGIT, date(1990, 6, 2))


@pytest.mark.parametrize(
    "text",
    ["", " ", "9O0602-2397", "l9900602-2397", "19900602-23B7", "900602-XXXX", "okänd", "5052380",
     "1234567890123", "٩٠٠٦٠٢-٢٣٩٧", "19900602²397", "900602/2397", "-", "T", "19900602-O123"],
)  # fmt: skip
def test_what_cannot_be_read_is_kept_as_written_and_never_mended(text):
    identity = read(text, today=TODAY)
    assert (identity.raw, identity.number, identity.kind, identity.quality, identity.birth_date) == (
        text, "", NumberKind.OTHER, NumberQuality.UNREADABLE, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["900230-2397", "19901302-2397", "19000229-2399", "20350101-2380", "15900602-2397",
     "197010922391", "191513722390"],
)  # fmt: skip
def test_a_date_that_does_not_exist_or_has_not_come_is_impossible(text):
    identity = read(text, today=TODAY)
    assert (identity.quality, identity.birth_date) == (NumberQuality.IMPOSSIBLE_DATE, None)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("19900602-T123", "19900602T123"),
        ("19900602T123", "19900602T123"),
        ("19900602-tf10", "19900602TF10"),
        ("900602-T123", "19900602T123"),
        ("900602+TF10", "18900602TF10"),
    ],
)
def test_a_person_without_a_number_has_ivos_form(text, number):
    identity = read(text, today=TODAY, written=LISTED)
    assert (identity.number, identity.kind, identity.quality) == (
        number, NumberKind.TEMPORARY, NumberQuality.SOUND,
    )  # fmt: skip
    assert identity.birth_date == date(int(number[:4]), 6, 2)


def test_a_t_number_without_a_century_is_flagged():
    assert read("900602T123", today=TODAY).quality is NumberQuality.NO_CENTURY


@pytest.mark.parametrize("text", ["99 1234 567890", "19900602-A123"])
def test_a_reserve_number_of_a_region_is_another_number_that_cannot_be_checked(text):
    identity = read(text, today=TODAY)
    assert (identity.kind, identity.quality, identity.birth_date) == (
        NumberKind.OTHER, NumberQuality.NO_CHECK_DIGIT, None,
    )  # fmt: skip


def test_the_number_of_an_organisation_is_no_person_and_gets_no_century():
    identity = read("556601-6399", today=TODAY)
    assert (identity.number, identity.kind, identity.quality) == (
        "5566016399", NumberKind.OTHER, NumberQuality.IMPOSSIBLE_DATE,
    )  # fmt: skip


@given(
    st.text(),
    st.one_of(st.none(), st.dates(date(1, 1, 1)).map(PartialDate.from_date)),
    st.dates(date(1947, 1, 1)),
)
@example("0" * 12, None, TODAY)
@example("000000-0000", PartialDate(1), TODAY)
@example("00006000000", None, TODAY)
def test_no_text_whatsoever_raises_and_the_raw_text_is_never_touched(text, born, today):
    identity = read(text, today=today, born=born)
    assert identity.raw == text
    assert identity.birth_date is None or identity.birth_date <= today
    assert (identity.number == "") == (identity.quality is NumberQuality.UNREADABLE)


WRITTEN = re.compile(r"(18|19|20)?\d{6}[-+ ]?(\d{4}|\d{3}|T\d{3}|TF\d{2})?", re.ASCII)


@given(st.from_regex(WRITTEN, fullmatch=True), st.one_of(st.none(), st.integers(1850, 2030).map(PartialDate)))
def test_no_digit_is_ever_altered(text, born):
    kept = "".join(sign for sign in text if sign not in "-+ ")
    number = read(text, today=TODAY, born=born).number
    assert number in (kept, *(century + kept for century in ("18", "19", "20")))


@given(numbers(), st.sampled_from(["", "-", " ", "\u00a0", "\u2011"]))
def test_a_number_with_its_century_reads_back_from_every_form(pair, sign):
    number, day = pair
    identity = read(number[:8] + sign + number[8:], today=TODAY)
    assert (identity.number, identity.quality, identity.birth_date) == (number, NumberQuality.SOUND, day)


@given(numbers(coordination=True))
def test_a_coordination_number_reads_back(pair):
    number, day = pair
    identity = read(number, today=TODAY)
    assert (identity.kind, identity.birth_date) == (NumberKind.COORDINATION, day)


@given(numbers(), st.integers(0, 9))
def test_exactly_one_check_digit_is_right_and_the_peer_agrees(pair, digit):
    number, _ = pair
    tried = number[:11] + str(digit)
    identity = read(tried, today=TODAY)
    assert (identity.quality is NumberQuality.SOUND) == (tried == number)
    assert (identity.quality is NumberQuality.SOUND) == peer.is_valid(tried)


@given(numbers(), st.dates(date(1950, 1, 1), date(2099, 12, 31)))
def test_the_official_form_of_any_day_gives_the_century_back(pair, today):
    number, born = pair
    assume(born <= today and today.year - born.year < 199)
    sign = "+" if today.year - born.year >= 100 else "-"
    assert (
        read(
            number[2:8] + sign + number[8:],
            today=TODAY.replace(year=2100),
            written=Written.by_dates(listed=today),
        ).number
        == number
    )


@given(numbers())
def test_what_is_shown_reads_back_as_the_same_number(pair):
    number, _ = pair
    for kept in (number, number[2:], number[:11], number[2:11], number[:8], number[2:8], number[:8] + "T123"):
        assert read(shown(kept), today=TODAY).number == kept


def test_a_number_is_shown_with_a_hyphen_only_when_its_century_is_known():
    assert shown("199006022397") == "19900602-2397"
    assert shown("19900602TF10") == "19900602-TF10"
    assert shown("9006022397") == "900602 2397"
    assert shown("") == ""


@given(numbers())
def test_look_alikes_go_both_ways_and_never_hold_the_number_itself(pair):
    number, _ = pair
    alike = look_alikes(number)
    assert number not in alike
    assert all(number in look_alikes(other) for other in alike if other[:2] == number[:2])


@given(numbers(), st.integers(2, 10))
def test_two_swapped_digits_look_alike(pair, at):
    number, _ = pair
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    assume(swapped != number)
    assert swapped in look_alikes(number)


def test_sixty_days_another_century_and_none_look_alike():
    alike = look_alikes("199006022397")
    assert {"199006622397", "199006622394", "189006022397", "209006022397", "9006022397"} <= alike
    assert "199006022397" in look_alikes("9006022397")
    assert "199006022397" in look_alikes("199006622394")
    assert len(alike) < 20


def test_t_numbers_look_alike_by_their_digits_and_other_texts_by_nothing():
    assert "19900602T132" in look_alikes("19900602T123")
    assert "1990060T2123" not in look_alikes("19900602T123")
    assert look_alikes("") == look_alikes("19500505") == look_alikes("oläsligt00") == set()


def test_a_neighbouring_day_is_not_a_look_alike():
    number = date(1990, 6, 2) + timedelta(days=1)
    alike = look_alikes("199006022397")
    assert "199006202397" in alike
    assert f"{number:%Y%m%d}2397" not in alike


def test_a_reserve_number_of_stockholm_tells_no_birth_date():
    for number in ("99600104T123", "99600104-T123", "99600104TF10"):
        found = read(number, today=TODAY)
        assert (found.kind, found.quality) == (NumberKind.OTHER, NumberQuality.NO_CHECK_DIGIT)
        assert (found.birth_date, carried_date(found)) == (None, None)
    assert carried_date(read("19600104T123", today=TODAY)) == date(1960, 1, 4)


def test_a_plus_that_was_written_is_shown_where_nothing_confirms_its_century():
    kept = read("120101+4234", today=TODAY)
    assert shown(kept.number, kept.raw) == "120101+4234"
    assert shown("1201014234", "120101-4234") == "120101 4234"
    assert shown("199006022397", "900602+2397") == "19900602-2397"
