"""Carry text in both languages, and say in both what is wrong with something a person wrote."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

LANGUAGES = ("sv", "en")

_FEW = 8


@dataclass(frozen=True, slots=True)
class Text:
    """A text in Swedish and in English."""

    sv: str
    en: str

    def say(self, language: str) -> str:
        """Return the text in English if asked for, else in Swedish."""
        return self.en if language == "en" else self.sv

    def __bool__(self) -> bool:
        return bool(self.sv or self.en)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person has to put right: where it stands, and in both languages what to write instead."""

    path: str  # of a definition: steps/notify_imy/deadline; of an answer: the field's id; "" for the whole
    sv: str
    en: str
    line: int | None = None  # in the YAML text, from 1

    def say(self, language: str) -> str:
        """Return the sentence in English if asked for, else in Swedish."""
        return self.en if language == "en" else self.sv


class Refused(ValueError):
    """Refuse with every problem at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{problem.path}: {problem.en}" for problem in self.problems))


def listed(words: Iterable[str], last: str) -> str:
    """Join words as a sentence does: a, b och c."""
    *first, end = words
    return f"{', '.join(first)} {last} {end}" if first else end


def suggested(name: str, there: Iterable[str], last: str) -> str:
    """Return a sentence about what could be written instead of a name, nothing if that is not clear."""
    known = sorted(there)
    near = get_close_matches(name, known, 3) or (known if len(known) <= _FEW else [])
    return f". {'Skriv' if last == 'eller' else 'Write'} {listed(near, last)}" if near else ""
