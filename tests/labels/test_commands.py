"""Printed commands: read like codes, and never to be taken for one."""

import pytest

from archive.vocabulary import CheckCommand
from labels import codes, commands, words
from labels.designs import CommandLabel, command_labels
from labels.layout import lay_out
from labels.sheets import sheet_pdf
from labels.stock import stock, stocks
from labels.symbol import payload
from tests.labels.paper import read_back, text_places

HOST = "ARKIV.EXEMPEL.SE"
DESK = stock("permanent-99x68")
SWEDISH_LAYOUT = str.maketrans({":": "Ö", "/": "-", "-": "+", "_": "?"})


@pytest.mark.parametrize(("name", "token"), commands.COMMANDS.items())
def test_a_command_is_read_however_it_comes_and_is_never_a_code(name: str, token: str) -> None:
    url = payload(HOST, token)
    for text in (token, url, url.lower(), url.translate(SWEDISH_LAYOUT), codes.grouped(token)):
        assert commands.parse(text) == name
        assert codes.parse(text) is None


def test_no_code_is_a_command() -> None:
    assert [code for code in codes.make_many(2000) if commands.parse(payload(HOST, code))] == []


def test_one_slip_turns_no_command_into_another() -> None:
    for name, token in commands.COMMANDS.items():
        for at in range(len(token)):
            for wrong in set(codes.ALPHABET) - {token[at]}:
                assert commands.parse(token[:at] + wrong + token[at + 1 :]) is None, name


@pytest.mark.parametrize("text", ["", "K0MMAND0", "OMSLAG RÄTT", "x" * 5000, "K0MMAND0AAK0MMAND0BB"])
def test_anything_else_is_no_command(text: str) -> None:
    assert commands.parse(text) is None


def test_every_command_of_a_check_has_its_label_with_the_archives_words() -> None:
    assert set(commands.COMMANDS) == set(commands.WORDS) == {command.value for command in CheckCommand}
    for command in CheckCommand:
        assert words.say("sv", commands.WORDS[command.value]) == command.sv
        assert commands.WORDS[command.value] == command.en


def test_an_unknown_command_has_no_label() -> None:
    with pytest.raises(ValueError, match="no command"):
        CommandLabel("destroy")


def test_the_word_is_the_largest_thing_on_a_command_label() -> None:
    texts = lay_out(CommandLabel("undo"), DESK.label, DESK.inset()).texts
    assert max(texts, key=lambda text: text.size).text == "ÅNGRA"


@pytest.mark.parametrize("key", [key for key, each in stocks().items() if not each.is_roll])
def test_a_sheet_of_all_commands_is_read_at_150_dpi(key: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    each = stock(key)
    pdf = sheet_pdf(command_labels(), each, host=HOST)
    read = read_back(pdf, each, tmp_path, 150, len(commands.COMMANDS))
    assert [commands.parse(text) for text in read] == list(commands.COMMANDS)


def test_the_sheet_says_what_each_symbol_does(tmp_path) -> None:  # type: ignore[no-untyped-def]
    printed = [
        word for _page, word, *_box in text_places(sheet_pdf(command_labels(), DESK, host=HOST), tmp_path)
    ]
    assert {"OMSLAG", "INNEHÅLL", "FÖRSEGLING", "RÄTT", "FEL", "SKADAD", "ÅNGRA"} <= set(printed)
