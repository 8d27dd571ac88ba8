"""Read which file a row is about: its reference, the part named in it or beside it, and what is odd."""

import re

from archive.imports.lists.formats.ranges import looks_like_date, points_elsewhere, several_references
from archive.imports.lists.formats.text import MISSING, simple
from archive.imports.lists.meaning.fields import Flag, FlagCode, ListField
from archive.imports.lists.meaning.habits import Habits
from archive.imports.lists.meaning.signs import lifted
from archive.imports.lists.meaning.values import (
    NO_PART,
    CoverPart,
    part_behind,
    part_inside,
    read_count,
    read_part,
    whole,
    without_part,
)

_DIGIT = re.compile(r"\d")
_PART_WORD = re.compile("del|vol|band|bd|part|nr|no|omslag|#", re.IGNORECASE)
_ENDS_PART = frozenset(")0123456789")
_IN_BRACKETS = re.compile(r"\(\d{1,3}\)$")
_ENDS_VOLUMES = frozenset(").abdelmnoprstvy")
_VOLUMES = re.compile(
    r"[\s,(]\s*(\d{1,3})\s*(?:vol(?:ym(?:er)?)?|band|bd|delar|omslag|parts)\b\.?\)?$", re.IGNORECASE
)
_LEADING_NOUGHTS = re.compile(r"(?<!\d)0+(?=\d)")
_NO_REFERENCE = Flag(FlagCode.REFERENCE_MISSING, ListField.REFERENCE)
_REFERENCE_DATE = Flag(FlagCode.REFERENCE_LOOKS_LIKE_DATE, ListField.REFERENCE)
_SEVERAL_REFERENCES = Flag(FlagCode.SEVERAL_REFERENCES, ListField.REFERENCE)
_ELSEWHERE = Flag(FlagCode.REFERENCE_ELSEWHERE, ListField.REFERENCE)
_SEVERAL_PARTS = Flag(FlagCode.SEVERAL_PARTS, ListField.PART)
_REFERENCE_ALIKE = Flag(FlagCode.REFERENCE_ALIKE, ListField.REFERENCE)
_PART_UNREADABLE = Flag(FlagCode.PART_UNREADABLE, ListField.PART)


class ReferenceReader:
    """Read the references of one list, in its order: each is compared with those before it."""

    def __init__(self, habits: Habits) -> None:
        self._habits = habits
        self._spellings: dict[int, int] = {}

    def read(self, texts: dict[str, str], free: str, flags: list[Flag]) -> tuple[str, CoverPart, bool]:
        """Return the reference, its part, and whether it bears a mark of protection."""
        reference, signed = lifted(texts["reference"])
        part = self._part(texts)
        if reference:
            nothing = not _DIGIT.search(reference) and simple(reference) in MISSING
            reference = "" if nothing else whole(reference)
        if not reference:
            flags.append(_NO_REFERENCE)
        elif looks_like_date(reference):
            flags.append(_REFERENCE_DATE)
        found, rest = _part_at(reference) if reference else (NO_PART, "")
        if found.part and (part.part or found.part) == found.part:
            part = part._replace(part=found.part, parts=part.parts or found.parts)
            reference, behind = lifted(rest)
            signed |= behind
        elif (
            reference[-1:] in _ENDS_VOLUMES
            and (volumes := _VOLUMES.search(reference))
            and int(volumes[1]) > 1
        ):
            flags.append(_SEVERAL_PARTS)
        elif found.part or _IN_BRACKETS.search(reference):
            flags.append(_PART_UNREADABLE)
        if reference:
            self._look_at(reference, flags)
        if part is NO_PART and free and _PART_WORD.search(free):
            part = part_inside(free)
        if part.flag:
            flags.append(Flag(part.flag, ListField.PART))
        return reference, part, signed

    def _look_at(self, reference: str, flags: list[Flag]) -> None:
        """Flag a reference that names several files, and one that another differs from in noughts alone."""
        if not reference.isalnum() and several_references(
            reference, slashed=self._habits.slashed, dashed=self._habits.dashed
        ):
            flags.append(_SEVERAL_REFERENCES)
        elif " " in reference and points_elsewhere(reference):
            flags.append(_ELSEWHERE)
        bare = _LEADING_NOUGHTS.sub("", reference) if "0" in reference else reference
        spelling = hash(reference.casefold())
        if self._spellings.setdefault(hash(bare.casefold()), spelling) != spelling:
            flags.append(_REFERENCE_ALIKE)

    def _part(self, texts: dict[str, str]) -> CoverPart:
        part = read_part(texts["part"]) if texts["part"] else NO_PART
        if part is NO_PART and texts["part_text"]:
            part = read_part(texts["part_text"])
            if part.flag is FlagCode.PART_UNREADABLE:
                part = part_inside(texts["part_text"])
        if texts["parts"] and part.parts is None:
            parts = read_count(texts["parts"])
            flag = part.flag if parts else FlagCode.PART_UNREADABLE
            part = part._replace(parts=parts or None, flag=flag)
        return part


def _part_at(reference: str) -> tuple[CoverPart, str]:
    """Return the part a reference names, and the reference without it."""
    if _PART_WORD.search(reference) and (found := part_inside(reference)).part:
        return found, without_part(reference)
    apart = reference[-1:] in _ENDS_PART and (" " in reference or "," in reference)
    return part_behind(reference) if apart else (NO_PART, reference)
