"""Name the printed commands: what stands in their symbols looks like a code and is none."""

from labels import codes

# Ten characters like a code, so that they print, scan and are cut out of a payload alike; but the check
# character is wrong, so that no file, place or crate can ever have one of them.
COMMANDS = {
    "cover_right": "K0MMAND0AA",
    "contents_right": "K0MMAND0BB",
    "seal_right": "K0MMAND0CC",
    "wrong": "K0MMAND0DD",
    "damaged": "K0MMAND0EE",
    "undo": "K0MMAND0ZZ",
}
WORDS = {
    "cover_right": "COVER RIGHT",
    "contents_right": "CONTENTS RIGHT",
    "seal_right": "SEAL RIGHT",
    "wrong": "WRONG",
    "damaged": "DAMAGED",
    "undo": "UNDO",
}
_NAMES = {token: name for name, token in COMMANDS.items()}


def parse(text: str) -> str | None:
    """Return the name of the command that a scan or a typed text ends with, or None; raise nothing."""
    return _NAMES.get(codes.trailing(text) or "")


def is_command(token: str) -> bool:
    """Tell whether a text is exactly what stands in the symbol of a command."""
    return token in _NAMES
