"""Reference data of the register, as YAML, with the loader that checks it."""

from seed.reference.load import (
    BadReference,
    CentralArchive,
    FileKindRow,
    Reference,
    Room,
    Site,
    SourceSystemRow,
    UnitRow,
    load,
)

__all__ = [
    "BadReference",
    "CentralArchive",
    "FileKindRow",
    "Reference",
    "Room",
    "Site",
    "SourceSystemRow",
    "UnitRow",
    "load",
]
