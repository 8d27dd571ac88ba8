"""Names as lists write them: what is only written otherwise, and what is another name."""

import pytest

from archive.imports.rows.names import agree, longer

KNOWN = ("Ek", "Anna Maria")


@pytest.mark.parametrize(
    "other",
    [
        ("EK", "ANNA MARIA"),
        ("Ék", "Anna-María"),
        ("Anna Maria", "Ek"),
        ("", "Anna Maria Ek"),
        ("Ek", "Anna M."),
        ("Ek", "Anna M"),
        ("Ek", "A. Maria"),
        ("Ek", "Anna Mar."),
        ("Ek", "Annamaria"),
        ("Ek", "Anna"),
        ("Ek", "Maria"),
        ("Ek", "Anna Maria Elin"),
        ("Ek", ""),
        ("", "Anna"),
        ("Ek f. Sten", "Anna Maria"),
        ("", ""),
    ],
)
def test_a_name_written_otherwise_is_the_same_name(other: tuple[str, str]) -> None:
    assert agree(KNOWN, other)
    assert agree(other, KNOWN)


@pytest.mark.parametrize(
    "other",
    [
        ("Sten", "Anna Maria"),
        ("Ek-Holm", "Anna Maria"),
        ("Ek Holm", "Anna Maria"),
        ("Ek", "Bo"),
        ("Ek", "Anna Karin"),
        ("Ek", "Anna K."),
        ("Ek-Holm", ""),
        ("Sten", ""),
        ("Ekman", "Anna Maria"),
        ("Sten Anna", ""),
    ],
)
def test_another_surname_or_given_name_is_another_name(other: tuple[str, str]) -> None:
    assert agree(other, other)
    assert not agree(KNOWN, other)
    assert not agree(other, KNOWN)


@pytest.mark.parametrize(
    ("new", "is_longer"),
    [
        (("Ek-Holm", "Anna"), True),
        (("Holm Ek", "Anna Maria"), True),
        (("Holm", "Anna"), False),
        (("Ek-Holm", "Bo"), False),
        (("Ek", "Anna"), False),
    ],
)
def test_a_surname_beside_the_old_one_makes_the_name_longer(new: tuple[str, str], is_longer: bool) -> None:
    assert longer(new, KNOWN) is is_longer
