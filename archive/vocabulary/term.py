"""Make what a vocabulary is made of: a stored value with its words and its tone."""

from enum import StrEnum
from typing import Self

from archive.vocabulary.wording import locale


class Term(StrEnum):
    """Carry a stored value with its words; tone is a tag colour: grey, blue, green, yellow, red or purple."""

    sv: str
    en: str
    tone: str

    def __new__(cls, value: str, sv: str, en: str, tone: str = "grey") -> Self:
        term = str.__new__(cls, value)
        term._value_ = value
        term.sv, term.en, term.tone = sv, en, tone
        return term

    # Enum's own goes by the name; a term is found where its stored value is, and faster.
    __hash__ = str.__hash__

    @classmethod
    def read(cls, value: str | None) -> Self | None:
        """Return the term of a stored or posted value, None for any other."""
        return next((term for term in cls if term.value == value), None)

    @property
    def label(self) -> str:
        """Return the word in the language in use."""
        return self.sv if locale() == "sv" else self.en
