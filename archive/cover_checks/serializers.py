"""What programs are told of cover checks: the file in hand, and what was found wrong."""

from typing import Any

from archive.files.masking import Card
from archive.models import Finding
from archive.output.serializing import facts


def file(card: Card, *, sealed: bool) -> dict[str, Any]:
    """Return a file; of a sealed envelope only its code."""
    if sealed:
        return {**facts(card.file, "code", "protected"), "sealed": True}
    return {
        **facts(card.file, "code", "protected", "reference", "part", "parts"),
        **facts(card, "kind", "place"),
        "persons": [facts(one, "name", "number", "role") for one in card.persons],
        "sealed": False,
    }


def finding(one: Finding) -> dict[str, Any]:
    """Return what was found, and what became of it."""
    ends = ("status", "found_at", "whom", "due_on", "done_at")
    return {**facts(one, "id", "kind", "point", "note", *ends), "says": one.kind.label}
