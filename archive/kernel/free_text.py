"""Free text as it was written: whole, or refused with a word of how much there is room for; never cut."""

from archive.kernel.errors import Invalid
from archive.vocabulary.wording import N_


def whole(text: str, most: int, field: str) -> str:
    """Return a text without blanks around it; raises Invalid where it is longer than there is room for."""
    kept = text.replace("\r\n", "\n").strip()  # a browser counts a line break as one
    if len(kept) > most:
        raise Invalid("text_long", N_("Write at most %(most)s characters."), field=field, most=most)
    return kept
