"""The ten-character code: no single slip of finger or eye becomes another file's code."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_2

from labels import codes

any_code = st.randoms(use_true_random=False).map(lambda random: codes.make(random.randrange))
any_text = st.text(st.characters(exclude_categories=()), max_size=90)
few = settings(max_examples=150, deadline=None)

# What a scanner set to US types on a PC with Swedish layout (measured).
SWEDISH_LAYOUT = str.maketrans({":": "Ö", "/": "-", "-": "+", "_": "?"})


@few
@given(any_code)
def test_a_code_has_ten_characters_of_crockfords_alphabet_and_a_check_that_python_stdnum_accepts(code):
    assert len(code) == 10
    assert set(code) <= set(codes.ALPHABET)
    assert mod_37_2.is_valid(code)
    assert codes.is_code(code)


@few
@given(st.text(codes.ALPHABET, min_size=10, max_size=10))
def test_our_check_agrees_with_python_stdnum_on_any_ten_characters(text):
    assert codes.is_code(text) == mod_37_2.is_valid(text)


def test_every_single_wrong_character_is_detected():
    for code in codes.make_many(30):
        assert codes.parse(code) == code
        for at in range(10):
            for wrong in set(codes.ALPHABET) - {code[at]}:
                assert codes.parse(code[:at] + wrong + code[at + 1 :]) is None


@few
@given(any_code, st.integers(0, 8))
def test_every_swap_of_neighbours_is_detected(code, at):
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert codes.parse(swapped) == (code if swapped == code else None)


def test_a_number_whose_check_character_is_outside_the_alphabet_is_drawn_again():
    outside = next(n for n in range(100) if mod_37_2.calc_check_digit(_body(n)) not in codes.ALPHABET)
    drawn = iter([outside, 0])
    assert codes.make(lambda _: next(drawn)) == "000000000" + mod_37_2.calc_check_digit("000000000")


def test_many_codes_are_all_different():
    many = codes.make_many(5000)
    assert len(many) == len(set(many)) == 5000
    assert all(map(codes.is_code, many))


@few
@given(any_code, st.sampled_from(["ARKIV.EXEMPEL.SE", "arkiv-2.exempel.se:8443", "A1B2C3D4EK.SE", "x"]))
def test_a_url_is_read_in_any_case_and_through_a_swedish_keyboard_layout(code, host):
    url = f"HTTPS://{host}/S/{code}"
    for text in (url, url.lower(), url.title(), url + "\r\n", f"  {url}/"):
        assert codes.parse(text) == code
        assert codes.parse(text.translate(SWEDISH_LAYOUT)) == code


@few
@given(any_code, st.sampled_from(["", " ", "-", "  ", " - "]), st.sampled_from([1, 2, 5, 9]))
def test_a_code_is_read_however_it_is_grouped(code, between, size):
    groups = [code[start : start + size] for start in range(0, 10, size)]
    assert codes.parse(between.join(groups)) == code
    assert codes.parse(codes.grouped(code)) == code


@few
@given(any_code)
def test_o_is_read_as_zero_and_i_and_l_as_one(code):
    assert codes.parse(code.replace("0", "o").replace("1", "l")) == code
    assert codes.parse(code.replace("0", "O").replace("1", "I")) == code


@few
@given(any_text)
def test_the_parser_raises_on_no_text_and_returns_only_codes(text):
    found = codes.parse(text)
    assert found is None or codes.is_code(found)


@few
@given(any_text, any_code)
def test_only_the_trailing_code_counts_whatever_stands_before_it(before, code):
    assert codes.parse(f"{before}/{code}") == code


def test_an_earlier_code_in_the_text_is_not_the_one_scanned():
    first, second = codes.make_many(2)
    assert codes.parse(f"{first} {second}") == second
    assert codes.parse(f"{first} hos {second}") == second


def test_a_code_inside_a_longer_word_is_no_code():
    code = codes.make()
    assert codes.parse("X " + code) == code
    assert codes.parse("X" + code) is None
    assert codes.parse(code + "X") is None
    assert codes.parse("Z" * 60 + code) is None
    assert codes.parse("Hej" + " -" * 60 + " ".join(code)) is None


@pytest.mark.parametrize("text", ["", " ", "0", "ABCDEFGHJK", "١٢٣٤٥٦٧٨٩٠", "Ⅰ" * 10, "19121212-1212"])
def test_what_is_no_code_is_none_also_before_one(text):
    code = codes.make()
    assert codes.parse(text) is None
    assert codes.parse(f"{text} {code}") == code


def test_letters_that_only_look_like_ours_after_upper_casing_are_not_taken():
    assert codes.parse("ſ000000000") is None
    assert codes.parse("000000000\N{LATIN SMALL LETTER DOTLESS I}") is None


def test_a_text_of_megabytes_is_read():
    code = codes.make()
    assert codes.parse("A-" * 2_000_000 + code + " " * 1_000_000) == code  # step by step it would take days


def test_a_code_is_written_in_two_groups_of_five():
    assert codes.grouped("A1B2C3D4EK") == "A1B2C 3D4EK"


def _body(number: int) -> str:
    return "".join(codes.ALPHABET[number >> shift & 31] for shift in range(40, -1, -5))
