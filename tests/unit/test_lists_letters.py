"""Letters that went wrong on the way are read as they were written, and the row says so."""

import pytest

from archive.imports.lists.formats.letters import decoded_once, in_eight_bits, in_seven_bits
from archive.imports.lists.formats.notes import RowNote
from archive.imports.lists.meaning.tables import open_list

REPAIRED = {RowNote.LETTERS_REPAIRED}
HEAD = "Aktnr;Namn;Öppnad\r\n"


def read(content: bytes) -> tuple[list[list[str]], dict[int, set[RowNote]]]:
    with open_list(content) as opened:
        rows = [cells for _number, cells in opened.rows()]
        return [list(opened.shape.header), *rows], dict(opened.notes)


def test_one_bad_byte_garbles_no_other_row() -> None:
    content = f"{HEAD}K 1;Ågren;1\r\n".encode() + b"K 2;M\xfcller;2\r\n" + "K 3;Öst;3\r\n".encode()
    rows, notes = read(content)
    assert [row[1] for row in rows] == ["Namn", "Ågren", "Müller", "Öst"]
    assert notes == {3: REPAIRED}


def test_a_bad_byte_in_the_row_of_good_letters_is_read_for_itself() -> None:
    rows, notes = read(f"{HEAD}K 1;Ågren".encode() + b" M\xfcller;1\r\n")
    assert (rows[1][1], notes) == ("Ågren Müller", {2: REPAIRED})


@pytest.mark.parametrize("older", ["cp1252", "mac_roman", "cp850"])
def test_rows_pasted_in_as_utf_8_are_read_beside_those_of_an_older_encoding(older: str) -> None:
    old = "".join(f"K {number};Björk Sjögren Åsa;{number}\r\n" for number in range(5))
    rows, notes = read((HEAD + old).encode(older) + "K 9;Åkesson;9\r\n".encode())
    assert [row[1] for row in rows[1:]] == ["Björk Sjögren Åsa"] * 5 + ["Åkesson"]
    assert (rows[0][2], notes) == ("Öppnad", {7: REPAIRED})


def test_a_list_of_one_encoding_is_repaired_nowhere() -> None:
    for encoding in ("utf-8", "cp1252", "mac_roman", "utf-16"):
        rows, notes = read(f"{HEAD}K 1;Björk, Åsa “Ängla”;1\r\n".encode(encoding))
        assert (rows[1][1], notes) == ("Björk, Åsa “Ängla”", {}), encoding


@pytest.mark.parametrize("taken_for", ["cp1252", "mac_roman", "cp850"])
def test_letters_decoded_twice_are_decoded_once(taken_for: str) -> None:
    wrong = "Malmö Hägg".encode().decode(taken_for)
    rows, notes = read(f"{HEAD}K 1;{wrong};1\r\nK 2;Öst;2\r\n".encode())
    assert (rows[1][1], rows[2][1], notes) == ("Malmö Hägg", "Öst", {2: REPAIRED})


def test_a_name_with_a_tilde_is_left_alone() -> None:
    assert decoded_once("JOÃO SÃO") == "JOÃO SÃO"


def test_swedish_of_seven_bits_is_read_as_letters_and_flagged() -> None:
    rows, notes = read(
        b"Aktnr;Namn;\\ppnad\r\nK 1;H{gg;1\r\nK 2;Bj|rk, }sa;2\r\nK 3;[lund, ]ke;3\r\nK 4;Ek;4\r\n"
    )
    assert [row[1] for row in rows[1:]] == ["Hägg", "Björk, åsa", "Älund, Åke", "Ek"]
    assert rows[0][2] == "Öppnad"
    assert notes == {1: REPAIRED, 2: REPAIRED, 3: REPAIRED, 4: REPAIRED}


def test_one_word_of_seven_bits_in_another_list_is_repaired_alone() -> None:
    rows, notes = read(f"{HEAD}K 1;H{{gg;1\r\nK 2;Åsa [sic] A|B;2\r\n".encode())
    assert [row[1] for row in rows[1:]] == ["Hägg", "Åsa [sic] A|B"]
    assert notes == {2: REPAIRED}


@pytest.mark.parametrize(
    "text", ["[1]", "Ek [sic]", "C:\\lista", "A|B", "ja|nej", "{K 1}", "{x}", "a {sic} b"]
)
def test_signs_that_stand_for_themselves_stay(text: str) -> None:
    assert in_eight_bits(text, surely=False) == text
    assert not in_seven_bits([[text], [text]])


@pytest.mark.parametrize(
    ("most", "rarer", "name"),
    [
        ("cp850", "cp1252", "Åberg, Örjan"),
        ("cp850", "cp1252", "Sjögren, Örjan"),
        ("cp1252", "cp850", "Åberg, Örjan"),
        ("cp1252", "cp850", "Sjögren, Åsa"),
        ("cp1252", "mac_roman", "Håkansson, Åsa"),
        ("mac_roman", "cp1252", "Åberg, Örjan"),
    ],
)
def test_rows_of_another_older_encoding_are_read_for_themselves(most: str, rarer: str, name: str) -> None:
    rest = "".join(f"K {number};Björk Håkan Åsa;{number}\r\n" for number in range(5))
    rows, notes = read((HEAD + rest).encode(most) + f"K 8;{name};8\r\n".encode(rarer) + b"K 9;Ek;9\r\n")
    assert [row[1] for row in rows[1:]] == ["Björk Håkan Åsa"] * 5 + [name, "Ek"]
    assert (rows[0][2], notes) == ("Öppnad", {7: REPAIRED})


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1252", "Lukšan Žana, DŽAN"),
        ("cp1252", "Ek „Kalle” … ™, 5 €"),
        ("cp850", "Simões, Íde"),
        ("mac_roman", "Èva Ârpad"),
    ],
)
def test_foreign_letters_and_signs_of_the_lists_own_encoding_stay(encoding: str, name: str) -> None:
    rest = "".join(f"K {number};Björk Håkan Åsa;{number}\r\n" for number in range(5))
    rows, notes = read((HEAD + rest + f"K 8;{name};8\r\n").encode(encoding))
    assert (rows[-1][1], notes) == (name, {})
