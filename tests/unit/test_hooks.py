"""What a lower noun asks is answered by one higher noun, through every door of the program."""

import ast
import subprocess
import sys

import pytest

from archive import wiring
from archive.kernel.hooks import HOOKS, Hook
from tests.guards.source import modules


@pytest.fixture
def question() -> Hook[[int], int]:
    def double(number: int) -> int:
        raise NotImplementedError

    hook = Hook(double)
    HOOKS.remove(hook)
    return hook


def test_a_question_is_answered_by_whoever_registered(question: Hook[[int], int]) -> None:
    assert not question.answered

    @question.answer
    def twice(number: int) -> int:
        return number * 2

    assert question.answered
    assert question(4) == twice(4) == 8


def test_what_nobody_answers_is_never_taken_for_an_answer(
    question: Hook[[int], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RuntimeError, match="double"):
        question(4)
    monkeypatch.setattr(wiring, "HOOKS", [question])
    with pytest.raises(RuntimeError, match="double"):
        wiring.check()


def test_nothing_is_answered_twice(question: Hook[[int], int]) -> None:
    question.answer(abs)
    with pytest.raises(RuntimeError, match="twice"):
        question.answer(abs)


@pytest.mark.parametrize("door", ["archive.app", "archive.worker", "archive.commands"])
def test_each_door_of_the_program_brings_who_answers(door: str) -> None:
    program = f"import {door}; from archive.kernel.hooks import HOOKS; "
    program += "assert HOOKS and all(hook.answered for hook in HOOKS)"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_who_answers_stands_in_the_wiring() -> None:
    answering = {
        module.name
        for module in modules("archive")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef)
        if any(ast.unparse(one).endswith(".answer") for one in node.decorator_list)
    }
    assert answering == {module.__name__ for module in wiring.ANSWERING}


def test_who_takes_scans_or_tells_outcomes_stands_in_the_wiring() -> None:
    declaring = {
        module.name
        for module in modules("archive")
        for _called, call in module.calls()
        if ast.unparse(call.func) in {"contract.task", "contract.tell"}
    }
    assert declaring == {module.__name__ for module in wiring.SCANNING}
