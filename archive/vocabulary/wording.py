"""Say things in Swedish or English: one catalogue for pages, papers, mail and command line."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

LOCALES = ("sv", "en")
DEFAULT_LOCALE = "sv"

_locale: ContextVar[str] = ContextVar("locale", default=DEFAULT_LOCALE)


def N_(message: str) -> str:  # noqa: N802 - the name gettext tools look for
    """Mark an English sentence for the catalogue without translating it yet."""
    return message


def locale() -> str:
    """Return the language in use: sv or en."""
    return _locale.get()


@dataclass(frozen=True, slots=True)
class Both:
    """Words in both languages."""

    sv: str
    en: str

    def __str__(self) -> str:
        return self.sv if locale() == "sv" else self.en


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Use one language inside the block; an unknown one means Swedish."""
    token = _locale.set(language if language in LOCALES else DEFAULT_LOCALE)
    try:
        yield
    finally:
        _locale.reset(token)


@cache
def _swedish() -> dict[str, Any]:
    path = Path(__file__).parents[1] / "translations" / "sv.po"
    with path.open("rb") as source:
        messages = read_po(source, locale="sv")
    return {(m.id[0] if isinstance(m.id, (tuple, list)) else m.id): m.string for m in messages if m.id}


def translated(message: str) -> bool:
    """Tell whether the catalogue has a sentence."""
    return message in _swedish()


def _(message: str, /, **facts: object) -> str:
    """Translate a sentence and fill in its %(name)s facts; an unknown sentence stays English."""
    text: object = message
    if _locale.get() == "sv":
        text = _swedish().get(message) or message
    return str(text) % facts if facts else str(text)


def ngettext(singular: str, plural: str, num: int, /, **facts: object) -> str:
    """Translate a sentence that depends on a number, available in it as %(num)s."""
    forms: object = (singular, plural)
    if _locale.get() == "sv":
        forms = _swedish().get(singular) or forms
    return str(forms[0 if num == 1 else 1]) % {"num": num, **facts}  # type: ignore[index]
