"""When two references may be one, written otherwise."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from archive.files.files import reference_key
from archive.files.references_alike import may_be_one

_LETTERS = st.text("ABKLNRSVÅ", min_size=1, max_size=3)
_NUMBER = st.integers(1, 99_999)
_SIGN = st.sampled_from(["", " ", "-", "/", ".", ":", "\u2013", " - "])


@st.composite
def _written(draw: st.DrawFn, letters: str, number: int) -> str:
    """Write a reference as some hand may: its sign, zeros, the letter for the figure, a full stop."""
    digits = "0" * draw(st.integers(0, 4)) + str(number)
    sign = draw(_SIGN)
    if sign.strip() and digits.startswith("0") and draw(st.booleans()):
        digits = "O" + digits[1:]
    cased = letters.lower() if draw(st.booleans()) else letters
    return cased + sign + digits + draw(st.sampled_from(["", ".", " "]))


@given(st.data(), _LETTERS, _NUMBER)
def test_a_reference_may_be_one_with_itself_however_it_is_written(
    data: st.DataObject, letters: str, number: int
) -> None:
    one, other = (reference_key(data.draw(_written(letters, number))) for _ in range(2))
    assert one == other or may_be_one(one, other)


@given(st.data(), _LETTERS, _NUMBER, _LETTERS, _NUMBER)
def test_references_of_other_letters_are_two(
    data: st.DataObject, letters: str, number: int, others: str, another: int
) -> None:
    assume(set(letters) != set(others))
    one = reference_key(data.draw(_written(letters, number)))
    assert not may_be_one(one, reference_key(data.draw(_written(others, another))))


@pytest.mark.parametrize(
    ("one", "other"), [("1-12", "112"), ("2010/77", "201077"), ("O12", "12"), ("A1", "A2")]
)
def test_where_numbers_part_is_not_passed_over(one: str, other: str) -> None:
    assert not may_be_one(one, other)
