"""Common names in a Swedish city, those of newcomers last."""

from pathlib import Path

import yaml

_GROUPS = yaml.safe_load((Path(__file__).parent / "names.yaml").read_text(encoding="utf-8"))


def _names(group: str) -> tuple[list[str], int]:
    here, newcomers = (_GROUPS[group][part].split() for part in ("long_here", "newcomers"))
    return [name.replace("_", " ") for name in (*here, *newcomers)], len(here)


FEMALE, NEW_FEMALE = _names("female")
MALE, NEW_MALE = _names("male")
FAMILY, NEW_FAMILY = _names("family")
"""A list of names and the place in it where those of newcomers begin."""
