"""Test numbers: sound, distinct, in Skatteverket's series, the same for the same seed."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.se import personnummer as peer

from archive.rules.identity import read
from archive.vocabulary import NumberKind, NumberQuality
from seed.numbers import Exhausted, Numbers, in_series, many

TODAY = date(2026, 11, 21)
births = st.dates(date(1890, 1, 1), date(2024, 12, 31))


@pytest.mark.parametrize(
    "number",
    ["189001019802", "199006022397", "200001052380", "197010632391", "202601612381", "190301059838"],
)
def test_what_skatteverket_publishes_in_series_is_in_the_series(number):
    assert in_series(number)


@pytest.mark.parametrize("number", ["191212121212", "196408233234", "19900602T123"])
def test_what_lies_outside_the_series_is_not(number):
    assert not in_series(number)


@pytest.mark.parametrize(
    ("born", "female", "published"),
    [
        (date(1890, 1, 1), True, "189001019802"),
        (date(1990, 6, 2), False, "199006022397"),
        (date(2000, 1, 5), True, "200001052380"),
        (date(2013, 7, 5), False, "201307052397"),
    ],
)
def test_the_first_number_of_a_day_is_the_one_on_the_published_list(born, female, published):
    assert Numbers().personal(born, female=female) == published


def test_the_first_coordination_numbers_are_the_published_ones():
    assert Numbers().coordination(date(2026, 1, 1), female=True) == "202601612381"
    assert Numbers().coordination(date(1970, 10, 3), female=False) == "197010632391"


@given(births, st.booleans())
def test_every_number_is_sound_and_carries_its_birth_date_and_sex(born, female):
    numbers = Numbers()
    for kind, number in [
        (NumberKind.PERSONAL, numbers.personal(born, female=female)),
        (NumberKind.COORDINATION, numbers.coordination(born, female=female)),
        (NumberKind.TEMPORARY, numbers.temporary(born, female=female)),
    ]:
        identity = read(number, today=TODAY)
        assert (identity.kind, identity.quality, identity.birth_date) == (kind, NumberQuality.SOUND, born)
        assert (int(number[10]) % 2 == 0) == female
        assert kind is NumberKind.TEMPORARY or in_series(number)
        assert kind is not NumberKind.PERSONAL or peer.is_valid(number)


def test_a_day_gives_each_number_once_and_then_says_there_are_no_more():
    numbers = Numbers()
    given_out = [numbers.personal(date(1970, 1, 1), female=female) for female in [True, False] * 11]
    assert len(set(given_out)) == 22
    assert None not in given_out
    assert numbers.personal(date(1970, 1, 1), female=True) is None


def test_many_numbers_are_distinct_sound_and_in_the_series():
    made = list(many(20_000, seed=3))
    assert len(set(made)) == 20_000
    assert all(in_series(number) for number in made)
    assert {read(number, today=TODAY).quality for number in made} == {NumberQuality.SOUND}


def test_there_are_a_million_distinct_numbers():
    assert next(many(1_000_000))


def test_the_whole_supply_of_a_span_can_be_used_and_not_one_more():
    supply = many(44, 0, date(1985, 2, 27), date(1985, 2, 28))
    assert Counter(number[:8] for number in supply) == {"19850227": 22, "19850228": 22}
    with pytest.raises(Exhausted):
        next(many(45, 0, date(1985, 2, 27), date(1985, 2, 28)))


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others():
    assert [*many(100, 1)] == [*many(100, 1)]
    assert [*many(100, 1)] != [*many(100, 2)]
