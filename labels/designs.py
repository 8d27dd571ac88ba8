"""Say what stands on each kind of label: never a person, never anything that a change of law makes wrong."""

import re
import unicodedata
from dataclasses import dataclass

from labels import codes, commands

LONGEST = 120  # characters of any one text
MOST_PARTS = 99

_KIND_LETTER = re.compile(r"[A-ZÅÄÖ0-9]{0,2}")
_SPACES = re.compile(r"\s+")
_UNPRINTED = frozenset(
    {"Cc", "Cf", "Cs", "Co", "Cn"}
)  # control, bidi and zero-width, surrogate, private, unassigned
_MONTH, _DAY = r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01])"
# Personnummer, samordningsnummer (day + 60), T-numbers and the regions' reserve numbers, as people write
# them; a shelf called 01-02-03-0456 is none of them.
_PERSONAL_NUMBER = re.compile(
    rf"(?<![0-9])(?:(?:18|19|20|99)?[0-9]{{2}}{_MONTH}{_DAY}"
    rf"|(?:18|19|20)[0-9]{{2}}[ .–-]{_MONTH}[ .–-]{_DAY})"
    r"[ .+–-]{0,3}(?=[0-9A-Z]{0,3}[0-9])[0-9A-Z]{4}(?![0-9A-Z])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class BlankLabel:
    """A label printed before anyone knows what it will be stuck on: stick, scan, bind."""

    code: str
    archive: str = ""

    def __post_init__(self) -> None:
        """Check the fields; raise ValueError."""
        _check(self, "archive")


@dataclass(frozen=True, slots=True)
class FileLabel:
    """A case file's label; `kind` is a code letter, `parts` is None while nobody knows how many there are."""

    code: str
    part: int = 1
    parts: int | None = 1
    kind: str = ""
    archive: str = ""

    def __post_init__(self) -> None:
        """Check the fields; raise ValueError."""
        _check(self, "archive")
        if not _KIND_LETTER.fullmatch(self.kind):
            raise ValueError(f"the kind on a label is at most two capitals or digits, not {self.kind!r}")
        if not 1 <= self.part <= (MOST_PARTS if self.parts is None else self.parts) <= MOST_PARTS:
            raise ValueError(f"there is no part {self.part} of {self.parts}")


@dataclass(frozen=True, slots=True)
class PlaceLabel:
    """A place's label: its short path text, large; the kind of place; the places above it, small."""

    code: str
    text: str
    kind: str = ""
    above: str = ""

    def __post_init__(self) -> None:
        """Check the fields; raise ValueError."""
        _check(self, "text", "kind", "above")
        if not self.text:
            raise ValueError("a place label needs the place's text")


@dataclass(frozen=True, slots=True)
class CrateLabel:
    """A moving crate's label: its number, as large as can be."""

    code: str
    number: str
    archive: str = ""

    def __post_init__(self) -> None:
        """Check the fields; raise ValueError."""
        _check(self, "number", "archive")
        if not self.number:
            raise ValueError("a crate label needs the crate's number")


@dataclass(frozen=True, slots=True)
class CommandLabel:
    """A command's label for a desk: scanned in place of a button pressed."""

    command: str

    def __post_init__(self) -> None:
        """Check the field; raise ValueError."""
        if self.command not in commands.COMMANDS:
            raise ValueError(f"there is no command {self.command!r}")

    @property
    def code(self) -> str:
        """Return what stands in the symbol."""
        return commands.COMMANDS[self.command]


Design = BlankLabel | FileLabel | PlaceLabel | CrateLabel | CommandLabel


def command_labels() -> list[CommandLabel]:
    """Return the labels of all commands, in the order a desk uses them."""
    return [CommandLabel(command) for command in commands.COMMANDS]


def clean(text: str) -> str:
    """Return a text as it can be printed: one line, no control, bidi or invisible characters."""
    spaced = _SPACES.sub(" ", unicodedata.normalize("NFC", text))
    return "".join([char for char in spaced if unicodedata.category(char) not in _UNPRINTED]).strip()


def has_number(text: str) -> bool:
    """Tell whether a text holds what looks like a person's number."""
    return _PERSONAL_NUMBER.search(unicodedata.normalize("NFKC", clean(text))) is not None


def neutral(text: str, field: str) -> str:
    """Return a cleaned text for a label; raise ValueError if too long or with a person's number in it."""
    cleaned = clean(text)
    if has_number(cleaned):
        raise ValueError(f"the {field} on a label looks like a person's number: no personal data on labels")
    if len(cleaned) > LONGEST:
        raise ValueError(f"the {field} on a label is longer than {LONGEST} characters")
    return cleaned


def _check(label: BlankLabel | FileLabel | PlaceLabel | CrateLabel, *texts: str) -> None:
    if not codes.is_code(label.code):
        raise ValueError(f"{label.code!r} is not a code")
    for field in texts:
        object.__setattr__(label, field, neutral(getattr(label, field), field))
