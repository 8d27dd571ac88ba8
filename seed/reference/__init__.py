"""Reference data of the register, as YAML, with the loader that checks it."""

from seed.reference.load import (
    BadReference,
    CentralArchive,
    FileKind,
    Reference,
    Room,
    Site,
    SourceSystem,
    Unit,
    load,
)

__all__ = [
    "BadReference",
    "CentralArchive",
    "FileKind",
    "Reference",
    "Room",
    "Site",
    "SourceSystem",
    "Unit",
    "load",
]
